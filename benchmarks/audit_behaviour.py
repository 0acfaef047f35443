"""Behaviour: how often the shipped detection of skills fails each test of the suite that comes with metier.

The suite `skills` is invented texts in English and Russian, edited with seed 0. Judged with the shipped
encoder and with words alone, and the two compared case by case: McNemar's exact test at 5 % for all tests of
the suite together. Intervals of shares are Wilson's and take cases as independent; those of changes are
bootstrapped over cases.

    python benchmarks/audit_behaviour.py
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from metier.audit.behaviour.comparison import compare
from metier.audit.behaviour.suite import Suite
from metier.audit.behaviour.suite_files import find_suite
from metier.audit.behaviour.validator import BehaviorConsistencyValidator
from metier.encoders.load import BASE, Runtime, find_model
from metier.engine import Engine, Models
from metier.engine.audit_behaviour import SkillSubject
from metier.limits import ReadingLimits
from metier.scans import ScanReport
from metier.skills.taxonomy_files import default_taxonomy
from metier.types import YearMonth

AS_OF = YearMonth(2026, 11)
SEED = 0


def judge(suite: Suite, models: Models | None, name: str) -> ScanReport:
    """Return how the detection of skills does on a suite, with an encoder or with words alone."""
    with Engine(default_taxonomy(), limits=ReadingLimits(), as_of=AS_OF, models=models) as engine:
        subject = SkillSubject(engine, suite.figures, name=name)
        return BehaviorConsistencyValidator(seed=SEED).validate(subject, suite)


def print_rates(with_encoder: ScanReport, words_alone: ScanReport, change: ScanReport) -> None:
    """Print failures by test, and what the encoder changes, as a Markdown table."""
    print("| test | kind | cases | with the encoder | words alone | change by the encoder | p |")
    print("|---|---|---|---|---|---|---|")
    rows = zip(with_encoder.figures["tests"], words_alone.figures["tests"], strict=True)
    compared = {row["name"]: row for row in change.figures["compared"]}
    for row, alone in rows:
        changed = compared[row["name"]]
        moved = (
            "" if not changed["failing"] and not changed["repaired"] else _interval(changed["change"], "+")
        )
        p = f"{changed['p']:.3f}" if moved else ""
        cells = [row["name"], row["kind"], len(row["cases"]), _rate(row), _rate(alone), moved, p]
        print("| " + " | ".join(map(str, cells)) + " |")
    for report in (with_encoder, words_alone):
        texts = report.figures["texts"]
        cases = sum(len(row["cases"]) for row in report.figures["tests"])
        failed = sum(len(row["failed"]) for row in report.figures["tests"])
        print(f"\n{report.subject}: {report.verdict}; {failed} of {cases} cases, {texts:,} texts")
    print(f"\n{change.subject}: {change.verdict}")
    for finding in change.findings:
        print(f"- {finding.where}: {finding.code}")


def _rate(row: dict[str, Any]) -> str:
    return f"{len(row['failed'])}: {_interval(row['failure_rate'])}"


def _interval(found: dict[str, float], sign: str = "") -> str:
    return f"{found['value']:{sign}.3f} [{found['low']:{sign}.3f}, {found['high']:{sign}.3f}]"


def main() -> None:
    """Print the figures."""
    suite = find_suite("skills")
    models = Models.load(find_model(BASE, Path("none")), Runtime(threads=1, cache=None))
    with_encoder = judge(suite, models, "shipped encoder")
    words_alone = judge(suite, None, "words alone")
    print_rates(with_encoder, words_alone, compare(words_alone, with_encoder))


if __name__ == "__main__":
    main()
