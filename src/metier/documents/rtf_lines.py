"""The lines of an RTF file: paragraphs, tables within tables, and what is set aside while they are read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from metier.documents.docx_color import CLEAR, UNKNOWN, Colors, either, on_top
from metier.documents.lines import row_lines
from metier.documents.pieces import Line, Piece
from metier.documents.rtf_look import ColorTable, Letters, Paragraph, Shade, has_effect, is_tiny
from metier.documents.unseen import are_unseen
from metier.types import ExclusionReason

_BULLET = "• "
_MAX_TABLES = 10  # within each other; those further in are read as if they were in the tenth
_MAX_CELLS = 65_536


@dataclass(slots=True, eq=False)
class Run:
    """Words that look alike.

    Attributes:
        parts: their text.
        letters: their look.
        shade: of the paragraph when they were read.
        reason: why nobody sees them, or None where only the ground will tell.
        color: of the letters; unknown where it does not matter.
        ground: what is behind them, as far as that is settled.
    """

    parts: list[str]
    letters: Letters | None = None
    shade: Shade = field(default_factory=Shade)
    reason: ExclusionReason | None = None
    color: Colors = UNKNOWN
    ground: Colors = CLEAR

    @property
    def text(self) -> str:
        """Return the words."""
        return "".join(self.parts)

    def cut(self, text: str) -> Run:
        """Return a run of other words that is as this one."""
        return Run([text], self.letters, self.shade, self.reason, self.color, self.ground)

    def piece(self, page: Colors) -> Piece:
        """Return the words with why nobody sees them on a page."""
        reason = self.reason
        if reason is None and self.color and are_unseen(self.color, on_top(self.ground, page)):
            reason = ExclusionReason.BACKGROUND_COLOR
        return Piece(self.text, reason)


RunLine = list[Run]


@dataclass(slots=True)
class Cells:
    """What the definition of a table row says: the shade of each cell, and of those without one.

    Attributes:
        shades: of the cells, in order.
        next: shade of the cell that is being defined.
        row: shade of the row.
    """

    shades: list[Shade] = field(default_factory=list)
    next: Shade = field(default_factory=Shade)
    row: Shade = field(default_factory=Shade)

    def end_cell(self) -> None:
        """End the definition of a cell."""
        if len(self.shades) < _MAX_CELLS:
            self.shades.append(self.next)
        self.next = Shade()


@dataclass(slots=True)
class _Row:
    cells: list[list[RunLine]] = field(default_factory=list)
    open: list[RunLine] = field(default_factory=list)


class Flow:
    """One stream of paragraphs: the body, a header, a footnote or a text box.

    Args:
        colors: of the file.
        hidden: nobody sees what holds the stream.
        apart: it is a header or a footer, which has a place of its own.

    Attributes:
        lines: those that are complete.
        cells: definition of the current row of the outermost table; `nested` that of one within.
        listed: the paragraph has a mark of a list (True), an empty one (False), or none so far (None).
    """

    def __init__(self, colors: ColorTable, *, hidden: bool = False, apart: bool = False) -> None:
        self.apart = apart
        self.lines: list[RunLine] = []
        self.cells = Cells()
        self.nested = Cells()
        self.listed: bool | None = None
        self.hidden = hidden
        self._colors = colors
        self._runs: list[Run] = []
        self._boxes: list[RunLine] = []
        self._rows: list[_Row] = []

    def add(self, text: str, letters: Letters, paragraph: Paragraph, *, right_to_left: bool) -> None:
        """Add words to the paragraph."""
        reason = None
        if self.hidden or letters.hidden:
            reason = ExclusionReason.NOT_DISPLAYED
        elif is_tiny(letters, right_to_left=right_to_left):
            reason = ExclusionReason.TINY
        last = self._runs[-1] if self._runs else None
        if (
            last is not None
            and last.reason is reason
            and last.letters == letters
            and last.shade == paragraph.shade
        ):
            last.parts.append(text)
        else:
            self._runs.append(Run([text], letters, paragraph.shade, reason))

    def add_box(self, lines: Iterable[RunLine]) -> None:
        """Add the lines of a note or a text box, which follow the paragraph."""
        inside = list(lines)
        while inside and not inside[-1]:
            inside.pop()
        if inside:
            self._boxes += [[], *inside]

    def end_paragraph(self, paragraph: Paragraph, *, is_heading: bool) -> None:
        """End the paragraph; where it is in no table, a row that is open ends before it."""
        level = max(paragraph.level, 1) if paragraph.in_table else 0
        lines = self._finished(paragraph, is_heading=is_heading)
        if level == 0 and self._rows and not any(line for line in lines):
            return
        self._reach(min(level, _MAX_TABLES))
        self._place(lines)

    def end_cell(self, paragraph: Paragraph, *, is_heading: bool, nested: bool) -> None:
        """End a cell with its last paragraph."""
        level = max(paragraph.level, 2) if nested else 1
        lines = self._finished(paragraph, is_heading=is_heading)
        self._reach(min(level, _MAX_TABLES))
        self._place(lines)
        row = self._rows[-1]
        row.cells.append([line for line in row.open if any(run.text.strip() for run in line)])
        row.open = []

    def end_row(self, *, nested: bool) -> None:
        """End a row of the outermost table, or of the innermost one."""
        if nested and len(self._rows) > 1:
            self._close_row(self.nested)
            self.nested = Cells()
        elif not nested and self._rows:
            self._reach(1)
            self._close_row(self.cells)

    def finish(self, paragraph: Paragraph, *, is_heading: bool) -> None:
        """End what is still open."""
        if self._runs or self._boxes:
            self.end_paragraph(paragraph, is_heading=is_heading)
        self._reach(0)

    def _finished(self, paragraph: Paragraph, *, is_heading: bool) -> list[RunLine]:
        """Return the lines of the paragraph, and begin another."""
        runs, boxes, listed = self._runs, self._boxes, self.listed
        self._runs, self._boxes, self.listed = [], [], None
        for run in runs:
            self._settle(run, paragraph.shade)
        says = any(run.text.strip() for run in runs)
        if listed is None:
            listed = paragraph.list_number > 0
        if says and listed and not is_heading:
            runs.insert(0, Run([_BULLET]))
        return [*([[]] if says and is_heading else []), *_split(runs), *boxes]

    def _settle(self, run: Run, shade: Shade) -> None:
        """Look up the colours of a run, as the table of colours is now."""
        if run.letters is None or run.reason is not None or has_effect(run.letters):
            return
        run.color = self._colors.color(run.letters.color)
        if run.color:
            below = self._colors.shade(shade)
            if run.shade != shade:
                # Programs differ in which of the two holds for the paragraph.
                below = either(below, self._colors.shade(run.shade))
            run.ground = on_top(self._colors.behind(run.letters), below)

    def _place(self, lines: list[RunLine]) -> None:
        (self._rows[-1].open if self._rows else self.lines).extend(lines)

    def _reach(self, level: int) -> None:
        while len(self._rows) > level:
            self._close_row(self.nested if len(self._rows) > 1 else self.cells)
        while len(self._rows) < level:
            self._rows.append(_Row())

    def _close_row(self, cells: Cells) -> None:
        row = self._rows.pop()
        if row.open:
            row.cells.append([line for line in row.open if line])
        whole = self._colors.shade(cells.row)
        for number, cell in enumerate(row.cells):
            shade = cells.shades[number] if number < len(cells.shades) else Shade()
            lay(cell, on_top(self._colors.shade(shade), whole))
        self._place(row_lines(row.cells, separator=lambda: Run(["\t"])))


def lay(lines: Iterable[RunLine], layer: Colors) -> None:
    """Put a layer below the words of some lines."""
    if layer == CLEAR:
        return
    for line in lines:
        for run in line:
            if run.color and run.ground >= CLEAR:
                run.ground = on_top(run.ground, layer)


def pieces_of(lines: Iterable[RunLine], page: Colors) -> list[Line]:
    """Return the lines as pieces, each with why nobody sees it on the page."""
    return [[run.piece(page) for run in line] for line in lines]


def _split(runs: Iterable[Run]) -> list[RunLine]:
    """Return the lines that some runs with line feeds make."""
    lines: list[RunLine] = [[]]
    for run in runs:
        text = run.text
        if "\n" not in text:
            lines[-1].append(run)
            continue
        first, *others = text.split("\n")
        if first:
            lines[-1].append(run.cut(first))
        lines += [[run.cut(other)] if other else [] for other in others]
    return lines
