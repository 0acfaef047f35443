import csv

import pytest

from metier.errors import InvalidInput
from metier.interview.training.labels import LabelOptions, LabelsMode, candidate_texts
from metier.interview.training.rows import read_choices
from tests.interview.training.small import write_rows

ROWS = [
    ("loss is an error measure", "a", 1),
    ("loss is an error", "a", 1),
    ("bananas", "a", 1),
    ("no idea", "b, too", 1),
]


@pytest.fixture
def choices(tmp_path):
    return read_choices(write_rows(tmp_path / "rows.csv", ROWS))


def labels(tmp_path, rows):
    with (tmp_path / "labels.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([("candidate", "text"), *rows])
    return tmp_path / "labels.csv"


def test_a_label_stands_for_itself(choices):
    assert candidate_texts(choices, LabelOptions()) == {"a": "a", "b, too": "b, too"}
    assert candidate_texts(choices, LabelOptions(questions=False)) == {"a": "a", "b, too": "b, too"}


@pytest.mark.parametrize(
    ("mode", "text"), [(LabelsMode.EXTEND, "b, too: says so"), (LabelsMode.REPLACE, "says so")]
)
def test_a_text_extends_or_replaces_its_label(choices, tmp_path, mode, text):
    options = LabelOptions(labels(tmp_path, [("b, too", "says so")]), mode)
    assert candidate_texts(choices, options) == {"a": "a", "b, too": text}


def test_examples_come_from_the_part_that_is_given_most_typical_first(choices):
    found = candidate_texts(choices, LabelOptions(examples=2))
    assert found["a"] == "a (loss is an error / loss is an error measure)"
    assert found["b, too"] == "b, too (no idea)"
    found = candidate_texts(choices.part([2, 3]), LabelOptions(examples=2))
    assert found["a"] == "a (bananas)"


ASKED = [
    ("why? -> it errs", "error", 1),
    ("why? -> errs -> and how", "error", 1),
    ("what? -> it errs", "error", 1),
    ("pause -> fine", "pause", 1),
    *((f"{words} -> no", "no", 1) for words in ("why?", "what?", "pause")),
]


def test_the_question_goes_before_the_candidates_of_few_questions(tmp_path):
    choices = read_choices(write_rows(tmp_path / "rows.csv", ASKED))
    found = candidate_texts(choices, LabelOptions())
    assert found == {"error": "why?: error", "pause": "pause", "no": "no"}
    found = candidate_texts(choices, LabelOptions(questions=False))
    assert found == {name: name for name in ("error", "no", "pause")}
    found = candidate_texts(choices, LabelOptions(examples=1))
    assert found == {"error": "why?: error (it errs)", "pause": "pause (fine)", "no": "no"}


def test_long_examples_are_cut(tmp_path):
    rows = [("q -> " + "x" * 100, "a", 1), ("q -> y", "b", 1)]
    choices = read_choices(write_rows(tmp_path / "rows.csv", rows))
    assert candidate_texts(choices, LabelOptions(examples=1))["a"] == f"q: a ({'x' * 60})"


def test_a_candidate_without_inputs_in_the_part_keeps_its_label(choices):
    found = candidate_texts(choices.part([3]), LabelOptions(examples=3))
    assert found["a"] == "a"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("secret", "x")], "labels.csv, row 2, column candidate: must be a candidate of the data"),
        ([("a", "x"), ("a", "y")], "labels.csv, row 3: a candidate may stand once"),
        ([("a", " ")], "labels.csv, row 2, column text: the field must not be empty"),
    ],
)
def test_labels_that_make_no_sense_are_refused(choices, tmp_path, rows, message):
    with pytest.raises(InvalidInput, match=message) as found:
        candidate_texts(choices, LabelOptions(labels(tmp_path, rows)))
    assert "secret" not in str(found.value)


def test_options_out_of_range_are_refused():
    with pytest.raises(InvalidInput, match="label_examples must be 0 or more. Got -1"):
        LabelOptions(examples=-1)
