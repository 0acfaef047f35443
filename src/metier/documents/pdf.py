"""PDF: bytes to text in reading order, with the look of the text. The border to PDFium.

PDFium is not thread-safe: read in one thread of a process at a time.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from metier.documents.extracted import Extracted
from metier.documents.layout import Glyph, reading_order
from metier.documents.repair import Traced, clean, join_hyphenated, trace, vocabulary
from metier.errors import CorruptDocument, EncryptedDocument, LimitExceeded
from metier.types import Finding, ReadingLimits, Severity, Span, TextRun

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

_LOCKED = (4, 5)  # FPDF_ERR_PASSWORD and FPDF_ERR_SECURITY
_TAIL_BYTES = 4096
_TINY_PT = 2.0
_INVISIBLE_MODE = 3
_MAX_LIGATURE = 4
_HYPHEN_CODE = 2  # what PDFium writes for a hyphen that it takes for a line break's

# A scan may carry a page number or the scanner's stamp.
_SCAN_MAX_GLYPHS = 50
_SCAN_MIN_COVER = 0.5
_ENOUGH_GLYPHS = 200
_MAX_OBJECTS = 5_000
_GARBLED_ERROR = 0.25
_GARBLED_WARNING = 0.03

Box = tuple[float, float, float, float]


class _Look(NamedTuple):
    size_pt: float
    color: tuple[int, int, int, int]
    render_mode: int


@dataclass(slots=True)
class _Page:
    """The glyphs of one page, and for each its box, its look and whether its letter is unknown."""

    number: int
    frame: Box
    glyphs: list[Glyph] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    looks: list[_Look] = field(default_factory=list)
    garbled: list[bool] = field(default_factory=list)
    is_scan: bool = False


def extract_pdf(data: bytes, limits: ReadingLimits) -> Extracted:
    """Return the text of a PDF in reading order, its pages, the look of its text, and what is amiss.

    An empty line parts paragraphs, columns and pages; it belongs to the page before. Text that nobody
    sees (invisible, tiny, off the page) stays, after the other text of its page.

    Args:
        data: the whole file.
        limits: `max_pages` and `max_chars` apply.

    Returns:
        Each run's span slices to the characters drawn in its look and ends with its line at the latest; the
        box of a word that was hyphenated covers both its lines. Findings: `needs_ocr`, an error where the
        other pages have fewer than 200 characters; `garbled_text`, an error where at least a quarter of
        the characters have no known letter, a warning from 3 percent.

    Raises:
        EncryptedDocument: it asks for a password.
        CorruptDocument: damaged, cut off, or without pages.
        LimitExceeded: more pages or characters than allowed.
    """
    pages = _read(data, limits)
    texts = [_page_text(page, first) for page, first in zip(pages, _firsts(pages), strict=True)]
    known = vocabulary(traced.text for traced in texts)
    text, spans = _join_pages([join_hyphenated(traced, known) for traced in texts])
    if len(text.text) > limits.max_chars:
        raise _too_long(limits)
    findings = _findings(pages, text)
    return Extracted(text.text, spans, tuple(_runs(pages, text)), findings)


def _read(data: bytes, limits: ReadingLimits) -> list[_Page]:
    from pypdfium2 import PdfDocument

    tail = data[-_TAIL_BYTES:]
    if b"startxref" not in tail and b"%%EOF" not in tail:
        raise CorruptDocument("The PDF breaks off before its end. Send the original file.")
    with _translated(), closing(PdfDocument(data)) as document:
        n_pages = len(document)
        if n_pages == 0:
            raise CorruptDocument("The PDF has no pages. Send the original file.")
        if n_pages > limits.max_pages:
            raise LimitExceeded(
                f"A PDF may have {limits.max_pages:,} pages. This one has {n_pages:,}. "
                "Raise max_pages if that is wanted."
            )
        return list(_read_pages(document, n_pages, limits))


@contextmanager
def _translated() -> Iterator[None]:
    from pypdfium2 import PdfiumError

    try:
        yield
    except PdfiumError as exc:
        if exc.err_code in _LOCKED:
            raise EncryptedDocument(
                "The PDF asks for a password. Save it without one and send it again."
            ) from exc
        raise CorruptDocument("The PDF is damaged: PDFium cannot load it. Send the original file.") from exc


def _too_long(limits: ReadingLimits) -> LimitExceeded:
    return LimitExceeded(
        f"A PDF may have {limits.max_chars:,} characters. This one has more. "
        "Raise max_chars if that is wanted."
    )


def _read_pages(document: PdfDocument, n_pages: int, limits: ReadingLimits) -> Iterator[_Page]:
    n_glyphs = 0
    for index in range(n_pages):
        with closing(document[index]) as source:
            page = _Page(index + 1, source.get_bbox())
            for glyph in _glyphs(source, page):
                n_glyphs += 1
                if n_glyphs > limits.max_chars:
                    raise _too_long(limits)
                page.glyphs.append(glyph)
            page.is_scan = len(page.glyphs) < _SCAN_MAX_GLYPHS and _shows_image(source, page)
        yield page


def _glyphs(source: PdfPage, page: _Page) -> Iterator[Glyph]:
    """Yield the glyphs of a page; fill its boxes, looks and garbled marks beside."""
    layers: dict[tuple[int, bool, bool], int] = {}
    with closing(source.get_textpage()) as textpage:
        reader = _CharReader(textpage.raw)
        spaced = False
        for index in range(textpage.count_chars()):
            char = reader.read(index)
            if char is None:
                continue
            if char.text.isspace() and not char.garbled:
                spaced = True
                continue
            if char.is_more and page.glyphs and len(page.glyphs[-1].text) < _MAX_LIGATURE:
                page.glyphs[-1] = page.glyphs[-1]._replace(text=page.glyphs[-1].text + char.text)
                continue
            hidden = char.look.render_mode == _INVISIBLE_MODE or char.look.size_pt < _TINY_PT
            layer = layers.setdefault((char.angle, _outside(char.box, page.frame), hidden), len(layers))
            page.boxes.append(char.box)
            page.looks.append(char.look)
            page.garbled.append(char.garbled)
            yield _turned(char, layer, spaced=spaced)
            spaced = False


class _Char(NamedTuple):
    """A character as PDFium tells it, in page coordinates.

    `is_more`: drawn by the same glyph as the character before, as the letters of a ligature are.
    """

    text: str
    box: Box
    origin: tuple[float, float]
    angle: int
    look: _Look
    garbled: bool
    is_more: bool


class _CharReader:
    """Reads characters by index; keeps the buffers that PDFium fills, and the look of the last object."""

    def __init__(self, textpage: Any) -> None:
        import pypdfium2.raw as pdfium

        self._pdfium = pdfium
        self._textpage = textpage
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
        self._look = _Look(0.0, (0, 0, 0, 255), 0)

    def read(self, index: int) -> _Char | None:
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
            self._read_look(index, drawn_by)
        self._pdfium.FPDFText_GetLooseCharBox(self._textpage, index, self._box)
        self._pdfium.FPDFText_GetCharOrigin(self._textpage, index, self._x, self._y)
        box = (self._box.left, self._box.bottom, self._box.right, self._box.top)
        origin = (self._x.value, self._y.value)
        if not math.isfinite(sum(box) + sum(origin)):
            box, origin = (0.0, 0.0, 0.0, 0.0), (0.0, 0.0)
        is_more = is_more and origin == self._origin
        self._origin = origin
        return _Char(text, box, origin, self._angle, self._look, garbled, is_more)

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
        self._look = _Look(
            round(size, 1) if math.isfinite(size) else 0.0,
            (red, green, blue, alpha),
            pdfium.FPDFTextObj_GetTextRenderMode(drawn_by),
        )
        if (matrix.a, matrix.b) != self._turn:
            self._turn = (matrix.a, matrix.b)
            angle = math.degrees(math.atan2(matrix.b, matrix.a))
            self._angle = round(angle) % 360 if math.isfinite(angle) else 0


def _outside(box: Box, frame: Box) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return not (frame[0] <= x <= frame[2] and frame[1] <= y <= frame[3])


def _turned(char: _Char, layer: int, *, spaced: bool) -> Glyph:
    """Return a glyph in coordinates in which its text runs to the right."""
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
    return Glyph(char.text, left, right, baseline, _em(char.look.size_pt, height), layer, spaced)


def _em(size_pt: float, height: float) -> float:
    """Return the font size; fonts with a scale of their own (Type 3) tell it by their height."""
    if height > 0 and not 0.4 * height <= size_pt <= 3 * height:
        return height
    return max(size_pt, 0.1)


def _shows_image(source: PdfPage, page: _Page) -> bool:
    """Tell whether a page is an image: any where there is no text, one over half of it where there is."""
    from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

    left, bottom, right, top = page.frame
    area = max((right - left) * (top - bottom), 1.0)
    for item in islice(source.get_objects(max_depth=3), _MAX_OBJECTS):
        if item.type == FPDF_PAGEOBJ_IMAGE:
            x0, y0, x1, y1 = item.get_bounds()
            if not page.glyphs or (x1 - x0) * (y1 - y0) >= _SCAN_MIN_COVER * area:
                return True
    return False


def _firsts(pages: Sequence[_Page]) -> list[int]:
    """Return the number of each page's first glyph, counted through the document."""
    firsts = [0]
    for page in pages[:-1]:
        firsts.append(firsts[-1] + len(page.glyphs))
    return firsts


def _page_text(page: _Page, first: int) -> Traced:
    return clean(trace(reading_order(page.glyphs), [glyph.text for glyph in page.glyphs], first))


def _join_pages(texts: Sequence[Traced]) -> tuple[Traced, tuple[Span, ...]]:
    filled = [number for number, traced in enumerate(texts) if traced.text]
    chars: list[str] = []
    sources: list[int] = []
    spans: list[Span] = []
    for number, traced in enumerate(texts):
        start = len(sources)
        parted = bool(traced.text) and number != filled[-1]
        chars.append(traced.text + ("\n\n" if parted else ""))
        sources += [*traced.sources, *([-1, -1] if parted else [])]
        spans.append(Span(start, len(sources)))
    return Traced("".join(chars), sources), tuple(spans)


def _runs(pages: Sequence[_Page], text: Traced) -> Iterator[TextRun]:
    """Yield the runs of a text; spaces between characters of one look belong to the run."""
    glyphs = [
        (page.number, box, look) for page in pages for box, look in zip(page.boxes, page.looks, strict=True)
    ]
    start = end = 0
    current: tuple[int, Box, _Look] | None = None
    for place, (char, source) in enumerate(zip(text.text, text.sources, strict=True)):
        found = glyphs[source] if source >= 0 else None
        if current and found and current[0] == found[0] and current[2] == found[2]:
            current = (current[0], _union(current[1], found[1]), current[2])
        elif found or char == "\n":
            if current:
                yield _run(Span(start, end), *current)
            current, start = found, place
        if found:
            end = place + 1
    if current:
        yield _run(Span(start, end), *current)


def _run(span: Span, page: int, box: Box, look: _Look) -> TextRun:
    return TextRun(span, page, box, look.size_pt, look.color, look.render_mode)


def _union(a: Box, b: Box) -> Box:
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])


def _findings(pages: Sequence[_Page], text: Traced) -> tuple[Finding, ...]:
    found = (_needs_ocr(pages), _garbled_text(pages, text))
    return tuple(finding for finding in found if finding is not None)


def _needs_ocr(pages: Sequence[_Page]) -> Finding | None:
    scans = [page.number for page in pages if page.is_scan]
    if not scans:
        return None
    readable = sum(len(page.glyphs) for page in pages if not page.is_scan)
    severity = Severity.WARNING if readable >= _ENOUGH_GLYPHS else Severity.ERROR
    numbers = ", ".join(map(str, scans[:20])) + (", ..." if len(scans) > 20 else "")
    message = f"Pages that are only an image: {numbers}. Their text needs OCR to be read."
    return Finding("needs_ocr", severity, message)


def _garbled_text(pages: Sequence[_Page], text: Traced) -> Finding | None:
    marks = [mark for page in pages for mark in page.garbled]
    bullets = {source for char, source in zip(text.text, text.sources, strict=True) if char == "•"}
    n_garbled = sum(mark and index not in bullets for index, mark in enumerate(marks))
    share = n_garbled / len(marks) if marks else 0.0
    if share < _GARBLED_WARNING:
        return None
    severity = Severity.ERROR if share >= _GARBLED_ERROR else Severity.WARNING
    message = (
        f"{share:.0%} of the characters have no known letter: the fonts of the PDF do not say what they "
        "draw. Export it anew, or read it by OCR."
    )
    return Finding("garbled_text", severity, message)
