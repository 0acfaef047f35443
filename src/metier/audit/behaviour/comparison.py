"""Two versions of a model by the same tests: what fails now and did not, and whether chance explains it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import comb
from typing import Any, Final

import numpy as np

from metier.audit.behaviour.validator import KIND
from metier.errors import InvalidInput
from metier.scans import Check, Outcome, ScanFinding, ScanReport, scan_report
from metier.training.intervals import Interval, paired_bootstrap
from metier.types import Severity

LEVEL: Final = 0.05
"""Of all tests of a suite at once: a test is worse if chance alone makes one so with less than this."""
_MOST_NAMED: Final = 8
_DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class ComparedTest:
    """One test in two versions.

    Attributes:
        name: of the test.
        n: cases.
        failing: cases that fail now and did not before.
        repaired: cases that failed before and do not now.
        change: of the share of failures, with its 95 % interval over cases.
        p: chance of as uneven a split of the changed cases if neither version were better.
    """

    name: str
    n: int
    failing: tuple[str, ...]
    repaired: tuple[str, ...]
    change: Interval
    p: float


def compare(before: ScanReport, after: ScanReport, *, seed: int = 0) -> ScanReport:
    """Return what changed from one version of a model to another, case by case.

    Unsafe: a test fails more often, by McNemar's exact test with Bonferroni's bound for all tests at once.
    Inconclusive: cases fail that did not, and chance may be the reason.

    Args:
        before: what `BehaviorConsistencyValidator.validate` gave for the older version.
        after: what it gave for the newer one, by the same suite and seed.
        seed: of the bootstrap.

    Raises:
        InvalidInput: the reports are of other suites, seeds or scanners.
    Source: McNemar 1947, "Note on the sampling error of the difference between correlated proportions".
    """
    tests = list(_compared(before, after, seed))
    findings = [finding for test in tests if (finding := _finding(test, len(tests))) is not None]
    of_test = {finding.where: finding for finding in findings if finding.severity is not Severity.INFO}
    return scan_report(
        f"{after.subject} against {before.subject}",
        KIND,
        findings=findings,
        checks=[_check(test, of_test) for test in tests],
        figures={
            "suite": after.figures["suite"],
            "suite_sha256": after.figures["suite_sha256"],
            "change_of_failure_rate": {test.name: _plain(test.change) for test in tests},
            "compared": [
                {
                    "name": test.name,
                    "cases": test.n,
                    "failing": list(test.failing),
                    "repaired": list(test.repaired),
                    "change": _plain(test.change),
                    "p": round(test.p, 6),
                }
                for test in tests
            ],
            "charts": [
                {
                    "kind": "bars",
                    "title": "Change of the share of failures",
                    "label": "after less before",
                    "reference": 0.0,
                    "rows": [{"name": test.name, **_plain(test.change)} for test in tests],
                }
            ],
        },
    )


def mcnemar(n_worse: int, n_better: int) -> float:
    """Return the two-sided exact p-value of McNemar's test.

    Args:
        n_worse: pairs that changed one way, at least 0.
        n_better: pairs that changed the other way, at least 0.

    >>> mcnemar(0, 0), mcnemar(5, 0), round(mcnemar(9, 1), 4)
    (1.0, 0.0625, 0.0215)
    """
    n = n_worse + n_better
    tail = sum(comb(n, k) for k in range(min(n_worse, n_better) + 1))
    return float(min(1.0, 2 * tail / 2**n))


def _compared(before: ScanReport, after: ScanReport, seed: int) -> Iterator[ComparedTest]:
    for name in ("suite_sha256", "seed"):
        if name not in before.figures or before.figures[name] != after.figures.get(name):
            raise InvalidInput(
                "Two versions can be compared by the same suite with the same seed. Run both again with one."
            )
    for old, new in zip(before.figures["tests"], after.figures["tests"], strict=True):
        cases = list(new["cases"])
        if old["cases"] != cases:
            raise InvalidInput(
                f"The cases of {new['name']} are not the same in both reports. Run both again."
            )
        if cases:
            yield _compared_test(new["name"], cases, set(old["failed"]), set(new["failed"]), seed)


def _compared_test(name: str, cases: Sequence[str], old: set[str], new: set[str], seed: int) -> ComparedTest:
    failed_old = np.array([case in old for case in cases], np.float64)
    failed_new = np.array([case in new for case in cases], np.float64)
    failing = tuple(case for case in cases if case in new - old)
    repaired = tuple(case for case in cases if case in old - new)
    change = paired_bootstrap(
        lambda rows: float(failed_new[rows].mean()),
        lambda rows: float(failed_old[rows].mean()),
        range(len(cases)),
        seed=seed,
    )
    return ComparedTest(name, len(cases), failing, repaired, change, mcnemar(len(failing), len(repaired)))


def _finding(test: ComparedTest, n_tests: int) -> ScanFinding | None:
    if not test.failing and not test.repaired:
        return None
    cases = ", ".join(test.failing[:_MOST_NAMED])
    more = f" and {len(test.failing) - _MOST_NAMED} more" if len(test.failing) > _MOST_NAMED else ""
    counts = f"{len(test.failing):,} of {test.n:,} cases fail that did not, {len(test.repaired):,} do no more"
    facts = {"failing": len(test.failing), "repaired": len(test.repaired), "p": round(test.p, 6)}
    if not test.failing:
        message = f"{counts}."
        return ScanFinding("behaviour-better", Severity.INFO, message, test.name, facts)
    if len(test.failing) > len(test.repaired) and test.p < LEVEL / n_tests:
        message = f"{counts}, more than chance: {cases}{more}. Keep the older version, or mend this first."
        return ScanFinding("behaviour-worse", Severity.ERROR, message, test.name, facts)
    message = f"{counts}, which may be chance: {cases}{more}. Look at these cases."
    return ScanFinding("behaviour-changed", Severity.WARNING, message, test.name, facts)


def _check(test: ComparedTest, findings: Mapping[str, ScanFinding]) -> Check:
    finding = findings.get(test.name)
    if finding is None:
        return Check(test.name, Outcome.PASSED)
    if finding.severity is Severity.ERROR:
        return Check(test.name, Outcome.FAILED)
    return Check(test.name, Outcome.NOT_RUN, "Cases changed, and chance may be the reason.")


def _plain(interval: Interval) -> dict[str, Any]:
    return {name: round(getattr(interval, name), _DIGITS) for name in ("value", "low", "high")}
