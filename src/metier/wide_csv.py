"""Rows of CSV whose fields may be long."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import TypeVar

T = TypeVar("T")


def next_row(rows: Iterator[T], max_chars: int) -> T | None:
    """Return the next row of a reader of the standard library, or None behind the last one.

    The limit of a field is one for the whole process, so it is put back before the row is given away.

    Args:
        rows: `csv.reader` or `csv.DictReader`.
        max_chars: that a field may have.

    Raises:
        csv.Error: the row is no CSV, or a field of it is longer.
    """
    limit = csv.field_size_limit(max_chars)
    try:
        return next(rows, None)
    finally:
        csv.field_size_limit(limit)
