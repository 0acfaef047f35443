"""What a search finds, and why."""

from __future__ import annotations

from dataclasses import dataclass

from metier.types import Role, Span


@dataclass(frozen=True, slots=True)
class HitPassage:
    """A passage of a hit that is near to what was looked for.

    Attributes:
        span: where it stands in the text that the index holds, which `metier search show` prints.
        text: its words.
        words: what it shares with the query word for word, as spans in `text`.
        score: cosine of its vector and the query's, -1 to 1.
    """

    span: Span
    text: str
    words: tuple[Span, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that was found.

    Attributes:
        document_id: its id in the index.
        rank: from 1; no two hits share one.
        score: what hits are ordered by; it says nothing across queries.
        dense: cosine of its vector and the query's, -1 to 1; None where vectors did not find it.
        lexical: score of its words, above 0; None where words did not find it.
        coverage: how much of what the vacancy of the two asks for the resume shows, 0 to 1; None where
            nothing is asked for. Of two documents of one kind, what is looked for asks.
        shared: names of the skills that query and hit have in common.
        missing: names of the skills that are asked for so and the other lacks.
        passages: the nearest ones, the best first.
        role: resume or vacancy.
        source: the name a person knows it by.
        title: the position in a few words, or empty.
        language: ISO 639-1 code.
        years: of experience; None where it is not said.
        level: None where it is not said.
        place: None where it is not said.
        date: YYYY-MM-DD; None where it is not said.
    """

    document_id: str
    rank: int
    score: float
    dense: float | None
    lexical: float | None
    coverage: float | None
    shared: tuple[str, ...]
    missing: tuple[str, ...]
    passages: tuple[HitPassage, ...]
    role: Role
    source: str
    title: str
    language: str
    years: float | None
    level: str | None
    place: str | None
    date: str | None


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The hits of one search, the best first.

    Attributes:
        hits: at most as many as were asked for.
        n_searched: documents that passed the filter.
        encoder: name of what made the vectors.
        encoder_sha256: its hash.
    """

    hits: tuple[Hit, ...]
    n_searched: int
    encoder: str
    encoder_sha256: str
