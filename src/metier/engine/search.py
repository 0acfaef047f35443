"""Finds documents for a query, a resume or a vacancy, by words and by meaning, and says why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.encoders.reading import TextKind
from metier.engine.indexing import EntryMaker, ToIndex
from metier.errors import InvalidInput, ModelMismatch, NotFound
from metier.search.explain import SkillOverlap, best_passages, compare_skills
from metier.search.fusion import reciprocal_rank_fusion
from metier.search.hits import Hit, SearchResult
from metier.skills.taxonomy import Taxonomy
from metier.store.entries import Entry, EntrySkill, Scored
from metier.store.filters import EVERYTHING, Field, Filter
from metier.store.protocol import Store
from metier.store.terms import find_terms
from metier.types import EvidenceLabel, Importance, Role

MOST_HITS: Final = 1000
N_RERANKED: Final = 50
_CANDIDATES: Final = 100
_MOST_SHOWN_TERMS: Final = 500
_FEWEST_SKILLS: Final = 3
_WORDS_CHARS: Final = 2_000


class SearchMode(StrEnum):
    """What finds documents: words, vectors, or both, fused by their ranks."""

    HYBRID = "hybrid"
    DENSE = "dense"
    LEXICAL = "lexical"


class Rerank(StrEnum):
    """What orders the first hits anew: nothing, coverage by skills, or a pairwise model's coverage."""

    NONE = "none"
    COVERAGE = "coverage"
    PAIRWISE = "pairwise"


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """How to search.

    Attributes:
        top_k: how many hits at most, 1 to 1,000.
        where: which documents are looked at; skills may be called by any of their names.
        mode: what finds them.
        rerank: what orders the first 50, or the first `top_k` if they are more, anew.

    Raises:
        InvalidInput: top_k out of range.
    """

    top_k: int = 10
    where: Filter = EVERYTHING
    mode: SearchMode = SearchMode.HYBRID
    rerank: Rerank = Rerank.NONE

    def __post_init__(self) -> None:
        if not 1 <= self.top_k <= MOST_HITS:
            raise InvalidInput(f"top_k must be 1 to {MOST_HITS:,}. Got {self.top_k}.")


PairwiseCoverage = Callable[[Sequence[EntrySkill], str], float]
"""Takes what a vacancy asks for and the text of a resume; returns the coverage that a model sees, 0 to 1."""


@dataclass(frozen=True, slots=True, eq=False)
class _Sought:
    """What is looked for: a vector, words, and skills; `id` is that of a document of the index."""

    vector: NDArray[np.float32]
    words: str
    skills: tuple[EntrySkill, ...]
    text: str
    role: Role | None = None
    id: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class _Candidate:
    entry: Entry
    score: float
    dense: float | None
    lexical: float | None
    overlap: SkillOverlap


class Searcher:
    """Searches one index; the same index and query give the same result, to the byte.

    Args:
        maker: must have the encoder that the index was made with.
        store: the index.
        pairwise: what `Rerank.PAIRWISE` asks.
    """

    def __init__(self, maker: EntryMaker, store: Store, *, pairwise: PairwiseCoverage | None = None) -> None:
        self._maker = maker
        self._store = store
        self._pairwise = pairwise

    def query(self, text: str, options: SearchOptions) -> SearchResult:
        """Return the documents that fit some words, such as "python developer with kafka".

        Raises:
            InvalidInput: no word in the text, the index is empty, the filter names a skill that is not in
                the taxonomy, or the reranking has no model.
            ModelMismatch: another encoder made the index.
            BackendError: the store failed.
        """
        self._check(options)
        if not find_terms(text):
            raise InvalidInput("A query must hold a word. Got none.")
        found = self._maker.engine.detect(text)
        skills = tuple(
            EntrySkill(item.skill, item.name, item.label, Importance.REQUIRED)
            for item in found
            if item.label is EvidenceLabel.EXPLICIT
        )
        vector = self._maker.encoder.encode([text], kind=TextKind.QUERY)[0]
        return self._search(_Sought(vector, text, skills, text), options)

    def similar(self, item: ToIndex, options: SearchOptions) -> SearchResult:
        """Return the documents that fit a resume or a vacancy that is not in the index.

        Without a role in the filter, vacancies are found for a resume and resumes for a vacancy.

        Raises:
            InvalidInput: the document cannot be read, or as for `query`.
            NotFound: its file is gone.
            ModelMismatch: another encoder made the index.
            BackendError: the store failed.
        """
        self._check(options)
        return self._search(_sought(self._maker.make(item)), _other_role(options, item.role))

    def similar_to(self, identifier: str, options: SearchOptions) -> SearchResult:
        """Return the documents that fit one of the index; it is not among them.

        Raises:
            NotFound: there is none of that id.
            InvalidInput: as for `query`.
            ModelMismatch: another encoder made the index.
            BackendError: the store failed.
        """
        self._check(options)
        (entry,) = self._store.get([identifier])
        sought = replace(_sought(entry), id=identifier)
        return self._search(sought, _other_role(options, entry.role))

    def _check(self, options: SearchOptions) -> None:
        held, own = self._store.identity, self._maker.identity
        if held is None:
            raise InvalidInput("The index is empty. Add documents first: metier search index FOLDER.")
        if (held.sha256, held.dim) != (own.sha256, own.dim):
            raise ModelMismatch(
                f"The index was made with encoder {held.encoder} ({held.sha256[:12]}); the one in use is "
                f"{own.encoder} ({own.sha256[:12]}). Use that one, or rebuild the index with this: "
                "metier search index --rebuild, with the --index and --model of this command."
            )
        if options.rerank is Rerank.PAIRWISE and self._pairwise is None:
            raise InvalidInput("Reranking by a pairwise model needs one. Name it: --rerank-model DIR.")

    def _search(self, sought: _Sought, options: SearchOptions) -> SearchResult:
        reranked = options.rerank is not Rerank.NONE
        depth = max(options.top_k, N_RERANKED) if reranked else options.top_k
        options = replace(options, where=_skills_by_id(options.where, self._maker.engine.taxonomy))
        candidates = self._candidates(sought, options, depth)
        if reranked:
            candidates = self._reranked(candidates, sought, options.rerank)
        terms = frozenset(find_terms(sought.words)[:_MOST_SHOWN_TERMS])
        hits = [
            _hit(candidate, rank, sought, terms)
            for rank, candidate in enumerate(candidates[: options.top_k], start=1)
        ]
        identity = self._maker.identity
        n_searched = self._store.count(options.where)
        return SearchResult(tuple(hits), n_searched, identity.encoder, identity.sha256)

    def _candidates(self, sought: _Sought, options: SearchOptions, depth: int) -> list[_Candidate]:
        # One more, since the document that is looked for may be among them.
        n = max(depth, _CANDIDATES) + 1
        dense: list[Scored] = []
        lexical: list[Scored] = []
        if options.mode is not SearchMode.LEXICAL:
            dense = self._store.nearest(sought.vector, top_k=n, where=options.where)
        if options.mode is not SearchMode.DENSE:
            lexical = self._store.matching(sought.words, top_k=n, where=options.where)
        scores = _fused(dense, lexical)
        kept = [item for item in scores if item.id != sought.id][:depth]
        entries = self._entries([item.id for item in kept])
        by_dense, by_lexical = ({item.id: item.score for item in found} for found in (dense, lexical))
        return [
            _Candidate(
                entry, item.score, by_dense.get(item.id), by_lexical.get(item.id), _overlap(sought, entry)
            )
            for item in kept
            if (entry := entries.get(item.id)) is not None
        ]

    def _entries(self, ids: Sequence[str]) -> dict[str, Entry]:
        """Return the documents of some ids that are still there: a writer may have deleted some since."""
        try:
            return {entry.id: entry for entry in self._store.get(ids)}
        except NotFound:
            found: dict[str, Entry] = {}
            for identifier in ids:
                with suppress(NotFound):
                    (found[identifier],) = self._store.get([identifier])
            return found

    def _reranked(
        self, candidates: Sequence[_Candidate], sought: _Sought, rerank: Rerank
    ) -> list[_Candidate]:
        """Return candidates by falling coverage, 0 where none is asked for; equal ones keep their order."""
        scored = [
            replace(candidate, score=self._coverage(candidate, sought, rerank)) for candidate in candidates
        ]
        return sorted(scored, key=lambda candidate: -candidate.score)

    def _coverage(self, candidate: _Candidate, sought: _Sought, rerank: Rerank) -> float:
        if candidate.overlap.coverage is None:
            return 0.0
        if rerank is Rerank.COVERAGE or self._pairwise is None:
            return candidate.overlap.coverage
        if _asks(candidate.entry, sought):
            return round(self._pairwise(candidate.entry.skills, sought.text), 6)
        return round(self._pairwise(sought.skills, candidate.entry.text), 6)


def _skills_by_id(where: Filter, taxonomy: Taxonomy) -> Filter:
    """Return a filter that calls skills by their ids, where it calls them by other names."""
    if all(condition.field is not Field.SKILL for condition in where.conditions):
        return where
    ids: dict[str, list[str]] = {}
    for entry in taxonomy.entries:
        for name in {name.lower() for name in (entry.skill.id, *entry.names)}:
            ids.setdefault(name, []).append(entry.skill.id.lower())
    return Filter(
        tuple(
            replace(condition, values=_ids_of(condition.values, ids, taxonomy.name))
            if condition.field is Field.SKILL
            else condition
            for condition in where.conditions
        )
    )


def _ids_of(names: Sequence[str | float], ids: Mapping[str, Sequence[str]], taxonomy: str) -> tuple[str, ...]:
    for name in names:
        if name not in ids:
            raise InvalidInput(
                f"There is no skill {name!r} in the taxonomy {taxonomy} to filter on. Look it up: "
                "metier skills taxonomy show."
            )
    return tuple(dict.fromkeys(skill for name in names for skill in ids[str(name)]))


def _fused(dense: Sequence[Scored], lexical: Sequence[Scored]) -> list[Scored]:
    if not lexical or not dense:
        return list(dense or lexical)
    rankings = [[item.id for item in found] for found in (dense, lexical)]
    return [Scored(identifier, round(score, 6)) for identifier, score in reciprocal_rank_fusion(rankings)]


def _sought(entry: Entry) -> _Sought:
    return _Sought(entry.vector, _words(entry), entry.skills, entry.text, entry.role)


def _words(entry: Entry) -> str:
    """Return the words of a document that are worth looking for: its title and skills, if it has enough."""
    skills = [skill.name for skill in entry.skills]
    if len(skills) < _FEWEST_SKILLS:
        return f"{entry.title}\n{entry.text[:_WORDS_CHARS]}"
    return "\n".join([entry.title, *skills])


def _other_role(options: SearchOptions, role: Role) -> SearchOptions:
    if any(condition.field is Field.ROLE for condition in options.where.conditions):
        return options
    other = Role.VACANCY if role is Role.RESUME else Role.RESUME
    return replace(options, where=options.where.also(Field.ROLE, other.value))


def _asks(entry: Entry, sought: _Sought) -> bool:
    """Tell whether the hit is the side that asks for skills."""
    return sought.role is Role.RESUME and entry.role is Role.VACANCY


def _overlap(sought: _Sought, entry: Entry) -> SkillOverlap:
    wanted, shown = sought.skills, entry.skills
    return compare_skills(shown, wanted) if _asks(entry, sought) else compare_skills(wanted, shown)


def _hit(candidate: _Candidate, rank: int, sought: _Sought, terms: frozenset[str]) -> Hit:
    entry, overlap = candidate.entry, candidate.overlap
    return Hit(
        document_id=entry.id,
        rank=rank,
        score=candidate.score,
        dense=candidate.dense,
        lexical=candidate.lexical,
        coverage=overlap.coverage,
        shared=overlap.shared,
        missing=overlap.missing,
        passages=best_passages(entry, sought.vector, terms),
        role=entry.role,
        source=entry.source,
        title=entry.title,
        language=entry.language,
        years=entry.years,
        level=entry.level,
        place=entry.place,
        date=entry.date,
    )
