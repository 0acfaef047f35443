import numpy as np
import pytest

from metier.encoders.fake import FakeEncoder
from metier.engine.evaluation.choices import (
    PENALTIES,
    ChoicesMeasure,
    best_penalty,
    choice_margins,
    known_right,
    ridge,
)
from metier.engine.evaluation.memory import RememberingEncoder
from metier.engine.evaluation.protocol import Bench
from metier.interview.training.rows import read_choices
from metier.training.sets import SetPart
from tests.engine.evaluation.made_sets import Folder, choice_rows


@pytest.fixture
def answers(tmp_path):
    return Folder(tmp_path).add("answers", "choices", train=choice_rows(30), report=choice_rows(9, start=60))


def test_the_right_candidate_is_learned(answers):
    bench = Bench(RememberingEncoder(FakeEncoder(64)), {})
    found = ChoicesMeasure().measure(answers, bench)
    assert found.figures == ("accuracy", "margin")
    assert found.columns["accuracy"].mean() > 0.8
    assert np.array_equal(found.columns["accuracy"] == 1, found.columns["margin"] > 0)
    assert found.facts["candidates"] == 3
    assert found.facts["penalty"] in PENALTIES


def test_a_ridge_regression_with_hardly_a_penalty_fits_a_line():
    x = np.array([[0.0], [1.0], [2.0]])
    assert ridge(x, 2 * x + 1, 1e-9, np.array([[5.0]])) == pytest.approx(11.0)


def test_a_ridge_regression_with_a_large_penalty_says_the_mean():
    x = np.array([[0.0], [1.0], [2.0]])
    assert ridge(x, x, 1e9, np.array([[5.0]])) == pytest.approx(1.0)


def test_inputs_that_are_all_alike_get_the_middle_penalty(tmp_path):
    header, rows = choice_rows(1)
    data = Folder(tmp_path).add("one", "choices", train=(header, rows))
    train = read_choices(data.file(SetPart.TRAIN))
    assert best_penalty(np.ones((1, 4)), train, seed=0) == PENALTIES[3]


def test_a_margin_is_that_over_the_best_wrong_candidate():
    told = np.array([[0.9, 0.2, 0.5], [0.1, 0.4, 0.3], [0.5, 0.5, 0.1]])
    right = np.array([[True, False, False], [True, False, True], [True, False, False]])
    assert choice_margins(told, right).round(6).tolist() == [0.4, -0.1, 0.0]


def test_an_input_whose_candidate_was_never_learned_is_wrong(answers):
    report = read_choices(answers.file(SetPart.REPORT))
    right = known_right(["python"], report)
    assert right.shape == (9, 1)
    told = np.zeros((9, 3))
    assert (choice_margins(told, np.zeros((9, 3), bool)) <= 0).all()


def test_inputs_with_the_same_answer_are_drawn_together(tmp_path):
    header, rows = choice_rows(4)
    again = [[f"another question -> {words}", *rest] for words, *rest in rows]
    data = Folder(tmp_path).add("answers", "choices", train=choice_rows(30), report=(header, rows + again))
    found = ChoicesMeasure().measure(data, Bench(RememberingEncoder(FakeEncoder(8)), {}))
    assert found.groups[:4].tolist() == found.groups[4:].tolist()
    assert found.facts["answers"] == len(set(found.groups.tolist())) < 8
