"""The lines of an OpenDocument text in reading order, and which of their words nobody sees."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from metier.documents.docx_color import CLEAR, UNKNOWN, Colors, on_top
from metier.documents.lines import Meter, row_lines
from metier.documents.odt_style import DRAW, TEXT, Look, Styles, ground, is_tiny, over, shape_ground
from metier.documents.pieces import Line, Piece
from metier.documents.unseen import are_unseen
from metier.errors import LimitExceeded
from metier.types import ExclusionReason

# Nested lists, tables and frames of real files stay below 50.
_MAX_DEPTH = 120

TABLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE: Final = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
SVG: Final = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"

P, H = f"{TEXT}p", f"{TEXT}h"
_BULLET = Piece("• ")
_SPACES = re.compile(r"[ \t\r\n]+")
_ASIAN = re.compile(r"[\u1100-\u11ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef]")
_COMPLEX = re.compile(r"[\u0590-\u08ff\u0900-\u0dff\u0e00-\u0eff\ufb1d-\ufdff\ufe70-\ufefc]")
_BY_SCRIPT = re.compile(
    f"{_ASIAN.pattern}+|{_COMPLEX.pattern}+|[^{_ASIAN.pattern[1:-1]}{_COMPLEX.pattern[1:-1]}]+"
)
# A section whose condition holds is hidden; these hold in every document.
_ALWAYS = re.compile(r"(?:[a-z]+:)?\s*(?:true|[1-9]\d{0,9}|(\w{1,40})\s*={1,2}\s*\1)\s*", re.IGNORECASE)

_SKIPPED = frozenset(
    {f"{TEXT}{name}" for name in ("tracked-changes", "note-citation", "ruby-text", "script", "number")}
    | {f"{TEXT}{name}-decls" for name in ("variable", "sequence", "user-field", "dde-connection")}
    | {f"{OFFICE}{name}" for name in ("annotation", "forms", "event-listeners", "script", "binary-data")}
    | {f"{SVG}title", f"{SVG}desc", f"{TABLE}title", f"{TABLE}desc"}
    | {f"{TEXT}{kind}-source" for kind in ("table-of-content", "alphabetical-index", "illustration-index")}
    | {f"{TEXT}{kind}-source" for kind in ("table-index", "object-index", "user-index", "bibliography")}
)
_INLINE_TEXT = {f"{TEXT}tab": "\t", f"{TEXT}line-break": "\n", f"{TEXT}soft-page-break": ""}
_SHAPE_NAMES = "text-box custom-shape rect ellipse circle polygon path line polyline connector caption"
_SHAPES = frozenset(f"{DRAW}{name}" for name in _SHAPE_NAMES.split())
DRAWN: Final = _SHAPES | {f"{DRAW}frame", f"{DRAW}g", f"{DRAW}a"}
_DISPLAY = f"{TEXT}display"


@dataclass(frozen=True, slots=True)
class Place:
    """Where paragraphs stand: a page, section, cell or frame.

    Attributes:
        ground: what is behind them.
        reason: why nobody sees anything here, or None.
    """

    ground: Colors
    reason: ExclusionReason | None = None

    def above(self, layer: Colors) -> Place:
        """Return this place with a layer over its ground."""
        return self if layer == CLEAR else replace(self, ground=on_top(layer, self.ground))


class Blocks:
    """Turns paragraphs, lists, tables and frames into lines.

    Args:
        styles: of the part that is read.
        meter: counts characters.
        anything: the colours that may be behind a frame without a fill.
        name: the file's name, for messages.
    """

    def __init__(self, styles: Styles, *, meter: Meter, anything: Colors, name: str) -> None:
        self._styles = styles
        self._meter = meter
        self._anything = anything
        self._name = name

    def lines(self, parent: Any, place: Place, depth: int = 0) -> list[Line]:
        """Return the lines of what an element holds.

        Raises:
            LimitExceeded: too many characters, or elements nested deeper than any word processor does.
        """
        self.check_depth(depth)
        lines: list[Line] = []
        for block in parent:
            tag = block.tag
            if tag in (P, H):
                lines += self._paragraph(block, place, depth + 1)
            elif tag == f"{TEXT}list-item":
                lines += self._item(block, place, depth + 1)
            elif tag == f"{TABLE}table":
                lines += self._table(block, place, depth + 1)
            elif tag == f"{TEXT}section":
                lines += self.lines(block, self._section(block, place), depth + 1)
            elif tag in DRAWN:
                lines += self._drawn(block, place.reason, depth + 1)
            elif isinstance(tag, str) and tag not in _SKIPPED:
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
        look = self._styles.look("paragraph", paragraph.get(f"{TEXT}style-name"))
        inline = _Inline(self, self._styles, place.above(ground(look)))
        inline.read(paragraph, look, inline.place.reason, depth)
        pieces, boxes = inline.pieces, inline.boxes
        if inline.hidden:
            pieces = [Piece(piece.text, ExclusionReason.NOT_DISPLAYED) for piece in pieces]
        self._meter.add(1)
        stands_off = paragraph.tag == H or look.heading
        lines: list[Line] = [[]] if stands_off and any(piece.text.strip() for piece in pieces) else []
        lines += _split(pieces)
        for box, reason in boxes:
            inside = self._boxed(box, ExclusionReason.NOT_DISPLAYED if inline.hidden else reason, depth)
            lines += [[], *inside] if inside else []
        return lines

    def count(self, n_chars: int) -> None:
        """Count characters that are about to be read."""
        self._meter.add(n_chars)

    def _item(self, item: Any, place: Place, depth: int) -> list[Line]:
        lines = self.lines(item, place, depth)
        first = next((block for block in item if block.tag in (P, H, f"{TEXT}list")), None)
        line = next((line for line in lines if any(piece.text.strip() for piece in line)), None)
        if first is not None and first.tag == P and line is not None and line[0] is not _BULLET:
            line.insert(0, _BULLET)
        return lines

    def _section(self, section: Any, place: Place) -> Place:
        look = self._styles.look("section", section.get(f"{TEXT}style-name"))
        place = place.above(ground(look))
        display = section.get(_DISPLAY)
        if display == "none" or (display == "condition" and _is_hidden_now(section)):
            return replace(place, reason=ExclusionReason.NOT_DISPLAYED)
        return place

    def _table(self, table: Any, place: Place, depth: int) -> list[Line]:
        self.check_depth(depth)
        place = place.above(ground(self._styles.look("table", table.get(f"{TABLE}style-name"))))
        by_template = table.get(f"{TABLE}template-name") is not None or any(
            column.get(f"{TABLE}default-cell-style-name") for column in table.iter(f"{TABLE}table-column")
        )
        lines: list[Line] = []
        for row in _rows(table):
            lines += self._row(row, place, by_template=by_template, depth=depth + 1)
        return lines

    def _row(self, row: Any, place: Place, *, by_template: bool, depth: int) -> list[Line]:
        place = place.above(ground(self._styles.look("table-row", row.get(f"{TABLE}style-name"))))
        usual = row.get(f"{TABLE}default-cell-style-name")
        cells = []
        for cell in row:
            style = cell.get(f"{TABLE}style-name", usual)
            layer = ground(self._styles.look("table-cell", style))
            where = place.above(UNKNOWN if style is None and by_template else layer)
            if cell.tag == f"{TABLE}covered-table-cell":
                where = replace(where, reason=ExclusionReason.NOT_DISPLAYED)
            lines = self.lines(cell, where, depth)
            cells.append([line for line in lines if any(piece.text.strip() for piece in line)])
        return row_lines(cells, separator=lambda: Piece("\t"))

    def _boxed(self, shape: Any, reason: ExclusionReason | None, depth: int) -> list[Line]:
        lines = self._drawn(shape, reason, depth + 1)
        while lines and not lines[-1]:
            lines.pop()
        return lines

    def _drawn(self, shape: Any, reason: ExclusionReason | None, depth: int) -> list[Line]:
        """Return the lines of a frame, a shape, a group of them, or a note."""
        self.check_depth(depth)
        reason = reason if reason is ExclusionReason.NOT_DISPLAYED else None
        if shape.tag == f"{TEXT}note-body":
            return self.lines(shape, Place(self._anything, reason), depth)
        look = self._styles.look("graphic", shape.get(f"{DRAW}style-name"))
        if shape.tag in _SHAPES:
            return self.lines(shape, Place(self._anything, reason).above(shape_ground(look)), depth)
        lines: list[Line] = []
        for child in shape:
            if child.tag == f"{DRAW}text-box":
                lines += self.lines(child, Place(self._anything, reason).above(ground(look)), depth + 1)
            elif child.tag in DRAWN:
                lines += self._drawn(child, reason, depth + 1)
        return lines


class _Inline:
    """Collects what a paragraph holds.

    Attributes:
        pieces: its text, with line feeds.
        boxes: its frames, shapes and notes, each with why nobody sees what holds it.
        hidden: a field hides the whole paragraph.
        place: where it stands, its own background included.
    """

    def __init__(self, blocks: Blocks, styles: Styles, place: Place) -> None:
        self.pieces: list[Piece] = []
        self.boxes: list[tuple[Any, ExclusionReason | None]] = []
        self.hidden = False
        self.place = place
        self._blocks = blocks
        self._styles = styles
        self._after_space = True

    def read(self, element: Any, look: Look, reason: ExclusionReason | None, depth: int) -> None:
        """Add the text and the frames of an element."""
        self._blocks.check_depth(depth)
        self._add(element.text, look, reason)
        for child in element:
            self._read_child(child, look, reason, depth)
            self._add(child.tail, look, reason)

    def _read_child(self, child: Any, look: Look, reason: ExclusionReason | None, depth: int) -> None:
        tag = child.tag
        if tag == f"{TEXT}s":
            n_spaces = _count(child.get(f"{TEXT}c"))
            self._blocks.count(n_spaces)
            self._put(" " * n_spaces, look, reason)
        elif tag in _INLINE_TEXT:
            self._put(_INLINE_TEXT[tag], look, reason)
            self._after_space = bool(_INLINE_TEXT[tag]) or self._after_space
        elif tag in DRAWN or tag == f"{TEXT}note-body":
            in_line = tag == f"{TEXT}note-body" or child.get(f"{TEXT}anchor-type") == "as-char"
            self.boxes.append((child, ExclusionReason.NOT_DISPLAYED if look.hidden and in_line else reason))
        elif isinstance(tag, str) and tag not in _SKIPPED:
            if tag in (f"{TEXT}span", f"{TEXT}a"):
                look = over(look, self._styles.look("text", child.get(f"{TEXT}style-name")))
            if _is_hidden(child):
                reason = ExclusionReason.NOT_DISPLAYED
            self.hidden |= tag == f"{TEXT}hidden-paragraph" and _is_hidden_now(child)
            self.read(child, look, reason, depth + 1)

    def _add(self, text: str | None, look: Look, reason: ExclusionReason | None) -> None:
        """Add text as the format wants it read: runs of blanks are one space, at the start none."""
        if not text:
            return
        text = _SPACES.sub(" ", text)
        if self._after_space and text.startswith(" "):
            text = text[1:]
        if text:
            self._after_space = text.endswith(" ")
            self._blocks.count(len(text))
            self._put(text, look, reason)

    def _put(self, text: str, look: Look, reason: ExclusionReason | None) -> None:
        reason = ExclusionReason.NOT_DISPLAYED if look.hidden else reason or _unseen(look, self.place.ground)
        if reason is not None:
            self.pieces.append(Piece(text, reason))
        else:
            self.pieces += [Piece(part, small) for part, small in _by_size(text, look)]


def _is_hidden(field: Any) -> bool:
    """Tell whether a field is not displayed."""
    if field.get(_DISPLAY) == "none":
        return True
    return field.tag == f"{TEXT}hidden-text" and _is_hidden_now(field)


def _is_hidden_now(element: Any) -> bool:
    """Tell whether the condition that hides an element holds."""
    if element.get(f"{TEXT}is-hidden") == "true":
        return True
    return _ALWAYS.fullmatch(element.get(f"{TEXT}condition", "")) is not None


def _by_size(text: str, look: Look) -> Iterator[tuple[str, ExclusionReason | None]]:
    """Yield the parts of a text that have a size of their own, each with why nobody sees it."""
    western, asian, complex_ = (
        is_tiny(look, size) for size in (look.size, look.asian_size, look.complex_size)
    )
    if western is asian is complex_:
        yield text, ExclusionReason.TINY if western else None
        return
    for part in _BY_SCRIPT.findall(text):
        tiny = asian if _ASIAN.match(part) else complex_ if _COMPLEX.match(part) else western
        yield part, ExclusionReason.TINY if tiny else None


def _unseen(look: Look, place: Colors) -> ExclusionReason | None:
    if look.effect or not look.color:
        return None
    if look.color == CLEAR:
        return ExclusionReason.INVISIBLE
    behind = place if look.marker is None else on_top(look.marker, place)
    return ExclusionReason.BACKGROUND_COLOR if are_unseen(look.color, behind) else None


def _rows(table: Any) -> Iterator[Any]:
    """Yield the rows of a table, but not those of tables within it."""
    waiting = list(reversed(table))
    while waiting:
        element = waiting.pop()
        if element.tag == f"{TABLE}table-row":
            yield element
        elif element.tag != f"{TABLE}table":
            waiting += reversed(element)


def _count(value: str | None) -> int:
    """Return how many spaces a `text:s` stands for; nobody needs more than a billion."""
    return int(value[:9]) if value and value.isascii() and value.isdigit() else 1


def _split(pieces: Iterable[Piece]) -> list[Line]:
    """Return the lines that some pieces with line feeds make."""
    lines: list[Line] = [[]]
    for text, reason in pieces:
        first, *others = text.split("\n")
        if first:
            lines[-1].append(Piece(first, reason))
        lines += [[Piece(other, reason)] if other else [] for other in others]
    return lines
