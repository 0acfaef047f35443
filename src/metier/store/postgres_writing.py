"""How documents get into the tables of the PostgreSQL store and out of them, within a transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from metier.store.entries import Entry, Identity
from metier.store.postgres_rows import DOCUMENT_PLACEHOLDERS, TEXT_PLACEHOLDERS, document_row, text_row
from metier.store.postgres_schema import (
    State,
    Tables,
    create_indexes,
    create_tables,
    drop_others,
    write_state,
)
from metier.store.postgres_words import count_all_terms, count_terms, lexemes_of

if TYPE_CHECKING:
    from psycopg import Connection

_BATCH: Final = 500


def upsert_into(
    connection: Connection[tuple[Any, ...]], schema: str, state: State, entries: Sequence[Entry]
) -> State:
    """Put documents in the place of those with the same ids; return the new state."""
    tables = Tables(schema, state.generation)
    ids = [entry.id for entry in entries]
    gone, terms_gone = count_terms(connection, tables, ids, sign=-1)
    if gone:
        for table in (tables.documents, tables.texts, tables.words):
            connection.execute(f"DELETE FROM {table} WHERE id = ANY(%s)", [ids])
    _insert(connection, tables, entries)
    come, terms_come = count_terms(connection, tables, ids, sign=1)
    new = replace(
        state, documents=state.documents - gone + come, n_terms=state.n_terms - terms_gone + terms_come
    )
    write_state(connection, schema, new)
    return new


def start_empty(
    connection: Connection[tuple[Any, ...]], schema: str, state: State | None, identity: Identity
) -> State:
    """Make a new generation, ready to take documents, and return its state."""
    new = _start_generation(connection, schema, state, identity)
    create_indexes(connection, Tables(schema, new.generation))
    return new


def replace_all(
    connection: Connection[tuple[Any, ...]],
    schema: str,
    state: State | None,
    entries: Iterable[Entry],
    identity: Identity,
) -> State:
    """Put documents into a new generation, which counts from then on; return its state."""
    new = _start_generation(connection, schema, state, identity)
    remaining = iter(entries)
    while batch := list(islice(remaining, _BATCH)):
        _insert(connection, Tables(schema, new.generation), batch)
    return _finish_generation(connection, schema, new)


def erase(
    connection: Connection[tuple[Any, ...]], schema: str, state: State, ids: Sequence[str]
) -> tuple[int, State]:
    """Copy all other documents into a new generation and drop the rest; return how many went, and the state.

    Without any of the documents, nothing is done.
    """
    old = Tables(schema, state.generation)
    row = connection.execute(
        f"SELECT count(*) FROM {old.documents} WHERE id = ANY(%s)", [list(ids)]
    ).fetchone()
    if row is None or not row[0]:
        return 0, state
    new = _start_generation(connection, schema, state, state.identity)
    to = Tables(schema, new.generation)
    for source, target in ((old.documents, to.documents), (old.texts, to.texts), (old.words, to.words)):
        connection.execute(f"INSERT INTO {target} SELECT * FROM {source} WHERE id <> ALL(%s)", [list(ids)])
    new = _finish_generation(connection, schema, new)
    drop_others(connection, schema, new.generation)
    return row[0], new


def _start_generation(
    connection: Connection[tuple[Any, ...]], schema: str, state: State | None, identity: Identity
) -> State:
    new = State(state.generation + 1 if state else 1, identity, 0, 0, approximate=False)
    create_tables(connection, Tables(schema, new.generation), identity.dim)
    return new


def _finish_generation(connection: Connection[tuple[Any, ...]], schema: str, state: State) -> State:
    tables = Tables(schema, state.generation)
    documents, n_terms = count_all_terms(connection, tables)
    create_indexes(connection, tables)
    new = replace(state, documents=documents, n_terms=n_terms)
    write_state(connection, schema, new)
    return new


def _insert(connection: Connection[tuple[Any, ...]], tables: Tables, entries: Sequence[Entry]) -> None:
    with connection.cursor() as cursor:
        for table, placeholders, row in (
            (tables.documents, DOCUMENT_PLACEHOLDERS, document_row),
            (tables.texts, TEXT_PLACEHOLDERS, text_row),
            (tables.words, "%s, %s, %s::tsvector", _words_row),
        ):
            cursor.executemany(f"INSERT INTO {table} VALUES ({placeholders})", list(map(row, entries)))


def _words_row(entry: Entry) -> list[Any]:
    lexemes, n_terms = lexemes_of(entry.title, entry.text)
    return [entry.id, n_terms, lexemes]
