"""Keeps bytes in a cache folder, and gives them back only if they are what was put there."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

_DIGEST = hashlib.sha256().digest_size


def read_blob(path: Path) -> bytes | None:
    """Return what `write_blob` put there, or None if there is nothing or a byte of it has changed."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    digest, blob = data[:_DIGEST], data[_DIGEST:]
    return blob if hashlib.sha256(blob).digest() == digest else None


def write_blob(path: Path, blob: bytes) -> None:
    """Put bytes there, all or nothing. A cache that cannot be written is not an error: it only saves time."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(hashlib.sha256(blob).digest())
                file.write(blob)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
