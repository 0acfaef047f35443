import numpy as np
import pytest

from metier.audit.behaviour.subjects import FunctionSubject
from metier.audit.shift.calibration import calibrate, edit_ordinarily
from metier.audit.shift.detector import EmbeddingShiftDetector, ShiftOptions
from metier.audit.shift.difference import DifferenceKind
from metier.audit.shift.measures import SCORES, SKILLS, VECTOR, Measures
from metier.errors import InvalidInput, ModelMismatch
from tests.audit.shift.shifting import LINES, LoudEncoder

MODEL = LoudEncoder()
SAD = FunctionSubject(
    "sad", ("sad", "n"), lambda texts: np.array([[float("sadly" in t), 0.5] for t in texts])
)
NAMED = FunctionSubject(
    "skills", tuple("abc"), lambda texts: np.array([[float(f"use {c}" in t) for c in "abc"] for t in texts])
)
TEXT = LINES[0]
TURNED = TEXT.replace("tested", "unfortunately tested")


@pytest.fixture(scope="module")
def detector():
    return EmbeddingShiftDetector(ShiftOptions(false_alarms=0.02), calibrate(MODEL, LINES))


def test_the_same_text_is_no_shift(detector):
    found = detector.analyze(TEXT, TEXT, MODEL)
    assert not found.shift_detected
    assert found.judged(VECTOR)
    assert found.runs == ()
    assert found.shift_magnitude == pytest.approx(0, abs=1e-6)
    assert found.suspicious_tokens == ()


def test_a_word_that_turns_a_text_is_a_shift_and_is_named(detector):
    found = detector.analyze(TEXT, TURNED, MODEL)
    assert found.shift_detected
    assert found.shift_magnitude > found.vector.threshold
    assert found.vector.percentile > 0.98
    assert found.difference.kind is DifferenceKind.WORDS_INSERTED
    assert found.suspicious_tokens[0].text == "unfortunately"
    assert found.suspicious_tokens[0].changed
    assert all(TURNED[token.span.start : token.span.end] == token.text for token in found.suspicious_tokens)
    influences = [token.influence for token in found.suspicious_tokens]
    assert influences == sorted(influences, reverse=True)
    assert min(influences) > 0


def test_of_ordinary_edits_few_are_called_a_shift(detector):
    alarms = [
        detector.analyze(text, after, MODEL).shift_detected
        for i, text in enumerate(LINES[:10])
        for _, after, _ in edit_ordinarily(text, LINES[20:], seed=100 + i, most=10)
    ]
    assert sum(alarms) <= 8


def test_scores_rank_the_words_and_are_judged_if_they_were_calibrated(detector):
    after = TEXT.replace("great care", "great care, sadly")
    found = detector.analyze(TEXT, after, MODEL, measures=Measures(SAD))
    assert [token.text for token in found.suspicious_tokens] == ["sadly"]
    assert [(change.name, change.before, change.after) for change in found.score_changes] == [("sad", 0, 1)]
    assert (found.scores.threshold, found.scores.detected, found.judged(SCORES)) == (None, False, False)
    own = EmbeddingShiftDetector(ShiftOptions(0.02), calibrate(MODEL, LINES, measures=Measures(SAD)))
    judged = own.analyze(TEXT, after, MODEL, measures=Measures(SAD))
    assert judged.scores.detected
    assert judged.shift_detected
    assert judged.measured.keys() == {VECTOR, SCORES}
    assert own.analyze(TEXT, after, MODEL).scores is None


def test_skills_that_come_with_an_edit_are_judged():
    measures = Measures(skills=NAMED)
    own = EmbeddingShiftDetector(ShiftOptions(0.02), calibrate(MODEL, LINES, measures=measures))
    found = own.analyze(TEXT, f"{TEXT} use a, use b and use c.", MODEL, measures=measures)
    assert found.skills.magnitude == 3
    assert found.skills.detected
    assert found.judged(SKILLS)
    assert not own.analyze(TEXT, f"{TEXT} use nothing.", MODEL, measures=measures).skills.detected


def test_the_influence_of_each_run_that_came_is_told(detector):
    after = f"Late. {TURNED}"
    found = detector.analyze(TEXT, after, MODEL)
    assert [after[run.span.start : run.span.end] for run in found.runs] == ["Late.", "unfortunately"]
    assert found.runs[1].drop > found.runs[0].drop


@pytest.mark.parametrize(("before", "after"), [("", "Some words."), ("Some words.", "")])
def test_a_text_without_words_is_not_judged(detector, before, after):
    found = detector.analyze(before, after, MODEL)
    assert (found.judged(VECTOR), found.shift_detected) == (False, False)


def test_a_kind_of_edit_that_is_not_known_is_not_judged(detector):
    strict = EmbeddingShiftDetector(ShiftOptions(0.0001), detector.calibration)
    found = strict.analyze(TEXT, TURNED, MODEL)
    assert (found.judged(VECTOR), found.shift_detected, found.vector.threshold) == (False, False, None)


def test_few_tokens_are_named_if_few_are_asked_for(detector):
    after = TEXT.replace("built", "built Python, Java and Rust for")
    few = EmbeddingShiftDetector(ShiftOptions(0.02, most_tokens=2), detector.calibration)
    assert len(few.analyze(TEXT, after, MODEL).suspicious_tokens) == 2


def test_the_parts_of_a_long_text_are_read_again_less_often(detector, monkeypatch):
    text = " ".join(LINES)
    edited = text.replace("great care", "great care, unfortunately")

    class CountingEncoder(LoudEncoder):
        n_read = 0

        def encode(self, texts, *, kind):
            self.n_read += len(texts)
            return super().encode(texts, kind=kind)

    counts = []
    for most_read in (1_000_000, 4 * len(edited)):
        monkeypatch.setattr("metier.audit.shift.detector._MOST_READ", most_read)
        model = CountingEncoder()
        detector.analyze(text, edited, model)
        counts.append(model.n_read)
    assert counts[1] < counts[0] / 2


def test_a_model_without_calibration_is_refused(detector):
    with pytest.raises(ModelMismatch, match="No calibration comes with metier for fake"):
        EmbeddingShiftDetector().analyze(TEXT, TURNED, MODEL)
    with pytest.raises(ModelMismatch, match="The calibration is of fake"):
        detector.analyze(TEXT, TURNED, LoudEncoder(dim=8))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"false_alarms": 0}, "false_alarms must be above 0"),
        ({"false_alarms": 0.5}, "below 0.5"),
        ({"most_left_out": 1}, "most_left_out must be at least 2"),
        ({"most_tokens": 0}, "most_tokens must be at least 1"),
    ],
)
def test_numbers_out_of_range_are_refused(options, message):
    with pytest.raises(InvalidInput, match=message):
        ShiftOptions(**options)
