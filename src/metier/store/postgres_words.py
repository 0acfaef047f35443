"""Full text in PostgreSQL: what is kept of a document's words, and which documents share those of a query.

The server's own parsers drop c++, c# and .net or tear them apart, and each of its dictionaries stems one
language. So the terms come from `metier.store.terms`, as in the other stores, and are written as a
`tsvector`, which a GIN index finds. Positions in it do not say where a term stands, only how often: they
count 1, 2, 3 for each term, those of the title first and with weight A.

`ts_rank` knows nothing of how rare a term is. It only picks candidates, among the documents that hold one of
the rarer terms; these are then ranked by BM25, with the numbers of documents that a table of terms keeps.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, groupby
from typing import TYPE_CHECKING, Any, Final

from metier.store.bm25 import TEXT_WEIGHT, TITLE_WEIGHT, bm25, inverse_frequency, query_counts, telling_terms
from metier.store.entries import Scored
from metier.store.filters import Filter
from metier.store.postgres_filters import filter_sql
from metier.store.postgres_schema import State, Tables
from metier.store.terms import find_terms

if TYPE_CHECKING:
    from psycopg import Connection

# So many documents that hold one of the rarest terms are enough to pick candidates from.
_ENOUGH: Final = 5000
_PLACES: Final = 9
_LEAST_CANDIDATES: Final = 200
_RANK_WEIGHTS: Final = [TEXT_WEIGHT / TITLE_WEIGHT, 0.5, 0.5, 1.0]
# More often than this adds nothing to BM25 that a rank would show; a tsvector counts to 255.
_MAX_COUNT: Final = 120
# A tsvector holds 1 MiB. It needs less than its literal in bytes, and a character has two, rarely more; words
# beyond that, of a text of some 100,000 different ones, are not found.
_MAX_CHARS: Final = 250_000


def lexemes_of(title: str, text: str) -> tuple[str, int]:
    """Return the terms of a document as the literal of a tsvector, and their number.

    >>> lexemes_of("Developer", "Developers of C#")
    ("'develop':1A,2D 'of':1D 'c#':1D", 4)
    """
    titled, written = Counter(find_terms(title)), Counter(find_terms(text))
    lexemes = [
        f"{_quoted(term)}:{_positions(min(titled[term], _MAX_COUNT), min(written[term], _MAX_COUNT))}"
        for term in {**titled, **written}
    ]
    literal = " ".join(lexemes)
    while len(literal) > _MAX_CHARS:
        lexemes = lexemes[: len(lexemes) * _MAX_CHARS // len(literal)]
        literal = " ".join(lexemes)
    return literal, titled.total() + written.total()


@lru_cache(maxsize=1024)
def _positions(high: int, low: int) -> str:
    places = [f"{place}A" for place in range(1, high + 1)]
    return ",".join(places + [f"{place}D" for place in range(high + 1, high + low + 1)])


def rank_matching(
    connection: Connection[tuple[Any, ...]], schema: str, state: State, query: str, top_k: int, where: Filter
) -> list[Scored]:
    """Return the best documents for a query, as `Store.matching` says."""
    tables = Tables(schema, state.generation)
    counts = query_counts(query)
    rows = connection.execute(
        f"SELECT term, documents FROM {tables.terms} WHERE term = ANY(%s) AND documents > 0", [list(counts)]
    ).fetchall()
    n_holding = dict(rows)
    terms = telling_terms(counts, n_holding, n_documents=state.documents)
    if not terms:
        return []
    asked = _Query(terms, top_k, where)
    found = _candidates(connection, tables, asked, _rarest(terms, n_holding))
    if len(found) < top_k:
        found = _candidates(connection, tables, asked, terms)
    idfs = [inverse_frequency(state.documents, n_holding[term]) for term in terms]
    mean = state.n_terms / state.documents
    scored = []
    for one in found:
        counted = [one.counts.get(term, 0.0) for term in terms]
        score = bm25(counted, idfs, n_terms=one.n_terms, mean_terms=mean)
        scored.append(Scored(one.id, round(score, _PLACES)))
    return sorted(scored, key=lambda one: (-one.score, one.id))[:top_k]


def _rarest(terms: Sequence[str], n_holding: Mapping[str, int]) -> list[str]:
    """Return the rarest of some terms, as many as do not make too many documents together; at least one."""
    rarest = sorted(terms, key=lambda term: (n_holding[term], term))
    together = accumulate(n_holding[term] for term in rarest)
    return rarest[: max(1, sum(number <= _ENOUGH for number in together))]


@dataclass(frozen=True, slots=True)
class _Query:
    """What is asked for: terms, how many results, and which documents are looked at."""

    terms: Sequence[str]
    top_k: int
    where: Filter


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A document that shares terms with a query, its length, and how often it holds each of them."""

    id: str
    n_terms: int
    counts: Mapping[str, float]


def _candidates(
    connection: Connection[tuple[Any, ...]], tables: Tables, asked: _Query, sought: Sequence[str]
) -> list[_Candidate]:
    """Return those that rank first by `ts_rank` of the documents that hold a term that is sought."""
    condition, values = filter_sql(asked.where)
    passing = f" AND id IN (SELECT id FROM {tables.documents} WHERE {condition})" if values else ""
    either, ranking = (" | ".join(map(_quoted, terms)) for terms in (sought, asked.terms))
    n_candidates = max(_LEAST_CANDIDATES, 2 * asked.top_k)
    rows = connection.execute(
        "WITH found AS MATERIALIZED (SELECT id, n_terms, lexemes "
        f"FROM {tables.words} WHERE lexemes @@ %s::tsquery{passing} "
        "ORDER BY ts_rank(%s::real[], lexemes, %s::tsquery, 1) DESC, id LIMIT %s) "
        "SELECT id, n_terms, lexeme, cardinality(weights), cardinality(array_positions(weights, 'A')) "
        "FROM found, unnest(lexemes) WHERE lexeme = ANY(%s) ORDER BY id",
        [either, *values, _RANK_WEIGHTS, ranking, n_candidates, asked.terms],
    ).fetchall()
    groups = (list(group) for _, group in groupby(rows, key=lambda row: row[0]))
    return [
        _Candidate(rows[0][0], rows[0][1], {row[2]: _weighted(row[3], row[4]) for row in rows})
        for rows in groups
    ]


def _weighted(count: int, titled: int) -> float:
    return TITLE_WEIGHT * titled + TEXT_WEIGHT * (count - titled)


def count_terms(
    connection: Connection[tuple[Any, ...]], tables: Tables, ids: list[str], *, sign: int
) -> tuple[int, int]:
    """Add some documents to the numbers of the table of terms, or take them off.

    Returns:
        How many of the ids there are, and the length of these documents.
    """
    connection.execute(
        f"INSERT INTO {tables.terms} AS old SELECT term, %s::int * count(*) FROM {tables.words}, "
        "unnest(tsvector_to_array(lexemes)) AS term WHERE id = ANY(%s) GROUP BY term "
        "ON CONFLICT (term) DO UPDATE SET documents = old.documents + excluded.documents",
        [sign, ids],
    )
    return _size(connection, tables, "id = ANY(%s)", [ids])


def count_all_terms(connection: Connection[tuple[Any, ...]], tables: Tables) -> tuple[int, int]:
    """Fill the empty table of terms; return the number of documents and their length."""
    connection.execute(
        f"INSERT INTO {tables.terms} SELECT term, count(*) FROM {tables.words}, "
        "unnest(tsvector_to_array(lexemes)) AS term GROUP BY term"
    )
    return _size(connection, tables, "TRUE", [])


def _size(
    connection: Connection[tuple[Any, ...]], tables: Tables, condition: str, values: list[Any]
) -> tuple[int, int]:
    row = connection.execute(
        f"SELECT count(*), coalesce(sum(n_terms), 0) FROM {tables.words} WHERE {condition}", values
    ).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def _quoted(term: str) -> str:
    return "'" + term.replace("\\", "\\\\").replace("'", "''") + "'"
