"""The words that go with a model: its licence, and what a person reads of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from string import Template
from typing import Any, Final

from metier.encoders.folder import ModelCard
from metier.encoders.reading import TextKind

_TRAINED: Final = "trained.md"
_NONE: Final = "Nothing is on record."
_HASH_SHOWN: Final = 16


def read_template(name: str) -> str:
    """Return a file of `training/card`."""
    return resources.files("metier.training").joinpath("card", name).read_text(encoding="utf-8")


def trained_readme(card: ModelCard, *, layers: int) -> str:
    """Return what a person reads of a trained encoder, in Markdown, out of its card.

    Args:
        card: its data and metrics become tables.
        layers: of the network.
    """
    fields = {
        "name": card.name,
        "base": card.base,
        "languages": ", ".join(card.languages) or "no language on record",
        "license": card.license or "none on record",
        "dim": card.dim,
        "max_tokens": card.max_tokens,
        "layers": layers,
        "prefixes": _prefixes(card.prefixes),
        "command": card.command,
        "data": _table(
            ("file", "SHA-256"), [(name, sha[:_HASH_SHOWN]) for name, sha in card.training_data.items()]
        ),
        "metrics": _table(("what", "value"), list(_leaves(card.metrics))),
    }
    return Template(read_template(_TRAINED)).substitute(fields)


def _prefixes(prefixes: Mapping[str, str]) -> str:
    said = [f"a {kind} gets the prefix `{prefixes[kind]}`" for kind in TextKind if prefixes.get(kind)]
    return ", ".join(said) or "texts get no prefix"


def _leaves(metrics: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for name, value in metrics.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{above}{name} / ")
        else:
            yield f"{above}{name}", value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _table(head: tuple[str, str], rows: Sequence[tuple[str, str]]) -> str:
    if not rows:
        return _NONE
    lines = [head, ("---", "---"), *((_cell(name), _cell(value)) for name, value in rows)]
    return "\n".join(f"| {name} | {value} |" for name, value in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
