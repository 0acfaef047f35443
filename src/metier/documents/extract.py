"""Which reader takes which format."""

from __future__ import annotations

from importlib import import_module
from typing import Final, Protocol, cast

from metier.documents.extracted import Extracted
from metier.documents.formats import DocumentFormat
from metier.documents.ocr import Ocr
from metier.errors import DocumentError
from metier.limits import ReadingLimits

# By module and function: a run over text files imports none of the parsers.
READERS: Final = {
    DocumentFormat.DOCX: "metier.documents.docx:extract_docx",
    DocumentFormat.ODT: "metier.documents.odt:extract_odt",
    DocumentFormat.RTF: "metier.documents.rtf:extract_rtf",
    DocumentFormat.HTML: "metier.documents.html:extract_html",
    DocumentFormat.MARKDOWN: "metier.documents.markdown:extract_markdown",
    DocumentFormat.JSON_RESUME: "metier.documents.json_resume:extract_json_resume",
    DocumentFormat.HH_RESUME: "metier.documents.hh_resume:extract_hh_resume",
    DocumentFormat.TEXT: "metier.documents.plain:extract_plain",
}


class _Reader(Protocol):
    def __call__(self, data: bytes, name: str, limits: ReadingLimits) -> Extracted: ...


def extract(
    data: bytes, *, name: str, fmt: DocumentFormat, limits: ReadingLimits, ocr: Ocr | None = None
) -> Extracted:
    """Return the text of a file with what its format tells.

    Args:
        data: the whole file.
        name: its name, for messages.
        fmt: its format, from `detect_format`.
        limits: size and length of one document.
        ocr: what reads pictures; None leaves them unread.

    Raises:
        DocumentError: it cannot be read; the class says why.
    """
    if fmt is DocumentFormat.PDF:
        return _extract_pdf(data, name, limits, ocr)
    if fmt is DocumentFormat.IMAGE:
        from metier.documents.image import extract_image

        return extract_image(data, name, limits, ocr)
    module, _, function = READERS[fmt].partition(":")
    reader = cast(_Reader, getattr(import_module(module), function))
    return reader(data, name, limits)


def _extract_pdf(data: bytes, name: str, limits: ReadingLimits, ocr: Ocr | None) -> Extracted:
    from metier.documents.pdf import extract_pdf

    try:
        return extract_pdf(data, limits, ocr)
    except DocumentError as exc:
        raise type(exc)(f"{name}: {exc}") from exc
