import csv
import json
from dataclasses import replace

import interview_scores as scores
import numpy as np
import pytest

from metier.encoders.fake import FakeEncoder
from metier.interview.short_answers.folds import question_key
from metier.interview.short_answers.rows import ScoreRow
from metier.interview.short_answers.texts import Readings
from tests.interview.short_answers.graded import graded_rows

ROWS = graded_rows(6, 8)
TRUTH = np.array([row.score for row in ROWS])


@pytest.fixture
def readings():
    return Readings(FakeEncoder(16))


@pytest.fixture
def data(tmp_path, monkeypatch):
    """Write both data sets, made up and small, and divide them into few folds."""
    for name, count in (("N_FOLDS", 3), ("N_BEETLE_FOLDS", 2), ("N_INNER_FOLDS", 2), ("N_COVERED", 1)):
        monkeypatch.setattr(scores, name, count)
    for name in ("asag-mohler", "asag-beetle"):
        (tmp_path / name).mkdir()
    columns = ["question", "desired_answer", "student_answer", "score_me", "score_other", "score_avg"]
    with (tmp_path / "asag-mohler" / "train.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(columns)
        for row in ROWS:
            table.writerow([row.question, row.references[0], row.answer, row.score, row.score / 2, row.score])
    lines = [
        {
            "question": row.question,
            "reference_answers": list(row.references),
            "answer": row.answer,
            "label5": scores.CLASSES[min(5 - int(row.score), 4)],
        }
        for row in ROWS
    ]
    (tmp_path / "asag-beetle" / "train.jsonl").write_text("\n".join(map(json.dumps, lines)))
    return tmp_path


def test_scores_are_measured_beside_floors_and_graders(data, readings):
    found = scores.mohler(data, readings)
    assert (found["n_answers"], found["n_questions"]) == (48, 6)
    for division in ("unseen answers", "unseen questions"):
        assert set(found[division]) == {"model", "cosine", "lexical", "question mean", "model over cosine"}
    assert found["unseen answers"]["model"]["r"]["value"] > 0.8
    assert found["graders"]["r"]["value"] == pytest.approx(1)
    assert found["graders"]["mean_difference"] > 0


def test_intervals_are_measured_as_the_product_makes_them(data, readings):
    found = scores.coverage(data, readings)
    assert 0 <= found["unseen answers"]["covered"]["value"] <= 1
    assert found["unseen questions"]["mean_width"] > 0


def test_classes_are_measured_in_five_and_two(data, readings):
    found = scores.beetle(data, readings)
    assert {"unseen answers, 5-way", "unseen questions, 2-way"} <= set(found)
    two = found["unseen answers, 2-way"]
    assert set(two) == {"model", "majority", "cosine", "lexical"}
    assert two["model"]["value"] > two["majority"]["value"]


def test_a_question_s_mean_is_that_of_the_other_folds(readings):
    rows = [replace(row, score=float(i)) for i, row in enumerate(ROWS[:3])]
    folds = np.array([0, 1, 1])
    found = scores.floors(rows, readings, np.array([0.0, 1.0, 2.0]), folds)["question mean"]
    assert found[0] == pytest.approx((1 + 2 + 1.5) / 3)
    new = [*rows, ScoreRow("Another?", ("x",), "y", 4.0)]
    found = scores.floors(new, readings, np.array([0.0, 1.0, 2.0, 4.0]), np.array([0, 0, 0, 1]))
    assert found["question mean"][3] == pytest.approx(1)


def test_one_feature_can_tell_classes_apart():
    values = np.linspace(0, 1, 100, dtype=np.float32)
    labels = (values > 0.5).astype(np.int64)
    assert scores.binned(values, labels, np.array([0.1, 0.9], np.float32)).tolist() == [0, 1]


def test_divisions_draw_answers_or_whole_questions():
    answers, questions = scores.divisions(ROWS, 3)
    assert len(np.unique(answers.groups)) == len(ROWS)
    keys = [question_key(row) for row in ROWS]
    assert len(np.unique(questions.groups)) == len(set(keys))
