import numpy as np
import pytest

from metier.audit.behaviour.comparison import compare, mcnemar
from metier.audit.behaviour.subjects import FunctionSubject
from metier.audit.behaviour.suite import BehaviorKind, BehaviorTest, SampleText, Suite
from metier.audit.behaviour.validator import BehaviorConsistencyValidator
from metier.errors import InvalidInput
from metier.report.audit import render_audit_html
from metier.scans import ScanVerdict
from metier.types import Severity

N = 40


def version(name, n_wrong, *, sha="0", seed=0, n=N, first=0):
    """Return the report of a model that is wrong on texts `first` to `first + n_wrong`."""
    items = tuple(SampleText(str(i), f"text {i}", "", ("x",)) for i in range(n))
    suite = Suite("s", "labels", (BehaviorTest("t", BehaviorKind.MINIMUM, items, at_least=1.0),), sha)

    def answers(texts):
        numbers = [int(text.split()[1]) for text in texts]
        return np.array([[0.0 if first <= i < first + n_wrong else 1.0] for i in numbers])

    return BehaviorConsistencyValidator(seed=seed).validate(FunctionSubject(name, ("x",), answers), suite)


@pytest.mark.parametrize(
    ("before", "after", "verdict", "code"),
    [
        (version("old", 5), version("new", 5), ScanVerdict.CLEAN, None),
        (version("old", 5), version("new", 2), ScanVerdict.CLEAN, "behaviour-better"),
        (version("old", 5), version("new", 7), ScanVerdict.INCONCLUSIVE, "behaviour-changed"),
        (version("old", 5), version("new", 5, first=5), ScanVerdict.INCONCLUSIVE, "behaviour-changed"),
        (version("old", 5), version("new", 25), ScanVerdict.UNSAFE, "behaviour-worse"),
    ],
)
def test_what_fails_and_did_not_decides(before, after, verdict, code):
    found = compare(before, after)
    assert found.subject == "new against old"
    assert found.verdict is verdict
    assert [finding.code for finding in found.findings] == ([code] if code else [])


def test_the_cases_are_named_and_the_change_has_an_interval():
    found = compare(version("old", 2), version("new", 3, first=1))
    (row,) = found.figures["compared"]
    assert (row["failing"], row["repaired"], row["cases"]) == (["2", "3"], ["0"], N)
    assert row["change"]["low"] <= row["change"]["value"] == 1 / N <= row["change"]["high"]
    (finding,) = found.findings
    assert finding.severity is Severity.WARNING
    assert "2, 3" in finding.message
    assert "Change of the share of failures" in render_audit_html([found])


def test_reports_of_other_suites_seeds_or_cases_are_refused():
    old = version("old", 1)
    for other in (version("new", 1, sha="1"), version("new", 1, seed=1)):
        with pytest.raises(InvalidInput, match="same suite with the same seed"):
            compare(old, other)
    with pytest.raises(InvalidInput, match="cases of t are not the same"):
        compare(old, version("new", 1, n=N + 1))


@pytest.mark.parametrize(
    ("worse", "better", "p"), [(0, 0, 1.0), (1, 1, 1.0), (6, 0, 2 / 64), (0, 6, 2 / 64), (15, 5, 0.04139)]
)
def test_mcnemar_is_the_exact_binomial_test(worse, better, p):
    assert mcnemar(worse, better) == pytest.approx(p, abs=1e-5)
