import numpy as np
import pytest

psycopg = pytest.importorskip("psycopg")

from metier.store import postgres_vectors  # noqa: E402
from metier.store.entries import Identity  # noqa: E402
from metier.store.exact import nearest_rows  # noqa: E402
from metier.store.filters import parse_filter  # noqa: E402
from metier.store.postgres import PostgresStore  # noqa: E402
from metier.store.recall import recall_of_approximate  # noqa: E402
from tests.store.samples import make_entry, unit  # noqa: E402

DIM, N = 32, 3000
IDENTITY_32 = Identity("fake", "0" * 64, DIM)


def clustered(n, seed):
    """Return unit vectors, half of them about 30 centres and half anywhere."""
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(9).standard_normal((30, DIM))
    about = np.where(np.arange(n)[:, None] % 2, 2 * centres[rng.integers(0, 30, n)], 0)
    vectors = about + rng.standard_normal((n, DIM))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


VECTORS = clustered(N, 1)
KEPT = VECTORS.astype(np.float16).astype(np.float32)
KEYS = [f"d{i:05d}" for i in range(N)]
QUERIES = clustered(30, 2)


def level_of(i):
    return "rare" if i % 100 == 7 else "senior" if i % 2 else "junior"


def exactly(where, top_k=10):
    mask = np.array([where is None or level_of(i) == where for i in range(N)])
    return lambda query: nearest_rows(KEPT, KEYS, query, top_k=top_k, mask=mask)


@pytest.fixture(scope="module")
def stores(server):
    entries = [
        make_entry(key, text="Wrote services.", vector=vector, level=level_of(i))
        for i, (key, vector) in enumerate(zip(KEYS, VECTORS, strict=True))
    ]
    with (
        PostgresStore.open(server.url(), schema="exact") as exact,
        PostgresStore.open(server.url(), schema="approximate", approximate_from=N) as approximate,
    ):
        for store in (exact, approximate):
            store.upsert(entries, identity=IDENTITY_32)
        yield exact, approximate


def scans_of_index(server):
    """Return how often the index of vectors was read, as told by sessions that have ended."""
    with psycopg.connect(server.url()) as connection:
        row = connection.execute(
            "SELECT sum(idx_scan) FROM pg_stat_user_indexes "
            "WHERE schemaname = 'approximate' AND indexrelname LIKE '%vector%'"
        ).fetchone()
    return row[0]


@pytest.mark.parametrize("top_k", [1, 10, 500, N + 1])
def test_below_the_threshold_the_answer_is_exact(stores, top_k):
    for query in QUERIES[:5]:
        assert stores[0].nearest(query, top_k=top_k) == exactly(None, top_k)(query)


@pytest.mark.parametrize("level", ["rare", "senior"])
def test_filters_leave_the_answer_exact(stores, level):
    where = parse_filter([f"level={level}"])
    for query in QUERIES[:5]:
        assert stores[0].nearest(query, top_k=10, where=where) == exactly(level)(query)


def test_of_many_equal_vectors_the_first_ids_are_found(server, schema):
    same = unit(3, DIM)
    entries = [make_entry(f"{key}", text="Same.", vector=same) for key in KEYS[:300]]
    with PostgresStore.open(server.url(), schema=schema) as store:
        store.upsert(entries[::-1], identity=IDENTITY_32)
        assert [one.id for one in store.nearest(unit(4, DIM), top_k=3)] == KEYS[:3]


def test_recall_of_the_index_is_high_and_its_scores_are_exact(server, stores, monkeypatch):
    store = stores[1]
    before = scans_of_index(server)
    with PostgresStore.open(server.url(), schema="approximate") as reader:
        assert recall_of_approximate(lambda q: reader.nearest(q, top_k=10), exactly(None), QUERIES) >= 0.95
    assert scans_of_index(server) >= before + len(QUERIES)
    scores = {one.id: one.score for one in exactly(None, N)(QUERIES[0])}
    assert all(scores[one.id] == one.score for one in store.nearest(QUERIES[0], top_k=50))


def test_a_wide_filter_reads_the_index_and_a_narrow_one_all_that_pass(server, stores, monkeypatch):
    monkeypatch.setattr(postgres_vectors, "EXACT_BELOW", 100)
    before = scans_of_index(server)
    with PostgresStore.open(server.url(), schema="approximate") as reader:
        for level, least in (("senior", 0.9), ("rare", 1.0)):
            where = parse_filter([f"level={level}"])

            def search(query, where=where):
                return reader.nearest(query, top_k=10, where=where)

            assert recall_of_approximate(search, exactly(level), QUERIES) >= least
    assert scans_of_index(server) - before == len(QUERIES)


def test_more_than_the_index_gives_is_found_all_the_same(stores):
    assert len(stores[1].nearest(QUERIES[0], top_k=N)) == N


def test_an_index_outlives_writes_that_replace_and_erase(server, schema):
    with PostgresStore.open(server.url(), schema=schema, approximate_from=10) as store:
        entries = [make_entry(key, vector=vector) for key, vector in zip(KEYS[:60], VECTORS, strict=False)]
        store.upsert(entries, identity=IDENTITY_32)
        moved = make_entry(KEYS[0], vector=unit(5, DIM))
        store.upsert([moved], identity=IDENTITY_32)
        assert store.nearest(unit(5, DIM), top_k=1)[0].id == KEYS[0]
        store.delete([KEYS[0]])
        assert KEYS[0] not in [one.id for one in store.nearest(unit(5, DIM), top_k=59)]
        with psycopg.connect(server.url()) as connection:
            row = connection.execute(f"SELECT approximate, generation FROM {schema}.meta").fetchone()
        assert row == (True, 2)
