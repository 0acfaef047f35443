"""What is said of a level, in lines for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from metier.types import Expertise, Factor

_QUOTE_CHARS: Final = 90
_MOST_BRIEF: Final = 3


def level_lines(found: Expertise) -> list[RenderableType]:
    """Return in a few lines what is said of the level, without the reasons."""
    if found.level is None:
        return [Text(f"Level: not told. {' '.join(found.notes)}", style="yellow")]
    probability = found.probabilities[found.level.rank]
    others = ", ".join(level.value for level in found.level_set)
    lines: list[RenderableType] = [
        Text(f"Level: {found.level.value} ({probability:.0%}); not ruled out: {others}", style="bold"),
    ]
    if found.claimed is not None and found.at_least is not None:
        lines.append(Text(f"At least {found.claimed.value}: {found.at_least:.0%}"))
    lines += [Text(f"! {note}", style="yellow") for note in found.notes]
    return lines


def brief_reasons(found: Expertise) -> list[RenderableType]:
    """Return the three strongest reasons each way."""
    return reasons(found.factors, _MOST_BRIEF) if found.level is not None else []


def reasons(factors: Sequence[Factor], most: int) -> list[RenderableType]:
    """Return the strongest reasons for a higher and for a lower level.

    Args:
        factors: the strongest first.
        most: of each direction, at least 0.
    """
    parts: list[RenderableType] = []
    for heading, chosen in (
        ("Speaks for a higher level", [factor for factor in factors if factor.effect > 0]),
        ("Speaks for a lower level", [factor for factor in factors if factor.effect < 0]),
    ):
        if not chosen:
            continue
        table = Table(show_header=False, box=None, padding=(0, 1))
        for factor in chosen[:most]:
            quotes = " · ".join(_short(quote.text) for quote in factor.quotes[:2])
            table.add_row(f"{factor.effect:+.2f}", factor.message, Text(quotes, style="dim"))
        parts += ["", Text(heading, style="bold"), table]
    return parts


def _short(words: str) -> str:
    line = " ".join(words.split())
    return f"“{line[: _QUOTE_CHARS - 1]}…”" if len(line) > _QUOTE_CHARS else f"“{line}”"
