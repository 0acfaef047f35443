"""Files and folders that are there whole or not at all, whenever the process or the machine dies."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

UNFINISHED: Final = ".unfinished"
"""Ending of what is still being written; what bears it may be deleted when nothing writes."""


def write_whole(path: Path, content: bytes) -> None:
    """Write a file; after a crash it holds the old content or the new, never a part of it."""
    with whole_file(path) as place:
        place.write_bytes(content)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a place to write a file to; it takes its name when the block ends without an error."""
    place = path.with_name(path.name + UNFINISHED)
    yield place
    _flush(place)
    os.replace(place, path)
    _flush(path.parent)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Give an empty folder to fill with files; it takes its name when the block ends without an error.

    A folder that stands at `path` already is replaced.
    """
    place = path.with_name(path.name + UNFINISHED)
    remove_folder(place)
    place.mkdir(parents=True)
    yield place
    for file in place.iterdir():
        _flush(file)
    _flush(place)
    remove_folder(path)
    os.replace(place, path)
    _flush(path.parent)


def remove_folder(path: Path) -> None:
    """Delete a folder and all that is in it, if it is there; after a crash it is not half there."""
    if path.is_dir():
        doomed = path.with_name(path.name.removesuffix(UNFINISHED) + ".old" + UNFINISHED)
        shutil.rmtree(doomed, ignore_errors=True)
        os.replace(path, doomed)
        shutil.rmtree(doomed)


def move_whole(source: Path, target: Path) -> None:
    """Give a file another name; a file that has it already is replaced."""
    os.replace(source, target)
    _flush(target.parent)


def remove_unfinished(folder: Path) -> None:
    """Delete what a process that died was still writing into a folder, if the folder is there."""
    for path in sorted(folder.glob(f"*{UNFINISHED}")):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def flush_file(path: Path) -> int:
    """Bring a file onto the disk and return its size in bytes."""
    _flush(path)
    return path.stat().st_size


def _flush(path: Path) -> None:
    if path.is_dir() and os.name != "posix":
        return  # only POSIX systems can flush a folder
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
