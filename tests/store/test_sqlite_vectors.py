import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metier.errors import StoreDamaged
from metier.store import sqlite_vectors
from metier.store.contract import IDENTITY, OTHER
from metier.store.contract_documents import DIM, document, vector_of
from metier.store.filters import parse_filter
from metier.store.sqlite import SqliteStore
from metier.store.sqlite_vectors import VectorCache, mask_of


@pytest.fixture
def path(tmp_path):
    return tmp_path / "index.db"


@pytest.fixture
def store(path):
    with SqliteStore.open(path) as store:
        yield store


def documents(*names, dim=DIM):
    return [document(name, text=f"Text {name}.", dim=dim) for name in names]


def state_of(cache, store):
    with store._connections.reading() as connection:
        return cache.follow(connection)


def held(state):
    rows = np.flatnonzero(state.alive)
    return {state.ids[row]: state.matrix[row].tolist() for row in rows}


def kept(store):
    return {entry.id: entry.vector.tolist() for entry in store.entries()}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["upsert", "delete", "rebuild"]), st.sets(st.integers(0, 12), max_size=8)),
        max_size=12,
    )
)
def test_the_matrix_follows_every_write(tmp_path_factory, steps):
    cache = VectorCache()
    path = tmp_path_factory.mktemp("vectors") / "index.db"
    with SqliteStore.open(path) as writer, SqliteStore.open(path, read_only=True) as reader:
        for step, (name, chosen) in enumerate(steps):
            ids = [str(one) for one in sorted(chosen)]
            if name == "delete":
                writer.delete(ids)
            else:
                entries = [document(one, text=f"Text {one} of {step}.") for one in ids]
                getattr(writer, name)(entries, identity=IDENTITY)
            state = state_of(cache, reader)
            assert held(state) == kept(writer)
            assert len(state.ids) == len(state.matrix) == len(state.numbers) == len(state.alive)
            assert np.all(np.diff(state.numbers) > 0)


def test_only_new_vectors_are_read(store, monkeypatch):
    cache = VectorCache()
    store.upsert(documents("a", "b"), identity=IDENTITY)
    state_of(cache, store)
    read = []
    whole = sqlite_vectors._vectors
    monkeypatch.setattr(
        sqlite_vectors, "_vectors", lambda blobs, dim: read.append(len(blobs)) or whole(blobs, dim)
    )
    assert state_of(cache, store) is state_of(cache, store)
    store.upsert(documents("c"), identity=IDENTITY)
    store.delete(["a"])
    assert set(held(state_of(cache, store))) == {"b", "c"}
    assert read == [1]


def test_a_state_in_use_stays_as_it_is(store):
    cache = VectorCache()
    store.upsert(documents("a", "b", "c"), identity=IDENTITY)
    states, copies = [], []
    for step in range(12):
        states.append(state_of(cache, store))
        copies.append(held(states[-1]))
        if step % 3 == 2:
            store.delete(list(held(states[-1]))[:-1])
        store.upsert(documents(f"new-{step}", f"more-{step}"), identity=IDENTITY)
    assert [held(state) for state in states] == copies


def test_a_matrix_of_mostly_removed_rows_is_packed(store):
    cache = VectorCache()
    store.upsert(documents(*"abcdefgh"), identity=IDENTITY)
    state_of(cache, store)
    store.delete(list("abc"))
    assert len(state_of(cache, store).matrix) == 8
    store.delete(list("de"))
    state = state_of(cache, store)
    assert (len(state.matrix), state.ids) == (3, list("fgh"))


def test_vectors_of_another_length_take_the_place_of_all(store):
    cache = VectorCache()
    store.upsert(documents("a", "b"), identity=IDENTITY)
    state_of(cache, store)
    store.rebuild(documents("c", dim=DIM + 1), identity=OTHER)
    assert state_of(cache, store).matrix.shape == (1, DIM + 1)


def test_a_mask_is_kept_until_the_next_write(store):
    cache = VectorCache()
    store.upsert(documents("a", "b"), identity=IDENTITY)
    where = parse_filter(["role=resume"])
    with store._connections.reading() as connection:
        state = cache.follow(connection)
        mask = mask_of(connection, state, where)
        assert mask.tolist() == [True, True]
        assert mask_of(connection, state, where) is mask
        for i in range(40):
            mask_of(connection, state, parse_filter([f"years>={i}"]))
        assert len(state.masks) <= sqlite_vectors._MAX_MASKS
    store.delete(["a"])
    with store._connections.reading() as connection:
        state = cache.follow(connection)
        assert mask_of(connection, state, where).tolist() == [False, True]


def test_the_longest_row_is_known(store):
    entry = document("long", text="Long.")
    entry.vector[:] *= 3
    store.upsert([*documents("a"), entry], identity=IDENTITY)
    assert state_of(VectorCache(), store).longest == pytest.approx(3, rel=1e-3)


@pytest.mark.parametrize("damage", ["x'00'", "7", "zeroblob(50)", "x'007e' || zeroblob(46)"])
def test_a_damaged_vector_is_told_and_the_search_after_mending_is_right(store, damage):
    store.upsert(documents("a", "b"), identity=IDENTITY)
    with store._connections.writing() as connection:
        (number, whole) = connection.execute("SELECT document, vector FROM vectors LIMIT 1").fetchone()
        connection.execute(f"UPDATE vectors SET vector = CAST({damage} AS BLOB) WHERE document = {number}")
    with pytest.raises(StoreDamaged, match="The vectors of the index are damaged"):
        store.nearest(vector_of("a query"), top_k=1)
    with store._connections.writing() as connection:
        connection.execute("UPDATE vectors SET vector = ? WHERE document = ?", (whole, number))
    assert len(store.nearest(vector_of("a query"), top_k=9)) == 2


def test_a_filter_that_finds_what_the_matrix_has_not_is_damage(store):
    cache = VectorCache()
    store.upsert(documents("a", "b"), identity=IDENTITY)
    with store._connections.writing() as connection:
        connection.execute("DELETE FROM vectors WHERE document = 1")
    with store._connections.reading() as connection:
        state = cache.follow(connection)
        with pytest.raises(StoreDamaged):
            mask_of(connection, state, parse_filter(["role=resume"]))
