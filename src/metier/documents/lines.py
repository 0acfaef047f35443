"""How paragraphs and table rows become lines, whatever a line is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from metier.documents.pieces import Line
from metier.errors import LimitExceeded

T = TypeVar("T")


def row_lines(cells: Iterable[Sequence[list[T]]], *, separator: Callable[[], T]) -> list[list[T]]:
    """Return the lines of a table row: single-line cells share a line, others follow each other.

    Args:
        cells: the lines of each cell, without empty ones.
        separator: makes what parts two cells on one line.
    """
    filled = [cell for cell in cells if cell]
    if all(len(cell) == 1 for cell in filled):
        line: list[T] = []
        for number, cell in enumerate(filled):
            line += [separator(), *cell[0]] if number else cell[0]
        return [line]
    return [line for cell in filled for line in (*cell, [])]


def distinct_lines(lines: Iterable[Line]) -> list[Line]:
    """Return the distinct lines of all headers, or of all footers; of twins the one that is seen."""
    found: dict[str, Line] = {}
    for line in lines:
        text = "".join(piece.text for piece in line)
        if text.strip() and (text not in found or _n_hidden(line) < _n_hidden(found[text])):
            found[text] = line
    return list(found.values())


def around(above: list[Line], body: list[Line], below: list[Line]) -> list[Line]:
    """Return the lines of a body with those of its headers and footers, parted by empty lines."""
    return [*above, *([[]] if above else []), *body, *([[]] if below else []), *below]


def _n_hidden(line: Line) -> int:
    return sum(len(piece.text) for piece in line if piece.reason)


class Meter:
    """Counts characters while they are read.

    Args:
        max_chars: how many there may be.
        name: the file's name, for messages.
    """

    def __init__(self, max_chars: int, name: str) -> None:
        self._max_chars = max_chars
        self._name = name
        self._n_chars = 0

    def add(self, n_chars: int) -> None:
        """Count some characters.

        Raises:
            LimitExceeded: there are more of them than allowed.
        """
        self._n_chars += n_chars
        if self._n_chars > self._max_chars:
            raise LimitExceeded(
                f"{self._name} may have {self._max_chars:,} characters. It has more. "
                "Raise max_chars if that is wanted."
            )
