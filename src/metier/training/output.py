"""Where a training puts its run and its model, what the card says of it, and who is told how it goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from metier.encoders.folder import CARD, ModelCard, file_entry
from metier.errors import InvalidInput
from metier.training.run_folder import RunFolder
from metier.training.task import Progress

RUN: Final = "run"
MODEL: Final = "model"


@dataclass(frozen=True, slots=True)
class Origin:
    """What a card says of where a model comes from; `ModelCard` explains the fields."""

    name: str
    base: str = ""
    license: str = ""
    languages: tuple[str, ...] = ()
    command: str = ""
    training_data: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Watch:
    """Who is told how a training goes: in sentences, and step by step."""

    say: Callable[[str], None] = lambda _: None
    progress: Progress | None = None


def check_output(output: Path) -> None:
    """Refuse a folder that a training cannot write to or go on in, before it takes its time.

    Raises:
        InvalidInput: it is a file, or holds other things than a run and its model.
    """
    if output.exists() and not output.is_dir():
        raise InvalidInput(f"{output} must be a folder. Name another one.")
    if not output.is_dir():
        return
    if any(output.iterdir()) and not (output / RUN).is_dir():
        raise InvalidInput(f"{output} must be empty or hold a run. Name another folder.")
    if (output / MODEL).exists() and RunFolder(output / RUN).summary() is None:
        raise InvalidInput(f"{output} holds a model of no finished run. Name another folder.")


def check_empty(output: Path) -> None:
    """Refuse a folder for a model that holds something already.

    Raises:
        InvalidInput: it is not empty, or a file.
    """
    if output.exists() and not output.is_dir():
        raise InvalidInput(f"{output} must be a folder. Name another one.")
    if output.exists() and any(output.iterdir()):
        raise InvalidInput(f"{output} must be empty. Name another folder.")


def write_head_card(
    output: Path, origin: Origin, *, task: str, base: str, dim: int, parameters: Mapping[str, int]
) -> ModelCard:
    """Write the card of a model that is a head on an encoder, and return it.

    Args:
        output: the folder; the card lists all that stands in it.
        origin: what the card says of it.
        task: what it is for.
        base: what it stands on, where the origin does not say.
        dim: of what it gives.
        parameters: by part.
    """
    card = ModelCard(
        name=origin.name,
        task=task,
        base=origin.base or base,
        license=origin.license,
        languages=origin.languages,
        dim=dim,
        max_tokens=0,
        prefixes={},
        command=origin.command,
        training_data=dict(origin.training_data),
        parameters=dict(parameters),
        metrics=dict(origin.metrics),
        files={path.name: file_entry(path) for path in sorted(output.iterdir())},
    )
    (output / CARD).write_bytes(card.dump())
    return card
