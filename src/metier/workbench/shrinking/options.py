"""What every command that makes a network smaller is told."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ShrinkOptions:
    """From where to where, measured on what, and how far the new network may be from the old one.

    Attributes:
        source: a folder of transformers, what a training wrote, or a hub name.
        output: a folder that is not there yet, or empty.
        corpus: files of raw text.
        data: labelled rows that both networks are measured on; None for no figures.
        most_difference: instead of the bound that the command has by default.
        accept_difference: write a network beyond the bound too.
        name: of the new network; one by the old by default.
        command: that is being carried out, for the card.
    """

    source: str
    output: Path
    corpus: tuple[Path, ...] = ()
    data: Path | None = None
    most_difference: float | None = None
    accept_difference: bool = False
    name: str = ""
    command: str = ""
