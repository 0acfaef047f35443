from dataclasses import replace

import numpy as np
import pytest

from metier.errors import InvalidInput
from metier.interview.short_answers.folds import (
    answer_folds,
    answer_key,
    question_folds,
    question_groups,
    question_key,
)
from metier.interview.short_answers.rows import ScoreRow
from tests.interview.short_answers.graded import graded_rows

ROWS = graded_rows()
ROW = ScoreRow("What is 2 + 2?", ("4",), "four", 5.0)


def test_case_and_spaces_make_no_other_question_or_answer():
    same = ScoreRow("what is  2 + 2? ", ("4",), "Four")
    assert (question_key(same), answer_key(same)) == (question_key(ROW), answer_key(ROW))


@pytest.mark.parametrize("change", [{"question": "What is 3 + 3?"}, {"references": ("6",)}])
def test_another_question_or_reference_is_another_question(change):
    assert question_key(replace(ROW, **change)) != question_key(ROW)


def test_a_number_makes_another_answer():
    assert answer_key(replace(ROW, answer="4")) != answer_key(replace(ROW, answer="5"))


def test_near_copies_of_a_question_or_a_reference_are_one_group():
    rows = [
        ScoreRow("What are the main functions of a stack?", ("push and pop",), "a"),
        ScoreRow("Which operations does the type have?", ("Push and  pop",), "b"),
        ScoreRow("which operations does the type have", ("something else altogether",), "c"),
        ScoreRow("Why is the sky blue at noon?", ("scattering",), "d"),
    ]
    groups = question_groups(rows)
    assert groups[0] == groups[1] == groups[2] != groups[3]


def test_copies_of_an_answer_share_a_fold_and_questions_are_spread():
    rows = ROWS + [replace(row, answer=row.answer.upper()) for row in ROWS]
    folds = answer_folds(rows, 4, seed=1)
    assert np.array_equal(folds[: len(ROWS)], folds[len(ROWS) :])
    questions = np.array([question_key(row) for row in rows], np.uint64)
    assert all(len(np.unique(folds[questions == question])) == 4 for question in np.unique(questions))


def test_all_answers_to_a_question_share_a_fold():
    folds = question_folds(ROWS, 3, seed=1)
    questions = np.array([question_key(row) for row in ROWS], np.uint64)
    assert all(len(np.unique(folds[questions == question])) == 1 for question in np.unique(questions))
    assert set(folds.tolist()) == {0, 1, 2}


@pytest.mark.parametrize("divide", [answer_folds, question_folds])
def test_folds_depend_on_the_seed_alone(divide):
    assert np.array_equal(divide(ROWS, 3, seed=1), divide(ROWS, 3, seed=1))
    assert not np.array_equal(divide(ROWS, 3, seed=1), divide(ROWS, 3, seed=2))
    with pytest.raises(InvalidInput, match="at least 2"):
        divide(ROWS, 1, seed=0)
