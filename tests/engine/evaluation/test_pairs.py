import numpy as np
import pytest

from metier.encoders.fake import FakeEncoder
from metier.engine.evaluation.memory import RememberingEncoder
from metier.engine.evaluation.pairs import PairsMeasure, first_ranks, right_table
from metier.engine.evaluation.protocol import Bench
from metier.search.training.pairs import Pair
from tests.engine.evaluation.made_sets import Folder, family_rows, pair_rows


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path)


def measured(data):
    return PairsMeasure().measure(data, Bench(RememberingEncoder(FakeEncoder(64)), {data.name: data}))


def test_each_query_looks_for_its_texts(folder):
    found = measured(folder.add("search", "pairs", report=pair_rows()))
    assert found.figures == ("mrr", "pass@1")
    assert found.columns["mrr"].tolist() == [1.0] * 6
    assert (found.rows, found.facts) == ("queries", {"queries": 6, "texts": 6})


def test_few_queries_are_classes_that_texts_look_for(folder):
    found = measured(folder.add("families", "pairs", report=family_rows()))
    assert found.figures == ("accuracy", "mrr")
    assert (len(found.groups), found.rows) == (24, "texts")
    assert found.columns["accuracy"].mean() > 0.7


def test_all_texts_that_stand_with_a_query_are_right():
    queries, texts, right = right_table([Pair("a", "x"), Pair("b", "x"), Pair("a", "y")])
    assert (queries, texts) == (["a", "b"], ["x", "y"])
    assert right.tolist() == [[True, True], [True, False]]


def test_the_rank_is_that_of_the_first_right_one():
    asking = np.array([[1.0, 0.0], [0.0, 1.0]], np.float32)
    asked = np.array([[0.9, 0.1], [0.8, 0.9], [0.1, 0.2]], np.float32)
    assert first_ranks(asking, asked, [np.array([1, 2]), np.array([2])]).tolist() == [2.0, 2.0]


def test_a_tie_counts_against_a_query():
    same = np.ones((3, 2), np.float32)
    assert first_ranks(same[:1], same, [np.array([0])]).tolist() == [3.0]
    assert first_ranks(same[:1], same, [np.array([0, 1])]).tolist() == [2.0]
