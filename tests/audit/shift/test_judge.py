import pytest

from metier.audit.shift.calibration import calibrate
from metier.audit.shift.detector import EmbeddingShiftDetector, ShiftOptions
from metier.audit.shift.judge import EditedDocument, shift_report
from metier.audit.shift.measures import Measures
from metier.records import to_json
from metier.report.audit import render_audit_html
from metier.scans import Outcome, ScanVerdict
from tests.audit.shift.shifting import LINES, LoudEncoder
from tests.audit.shift.test_detector import NAMED, SAD, TEXT, TURNED

MODEL = LoudEncoder()


@pytest.fixture(scope="module")
def calibration():
    return calibrate(MODEL, LINES, measures=Measures(SAD, NAMED))


def report(calibration, after, *, before=TEXT, false_alarms=0.02, measures=None, uncounted=0):
    detector = EmbeddingShiftDetector(ShiftOptions(false_alarms), calibration)
    analysis = detector.analyze(before, after, MODEL, measures=measures or Measures())
    document = EditedDocument("a to b", len(before), uncounted, ("tiny",))
    return shift_report(analysis, document, calibration=calibration, false_alarms=false_alarms)


def test_an_edit_out_of_the_ordinary_is_unsafe_and_its_places_are_named(calibration):
    found = report(calibration, TURNED)
    assert (found.verdict, found.kind, found.subject) == (ScanVerdict.UNSAFE, "shift", "a to b")
    (finding,) = found.findings
    assert finding.code == "vector-shift"
    token = found.figures["tables"][0]["rows"][0]
    assert f"{token['start']}-{token['end']}" in finding.message
    assert [(check.name, check.outcome) for check in found.checks] == [
        ("vector-shift", Outcome.FAILED),
        ("uncounted-words", Outcome.PASSED),
    ]


def test_no_word_of_the_texts_is_in_the_report(calibration):
    assert not any(
        word in to_json(report(calibration, TURNED)) for word in ("unfortunately", "bridge", "Worker")
    )


@pytest.mark.parametrize("after", [TEXT, TEXT.replace("and then", "and also then")])
def test_an_ordinary_edit_is_clean(calibration, after):
    found = report(calibration, after)
    assert found.verdict is ScanVerdict.CLEAN
    assert found.findings == ()


def test_what_cannot_be_judged_is_inconclusive(calibration):
    found = report(calibration, TURNED, false_alarms=0.0001)
    assert found.verdict is ScanVerdict.INCONCLUSIVE
    assert [finding.code for finding in found.findings] == ["shift-unknown"]


def test_scores_have_a_finding_and_a_check_of_their_own(calibration):
    after = TEXT.replace("great care", "great care, sadly")
    found = report(calibration, after, measures=Measures(SAD))
    assert "score-shift" in {finding.code for finding in found.findings}
    assert [check.name for check in found.checks] == ["vector-shift", "score-shift", "uncounted-words"]
    assert found.figures["score_changes"] == {"sad": "0.0000 to 1.0000"}


def test_skills_that_come_have_a_finding_that_names_the_run(calibration):
    after = f"{TEXT} use a, use b and use c."
    found = report(calibration, after, measures=Measures(skills=NAMED))
    (finding,) = [finding for finding in found.findings if finding.code == "skill-shift"]
    assert finding.message.startswith("The edit brings 3 skills; in the calibration 98% of ordinary")
    assert f"{len(TEXT) + 1}-{len(after)}" in finding.message


def test_a_measure_that_was_not_calibrated_is_inconclusive():
    found = report(calibrate(MODEL, LINES), TEXT.replace("then", "also then"), measures=Measures(SAD))
    assert found.verdict is ScanVerdict.INCONCLUSIVE
    (check,) = [check for check in found.checks if check.outcome is Outcome.NOT_RUN]
    assert check.name == "score-shift"
    assert "--calibrate-on" in check.reason


def test_words_that_no_score_counts_are_unsafe(calibration):
    found = report(calibration, TEXT, uncounted=12)
    assert found.verdict is ScanVerdict.UNSAFE
    assert [finding.code for finding in found.findings] == ["uncounted-words"]
    assert "12 characters" in found.findings[0].message
    assert found.figures["uncounted_characters"] == 12


def test_a_deletion_that_moves_much_points_at_what_is_gone(calibration):
    found = report(calibration, TEXT, before=TURNED)
    assert found.verdict is ScanVerdict.UNSAFE
    assert "look at what was taken out" in found.findings[0].message


def test_an_edit_larger_than_any_ordinary_one_is_inconclusive(calibration):
    found = report(calibration, "late")
    assert found.verdict is ScanVerdict.INCONCLUSIVE
    assert "95% of the text differs" in found.findings[0].message


def test_the_page_draws_the_edit_among_ordinary_ones(calibration):
    page = render_audit_html([report(calibration, TURNED)])
    assert "Ordinary edits of this kind, and this one" in page
    assert "Influence of words" in page
