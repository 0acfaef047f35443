"""Failures of memory as an error of metier."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from metier._extras import require
from metier.errors import OutOfMemory


def is_out_of_memory(error: Exception) -> bool:
    """Tell whether an error says that memory is used up; the allocator of processors has no class for it."""
    if isinstance(error, MemoryError | require("torch").OutOfMemoryError):
        return True
    return any(words in str(error) for words in ("can't allocate memory", "not enough memory", "bad_alloc"))


@contextmanager
def enough_memory(step: str) -> Iterator[None]:
    """Turn a failure of memory within the block into `OutOfMemory`.

    Args:
        step: what is being done, for the message.

    Raises:
        OutOfMemory: memory is used up.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if isinstance(error, OutOfMemory) or not is_out_of_memory(error):
            raise
        raise OutOfMemory(
            f"{step} does not fit into memory. Take a smaller network or fewer texts, or a machine with more "
            "memory; nothing was written."
        ) from error
