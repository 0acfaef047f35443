import numpy as np
import pytest

from metier.audit.behaviour.subjects import FunctionSubject
from metier.audit.shift.measures import (
    SCORES,
    SKILLS,
    VECTOR,
    Measures,
    checked_probabilities,
    measure_shifts,
    score_shifts,
    skill_shifts,
    vector_shifts,
)
from metier.errors import ModelMismatch
from tests.audit.shift.shifting import LINES, QuickEncoder


def subject(name, answers):
    return FunctionSubject(name, ("a", "b"), lambda texts: np.array(answers[: len(texts)], np.float64))


def test_shifts_are_measured_against_the_first_row():
    vectors = np.array([[1, 0], [0, 1], [1, 0], [-1, 0]], np.float32)
    assert vector_shifts(vectors).tolist() == [0, 1, 0, 2]


def test_a_score_moves_as_far_where_it_is_sure_as_elsewhere():
    odds = np.log(9)
    assert score_shifts(np.array([[0.5], [0.9], [0.1]])) == pytest.approx([0, odds, odds])
    assert score_shifts(np.array([[0.9], [81 / 82]])) == pytest.approx([0, odds])
    assert np.isfinite(score_shifts(np.array([[0.0], [1.0]]))).all()


def test_skills_that_come_count_and_those_that_go_do_not():
    assert skill_shifts(np.array([[0.0, 1.0, 0.5], [1.0, 0.0, 0.6]])) == pytest.approx([0, 1.1])


def test_each_measure_that_is_wanted_is_taken():
    measures = Measures(subject("s", [[0.5, 0.5], [0.9, 0.5]]), subject("k", [[0, 0], [1, 1]]))
    found = measure_shifts(QuickEncoder(), LINES[:2], measures)
    assert found.keys() == {VECTOR, SCORES, SKILLS}
    assert (found[SCORES][1], found[SKILLS][1]) == pytest.approx((np.log(9), 2))
    assert measure_shifts(QuickEncoder(), LINES[:2], Measures()).keys() == {VECTOR}
    assert [name for name, _ in Measures(skills=measures.skills).subjects()] == [SKILLS]


@pytest.mark.parametrize("wrong", [1.2, -0.1])
def test_figures_that_are_no_probabilities_are_refused(wrong):
    with pytest.raises(ModelMismatch, match="s must answer with figures from 0 to 1"):
        checked_probabilities(subject("s", [[0.5, wrong]]), ["a"])
    assert checked_probabilities(subject("s", []), []).shape == (0, 2)
