"""Assessments as one PDF to print and to pass on: what the HTML report says, in short."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from metier._extras import require
from metier.assessment import Assessment, Provenance
from metier.report.highlight import excerpt
from metier.report.html import ReportItem
from metier.report.pdf_type import PLACEHOLDER, PLAIN, Type, new_type, table
from metier.report.phrase import Phrase
from metier.report.words import ReportLanguage, Words
from metier.types import (
    AssessmentStatus,
    Document,
    EvidenceLabel,
    Expertise,
    Importance,
    Quote,
    Requirement,
    RequirementStatus,
    Severity,
)

# A4 with margins, in points.
_PAGE: Final = (595.27, 841.89)
_MARGIN: Final = 48.0
# The frame of a page keeps six points on either side to itself.
_WIDTH: Final = _PAGE[0] - 2 * _MARGIN - 12
_N_QUOTES: Final = 2
_N_SKILLS: Final = 40
_QUOTES: Final = Phrase("“”", "«»")
_UNPRINTED: Final = Phrase(
    "The fonts of this report lack some characters of the documents; each stands as %s. The HTML report "
    "shows them.",
    "В шрифтах этого отчёта нет некоторых знаков из документов; каждый показан как %s. В отчёте HTML они "
    "видны.",
)


def render_pdf(items: Sequence[ReportItem], *, vacancy: Document | None, language: ReportLanguage) -> bytes:
    """Return a PDF with a summary of all documents and the evidence behind each.

    The same arguments give the same bytes. No words of a document are read as markup. Characters that the
    fonts lack, such as Korean ones, stand as a white square, and the report says so.

    Args:
        items: the documents; shown by rank, those without one last, else in the order given.
        vacancy: what they were held against, or None.
        language: the language of the report's own words.

    Raises:
        MissingExtra: reportlab is not installed.
    """
    report = _Report(Words(language), new_type(), vacancy)
    ordered = sorted(items, key=lambda item: (item.rank is None, item.rank or 0))
    story = list(report.story(ordered))
    return _built(story, report)


@dataclass(frozen=True, slots=True, eq=False)
class _Report:
    """Sets one report: each method yields what stands under each other."""

    words: Words
    type: Type
    vacancy: Document | None

    def story(self, items: Sequence[ReportItem]) -> Iterator[Any]:
        words, set_in = self.words, self.type
        yield set_in.plain(words["title"], "title")
        yield set_in.plain(words["lead_vacancy" if self.vacancy else "lead_plain"])
        yield from self._facts(items)
        yield set_in.plain(words["summary"], "heading")
        if not items:
            yield set_in.plain(words["nothing"])
            return
        yield self._summary(items)
        if self.vacancy:
            yield set_in.plain(words["caution"], "caution")
        yield set_in.plain(words["details"], "heading")
        for item in items:
            yield from self._document(item)
        yield from self._made_with(items)
        if set_in.missing:
            yield set_in.plain(words.choose(_UNPRINTED) % PLACEHOLDER, "small")

    def _facts(self, items: Sequence[ReportItem]) -> Iterator[Any]:
        words = self.words
        facts = [(words["vacancy"], self.vacancy.source)] if self.vacancy else []
        facts.append((words["resumes" if self.vacancy else "documents"], str(len(items))))
        months = dict.fromkeys(words.month(item.assessment.provenance.as_of) for item in items)
        if months:
            facts.append((words["as_of"], ", ".join(months)))
        for name, value in facts:
            yield self.type.paragraph(f"<b>{self.type.text(name)}:</b> {self.type.text(value)}")

    def _summary(self, items: Sequence[ReportItem]) -> Any:
        words = self.words
        names = ["rank", "resume", "coverage", "required_skills", "experience", "level", "findings"]
        widths = [38.0, 0, 58, 92, 82, 62, 70]
        if self.vacancy is None:
            names, widths = ["document", "skills", "experience", "level", "findings"], [0.0, 62, 100, 82, 80]
        widths[widths.index(0)] = _WIDTH - sum(widths)
        rows = [[self.type.plain(words[name], "head") for name in names]]
        for item in items:
            cells = self._summary_cells(item)
            rows.append([self.type.plain(cells[name], "cell") for name in names])
        return table(rows, widths)

    def _summary_cells(self, item: ReportItem) -> dict[str, str]:
        words, found = self.words, item.assessment
        scored = found.status is AssessmentStatus.SCORED
        return {
            "rank": "–" if item.rank is None else str(item.rank),
            "resume": found.source,
            "document": found.source,
            "coverage": words.percent(found.coverage.score) if found.coverage else "–",
            "required_skills": self._met(found, Importance.REQUIRED),
            "skills": str(sum(one.label is not EvidenceLabel.NONE for one in found.skills)),
            "experience": words.duration(found.months) if scored else words["not_scored"],
            "level": self._level_name(found.expertise),
            "findings": str(len(found.findings)) if found.findings else words["none"],
        }

    def _met(self, found: Assessment, importance: Importance) -> str:
        asked = (
            [one for one in found.coverage.requirements if one.importance is importance]
            if found.coverage
            else []
        )
        if not asked:
            return "–"
        matched = sum(one.status is RequirementStatus.MATCHED for one in asked)
        implied = sum(one.status is RequirementStatus.IMPLIED for one in asked)
        met = self.words["of"] % (matched, len(asked))
        return f"{met} + {implied} {self.words['implied']}" if implied else met

    def _level_name(self, found: Expertise | None) -> str:
        if found is None:
            return "–"
        return self.words.levels.name(found.level) if found.level else self.words["level_untold"]

    def _document(self, item: ReportItem) -> Iterator[Any]:
        words, set_in, found = self.words, self.type, item.assessment
        rank = "" if item.rank is None else f"{item.rank}. "
        yield set_in.plain(f"{rank}{found.source}", "heading")
        yield set_in.plain(f"{words['document_id']}: {found.document_id}", "id")
        if found.status is not AssessmentStatus.SCORED:
            yield set_in.plain(words["because"])
            yield from self._findings(item, only_errors=True)
            return
        yield from self._headline(found)
        if found.coverage and found.coverage.requirements:
            yield set_in.plain(words["requirements"], "subheading")
            yield self._requirements(found.coverage.requirements, item.document.text)
            if formula := words.worked_formula(found.coverage):
                yield set_in.plain(f"{words['computed']}: {formula}", "small")
        elif self.vacancy:
            yield set_in.plain(words["no_requirements"])
        yield from self._skills(found)
        if found.expertise:
            yield from self._level(found.expertise, item.document.text)
        yield from self._findings(item, only_errors=False)

    def _headline(self, found: Assessment) -> Iterator[Any]:
        words = self.words
        facts = []
        if found.coverage:
            facts.append((words["coverage"], words.percent(found.coverage.score)))
            facts += [
                (words[f"{kind.value}_skills"], self._met(found, kind))
                for kind in Importance
                if self._met(found, kind) != "–"
            ]
        if found.similarity:
            note = words["similarity_note"]
            facts.append((words["similarity"], f"{words.number(found.similarity.score)} ({note})"))
        facts.append((words["experience"], words.duration(found.months)))
        facts.append((words["language"], words.language_name(found.language)))
        told = (f"<b>{self.type.text(name)}:</b> {self.type.text(value)}" for name, value in facts)
        yield self.type.paragraph(" · ".join(told))

    def _requirements(self, requirements: Sequence[Requirement], text: str) -> Any:
        words, set_in = self.words, self.type
        rows = [
            [set_in.plain(words[name], "head") for name in ("skill", "importance", "status", "evidence")],
        ]
        for one in requirements:
            shown = self._quotes(one.resume_quotes, text)
            if one.status is not RequirementStatus.MATCHED:
                shown = "<br/>".join(filter(None, [set_in.text(words.reason(one.reason)), shown]))
            rows.append(
                [
                    set_in.plain(words.requirement_name(one), "cell"),
                    set_in.plain(words[one.importance.value], "cell"),
                    set_in.plain(words[one.status.value], "cell"),
                    set_in.paragraph(shown, "cell"),
                ]
            )
        return table(rows, [120, 76, 66, _WIDTH - 262])

    def _quotes(self, quotes: Sequence[Quote], text: str) -> str:
        """Return the markup of quotes within their surroundings."""
        lines = []
        for quote in quotes[:_N_QUOTES]:
            found = excerpt(text, quote.span)
            before, words, after = map(self.type.text, (found.before, found.quote, found.after))
            marks = self.words.choose(_QUOTES)
            lines.append(f"{marks[0]}{before}<b>{words}</b>{after}{marks[1]}")
        if len(quotes) > _N_QUOTES:
            lines.append(self.type.text(self.words["more_places"] % (len(quotes) - _N_QUOTES)))
        return "<br/>".join(lines)

    def _skills(self, found: Assessment) -> Iterator[Any]:
        words = self.words
        asked = {
            skill
            for one in (found.coverage.requirements if found.coverage else ())
            for skill in one.skill.split("|")
        }
        others = [one for one in found.skills if one.skill not in asked]
        yield self.type.plain(words["other_skills" if asked else "skills"], "subheading")
        if not others:
            yield self.type.plain(words["no_other_skills" if asked else "no_skills"])
        for label, key in (
            (EvidenceLabel.EXPLICIT, "explicit_skills"),
            (EvidenceLabel.IMPLICIT, "implied_skills"),
            (EvidenceLabel.NONE, "unclaimed_skills"),
        ):
            names = [one.name for one in others if one.label is label]
            if names:
                shown = ", ".join(names[:_N_SKILLS]) + (", …" if len(names) > _N_SKILLS else "")
                yield self.type.paragraph(f"<b>{self.type.text(words[key])}:</b> {self.type.text(shown)}")

    def _level(self, found: Expertise, text: str) -> Iterator[Any]:
        words, set_in, levels = self.words, self.type, self.words.levels
        yield set_in.plain(words["level"], "subheading")
        for note in found.notes:
            yield set_in.plain(levels.note(note), "small")
        if found.level is None:
            return
        among = ", ".join(levels.name(level) for level in found.level_set)
        told = f"{words.percent(found.probabilities[found.level.rank])}"
        yield set_in.paragraph(
            f"<b>{set_in.text(levels.name(found.level))}</b> ({set_in.text(told)}). "
            f"{set_in.text(words['level_set'] % words.percent(found.coverage))} {set_in.text(among)}."
        )
        each = (f"{levels.name(level)} {words.percent(chance)}" for level, chance in levels.each(found))
        yield set_in.plain(" · ".join(each), "small")
        for heading, factors in levels.reasons(found):
            for factor in factors:
                quotes = self._quotes(factor.quotes, text)
                line = f"<b>{set_in.text(heading)}:</b> {set_in.text(levels.factor(factor))} "
                line += f"({set_in.text(levels.effect(factor))})"
                yield set_in.paragraph(f"{line}<br/>{quotes}" if quotes else line)
        yield set_in.plain(words["level_how"], "small")

    def _findings(self, item: ReportItem, *, only_errors: bool) -> Iterator[Any]:
        words, set_in, found = self.words, self.type, item.assessment
        shown = [one for one in found.findings if one.severity is Severity.ERROR or not only_errors]
        if shown:
            yield set_in.plain(words["findings"], "subheading")
        for finding in shown:
            title = f"<b>{set_in.text(words.finding_title(finding))}</b>"
            where = f", {words['page'] % finding.page}" if finding.page else ""
            severity = set_in.text(f" ({words[finding.severity.value]}{where}). ")
            yield set_in.paragraph(f"{title}{severity}{set_in.text(words.finding_advice(finding))}")
        for effect in found.effects:
            yield set_in.plain(words.trust.effect(effect), "small")
        if found.masks and not only_errors:
            masked = words.trust.masked(found.masks)
            line = f"<b>{set_in.text(words['masked'])}:</b> {set_in.text(masked)}. "
            yield set_in.paragraph(line + set_in.text(words["masked_note"]))

    def _made_with(self, items: Sequence[ReportItem]) -> Iterator[Any]:
        words, set_in = self.words, self.type
        if self.vacancy:
            yield set_in.plain(words["how"], "heading")
            yield set_in.plain(words.formula(), "small")
        for made in dict.fromkeys(item.assessment.provenance for item in items):
            yield set_in.plain(words["made_with"], "subheading")
            for name, value in self._provenance(made):
                yield set_in.plain(f"{name}: {value}", "small")
        yield set_in.plain(words["repeatable"], "small")

    def _provenance(self, made: Provenance) -> Iterator[tuple[str, str]]:
        words = self.words
        yield words["version"], f"metier {made.metier_version}"
        yield words["model"], f"{made.model}, sha256 {made.model_sha256}"
        yield words["taxonomy"], f"{made.taxonomy}, sha256 {made.taxonomy_sha256}"
        yield words["as_of"], words.month(made.as_of)


def _built(story: list[Any], report: _Report) -> bytes:
    """Return the pages of a story, each with its number."""
    title = report.words["title"]
    buffer = BytesIO()
    document = require("reportlab.platypus").SimpleDocTemplate(
        buffer,
        pagesize=_PAGE,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN,
        title=title,
        author="metier",
        lang=report.words.language.value,
        invariant=1,
    )

    def number(canvas: Any, _: Any) -> None:
        canvas.setFont(PLAIN, 7.5)
        canvas.setFillGray(0.4)
        page = report.words["page"] % canvas.getPageNumber()
        canvas.drawRightString(_PAGE[0] - _MARGIN, _MARGIN / 2, f"{title} · {page}")

    document.build(story, onFirstPage=number, onLaterPages=number)
    return buffer.getvalue()
