"""Levels as tables, JSON lines and CSV."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from metier.cli.level_lines import level_lines, reasons
from metier.cli.options import OutputFormat
from metier.cli.results import to_csv
from metier.cli.tables import rendered
from metier.records import to_mapping
from metier.types import Expertise, Level

if TYPE_CHECKING:
    from metier.batch.levels import LevelOutcome

_BAR: Final = 30
_MOST: Final = 6
_MOST_BRIEF: Final = 3


def expertise_table(name: str, found: Expertise) -> str:
    """Return the level of one document with the reasons.

    Args:
        name: what to call the document.
        found: what was said of it.
    """
    parts: list[RenderableType] = [Text(name, style="bold"), *level_lines(found)]
    if found.level is not None:
        parts += ["", _probabilities(found)]
        parts += reasons(found.factors, _MOST)
    return rendered(Group(*parts))


def expertise_json(name: str, found: Expertise) -> str:
    """Return a level as one line of JSON.

    Args:
        name: what to call the document.
        found: what was said of it.
    """
    return json.dumps({"id": name, **to_mapping(found)}, ensure_ascii=False) + "\n"


def outcomes_text(outcomes: Iterable[LevelOutcome], form: OutputFormat) -> str:
    """Return what became of many rows, in their order: JSON lines, CSV or a table."""
    if form is OutputFormat.JSON:
        return "".join(_json_line(outcome) for outcome in outcomes)
    rows = [_cells(outcome) for outcome in outcomes]
    if form is OutputFormat.CSV:
        return to_csv(rows)
    table = Table(*(name.replace("_", " ").capitalize() for name in _CELLS))
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    return rendered(table)


_CELLS: Final = ("id", "level", "expected", "level_set", "claimed", "at_least", "reasons", "notes", "error")


def _cells(outcome: LevelOutcome) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(_CELLS, "") | {"id": outcome.id}
    if outcome.failure is not None:
        return row | {"error": f"{outcome.failure.code}: {outcome.failure.message}"}
    found = outcome.expertise
    if found is None:
        return row
    return row | {
        "level": found.level.value if found.level else "",
        "expected": "" if found.expected is None else f"{found.expected:.2f}",
        "level_set": "|".join(found.level_set),
        "claimed": found.claimed.value if found.claimed else "",
        "at_least": "" if found.at_least is None else f"{found.at_least:.4f}",
        "reasons": " | ".join(factor.message for factor in found.factors[:_MOST_BRIEF]),
        "notes": " ".join(found.notes),
    }


def _json_line(outcome: LevelOutcome) -> str:
    row: dict[str, Any] = {"id": outcome.id}
    if outcome.failure is not None:
        row["error"] = {"code": outcome.failure.code, "message": outcome.failure.message}
    if outcome.expertise is not None:
        row |= to_mapping(outcome.expertise)
    return json.dumps(row, ensure_ascii=False) + "\n"


def _probabilities(found: Expertise) -> RenderableType:
    table = Table(show_header=False, box=None, padding=(0, 1))
    for level, probability in zip(Level, found.probabilities, strict=True):
        mark = "<" if level is found.level else ""
        table.add_row(level.value, f"{probability:5.1%}", "█" * round(_BAR * probability), mark)
    return table
