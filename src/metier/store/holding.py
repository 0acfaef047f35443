"""A lock that one holder has at a time, and that ends with its process at the latest."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from metier.errors import StoreBusy, StoreUnavailable

_ATTEMPTS = 50


@contextmanager
def held_file(path: Path, *, busy: str) -> Iterator[None]:
    """Hold a lock file for a block; the file is there only while somebody holds it, or after a crash.

    Args:
        path: the lock file, in a folder that is there.
        busy: what to say where another holder has it.

    Raises:
        StoreBusy: another process has it, or another block in this one.
        StoreUnavailable: the file cannot be made.
    """
    handle = _locked(path, busy)
    try:
        yield
    finally:
        # Removed before it is given up: whoever opened it meanwhile sees that its name has gone, and tries
        # anew. Windows refuses to remove what is open, so there it stays.
        with suppress(OSError):
            path.unlink()
        os.close(handle)


def _locked(path: Path, busy: str) -> int:
    for _ in range(_ATTEMPTS):
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as exc:
            raise StoreUnavailable(f"{path} cannot be made: {exc.strerror}. Name another place.") from exc
        if not _try_lock(handle):
            os.close(handle)
            raise StoreBusy(busy)
        if _is_at(path, handle):
            return handle
        os.close(handle)
    raise StoreBusy(busy)


def _is_at(path: Path, handle: int) -> bool:
    """Tell whether an open file still has its name; a lock on one that was removed holds nobody off."""
    try:
        return os.path.samestat(os.fstat(handle), os.stat(path))
    except FileNotFoundError:
        return False


def _try_lock(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
