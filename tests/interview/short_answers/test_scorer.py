import json
from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import load_file, save

from metier.encoders.fake import FakeEncoder
from metier.encoders.folder import CARD, ModelCard, file_entry
from metier.errors import InvalidInput, ModelFormatError, ModelMismatch, NotFound
from metier.interview.short_answers.features import FEATURES, ScoreDoubt
from metier.interview.short_answers.regression import KERNELS
from metier.interview.short_answers.rows import ScoreRow
from metier.interview.short_answers.scorer import SCORES, TASK, ScoreModel
from metier.interview.short_answers.texts import Readings
from metier.training.output import Origin
from tests.interview.short_answers.graded import graded_rows

ROWS = graded_rows()
NEW = graded_rows(2, 4, seed=9)


@pytest.fixture
def folder(fitted, tmp_path):
    fitted[0].save(tmp_path / "made", Origin("made", metrics={"r": 0.5}))
    return tmp_path / "made"


@pytest.fixture
def encoder(readings):
    return readings.encoder


def rewrite(folder, *, facts=None, tensors=None):
    """Put other facts or arrays into a model whose card then lists them; an array of None goes."""
    held = {
        key: array
        for key, array in (load_file(folder / SCORES) | (tensors or {})).items()
        if array is not None
    }
    encoder_sha256 = FakeEncoder(32).sha256
    known = {
        "format": 1,
        "encoder_sha256": encoder_sha256,
        "features": list(FEATURES),
        "kernels": list(KERNELS),
    }
    known = {key: value for key, value in (known | (facts or {})).items() if value is not None}
    (folder / SCORES).write_bytes(save(held, metadata={"facts": json.dumps(known)}))
    card = ModelCard.parse((folder / CARD).read_bytes())
    (folder / CARD).write_bytes(replace(card, files={SCORES: file_entry(folder / SCORES)}).dump())


def test_a_saved_model_predicts_the_same_to_the_byte(fitted, folder, encoder, readings):
    loaded = ScoreModel.load(folder, encoder=encoder)
    assert loaded.predict(NEW, readings) == fitted[0].predict(NEW, readings)
    assert (loaded.name, len(loaded.sha256), loaded.encoder_sha256) == ("made", 64, encoder.sha256)
    card = ModelCard.parse((folder / CARD).read_bytes())
    assert (card.task, card.metrics, set(card.files)) == (TASK, {"r": 0.5}, {SCORES})


def test_no_word_of_an_answer_is_kept(folder):
    content = (folder / SCORES).read_bytes()
    assert not any(word.encode() in content for row in ROWS for word in row.answer.split())


def test_scores_and_intervals_are_on_the_scale(fitted, readings):
    for item in fitted[0].predict(ROWS + NEW, readings):
        assert 0 <= item.low <= item.score <= item.high <= 5


def test_a_prediction_depends_on_its_own_row_alone(fitted, readings):
    every = fitted[0].predict(NEW, readings)
    assert [fitted[0].predict([row], readings)[0] for row in NEW] == every


def test_a_higher_level_makes_wider_intervals(fitted, readings):
    narrow, wide = (fitted[0].predict(NEW, readings, level=level)[0] for level in (0.5, 0.9))
    assert wide.high - wide.low > narrow.high - narrow.low


def test_graded_answers_of_the_question_are_counted(fitted, readings):
    own, other = fitted[0].predict([replace(ROWS[0], answer="cloud"), NEW[0]], readings)
    assert (own.n_graded, other.n_graded) == (8, 0)


@pytest.mark.parametrize("answer", ["", " \n", "?!"])
def test_a_blank_answer_is_worth_nothing(fitted, readings, answer):
    found = fitted[0].predict([replace(ROWS[0], answer=answer), ROWS[1]], readings)
    assert (found[0].score, found[0].low, found[0].high) == (0, 0, 0)
    assert found[1] == fitted[0].predict([ROWS[1]], readings)[0]


def test_no_rows_give_no_predictions(fitted, readings):
    assert fitted[0].predict([], readings) == []


def test_strange_answers_are_scored(fitted, readings):
    rows = [replace(ROWS[0], answer=answer) for answer in ("word " * 4000, "הערימה", "\u0000a")]
    assert len(fitted[0].predict(rows, readings)) == 3


def test_doubts_stand_beside_the_score(fitted, readings):
    found = fitted[0].predict([replace(ROWS[0], answer=ROWS[0].question), ROWS[0]], readings)
    assert ScoreDoubt.REPEATS_QUESTION in found[0].doubts
    assert not found[1].doubts


@pytest.mark.parametrize("rows", [[], ROWS[:1]])
def test_a_level_out_of_range_is_refused(fitted, readings, rows):
    with pytest.raises(InvalidInput, match="between 0 and 1"):
        fitted[0].predict(rows, readings, level=1.0)


def test_learned_answers_are_known(fitted):
    assert fitted[0].knows(ROWS[0])
    assert not fitted[0].knows(replace(ROWS[0], answer="cloud"))


def test_another_encoder_is_refused(fitted, folder):
    with pytest.raises(ModelMismatch, match="Use the encoder it belongs to"):
        ScoreModel.load(folder, encoder=FakeEncoder(16))
    with pytest.raises(ModelMismatch, match="the encoder in use is"):
        fitted[0].predict([ScoreRow("q", ("r",), "a")], Readings(FakeEncoder(16)))


def test_a_folder_with_something_in_it_is_left_alone(fitted, folder):
    with pytest.raises(InvalidInput, match="must be empty"):
        fitted[0].save(folder, Origin("made"))


def test_a_changed_file_is_refused(folder, encoder):
    content = bytearray((folder / SCORES).read_bytes())
    content[-1] ^= 1
    (folder / SCORES).write_bytes(content)
    with pytest.raises(ModelFormatError, match="has changed"):
        ScoreModel.load(folder, encoder=encoder)
    with pytest.raises(NotFound):
        ScoreModel.load(folder / "none", encoder=encoder)


def test_a_model_for_something_else_is_refused(folder, encoder):
    card = ModelCard.parse((folder / CARD).read_bytes())
    (folder / CARD).write_bytes(replace(card, task="search").dump())
    with pytest.raises(ModelFormatError, match="metier interview score train"):
        ScoreModel.load(folder, encoder=encoder)


@pytest.mark.parametrize(
    ("facts", "tensors", "words"),
    [
        ({"format": 2}, {}, "format of its"),
        ({"features": ["length"]}, {}, "features of this version"),
        ({"kernels": None}, {}, "lacks a part"),
        ({}, {"dual": None}, "lacks a part"),
        ({}, {"dual": np.zeros((3, 1))}, "shapes fit together"),
        ({}, {"dual": np.full((48, 1), np.nan)}, "finite numbers"),
        ({}, {"dual": np.zeros((48, 1), np.float32)}, "shapes fit together"),
        ({}, {"scale": np.zeros(len(FEATURES))}, "shapes fit together"),
        ({}, {"starts": np.zeros(49, np.int64)}, "shapes fit together"),
        ({}, {"offset": np.zeros((1, 1))}, "shapes fit together"),
    ],
)
def test_damaged_parts_are_refused(folder, encoder, facts, tensors, words):
    rewrite(folder, facts=facts, tensors=tensors)
    with pytest.raises(ModelFormatError, match=words):
        ScoreModel.load(folder, encoder=encoder)
