import pytest

from metier.store.filters import parse_filter
from metier.store.memory import MemoryStore
from metier.store.postgres_words import lexemes_of
from metier.store.terms import find_terms
from tests.store.samples import IDENTITY, make_entry

TEXTS = [
    "Senior Python developer. Python, Django, PostgreSQL; node.js at times.",
    "Разработчик на C++ и C#, ведёт команду разработчиков.",
    ".NET developer, O'Reilly author: back\\slash and 'quotes'.",
    "Nurse in a hospital; the night shift, the day shift, the late shift.",
    "Backend developer: Go, Python, gRPC. Node and JS are known to the developer.",
    "Учитель математики и физики.",
]
QUERIES = [
    "python developer",
    "c++",
    "C#",
    ".net",
    "node.js",
    "команда разработчика",
    "the shift",
    "o'reilly",
]


@pytest.fixture(scope="module")
def stores(server):
    pytest.importorskip("psycopg")
    from metier.store.postgres import PostgresStore

    entries = [make_entry(f"d{i}", text=text, title=text.split()[0]) for i, text in enumerate(TEXTS)]
    entries += [make_entry(f"e{i}", text=f"Filler of the kind {i} " * (i + 1)) for i in range(30)]
    with PostgresStore.open(server.url(), schema="words") as ours, MemoryStore() as other:
        for store in (ours, other):
            store.upsert(entries, identity=IDENTITY)
        yield ours, other


@pytest.mark.parametrize("query", [*QUERIES, " ".join(QUERIES), " ".join(TEXTS)])
@pytest.mark.parametrize("top_k", [1, 3, 99])
def test_ranks_as_the_store_in_memory_does(stores, query, top_k):
    found, wanted = (store.matching(query, top_k=top_k) for store in stores)
    assert found == wanted
    assert found


def test_a_filter_leaves_the_scores_as_they_are(stores):
    where = parse_filter(["skill=python"])
    assert stores[0].matching("shift", top_k=5, where=where) == stores[1].matching("shift", top_k=5)
    assert stores[0].matching("shift", top_k=5, where=parse_filter(["skill=go"])) == []


def test_documents_with_a_rare_term_alone_are_candidates_while_they_are_enough(stores, monkeypatch):
    monkeypatch.setattr("metier.store.postgres_words._ENOUGH", 2)
    whole = stores[1].matching("the python filler", top_k=99)
    assert stores[0].matching("the python filler", top_k=1) == whole[:1]
    assert stores[0].matching("the python filler", top_k=99) == whole


def test_a_term_is_written_with_its_number_in_title_and_text():
    assert lexemes_of("C# C#", "c# developers") == ("'c#':1A,2A,3D 'develop':1D", 4)
    assert lexemes_of("", "o'clock") == ("'o''clock':1D 'o':1D 'clock':1D", 3)
    assert lexemes_of("", "!") == ("", 0)


def test_counts_stop_where_a_tsvector_does():
    literal, n_terms = lexemes_of("go " * 300, "go " * 300)
    assert n_terms == 600
    assert literal.count("A") + literal.count("D") < 255


@pytest.mark.parametrize("word", ["w{}", "щ{}", "𝔘{}"])
def test_a_text_of_countless_words_is_kept(server, schema, word):
    pytest.importorskip("psycopg")
    from metier.store.postgres import PostgresStore

    text = " ".join(word.format(f"{i:x}" * 6) for i in range(40_000))
    with PostgresStore.open(server.url(), schema=schema) as store:
        store.upsert([make_entry("long", text=text)], identity=IDENTITY)
        assert store.get(["long"])[0].text == text
        assert [one.id for one in store.matching(find_terms(text)[5], top_k=1)] == ["long"]


def test_numbers_of_documents_follow_every_write(server, schema):
    pytest.importorskip("psycopg")
    from metier.store.postgres import PostgresStore

    with PostgresStore.open(server.url(), schema=schema) as ours, MemoryStore() as other:
        for store in (ours, other):
            store.upsert([make_entry(f"d{i}", text=text) for i, text in enumerate(TEXTS)], identity=IDENTITY)
            store.upsert(
                [make_entry("d0", text=TEXTS[3]), make_entry("new", text=TEXTS[0])], identity=IDENTITY
            )
            store.delete(["d1", "d4"])
            store.upsert([make_entry("d1", text=TEXTS[2])], identity=IDENTITY)
        for query in QUERIES:
            assert ours.matching(query, top_k=9) == other.matching(query, top_k=9)
