"""The pages of a PDF: their characters, what of them a person sees, and what OCR reads in pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from metier.documents.layout import Glyph
from metier.documents.ocr import Ocr, Recognised
from metier.documents.pdf_chars import Box, Char, CharReader, turned
from metier.documents.pdf_sight import judge_sight
from metier.errors import CorruptDocument, EncryptedDocument, LimitExceeded
from metier.limits import ReadingLimits
from metier.types import ExclusionReason

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

_LOCKED = (4, 5)  # FPDF_ERR_PASSWORD and FPDF_ERR_SECURITY
_TAIL_BYTES = 4096
_MAX_LIGATURE = 4
_ACRO_FORM = 1  # FORMTYPE_ACRO_FORM

# A scan may carry a page number or the scanner's stamp.
_SCAN_MAX_CHARS = 50
_SCAN_MIN_COVER = 0.5
# A picture of a whole page with a few lines set over it.
_CAPTION_MAX_CHARS = 400
_WHOLE_COVER = 0.6
_SAYS_MORE = 1.5
_MAX_OBJECTS = 5_000
_LAYERED = frozenset({ExclusionReason.INVISIBLE, ExclusionReason.COVERED})
_LAYER_SHARE = 0.9
_LAYER_AGREES = 0.6  # of its words; OCR of two makes differs in a tenth to a quarter
_LINE_AGREES = 0.5  # of the words of one line of a layer
_LEAST_PICTURED = 3
_SAME_LINE_PT = 1.0
_GARBLED_SHARE = 0.25
_WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass(slots=True)
class PageContent:
    """What one page holds.

    Attributes:
        number: of the page, from 1.
        frame: left, bottom, right, top of what is shown of it, in points.
        chars: its characters, in the order of the file.
        reasons: for each, why nobody sees it, or None.
        is_scan: it is a picture with no text worth the name.
        is_layered: it is a picture of text with a text under it that nobody sees, as scanners write it.
        is_garbled: a quarter or more of the characters are no known letters.
        pictured: for each character, whether it is drawn invisibly over a picture, perhaps of itself.
        recognised: what OCR reads in its picture, where that was asked for and possible.
    """

    number: int
    frame: Box
    chars: list[Char] = field(default_factory=list)
    reasons: list[ExclusionReason | None] = field(default_factory=list)
    is_scan: bool = False
    is_layered: bool = False
    pictured: list[bool] = field(default_factory=list)
    is_garbled: bool = False
    recognised: Recognised | None = None

    @property
    def layer_share(self) -> float | None:
        """Return which share of the words of a text layer OCR reads in the picture; None without either."""
        words = set(_WORD.findall("".join(_spaced(self.chars)).lower()))
        if not self.is_layered or self.recognised is None or not words:
            return None
        return len(words & set(_WORD.findall(self.recognised.text.lower()))) / len(words)

    @property
    def trusts_layer(self) -> bool:
        """Tell whether the text layer may stand for the picture: it agrees with it, or nothing can tell."""
        share = self.layer_share
        return self.is_layered and (share is None or share >= _LAYER_AGREES)

    @property
    def has_pictured(self) -> bool:
        """Tell whether words, not just stray letters, are drawn invisibly over a picture."""
        return not self.is_layered and sum(self.pictured) >= _LEAST_PICTURED

    @property
    def uses_ocr(self) -> bool:
        """Tell whether the text of the page is what OCR reads."""
        needed = self.is_scan or self.is_garbled or (self.is_layered and not self.trusts_layer)
        return self.recognised is not None and needed

    def glyphs(self) -> list[Glyph]:
        """Return the characters for the layout; those that nobody sees come last, on lines of their own."""
        seen: dict[int, int] = {}
        unseen: dict[tuple[int, ExclusionReason], int] = {}
        glyphs = []
        for char, reason in zip(self.chars, self.reasons, strict=True):
            if reason is None:
                layer = seen.setdefault(char.angle, len(seen))
            else:
                layer = -1 - unseen.setdefault((char.angle, reason), len(unseen))
            glyphs.append(turned(char, layer))
        return glyphs


def _spaced(chars: list[Char]) -> Iterator[str]:
    for char in chars:
        if char.spaced:
            yield " "
        yield char.text


def read_pages(data: bytes, limits: ReadingLimits, ocr: Ocr | None) -> list[PageContent]:
    """Return the pages of a PDF; `extract_pdf` has the errors."""
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
        return list(_read_all(document, n_pages, limits, ocr))


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


def too_long(limits: ReadingLimits) -> LimitExceeded:
    """Return the error of a PDF with too many characters."""
    return LimitExceeded(
        f"A PDF may have {limits.max_chars:,} characters. This one has more. "
        "Raise max_chars if that is wanted."
    )


def _read_all(
    document: PdfDocument, n_pages: int, limits: ReadingLimits, ocr: Ocr | None
) -> Iterator[PageContent]:
    n_chars = 0
    has_fields = document.get_formtype() == _ACRO_FORM
    if has_fields:
        document.init_forms()
    for index in range(n_pages):
        if has_fields:
            # What people typed into the fields of a form becomes part of the page, as on paper.
            with closing(document[index]) as form:
                form.flatten()
        with closing(document[index]) as source:
            page = PageContent(index + 1, source.get_bbox())
            _read_chars(source, page, limits.max_chars - n_chars)
            n_chars += len(page.chars)
            if n_chars > limits.max_chars:
                raise too_long(limits)
            _judge_picture(source, page, ocr)
        yield page


def _read_chars(source: PdfPage, page: PageContent, max_chars: int) -> None:
    """Fill in the characters of a page, one more than allowed at most, and what of them is seen."""
    with closing(source.get_textpage()) as textpage:
        reader = CharReader(textpage.raw)
        for char in islice(reader.read_all(textpage.count_chars()), max_chars + 1):
            before = page.chars[-1] if page.chars else None
            if before is not None and char.is_more and len(before.text) < _MAX_LIGATURE:
                page.chars[-1] = before._replace(text=before.text + char.text)
            else:
                page.chars.append(char)
        sight = judge_sight(source, page.frame, page.chars, reader.objects)
        page.reasons, page.pictured = sight.reasons, sight.pictured


def _judge_picture(source: PdfPage, page: PageContent, ocr: Ocr | None) -> None:
    """Fill in what a page is a picture of; the words of a text layer that agrees with it count as seen."""
    n_layered = sum(reason in _LAYERED for reason in page.reasons)
    if len(page.chars) < _SCAN_MAX_CHARS:
        page.is_scan = _shows_image(source, page, _SCAN_MIN_COVER)
    elif n_layered >= _LAYER_SHARE * len(page.chars):
        page.is_layered = _shows_image(source, page, _SCAN_MIN_COVER)
    elif (
        ocr is not None and len(page.chars) < _CAPTION_MAX_CHARS and _shows_image(source, page, _WHOLE_COVER)
    ):
        # A few lines over a picture of the page, or over a background that says nothing: OCR tells.
        page.recognised = ocr.read_page(source)
        says = page.recognised.text if page.recognised is not None else ""
        page.is_scan = len(says) > _SAYS_MORE * len(page.chars)
        return
    page.is_garbled = sum(char.garbled for char in page.chars) >= max(_GARBLED_SHARE * len(page.chars), 1)
    if ocr is not None and (page.is_scan or page.is_layered or page.is_garbled or page.has_pictured):
        page.recognised = ocr.read_page(source)
    if page.uses_ocr and page.is_garbled:
        page.chars, page.reasons, page.pictured = [], [], []
    elif page.trusts_layer or page.has_pictured:
        _clear_pictured(page)


def _clear_pictured(page: PageContent) -> None:
    """Let the unseen lines count that the picture shows too; without OCR nothing can tell, and all do."""
    shown = set(_WORD.findall(page.recognised.text.lower())) if page.recognised is not None else None
    for line in _file_lines(page.chars):
        candidates = [i for i in line if page.reasons[i] in _LAYERED]
        # A letter of a picture may happen to lie on plain ground; its line decides.
        if not page.is_layered and sum(page.pictured[i] for i in candidates) < len(candidates) / 2:
            continue
        words = _WORD.findall("".join(_spaced([page.chars[i] for i in candidates])).lower())
        if shown is None or sum(word in shown for word in words) >= _LINE_AGREES * len(words):
            for i in candidates:
                page.reasons[i] = None


def _file_lines(chars: list[Char]) -> Iterator[range]:
    """Yield the places of characters that follow each other on one baseline."""
    start = 0
    for i in range(1, len(chars) + 1):
        if i == len(chars) or abs(chars[i].origin[1] - chars[i - 1].origin[1]) > _SAME_LINE_PT:
            yield range(start, i)
            start = i


def _shows_image(source: PdfPage, page: PageContent, cover: float) -> bool:
    """Tell whether a page is an image: any where there is no text, one over a share of it where there is."""
    from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

    left, bottom, right, top = page.frame
    area = max((right - left) * (top - bottom), 1.0)
    for item in islice(source.get_objects(max_depth=3), _MAX_OBJECTS):
        if item.type == FPDF_PAGEOBJ_IMAGE:
            x0, y0, x1, y1 = item.get_bounds()
            if not page.chars or (x1 - x0) * (y1 - y0) >= cover * area:
                return True
    return False
