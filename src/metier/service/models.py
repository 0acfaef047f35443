"""The models of the installation and their cards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from metier.encoders.folder import ModelFolder
from metier.encoders.load import installed_models
from metier.engine.loading import MODEL_FOLDER
from metier.errors import ModelError, NotFound
from metier.service.access import Caller
from metier.service.service import Service
from metier.store.workspaces.keys import KeyRole

_README: Final = "README.md"
_MOST_CARD_CHARS: Final = 1_000_000
_MOST_SHOWN: Final = 40


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What is known of a model.

    Attributes:
        name: what it is asked for by; `card` has its own.
        task: `encoder`, or what a head on it does.
        sha256: hash of its card, and so of all files that the card lists.
        languages: ISO 639-1 codes that it is meant for.
        card: all of its `model.json`.
    """

    name: str
    task: str
    sha256: str
    languages: tuple[str, ...]
    card: dict[str, Any]


def models(service: Service, caller: Caller) -> tuple[ModelFacts, ...]:
    """Return the models that are there, shipped and added, in the order of their names.

    Those whose card cannot be read are left out; `model` says why.
    """
    caller.require(KeyRole.VIEWER)
    return tuple(_readable(installed_models(service.options.data_dir / MODEL_FOLDER)))


def model(service: Service, caller: Caller, name: str) -> ModelFacts:
    """Return what is known of a model.

    Raises:
        NotFound: there is none of that name.
        ModelFormatError: its card cannot be read.
    """
    caller.require(KeyRole.VIEWER)
    return _facts(name, model_path(service, name))


def model_path(service: Service, name: str) -> Path:
    """Return the folder of a model, which is no path that a caller names.

    Raises:
        NotFound: there is none of that name.
    """
    found = installed_models(service.options.data_dir / MODEL_FOLDER)
    if name not in found:
        raise NotFound(f"There is no model {name[:_MOST_SHOWN]!a}. Models are {', '.join(found)}.")
    return found[name]


def card_text(service: Service, caller: Caller, name: str) -> str:
    """Return the card of a model as Markdown: its own description, or else what its `model.json` says.

    Raises:
        NotFound: there is none of that name.
        ModelFormatError: its card cannot be read.
    """
    caller.require(KeyRole.VIEWER)
    folder = model_path(service, name)
    facts = _facts(name, folder)
    if _README in facts.card["files"]:
        content = (folder / _README).read_text(encoding="utf-8", errors="replace")
        return content[:_MOST_CARD_CHARS]
    return _markdown(facts)


def _readable(folders: Mapping[str, Path]) -> Iterator[ModelFacts]:
    for name, folder in sorted(folders.items()):
        try:
            yield _facts(name, folder)
        except ModelError:
            continue


def _facts(name: str, folder: Path) -> ModelFacts:
    peeked = ModelFolder.peek(folder)
    card = peeked.card
    return ModelFacts(name, card.task, peeked.sha256, card.languages, asdict(card))


def _markdown(facts: ModelFacts) -> str:
    card = facts.card
    lines = [
        f"# {card['name']}",
        "",
        f"- **Task**: {facts.task}",
        f"- **Made from**: {card['base']}",
        f"- **Licence**: {card['license']}",
        f"- **Languages**: {', '.join(facts.languages) or 'not stated'}",
        f"- **Made by**: `{card['command']}`",
        f"- **SHA-256**: {facts.sha256}",
    ]
    for title, rows in (("Data", card["training_data"]), ("Measured", dict(_flat(card["metrics"])))):
        if rows:
            lines += ["", f"## {title}", "", "| what | value |", "| --- | --- |"]
            lines += [f"| {_cell(key)} | {_cell(value)} |" for key, value in rows.items()]
    return "\n".join(lines) + "\n"


def _flat(metrics: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in metrics.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}, ")
        else:
            yield f"{prefix}{key}", value


def _cell(value: object) -> str:
    return " ".join(str(value).split()).replace("|", "\\|")
