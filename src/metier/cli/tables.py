"""Results for a terminal."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from metier.assessment import Assessment
from metier.cli.level_lines import brief_reasons, level_lines
from metier.config import Setting
from metier.engine import Ranked, Vacancy
from metier.skills.taxonomy import TaxonomyEntry
from metier.types import (
    AssessmentStatus,
    Coverage,
    Document,
    Effect,
    EvidenceLabel,
    Exclusion,
    Finding,
    Importance,
    Mask,
    MaskKind,
    Quote,
    RequirementStatus,
    Similarity,
    SkillEvidence,
)

_PLAIN_WIDTH = 120
_SIGNS = {
    RequirementStatus.MATCHED: ("✓ matched", "green"),
    RequirementStatus.IMPLIED: ("~ implied", "yellow"),
    RequirementStatus.MISSING: ("✗ missing", "red"),
}
_N_NAMES = 4
_NO_SKILL = "No skill of the taxonomy is shown."
_CONTEXT_CHARS = 36


def ranking_table(ranked: Sequence[Ranked], vacancy: Vacancy | None) -> str:
    """Return many assessments, one in a row; ranked where there is a vacancy; nothing for none."""
    if not ranked:
        return ""
    title = f"{len(ranked)} documents"
    if vacancy is not None:
        title += f" against {vacancy.document.source}: {_asked(vacancy)}"
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    if vacancy is not None:
        table.add_column("#", justify="right")
    table.add_column("Document", overflow="fold", min_width=14)
    if vacancy is not None:
        table.add_column("Coverage", justify="right")
        table.add_column("Required ✓  ~  ✗", justify="right")
    table.add_column("Experience", justify="right")
    table.add_column("Missing" if vacancy else "Skills", ratio=1)
    table.add_column("Implied by the text" if vacancy else "Implied", ratio=1)
    for item in ranked:
        table.add_row(*_ranking_row(item, with_vacancy=vacancy is not None))
    return rendered(table)


def assessment_table(assessment: Assessment, document: Document) -> str:
    """Return one assessment with its evidence."""
    facts = [f"language {assessment.language}", f"experience {duration(assessment.months)}"]
    facts.append(f"as of {assessment.provenance.as_of}")
    parts: list[RenderableType] = [Text(assessment.source, style="bold"), Text(", ".join(facts))]
    parts += _finding_lines(assessment.findings)
    parts += [Text(f"  measured: {effect_line(effect)}", style="yellow") for effect in assessment.effects]
    if assessment.masks:
        parts.append(Text(f"Hidden from every score: {masked(assessment.masks)}"))
    if assessment.status is AssessmentStatus.UNREADABLE:
        parts.append(Text("Not scored: the document cannot be judged.", style="red"))
        return rendered(Group(*parts))
    if assessment.coverage is not None:
        parts += ["", _coverage_table(assessment.coverage, document.text)]
    if assessment.similarity is not None:
        parts.append(Text(_similarity_line(assessment.similarity)))
    if assessment.expertise is not None:
        parts += ["", *level_lines(assessment.expertise), *brief_reasons(assessment.expertise)]
    skills = _evidence_table(assessment.skills, document.text) if assessment.skills else Text(_NO_SKILL)
    return rendered(Group(*parts, "", skills))


def skills_table(skills: Sequence[SkillEvidence]) -> str:
    """Return detected skills with the words that show them."""
    if not skills:
        return f"{_NO_SKILL}\n"
    return rendered(_evidence_table(skills, None))


def taxonomy_table(categories: Mapping[str, str], entries: Iterable[TaxonomyEntry]) -> str:
    """Return the skills of a taxonomy, one in a row."""
    table = Table("Id", "Label", "Category", "Also called", "Implies")
    for entry in entries:
        category = categories.get(entry.skill.broader or "", entry.skill.broader or "")
        implied = ", ".join(implication.skill for implication in entry.implies)
        table.add_row(entry.skill.id, entry.skill.label, category, _some(entry.skill.aliases), implied)
    return rendered(table)


def settings_table(settings: Iterable[Setting]) -> str:
    """Return settings with their origin."""
    table = Table("Setting", "Value", "From")
    for setting in settings:
        table.add_row(setting.name, str(setting.value), setting.origin)
    return rendered(table)


def document_table(document: Document) -> str:
    """Return what was understood of a document, and then its text."""
    facts = Table(show_header=False, box=None)
    facts.add_row("language", document.language)
    facts.add_row("pages", str(len(document.pages)))
    facts.add_row("sections", ", ".join(section.kind.value for section in document.sections))
    facts.add_row("experience", duration(document.months))
    for period in document.periods:
        words = _one_line(document.text[period.span.start : period.span.end])
        facts.add_row("period" if period.counted else "not counted", f"{words} ({period.months} months)")
    if document.masks:
        facts.add_row("masked", masked(document.masks))
    if document.excluded:
        facts.add_row("not counted", _excluded(document.excluded))
    lines = _finding_lines(document.findings)
    return rendered(Group(Text(document.source, style="bold"), facts, *lines, "", Text(document.text)))


def masked(masks: Iterable[Mask]) -> str:
    """Return which personal facts were masked and how often: "name 2, e-mail 1"."""
    counts = Counter(mask.kind for mask in masks)
    return ", ".join(f"{kind.value.replace('_', ' ')} {counts[kind]}" for kind in MaskKind if counts[kind])


def effect_line(effect: Effect) -> str:
    """Return what some words would do to the scores, or do, in one line."""
    words = effect.code.replace("_", " ")
    parts: list[str] = []
    if effect.coverage_with is not None and effect.coverage_without is not None:
        then, now = effect.coverage_with, effect.coverage_without
        then, now = (now, then) if effect.counted else (then, now)
        parts.append(f"coverage {then:.0%} instead of {now:.0%}" if then != now else "the same coverage")
    sign = "fewer" if effect.counted else "more"
    parts.append(
        f"{len(effect.skills)} {sign} skills: {_some(effect.skills)}" if effect.skills else "the same skills"
    )
    premise = f"without the {words}" if effect.counted else f"if the {words} counted"
    return f"{premise}: {', '.join(parts)}"


def _excluded(excluded: Iterable[Exclusion]) -> str:
    counts = Counter(item.reason for item in excluded)
    return ", ".join(f"{reason.value.replace('_', ' ')} {count}" for reason, count in counts.items())


def duration(months: int | None) -> str:
    """Return months as years and months: 30 is "2 y 6 m"."""
    if months is None:
        return "not stated"
    years, rest = divmod(months, 12)
    return (
        " ".join(part for part in (f"{years} y" if years else "", f"{rest} m" if rest else "") if part)
        or "0 m"
    )


def _asked(vacancy: Vacancy) -> str:
    n_required = sum(item.importance is Importance.REQUIRED for item in vacancy.wanted)
    return f"{n_required} required skills, {len(vacancy.wanted) - n_required} nice to have"


def _ranking_row(item: Ranked, *, with_vacancy: bool) -> list[RenderableType]:
    assessment = item.assessment
    if assessment.status is AssessmentStatus.UNREADABLE:
        note = Text(f"not scored: {assessment.findings[0].message}", style="red")
        return (
            ["–", assessment.source, "–", "", "", note, ""]
            if with_vacancy
            else [assessment.source, "–", note, ""]
        )
    experience = duration(assessment.months)
    coverage = assessment.coverage
    source = _flagged(assessment)
    if not with_vacancy or coverage is None or item.match is None:
        names = [e.name for e in assessment.skills if e.label is EvidenceLabel.EXPLICIT]
        implied = [e.name for e in assessment.skills if e.label is EvidenceLabel.IMPLICIT]
        return [source, experience, _some(names), _some(implied)]
    counts = [_n_required(coverage, status) for status in RequirementStatus]
    return [
        str(item.match.rank),
        source,
        Text(f"{coverage.score:.0%}", style="bold"),
        "".join(f"{count:3}" for count in counts),
        experience,
        _some(_names(coverage, RequirementStatus.MISSING)),
        _some(_names(coverage, RequirementStatus.IMPLIED)),
    ]


def _flagged(assessment: Assessment) -> Text:
    """Return the name of a document with the findings below it that warn of its words."""
    codes = dict.fromkeys(effect.code for effect in assessment.effects)
    lines = [(f"\n! {code.replace('_', ' ')}", "yellow") for code in codes]
    return Text.assemble(assessment.source, *lines)


def _n_required(coverage: Coverage, status: RequirementStatus) -> int:
    return sum(
        requirement.status is status and requirement.importance is Importance.REQUIRED
        for requirement in coverage.requirements
    )


def _names(coverage: Coverage, status: RequirementStatus) -> list[str]:
    return [requirement.name for requirement in coverage.requirements if requirement.status is status]


def _similarity_line(similarity: Similarity) -> str:
    sections = ", ".join(f"{section.kind.value} {section.score:.2f}" for section in similarity.sections)
    return f"Nearness in meaning {similarity.score:.2f} (a score, not a probability): {sections}"


def _coverage_table(coverage: Coverage, text: str) -> Table:
    table = Table(
        "Asked for", "", "Status", "Evidence", title=f"Coverage {coverage.score:.0%}", title_justify="left"
    )
    for requirement in coverage.requirements:
        words, style = _SIGNS[requirement.status]
        importance = "required" if requirement.importance is Importance.REQUIRED else "nice to have"
        evidence = _evidence(requirement.resume_quotes, text)
        if requirement.status is not RequirementStatus.MATCHED:
            evidence = Text(requirement.reason + (" " if evidence else "")) + evidence
        table.add_row(requirement.name, importance, Text(words, style=style), evidence)
    return table


def _evidence_table(skills: Sequence[SkillEvidence], text: str | None) -> Table:
    table = Table("Skill", "Shown", "Evidence", "Why", title="Skills", title_justify="left")
    words = {
        EvidenceLabel.EXPLICIT: "outright",
        EvidenceLabel.IMPLICIT: "implied",
        EvidenceLabel.NONE: "not claimed",
    }
    for evidence in skills:
        why = "" if evidence.label is EvidenceLabel.EXPLICIT else evidence.reason
        table.add_row(evidence.name, words[evidence.label], _evidence(evidence.quotes, text), why)
    return table


def _evidence(quotes: Sequence[Quote], text: str | None) -> Text:
    """Return the first quote in its line, and how many more there are."""
    if not quotes:
        return Text("")
    first = quotes[0]
    before, after = _surroundings(text, first) if text is not None else ("", "")
    shown = Text.assemble((before, "dim"), (_one_line(first.text), "bold"), (after, "dim"))
    if len(quotes) > 1:
        shown.append(f"  (+{len(quotes) - 1} more)")
    return shown


def _surroundings(text: str, quote: Quote) -> tuple[str, str]:
    """Return what stands around a quote in its line, in whole words."""
    start, end = quote.span.start, quote.span.end
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", end)
    before = text[line_start:start]
    after = text[end : len(text) if line_end < 0 else line_end]
    if len(before) > _CONTEXT_CHARS:
        before = "…" + before[-_CONTEXT_CHARS:].partition(" ")[2]
    if len(after) > _CONTEXT_CHARS:
        after = after[:_CONTEXT_CHARS].rpartition(" ")[0] + "…"
    return before, after


def _finding_lines(findings: Iterable[Finding]) -> list[RenderableType]:
    lines: list[RenderableType] = []
    for finding in findings:
        lines.append(Text(f"{finding.severity.value}: {finding.message}", style="yellow"))
        if finding.words:
            lines.append(Text.assemble("  ", (f"“{_one_line(finding.words)}”", "italic")))
    return lines


def _some(names: Sequence[str]) -> str:
    more = f" +{len(names) - _N_NAMES} more" if len(names) > _N_NAMES else ""
    return ", ".join(names[:_N_NAMES]) + more


def _one_line(text: str) -> str:
    return " ".join(text.split())


def rendered(renderable: RenderableType) -> str:
    """Return what a console would print: with colours and its width on a terminal, plain elsewhere."""
    on_terminal = sys.stdout is not None and sys.stdout.isatty()
    width = shutil.get_terminal_size((_PLAIN_WIDTH, 40)).columns if on_terminal else _PLAIN_WIDTH
    console = Console(
        file=StringIO(),
        width=width,
        force_terminal=on_terminal,
        no_color=None if on_terminal else True,  # None lets NO_COLOR decide
        highlight=False,
        markup=False,
        emoji=False,
    )
    with console.capture() as capture:
        console.print(renderable)
    return "\n".join(line.rstrip() for line in capture.get().splitlines()) + "\n"
