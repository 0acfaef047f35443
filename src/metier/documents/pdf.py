"""PDF: bytes to text in reading order, with the look of the text. The border to PDFium.

PDFium is not thread-safe: read in one thread of a process at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from metier.documents.extracted import Extracted
from metier.documents.layout import reading_order
from metier.documents.ocr import Ocr, ocr_findings
from metier.documents.pdf_chars import Box, Look
from metier.documents.pdf_pages import PageContent, read_pages, too_long
from metier.documents.repair import NO_SOURCE, Traced, clean, join_hyphenated, trace, vocabulary
from metier.limits import ReadingLimits
from metier.types import Exclusion, ExclusionReason, Finding, Severity, Span, TextRun

_ENOUGH_CHARS = 200
_GARBLED_ERROR = 0.25
_GARBLED_WARNING = 0.03


def extract_pdf(data: bytes, limits: ReadingLimits, ocr: Ocr | None = None) -> Extracted:
    """Return the text of a PDF in reading order, its pages, the look of its text, and what is amiss.

    An empty line parts paragraphs, columns and pages; it belongs to the page before. Text that nobody
    sees (`pdf_sight` says how that is told) stays, after the other text of its page, and is an exclusion.

    Args:
        data: the whole file.
        limits: `max_pages` and `max_chars` apply.
        ocr: what reads pages that are pictures; None leaves them unread.

    Returns:
        Each run's span slices to the characters drawn in its look and ends with its line at the latest; the
        box of a word that was hyphenated covers both its lines. Findings: `needs_ocr`, an error where the
        other pages have fewer than 200 characters; what OCR read; `unverified_text_layer` and
        `text_layer_differs` of scans that bring a text along; `garbled_text`, an error where at least a
        quarter of the characters have no known letter, a warning from 3 percent.

    Raises:
        EncryptedDocument: it asks for a password.
        CorruptDocument: damaged, cut off, or without pages.
        LimitExceeded: more pages or characters than allowed.
    """
    pages = read_pages(data, limits, ocr)
    texts = [_page_text(page, first) for page, first in zip(pages, _firsts(pages), strict=True)]
    known = vocabulary(traced.text for traced in texts)
    text, spans = _join_pages([join_hyphenated(traced, known) for traced in texts])
    if len(text.text) > limits.max_chars:
        raise too_long(limits)
    runs, excluded = tuple(_runs(pages, text)), tuple(_exclusions(pages, text))
    findings = tuple(_findings(pages, text, spans, ocr))
    return Extracted(text.text, spans, runs, findings, excluded, has_pages=True)


def _firsts(pages: Sequence[PageContent]) -> list[int]:
    """Return the number of each page's first glyph, counted through the document."""
    firsts = [0]
    for page in pages[:-1]:
        firsts.append(firsts[-1] + len(page.chars))
    return firsts


def _page_text(page: PageContent, first: int) -> Traced:
    drawn = clean(trace(reading_order(page.glyphs()), [char.text for char in page.chars], first))
    if page.recognised is None or not page.uses_ocr:
        return drawn
    read = clean(Traced(page.recognised.text, [NO_SOURCE] * len(page.recognised.text)))
    if not drawn.text:
        return read
    return Traced(f"{read.text}\n\n{drawn.text}", [*read.sources, NO_SOURCE, NO_SOURCE, *drawn.sources])


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


def _runs(pages: Sequence[PageContent], text: Traced) -> Iterator[TextRun]:
    """Yield the runs of a text; spaces between characters of one look belong to the run."""
    glyphs = [(page.number, char.box, char.look) for page in pages for char in page.chars]
    start = end = 0
    current: tuple[int, Box, Look] | None = None
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


def _run(span: Span, page: int, box: Box, look: Look) -> TextRun:
    return TextRun(span, page, box, look.size_pt, look.color, look.render_mode)


def _union(a: Box, b: Box) -> Box:
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])


def _exclusions(pages: Sequence[PageContent], text: Traced) -> Iterator[Exclusion]:
    """Yield the words that nobody sees; what stands between words of one reason and page belongs to them."""
    reasons = [(reason, page.number) for page in pages for reason in page.reasons]
    current: tuple[ExclusionReason | None, int] = (None, 0)
    start = end = 0
    for place, source in enumerate(text.sources):
        if source < 0:
            continue
        if reasons[source] != current:
            if current[0] is not None:
                yield Exclusion(Span(start, end), current[0], current[1])
            current, start = reasons[source], place
        end = place + 1
    if current[0] is not None:
        yield Exclusion(Span(start, end), current[0], current[1])


def _findings(
    pages: Sequence[PageContent], text: Traced, spans: Sequence[Span], ocr: Ocr | None
) -> Iterator[Finding]:
    if ocr is not None:
        read = [
            (page.number, span, page.recognised)
            for page, span in zip(pages, spans, strict=True)
            if page.recognised is not None and page.uses_ocr
        ]
        n_unread = sum(page.is_scan and page.recognised is None for page in pages)
        yield from ocr_findings(ocr, read, n_unread=n_unread)
    for page, span in zip(pages, spans, strict=True):
        yield from _layer_findings(page, span)
    found = (_needs_ocr(pages), _garbled_text(pages, text))
    yield from (finding for finding in found if finding is not None)


def _layer_findings(page: PageContent, span: Span) -> Iterator[Finding]:
    if page.has_pictured and page.recognised is None:
        message = (
            f"Page {page.number} has words drawn as a picture, with a text that nobody sees under it. "
            "It is scored. Compare it with the picture, or install tesseract: then metier compares."
        )
        yield Finding("unverified_text_layer", Severity.WARNING, message, span, page.number)
    if not page.is_layered:
        return
    share = page.layer_share
    if share is None:
        message = (
            f"Page {page.number} is a picture with a text under it that nobody sees, as scanners write it. "
            "That text is scored. Compare it with the picture, or install tesseract: then metier compares."
        )
        yield Finding("unverified_text_layer", Severity.WARNING, message, span, page.number)
    elif not page.trusts_layer:
        message = (
            f"Page {page.number} is a picture with a text under it that nobody sees, and OCR reads only "
            f"{share:.0%} of that text's words in the picture. The picture is scored, the text is not."
        )
        yield Finding("text_layer_differs", Severity.WARNING, message, span, page.number)


def _needs_ocr(pages: Sequence[PageContent]) -> Finding | None:
    scans = [page.number for page in pages if page.is_scan and page.recognised is None]
    if not scans:
        return None
    readable = sum(len(page.chars) for page in pages if not page.is_scan)
    readable += sum(len(page.recognised.text) for page in pages if page.recognised is not None)
    severity = Severity.WARNING if readable >= _ENOUGH_CHARS else Severity.ERROR
    numbers = ", ".join(map(str, scans[:20])) + (", ..." if len(scans) > 20 else "")
    message = (
        f"Pages that are only an image: {numbers}. Their text needs OCR to be read: install "
        "tesseract with the languages of the document, or ask for a file whose text can be selected."
    )
    return Finding("needs_ocr", severity, message)


def _garbled_text(pages: Sequence[PageContent], text: Traced) -> Finding | None:
    marks = [char.garbled for page in pages for char in page.chars]
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
