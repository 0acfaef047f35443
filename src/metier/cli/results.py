"""Results in the form that was asked for."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from io import StringIO
from typing import Any, TypeVar

from metier.assessment import Assessment
from metier.batch import BatchResult
from metier.cli import tables
from metier.cli.audit_summary import verdict_of
from metier.cli.options import OutputFormat
from metier.engine import Ranked, Vacancy, rank
from metier.records import to_json, to_mapping
from metier.scans import ScanVerdict
from metier.skills.taxonomy import Taxonomy, TaxonomyEntry
from metier.types import Document, EvidenceLabel, Failure, Importance, RequirementStatus, SkillEvidence

Item = TypeVar("Item", SkillEvidence, TaxonomyEntry)

# A spreadsheet runs a cell that begins like a formula; a leading apostrophe makes it text again.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def render(result: BatchResult, chosen: OutputFormat, *, vacancy: Vacancy | None, language: str) -> str:
    """Return a run's results as one text: a table, JSON lines, CSV or an HTML page."""
    if chosen is OutputFormat.HTML:
        return _html(result, vacancy, language)
    ranked = rank(result.assessments) if vacancy else tuple(Ranked(a, None) for a in result.assessments)
    if chosen is OutputFormat.JSON:
        return assessment_lines(ranked, result.failures)
    if chosen is OutputFormat.CSV:
        return to_csv([_csv_row(item) for item in ranked] + [_csv_failure(f) for f in result.failures])
    outcomes = result.outcomes
    if len(outcomes) == 1 and outcomes[0].assessment and outcomes[0].document:
        return tables.assessment_table(outcomes[0].assessment, outcomes[0].document)
    return tables.ranking_table(ranked, vacancy)


def assessment_lines(ranked: Iterable[Ranked], failures: Iterable[Failure]) -> str:
    """Return one JSON line for each assessment, in order, and then one for each failure."""
    lines = [to_json(item.assessment) for item in ranked]
    lines += [json.dumps({"error": asdict(failure)}, ensure_ascii=False) for failure in failures]
    return "".join(f"{line}\n" for line in lines)


def skills_lines(result: BatchResult) -> str:
    """Return one JSON line for each source, in order: its id and its skills, or its error."""
    lines = []
    for outcome in result.outcomes:
        row: dict[str, Any] = {"id": outcome.source}
        if outcome.assessment is not None:
            row |= {"status": outcome.assessment.status.value}
            row |= {"skills": [to_mapping(evidence) for evidence in outcome.assessment.skills]}
        if outcome.failure is not None:
            row |= {"error": {"code": outcome.failure.code, "message": outcome.failure.message}}
        lines.append(json.dumps(row, ensure_ascii=False))
    return "".join(f"{line}\n" for line in lines)


def render_skills(skills: Sequence[SkillEvidence], chosen: str) -> str:
    """Return detected skills as a table, JSON lines or CSV."""
    return _render_rows(
        skills,
        chosen,
        table=tables.skills_table,
        row=lambda item: {
            "skill": item.skill,
            "name": item.name,
            "label": item.label.value,
            "probability": item.probability,
            "quotes": " | ".join(quote.text for quote in item.quotes),
            "reason": item.reason,
        },
    )


def render_taxonomy(taxonomy: Taxonomy, chosen: str) -> str:
    """Return the skills of a taxonomy as a table, JSON lines or CSV that `--taxonomy` reads back."""
    return _render_rows(
        taxonomy.entries,
        chosen,
        table=lambda entries: tables.taxonomy_table(taxonomy.categories, entries),
        row=lambda entry: {
            "id": entry.skill.id,
            "label": entry.skill.label,
            "category": entry.skill.broader or "",
            "aliases": "|".join(entry.skill.aliases),
            "description": entry.skill.description,
            "exact": "|".join(entry.exact),
            "ambiguous": "|".join(entry.ambiguous),
            "decoys": "|".join(entry.decoys),
            "implies": "|".join(implication.skill for implication in entry.implies),
        },
    )


def _render_rows(
    items: Sequence[Item],
    chosen: str,
    *,
    table: Callable[[Sequence[Item]], str],
    row: Callable[[Item], Mapping[str, Any]],
) -> str:
    if chosen == "table":
        return table(items)
    if chosen == "csv":
        return to_csv([row(item) for item in items])
    return "".join(f"{json.dumps(asdict(item), ensure_ascii=False)}\n" for item in items)


def document_json(document: Document) -> str:
    """Return what `metier document show` promises, as one JSON object."""
    mapping = to_mapping(document)
    keys = ("id", "source", "role", "language", "text", "sections", "periods", "months", "findings", "pages")
    return json.dumps({key: mapping[key] for key in keys}, ensure_ascii=False, indent=2) + "\n"


def to_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows as CSV with a header; cells that a spreadsheet would run are made text."""
    if not rows:
        return ""
    buffer = StringIO()
    writer = csv.DictWriter(buffer, list(rows[0]), lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows({key: _safe_cell(value) for key, value in row.items()} for row in rows)
    return buffer.getvalue()


def _safe_cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value


def _csv_row(item: Ranked) -> dict[str, Any]:
    assessment = item.assessment
    row = _empty_row() | {
        "rank": item.match.rank if item.match else "",
        "source": assessment.source,
        "document_id": assessment.document_id,
        "status": assessment.status.value,
        "language": assessment.language,
        "months": "" if assessment.months is None else assessment.months,
        "findings": "; ".join(dict.fromkeys(finding.code for finding in assessment.findings)),
        "audit": verdict_of(assessment).value,
        "masked": "; ".join(dict.fromkeys(mask.kind.value for mask in assessment.masks)),
    }
    for label in (EvidenceLabel.EXPLICIT, EvidenceLabel.IMPLICIT):
        names = [evidence.name for evidence in assessment.skills if evidence.label is label]
        row[f"{label.value}_skills"] = "; ".join(names)
    return row | _coverage_cells(assessment)


def _coverage_cells(assessment: Assessment) -> dict[str, Any]:
    if assessment.coverage is None:
        return {}
    cells: dict[str, Any] = {"coverage": f"{assessment.coverage.score:.4f}"}
    if assessment.similarity is not None:
        cells["similarity"] = f"{assessment.similarity.score:.4f}"
    for importance in Importance:
        for status in RequirementStatus:
            names = [
                requirement.name
                for requirement in assessment.coverage.requirements
                if requirement.importance is importance and requirement.status is status
            ]
            cells[f"{importance.value}_{status.value}"] = "; ".join(names)
    return cells


def _csv_failure(failure: Failure) -> dict[str, Any]:
    return _empty_row() | {
        "source": failure.source,
        "status": "failed",
        "audit": ScanVerdict.INCONCLUSIVE.value,
        "error": failure.code,
        "error_message": failure.message,
    }


def _empty_row() -> dict[str, Any]:
    columns = ["rank", "source", "document_id", "status", "coverage", "similarity", "months", "language"]
    columns += ["explicit_skills", "implicit_skills"]
    columns += [f"{importance}_{status}" for importance in Importance for status in RequirementStatus]
    return dict.fromkeys([*columns, "audit", "findings", "masked", "error", "error_message"], "")


def _html(result: BatchResult, vacancy: Vacancy | None, language: str) -> str:
    from metier.report.html import ReportItem, ReportLanguage, render_html

    documents = {
        id(outcome.assessment): outcome.document
        for outcome in result.outcomes
        if outcome.document is not None
    }
    items = [
        ReportItem(
            document=documents[id(item.assessment)],
            assessment=item.assessment,
            rank=item.match.rank if item.match else None,
        )
        for item in rank(result.assessments)
    ]
    return render_html(
        items,
        vacancy=vacancy.document if vacancy else None,
        language=ReportLanguage(language),
        failures=result.failures,
    )
