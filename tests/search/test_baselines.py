import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.encoders.fake import FakeEncoder
from metier.encoders.reading import TextKind
from metier.errors import InvalidInput
from metier.search.baselines import (
    Bm25,
    CharTfidf,
    Dense,
    EncodedTexts,
    Hybrid,
    Remembered,
    Saved,
    best_first,
)
from metier.search.beir import Collection
from metier.search.fusion import reciprocal_rank_fusion

QUERIES = {"q1": "welding steel", "q2": "медицинская сестра", "q3": "zzz qqq"}
DOCUMENTS = {
    "d3": "We weld steel frames and pipes",
    "d1": "Медсестра: уход за больными",
    "d2": "Ищем: медицинских сестёр в клинику",
    "d4": "We weld steel frames and pipes",
    "d0": "A cook bakes bread",
}
COLLECTION = Collection(QUERIES, DOCUMENTS, {"q1": {"d3": 1}, "q2": {"d2": 1}, "q3": {"d0": 1}})


class Counting(FakeEncoder):
    """Remembers what it was asked for."""

    def __init__(self):
        super().__init__()
        self.asked = []

    def encode(self, texts, *, kind):
        self.asked += [(text, kind) for text in texts]
        return super().encode(texts, kind=kind)


class Backwards:
    """Implements `SearchProjection`: turns vectors round."""

    def apply(self, vectors):
        return -3 * vectors


def bm25():
    pytest.importorskip("bm25s")
    return Bm25()


def char_tfidf():
    pytest.importorskip("sklearn")
    return CharTfidf()


def dense():
    return Dense(EncodedTexts(FakeEncoder()))


def hybrid():
    return Hybrid([bm25(), dense()], name="both")


ALL = pytest.mark.parametrize("make", [bm25, char_tfidf, dense, hybrid])
LEXICAL = pytest.mark.parametrize("make", [bm25, char_tfidf])


def names(ranked):
    return [name for name, _ in ranked]


@ALL
def test_every_query_has_a_ranking_with_scores_that_fall(make):
    run = make().rank(COLLECTION, 100)
    assert list(run) == list(QUERIES)
    for ranked in run.values():
        assert len(set(names(ranked))) == len(ranked)
        assert ranked == sorted(ranked, key=lambda item: (-item[1], item[0]))


@ALL
def test_equal_documents_stand_in_the_order_of_ids(make):
    assert names(make().rank(COLLECTION, 100)["q1"])[:2] == ["d3", "d4"]


@pytest.mark.parametrize("make", [bm25, char_tfidf, dense])
def test_top_k_cuts_the_ranking(make):
    whole, cut = make().rank(COLLECTION, 100), make().rank(COLLECTION, 1)
    assert {query: names(ranked) for query, ranked in cut.items()} == {
        query: names(ranked)[:1] for query, ranked in whole.items()
    }


@ALL
def test_top_k_below_1_is_refused(make):
    with pytest.raises(InvalidInput, match="top_k must be at least 1. Got 0"):
        make().rank(COLLECTION, 0)


@ALL
def test_the_order_of_documents_changes_nothing(make):
    other = Collection(QUERIES, dict(sorted(DOCUMENTS.items(), reverse=True)), COLLECTION.qrels)
    assert make().rank(COLLECTION, 100) == make().rank(other, 100)


@LEXICAL
def test_documents_that_share_nothing_with_a_query_are_not_ranked(make):
    run = make().rank(COLLECTION, 100)
    assert run["q3"] == []
    assert "d0" not in names(run["q1"])


@LEXICAL
def test_russian_forms_of_a_word_are_found(make):
    assert names(make().rank(COLLECTION, 100)["q2"])[0] == "d2"


def test_bm25_equals_its_formula():
    documents = {"a": "steel steel pipe", "b": "steel bread", "c": "bread"}
    collection = Collection({"q": "steel"}, documents, {"q": {"a": 1}})
    found = dict(bm25().rank(collection, 10)["q"])
    # Lucene: ln(1 + (N - n + 0.5) / (n + 0.5)) x tf / (tf + k1 (1 - b + b length / mean length)).
    idf = np.log(1 + (3 - 2 + 0.5) / (2 + 0.5))
    assert found["a"] == pytest.approx(idf * 2 / (2 + 1.5 * (0.25 + 0.75 * 3 / 2)), rel=1e-5)
    assert found["b"] == pytest.approx(idf * 1 / (1 + 1.5 * (0.25 + 0.75 * 2 / 2)), rel=1e-5)


def test_bm25_keeps_names_of_technologies_apart():
    collection = Collection({"q": "c++"}, {"a": "knows c#", "b": "knows c++"}, {"q": {"b": 1}})
    assert names(bm25().rank(collection, 10)["q"]) == ["b"]


def test_bm25_finds_nothing_where_no_document_has_a_word():
    collection = Collection({"q": "steel", "r": "?!"}, {"a": "!!!"}, {"q": {"a": 1}, "r": {"a": 1}})
    assert bm25().rank(collection, 10) == {"q": [], "r": []}


def test_dense_scores_are_cosines_of_query_and_passage():
    encoder = Counting()
    ranked = dict(Dense(EncodedTexts(encoder)).rank(COLLECTION, 100)["q1"])
    query = encoder.encode([QUERIES["q1"]], kind=TextKind.QUERY)[0]
    for name, text in DOCUMENTS.items():
        cosine = query @ encoder.encode([text], kind=TextKind.PASSAGE)[0]
        assert ranked[name] == pytest.approx(float(cosine), abs=1e-6)
    assert {kind for text, kind in encoder.asked if text in QUERIES.values()} == {TextKind.QUERY}
    assert {kind for text, kind in encoder.asked if text in DOCUMENTS.values()} == {TextKind.PASSAGE}


def test_a_head_projects_both_sides():
    texts = EncodedTexts(FakeEncoder())
    turned, plain = (Dense(texts, head=head).rank(COLLECTION, 9) for head in (Backwards(), None))
    for query, ranked in plain.items():
        assert dict(turned[query]) == pytest.approx(dict(ranked), abs=1e-6)


def test_rankers_that_share_an_encoder_read_the_texts_once():
    encoder = Counting()
    texts = EncodedTexts(encoder)
    for ranker in (Dense(texts), Dense(texts, head=Backwards(), name="other"), Dense(texts)):
        ranker.rank(COLLECTION, 10)
    assert len(encoder.asked) == len(QUERIES) + len(DOCUMENTS)
    other = Collection(QUERIES, DOCUMENTS, COLLECTION.qrels)
    Dense(texts).rank(other, 10)
    assert len(encoder.asked) == 2 * (len(QUERIES) + len(DOCUMENTS))


def test_reading_is_counted_text_by_text():
    from contextlib import contextmanager

    ticks = []

    @contextmanager
    def counted(words, total):
        ticks.append((words, total))
        yield lambda: ticks.append("tick")

    Dense(EncodedTexts(FakeEncoder(), counted=counted)).rank(COLLECTION, 10)
    assert ticks == [("Reading with fake", 8), *["tick"] * 8]


def test_names_are_those_of_the_encoder_or_given():
    texts = EncodedTexts(FakeEncoder())
    assert (Dense(texts).name, Dense(texts, name="mine").name) == ("fake", "mine")


def test_a_hybrid_fuses_the_ranks_of_its_parts():
    pytest.importorskip("bm25s")
    first, second = Bm25().rank(COLLECTION, 100)["q1"], dense().rank(COLLECTION, 100)["q1"]
    assert hybrid().rank(COLLECTION, 100)["q1"] == reciprocal_rank_fusion([names(first), names(second)])


def test_a_hybrid_of_one_is_refused():
    with pytest.raises(InvalidInput, match="two rankers or more. Got 1"):
        Hybrid([dense()], name="x")


def test_a_remembered_ranker_works_once_for_equal_questions():
    encoder = Counting()
    ranker = Remembered(Dense(EncodedTexts(encoder)))
    assert ranker.name == "fake"
    assert ranker.rank(COLLECTION, 2) is ranker.rank(COLLECTION, 2)
    assert ranker.rank(COLLECTION, 3) != ranker.rank(COLLECTION, 2)


def test_a_saved_run_gives_back_what_it_holds():
    saved = Saved({"q1": [("d3", 2.0), ("d1", 1.0)], "other": [("d0", 1.0)]}, name="old")
    assert saved.rank(COLLECTION, 1) == {"q1": [("d3", 2.0)], "q2": (), "q3": ()}


def test_a_saved_run_of_other_data_is_refused():
    with pytest.raises(InvalidInput, match="Run old must rank documents for some of the 3 queries"):
        Saved({"other": [("d0", 1.0)]}, name="old").rank(COLLECTION, 10)


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0, -1.0, 2.0]), max_size=12), st.integers(1, 14))
def test_best_first_is_a_stable_sort(scores, top_k):
    found = best_first(np.array(scores), [str(i) for i in range(len(scores))], top_k)
    order = sorted(range(len(scores)), key=lambda i: -scores[i])[:top_k]
    assert found == [(str(i), scores[i]) for i in order]
    above = best_first(np.array(scores), [str(i) for i in range(len(scores))], top_k, above=0.0)
    assert above == [item for item in found if item[1] > 0]
