"""Shapes of an RTF file: what they put behind words, and the words within them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from metier.documents.color import WHITE
from metier.documents.docx_color import CLEAR, UNKNOWN, Colors, either, on_top
from metier.documents.rtf_lines import RunLine, lay
from metier.types import ExclusionReason

_TWIPS_PER_CM = 1440 / 2.54
_LEAST_AREA = 5 * _TWIPS_PER_CM**2  # an icon is nothing that words stand on
_OPAQUE = 65_536
_WANTED: Final = frozenset({"fillColor", "fFilled", "fillType", "fillOpacity", "fHidden", "fBehindDocument"})
_MAX_VALUE_CHARS = 40
_SIDES: Final = (b"shpleft", b"shptop", b"shpright", b"shpbottom")
_PICTURE = "pib"
_MAX_FILLS = 10_000


@dataclass(slots=True, eq=False)
class Shape:
    """A shape while it is read.

    Attributes:
        below: it lies behind the text.
        lines: those of its text boxes.
        has_children: it is a group, which has no fill.
        text: name or value of a property, as it is read.
    """

    below: bool = False
    lines: list[RunLine] = field(default_factory=list)
    has_children: bool = False
    text: str = ""
    _name: str = ""
    _properties: dict[str, str] = field(default_factory=dict)
    _numbers: dict[bytes, int] = field(default_factory=dict)

    def add_text(self, text: str) -> None:
        """Add to the name or value that is read."""
        if len(self.text) < _MAX_VALUE_CHARS:
            self.text += text

    def end_name(self) -> None:
        """Take the text as the name of a property."""
        self._name, self.text = self.text.strip(), ""
        if self._name == _PICTURE:
            self._properties[_PICTURE] = "1"

    def end_value(self) -> None:
        """Take the text as the value of the property that was named last."""
        if self._name in _WANTED:
            self._properties[self._name] = self.text.strip()[:_MAX_VALUE_CHARS]
        self.text = ""

    def take_word(self, word: bytes, number: int | None) -> None:
        """Take a control word of the shape itself."""
        if word == b"shpfblwtxt":
            self.below = self.below or number != 0
        elif word in _SIDES or word.startswith(b"dp"):
            self._numbers[word] = number or 0

    @property
    def is_large(self) -> bool:
        """Tell whether words have room on it, or its size is not stated."""
        if not all(side in self._numbers for side in _SIDES):
            return True
        left, top, right, bottom = (self._numbers[side] for side in _SIDES)
        area = abs(right - left) * abs(bottom - top)
        return area == 0 or area >= _LEAST_AREA

    @property
    def is_below(self) -> bool:
        """Tell whether it lies behind the text."""
        return self.below or self._properties.get("fBehindDocument") == "1"

    @property
    def is_hidden(self) -> bool:
        """Tell whether it is not displayed."""
        return self._properties.get("fHidden") == "1"

    def fill(self) -> Colors:
        """Return the colours that it puts behind words; clear where it puts none."""
        if self.has_children:
            return CLEAR
        if b"dpfillpat" in self._numbers:
            return self._old_fill()
        get = self._properties.get
        if _PICTURE in self._properties or get("fillType", "0") != "0":
            return UNKNOWN
        opacity = _number(get("fillOpacity"), _OPAQUE)
        if get("fFilled") == "0" or opacity <= 0:
            return CLEAR
        color = _number(get("fillColor"), 0xFFFFFF)
        return (
            frozenset({(color & 255, color >> 8 & 255, color >> 16 & 255)}) if opacity >= _OPAQUE else UNKNOWN
        )

    def _old_fill(self) -> Colors:
        """Return the fill of a drawing of Word 6."""
        if self._numbers[b"dpfillpat"] == 0:
            return CLEAR
        return either(self._old_color(b"fg"), self._old_color(b"bg"))

    def _old_color(self, side: bytes) -> Colors:
        red, green, blue = (
            self._numbers.get(b"dpfill" + side + b"c" + channel, 255) & 255 for channel in (b"r", b"g", b"b")
        )
        return frozenset({(red, green, blue)})


class Shapes:
    """What the shapes of a file put behind its words."""

    def __init__(self) -> None:
        self._below: set[Colors] = set()
        self._anywhere: set[Colors] = set()
        self._open_lines: list[RunLine] = []

    def end(self, shape: Shape) -> None:
        """Take a shape that was read, and put its fill behind its words."""
        fill = shape.fill()
        if shape.is_hidden:
            for run in (run for line in shape.lines for run in line):
                run.reason = ExclusionReason.NOT_DISPLAYED
        elif shape.is_large and len(self._anywhere) < _MAX_FILLS:
            self._anywhere.add(fill)
            if shape.is_below:
                self._below.add(fill)
        lay(shape.lines, fill)
        if fill >= CLEAR:
            self._open_lines += shape.lines

    def page(self) -> Colors:
        """Return what may be behind the words of the body."""
        paper = frozenset({WHITE})
        return either(paper, *(on_top(fill, paper) for fill in self._below))

    def settle(self) -> None:
        """Put all that a page may show behind the words of shapes without a fill."""
        page = self.page()
        lay(self._open_lines, either(page, *(on_top(fill, page) for fill in self._anywhere)))


def _number(value: str | None, usual: int) -> int:
    digits = (value or "").removeprefix("-")
    return int(value or "") if digits.isascii() and digits.isdigit() else usual
