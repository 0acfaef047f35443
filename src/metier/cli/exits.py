"""Errors to exit codes, in one table."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from metier.errors import Cancelled, InvalidInput, MetierError, MissingExtra, NotFound

OK, FAILED, USAGE, BACKEND, INTERRUPTED = 0, 1, 2, 4, 130

_EXIT_CODES: tuple[tuple[type[MetierError], int], ...] = (
    (InvalidInput, USAGE),
    (NotFound, USAGE),
    (MissingExtra, USAGE),
    (Cancelled, INTERRUPTED),
    (MetierError, BACKEND),
)


@contextmanager
def exit_on_error() -> Iterator[None]:
    """Turn metier's errors, Ctrl-C and a closed pipe into a line on standard error and an exit code."""
    try:
        yield
    except MetierError as exc:
        print(f"metier: {exc}", file=sys.stderr)
        sys.exit(next(code for kind, code in _EXIT_CODES if isinstance(exc, kind)))
    except KeyboardInterrupt:
        print("metier: Interrupted.", file=sys.stderr)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output went away (`| head`); there is nobody to write to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(OK)
