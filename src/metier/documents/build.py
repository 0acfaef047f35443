"""Extracted text to `Document`: language, sections, periods, findings."""

from __future__ import annotations

import hashlib

from metier.documents.characters import find_disguised, smuggled_text
from metier.documents.exclusions import exclusion_findings
from metier.documents.extracted import Extracted
from metier.documents.formats import DocumentFormat, promised_format
from metier.documents.instructions import find_instructions
from metier.documents.language import detect_language
from metier.documents.masking.find import find_masks
from metier.documents.periods import find_periods, total_months
from metier.documents.quality import text_findings
from metier.documents.sections import find_sections
from metier.documents.view import blanked
from metier.types import Document, Exclusion, ExclusionReason, Finding, Role, Severity, Span, YearMonth

_ID_DIGITS = 16
_JSON = {DocumentFormat.JSON_RESUME, DocumentFormat.HH_RESUME}
_CHARACTERS = ExclusionReason.HIDDEN_CHARACTERS  # within words, which stay


def content_id(data: bytes) -> str:
    """Return the id of a document: the first 16 hex digits of the SHA-256 of its bytes."""
    return hashlib.sha256(data).hexdigest()[:_ID_DIGITS]


def build_document(
    extracted: Extracted, *, content: str, source: str, role: Role, as_of: YearMonth
) -> Document:
    """Return the document that some extracted text makes.

    Sections, periods, language and personal facts are told from what a person sees.

    Args:
        extracted: the text in reading order.
        content: id of the original bytes, from `content_id`.
        source: the name a person knows the document by.
        role: resume, vacancy or answer.
        as_of: the month that "present" stands for.
    """
    text = extracted.text
    excluded = _excluded(extracted)
    seen = blanked(text, (item.span for item in excluded if item.reason is not _CHARACTERS))
    sections = find_sections(seen, role)
    language = detect_language(seen)
    is_resume = role is Role.RESUME
    periods = find_periods(seen, sections, as_of=as_of) if is_resume else ()
    findings = (*exclusion_findings(text, excluded), *text_findings(seen))
    return Document(
        id=content,
        source=source,
        role=role,
        language=language,
        text=text,
        sections=sections,
        periods=periods,
        months=total_months(periods),
        findings=_merged(extracted.findings, findings),
        pages=extracted.pages,
        runs=extracted.runs,
        excluded=excluded,
        masks=find_masks(seen, sections, language=language) if is_resume else (),
    )


def _excluded(extracted: Extracted) -> tuple[Exclusion, ...]:
    """Return what the format hides, what characters hide, and what gives orders to a program."""
    text = extracted.text
    disguised = find_disguised(text)
    smuggled = [item.span for item in disguised if find_instructions(smuggled_text(text, item.span))]
    orders = [
        Exclusion(span, ExclusionReason.INSTRUCTION, _page_of(span, extracted))
        for span in (*find_instructions(text), *smuggled)
    ]
    found = [*extracted.excluded, *disguised, *orders]
    return tuple(sorted(found, key=lambda item: (item.span, item.reason)))


def _page_of(span: Span, extracted: Extracted) -> int | None:
    """Return the number of the page that a span begins on, for formats that have pages."""
    if not extracted.has_pages:
        return None
    return next((number for number, page in enumerate(extracted.pages, 1) if span.start < page.end), None)


def name_findings(name: str, found: DocumentFormat) -> tuple[Finding, ...]:
    """Return a finding where a file's name promises another format than its bytes hold."""
    promised = promised_format(name)
    if promised in (None, found) or {promised, found} <= _JSON:
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
