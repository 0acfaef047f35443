"""Measured skill classifiers for a terminal and for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from metier.cli.results import to_csv
from metier.cli.tables import rendered
from metier.types import EvidenceLabel, SkillEvidence

_FIGURES = {
    "macro_f1": "macro-F1",
    "accuracy": "accuracy",
    "average_precision": "average precision of shown",
    "calibration_error": "calibration error",
}
_COSTS = {"seconds_per_text": "seconds per text", "passes_per_text": "passes per text"}
_LABELS = ("none", "implicit", "explicit")


def render_report(report: Mapping[str, Any], chosen: str) -> str:
    """Return what was measured of one model as a table, one JSON object or CSV.

    Args:
        report: what `evaluate_classifier.report` returns, with `model` and `data` beside it.
        chosen: `table`, `json` or `csv`.
    """
    if chosen == "json":
        return json.dumps(report, ensure_ascii=False, allow_nan=False) + "\n"
    rows = list(_figure_rows(report))
    if chosen == "csv":
        return to_csv(rows)
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("Figure")
    for column in ("Value", "95 % interval", "Support"):
        table.add_column(column, justify="right")
    for row in rows:
        words = _FIGURES.get(row["figure"]) or _COSTS.get(row["figure"]) or row["figure"].replace("_", " ")
        table.add_row(words, _shown(row["value"]), _between(row["low"], row["high"]), str(row["support"]))
    model = report["model"]
    head = Text(f"{model['name']} ({model['architecture']})", style="bold")
    return rendered(Group(head, Text(data_sentence(report["data"])), table))


def render_comparison(result: Mapping[str, Any], chosen: str) -> str:
    """Return a comparison as two tables, or as one JSON object.

    Args:
        result: what `compare_classifiers` returns.
        chosen: `table` or `json`.
    """
    if chosen == "json":
        return json.dumps(result, ensure_ascii=False, allow_nan=False) + "\n"
    models = Table(box=SIMPLE_HEAD, pad_edge=False)
    models.add_column("Model")
    for column in ("Macro-F1", "F1 explicit", "F1 implicit", "AP shown", "Calibration", "ms/text", "Passes"):
        models.add_column(column, justify="right")
    for name, report in result["models"].items():
        models.add_row(
            name,
            *(_with_interval(report, figure) for figure in ("macro_f1", "f1_explicit", "f1_implicit")),
            *(_with_interval(report, figure) for figure in ("average_precision", "calibration_error")),
            f"{1000 * report['seconds_per_text']:.1f}",
            f"{report['passes_per_text']:.1f}",
        )
    gaps = Table(box=SIMPLE_HEAD, pad_edge=False)
    gaps.add_column("Difference")
    for column in ("Macro-F1", "AP shown", "Calibration"):
        gaps.add_column(column, justify="right")
    for row in result["differences"]:
        cells = [_gap(row[figure]) for figure in ("macro_f1", "average_precision", "calibration_error")]
        gaps.add_row(f"{row['first']} less {row['second']}", *cells)
    note = Text("* the 95 % interval of the difference holds no 0.")
    parts: list[RenderableType] = [Text(data_sentence(_measured(result["data"]))), models, gaps, note]
    return rendered(Group(*parts))


def render_side_by_side(found: Mapping[str, Sequence[SkillEvidence]], chosen: str) -> str:
    """Return what several models say of one text: a column for each, or a line or row for each answer.

    Args:
        found: evidence by the name of the model.
        chosen: `table`, `json` or `csv`.
    """
    if chosen != "table":
        rows = [{"model": model, **asdict(item)} for model, items in found.items() for item in items]
        if chosen == "json":
            return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
        return to_csv([{**row, "quotes": " | ".join(q["text"] for q in row["quotes"])} for row in rows])
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("Skill", overflow="fold")
    for model in found:
        table.add_column(model, overflow="fold", ratio=1)
    names = {item.skill: item.name for items in found.values() for item in items}
    if not names:
        return "No model says that the text shows a skill of the taxonomy.\n"
    by_model = [{item.skill: item for item in items} for items in found.values()]
    for skill, name in names.items():
        table.add_row(name, *(_answer(items.get(skill)) for items in by_model))
    return rendered(table)


def data_sentence(data: Mapping[str, Any]) -> str:
    """Return in words what was measured on.

    Args:
        data: `texts`, `pairs`, `sampled_texts`, `sampled_pairs`, `ratio` and `seed`.
    """
    words = f"{data['pairs']:,} pairs of {data['texts']:,} texts."
    if not data["sampled_texts"]:
        return f"{words} Every skill of the taxonomy was asked of every text."
    return (
        f"{words} In {data['sampled_texts']:,} texts {data['sampled_pairs']:,} pairs of class none were "
        f"sampled (ratio {data['ratio']}, seed {data['seed']}): nobody labelled them, and figures depend on "
        "the ratio."
    )


def _measured(data: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "pairs": data["measured_pairs"],
        "texts": data["measured_texts"],
        "sampled_texts": data["texts_with_sampled_negatives"],
        "sampled_pairs": data["sampled_negatives"],
        "ratio": data["ratio"],
        "seed": data["seed"],
    }


def _figure_rows(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a row for each figure: name, value, ends of the interval, support."""
    figures: list[tuple[str, Any, Any]] = [(name, report[name], "") for name in _FIGURES]
    for kind in reversed(_LABELS):
        scores = report["classes"][kind]
        figures += [
            (f"{name}_{kind}", scores[name], scores["support"]) for name in ("precision", "recall", "f1")
        ]
    figures += [(name, report[name], "") for name in _COSTS]
    rows = []
    for name, value, support in figures:
        low, high = report["intervals"].get(name) or ("", "")
        shown = "" if value is None else value
        rows.append({"figure": name, "value": shown, "low": low, "high": high, "support": support})
    return rows


def _shown(value: Any) -> str:
    return f"{value:.4f}" if isinstance(value, float) else "-"


def _between(low: Any, high: Any) -> str:
    return f"{low:.4f} to {high:.4f}" if isinstance(low, float) else "-"


def _with_interval(report: Mapping[str, Any], figure: str) -> str:
    value = report["classes"][figure[3:]]["f1"] if figure.startswith("f1_") else report[figure]
    ends = report["intervals"][figure]
    if value is None or ends is None:
        return "-"
    return f"{value:.3f} ({ends[0]:.3f} to {ends[1]:.3f})"


def _gap(ends: Sequence[float] | None) -> str:
    if ends is None:
        return "-"
    value, low, high = ends
    return f"{value:+.3f} ({low:+.3f} to {high:+.3f}){' *' if low > 0 or high < 0 else ''}"


def _answer(item: SkillEvidence | None) -> str:
    if item is None:
        return "-"
    sign = "✓" if item.label is EvidenceLabel.EXPLICIT else "~"
    words = "; ".join(quote.text for quote in item.quotes)
    return f"{sign} {item.label.value} {item.probability:.2f}{f': {words}' if words else ''}"
