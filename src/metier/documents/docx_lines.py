"""The lines of a Word file in reading order, and which of their words nobody sees."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from metier.documents.docx_color import W
from metier.documents.docx_look import Looks, Paragraph, Place
from metier.documents.docx_shape import FALLBACK
from metier.documents.pieces import BULLET, Line, Piece
from metier.errors import LimitExceeded
from metier.types import ExclusionReason

# Nested tables and text boxes of real files stay below 50.
_MAX_DEPTH = 100
_MAX_OPEN_FIELDS = 30

_HEADINGS = ("heading", "title")
_INLINE_TEXT = {
    f"{W}tab": "\t",
    f"{W}br": "\n",
    f"{W}cr": "\n",
    f"{W}noBreakHyphen": "-",
    f"{W}softHyphen": "",
}
_SKIPPED = frozenset({f"{W}del", f"{W}moveFrom", f"{W}pPr", f"{W}rPr", f"{W}instrText", FALLBACK})
_WRAPPERS = frozenset(f"{W}{name}" for name in ("sdt", "sdtContent", "ins", "customXml"))


_SEPARATOR = Piece("\t")


def read_lines(
    body: Any, headers: Sequence[Any], footers: Sequence[Any], *, looks: Looks, name: str
) -> Iterator[Line]:
    """Yield the lines of a document: headers, body, footers; what several headers say is said once.

    Args:
        body: the `w:body` element.
        headers: roots of the headers, each once.
        footers: roots of the footers, each once.
        looks: tells what is seen.
        name: the file's name, for messages.

    Raises:
        LimitExceeded: elements are nested deeper than any word processor does.
    """
    blocks = _Blocks(looks, name)
    above, below = (_distinct(blocks, edges, looks.page) for edges in (headers, footers))
    if above:
        yield from above
        yield []
    for block in body:
        yield from blocks.lines([block], looks.page)
    if below:
        yield []
        yield from below


def _distinct(blocks: _Blocks, edges: Iterable[Any], place: Place) -> list[Line]:
    """Return the distinct lines of all headers, or of all footers; of twins the one that is seen."""
    lines: dict[str, Line] = {}
    for edge in edges:
        for line in blocks.lines(edge, place):
            text = _text(line)
            if text.strip() and (text not in lines or _n_hidden(line) < _n_hidden(lines[text])):
                lines[text] = line
    return list(lines.values())


def _text(line: Line) -> str:
    return "".join(piece.text for piece in line)


def _n_hidden(line: Line) -> int:
    return sum(len(piece.text) for piece in line if piece.reason)


class _Blocks:
    """Turns paragraphs and tables into lines."""

    def __init__(self, looks: Looks, name: str) -> None:
        self._looks = looks
        self._name = name

    def lines(self, blocks: Iterable[Any], place: Place, depth: int = 0) -> list[Line]:
        """Return the lines of some blocks that stand in one place."""
        self.check_depth(depth)
        lines: list[Line] = []
        for block in blocks:
            if block.tag == f"{W}p":
                lines += self._paragraph(block, place, depth)
            elif block.tag == f"{W}tbl":
                lines += self._table(block, self._looks.table(block, place), depth)
            elif block.tag in _WRAPPERS:
                lines += self.lines(block, place, depth + 1)
        return lines

    def check_depth(self, depth: int) -> None:
        """Refuse nesting that would exhaust the stack."""
        if depth > _MAX_DEPTH:
            raise LimitExceeded(
                f"{self._name} may nest its parts {_MAX_DEPTH} deep. It nests them deeper. "
                "Save it anew from a word processor."
            )

    def _paragraph(self, paragraph: Any, place: Place, depth: int) -> list[Line]:
        inline = _Inline(self, self._looks, self._looks.paragraph(paragraph, place))
        inline.read(paragraph, inline.own_reason, depth + 1)
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        is_heading = style is not None and style.get(f"{W}val", "").lower().startswith(_HEADINGS)
        lines: list[Line] = [[]] if is_heading else []
        pieces = inline.pieces
        if paragraph.find(f"{W}pPr/{W}numPr") is not None and any(piece.text.strip() for piece in pieces):
            pieces.insert(0, Piece(BULLET))
        lines += _split(pieces)
        for box, reason in inline.boxes:
            lines += [[], *self.lines(box, self._looks.box(box, reason), depth + 1)]
        return lines

    def _table(self, table: Any, place: Place, depth: int) -> list[Line]:
        lines: list[Line] = []
        for row in table.iterchildren(f"{W}tr"):
            cells = [self._cell(cell, place, depth + 1) for cell in row.iterchildren(f"{W}tc")]
            if all(len(cell) <= 1 for cell in cells):
                lines.append(_joined([cell[0] for cell in cells if cell]))
            else:
                for cell in cells:
                    lines += [*cell, []]
        return lines

    def _cell(self, cell: Any, table: Place, depth: int) -> list[Line]:
        lines = self.lines(cell, self._looks.cell(cell, table), depth)
        return [line for line in lines if any(piece.text.strip() for piece in line)]


class _Inline:
    """Collects what a paragraph holds.

    Attributes:
        pieces: its text, with line feeds.
        boxes: its text boxes, each with why nobody sees the run that holds it.
    """

    def __init__(self, blocks: _Blocks, looks: Looks, look: Paragraph) -> None:
        self.pieces: list[Piece] = []
        self.boxes: list[tuple[Any, ExclusionReason | None]] = []
        self.own_reason = look.place.reason
        self._blocks = blocks
        self._looks = looks
        self._look = look
        self._codes: list[int | None] = []

    def read(self, element: Any, reason: ExclusionReason | None, depth: int) -> None:
        """Add the text and the boxes of an element whose words nobody sees for a reason, or everybody."""
        self._blocks.check_depth(depth)
        for child in element:
            tag = child.tag
            if tag == f"{W}t":
                self.pieces.append(Piece(child.text or "", reason))
            elif tag == f"{W}r":
                self.read(child, self._looks.reason(child, self._look), depth + 1)
            elif tag in _INLINE_TEXT:
                self.pieces.append(Piece(_INLINE_TEXT[tag], reason))
            elif tag == f"{W}txbxContent":
                self.boxes.append((child, reason))
            elif tag == f"{W}fldChar":
                self._mark_field(child.get(f"{W}fldCharType"))
            elif tag not in _SKIPPED and isinstance(tag, str):
                self.read(child, reason, depth + 1)

    def _mark_field(self, mark: str | None) -> None:
        """Hide what stands as text in the code of a field: only its result is displayed."""
        if mark == "begin":
            self._codes.append(len(self.pieces) if len(self._codes) < _MAX_OPEN_FIELDS else None)
        elif mark in ("separate", "end") and self._codes:
            start = self._codes.pop()
            if start is not None:
                self.pieces[start:] = [
                    Piece(piece.text, ExclusionReason.NOT_DISPLAYED) for piece in self.pieces[start:]
                ]
            if mark == "separate":
                self._codes.append(None)


def _split(pieces: Iterable[Piece]) -> list[Line]:
    """Return the lines that some pieces with line feeds make."""
    lines: list[Line] = [[]]
    for text, reason in pieces:
        first, *others = text.split("\n")
        if first:
            lines[-1].append(Piece(first, reason))
        lines += [[Piece(other, reason)] if other else [] for other in others]
    return lines


def _joined(cells: Iterable[Line]) -> Line:
    line: Line = []
    for number, cell in enumerate(cells):
        line += [_SEPARATOR, *cell] if number else cell
    return line
