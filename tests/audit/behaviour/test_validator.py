import json

import numpy as np
import pytest

from metier.audit.behaviour.subjects import FunctionSubject
from metier.audit.behaviour.suite import (
    BehaviorKind,
    BehaviorTest,
    Direction,
    Edit,
    EditKind,
    SampleText,
    Suite,
)
from metier.audit.behaviour.validator import BehaviorConsistencyValidator
from metier.errors import InvalidInput, ModelMismatch
from metier.records import to_json
from metier.report.audit import render_audit_html
from metier.scans import Outcome, ScanVerdict
from metier.types import Severity


def good_and_bad(texts):
    """Answer with the share of the words `good` and `bad`; capitals are not understood."""
    rows = []
    for text in texts:
        good, bad = text.split().count("good"), text.split().count("bad")
        rows.append([(1 + good) / (2 + good + bad), (1 + bad) / (2 + good + bad)])
    return np.array(rows)


MODEL = FunctionSubject("words", ("pos", "neg"), good_and_bad)
CASE = Edit(EditKind.UPPER_CASE)
SPACING = Edit(EditKind.SPACING)


def texts(*contents, figures=()):
    return tuple(SampleText(str(i), text, "", figures) for i, text in enumerate(contents, start=1))


def report(*tests, public=True, subject=MODEL, **options):
    suite = Suite("s", "labels", tests, "0" * 64, public=public)
    return BehaviorConsistencyValidator(**options).validate(subject, suite)


def test_an_invariance_fails_where_a_figure_moves():
    test = BehaviorTest("case", BehaviorKind.INVARIANCE, texts("a good shop", "a shop"), (CASE,))
    found = report(test)
    (row,) = found.figures["tests"]
    assert (row["cases"], row["failed"]) == (["1/upper-case", "2/upper-case"], ["1/upper-case"])
    assert row["failure_rate"]["value"] == 0.5
    (example,) = row["examples"]
    assert (example["figure"], example["before"], example["after"]) == ("pos", 0.6667, 0.5)
    assert (example["text_before"], example["text_after"]) == ("a good shop", "A GOOD SHOP")
    assert found.verdict is ScanVerdict.UNSAFE
    assert found.checks[0].outcome is Outcome.FAILED


def test_a_tolerance_and_a_label_that_stays_forgive_small_moves():
    wide = BehaviorTest("t", BehaviorKind.INVARIANCE, texts("a good shop"), (CASE,), tolerance=0.2)
    label = BehaviorTest("t", BehaviorKind.INVARIANCE, texts("a good shop"), (CASE,), keeps_label=True)
    turned = BehaviorTest("t", BehaviorKind.INVARIANCE, texts("a bad shop"), (CASE,), keeps_label=True)
    assert report(wide).verdict is report(label).verdict is ScanVerdict.CLEAN
    assert report(turned).figures["tests"][0]["examples"][0]["figure"] == "neg"


def pair(before, after, figure="pos", **options):
    item = SampleText("1", before, after, (figure,))
    return BehaviorTest("t", BehaviorKind.DIRECTIONAL, (item,), **options)


@pytest.mark.parametrize(
    ("test", "verdict"),
    [
        (pair("a shop", "a good shop"), ScanVerdict.CLEAN),
        (pair("a shop", "a good shop", least=0.1), ScanVerdict.CLEAN),
        (pair("a shop", "a good shop", least=0.2), ScanVerdict.UNSAFE),
        (pair("a shop", "a bad shop"), ScanVerdict.UNSAFE),
        (pair("a shop", "a bad shop", tolerance=0.2), ScanVerdict.CLEAN),
        (pair("a shop", "a bad shop", direction=Direction.DOWN, least=0.1), ScanVerdict.CLEAN),
        (pair("a shop", "a bad shop", "neg", direction=Direction.DOWN), ScanVerdict.UNSAFE),
        (pair("a shop", "one shop"), ScanVerdict.CLEAN),
    ],
)
def test_a_figure_must_move_its_way(test, verdict):
    assert report(test).verdict is verdict


def minimum(text, **options):
    return BehaviorTest("t", BehaviorKind.MINIMUM, texts(text, figures=("pos",)), **options)


@pytest.mark.parametrize(
    ("test", "verdict"),
    [
        (minimum("good", at_least=0.6), ScanVerdict.CLEAN),
        (minimum("good", at_least=0.7), ScanVerdict.UNSAFE),
        (minimum("bad", at_most=0.4), ScanVerdict.CLEAN),
        (minimum("good", at_most=0.4), ScanVerdict.UNSAFE),
        (minimum("good", label="pos"), ScanVerdict.CLEAN),
        (minimum("good", label="neg"), ScanVerdict.UNSAFE),
        (minimum("good", at_least=2 / 3, at_most=2 / 3), ScanVerdict.CLEAN),
    ],
)
def test_a_plain_text_needs_a_right_answer(test, verdict):
    assert report(test).verdict is verdict


@pytest.mark.parametrize(
    ("failing", "passing", "verdict"),
    [(0, 100, "clean"), (4, 96, "inconclusive"), (30, 70, "unsafe"), (0, 10, "inconclusive")],
)
def test_a_share_of_failures_is_judged_with_its_interval(failing, passing, verdict):
    contents = [*["good shop"] * failing, *["a shop"] * passing]
    test = BehaviorTest("t", BehaviorKind.INVARIANCE, texts(*contents), (CASE,), most_failures=0.05)
    found = report(test)
    assert found.verdict == verdict
    codes = {"unsafe": ["behaviour-fails"], "inconclusive": ["behaviour-near-bound"], "clean": []}
    assert [finding.code for finding in found.findings] == codes[verdict]


def test_a_test_that_changes_nothing_is_inconclusive():
    found = report(BehaviorTest("t", BehaviorKind.INVARIANCE, texts("word"), (SPACING,)))
    assert found.verdict is ScanVerdict.INCONCLUSIVE
    (finding,) = found.findings
    assert (finding.code, finding.severity, finding.where) == (
        "behaviour-without-cases",
        Severity.WARNING,
        "t",
    )
    assert found.figures["tests"][0]["unchanged"] == 1


def test_texts_of_others_are_nowhere_in_a_report():
    test = BehaviorTest("t", BehaviorKind.INVARIANCE, texts("good Marker Person"), (CASE,))
    found = report(test, public=False)
    assert found.verdict is ScanVerdict.UNSAFE
    assert "arker" not in to_json(found).lower()
    assert "arker" in to_json(report(test)).lower()


def test_examples_are_as_many_as_asked():
    test = BehaviorTest("t", BehaviorKind.INVARIANCE, texts(*["good"] * 5), (CASE,))
    assert len(report(test).figures["tests"][0]["examples"]) == 3
    assert report(test, most_examples=0).figures["tests"][0]["examples"] == []


def test_a_text_is_asked_about_once_and_counted():
    asked, counted = [], []

    def remember(contents):
        asked.extend(contents)
        return good_and_bad(contents)

    test = BehaviorTest("t", BehaviorKind.INVARIANCE, texts("good", "good"), (CASE,))
    suite = Suite("s", "labels", (test, test), "0")
    subject = FunctionSubject("words", ("pos", "neg"), remember)
    validator = BehaviorConsistencyValidator()
    validator.validate(subject, suite, on_text=lambda: counted.append(1))
    assert asked == validator.texts_of(suite) == ["good", "GOOD"]
    assert len(counted) == 2


def test_the_report_can_be_json_and_a_page():
    found = report(BehaviorTest("t", BehaviorKind.INVARIANCE, texts("good", "a b"), (CASE,)))
    assert json.loads(to_json(found))["figures"]["failure_rate"]["t"]["value"] == 0.5
    assert "Failures by test" in render_audit_html([found])


def test_an_unknown_figure_or_label_is_refused():
    for test in (minimum("good", label="other"), pair("a", "b", "other")):
        with pytest.raises(InvalidInput, match="asks for 'other', and words has only pos, neg"):
            report(test)


def test_a_subject_that_answers_nonsense_is_refused():
    broken = FunctionSubject("broken", ("pos", "neg"), lambda texts: np.full((len(texts), 2), np.nan))
    with pytest.raises(ModelMismatch, match="broken answers with something"):
        report(minimum("good", label="pos"), subject=broken)


@pytest.mark.parametrize("options", [{"seed": -1}, {"most_examples": -1}])
def test_numbers_out_of_range_are_refused(options):
    with pytest.raises(InvalidInput, match="must be at least 0"):
        BehaviorConsistencyValidator(**options)
