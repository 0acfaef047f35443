"""Pictures of documents: PNG, JPEG and TIFF files, read by OCR."""

from __future__ import annotations

from metier.documents.extracted import Extracted
from metier.documents.ocr import Ocr, check_picture, ocr_findings
from metier.documents.plain import clean_text
from metier.errors import CorruptDocument, LimitExceeded
from metier.limits import ReadingLimits
from metier.types import Finding, Severity, Span


def extract_image(data: bytes, name: str, limits: ReadingLimits, ocr: Ocr | None) -> Extracted:
    """Return the text of a picture.

    Args:
        data: the whole file.
        name: its name, for messages.
        limits: `max_chars` applies.
        ocr: what reads it; None gives no text and the finding `needs_ocr`, an error.

    Raises:
        CorruptDocument: it cannot be opened.
        LimitExceeded: more pixels, characters or time than allowed.
    """
    check_picture(data, name)
    if ocr is None:
        message = (
            "The file is a picture. Its text needs OCR to be read: install tesseract with the languages of "
            "the document, or ask for a file whose text can be selected."
        )
        finding = Finding("needs_ocr", Severity.ERROR, message)
        return Extracted("", (Span(0, 0),), findings=(finding,), has_pages=True)
    try:
        recognised = ocr.read_picture(data)
    except CorruptDocument as exc:
        raise CorruptDocument(f"{name}: {exc}") from exc
    if recognised is None:
        raise LimitExceeded(
            f"{name} may take {ocr.timeout_s:g} seconds of OCR. It took longer. "
            "Raise ocr_timeout_s if that is wanted."
        )
    text = clean_text(recognised.text)
    if len(text) > limits.max_chars:
        raise LimitExceeded(
            f"{name} may have {limits.max_chars:,} characters. It has {len(text):,}. "
            "Raise max_chars if that is wanted."
        )
    span = Span(0, len(text))
    return Extracted(
        text, (span,), findings=tuple(ocr_findings(ocr, [(1, span, recognised)])), has_pages=True
    )
