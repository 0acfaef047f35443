"""An evaluation for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from metier.cli.tables import rendered

_STYLES: Final[Mapping[str, str]] = {"better": "green", "worse": "red"}
_SIGNS: Final[Mapping[str, str]] = {"better": " ▲", "worse": " ▼"}


def evaluation_table(content: Mapping[str, Any]) -> str:
    """Return the models, the score of each set, and what was left out.

    Args:
        content: of `Evaluation.to_mapping`.
    """
    parts: list[RenderableType] = [_models(content)]
    if content["sets"]:
        parts.append(_scores(content))
    parts += [Text(f"{name} is left out: {reason}.") for name, reason in content["skipped"].items()]
    return rendered(Group(*parts))


def _models(content: Mapping[str, Any]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("Model", overflow="fold")
    for column in ("Mean score", "MB", "Tokens/s"):
        table.add_column(column, justify="right")
    table.add_column("SHA-256")
    for model in content["models"]:
        size = "-" if model["megabytes"] is None else f"{model['megabytes']:.1f}"
        speed = content["timing"][model["name"]]["tokens_per_second"]
        mean = Text("-") if model["mean"] is None else _cell(model["mean"])
        table.add_row(model["name"], mean, size, f"{speed:,.0f}", model["sha256"][:12])
    return table


def _scores(content: Mapping[str, Any]) -> Table:
    several = len(content["models"]) > 1
    notes = f"Scores with 95 % intervals over {content['resamples']:,} resamples of rows."
    if several:
        first = content["models"][0]["name"]
        notes += f" Below: the paired difference to {first}; ▲ better, ▼ worse: its interval holds no 0."
    table = Table(box=SIMPLE_HEAD, pad_edge=False, caption=notes, caption_justify="left")
    for column in ("Set", "Score"):
        table.add_column(column, overflow="fold")
    table.add_column("Rows", justify="right")
    for model in content["models"]:
        table.add_column(model["name"], justify="right", overflow="fold")
    for found in content["sets"]:
        score = found["score"]
        cells = [_cell(found["figures"][model["name"]][score]) for model in content["models"]]
        title = content["figures"][score]["title"]
        table.add_row(found["name"], title, f"{found['n_rows']:,}", *cells)
    return table


def _cell(figure: Mapping[str, Any]) -> Text:
    lines = Text(f"{_number(figure['value'])}\n{_number(figure['low'])}–{_number(figure['high'])}")
    difference = figure["difference"]
    if difference is not None:
        signed = "–".join(_number(difference[end], signed=True) for end in ("low", "high"))
        told = figure["verdict"]
        words = f"\n{_number(difference['value'], signed=True)} ({signed}){_SIGNS.get(told, '')}"
        lines.append(words, style=_STYLES.get(told, ""))
    return lines


def _number(value: float | None, *, signed: bool = False) -> str:
    if value is None:
        return "?"
    shown = round(value, 3) + 0.0  # no minus before a 0, and no plus
    return f"{shown:+.3f}" if signed and shown else f"{shown:.3f}"
