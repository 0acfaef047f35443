"""Full text in SQLite: the terms of titles and texts in an FTS5 index, ranked by BM25.

The index keeps terms alone, so no text is stored twice. To take a document out of it, FTS5 must be given
the very terms that were put in; they are made again from the text. Another stemmer would make others and so
leave traces: the store therefore remembers what its terms were made with, and makes all of them anew when
that changes.
"""

from __future__ import annotations

import hashlib
import sqlite3
from functools import lru_cache
from typing import Final

from metier.store.bm25 import (
    PLACES,
    TEXT_WEIGHT,
    TITLE_WEIGHT,
    query_counts,
    telling_terms,
)
from metier.store.entries import Scored
from metier.store.sqlite_filters import Clause
from metier.store.sqlite_rows import read_head, to_text
from metier.store.terms import find_terms

_PROBE: Final = (
    "Experienced developers of C++, C# and .NET generalised knowledge-based services, running, happily. "
    "Разработчики и тестировщицы высоконагруженных сервисов управляли командами, ёлка, "
    "Node.js, CI/CD, Zürich's."
)
_RANKED: Final = """
    SELECT documents.id, round(-bm25(terms, {title}, {text}), {places}) AS score
    FROM terms CROSS JOIN documents ON documents.number = terms.rowid
    WHERE terms MATCH ? AND {where}
    ORDER BY score DESC, documents.id
    LIMIT ?
"""


def add_terms(connection: sqlite3.Connection, number: int, *, title: str, text: str) -> None:
    """Put a document into the index."""
    connection.execute(
        "INSERT INTO terms (rowid, title, text) VALUES (?, ?, ?)", (number, _joined(title), _joined(text))
    )


def remove_terms(connection: sqlite3.Connection, number: int) -> None:
    """Take a document out of the index, while its title and text are still in the other tables."""
    title, text = connection.execute(
        "SELECT title, text FROM documents JOIN texts ON document = number WHERE number = ?", (number,)
    ).fetchone()
    connection.execute(
        "INSERT INTO terms (terms, rowid, title, text) VALUES ('delete', ?, ?, ?)",
        (number, _joined(to_text(title)), _joined(to_text(text))),
    )


def remove_all_terms(connection: sqlite3.Connection) -> None:
    """Empty the index."""
    connection.execute("INSERT INTO terms (terms) VALUES ('delete-all')")


def merge_terms(connection: sqlite3.Connection) -> None:
    """Write the index anew without what was taken out of it."""
    connection.execute("INSERT INTO terms (terms) VALUES ('optimize')")


def follow_stemmer(connection: sqlite3.Connection) -> None:
    """Make all terms anew if they were made by other rules than those of this program."""
    own = stemmer_fingerprint()
    if read_head(connection).stemmer == own:
        return
    remove_all_terms(connection)
    found = False
    rows = connection.execute("SELECT number, title, text FROM documents JOIN texts ON document = number")
    for number, title, text in rows:
        add_terms(connection, number, title=to_text(title), text=to_text(text))
        found = True
    connection.execute("UPDATE meta SET stemmer = ?, change = change + 1", (own,))
    if found:
        connection.execute("UPDATE meta SET unerased = change")


@lru_cache(maxsize=1)
def stemmer_fingerprint() -> str:
    """Return a hash of what the rules for terms make of words of many kinds, and of the stemmer's version."""
    from Stemmer import version

    return hashlib.sha256(f"{version()} {' '.join(find_terms(_PROBE))}".encode()).hexdigest()


def match_terms(connection: sqlite3.Connection, query: str, *, top_k: int, where: Clause) -> list[Scored]:
    """Return the documents that hold a term of a query, by falling BM25, equal ones by id."""
    terms = _query(connection, query)
    if not terms:
        return []
    sql = _RANKED.format(title=TITLE_WEIGHT, text=TEXT_WEIGHT, places=PLACES, where=where.sql)
    # A term holds no quotation marks, so within them nothing is syntax.
    any_of = " OR ".join(f'"{term}"' for term in terms)
    rows = connection.execute(sql, (any_of, *where.values, top_k))
    return [Scored(identifier, score) for identifier, score in rows]


def _query(connection: sqlite3.Connection, query: str) -> list[str]:
    """Return the terms of a query that are searched for."""
    counts = query_counts(query)
    (n_documents,) = connection.execute("SELECT count(*) FROM documents").fetchone()
    if not counts or not n_documents:
        return []
    n_holding = {
        term: row[0]
        for term in counts
        for row in connection.execute("SELECT doc FROM vocabulary WHERE term = ?", (term,))
    }
    return telling_terms(counts, n_holding, n_documents=n_documents)


def _joined(text: str) -> str:
    return " ".join(find_terms(text))
