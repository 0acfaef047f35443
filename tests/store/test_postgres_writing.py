import pytest

psycopg = pytest.importorskip("psycopg")

from metier.errors import InvalidInput  # noqa: E402
from metier.store.postgres import PostgresStore  # noqa: E402
from tests.store.samples import IDENTITY, make_entry  # noqa: E402


@pytest.fixture
def store(server, schema):
    with PostgresStore.open(server.url(), schema=schema) as opened:
        opened.upsert([make_entry(name) for name in "abc"], identity=IDENTITY)
        yield opened


def rows(server, query):
    with psycopg.connect(server.url()) as connection:
        return connection.execute(query).fetchall()


def test_upserts_stay_in_one_generation_and_count_terms_once(server, schema, store):
    for _ in range(2):
        store.upsert([make_entry("a", text="Wrote Python."), make_entry("d")], identity=IDENTITY)
    found = dict(rows(server, f"SELECT term, documents FROM {schema}.terms_1"))
    assert (found["wrote"], found["python"], found["servic"]) == (4, 1, 3)
    assert rows(server, f"SELECT documents, n_terms, changes FROM {schema}.meta") == [(4, 14, 3)]


def test_a_generation_after_an_erasure_holds_no_terms_of_what_went(server, schema, store):
    store.upsert([make_entry("d", text="Beekeeping.")], identity=IDENTITY)
    store.delete(["d"])
    found = dict(rows(server, f"SELECT term, documents FROM {schema}.terms_2"))
    assert "beekeep" not in found
    assert found["servic"] == 3


def test_an_erasure_of_nothing_copies_nothing(server, schema, store):
    assert store.delete(["nobody"]) == 0
    assert rows(server, f"SELECT generation FROM {schema}.meta") == [(1,)]


def test_a_refused_batch_leaves_no_tables_behind(server, schema, store):
    with pytest.raises(InvalidInput, match="comes twice"):
        store.rebuild([make_entry("a"), make_entry("a")], identity=IDENTITY)
    tables = rows(server, f"SELECT tablename FROM pg_tables WHERE schemaname = '{schema}'")
    assert sorted(name for (name,) in tables) == ["documents_1", "meta", "terms_1", "texts_1", "words_1"]


def test_no_column_has_statistics_that_would_keep_values(server, schema, store):
    with psycopg.connect(server.url(), autocommit=True) as admin:
        admin.execute("ANALYZE")
    known = rows(server, f"SELECT tablename FROM pg_stats WHERE schemaname = '{schema}'")
    assert {name for (name,) in known} <= {"meta"}
