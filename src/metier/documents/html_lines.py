"""Lines of a page as a browser breaks them: blanks collapse, blocks begin lines, cells share them."""

from __future__ import annotations

import re
from typing import Final

from metier.documents.lines import Meter
from metier.documents.pieces import BULLET, Line, Piece, assemble
from metier.types import Exclusion, ExclusionReason

# Blanks that a browser collapses; a no-break space is not among them.
_BLANKS = re.compile(r"[ \t\n\r\f]+")
_SEPARATOR: Final = Piece("\t")


class LineBuilder:
    """Takes words in the order of the page and makes lines of them.

    Args:
        name: the file's name, for messages.
        max_chars: how many characters there may be.
    """

    def __init__(self, name: str, max_chars: int) -> None:
        self._lines: list[Line] = []
        self._line: Line = []
        self._meter = Meter(max_chars, name)
        self._blank = False
        self._in_row = False
        self._row_broke = False
        self._at_start = True  # of a line, of a list item or of a cell: nothing to end, no blank to keep

    def add(self, text: str, reason: ExclusionReason | None, *, keeps_blanks: bool = False) -> None:
        """Add words that look alike; without `keeps_blanks` they are parted by single blanks."""
        if keeps_blanks:
            for number, line in enumerate(text.replace("\r\n", "\n").split("\n")):
                if number:
                    self.end_line(forced=True)
                self._put(line, reason)
            return
        collapsed = _BLANKS.sub(" ", text)
        if not collapsed.strip(" "):
            self._blank = self._blank or bool(collapsed)
            return
        if (self._blank or collapsed.startswith(" ")) and not self._at_start:
            self._line.append(Piece(" "))
        self._blank = collapsed.endswith(" ")
        self._put(collapsed.strip(" "), reason)

    def _put(self, text: str, reason: ExclusionReason | None) -> None:
        if text:
            self._meter.add(len(text) + 1)
            self._line.append(Piece(text, reason))
            self._at_start = False

    def bullet(self, reason: ExclusionReason | None) -> None:
        """Begin a list item."""
        self._line.append(Piece(BULLET, reason))
        self._at_start = True

    def end_line(self, *, forced: bool = False) -> None:
        """End the line if there is anything on it; `forced` makes an empty line where there is not."""
        if self._at_start and not forced:
            return
        if self._in_row:
            self._row_broke = True
        self._lines.append(self._line)
        self._meter.add(1)
        self._line, self._blank, self._at_start = [], False, True

    def empty_line(self) -> None:
        """Set what follows off by an empty line."""
        self.end_line()
        if self._lines and self._lines[-1]:
            self._lines.append([])

    def begin_row(self) -> None:
        """Begin the row of a table."""
        self.end_line()
        self._in_row, self._row_broke = True, False

    def begin_cell(self) -> None:
        """Begin a cell: after a tab where the row has kept to one line so far, else on a line of its own."""
        if self._row_broke:
            self.end_line()
        elif not self._at_start:
            self._line.append(_SEPARATOR)
            self._blank, self._at_start = False, True

    def end_row(self) -> None:
        """End the row of a table."""
        self._in_row = False
        if self._line and self._at_start:
            self._at_start = False  # a separator or bullet with nothing after it
        self.end_line()

    def assembled(self) -> tuple[str, tuple[Exclusion, ...]]:
        """Return the text of all lines, and what of it nobody sees."""
        self.end_row()
        return assemble(self._lines)
