import numpy as np
import pytest

from metier.encoders.fake import FakeEncoder
from metier.engine.evaluation.memory import RememberingEncoder
from metier.engine.evaluation.protocol import Bench, CannotMeasure
from metier.engine.evaluation.scores import ScoresMeasure, predicted_scores
from metier.interview.short_answers.build import out_of_fold
from metier.interview.short_answers.rows import ScoreRow
from metier.interview.short_answers.texts import Readings
from tests.engine.evaluation.made_sets import Folder, score_rows


def measured(tmp_path, n_train):
    folder = Folder(tmp_path)
    data = folder.add("grades", "scores", train=score_rows(n_train), report=score_rows(9, start=60))
    return ScoresMeasure().measure(data, Bench(RememberingEncoder(FakeEncoder(16)), {}))


def test_scores_follow_the_graders(tmp_path):
    found = measured(tmp_path, 30)
    assert found.figures == ("r", "rmse")
    assert np.corrcoef(found.columns["gold"], found.columns["told"])[0, 1] > 0.9
    assert found.facts == {"train rows": 30, "questions": 2, "answers to new questions": 0}


def test_answers_to_one_question_are_drawn_together(tmp_path):
    asked = [row["question"] for row in score_rows(9, start=60)]
    groups = measured(tmp_path, 30).groups.tolist()
    assert len(set(groups)) == 2
    assert len(set(zip(asked, groups, strict=True))) == 2


def test_too_few_answers_are_not_measured(tmp_path):
    with pytest.raises(CannotMeasure, match="from 20 to 5,000"):
        measured(tmp_path, 10)


def row(answer, score, i):
    return ScoreRow("What is a tool?", ("It stores data",), f"{answer} {i}", score, i)


def test_predictions_are_those_of_the_product_for_an_unseen_fold():
    rows = [row(["dunno", "it stores data"][i % 2], [0.0, 5.0][i % 2], i) for i in range(24)]
    readings = Readings(FakeEncoder(16))
    folds = np.array([0] * 20 + [1] * 4)
    wanted = out_of_fold(rows, readings, folds)[20:]
    assert np.allclose(predicted_scores(rows[:20], rows[20:], readings), wanted)


def test_a_blank_answer_is_worth_0():
    rows = [row("it stores data", 5.0, i) for i in range(20)]
    blank = ScoreRow("What is a tool?", ("It stores data",), " - ", 3.0, 99)
    assert predicted_scores(rows, [blank], Readings(FakeEncoder(16))).tolist() == [0.0]
