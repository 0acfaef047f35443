from dataclasses import replace

import numpy as np
import pytest

from metier.encoders.folder import ModelCard
from metier.errors import InvalidInput
from metier.interview.short_answers import build
from metier.interview.short_answers.build import fit_scores, out_of_fold, train_scores
from metier.interview.short_answers.folds import answer_folds
from metier.interview.short_answers.rows import ScoreSet
from metier.interview.short_answers.scorer import ScoreModel
from metier.training.output import Origin, Watch
from tests.interview.short_answers.graded import graded_rows

ROWS = graded_rows()
TRUTH = np.array([row.score for row in ROWS])


def test_training_writes_a_model_whose_card_tells_how_near_it_comes(readings, tmp_path):
    told = []
    rows = (*ROWS, replace(ROWS[0], answer="", score=0.0))
    card = train_scores(
        ScoreSet(rows, "graded.csv", "f" * 64),
        readings.encoder,
        tmp_path / "made",
        Origin("made", license="MIT"),
        watch=Watch(told.append),
    )
    assert told == ["graded.csv: 48 answers to 6 questions."]
    assert (card.license, card.training_data) == ("MIT", {"graded.csv": "f" * 64})
    assert card.metrics["unseen_answers"]["n"] == card.metrics["unseen_questions"]["n"] == 48
    assert card.metrics["unseen_answers"]["r"] > 0.8
    assert card == ModelCard.parse((tmp_path / "made" / "model.json").read_bytes())
    assert ScoreModel.load(tmp_path / "made", encoder=readings.encoder).name == "made"


def test_the_same_rows_give_the_same_model(fitted, readings, tmp_path):
    again, _ = fit_scores(ROWS, readings, name="made")
    first, second = (
        model.save(tmp_path / name, Origin("made")) for name, model in (("a", fitted[0]), ("b", again))
    )
    assert first == second


def test_out_of_fold_scores_come_near_and_are_on_the_scale(readings):
    found = out_of_fold(ROWS, readings, answer_folds(ROWS, 4, seed=0))
    assert np.corrcoef(found, TRUTH)[0, 1] > 0.8
    assert found.min() >= 0
    assert found.max() <= 5


def test_a_fold_s_own_scores_play_no_part_in_it(readings):
    folds = answer_folds(ROWS, 3, seed=0)
    changed = [
        replace(row, score=5.0 - row.score) if fold == 1 else row
        for row, fold in zip(ROWS, folds, strict=True)
    ]
    before, after = (out_of_fold(rows, readings, folds) for rows in (ROWS, changed))
    assert np.array_equal(before[folds == 1], after[folds == 1])
    assert not np.array_equal(before[folds != 1], after[folds != 1])


def test_one_question_alone_says_nothing_of_new_ones(readings):
    model, metrics = fit_scores(graded_rows(1, 24), readings)
    assert "unseen_questions" not in metrics
    found = model.predict(graded_rows(1, 1, seed=5), readings)[0]
    assert (found.low, found.high) == (0, 5)


def test_one_answer_to_each_question_says_nothing_of_seen_ones(readings):
    rows = [
        replace(
            row, question=f"{row.question} {letter * 9}", references=(f"{row.references[0]} {letter * 30}",)
        )
        for row, letter in zip(graded_rows(26, 1), "abcdefghijklmnopqrstuvwxyz", strict=True)
    ]
    model, metrics = fit_scores(rows, readings)
    assert set(metrics) == {"unseen_questions"}
    found = model.predict([replace(rows[0], answer="river stone")], readings)[0]
    assert (found.low, found.high) == (0, 5)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (ROWS[:19], "from 20 to 5,000"),
        ([*ROWS, replace(ROWS[0], score=None)], "must have a score"),
    ],
)
def test_answers_that_cannot_be_learned_from_are_refused(readings, rows, words):
    with pytest.raises(InvalidInput, match=words):
        fit_scores(rows, readings)


def test_too_many_answers_are_refused(readings, monkeypatch):
    monkeypatch.setattr(build, "MOST_ROWS", 30)
    with pytest.raises(InvalidInput, match="Got 48"):
        fit_scores(ROWS, readings)


def test_a_folder_in_use_is_refused_before_anything_is_done(readings, tmp_path):
    (tmp_path / "file").touch()
    data = ScoreSet(tuple(ROWS), "graded.csv", "f" * 64)
    for output in (tmp_path, tmp_path / "file"):
        with pytest.raises(InvalidInput, match="new or empty folder"):
            train_scores(data, readings.encoder, output, Origin("made"))
