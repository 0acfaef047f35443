"""Documents for tests, without a file behind them."""

from __future__ import annotations

from metier.types import (
    Document,
    Exclusion,
    ExclusionReason,
    Mask,
    MaskKind,
    Role,
    Section,
    SectionKind,
    Span,
)


def span_of(text: str, words: str) -> Span:
    """Return where words first stand in a text."""
    start = text.index(words)
    return Span(start, start + len(words))


def document_of(
    text: str,
    *,
    hidden: dict[str, ExclusionReason] | None = None,
    masked: dict[str, MaskKind] | None = None,
    sections: tuple[Section, ...] | None = None,
) -> Document:
    """Return a resume with a text, some of whose words are excluded or masked."""
    excluded = [Exclusion(span_of(text, words), reason) for words, reason in (hidden or {}).items()]
    masks = [Mask(span_of(text, words), kind) for words, kind in (masked or {}).items()]
    whole = Section(SectionKind.HEADER, Span(0, len(text)))
    return Document(
        id="0" * 16,
        source="cv",
        role=Role.RESUME,
        language="en",
        text=text,
        sections=(whole,) if sections is None else sections,
        periods=(),
        months=None,
        findings=(),
        pages=(Span(0, len(text)),),
        excluded=tuple(sorted(excluded)),
        masks=tuple(sorted(masks)),
    )
