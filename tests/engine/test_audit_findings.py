from dataclasses import replace

import pytest

from metier.assessment import Assessment, Provenance
from metier.engine.audit_findings import scan_assessment, scan_failure
from metier.scans import Check, Outcome, ScanFinding, ScanVerdict
from metier.types import (
    AssessmentStatus,
    Coverage,
    Effect,
    Expertise,
    Failure,
    Finding,
    Level,
    Role,
    Severity,
    Span,
    YearMonth,
)

SECRET = "Kubernetes"


def assessment_with(*findings, effects=(), status=AssessmentStatus.SCORED, coverage=None):
    return Assessment(
        document_id="0" * 16,
        source="cv.pdf",
        role=Role.RESUME,
        language="en",
        status=status,
        months=None,
        periods=(),
        skills=(),
        coverage=coverage,
        findings=tuple(findings),
        provenance=Provenance("1", "m", "s", "t", "s", YearMonth(2026, 11)),
        effects=tuple(effects),
    )


def finding(code, severity=Severity.WARNING, words=""):
    return Finding(code, severity, f"About {code}.", Span(3, 9), 2, words)


def effect(code, skills=(), coverage=(None, None), similarity=(None, None), *, counted=False):
    return Effect(code, counted, tuple(skills), *coverage, *similarity)


def level(expected):
    return Expertise(
        list(Level)[round(expected)], (), (), 0.9, expected, None, None, (), (), (), "stand-in", ""
    )


@pytest.mark.parametrize("code", ["hidden_text", "lookalike_letters", "reordered_text"])
@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        ({"skills": ("SQL",)}, ScanVerdict.UNSAFE),
        ({"coverage": (0.6, 0.5)}, ScanVerdict.UNSAFE),
        ({"similarity": (0.33, 0.3)}, ScanVerdict.UNSAFE),
        ({"similarity": (0.305, 0.3)}, ScanVerdict.INCONCLUSIVE),
        ({"coverage": (0.5, 0.5)}, ScanVerdict.INCONCLUSIVE),
        ({}, ScanVerdict.INCONCLUSIVE),
    ],
)
def test_unseen_words_are_unsafe_where_they_would_move_a_score(code, found, verdict):
    report = scan_assessment(assessment_with(finding(code), effects=[effect(code, **found)]))
    assert report.verdict is verdict


def test_unseen_words_that_move_the_level_alone_are_unsafe():
    found = assessment_with(finding("hidden_text"), effects=[effect("hidden_text")])
    moved = scan_assessment(found, levels={"hidden_text": (level(2.4), level(2.0))})
    assert moved.verdict is ScanVerdict.UNSAFE
    assert "the expected level (0 to 4) from 2.00 to 2.40" in moved.findings[0].message
    assert moved.findings[0].facts["effect"]["level_with"] == 2.4
    still = scan_assessment(found, levels={"hidden_text": (level(2.01), level(2.0))})
    assert still.verdict is ScanVerdict.INCONCLUSIVE


@pytest.mark.parametrize("code", ["machine_instruction", "text_layer_differs"])
def test_orders_and_a_text_that_differs_from_its_picture_are_unsafe_without_an_effect(code):
    assert scan_assessment(assessment_with(finding(code))).verdict is ScanVerdict.UNSAFE


def test_characters_that_spell_words_are_unsafe_and_others_are_for_a_person():
    spelt = assessment_with(finding("hidden_characters", words=SECRET))
    assert scan_assessment(spelt).verdict is ScanVerdict.UNSAFE
    assert scan_assessment(assessment_with(finding("hidden_characters"))).verdict is ScanVerdict.INCONCLUSIVE
    few = assessment_with(finding("hidden_characters", Severity.INFO))
    assert scan_assessment(few).verdict is ScanVerdict.CLEAN


def test_words_of_the_vacancy_are_unsafe_by_a_tenth_of_coverage():
    def pasted(rise):
        effects = [effect("pasted_vacancy", coverage=(0.3 + rise, 0.3))]
        return scan_assessment(
            assessment_with(finding("pasted_vacancy"), effects=effects, coverage=Coverage(0.3, ()))
        )

    assert (pasted(0.15).verdict, pasted(0.02).verdict) == (ScanVerdict.UNSAFE, ScanVerdict.INCONCLUSIVE)
    assert "words-of-the-vacancy" in [check.name for check in pasted(0.02).checks]


def test_stuffing_is_for_a_person_whatever_its_effect():
    stuffed = effect("keyword_stuffing", ["A", "B"], (0.9, 0.1), counted=True)
    report = scan_assessment(assessment_with(finding("keyword_stuffing"), effects=[stuffed]))
    assert report.verdict is ScanVerdict.INCONCLUSIVE
    assert (
        "Counted, as they are, they bring coverage from 0.10 to 0.90, 2 more skills."
        in report.findings[0].message
    )


@pytest.mark.parametrize("code", ["guessed_encoding", "photo", "almost_no_text", "wrong_extension"])
def test_how_well_a_document_is_made_is_no_reason_to_distrust_it(code):
    severity = Severity.WARNING if code in {"almost_no_text", "wrong_extension"} else Severity.INFO
    assert scan_assessment(assessment_with(finding(code, severity))).verdict is ScanVerdict.CLEAN


@pytest.mark.parametrize(
    "code", ["garbled_text", "needs_ocr", "unverified_text_layer", "style_limit", "something_new"]
)
def test_what_was_not_read_or_is_not_known_is_inconclusive(code):
    assert scan_assessment(assessment_with(finding(code))).verdict is ScanVerdict.INCONCLUSIVE


def test_an_unreadable_document_is_inconclusive_with_the_reason():
    report = scan_assessment(
        assessment_with(finding("almost_no_text", Severity.ERROR), status=AssessmentStatus.UNREADABLE)
    )
    assert report.verdict is ScanVerdict.INCONCLUSIVE
    assert (report.checks[0].outcome, report.checks[0].reason) == (Outcome.NOT_RUN, "About almost_no_text.")


def test_a_document_that_cannot_be_opened_is_inconclusive():
    report = scan_failure(Failure("cv.pdf", "encrypted_document", "cv.pdf asks for a password."))
    assert (report.verdict, report.findings[0].code) == (ScanVerdict.INCONCLUSIVE, "encrypted_document")
    assert report.checks[0].reason == "cv.pdf asks for a password."


def test_nothing_found_is_clean():
    report = scan_assessment(assessment_with())
    assert report.verdict is ScanVerdict.CLEAN
    assert all(check.outcome is Outcome.PASSED for check in report.checks)


def test_findings_tell_the_place_and_no_words():
    report = scan_assessment(
        assessment_with(finding("hidden_text", words=SECRET), effects=[effect("hidden_text", [SECRET])])
    )
    (found,) = report.findings
    assert found.where == "page 2, characters 3 to 9"
    assert found.facts["page"] == 2
    assert SECRET not in str(report)
    bare = Finding("photo", Severity.INFO, "A picture.")
    assert scan_assessment(assessment_with(bare)).findings[0].where == ""


def test_effects_that_move_nothing_are_said_to_move_nothing():
    report = scan_assessment(
        assessment_with(finding("hidden_text"), effects=[effect("hidden_text", coverage=(0.5, 0.5))])
    )
    assert report.findings[0].message.endswith("Counted, they would move no score.")
    counted = replace(effect("keyword_stuffing"), counted=True)
    report = scan_assessment(assessment_with(finding("keyword_stuffing"), effects=[counted]))
    assert report.findings[0].message.endswith("They move no score.")


def test_findings_from_beyond_the_document_count_too():
    more = ScanFinding("near-duplicate", Severity.WARNING, "Like another.")
    report = scan_assessment(
        assessment_with(), more=[more], more_checks=[Check("others", Outcome.NOT_RUN, "See it.")]
    )
    assert (report.verdict, len(report.findings)) == (ScanVerdict.INCONCLUSIVE, 1)


def test_a_short_label_that_a_page_cuts_off_is_honest_unless_it_brings_a_skill():
    label = finding("hidden_text", Severity.INFO)
    honest = assessment_with(label, effects=[effect("hidden_text", similarity=(0.4, 0.3))])
    assert scan_assessment(honest).verdict is ScanVerdict.CLEAN
    brings = assessment_with(label, effects=[effect("hidden_text", ["SQL"])])
    assert scan_assessment(brings).verdict is ScanVerdict.INCONCLUSIVE
