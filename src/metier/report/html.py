"""Assessments as one HTML page that needs nothing else: no network, no script, no other file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from metier.assessment import Assessment
from metier.report.highlight import Excerpt, Mark, MarkKind, Segment, excerpt, highlight
from metier.report.page import environment, style
from metier.report.words import ReportLanguage, Words
from metier.types import (
    AssessmentStatus,
    Document,
    EvidenceLabel,
    ExclusionReason,
    Failure,
    Finding,
    Importance,
    Quote,
    Requirement,
    RequirementStatus,
    Severity,
    SkillEvidence,
    Span,
)

__all__ = ["Failure", "ReportItem", "ReportLanguage", "render_card", "render_html"]

_LANGUAGE_CODE = re.compile(r"[a-z]{2,3}")
_N_TITLES = 6
_N_QUOTES = 3

_KIND_OF_LABEL = {
    EvidenceLabel.EXPLICIT: MarkKind.EXPLICIT,
    EvidenceLabel.IMPLICIT: MarkKind.IMPLIED,
    EvidenceLabel.NONE: MarkKind.NEGATED,
}
_KIND_OF_STATUS = {
    RequirementStatus.MATCHED: MarkKind.EXPLICIT,
    RequirementStatus.IMPLIED: MarkKind.IMPLIED,
    RequirementStatus.MISSING: MarkKind.NEGATED,
}
_KIND_OF_IMPORTANCE = {
    Importance.REQUIRED: MarkKind.REQUIRED,
    Importance.PREFERRED: MarkKind.PREFERRED,
}


@dataclass(frozen=True, slots=True)
class ReportItem:
    """One document of a report; `rank` is None where there is nothing to rank by."""

    document: Document
    assessment: Assessment
    rank: int | None


@dataclass(frozen=True, slots=True)
class _Place:
    """Quoted words, and the address of the marked text where the page holds it."""

    excerpt: Excerpt
    href: str


class _MarkedText:
    """The text of a document with marks; `key` makes the ids of the marks unique on the page."""

    def __init__(self, key: str, document: Document, marks: Iterable[Mark]) -> None:
        self.key = key
        self.document = document
        self.segments = highlight(document.text, dict.fromkeys(marks))
        self._opened = {segment.start for segment in self.segments if segment.opens}

    @property
    def language(self) -> str:
        """Return the code of the language, or nothing where the attribute could not hold it."""
        code = self.document.language
        return code if _LANGUAGE_CODE.fullmatch(code) and code != "und" else ""

    @property
    def kinds(self) -> list[MarkKind]:
        """Return the kinds that the legend has to explain."""
        used = {mark.kind for segment in self.segments for mark in segment.marks}
        return [kind for kind in MarkKind if kind in used]

    def title(self, segment: Segment) -> str:
        titles = list(dict.fromkeys(mark.title for mark in segment.marks))
        return "; ".join(titles[:_N_TITLES]) + ("; …" if len(titles) > _N_TITLES else "")

    def places(self, quotes: Sequence[Quote]) -> list[_Place]:
        return [_Place(self.excerpt(quote.span), self.href(quote.span)) for quote in quotes[:_N_QUOTES]]

    def excerpt(self, span: Span) -> Excerpt:
        return excerpt(self.document.text, span)

    def href(self, span: Span) -> str:
        """Return the address of marked words, or nothing where the page does not mark them."""
        return f"#{self.key}-{span.start}" if span.start in self._opened else ""


@dataclass(frozen=True, slots=True)
class _Card:
    """One document as the templates see it."""

    key: str
    item: ReportItem
    detailed: bool
    text: _MarkedText
    words: Words

    @property
    def assessment(self) -> Assessment:
        return self.item.assessment

    @property
    def scored(self) -> bool:
        return self.assessment.status is AssessmentStatus.SCORED

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        return self.assessment.coverage.requirements if self.assessment.coverage else ()

    @property
    def reasons(self) -> list[Finding]:
        """Return the findings that keep the document from being scored."""
        return [f for f in self.assessment.findings if f.severity is Severity.ERROR]

    def why(self, finding: Finding) -> str:
        """Return why the words of a finding are left out of every score, or nothing where they are not."""
        is_order = finding.code == "machine_instruction"
        reasons = [
            item.reason
            for item in self.assessment.excluded
            if item.span == finding.span and (item.reason is ExclusionReason.INSTRUCTION) == is_order
        ]
        return self.words.trust.exclusion(reasons[0]) if reasons else ""

    def n_required(self, status: str) -> int:
        return self.n_asked(Importance.REQUIRED, status)

    def n_asked(self, importance: str, status: str | None = None) -> int:
        return sum(r.importance == importance and status in (None, r.status) for r in self.requirements)

    def skills(self, label: str) -> list[SkillEvidence]:
        return [evidence for evidence in self.assessment.skills if evidence.label == label]

    def other_skills(self, label: str) -> list[SkillEvidence]:
        """Return the skills that no requirement has told of."""
        asked = {skill for requirement in self.requirements for skill in requirement.skill.split("|")}
        return [evidence for evidence in self.skills(label) if evidence.skill not in asked]

    @property
    def counted_months(self) -> int:
        return sum(period.months for period in self.assessment.periods if period.counted)


def render_html(
    items: Sequence[ReportItem],
    *,
    vacancy: Document | None,
    language: ReportLanguage,
    failures: Sequence[Failure] = (),
    n_detailed: int = 200,
) -> str:
    """Return a page with a summary of all documents and the evidence behind each.

    The page is whole in itself. The same arguments give the same characters; all of them can be
    written as UTF-8, and no words of a document are read as markup.

    Args:
        items: the documents; shown by rank, those without one last, else in the order given.
        vacancy: what they were held against, or None.
        language: the language of the page's own words.
        failures: files that could not be read.
        n_detailed: how many of the items, from the first, get their evidence and text, at least 0.
    """
    words = Words(language)
    ordered = sorted(items, key=lambda item: (item.rank is None, item.rank or 0))
    cards = [_card(i, item, words, detailed=i <= n_detailed) for i, item in enumerate(ordered, 1)]
    css, css_hash = style("report.css")
    page = environment().get_template("report.html.j2")
    return page.render(
        words=words,
        w=words.phrases,
        cards=cards,
        failures=failures,
        n_quotes=_N_QUOTES,
        vacancy=_vacancy_text(vacancy, cards, words) if vacancy else None,
        provenances=list(dict.fromkeys(item.assessment.provenance for item in ordered)),
        n_detailed=max(n_detailed, 0),
        css=css,
        css_hash=css_hash,
    )


def render_card(item: ReportItem, *, vacancy: Document | None, language: ReportLanguage) -> str:
    """Return what `render_html` says of one document, as a part of a page that has its style and `#summary`.

    Args:
        item: the document.
        vacancy: what it was held against, or None.
        language: of the report's own words.
    """
    words = Words(language)
    card = _card(1, item, words, detailed=True)
    part = environment().get_template("card_part.html.j2")
    return part.render(
        words=words,
        w=words.phrases,
        n_quotes=_N_QUOTES,
        card=card,
        vacancy=_vacancy_text(vacancy, [card], words) if vacancy else None,
    )


def _card(number: int, item: ReportItem, words: Words, *, detailed: bool) -> _Card:
    key = f"c{number}"
    marks = _marks(item.assessment, words) if detailed else ()
    return _Card(key, item, detailed, _MarkedText(f"{key}-t", item.document, marks), words)


def _marks(assessment: Assessment, words: Words) -> Iterator[Mark]:
    told = set()
    for evidence in assessment.skills:
        kind = _KIND_OF_LABEL[evidence.label]
        title = _title(evidence.name, kind, words)
        if kind is not MarkKind.NEGATED:
            title = words["title_probability"] % (title, words.percent(evidence.probability))
        for quote in evidence.quotes:
            told.add((quote.span, kind))
            yield Mark(quote.span, kind, title)
    for requirement in assessment.coverage.requirements if assessment.coverage else ():
        kind = _KIND_OF_STATUS[requirement.status]
        for quote in requirement.resume_quotes:
            if (quote.span, kind) not in told:
                yield Mark(quote.span, kind, _title(words.requirement_name(requirement), kind, words))
    yield from _marks_of_reading(assessment, words)


def _marks_of_reading(assessment: Assessment, words: Words) -> Iterator[Mark]:
    """Yield the marks of what scores do not see, and of what findings speak of."""
    for item in assessment.excluded:
        yield Mark(
            item.span, MarkKind.EXCLUDED, f"{words['legend_excluded']}: {words.trust.exclusion(item.reason)}"
        )
    for mask in assessment.masks:
        yield Mark(mask.span, MarkKind.MASKED, f"{words['legend_masked']}: {words.trust.masked([mask])}")
    for finding in assessment.findings:
        # A finding about a page as a whole must not mark every word of it.
        if finding.span and (finding.words or finding.page is None):
            yield Mark(finding.span, MarkKind.FINDING, words.finding_title(finding))


def _title(name: str, kind: MarkKind, words: Words) -> str:
    return f"{name}: {words[f'legend_{kind}']}"


def _vacancy_text(vacancy: Document, cards: Sequence[_Card], words: Words) -> _MarkedText:
    """Return the text of the vacancy with what it asks for marked, as the first scored resume has it."""
    requirements = next((card.requirements for card in cards if card.requirements), ())
    marks = (
        Mark(quote.span, kind, _title(words.requirement_name(requirement), kind, words))
        for requirement in requirements
        for kind in (_KIND_OF_IMPORTANCE[requirement.importance],)
        for quote in requirement.vacancy_quotes
    )
    return _MarkedText("v-t", vacancy, marks)
