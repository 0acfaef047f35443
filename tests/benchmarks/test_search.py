import numpy as np
import pytest

import search
from metier.encoders.fake import FakeEncoder
from metier.encoders.reading import TextKind
from metier.search.baselines import Dense, EncodedTexts, Saved
from metier.search.beir import Collection
from metier.search.evaluate import evaluate
from search import KeptVectors, differences_table, figures_table, markdown, named_models


class Counting(FakeEncoder):
    read_texts = 0

    def encode(self, texts, *, kind):
        self.read_texts += len(texts)
        return super().encode(texts, kind=kind)


@pytest.mark.parametrize("as_documents", [False, True])
def test_kept_vectors_are_those_of_the_encoder_and_are_made_once(tmp_path, as_documents):
    encoder, texts = Counting(), ["a", "b c", "a"]
    kept = KeptVectors(encoder, tmp_path, as_documents=as_documents)
    kind = TextKind.PASSAGE if as_documents else TextKind.QUERY
    expected = FakeEncoder().encode(texts, kind=kind)
    for _ in range(2):
        assert np.array_equal(kept.encode(texts, kind=TextKind.QUERY), expected)
    assert encoder.read_texts == 3
    assert kept.encode([], kind=kind).shape == (0, encoder.dim)


def test_queries_and_passages_are_kept_apart(tmp_path):
    encoder = Counting()
    kept = KeptVectors(encoder, tmp_path)
    for kind in TextKind:
        assert np.array_equal(kept.encode(["a"], kind=kind), FakeEncoder().encode(["a"], kind=kind))
    assert encoder.read_texts == 2


def test_nothing_is_kept_without_a_folder():
    kept = KeptVectors(FakeEncoder(), None)
    assert kept.encode(["a"], kind=TextKind.PASSAGE).shape == (1, kept.dim)


def test_tables_have_a_row_for_each_system_and_each_pair():
    collection = Collection({"q": "a", "r": "b"}, {"x": "a", "y": "b"}, {"q": {"x": 1}, "r": {"y": 1}})
    good = Saved({"q": [("x", 1.0)], "r": [("y", 1.0)]}, name="good")
    report = evaluate(collection, [good], [Dense(EncodedTexts(FakeEncoder()), name="other")])
    figures = figures_table(report).splitlines()
    assert figures[0].split(" | ")[1:] == ["pass@1", "mrr", "recall@10", "ndcg@10", "map |"]
    assert [line.split()[1] for line in figures[2:]] == ["`other`", "`good`"]
    assert "1.000 [1.000, 1.000]" in figures[3]
    (row,) = differences_table(report.comparisons).splitlines()[2:]
    assert row.startswith("| `good` above `other` |")


def test_a_table_is_markdown():
    assert markdown(["a", "b"], [["1", "2"]]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"


def test_models_are_named(tmp_path):
    assert named_models([f"tuned={tmp_path}"]) == {"tuned": tmp_path}


@pytest.mark.parametrize("names", [["a", "a"], [search.UNTUNED]])
def test_models_with_a_name_that_is_taken_are_refused(tmp_path, names):
    with pytest.raises(SystemExit, match="NAME=FOLDER"):
        named_models([f"{name}={tmp_path}" for name in names])
