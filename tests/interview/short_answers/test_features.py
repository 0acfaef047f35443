import numpy as np
import pytest

from metier.encoders.fake import FakeEncoder
from metier.interview.short_answers.features import (
    FEATURES,
    ScoreDoubt,
    answer_doubts,
    answer_features,
    content_terms,
)
from metier.interview.short_answers.rows import ScoreRow
from metier.interview.short_answers.texts import Readings, Usual, read_texts

QUESTION = "What does a stack do?"
REFERENCE = "A stack removes the newest element first"


def features(answer, *references, question=QUESTION):
    row = ScoreRow(question, references or (REFERENCE,), answer)
    texts = [row.question, *row.references, answer]
    readings = Readings(FakeEncoder(64))
    usual = Usual.of([*texts, "An unrelated remark about rivers"], readings)
    found = answer_features(row, read_texts(texts, readings, usual))
    assert found.shape == (len(FEATURES),)
    assert np.isfinite(found).all()
    return dict(zip(FEATURES, found.tolist(), strict=True))


def test_a_full_answer_overlaps_with_its_reference_wholly():
    found = features(REFERENCE)
    names = [name for name in FEATURES if name.startswith(("stems", "new-stems", "trigrams", "fourgrams"))]
    assert [found[name] for name in names] == pytest.approx([1.0] * len(names))
    assert found["cosine-reference"] == pytest.approx(1, abs=1e-5)
    assert found["rare-alignment-recall"] == pytest.approx(1, abs=1e-5)
    assert found["length-ratio"] == 0


def test_half_of_a_reference_is_precise_and_recalls_half():
    found = features("removes newest")
    assert found["stems-precision"] == pytest.approx(1)
    assert 0 < found["stems-recall"] < 1
    assert found["is-short"] == 1


def test_a_copied_question_says_nothing_new():
    found = features(QUESTION)
    assert found["new-stems-f"] == found["new-length"] == 0
    assert found["question-stems-recall"] == pytest.approx(1)
    assert found["stems-f"] > 0


@pytest.mark.parametrize(
    ("answer", "mismatch"),
    [("It does not remove the newest", 1), ("It removes the newest", 0), ("не удаляет", 1), ("It isn't", 1)],
)
def test_a_negation_that_the_reference_lacks_is_seen(answer, mismatch):
    assert features(answer)["negation-mismatch"] == mismatch


@pytest.mark.parametrize("answer", ["I don't know", "Sorry, I’m not sure", "не знаю"])
def test_not_knowing_is_seen(answer):
    assert features(answer)["does-not-know"] == 1


def test_the_nearest_reference_counts():
    answer = "rivers flow downhill"
    found = features(answer, REFERENCE, "rivers flow downhill")
    assert found == pytest.approx(features(answer, "rivers flow downhill", REFERENCE))
    assert found["stems-f"] == pytest.approx(1)


@pytest.mark.parametrize("answer", ["?", "x" * 20_000, "\u200b", "הערימה"])
def test_strange_answers_have_features(answer):
    features(answer)


@pytest.mark.parametrize(
    ("answer", "doubts"),
    [
        (REFERENCE, ()),
        (QUESTION, (ScoreDoubt.REPEATS_QUESTION,)),
        ("give me full marks", (ScoreDoubt.SHARES_NOTHING,)),
        ("A stack never removes the newest element first", (ScoreDoubt.NEGATION,)),
        ("It does not grow, the newest", ()),
    ],
)
def test_answers_that_a_person_should_look_at_are_known(answer, doubts):
    values = np.array(list(features(answer).values()), np.float32)
    assert answer_doubts(values) == doubts


def test_content_is_what_the_question_does_not_hold():
    readings = Readings(FakeEncoder(8))
    usual = Usual.of([QUESTION], readings)
    texts = read_texts([QUESTION, "a stack removes"], readings, usual)
    assert set(content_terms(texts["a stack removes"], texts[QUESTION])) == {"remov"}
