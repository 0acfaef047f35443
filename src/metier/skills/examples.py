"""Sentences written to fit the head for skills: with practices that they show, and with ambiguous names."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from importlib import resources
from io import StringIO
from typing import Final

MIN_CHARS: Final = 300
MAX_CHARS: Final = 9_000


@dataclass(frozen=True, slots=True)
class WrittenSentence:
    """A sentence written to show one practice, or none where `skill` is empty, without naming it."""

    skill: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class AmbiguousSentence:
    """A sentence with a name that stands for the skill (`shows`) or for something else."""

    skill: str
    name: str
    shows: bool
    language: str
    text: str


def written_sentences() -> list[WrittenSentence]:
    """Return the sentences that were written for this, in the order of their file."""
    return [WrittenSentence(**row) for row in _data_rows("implied.csv")]


def ambiguous_sentences() -> list[AmbiguousSentence]:
    """Return the sentences that were written for and against ambiguous names, in the order of their file."""
    return [
        AmbiguousSentence(row["skill"], row["name"], row["shows"] == "1", row["language"], row["text"])
        for row in _data_rows("ambiguous.csv")
    ]


def _data_rows(name: str) -> list[dict[str, str]]:
    content = resources.files("metier.skills").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(StringIO(content)))


def in_part(text: str, *, low: float, high: float) -> bool:
    """Tell whether the hash of a text falls into a part of all texts, `low` to `high` of 0 to 1."""
    first = hashlib.sha256(text.encode(errors="replace")).digest()[:8]
    return low <= int.from_bytes(first, "big") / 2**64 < high
