"""Documents as rows of SQLite, and back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from metier.errors import StoreDamaged
from metier.store.entries import Entry, EntrySkill, Identity
from metier.store.sqlite_connection import UnreadableText
from metier.types import EvidenceLabel, Importance, Role, Span

_T = TypeVar("_T")
CHUNK: Final = 500  # SQLite may allow no more than 999 values in a statement
_FIELDS: Final = (
    "id, role, source, title, digest, language, level, place, years, date, "
    "language_key, level_key, place_key, n_passages"
)
_READ: Final = """
    SELECT number, id, role, source, title, digest, language, level, place, years, date,
        text, spans, vectors, vector
    FROM documents JOIN texts ON texts.document = number JOIN vectors ON vectors.document = number
"""


def to_bytes(text: str) -> bytes:
    """Return a text as UTF-8, lone surrogates included."""
    return text.encode("utf-8", "surrogatepass")


def to_text(data: bytes) -> str:
    """Return the text that `to_bytes` was given.

    Raises:
        UnreadableText: it was not given this.
    """
    try:
        return data.decode("utf-8", "surrogatepass")
    except (AttributeError, UnicodeDecodeError) as exc:
        raise UnreadableText("a column holds no UTF-8") from exc


def to_half(vectors: NDArray[np.float32]) -> bytes:
    """Return vectors in half precision, little endian, row after row."""
    return vectors.astype("<f2").tobytes()


def from_half(data: bytes, dim: int) -> NDArray[np.float32]:
    """Return vectors (n, dim) as `to_half` rounded them.

    Raises:
        ValueError: the bytes do not make whole vectors, or one is not finite.
    """
    vectors = np.frombuffer(data, "<f2").astype(np.float32).reshape(-1, dim)
    if not np.isfinite(vectors).all():
        raise ValueError("a vector is not finite")
    return vectors


@dataclass(frozen=True, slots=True)
class Head:
    """What the table `meta` says.

    Attributes:
        identity: what the vectors were made with.
        stemmer: what the terms were made with.
        change: how many writes there were.
        removal: the last write that removed a document.
        unerased: the last write whose removed documents may still leave traces, or None.
    """

    identity: Identity | None
    stemmer: str
    change: int
    removal: int
    unerased: int | None


def read_head(connection: sqlite3.Connection) -> Head:
    """Return what a store says of itself."""
    row = connection.execute(
        "SELECT encoder, sha256, dim, stemmer, change, removal, unerased FROM meta"
    ).fetchone()
    if row is None:
        raise StoreDamaged("The index has lost its head. Move it away and index the documents again.")
    encoder, sha256, dim, *rest = row
    return Head(None if encoder is None else Identity(to_text(encoder), sha256, dim), *rest)


def write_head(connection: sqlite3.Connection, identity: Identity | None, *, removed: bool) -> None:
    """Count a write, and keep what the vectors are made with from now on."""
    if identity is not None:
        connection.execute(
            "UPDATE meta SET encoder = ?, sha256 = ?, dim = ?",
            (to_bytes(identity.encoder), identity.sha256, identity.dim),
        )
    connection.execute("UPDATE meta SET change = change + 1")
    if removed:
        connection.execute("UPDATE meta SET removal = change, unerased = change")


def insert(connection: sqlite3.Connection, entry: Entry) -> int:
    """Write a document into all tables but the full text; return its number."""
    marks = ",".join("?" * 14)
    cursor = connection.execute(f"INSERT INTO documents ({_FIELDS}) VALUES ({marks})", _fields(entry))
    number = cursor.lastrowid
    spans = np.array([(span.start, span.end) for span in entry.passages], "<i4").tobytes()
    connection.execute(
        "INSERT INTO texts VALUES (?, ?, ?, ?)",
        (number, to_bytes(entry.text), spans, to_half(entry.passage_vectors)),
    )
    connection.execute("INSERT INTO vectors VALUES (?, ?)", (number, to_half(entry.vector)))
    connection.executemany(
        "INSERT INTO skills VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        ((number, i, *_skill_fields(skill)) for i, skill in enumerate(entry.skills)),
    )
    return int(number or 0)


def numbers_of(connection: sqlite3.Connection, ids: Sequence[str]) -> dict[str, int]:
    """Return the numbers of documents by id; unknown ids are left out."""
    found: dict[str, int] = {}
    for some in chunks([identifier for identifier in ids if identifier.isprintable()]):
        marks = ",".join("?" * len(some))
        found.update(connection.execute(f"SELECT id, number FROM documents WHERE id IN ({marks})", some))
    return found


def read_entries(connection: sqlite3.Connection, numbers: Sequence[int], dim: int) -> Iterator[Entry]:
    """Yield documents in the order of their numbers in the sequence.

    Raises:
        StoreDamaged: what is kept of one makes no document.
    """
    for some in chunks(numbers):
        marks = ",".join("?" * len(some))
        rows = {row[0]: row for row in connection.execute(f"{_READ} WHERE number IN ({marks})", some)}
        skills: dict[int, list[tuple[Any, ...]]] = {}
        for document, *skill in connection.execute(
            "SELECT document, id, name, label, importance, choice FROM skills "
            f"WHERE document IN ({marks}) ORDER BY document, position",
            some,
        ):
            skills.setdefault(document, []).append(tuple(skill))
        for number in some:
            try:
                yield _entry(rows[number], skills.get(number, ()), dim)
            except (LookupError, TypeError, ValueError) as exc:
                raise StoreDamaged(
                    f"Document number {number} of the index is damaged. Put back a copy of the index, or "
                    "move it away and index the documents again."
                ) from exc


def chunks(items: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """Yield a sequence in pieces that fit into a statement."""
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]


def _fields(entry: Entry) -> tuple[Any, ...]:
    return (
        entry.id,
        to_bytes(entry.role.value),
        to_bytes(entry.source),
        to_bytes(entry.title),
        entry.digest,
        to_bytes(entry.language),
        _optional(entry.level),
        _optional(entry.place),
        entry.years,
        entry.date,
        to_bytes(entry.language.lower()),
        _optional(entry.level and entry.level.lower()),
        _optional(entry.place and entry.place.lower()),
        len(entry.passages),
    )


def _optional(text: str | None) -> bytes | None:
    return None if text is None else to_bytes(text)


def _entry(row: tuple[Any, ...], skills: Iterable[tuple[Any, ...]], dim: int) -> Entry:
    _, identifier, role, source, title, digest, language, level, place, years, date = row[:11]
    text, spans, passage_vectors, vector = row[11:]
    return Entry(
        id=identifier,
        role=Role(to_text(role)),
        source=to_text(source),
        language=to_text(language),
        title=to_text(title),
        text=to_text(text),
        digest=digest,
        skills=tuple(_skill(*skill) for skill in skills),
        vector=from_half(vector, dim)[0],
        passages=tuple(
            Span(start, end) for start, end in np.frombuffer(spans, "<i4").reshape(-1, 2).tolist()
        ),
        passage_vectors=from_half(passage_vectors, dim),
        years=years,
        level=None if level is None else to_text(level),
        place=None if place is None else to_text(place),
        date=date,
    )


def _skill_fields(skill: EntrySkill) -> tuple[Any, ...]:
    return (
        to_bytes(skill.id),
        to_bytes(skill.name),
        skill.label.value,
        skill.importance and skill.importance.value,
        skill.choice,
        to_bytes(skill.id.lower()),
    )


def _skill(identifier: bytes, name: bytes, label: str, importance: str | None, choice: int) -> EntrySkill:
    asked = None if importance is None else Importance(importance)
    return EntrySkill(to_text(identifier), to_text(name), EvidenceLabel(label), asked, choice)
