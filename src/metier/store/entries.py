"""What a store keeps of a document, and what it says of itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.errors import InvalidInput
from metier.types import EvidenceLabel, Importance, Role, Span

MAX_ID_CHARS: Final = 200
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Identity:
    """What an index was made with; vectors of another encoder cannot be compared with its own.

    Attributes:
        encoder: name of the encoder.
        sha256: hash of the encoder and of what else makes vectors.
        dim: length of a vector.
    """

    encoder: str
    sha256: str
    dim: int


@dataclass(frozen=True, slots=True, order=True)
class EntrySkill:
    """A skill that a document shows or a vacancy asks for.

    Attributes:
        id: of the skill.
        name: its label, to show.
        label: explicit or implicit.
        importance: how much a vacancy asks for it; None where it only names it, and in a resume.
        choice: skills of a vacancy with the same number, from 1, are one requirement that any of them
            meets; 0 for one by itself.
    """

    id: str
    name: str
    label: EvidenceLabel
    importance: Importance | None = None
    choice: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A document as it is indexed.

    Attributes:
        id: unique within a store; 1 to 200 characters without control characters.
        role: resume or vacancy.
        source: the name a person knows it by.
        language: ISO 639-1 code, or `und`.
        title: the position in a few words, or empty.
        text: the whole text.
        digest: hash of all that the entry was made of; equal ones need not be made again.
        skills: what it shows or asks for.
        vector: (dim,) float32 of L2 norm 1; a store keeps it in half precision.
        passages: pieces of the text, in its order.
        passage_vectors: (n_passages, dim) float32, one for each passage; kept in half precision.
        years: of experience, shown or asked for, 0 or more; None where it is not said.
        level: such as junior, middle, senior, lead; None where it is not said.
        place: town, region or "remote"; None where it is not said.
        date: of the document, as YYYY-MM-DD; None where it is not said.

    Raises:
        InvalidInput: a field breaks its rule; the message names the field and the id.
    """

    id: str
    role: Role
    source: str
    language: str
    title: str
    text: str
    digest: str
    skills: tuple[EntrySkill, ...]
    vector: NDArray[np.float32]
    passages: tuple[Span, ...]
    passage_vectors: NDArray[np.float32]
    years: float | None = None
    level: str | None = None
    place: str | None = None
    date: str | None = None

    def __post_init__(self) -> None:
        check_id(self.id)
        if not self.text.strip():
            raise InvalidInput(f"Document {self.id}: text must hold a word. Leave it out.")
        if self.years is not None and not 0 <= self.years < float("inf"):
            raise InvalidInput(f"Document {self.id}: years must be 0 or more. Got {self.years}.")
        if self.date is not None and not is_date(self.date):
            raise InvalidInput(f"Document {self.id}: date must be like 2026-11-30. Mend or remove it.")
        if self.vector.ndim != 1 or self.passage_vectors.shape != (len(self.passages), len(self.vector)):
            raise InvalidInput(
                f"Document {self.id}: vector must be (dim,) and passage_vectors (n_passages, dim). "
                f"Got {self.vector.shape} and {self.passage_vectors.shape}."
            )
        if not (np.isfinite(self.vector).all() and np.isfinite(self.passage_vectors).all()):
            raise InvalidInput(f"Document {self.id}: vectors must be finite.")


def is_date(text: str) -> bool:
    """Tell whether a text is a day of the calendar as YYYY-MM-DD.

    >>> is_date("2026-02-28"), is_date("2026-02-31"), is_date("20260228")
    (True, False, False)
    """
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def check_id(identifier: str) -> None:
    """Refuse an id that could not be shown or found again.

    Raises:
        InvalidInput: empty, longer than 200 characters, or with control characters.
    """
    if not 0 < len(identifier) <= MAX_ID_CHARS or not identifier.isprintable():
        raise InvalidInput(
            f"An id must be 1 to {MAX_ID_CHARS} printable characters. Got {len(identifier)} characters."
        )


@dataclass(frozen=True, slots=True)
class Scored:
    """A document with its score; the higher, the better. Scores of two queries cannot be compared."""

    id: str
    score: float


@dataclass(frozen=True, slots=True)
class StoreStats:
    """What a store holds.

    Attributes:
        identity: what it was made with; None before the first document.
        documents: how many, by role.
        languages: how many documents, by language, the most frequent first.
        passages: how many in all.
        bytes: on the disk, with journals; 0 for one in memory.
        place: a file or server to show, without passwords.
    """

    identity: Identity | None
    documents: Mapping[str, int]
    languages: Mapping[str, int]
    passages: int
    bytes: int
    place: str
