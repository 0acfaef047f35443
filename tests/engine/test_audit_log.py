import pytest

from metier.engine.audit_log import audit_log, head_text
from metier.scans import Outcome, ScanVerdict
from metier.store.workspaces.log import LogCheck, LogHead
from metier.store.workspaces.workspaces import Workspace
from metier.types import Severity

WORKSPACE = Workspace("0" * 26, "Team", "2026-03-01T12:00:00.000000Z", None)
HEAD = LogHead(3, "ab" * 32)


def test_a_sound_log_is_clean_and_says_that_its_end_was_not_compared():
    report = audit_log(WORKSPACE, LogCheck(3), HEAD, None)
    assert (report.verdict, report.subject, report.kind) == (ScanVerdict.CLEAN, "log of Team", "log")
    (finding,) = report.findings
    assert (finding.code, finding.severity) == ("log-end-unknown", Severity.INFO)
    assert report.figures["head"] == head_text(HEAD) == f"3:{'ab' * 32}"
    assert report.figures["sound_entries"] == 3


def test_a_log_that_goes_on_from_the_noted_head_has_no_findings():
    report = audit_log(WORKSPACE, LogCheck(3), HEAD, LogHead(2, "cd" * 32))
    assert (report.verdict, report.findings) == (ScanVerdict.CLEAN, ())


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("missing", "Entry 2 is gone or out of its order"),
        ("changed", "Entry 2 is not as it was written"),
        ("unchained", "Entry 2 does not follow the entry before it"),
        ("head", "Entry 2 is not the one that was noted"),
    ],
)
def test_a_broken_log_is_unsafe_and_says_where_and_how(reason, words):
    report = audit_log(WORKSPACE, LogCheck(1, 2, reason), HEAD, None)
    assert report.verdict is ScanVerdict.UNSAFE
    (finding,) = report.findings
    assert finding.message.startswith(f"{words}. Entries before it: 1, all sound.")
    assert finding.facts == {"broken_at": 2, "reason": reason}
    assert [check.outcome for check in report.checks] == [Outcome.FAILED]
