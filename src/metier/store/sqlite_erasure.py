"""Erasure from a SQLite file: no byte of a removed document is left in any of its files.

SQLite fills removed rows with zeros by itself (`secure_delete`), but two places keep copies: the segments of
the full-text index until they are merged, and the journal until its pages have moved to the database and it
is cut to nothing. The write that removes a document leaves a mark in `meta`, so that an erasure that was
interrupted, or had to wait for a reader, is known and finished later.
"""

from __future__ import annotations

import time
from typing import Final

from metier.errors import StoreBusy
from metier.store.sqlite_connection import Connections
from metier.store.sqlite_rows import read_head
from metier.store.sqlite_terms import merge_terms

# Erasure that nobody waits for takes at most one part in so many of the time.
_SHARE: Final = 50


def erase_traces(connections: Connections, *, patience_s: float | None = None) -> bool:
    """Finish the erasure of what was removed; tell whether no trace is left.

    Takes as long as it takes to write the full-text index anew.

    Args:
        connections: to the file.
        patience_s: how long to wait for other processes; as long as for all else by default.
    """
    with connections.reading() as connection:
        mark = read_head(connection).unerased
    if mark is None:
        return True
    try:
        with connections.writing(patience_s=patience_s) as connection:
            merge_terms(connection)
        if not connections.move_journal(patience_s=patience_s):
            return False
        with connections.writing(patience_s=patience_s) as connection:
            # Not if another process has removed more since.
            connection.execute("UPDATE meta SET unerased = NULL WHERE unerased = ?", (mark,))
    except StoreBusy:
        return False
    return True


class Leisure:
    """Tells when to erase the traces of replaced documents: at once, unless that was done a moment ago.

    An index of many documents that are replaced a few at a time would else be written anew each time.
    """

    def __init__(self) -> None:
        self._next = -float("inf")

    def erase(self, connections: Connections) -> bool:
        """Erase traces if it is time to; return whether none is left."""
        start = time.monotonic()
        if start < self._next:
            return False
        done = erase_traces(connections, patience_s=0.0)
        end = time.monotonic()
        self._next = end + _SHARE * (end - start)
        return done
