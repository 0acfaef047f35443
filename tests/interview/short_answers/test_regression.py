import numpy as np
import pytest

from metier.encoders.fake import FakeEncoder
from metier.interview.short_answers import regression
from metier.interview.short_answers.regression import KERNELS, Regression, read_inputs
from metier.interview.short_answers.texts import Readings, Usual
from tests.interview.short_answers.graded import graded_rows

ROWS = graded_rows()
SCORES = np.array([[row.score] for row in ROWS])


@pytest.fixture(scope="module")
def inputs():
    readings = Readings(FakeEncoder(32))
    texts = [text for row in ROWS for text in (row.question, *row.references, row.answer)]
    return read_inputs(ROWS, readings, Usual.of(texts, readings))


def test_inputs_can_be_taken_apart(inputs):
    part = inputs.take([3, 1])
    assert len(part) == 2
    assert part.questions.tolist() == inputs.questions[[3, 1]].tolist()
    own = inputs.words[inputs.starts[3] : inputs.starts[4]]
    assert part.words[: part.starts[1]].tolist() == own.tolist()
    assert len(inputs.take([])) == 0


def test_words_of_an_answer_are_a_unit_vector(inputs):
    for start, end in zip(inputs.starts, inputs.starts[1:], strict=False):
        assert np.sum(inputs.word_weights[start:end] ** 2) == pytest.approx(1, abs=1e-5)


def test_scores_of_unseen_answers_are_learned(inputs):
    known, asked = np.arange(0, len(ROWS), 2), np.arange(1, len(ROWS), 2)
    fitted = Regression.fit(inputs.take(known), SCORES[known])
    found = fitted.predict(inputs.take(asked))
    assert np.corrcoef(found[:, 0], SCORES[asked, 0])[0, 1] > 0.9
    assert fitted.weights.shape == (len(KERNELS) + 1,)


def test_what_an_answer_gets_depends_on_that_answer_alone(inputs):
    fitted = Regression.fit(inputs, SCORES)
    every = fitted.predict(inputs)
    assert np.array_equal(fitted.predict(inputs.take([5])), every[[5]])
    assert np.array_equal(fitted.predict(inputs.take([7, 5])), every[[7, 5]])
    assert fitted.predict(inputs.take([])).shape == (0, 1)


def test_graded_answers_to_the_same_question_count(inputs):
    fitted = Regression.fit(inputs, SCORES, np.array([1.0, 0, 0, 0, 0, 0.1]))
    found = fitted.predict(inputs)
    assert len(np.unique(found.round(6))) == len(np.unique(inputs.questions))


def test_weights_are_found_on_whole_questions(inputs, monkeypatch):
    monkeypatch.setattr(regression, "MOST_WEIGHED", 16)
    seen = []
    monkeypatch.setattr(regression, "fit_weights", lambda kernels, y: seen.append(kernels[0]) or np.ones(6))
    Regression.fit(inputs, SCORES)
    assert seen[0].shape == (16, 16)
    assert seen[0].sum() == 2 * 8**2


def test_constant_features_do_no_harm(inputs):
    fitted = Regression.fit(inputs.take([0, 0, 0]), SCORES[[0, 0, 0]])
    assert fitted.predict(inputs.take([0])) == pytest.approx(SCORES[[0]])
