"""Where a training puts its run and its model, what the card says of it, and who is told how it goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

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
