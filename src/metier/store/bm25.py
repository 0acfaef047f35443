"""Ranking by the words that a query and a document share.

Source: Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), in the form
of SQLite's FTS5 (sqlite.org/fts5.html, section 5.1.1): fields are weighted by counting a word more than once.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Final

from metier.store.terms import find_terms

K1: Final = 1.2
B: Final = 0.75
TITLE_WEIGHT: Final = 3.0
TEXT_WEIGHT: Final = 1.0
MAX_QUERY_TERMS: Final = 512
MAX_TELLING_TERMS: Final = 64
MIN_DOCUMENTS_FOR_COMMON: Final = 1000
# Scores are rounded, so that equal documents stay equal whatever the order of the additions.
PLACES: Final = 9
# What a word in more than half of all documents counts, so that a score never falls for a shared word.
LEAST_IDF: Final = 1e-6


def query_terms(query: str) -> list[str]:
    """Return the distinct terms of a query in their order, the first 512.

    >>> query_terms("Go developers, Go!")
    ['go', 'develop']
    """
    return list(query_counts(query))


def query_counts(query: str) -> dict[str, int]:
    """Return how often a query holds each of `query_terms`."""
    return dict(islice(Counter(find_terms(query)).items(), MAX_QUERY_TERMS))


def telling_terms(counts: Mapping[str, int], n_holding: Mapping[str, int], *, n_documents: int) -> list[str]:
    """Return the terms of a query that are searched for, in their order: the 64 that tell most.

    What a term tells is how often the query holds it times its `inverse_frequency`. A query of more than 64
    terms is a whole document; on resumes as queries for resumes of the same trade, 64 terms find no less
    than all do, and in a fraction of the time.

    From 1,000 documents on, terms that more than half of them hold are left out, unless there are no others:
    they tell nothing, and finding all who hold them takes most of the time.

    Args:
        counts: of each term of the query.
        n_holding: how many documents hold each; terms that are not in it are left out.
        n_documents: how many there are.

    Source: tf-idf selection of query terms, as "more like this" of Apache Lucene does it.
    """
    known = [term for term in counts if n_holding.get(term)]
    if n_documents >= MIN_DOCUMENTS_FOR_COMMON:
        known = [term for term in known if 2 * n_holding[term] <= n_documents] or known
    worth = {term: counts[term] * inverse_frequency(n_documents, n_holding[term]) for term in known}
    chosen = set(sorted(known, key=lambda term: (-worth[term], term))[:MAX_TELLING_TERMS])
    return [term for term in known if term in chosen]


def inverse_frequency(n_documents: int, n_holding: int) -> float:
    """Return how much a term tells, from how many of all documents hold it; above 0.

    >>> round(inverse_frequency(100, 1), 3), inverse_frequency(100, 90)
    (4.195, 1e-06)
    """
    idf = math.log((n_documents - n_holding + 0.5) / (n_holding + 0.5))
    return max(idf, LEAST_IDF)


def bm25(frequencies: Sequence[float], idfs: Sequence[float], *, n_terms: int, mean_terms: float) -> float:
    """Return the score of a document for a query, 0 or more.

    Args:
        frequencies: how often the document holds each term of the query, weighted by field.
        idfs: `inverse_frequency` of each.
        n_terms: length of the document in terms, all fields.
        mean_terms: mean of that over all documents, above 0.

    >>> round(bm25([2.0, 0.0], [1.0, 3.0], n_terms=10, mean_terms=10.0), 3)
    1.375
    """
    score = 0.0
    for frequency, idf in zip(frequencies, idfs, strict=True):
        score += idf * (frequency * (K1 + 1) / (frequency + K1 * (1 - B + B * n_terms / mean_terms)))
    return score
