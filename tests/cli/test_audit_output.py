import json

import pytest
import typer

from metier.cli.audit_output import AuditFormat, emit_reports
from metier.scans import Check, Outcome, ScanFinding, scan_report
from metier.types import Severity

CLEAN = scan_report("one", "model", checks=[Check("hashes", Outcome.PASSED)])
OPEN = scan_report("two", "model", checks=[Check("hashes", Outcome.NOT_RUN, "No card.")])
UNSAFE = scan_report(
    "three", "model", findings=[ScanFinding("x", Severity.ERROR, "Bad.")], checks=CLEAN.checks
)


@pytest.mark.parametrize(("reports", "code"), [([CLEAN], 0), ([OPEN, CLEAN], 3), ([CLEAN, OPEN, UNSAFE], 1)])
def test_the_worst_verdict_is_the_exit_code(reports, code, capsys):
    with pytest.raises(typer.Exit) as caught:
        emit_reports(reports, output_format=AuditFormat.JSON)
    assert caught.value.exit_code == code
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["subject"] for line in lines] == [report.subject for report in reports]


@pytest.mark.parametrize(
    ("name", "wanted", "beginning"),
    [
        ("a.sarif", None, "{\n"),
        ("a.json", None, '{"subject"'),
        ("a.txt", None, "✓ clean"),
        ("a.txt", AuditFormat.JSON, '{"subject"'),
    ],
)
def test_the_form_follows_from_the_name_or_the_wish(tmp_path, name, wanted, beginning):
    with pytest.raises(typer.Exit):
        emit_reports([CLEAN], output_format=wanted, output=tmp_path / name)
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(beginning)


def test_through_a_pipe_it_is_json_lines(capsys):
    with pytest.raises(typer.Exit):
        emit_reports([CLEAN], output_format=None)
    assert json.loads(capsys.readouterr().out)["verdict"] == "clean"


def test_a_page_can_be_written_too(tmp_path, capsys):
    with pytest.raises(typer.Exit):
        emit_reports([UNSAFE], output_format=None, page=tmp_path / "a.html")
    assert (tmp_path / "a.html").read_text(encoding="utf-8").startswith("<!doctype html>")
