"""Documents as rows of the PostgreSQL store, and back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from metier.store.entries import Entry, EntrySkill
from metier.store.postgres_filters import as_bytes, key_of
from metier.types import EvidenceLabel, Importance, Role, Span

DOCUMENT_PLACEHOLDERS: Final = (
    "%s, %b::float8[]::halfvec, %s, %s, %s, %s, %s, %s, %s::bytea[], %s, %s, %s, %s"
)
"""For the values of `document_row`."""

TEXT_PLACEHOLDERS: Final = "%s, %s, %s, %s, %s, %s, %s, %s::int[], %b"
"""For the values of `text_row`."""

ENTRY_COLUMNS: Final = (
    "id, role, source, language, title, text, digest, skills, halfvec_send(vector), spans, passage_vectors, "
    "years, level, place, date"
)
"""What `entry_of` takes, to stand after SELECT."""

_HEADER_BYTES: Final = 4


def document_row(entry: Entry) -> list[Any]:
    """Return the columns of a document in the order of the table of documents."""
    return [
        entry.id,
        halves_of(entry.vector),
        key_of(entry.role),
        key_of(entry.language),
        None if entry.level is None else key_of(entry.level),
        None if entry.place is None else key_of(entry.place),
        entry.years,
        entry.date,
        [key_of(skill.id) for skill in entry.skills],
        entry.role.value,
        as_bytes(entry.language),
        as_bytes(entry.digest),
        len(entry.passages),
    ]


def text_row(entry: Entry) -> list[Any]:
    """Return the columns of a document in the order of the table of texts."""
    return [
        entry.id,
        as_bytes(entry.source),
        None if entry.level is None else as_bytes(entry.level),
        None if entry.place is None else as_bytes(entry.place),
        as_bytes(entry.title),
        as_bytes(entry.text),
        # JSON in ASCII: it can say every character.
        json.dumps([[one.id, one.name, one.label, one.importance, one.choice] for one in entry.skills]),
        [offset for span in entry.passages for offset in (span.start, span.end)],
        entry.passage_vectors.astype("<f2").tobytes(),
    ]


def entry_of(row: Sequence[Any]) -> Entry:
    """Return the document of a row of `ENTRY_COLUMNS`."""
    identifier, role, source, language, title, text, digest, skills = row[:8]
    vector, spans, passage_vectors, years, level, place, date = row[8:]
    half = read_halfvec(vector)
    return Entry(
        id=identifier,
        role=Role(role),
        source=to_text(source),
        language=to_text(language),
        title=to_text(title),
        text=to_text(text),
        digest=to_text(digest),
        skills=tuple(_skill(*fields) for fields in json.loads(skills)),
        vector=half.astype(np.float32),
        passages=tuple(Span(start, end) for start, end in zip(spans[::2], spans[1::2], strict=True)),
        passage_vectors=np.frombuffer(passage_vectors, "<f2").reshape(-1, len(half)).astype(np.float32),
        years=years,
        level=None if level is None else to_text(level),
        place=None if place is None else to_text(place),
        date=date,
    )


def to_text(kept: bytes) -> str:
    """Return the text that `as_bytes` was given."""
    return kept.decode("utf-8", "surrogatepass")


def _skill(identifier: str, name: str, label: str, importance: str | None, choice: int) -> EntrySkill:
    asked = None if importance is None else Importance(importance)
    return EntrySkill(identifier, name, EvidenceLabel(label), asked, choice)


def halves_of(vector: NDArray[np.float32]) -> list[float]:
    """Return the numbers of a vector, rounded to half precision."""
    halves: list[float] = vector.astype(np.float16).tolist()
    return halves


def read_halfvec(sent: bytes) -> NDArray[np.float16]:
    """Return the vector that `halfvec_send` gives: its length, two idle bytes, big-endian halves."""
    return np.frombuffer(sent, ">f2", offset=_HEADER_BYTES).astype(np.float16)
