"""What is erased, as far as the files of the server show it."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest

psycopg = pytest.importorskip("psycopg")

from metier.errors import InvalidInput, StoreBusy  # noqa: E402
from metier.store.contract import IDENTITY  # noqa: E402
from metier.store.contract_documents import document, vector_of  # noqa: E402
from metier.store.entries import EntrySkill  # noqa: E402
from metier.store.postgres import PostgresStore  # noqa: E402
from metier.store.postgres_schema import Tables, _others, check_schema  # noqa: E402
from metier.types import EvidenceLabel, Span  # noqa: E402
from tests.store.postgres_server import running_server  # noqa: E402

FIELDS = ("id", "title", "text", "source", "skill", "level", "place", "language", "digest")


@pytest.fixture(scope="module")
def own_server():
    """A server without traces of other tests."""
    with running_server() as running:
        yield running


def marker(field, number):
    letters = str.maketrans("0123456789", "ghijklmnop")
    return "x" + hashlib.sha256(f"{field} {number}".encode()).hexdigest()[:20].translate(letters)


def marked(number, *, filler=""):
    """Return a document whose every field holds a word that stands nowhere else."""
    word = {field: marker(field, number) for field in FIELDS}
    vectors = [vector_of(f"{number} {name}") for name in ("whole", "first", "second")]
    return replace(
        document(word["id"], title=word["title"], text=f"{filler}{word['text']} end", source=word["source"]),
        language=word["language"],
        digest=word["digest"],
        skills=(EntrySkill(word["skill"], f"{word['skill']}name", EvidenceLabel.EXPLICIT),),
        level=word["level"],
        place=word["place"],
        vector=vectors[0],
        passages=(Span(0, 1), Span(1, 2)),
        passage_vectors=np.stack(vectors[1:]),
    )


def traces(folder, number):
    """Return what the files under a folder hold of a marked document."""
    entry = marked(number)
    searched = {field: marker(field, number)[:18].encode() for field in FIELDS}
    for name, vector in (("vector", entry.vector), *zip(("p1", "p2"), entry.passage_vectors, strict=True)):
        searched[name] = vector.astype("<f2").tobytes()[4:-4]
    found = set()
    for path in folder.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        found |= {name for name, part in searched.items() if part in content}
    return found


# Long enough to leave its row, and of digits that no compression hides.
LONG = " ".join(hashlib.sha256(str(i).encode()).hexdigest() for i in range(200))


@pytest.fixture
def store(own_server, schema):
    with PostgresStore.open(own_server.url(), schema=schema, busy_timeout_s=0.3) as opened:
        others = [
            document(f"other-{i}", text=f"Other words {i} " * 40, title=f"Other {i}") for i in range(40)
        ]
        opened.upsert(others, identity=IDENTITY)
        yield opened


@pytest.fixture
def admin(own_server):
    with psycopg.connect(own_server.url(), autocommit=True) as connection:
        yield connection


@pytest.mark.parametrize(("number", "filler"), [(0, ""), (1, f"{LONG} ")], ids=["short", "long"])
def test_no_file_of_a_table_holds_a_deleted_document(own_server, store, admin, number, filler):
    entry = marked(number, filler=filler)
    store.upsert([entry], identity=IDENTITY)
    # Again, so that an older version of the rows is left as well; then all that a server does by itself.
    store.upsert([replace(entry, years=3.0)], identity=IDENTITY)
    admin.execute("VACUUM ANALYZE")
    admin.execute("CHECKPOINT")
    base = own_server.data / "base"
    assert traces(base, number) == {*FIELDS, "vector", "p1", "p2"}
    assert store.delete([entry.id]) == 1
    admin.execute("CHECKPOINT")
    assert traces(base, number) == set()
    kept = [path for path in own_server.data.iterdir() if path.name != "pg_wal" and path.is_dir()]
    assert [traces(folder, number) for folder in kept] == [set()] * len(kept)
    assert traces(own_server.folder / "log", number) == set()


def test_an_older_snapshot_of_another_session_keeps_nothing(own_server, store, admin):
    store.upsert([marked(2)], identity=IDENTITY)
    with psycopg.connect(own_server.url()) as other:
        other.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        other.execute("SELECT 1")
        assert store.delete([marked(2).id]) == 1
        admin.execute("CHECKPOINT")
        assert traces(own_server.data / "base", 2) == set()


def test_a_delete_that_has_to_wait_for_a_reader_deletes_nothing(own_server, store, admin):
    store.upsert([marked(3)], identity=IDENTITY)
    going = store.entries()
    next(going)
    with pytest.raises(StoreBusy, match="Nothing was changed"):
        store.delete([marked(3).id])
    assert store.get([marked(3).id])
    going.close()
    assert store.delete([marked(3).id]) == 1
    admin.execute("CHECKPOINT")
    assert traces(own_server.data / "base", 3) == set()


def test_a_rebuild_leaves_nothing_of_what_it_replaces(own_server, store, admin):
    store.upsert([marked(4)], identity=IDENTITY)
    store.rebuild([document("only", text="All that is left.")], identity=IDENTITY)
    admin.execute("CHECKPOINT")
    assert traces(own_server.data / "base", 4) == set()


def test_the_log_of_writes_forgets_once_it_is_switched_and_not_recycled(own_server, store, admin):
    """What the docstring of the store tells operators."""
    store.upsert([marked(5)], identity=IDENTITY)
    store.delete([marked(5).id])
    assert traces(own_server.data / "pg_wal", 5)
    admin.execute("SELECT pg_switch_wal()")
    admin.execute("CHECKPOINT")
    assert traces(own_server.data / "pg_wal", 5) == set()


def test_tables_are_named_by_generation():
    tables = Tables("metier", 7)
    assert (tables.documents, tables.texts, tables.words, tables.terms) == (
        '"metier"."documents_7"',
        '"metier"."texts_7"',
        '"metier"."words_7"',
        '"metier"."terms_7"',
    )


def test_tables_are_dropped_in_the_order_in_which_readers_lock_them(own_server, store, admin, schema):
    entries = [document("only", text="All that is left.")]
    store.rebuild(entries, identity=IDENTITY)
    names = _others(admin, schema, keep=1)
    assert names == ["terms_2", "words_2", "documents_2", "texts_2"]


@pytest.mark.parametrize("name", ["", "Metier", "7a", "a-b", "a" * 32, "схема", 'a"b'])
def test_a_schema_that_would_need_quotes_is_refused(name):
    with pytest.raises(InvalidInput, match="A schema must be 1 to 31"):
        check_schema(name)
