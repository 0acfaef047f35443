"""Lines of a page as a browser breaks them: blanks collapse, blocks begin lines, cells share them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from metier.documents.lines import Meter
from metier.documents.pieces import BULLET, Line, Piece, assemble
from metier.types import Exclusion, ExclusionReason

# Blanks that a browser collapses; a no-break space is not among them.
_BLANKS: Final = " \t\n\r\f"
_RUN = re.compile(r"[ \t\n\r\f]+")
_RUN_IN_LINE = re.compile(r"[ \t\r\f]+")
# Where a long word may be broken; nobody sees it.
_BREAKS = re.compile("[\u00ad\u200b]")
_SEPARATOR: Final = Piece("\t")
# Rows within rows; each level moves its lines once more.
_MAX_ROWS: Final = 40


@dataclass(slots=True)
class _Flow:
    """Lines that follow each other."""

    lines: list[Line] = field(default_factory=list)
    line: Line = field(default_factory=list)
    has_words: bool = False
    blank: bool = False
    bullet: bool = False

    def end_line(self) -> None:
        if self.has_words:
            self.lines.append(self.line)
            self.line, self.has_words = [], False
        self.blank = False

    def empty_line(self) -> None:
        self.end_line()
        if self.lines and self.lines[-1]:
            self.lines.append([])

    def put(self, text: str, reason: ExclusionReason | None) -> None:
        if self.bullet:
            self.line.append(Piece(BULLET))
            self.bullet = False
        elif self.blank and self.has_words:
            text = f" {text}"
        self.line.append(Piece(text, reason))
        self.has_words, self.blank = True, False


@dataclass(slots=True)
class _Row:
    """Cells side by side; `is_open` while words without a cell of their own are being put in one."""

    cells: list[list[Line]] = field(default_factory=list)
    is_open: bool = False


class LineBuilder:
    """Takes words in the order of a page and makes lines of them.

    Args:
        name: the file's name, for messages.
        max_chars: how many characters there may be.
    """

    def __init__(self, name: str, max_chars: int) -> None:
        self._flows: list[_Flow] = [_Flow()]
        self._rows: list[_Row] = []
        self._meter = Meter(max_chars, name)

    def add(self, text: str, reason: ExclusionReason | None, *, white_space: str = "normal") -> None:
        """Add words that look alike.

        Args:
            text: the words.
            reason: why nobody sees them.
            white_space: the property of style sheets that says which blanks and line ends are kept.
        """
        text = _BREAKS.sub("", text)
        if white_space.startswith(("pre", "break-spaces")):
            for number, line in enumerate(text.split("\n")):
                if number:
                    self.break_line()
                if white_space == "pre-line":
                    self._add_collapsed(_RUN_IN_LINE.sub(" ", line), reason)
                elif line:
                    self._put(line, reason)
        else:
            self._add_collapsed(_RUN.sub(" ", text), reason)

    def _add_collapsed(self, text: str, reason: ExclusionReason | None) -> None:
        words = text.strip(" ")
        if not words:
            if text and not self._is_between_cells():
                self._flows[-1].blank = True
            return
        self._open_flow()
        if text.startswith(" "):
            self._flows[-1].blank = True
        self._put(words, reason)
        self._flows[-1].blank = text.endswith(" ")

    def _put(self, text: str, reason: ExclusionReason | None) -> None:
        self._open_flow()
        self._meter.add(len(text) + 1)
        self._flows[-1].put(text, reason)

    def _is_between_cells(self) -> bool:
        return len(self._flows) <= len(self._rows)

    def _open_flow(self) -> None:
        """Put words that stand between cells in a cell of their own."""
        if self._is_between_cells():
            self._flows.append(_Flow())
            self._rows[-1].is_open = True

    def add_gap(self) -> None:
        """Part words that are in boxes of their own."""
        if not self._is_between_cells():
            self._flows[-1].blank = True

    def break_line(self) -> None:
        """End the line; an empty one stays empty."""
        self._open_flow()
        flow = self._flows[-1]
        if flow.has_words:
            flow.end_line()
        else:
            flow.empty_line()

    def end_line(self) -> None:
        """End the line if there is anything on it."""
        if not self._is_between_cells():
            self._flows[-1].end_line()

    def empty_line(self) -> None:
        """Set what follows off by an empty line."""
        if not self._is_between_cells():
            self._flows[-1].empty_line()

    def begin_item(self) -> None:
        """Begin an item of a list: its first words have a bullet before them."""
        self.end_line()
        if not self._is_between_cells():
            self._flows[-1].bullet = True

    def end_item(self) -> None:
        """End an item of a list."""
        self.end_line()
        if not self._is_between_cells():
            self._flows[-1].bullet = False

    def begin_row(self) -> bool:
        """Begin a row; tell whether it is one, and not only a block because rows are too deep."""
        self.end_line()
        if len(self._rows) >= _MAX_ROWS:
            return False
        self._open_flow()
        self._rows.append(_Row())
        return True

    def begin_cell(self) -> bool:
        """Begin a cell; tell whether there is a row for it."""
        self._close_loose_cell()
        if not self._is_between_cells():
            self.end_line()
            return False
        self._flows.append(_Flow())
        return True

    def end_cell(self) -> None:
        """End a cell."""
        flow = self._flows.pop()
        flow.end_line()
        self._rows[-1].cells.append(flow.lines)

    def _close_loose_cell(self) -> None:
        if self._rows and self._rows[-1].is_open and not self._is_between_cells():
            self._rows[-1].is_open = False
            self.end_cell()

    def end_row(self) -> None:
        """End a row: single-line cells share a line, others follow each other."""
        self._close_loose_cell()
        row = self._rows.pop()
        lines = self._flows[-1].lines
        cells = [cell for cell in row.cells if any(cell)]
        if all(len(cell) == 1 for cell in cells):
            joined = _joined(cells)
            if joined and self._flows[-1].bullet:
                joined.insert(0, Piece(BULLET))
                self._flows[-1].bullet = False
            if joined:
                lines.append(joined)
            return
        for cell in cells:
            self._flows[-1].empty_line()
            lines += cell
        self._flows[-1].empty_line()

    def assembled(self) -> tuple[str, tuple[Exclusion, ...]]:
        """Return the text of all lines, and what of it nobody sees."""
        self.end_line()
        return assemble(self._flows[0].lines)


def _joined(cells: list[list[Line]]) -> Line:
    line: Line = []
    for number, cell in enumerate(cells):
        if number:
            line.append(_SEPARATOR)
        line += cell[0]
    return line
