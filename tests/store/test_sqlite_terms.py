import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metier.store import sqlite_terms
from metier.store.bm25 import MAX_TELLING_TERMS
from metier.store.contract import IDENTITY
from metier.store.contract_documents import DOCUMENTS, document
from metier.store.memory import MemoryStore
from metier.store.sqlite import SqliteStore
from metier.store.sqlite_connection import Connections
from metier.store.sqlite_filters import Clause
from metier.store.sqlite_schema import prepare
from metier.store.sqlite_terms import add_terms, follow_stemmer, match_terms, merge_terms, stemmer_fingerprint
from metier.store.terms import find_terms

# Letters and marks of many scripts, some of which Unicode got only lately, and all that stands within terms.
LETTERS = "aZßİıςé̈ёйЪאע字中가ﬁ０٣²Ⅷ𝒜𐐀ꮳᲐ🚀.'’-+#_\0\ud800\"()*:^ "


@pytest.fixture
def path(tmp_path):
    return tmp_path / "index.db"


@pytest.fixture(scope="module")
def connections(tmp_path_factory):
    path = tmp_path_factory.mktemp("terms") / "index.db"
    prepare(path, timeout_s=1)
    connections = Connections(path, timeout_s=1, read_only=False)
    yield connections
    connections.close()


def vocabulary(connection):
    return dict(connection.execute("SELECT term, cnt FROM vocabulary"))


@settings(max_examples=200)
@given(text=st.text(LETTERS, max_size=30) | st.text(max_size=20))
def test_a_term_is_one_token_letter_for_letter(connections, text):
    terms = find_terms(text)
    with connections.reading() as connection:
        add_terms(connection, 1, title="", text=text)
        assert vocabulary(connection) == {term: terms.count(term) for term in terms}


@settings(max_examples=200)
@given(text=st.text(LETTERS, min_size=1, max_size=30), query=st.text(LETTERS, max_size=30))
def test_a_document_is_found_exactly_if_it_shares_a_term(connections, text, query):
    with connections.reading() as connection:
        connection.execute("DELETE FROM documents")
        connection.execute(
            "INSERT INTO documents VALUES (1, 'a', '', '', '', '', '', '', '', 0, '', '', '', '', 0)"
        )
        add_terms(connection, 1, title="", text=text)
        found = match_terms(connection, query, top_k=1, where=Clause("1", ()))
    assert bool(found) == bool(set(find_terms(text)) & set(find_terms(query)))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), n=st.integers(1, 40))
def test_scores_are_those_of_the_store_in_memory(tmp_path_factory, seed, n):
    rng = np.random.default_rng(seed)
    words = [f"w{i}" for i in range(12)]

    def text(most):
        return " ".join(words[i] for i in rng.integers(0, 12, rng.integers(1, most)))

    entries = [document(f"id-{i}", text=text(30), title=text(4)) for i in range(n)]
    query = text(8)
    path = tmp_path_factory.mktemp("scores") / "index.db"
    with MemoryStore() as memory, SqliteStore.open(path) as store:
        for one in (memory, store):
            one.upsert(entries, identity=IDENTITY)
            one.delete(["id-0"])
        found, wanted = store.matching(query, top_k=99), memory.matching(query, top_k=99)
    assert {one.id: one.score for one in found} == {
        one.id: pytest.approx(one.score, abs=2e-9) for one in wanted
    }


def test_a_long_query_is_searched_by_the_terms_that_tell_most(path):
    common = [f"common{i}" for i in range(MAX_TELLING_TERMS)]
    filler = [document(f"filler-{i}", text=" ".join(common)) for i in range(9)]
    with MemoryStore() as memory, SqliteStore.open(path) as store:
        for one in (memory, store):
            one.upsert([*filler, document("rare", text="needle and other words")], identity=IDENTITY)
            found = one.matching(" ".join([*common, "needle", "unknown"]), top_k=99)
            assert found[0].id == "rare"
            assert len(found) == 10


def test_terms_of_another_stemmer_are_made_anew_by_the_next_write(path, monkeypatch):
    with SqliteStore.open(path) as store:
        with monkeypatch.context() as patch:
            patch.setattr(sqlite_terms, "find_terms", lambda text: [word[:2] for word in find_terms(text)])
            patch.setattr(sqlite_terms, "stemmer_fingerprint", lambda: "old")
            store.upsert(DOCUMENTS, identity=IDENTITY)
        assert store.matching("accountant", top_k=9) == []
        store.upsert([document("late", text="Late.")], identity=IDENTITY)
        assert len(store.matching("accountant", top_k=9)) == 2
        store.delete([entry.id for entry in DOCUMENTS])
        with store._connections.reading() as connection:
            assert vocabulary(connection) == {"late": 1}


def test_terms_of_the_same_stemmer_stay(connections):
    with connections.reading() as connection:
        follow_stemmer(connection)
        add_terms(connection, 1, title="kept", text="as it is")
        follow_stemmer(connection)
        assert "kept" in vocabulary(connection)
    assert len(stemmer_fingerprint()) == 64


def test_a_merged_index_holds_no_term_that_was_taken_out(path):
    with SqliteStore.open(path) as store:
        for i in range(40):
            store.upsert([document(f"id-{i}", text=f"unique{i} shared")], identity=IDENTITY)
        store.delete([f"id-{i}" for i in range(39)])
        with store._connections.writing() as connection:
            merge_terms(connection)
            assert vocabulary(connection) == {"unique39": 1, "share": 1}
            connection.execute("INSERT INTO terms (terms) VALUES ('integrity-check')")
