"""Runs suites of tests on a subject: how often each test fails, with examples, and what that comes to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from metier.audit.behaviour.subjects import Subject, checked_answers
from metier.audit.behaviour.suite import (
    BehaviorCase,
    BehaviorKind,
    BehaviorTest,
    Direction,
    Suite,
    find_cases,
)
from metier.errors import InvalidInput
from metier.scans import Check, Outcome, ScanFinding, ScanReport, scan_report
from metier.training.intervals import Interval, wilson
from metier.types import Severity

KIND: Final = "behaviour"
NOTES: Final[Mapping[str, str]] = {
    "rates": "A rate is of the cases of its test, which someone wrote. Other texts may fail more often.",
    "intervals": "Intervals take cases to be independent. Cases made of one text are not wholly so.",
}
"""What rates of failures do not show, by what it is about."""
_TEXTS_AT_ONCE: Final = 256
_DIGITS: Final = 4
# Differences of rounding are no failures.
_EPSILON: Final = 1e-9


@dataclass(frozen=True, slots=True)
class CaseResult:
    """How one case ended.

    Attributes:
        case: which.
        failed: it is not as its test asks.
        figure: the figure that decided, or of those looked at the one that moved most.
        before: its value before the change, or None.
        after: its value.
    """

    case: BehaviorCase
    failed: bool
    figure: str
    before: float | None
    after: float


@dataclass(frozen=True, slots=True)
class BehaviorResult:
    """How one test ended.

    Attributes:
        test: which.
        results: of its cases, in their order.
        unchanged: edits that left their text as it was.
        rate: share of cases that failed, with Wilson's 95 % interval; None without a case.
    """

    test: BehaviorTest
    results: tuple[CaseResult, ...]
    unchanged: int
    rate: Interval | None

    @property
    def failures(self) -> tuple[CaseResult, ...]:
        """Return the cases that failed."""
        return tuple(result for result in self.results if result.failed)


class BehaviorConsistencyValidator:
    """Puts suites of tests to models; CheckList is the method.

    Args:
        seed: of the draws of edits, at least 0.
        most_examples: failed cases that a report shows of a test, at least 0.

    Raises:
        InvalidInput: a number is out of range.
    Source: Ribeiro et al. 2020, "Beyond Accuracy: Behavioral Testing of NLP Models with CheckList"
        (arXiv:2005.04118).
    """

    def __init__(self, *, seed: int = 0, most_examples: int = 3) -> None:
        if seed < 0 or most_examples < 0:
            raise InvalidInput(f"seed and most_examples must be at least 0. Got {seed} and {most_examples}.")
        self.seed = seed
        self.most_examples = most_examples

    def validate(
        self, subject: Subject, suite: Suite, *, on_text: Callable[[], object] = lambda: None
    ) -> ScanReport:
        """Return how often a subject fails each test of a suite.

        Unsafe: with 95 % a test fails more often than it may, or fails at all where it may not. Inconclusive:
        its interval reaches above what it may, or nothing of it could be changed.

        Args:
            subject: has all figures that the suite names.
            suite: of tests.
            on_text: called after each text that the subject answered; `texts_of` tells how many there are.

        Raises:
            InvalidInput: the suite names a figure that the subject does not have.
            ModelMismatch: the subject's answers are no numbers, or not as many as it says.
        """
        tested = self.run(subject, suite, on_text=on_text)
        return scan_report(
            subject.name,
            KIND,
            findings=[finding for item in tested if (finding := _finding(item)) is not None],
            checks=[_check(item) for item in tested],
            figures={
                "suite": suite.name,
                "suite_sha256": suite.sha256,
                "seed": self.seed,
                "texts": len(self.texts_of(suite)),
                "failure_rate": {item.test.name: _plain(item.rate) for item in tested if item.rate},
                "tests": [self._row(item, shown=suite.public) for item in tested],
                "charts": [_chart(tested)],
                "what_this_does_not_show": dict(NOTES),
            },
        )

    def texts_of(self, suite: Suite) -> list[str]:
        """Return the texts that a subject has to answer, each once."""
        cases = (case for test in suite.tests for case in find_cases(test, seed=self.seed)[0])
        texts = (text for case in cases for text in (case.before, case.after) if text is not None)
        return list(dict.fromkeys(texts))

    def run(
        self, subject: Subject, suite: Suite, *, on_text: Callable[[], object] = lambda: None
    ) -> tuple[BehaviorResult, ...]:
        """Return how each case of each test ended; `validate` says what is raised."""
        columns = {figure: i for i, figure in enumerate(subject.figures)}
        labels = [test.label for test in suite.tests if test.label]
        unknown = next((name for name in (*suite.figures, *labels) if name not in columns), None)
        if unknown is not None:
            raise InvalidInput(
                f"Suite {suite.name} asks for {unknown!r}, and {subject.name} has only "
                f"{', '.join(list(columns)[:8])}. Name another suite or model."
            )
        texts = self.texts_of(suite)
        answers: dict[str, NDArray[np.float64]] = {}
        for first in range(0, len(texts), _TEXTS_AT_ONCE):
            part = texts[first : first + _TEXTS_AT_ONCE]
            for text, row in zip(part, checked_answers(subject, part), strict=True):
                answers[text] = row
                on_text()
        return tuple(self._tested(test, answers, columns) for test in suite.tests)

    def _tested(
        self, test: BehaviorTest, answers: Mapping[str, NDArray[np.float64]], columns: Mapping[str, int]
    ) -> BehaviorResult:
        cases, unchanged = find_cases(test, seed=self.seed)
        results = tuple(
            _result(
                test,
                case,
                None if case.before is None else answers[case.before],
                answers[case.after],
                columns,
            )
            for case in cases
        )
        failures = sum(result.failed for result in results)
        return BehaviorResult(test, results, unchanged, wilson(failures, len(results)) if results else None)

    def _row(self, item: BehaviorResult, *, shown: bool) -> dict[str, Any]:
        examples = [_example(result, shown=shown) for result in item.failures[: self.most_examples]]
        return {
            "name": item.test.name,
            "kind": item.test.kind.value,
            "about": item.test.about,
            "cases": [result.case.key for result in item.results],
            "failed": [result.case.key for result in item.failures],
            "unchanged": item.unchanged,
            "failure_rate": _plain(item.rate),
            "most_failures": item.test.most_failures,
            "examples": examples,
        }


def _result(
    test: BehaviorTest,
    case: BehaviorCase,
    before: NDArray[np.float64] | None,
    after: NDArray[np.float64],
    columns: Mapping[str, int],
) -> CaseResult:
    names = case.figures or tuple(columns)
    places = [columns[name] for name in names]
    new = after[places]
    if before is None:
        return _minimum(test, case, after, columns)
    old = before[places]
    change = new - old
    if test.kind is BehaviorKind.INVARIANCE and test.keeps_label:
        place = int(before.argmax())
        failed = int(after.argmax()) != place
        return CaseResult(case, failed, list(columns)[place], float(before[place]), float(after[place]))
    if test.kind is BehaviorKind.INVARIANCE:
        # Of figures that move alike the first is named, whatever rounding does.
        worst = int(np.abs(change).round(9).argmax())
        failed = bool(abs(change[worst]) > test.tolerance + _EPSILON)
    else:
        ahead = change if test.direction is Direction.UP else -change
        worst = int(ahead.argmin())
        failed = bool(ahead[worst] < test.least - test.tolerance - _EPSILON)
    return CaseResult(case, failed, names[worst], float(old[worst]), float(new[worst]))


def _minimum(
    test: BehaviorTest, case: BehaviorCase, after: NDArray[np.float64], columns: Mapping[str, int]
) -> CaseResult:
    if test.label:
        failed = int(after.argmax()) != columns[test.label]
        return CaseResult(case, failed, test.label, None, float(after[columns[test.label]]))
    names = case.figures
    values = after[[columns[name] for name in names]]
    too_low = (test.at_least if test.at_least is not None else -np.inf) - values
    too_high = values - (test.at_most if test.at_most is not None else np.inf)
    beyond = np.maximum(too_low, too_high)
    worst = int(beyond.argmax())
    return CaseResult(case, bool(beyond[worst] > _EPSILON), names[worst], None, float(values[worst]))


def _finding(item: BehaviorResult) -> ScanFinding | None:
    test = item.test
    if item.rate is None:
        message = (
            f"No text of {test.name} could be changed, so it says nothing. Give it other texts or edits."
        )
        return ScanFinding("behaviour-without-cases", Severity.WARNING, message, test.name)
    n, bound = len(item.results), test.most_failures
    found = f"{len(item.failures):,} of {n:,} cases of {test.name} fail: {_percent(item.rate)}"
    facts = {"cases": n, "failures": len(item.failures), "most_failures": bound, "kind": test.kind.value}
    about = f" {test.about}" if test.about else ""
    if _unsafe(item.rate, bound):
        message = f"{found}, where {bound:.0%} may.{about} Look at the examples; do not rely on it there."
        return ScanFinding("behaviour-fails", Severity.ERROR, message, test.name, facts)
    if bound and item.rate.high > bound:
        message = f"{found}, too few cases to tell whether it is at most {bound:.0%}.{about} Add cases."
        return ScanFinding("behaviour-near-bound", Severity.WARNING, message, test.name, facts)
    return None


def _unsafe(rate: Interval, bound: float) -> bool:
    """Tell whether a test fails too often; where none may fail, the cases are all that is asked."""
    return rate.low > bound if bound else rate.value > 0


def _check(item: BehaviorResult) -> Check:
    finding = _finding(item)
    if finding is None:
        return Check(item.test.name, Outcome.PASSED)
    if finding.severity is Severity.ERROR:
        return Check(item.test.name, Outcome.FAILED)
    return Check(item.test.name, Outcome.NOT_RUN, "The cases do not settle it.")


def _example(result: CaseResult, *, shown: bool) -> dict[str, Any]:
    numbers: dict[str, Any] = {
        "case": result.case.key,
        "figure": result.figure,
        "before": None if result.before is None else round(result.before, _DIGITS),
        "after": round(result.after, _DIGITS),
    }
    if shown:
        numbers["text_before"], numbers["text_after"] = result.case.before, result.case.after
    return numbers


def _plain(rate: Interval | None) -> dict[str, float] | None:
    if rate is None:
        return None
    return {name: round(getattr(rate, name), _DIGITS) for name in ("value", "low", "high")}


def _percent(rate: Interval) -> str:
    return f"{rate.value:.1%} (95 %: {rate.low:.1%} to {rate.high:.1%})"


def _chart(tested: Sequence[BehaviorResult]) -> dict[str, Any]:
    rows = [{"name": item.test.name, **(_plain(item.rate) or {})} for item in tested if item.rate]
    return {"kind": "bars", "title": "Failures by test", "label": "share of cases that fail", "rows": rows}
