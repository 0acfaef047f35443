import pytest

from metier.records import from_mapping, to_mapping
from metier.scans import Check, Outcome, ScanFinding, ScanReport, ScanVerdict, scan_report, worst
from metier.types import Severity

PASSED = Check("hashes", Outcome.PASSED)


def finding(severity, where=""):
    return ScanFinding("x", severity, "Something.", where)


@pytest.mark.parametrize(
    ("findings", "checks", "verdict"),
    [
        ([], [PASSED], ScanVerdict.CLEAN),
        ([], [], ScanVerdict.INCONCLUSIVE),
        ([finding(Severity.INFO)], [PASSED], ScanVerdict.CLEAN),
        ([finding(Severity.WARNING)], [PASSED], ScanVerdict.INCONCLUSIVE),
        ([finding(Severity.ERROR)], [PASSED], ScanVerdict.UNSAFE),
        ([finding(Severity.ERROR), finding(Severity.WARNING)], [], ScanVerdict.UNSAFE),
        ([], [PASSED, Check("weights", Outcome.NOT_RUN, "no base")], ScanVerdict.INCONCLUSIVE),
        ([], [PASSED, Check("weights", Outcome.FAILED)], ScanVerdict.UNSAFE),
        ([], [PASSED, Check("swaps", Outcome.OPEN)], ScanVerdict.INCONCLUSIVE),
    ],
)
def test_the_verdict_follows_from_findings_and_checks(findings, checks, verdict):
    assert scan_report("m", "model", findings=findings, checks=checks).verdict is verdict


def test_the_worst_findings_come_first():
    found = [finding(Severity.INFO, "a"), finding(Severity.ERROR, "c"), finding(Severity.ERROR, "b")]
    report = scan_report("m", "model", findings=found, checks=[PASSED])
    assert [(each.severity, each.where) for each in report.findings] == [
        (Severity.ERROR, "b"),
        (Severity.ERROR, "c"),
        (Severity.INFO, "a"),
    ]


def test_a_report_goes_through_json_and_back():
    found = [ScanFinding("pickle", Severity.ERROR, "Runs code.", "model.bin", {"bytes": 3})]
    report = scan_report("m", "model", findings=found, checks=[PASSED], figures={"files": {"n": 2}})
    assert from_mapping(ScanReport, to_mapping(report)) == report


@pytest.mark.parametrize(
    ("verdicts", "found"),
    [
        ([], ScanVerdict.INCONCLUSIVE),
        ([ScanVerdict.CLEAN, ScanVerdict.CLEAN], ScanVerdict.CLEAN),
        ([ScanVerdict.CLEAN, ScanVerdict.INCONCLUSIVE], ScanVerdict.INCONCLUSIVE),
        ([ScanVerdict.UNSAFE, ScanVerdict.INCONCLUSIVE], ScanVerdict.UNSAFE),
    ],
)
def test_one_bad_verdict_decides(verdicts, found):
    assert worst(verdicts) is found
