import json

from metier.report.sarif import render_sarif
from metier.scans import Check, Outcome, ScanFinding, scan_report
from metier.types import Severity

FOUND = [
    ScanFinding("pickle", Severity.ERROR, "It runs code.", "a b.bin", {"globals": ["posix.system"]}),
    ScanFinding("license-missing", Severity.INFO, "No licence is on record."),
]
CHECKS = [Check("hashes", Outcome.PASSED), Check("weights", Outcome.NOT_RUN, "No base was named.")]


def run_of(kind="model"):
    log = json.loads(render_sarif([scan_report("my model", kind, findings=FOUND, checks=CHECKS)]))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    return run


def test_each_finding_is_a_result_with_its_level_and_rule():
    run = run_of()
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    levels = {result["ruleId"]: result["level"] for result in run["results"]}
    assert levels == {"pickle": "error", "license-missing": "note", "check-not-run": "warning"}
    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in run["results"])
    assert run["results"][0]["properties"] == {"globals": ["posix.system"]}
    assert run["properties"]["verdict"] == "unsafe"


def test_files_of_a_model_are_named_by_their_path():
    place = run_of()["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "my%20model/a%20b.bin"}


def test_other_subjects_are_named_as_a_whole():
    place = run_of("decisions")["results"][0]["locations"][0]
    assert place["physicalLocation"]["artifactLocation"] == {"uri": "my%20model"}
    assert place["logicalLocations"] == [{"fullyQualifiedName": "a b.bin"}]


def test_a_clean_audit_has_no_results():
    (run,) = json.loads(render_sarif([scan_report("m", "model", checks=CHECKS[:1])]))["runs"]
    assert run["results"] == []
    assert run["invocations"] == [{"executionSuccessful": True}]
