from dataclasses import replace

import pytest

from metier.audit.confidence.abstention import Abstention
from metier.audit.confidence.calibration import CalibrationFigures, TemperatureFigures
from metier.audit.confidence.domains import GIVEN, DomainFigures, DomainThreshold, ScoreFigures
from metier.audit.confidence.judging import (
    Judgement,
    abstention_findings,
    calibration_findings,
    domain_findings,
)
from metier.audit.confidence.options import ConfidenceOptions
from metier.audit.confidence.planting import Planted
from metier.audit.confidence.scores import Score
from metier.scans import Outcome, ScanFinding
from metier.training.intervals import Interval
from metier.types import Severity

OPTIONS = ConfidenceOptions()


def interval(low, high):
    return Interval((low + high) / 2, low, high)


def calibration(low, high, confidence=0.9):
    some = Interval(0.8, 0.7, 0.9)
    error = interval(low, high)
    return CalibrationFigures(100, some, confidence, error, error, 0.2, some, some)


def domains(kind, low, high):
    figures = {kind: {Score.ENERGY: ScoreFigures(interval(low, high), interval(0.1, 0.2))}}
    some = interval(0.9, 0.97)
    return DomainFigures(100, {kind: 50}, figures, DomainThreshold(Score.ENERGY, 1.0, some, {kind: some}), {})


@pytest.mark.parametrize(
    ("low", "high", "codes"),
    [(0.0, 0.09, []), (0.05, 0.2, ["calibration-not-settled"]), (0.11, 0.2, ["miscalibrated"])],
)
def test_the_whole_interval_of_the_error_decides(low, high, codes):
    assert [finding.code for finding in calibration_findings(calibration(low, high), None, OPTIONS)] == codes


def test_a_model_that_is_not_calibrated_is_told_what_would_mend_it():
    mended = TemperatureFigures(2.5, 50, calibration(0.2, 0.3), calibration(0.0, 0.04))
    (finding,) = calibration_findings(calibration(0.2, 0.3), mended, OPTIONS)
    assert finding.severity is Severity.ERROR
    assert "surer than it may be" in finding.message
    assert "Dividing its logits by 2.50 leaves 0.020, from 0.000 to 0.040" in finding.message
    at_random = TemperatureFigures(100.0, 50, calibration(0.4, 0.5), calibration(0.0, 0.04))
    (random,) = calibration_findings(calibration(0.4, 0.5), at_random, OPTIONS)
    assert "Dividing" not in random.message
    assert "Check that texts and labels are those of its task." in random.message
    (shy,) = calibration_findings(calibration(0.2, 0.3, confidence=0.5), None, OPTIONS)
    assert "less sure than it may be" in shy.message
    assert "Give more texts" in shy.message


@pytest.mark.parametrize(
    ("kind", "low", "high", "found"),
    [
        (GIVEN, 0.81, 0.9, []),
        (GIVEN, 0.7, 0.9, [("others-not-settled", Severity.WARNING)]),
        (GIVEN, 0.5, 0.7, [("others-not-told-apart", Severity.ERROR)]),
        (Planted.LETTERS.value, 0.5, 0.7, [("sure-of-nonsense", Severity.WARNING)]),
        (Planted.LANGUAGE.value, 0.81, 0.9, []),
        (Planted.WORDS.value, 0.4, 0.5, []),
    ],
)
def test_given_texts_decide_and_planted_ones_warn(kind, low, high, found):
    got = domain_findings(domains(kind, low, high), OPTIONS)
    assert [(finding.code, finding.severity) for finding in got] == found


@pytest.mark.parametrize(("high", "words"), [(0.7, "model pass for"), (0.9, "model may pass for")])
def test_nonsense_that_is_not_settled_may_pass(high, words):
    (finding,) = domain_findings(domains(Planted.LETTERS.value, 0.6, high), OPTIONS)
    assert words in finding.message


def test_a_threshold_must_be_found_and_hold():
    good = Abstention(0.9, 100, 0.6, 0.02, interval(0.5, 0.7), interval(0.01, 0.06))
    assert not list(abstention_findings(good, 0.2, OPTIONS))
    (missing,) = abstention_findings(None, 0.2, OPTIONS)
    assert missing.code == "no-threshold"
    assert "20.0% of all are wrong" in missing.message
    for bad in (replace(good, risk=interval(0.06, 0.2)), replace(good, risk=None)):
        (finding,) = abstention_findings(bad, 0.2, OPTIONS)
        assert (finding.code, finding.severity) == ("threshold-does-not-hold", Severity.WARNING)


def test_a_check_ends_as_its_worst_finding_says():
    judged = Judgement()
    error, warning, info = (
        ScanFinding("x", severity, "") for severity in (Severity.ERROR, Severity.WARNING, Severity.INFO)
    )
    for findings in ([info], [info, warning], [warning, error], []):
        judged.add("a", findings)
    judged.leave_out("b", "why")
    assert [check.outcome for check in judged.checks] == [
        Outcome.PASSED,
        Outcome.NOT_RUN,
        Outcome.FAILED,
        Outcome.PASSED,
        Outcome.NOT_RUN,
    ]
    assert len(judged.findings) == 5
