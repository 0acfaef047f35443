"""Opens a file that nobody vouches for: no links, no pipes, no more bytes than asked for."""

from __future__ import annotations

import json
import mmap
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final

from metier.errors import ModelFormatError

MOST_JSON_BYTES: Final = 64_000_000
MOST_JSON_LEVELS: Final = 100
# A pipe must not block, a link must not be followed; systems without these flags have neither.
_FLAGS: Final = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


@contextmanager
def open_regular(path: Path) -> Iterator[BinaryIO]:
    """Open a regular file for reading.

    Raises:
        OSError: it is a link, a pipe, a device or a folder, or the system does not let it be read.
    """
    descriptor = os.open(path, _FLAGS)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(f"{path.name} is no regular file.")
    with os.fdopen(descriptor, "rb") as file:
        yield file


def read_at_most(path: Path, most: int, *, start: int = 0) -> bytes:
    """Return up to `most` bytes of a regular file, from an offset on.

    Raises:
        OSError: as `open_regular`.
    """
    with open_regular(path) as file:
        file.seek(start)
        return file.read(most)


@contextmanager
def mapped(path: Path) -> Iterator[memoryview]:
    """Give the bytes of a regular file without reading them into memory; those of an empty one too.

    Raises:
        OSError: as `open_regular`.
    """
    with open_regular(path) as file:
        if not os.fstat(file.fileno()).st_size:
            yield memoryview(b"")
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content, memoryview(content) as view:
            yield view


def read_json(path: Path, most: int = MOST_JSON_BYTES) -> Any:
    """Return the content of a JSON file.

    Raises:
        ModelFormatError: over `most` bytes, no JSON, nested too deeply, or a key twice in one object.
        OSError: as `open_regular`.
    """
    content = read_at_most(path, most + 1)
    if len(content) > most:
        raise ModelFormatError(f"{path.name} must be at most {most:,} bytes of JSON.")
    return parse_json(content, path.name)


def parse_json(content: bytes, name: str) -> Any:
    """Return what JSON says; the name is of the file, for messages.

    Raises:
        ModelFormatError: no JSON, nested too deeply, or a key twice in one object.
    """
    try:
        return json.loads(content, object_pairs_hook=_once)
    except RecursionError as error:
        raise ModelFormatError(
            f"{name} must be nested at most {MOST_JSON_LEVELS} levels deep. It is far deeper."
        ) from error
    except _TwiceError as error:
        raise ModelFormatError(f"{name} must name each key once in an object. One is there twice.") from error
    except ValueError as error:
        raise ModelFormatError(f"{name} must be JSON. It is damaged, cut off or something else.") from error


def check_levels(content: Any, name: str) -> None:
    """Refuse JSON that is nested more deeply than any model's file has a reason to be.

    Raises:
        ModelFormatError: more than `MOST_JSON_LEVELS` levels.
    """
    level: list[Any] = [content]
    for _ in range(MOST_JSON_LEVELS):
        level = [item for outer in level for item in _items(outer) if isinstance(item, dict | list)]
        if not level:
            return
    raise ModelFormatError(f"{name} must be nested at most {MOST_JSON_LEVELS} levels deep.")


class _TwiceError(ValueError):
    """A key stands twice in an object: two readers may take different ones."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise _TwiceError
    return content


def _items(content: Any) -> Any:
    return content.values() if isinstance(content, Mapping) else content
