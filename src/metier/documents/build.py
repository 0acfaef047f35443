"""Extracted text to `Document`: language, sections, periods, findings."""

from __future__ import annotations

import hashlib

from metier.documents.extracted import Extracted
from metier.documents.formats import DocumentFormat, promised_format
from metier.documents.language import detect_language
from metier.documents.periods import find_periods, total_months
from metier.documents.quality import text_findings
from metier.documents.sections import find_sections
from metier.types import Document, Finding, Role, Severity, YearMonth

_ID_DIGITS = 16


def content_id(data: bytes) -> str:
    """Return the id of a document: the first 16 hex digits of the SHA-256 of its bytes."""
    return hashlib.sha256(data).hexdigest()[:_ID_DIGITS]


def build_document(
    extracted: Extracted, *, content: str, source: str, role: Role, as_of: YearMonth
) -> Document:
    """Return the document that some extracted text makes.

    Args:
        extracted: the text in reading order.
        content: id of the original bytes, from `content_id`.
        source: the name a person knows the document by.
        role: resume, vacancy or answer.
        as_of: the month that "present" stands for.
    """
    text = extracted.text
    sections = find_sections(text, role)
    periods = find_periods(text, sections, as_of=as_of) if role is Role.RESUME else ()
    return Document(
        id=content,
        source=source,
        role=role,
        language=detect_language(text),
        text=text,
        sections=sections,
        periods=periods,
        months=total_months(periods),
        findings=_merged(extracted.findings, text_findings(text)),
        pages=extracted.pages,
        runs=extracted.runs,
    )


def name_findings(name: str, found: DocumentFormat) -> tuple[Finding, ...]:
    """Return a finding where a file's name promises another format than its bytes hold."""
    promised = promised_format(name)
    if promised in (None, found):
        return ()
    message = f"The name ends like {promised}, the content is {found}. It was read by its content."
    return (Finding("wrong_extension", Severity.WARNING, message),)


def _merged(first: tuple[Finding, ...], second: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return both, worst first; what the format says of a cause goes before what the text says of it."""
    codes = {finding.code for finding in first}
    if "needs_ocr" in codes:
        codes.add("almost_no_text")
    merged = [*first, *(finding for finding in second if finding.code not in codes)]
    return tuple(sorted(merged, key=lambda finding: -list(Severity).index(finding.severity)))
