"""An evaluation of encoders as one HTML page that needs nothing else: no network, script or other file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from metier.report.page import environment, style

_SIGNS: Final[Mapping[str, tuple[str, str]]] = {
    "better": ("▲", "matched"),
    "worse": ("▼", "missing"),
    "not told apart": ("≈", "info"),
}
_UNKNOWN: Final = "–"


@dataclass(frozen=True, slots=True)
class _Cell:
    """A figure of one model as the page shows it; `difference` is empty for the first model."""

    value: str
    interval: str
    difference: str
    verdict: str

    @property
    def sign(self) -> str:
        return _SIGNS[self.verdict][0]

    @property
    def tone(self) -> str:
        return _SIGNS[self.verdict][1]


@dataclass(frozen=True, slots=True)
class _Line:
    """One figure of a set, with a cell for each model."""

    title: str
    cells: tuple[_Cell, ...]


@dataclass(frozen=True, slots=True)
class _SetView:
    """One set as the template sees it; `lines` has its score first."""

    number: int
    name: str
    about: str
    data: str
    source: str
    ships: bool
    words: str
    rows: str
    facts: tuple[tuple[str, str], ...]
    lines: tuple[_Line, ...]


@dataclass(frozen=True, slots=True)
class _ModelView:
    """One model as the template sees it."""

    name: str
    model: str
    sha256: str
    size: str
    speed: str
    minutes: str
    mean: _Cell | None


def render_evaluation_html(content: Mapping[str, Any]) -> str:
    """Return a page with the scores of all models, and every figure of every set with how it was made.

    The same content gives the same characters, and no words of it are read as markup.

    Args:
        content: what `Evaluation.to_mapping` of `metier.engine.evaluation.results` returns, or the
            `evaluation.json` made of it.
    """
    css, css_hash = style("report.css", "evaluation.css")
    names = [model["name"] for model in content["models"]]
    used = {name for found in content["sets"] for own in found["figures"].values() for name in own}
    return (
        environment()
        .get_template("evaluation.html.j2")
        .render(
            models=[_model(model, content["timing"][model["name"]]) for model in content["models"]],
            sets=[_set(i, found, content, names) for i, found in enumerate(content["sets"], 1)],
            skipped=content["skipped"],
            figures=[figure for name, figure in content["figures"].items() if name in used],
            content=content,
            css=css,
            css_hash=css_hash,
        )
    )


def _model(model: Mapping[str, Any], timing: Mapping[str, Any]) -> _ModelView:
    size = model["megabytes"]
    return _ModelView(
        model["name"],
        model["model"],
        model["sha256"],
        _UNKNOWN if size is None else f"{size:.1f}",
        f"{timing['tokens_per_second']:,.0f}",
        f"{sum(timing['seconds'].values()) / 60:.1f}",
        None if model["mean"] is None else _cell(model["mean"]),
    )


def _set(number: int, found: Mapping[str, Any], content: Mapping[str, Any], names: Sequence[str]) -> _SetView:
    figures = found["figures"]
    order = list(figures[names[0]])
    titles = content["figures"]
    lines = (
        _Line(titles[figure]["title"], tuple(_cell(figures[name][figure]) for name in names))
        for figure in order
    )
    parts = ", ".join(f"{part} {rows:,}" for part, rows in found["parts"].items())
    return _SetView(
        number,
        found["name"],
        f"{found['kind']}; {', '.join(found['languages']) or 'no language named'}",
        parts,
        f"{found['source']}; {found['license']}",
        found["ships"],
        found["words"],
        f"{found['n_rows']:,} {found['rows']}",
        tuple(_facts(found["facts"], names)),
        tuple(lines),
    )


def _facts(facts: Mapping[str, Mapping[str, Any]], names: Sequence[str]) -> list[tuple[str, str]]:
    """Return counts and choices; those in which models differ, with the number of each."""
    lines = []
    for key in facts[names[0]]:
        values = [_plain(facts[name].get(key)) for name in names]
        lines.append((key, values[0] if len(set(values)) == 1 else " / ".join(values)))
    return lines


def _plain(value: object) -> str:
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def _cell(figure: Mapping[str, Any]) -> _Cell:
    difference, told = "", "not told apart"
    if figure["difference"] is not None:
        change = figure["difference"]
        ends = f"{_number(change['low'], signed=True)} to {_number(change['high'], signed=True)}"
        difference, told = f"{_number(change['value'], signed=True)} ({ends})", figure["verdict"]
    interval = f"{_number(figure['low'])}–{_number(figure['high'])}"
    return _Cell(_number(figure["value"]), interval, difference, told)


def _number(value: float | None, *, signed: bool = False) -> str:
    if value is None:
        return _UNKNOWN
    shown = round(value, 3) + 0.0  # no minus before a 0, and no plus
    return f"{shown:{'+' if signed and shown else ''}.3f}".replace("-", "−")
