"""Documents on their way from the reading process: lists and strings, taken apart by hand.

A page has thousands of runs, so their fields go without names. Nothing is ever executed on the way in.
"""

from __future__ import annotations

from typing import Any

from metier.types import (
    Document,
    Exclusion,
    ExclusionReason,
    Finding,
    Mask,
    MaskKind,
    Period,
    Role,
    Section,
    SectionKind,
    Severity,
    Span,
    TextRun,
    YearMonth,
)


def to_wire(document: Document) -> dict[str, Any]:
    """Return a document as what JSON can hold; `from_wire` gives it back."""
    return {
        "id": document.id,
        "source": document.source,
        "role": document.role.value,
        "language": document.language,
        "text": document.text,
        "sections": [
            (s.kind.value, _pair(s.span), s.heading and _pair(s.heading)) for s in document.sections
        ],
        "periods": [_from_period(period) for period in document.periods],
        "months": document.months,
        "findings": [
            (f.code, f.severity.value, f.message, f.span and _pair(f.span), f.page, f.words)
            for f in document.findings
        ],
        "pages": [_pair(page) for page in document.pages],
        "runs": [
            (*_pair(run.span), run.page, *run.box, run.size_pt, *run.color, run.render_mode)
            for run in document.runs
        ],
        "excluded": [(_pair(item.span), item.reason.value, item.page) for item in document.excluded],
        "masks": [(_pair(mask.span), mask.kind.value) for mask in document.masks],
    }


def from_wire(wire: dict[str, Any]) -> Document:
    """Return the document that `to_wire` made."""
    return Document(
        id=wire["id"],
        source=wire["source"],
        role=Role(wire["role"]),
        language=wire["language"],
        text=wire["text"],
        sections=tuple(
            Section(SectionKind(kind), Span(*span), Span(*heading) if heading else None)
            for kind, span, heading in wire["sections"]
        ),
        periods=tuple(_to_period(fields) for fields in wire["periods"]),
        months=wire["months"],
        findings=tuple(
            Finding(code, Severity(severity), message, Span(*span) if span else None, page, words)
            for code, severity, message, span, page, words in wire["findings"]
        ),
        pages=tuple(Span(*page) for page in wire["pages"]),
        runs=tuple(
            TextRun(Span(start, end), page, (left, bottom, right, top), size, (red, green, blue, alpha), mode)
            for start, end, page, left, bottom, right, top, size, red, green, blue, alpha, mode in wire[
                "runs"
            ]
        ),
        excluded=tuple(
            Exclusion(Span(*span), ExclusionReason(reason), page) for span, reason, page in wire["excluded"]
        ),
        masks=tuple(Mask(Span(*span), MaskKind(kind)) for span, kind in wire["masks"]),
    )


def _pair(span: Span) -> tuple[int, int]:
    return span.start, span.end


def _from_period(period: Period) -> tuple[Any, ...]:
    start = period.start and (period.start.year, period.start.month)
    end = period.end and (period.end.year, period.end.month)
    return _pair(period.span), start, end, period.ongoing, period.months, period.counted


def _to_period(fields: list[Any]) -> Period:
    span, start, end, ongoing, months, counted = fields
    return Period(
        Span(*span),
        YearMonth(*start) if start else None,
        YearMonth(*end) if end else None,
        ongoing,
        months,
        counted,
    )
