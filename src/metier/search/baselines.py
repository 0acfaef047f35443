"""Rankers to measure side by side: by words, by letters, by vectors, and two of them fused.

Equal scores stand in the order of document ids, so the same collection gives the same run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.encoders.pooling import unit_rows
from metier.encoders.reading import Encoder, TextKind
from metier.errors import InvalidInput
from metier.search.beir import Collection
from metier.search.fusion import reciprocal_rank_fusion
from metier.search.trec import Run
from metier.store.terms import find_terms

Counted = Callable[[str, int], AbstractContextManager[Callable[[], None]]]
"""Given words and a total, counts things that take long: each call of what it yields is one of them."""

K1: Final = 1.5
B: Final = 0.75
_TEXTS_AT_ONCE: Final = 32
_SCORES_AT_ONCE: Final = 4_000_000
# Beyond this, a product of matrices depends on where in the matrix a row stands; equal texts must tie.
_DECIMALS: Final = 7


class Ranker(Protocol):
    """Ranks the documents of a collection for each of its queries."""

    @property
    def name(self) -> str:
        """Return what the system is called in reports."""
        ...

    def rank(self, collection: Collection, top_k: int) -> Run:
        """Return at most top_k documents for every query, best first, equal scores in the order of ids.

        Raises:
            InvalidInput: top_k below 1.
            MissingExtra: the package that it computes with is not installed.
        """
        ...


class SearchProjection(Protocol):
    """What a trained head does to vectors."""

    def apply(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (n, dim) projected vectors of (n, dim) ones."""
        ...


class Bm25:
    """Ranks by BM25 over stems; documents that share no stem with a query are not ranked.

    Source: Robertson and Zaragoza 2009, "The probabilistic relevance framework"; the variant of Lucene,
    Kamphuis et al. 2020, "Which BM25 do you mean?", with k1 1.5 and b 0.75; computed by bm25s, Lù 2024
    (arXiv:2407.03618).
    """

    name = "bm25"

    def rank(self, collection: Collection, top_k: int) -> Run:
        """Return the best documents; `Ranker.rank` is the contract."""
        _check_top_k(top_k)
        names = sorted(collection.documents)
        index = require("bm25s").BM25(method="lucene", k1=K1, b=B)
        corpus = [find_terms(collection.documents[name]) for name in names]
        known = {term for words in corpus for term in words}
        if known:
            index.index(corpus, show_progress=False)
        run: dict[str, list[tuple[str, float]]] = {}
        for query, text in collection.queries.items():
            words = [term for term in find_terms(text) if term in known]
            run[query] = best_first(index.get_scores(words), names, top_k, above=0.0) if words else []
        return run


class CharTfidf:
    """Ranks by the cosine of TF-IDF over groups of 3 to 5 letters; documents of cosine 0 are not ranked."""

    name = "char-tfidf"

    def rank(self, collection: Collection, top_k: int) -> Run:
        """Return the best documents; `Ranker.rank` is the contract."""
        _check_top_k(top_k)
        names = sorted(collection.documents)
        vectorizer = require("sklearn.feature_extraction.text").TfidfVectorizer(
            analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, dtype=np.float32
        )
        documents = vectorizer.fit_transform([collection.documents[name] for name in names]).T.tocsc()
        queries = vectorizer.transform(collection.queries.values())

        def scores(first: int, last: int) -> Any:
            return (queries[first:last] @ documents).toarray()

        return _run_of(list(collection.queries), names, scores, top_k, above=0.0)


class EncodedTexts:
    """The vectors of a collection by one encoder, made once for all rankers that share it.

    Args:
        encoder: reads the texts.
        counted: shows progress; None for none.
    """

    def __init__(self, encoder: Encoder, *, counted: Counted | None = None) -> None:
        self.encoder = encoder
        self._counted: Counted = counted or (lambda _words, _total: nullcontext(lambda: None))
        self._last: tuple[Collection, NDArray[np.float32], NDArray[np.float32]] | None = None

    def of(self, collection: Collection) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return unit vectors of the queries and of the documents, each in the collection's order."""
        if self._last is None or self._last[0] is not collection:
            total = len(collection.queries) + len(collection.documents)
            with self._counted(f"Reading with {self.encoder.name}", total) as on_text:
                queries = self._vectors(list(collection.queries.values()), TextKind.QUERY, on_text)
                documents = self._vectors(list(collection.documents.values()), TextKind.PASSAGE, on_text)
            self._last = (collection, queries, documents)
        return self._last[1], self._last[2]

    def _vectors(
        self, texts: Sequence[str], kind: TextKind, on_text: Callable[[], None]
    ) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.encoder.dim), np.float32)
        # Texts of like length together: an encoder that pads rows does less for nothing.
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for start in range(0, len(order), _TEXTS_AT_ONCE):
            chosen = order[start : start + _TEXTS_AT_ONCE]
            vectors[chosen] = self.encoder.encode([texts[i] for i in chosen], kind=kind)
            for _ in chosen:
                on_text()
        return vectors


class Dense:
    """Ranks by the cosine of vectors, exactly: every document is compared.

    Args:
        texts: the vectors; rankers may share them.
        head: projects them; None to take them as they are.
        name: of the system; that of the encoder by default.
    """

    def __init__(
        self, texts: EncodedTexts, *, head: SearchProjection | None = None, name: str | None = None
    ) -> None:
        self.name = name or texts.encoder.name
        self._texts = texts
        self._head = head

    def rank(self, collection: Collection, top_k: int) -> Run:
        """Return the best documents; `Ranker.rank` is the contract."""
        _check_top_k(top_k)
        places = sorted(range(len(collection.documents)), key=list(collection.documents).__getitem__)
        queries, documents = (self._projected(vectors) for vectors in self._texts.of(collection))
        documents = documents[places].T

        def scores(first: int, last: int) -> Any:
            return np.round(queries[first:last] @ documents, _DECIMALS)

        return _run_of(list(collection.queries), sorted(collection.documents), scores, top_k)

    def _projected(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        rows = unit_rows(self._head.apply(vectors)) if self._head is not None else vectors
        return rows.astype(np.float64)


class Remembered:
    """Ranks as another ranker does, and keeps its last run for those who ask again.

    Args:
        ranker: does the work.
    """

    def __init__(self, ranker: Ranker) -> None:
        self.name = ranker.name
        self._ranker = ranker
        self._last: tuple[Collection, int, Run] | None = None

    def rank(self, collection: Collection, top_k: int) -> Run:
        """Return the best documents; `Ranker.rank` is the contract."""
        if self._last is None or self._last[0] is not collection or self._last[1] != top_k:
            self._last = (collection, top_k, self._ranker.rank(collection, top_k))
        return self._last[2]


class Hybrid:
    """Ranks by reciprocal-rank fusion of other rankers, each down to the same depth.

    Args:
        rankers: at least two.
        name: of the system.
    """

    def __init__(self, rankers: Sequence[Ranker], *, name: str) -> None:
        if len(rankers) < 2:
            raise InvalidInput(f"A hybrid must have two rankers or more. Got {len(rankers)}.")
        self.name = name
        self._rankers = tuple(rankers)

    def rank(self, collection: Collection, top_k: int) -> Run:
        """Return the best documents; `Ranker.rank` is the contract."""
        runs = [ranker.rank(collection, top_k) for ranker in self._rankers]
        return {
            query: reciprocal_rank_fusion([[name for name, _ in run.get(query, ())] for run in runs])[:top_k]
            for query in collection.queries
        }


class Saved:
    """Gives back a run that was saved.

    Args:
        run: what was ranked.
        name: of the system.
    """

    def __init__(self, run: Run, *, name: str) -> None:
        self.name = name
        self._run: Mapping[str, Sequence[tuple[str, float]]] = run

    def rank(self, collection: Collection, top_k: int) -> Run:
        """Return the first top_k documents of each query; `Ranker.rank` is the contract.

        Raises:
            InvalidInput: the run was made on other queries: it has none of the collection's.
        """
        _check_top_k(top_k)
        run = {query: self._run.get(query, ())[:top_k] for query in collection.queries}
        if not any(run.values()):
            raise InvalidInput(
                f"Run {self.name} must rank documents for some of the {len(run):,} queries. It has none of "
                "their ids. Take the run that was made on these data."
            )
        return run


def best_first(
    scores: NDArray[np.floating], names: Sequence[str], top_k: int, *, above: float | None = None
) -> list[tuple[str, float]]:
    """Return the names of the highest scores with them, highest first; equal scores in the order given.

    Args:
        scores: (n,).
        names: n of them.
        top_k: how many at most, at least 1.
        above: only scores above this count; None for all.

    >>> best_first(np.array([0.0, 2.0, 1.0, 2.0]), ["a", "b", "c", "d"], 3, above=0.0)
    [('b', 2.0), ('d', 2.0), ('c', 1.0)]
    """
    chosen = np.arange(len(scores)) if above is None else np.flatnonzero(scores > above)
    if len(chosen) > top_k:
        kept = scores[chosen]
        chosen = chosen[kept >= np.partition(kept, len(kept) - top_k)[len(kept) - top_k]]
    chosen = chosen[np.argsort(-scores[chosen], kind="stable")][:top_k]
    return [(names[int(i)], float(scores[i])) for i in chosen]


def _run_of(
    queries: Sequence[str],
    names: Sequence[str],
    scores: Callable[[int, int], Any],
    top_k: int,
    *,
    above: float | None = None,
) -> Run:
    """Return the run that scores give; `scores(first, last)` returns those of some queries, (n, n_names)."""
    return {
        queries[first + i]: best_first(row, names, top_k, above=above)
        for first, last in _blocks(len(queries), len(names))
        for i, row in enumerate(scores(first, last))
    }


def _blocks(n_queries: int, n_documents: int) -> Iterator[tuple[int, int]]:
    """Yield ranges of queries whose scores fit into memory."""
    size = max(1, _SCORES_AT_ONCE // max(n_documents, 1))
    for first in range(0, n_queries, size):
        yield first, min(first + size, n_queries)


def _check_top_k(top_k: int) -> None:
    if top_k < 1:
        raise InvalidInput(f"top_k must be at least 1. Got {top_k}.")
