import hashlib
from collections import Counter

import numpy as np
import pytest

from metier.errors import InvalidInput
from metier.interview.training.rows import Target, fold_numbers, read_choices, split_choices
from metier.training.splits import near_duplicates
from tests.interview.training.small import TOPICS, made_rows, write_rows


def choices_of(tmp_path, rows, **how):
    return read_choices(write_rows(tmp_path / "rows.csv", rows, **how))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_inputs_candidates_and_what_is_right(tmp_path, encoding):
    rows = [
        ("q -> x", "b, too", "1.0"),
        ("q -> x", "a", "0"),
        ("q -> y", "a", "1"),
        ("q -> y", "b, too", "0.0"),
    ]
    choices = choices_of(tmp_path, rows, encoding=encoding)
    assert choices.target is Target.ANSWER_TYPE
    assert choices.inputs == ("q -> x", "q -> y")
    assert choices.candidates == ("a", "b, too")
    assert choices.right.tolist() == [[False, True], [True, False]]
    assert (choices.rows, choices.name) == ((2, 4), "rows.csv")
    assert choices.sha256 == hashlib.sha256((tmp_path / "rows.csv").read_bytes()).hexdigest()


def test_positive_rows_alone_say_the_same(tmp_path):
    whole = choices_of(tmp_path, made_rows())
    short = choices_of(tmp_path, made_rows(positives_only=True))
    assert (whole.inputs, whole.candidates) == (short.inputs, short.candidates)
    assert np.array_equal(whole.right, short.right)
    assert whole.candidates == tuple(sorted(TOPICS))


def test_an_input_may_have_several_right_candidates_and_rows_may_repeat(tmp_path):
    rows = [("x", "a", 1), ("x", "b", 1), ("x", "c", 0), ("x", "a", "1.0"), ("y", "c", 1)]
    choices = choices_of(tmp_path, rows)
    assert choices.right.tolist() == [[True, True, False], [False, False, True]]
    assert choices.rows == (2, 6)


def test_the_header_tells_the_target_unless_it_is_given(tmp_path):
    path = write_rows(tmp_path / "rows.csv", column="next_question")
    assert read_choices(path).target is Target.NEXT_TOPIC
    with pytest.raises(InvalidInput, match="must have the column 'output_answer'"):
        read_choices(path, Target.ANSWER_TYPE)
    path = write_rows(tmp_path / "rows.csv", column="label")
    with pytest.raises(InvalidInput, match="must have one of the columns output_answer and next_question"):
        read_choices(path)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("x", "a", 1), ("x", "b", 0), ("x", "a", 0)], "row 4: input and candidate are those of row 2"),
        ([("x", "a", 1), ("y", "b", 1), ("secret", "a", 0)], "row 4: an input must have a candidate"),
        ([("secret", "a", 1)], "row 2: an input must have a candidate of similarity 1 and another"),
        ([("x", "a", 0.5)], "row 2, column similarity: must be 0 or 1"),
        ([("x", "a", "secret")], "row 2, column similarity: must be 0 or 1"),
        ([("x", "a", "nan")], "row 2, column similarity: must be 0 or 1"),
        ([(" ", "a", 1)], "row 2, column input_part: the field must not be empty"),
        ([("x", "", 1)], "row 2, column output_answer: the field must not be empty"),
    ],
)
def test_rows_that_make_no_sense_are_refused_by_number(tmp_path, rows, message):
    with pytest.raises(InvalidInput, match=message) as found:
        choices_of(tmp_path, rows)
    assert "secret" not in str(found.value)


def test_near_duplicates_stand_on_one_side(tmp_path):
    rows = [
        (f"{words}{mark}", topic, right) for words, topic, right in made_rows(40) for mark in ("", "!", " 7")
    ]
    choices = choices_of(tmp_path, rows)
    learnt, tune = split_choices(choices, 0.25, seed=0)
    groups = dict(zip(choices.inputs, near_duplicates(choices.inputs), strict=True))
    sides = [{groups[words] for words in side.inputs} for side in (learnt, tune)]
    assert not sides[0] & sides[1]
    assert len(learnt.inputs) + len(tune.inputs) == len(choices.inputs)
    assert learnt.candidates == tune.candidates == choices.candidates
    folds = fold_numbers(choices, 4, seed=0)
    by_group = {}
    for words, fold in zip(choices.inputs, folds, strict=True):
        by_group.setdefault(groups[words], set()).add(int(fold))
    assert all(len(found) == 1 for found in by_group.values())


def test_folds_spread_each_candidate_evenly(tmp_path):
    choices = choices_of(tmp_path, made_rows(80))
    folds = fold_numbers(choices, 4, seed=0)
    for right in choices.right.T:
        counts = Counter(folds[right].tolist())
        assert set(counts) == {0, 1, 2, 3}
        assert max(counts.values()) - min(counts.values()) <= 1
    assert np.array_equal(folds, fold_numbers(choices, 4, seed=0))
    assert not np.array_equal(folds, fold_numbers(choices, 4, seed=1))


def test_nothing_is_set_apart_where_nothing_is_asked_for(tmp_path):
    choices = choices_of(tmp_path, made_rows(8))
    assert split_choices(choices, 0, seed=0) == (choices, None)
    with pytest.raises(InvalidInput, match="tune_share must be from 0 to below 1. Got 1"):
        split_choices(choices, 1, seed=0)
    with pytest.raises(InvalidInput, match="1 inputs are too few"):
        split_choices(choices.part([0]), 0.5, seed=0)
    with pytest.raises(InvalidInput, match="n_folds must be from 2"):
        fold_numbers(choices, 1, seed=0)


def test_a_part_keeps_rows_and_candidates(tmp_path):
    choices = choices_of(tmp_path, made_rows(8))
    part = choices.part([3, 1])
    assert part.inputs == (choices.inputs[3], choices.inputs[1])
    assert part.rows == (choices.rows[3], choices.rows[1])
    assert np.array_equal(part.right, choices.right[[3, 1]])
    assert part.candidates == choices.candidates
