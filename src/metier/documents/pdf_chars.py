"""The characters of a PDF page as PDFium tells them: letter, place, look, and which object drew them."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from metier.documents.layout import Glyph

_HYPHEN_CODE = 2  # what PDFium writes for a hyphen that it takes for a line break's

Box = tuple[float, float, float, float]


class Look(NamedTuple):
    """What the drawing of a character depends on: `TextRun` has the units."""

    size_pt: float
    color: tuple[int, int, int, int]
    render_mode: int


class Char(NamedTuple):
    """A character as PDFium tells it, in page coordinates.

    Attributes:
        text: the letter, or the replacement character.
        box: left, bottom, right, top of its cell in points.
        origin: where its baseline begins.
        angle: of its baseline, 0 to 359 degrees.
        look: its look.
        drawn_by: place of the object that draws it among `CharReader.objects`.
        garbled: it is no letter that a reader would know.
        is_more: drawn by the same glyph as the character before, as the letters of a ligature are.
        spaced: the file has a space between this character and the one before it.
    """

    text: str
    box: Box
    origin: tuple[float, float]
    angle: int
    look: Look
    drawn_by: int
    garbled: bool
    is_more: bool
    spaced: bool = False


class CharReader:
    """Reads characters by index; keeps the buffers that PDFium fills, and the look of the last object.

    Args:
        textpage: PDFium's handle of the text of a page; it must stay open while `objects` is used.
    """

    def __init__(self, textpage: Any) -> None:
        import pypdfium2.raw as pdfium

        self._pdfium = pdfium
        self._textpage = textpage
        self.objects: list[Any] = []
        self._box = pdfium.FS_RECTF()
        self._matrix = pdfium.FS_MATRIX()
        self._x, self._y = ctypes.c_double(), ctypes.c_double()
        self._color = (ctypes.c_uint * 4)()
        self._channels = [
            ctypes.cast(ctypes.byref(self._color, place), ctypes.POINTER(ctypes.c_uint))
            for place in range(0, ctypes.sizeof(self._color), ctypes.sizeof(ctypes.c_uint))
        ]
        self._turn = (1.0, 0.0)
        self._high = 0
        self._object = 0
        self._origin = (0.0, 0.0)
        self._angle = 0
        self._look = Look(0.0, (0, 0, 0, 255), 0)

    def read_all(self, n_chars: int) -> Iterator[Char]:
        """Yield the first `n_chars` characters without the blanks."""
        spaced = False
        for index in range(n_chars):
            char = self.read(index)
            if char is None:
                continue
            if char.text.isspace() and not char.garbled:
                spaced = True
                continue
            yield char._replace(spaced=spaced) if spaced else char
            spaced = False

    def read(self, index: int) -> Char | None:
        """Return a character; None for those that PDFium made up and for the first half of a pair."""
        drawn_by = self._pdfium.FPDFText_GetTextObject(self._textpage, index)
        if not drawn_by:
            return None
        code = self._pdfium.FPDFText_GetUnicode(self._textpage, index)
        if 0xD800 <= code < 0xDC00:
            self._high = code
            return None
        text, garbled = self._letter(index, code)
        self._high = 0
        address = ctypes.addressof(drawn_by.contents)
        is_more = address == self._object
        if not is_more:
            self._object = address
            self.objects.append(drawn_by)
            self._read_look(index, drawn_by)
        self._pdfium.FPDFText_GetLooseCharBox(self._textpage, index, self._box)
        self._pdfium.FPDFText_GetCharOrigin(self._textpage, index, self._x, self._y)
        box = (self._box.left, self._box.bottom, self._box.right, self._box.top)
        origin = (self._x.value, self._y.value)
        if not math.isfinite(sum(box) + sum(origin)):
            box, origin = (0.0, 0.0, 0.0, 0.0), (0.0, 0.0)
        is_more = is_more and origin == self._origin
        self._origin = origin
        return Char(text, box, origin, self._angle, self._look, len(self.objects) - 1, garbled, is_more)

    def _letter(self, index: int, code: int) -> tuple[str, bool]:
        """Return the letter of a code, and whether it is none that a reader would know."""
        if code == _HYPHEN_CODE and self._pdfium.FPDFText_IsHyphen(self._textpage, index) == 1:
            return "-", False
        if code > 0x20 and self._pdfium.FPDFText_HasUnicodeMapError(self._textpage, index) == 1:
            return "\ufffd", True
        if 0x21 <= code < 0x7F or 0xA1 <= code < 0xD800:
            return chr(code), False
        if 0xDC00 <= code < 0xE000 and self._high:
            code = 0x10000 + ((self._high - 0xD800) << 10) + code - 0xDC00
        if code == 0 or 0xD800 <= code < 0xE000 or 0xFFFD <= code < 0x10000 or code > 0x10FFFF:
            return "\ufffd", True
        text = chr(code)
        control = code < 0x20 or 0x7F <= code < 0xA0
        return text, (control and not text.isspace()) or 0xE000 <= code < 0xF900 or code >= 0xF0000

    def _read_look(self, index: int, drawn_by: Any) -> None:
        pdfium, matrix = self._pdfium, self._matrix
        pdfium.FPDFText_GetMatrix(self._textpage, index, matrix)
        size = pdfium.FPDFText_GetFontSize(self._textpage, index) * math.hypot(matrix.c, matrix.d)
        told = pdfium.FPDFPageObj_GetFillColor(drawn_by, *self._channels)
        red, green, blue, alpha = self._color if told else (0, 0, 0, 255)
        self._look = Look(
            round(size, 1) if math.isfinite(size) else 0.0,
            (red, green, blue, alpha),
            pdfium.FPDFTextObj_GetTextRenderMode(drawn_by),
        )
        if (matrix.a, matrix.b) != self._turn:
            self._turn = (matrix.a, matrix.b)
            angle = math.degrees(math.atan2(matrix.b, matrix.a))
            self._angle = round(angle) % 360 if math.isfinite(angle) else 0


def turned(char: Char, layer: int) -> Glyph:
    """Return a glyph in coordinates in which its text runs to the right; `layer` is `Glyph.layer`."""
    width, height = char.box[2] - char.box[0], char.box[3] - char.box[1]
    x, y = char.origin
    if char.angle == 0:
        left, right, baseline = char.box[0], char.box[2], y
    else:
        radians = math.radians(char.angle)
        cos, sin = math.cos(radians), math.sin(radians)
        left, baseline = x * cos + y * sin, y * cos - x * sin
        if char.angle % 180 == 90:
            width, height = height, width
        elif char.angle % 180:
            # The box of a slanted glyph is that of its corners: take the glyph to be an em high.
            height = min(height, 1.2 * char.look.size_pt)
            width = max((width - height * abs(sin)) / max(abs(cos), 0.1), 0.1 * height)
        right = left + width
    return Glyph(char.text, left, right, baseline, _em(char.look.size_pt, height), layer, char.spaced)


def _em(size_pt: float, height: float) -> float:
    """Return the font size; fonts with a scale of their own (Type 3) tell it by their height."""
    if height > 0 and not 0.4 * height <= size_pt <= 3 * height:
        return height
    return max(size_pt, 0.1)
