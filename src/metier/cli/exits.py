"""Errors to exit codes, in one table."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path

from metier.errors import Cancelled, InvalidInput, MetierError, MissingExtra, NotFound

OK, FAILED, USAGE, INCONCLUSIVE, BACKEND, INTERNAL, INTERRUPTED = 0, 1, 2, 3, 4, 70, 130

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
    except OSError as exc:
        print(f"metier: The system refused: {exc.strerror}.", file=sys.stderr)
        sys.exit(BACKEND)
    except Exception as exc:  # noqa: BLE001 - the outermost loop; its own text may quote a document
        where = traceback.extract_tb(exc.__traceback__)[-1]
        place = f"{Path(where.filename).name}:{where.lineno}"
        print(
            f"metier: Internal error {type(exc).__name__} at {place}. Report it with `metier --version`.",
            file=sys.stderr,
        )
        sys.exit(INTERNAL)


def use_utf8() -> None:
    """Write UTF-8 whatever the system's code page is, and never fail over a character."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
