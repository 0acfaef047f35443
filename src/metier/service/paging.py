"""All records of a list that comes in pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from metier.store.workspaces.rows import MAX_LIMIT, Page

R = TypeVar("R")


def every(page: Callable[..., Page[R]]) -> Iterator[R]:
    """Yield the records of all pages, in their order.

    Args:
        page: returns a page; it takes `after` and `limit`.
    """
    after: str | None = None
    while True:
        found = page(after=after, limit=MAX_LIMIT)
        yield from found.items
        after = found.after
        if after is None:
            return
