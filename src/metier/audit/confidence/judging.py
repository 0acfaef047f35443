"""What figures of confidence come to: findings, checks and a verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from metier.audit.confidence.abstention import Abstention
from metier.audit.confidence.calibration import CalibrationFigures, TemperatureFigures
from metier.audit.confidence.domains import GIVEN, DomainFigures
from metier.audit.confidence.options import ConfidenceOptions
from metier.audit.confidence.planting import MEANINGLESS
from metier.scans import Check, Outcome, ScanFinding
from metier.types import Severity

CALIBRATION: Final = "calibration"
OTHERS: Final = "out-of-domain"
PLANTED: Final = "planted-out-of-domain"
ABSTENTION: Final = "abstention"
_MOST_NAMED: Final = 8


@dataclass(slots=True)
class Judgement:
    """Findings and checks on the way to a verdict."""

    findings: list[ScanFinding] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)

    def add(self, name: str, findings: list[ScanFinding]) -> None:
        """Take findings of a check, which follows from them."""
        self.findings += findings
        severities = {finding.severity for finding in findings}
        if Severity.ERROR in severities:
            self.checks.append(Check(name, Outcome.FAILED))
        elif Severity.WARNING in severities:
            self.checks.append(Check(name, Outcome.NOT_RUN, "Not settled; see the findings."))
        else:
            self.checks.append(Check(name, Outcome.PASSED))

    def leave_out(self, name: str, reason: str) -> None:
        """Say that a check did not run."""
        self.checks.append(Check(name, Outcome.NOT_RUN, reason))


def calibration_findings(
    found: CalibrationFigures, temperature: TemperatureFigures | None, options: ConfidenceOptions
) -> Iterator[ScanFinding]:
    """Yield what is wrong with the probabilities: an error where the whole interval is above the bound."""
    error = found.ece_equal_mass
    facts = {"ece": error.value, "low": error.low, "high": error.high, "bound": options.most_ece}
    words = (
        f"The expected calibration error is {error.value:.3f}, from {error.low:.3f} to {error.high:.3f} with "
        f"95 %; at most {options.most_ece:g} is borne."
    )
    if error.low > options.most_ece:
        how = "surer" if found.confidence > found.accuracy.value else "less sure"
        yield ScanFinding(
            "miscalibrated",
            Severity.ERROR,
            f"{words} The model is {how} than it may be.{_way_out(temperature)}",
            facts=facts,
        )
    elif error.high > options.most_ece:
        yield ScanFinding(
            "calibration-not-settled", Severity.WARNING, f"{words} Take more texts.", facts=facts
        )


def missing_findings(missing: Sequence[str]) -> Iterator[ScanFinding]:
    """Yield a warning where no text has some of the model's labels."""
    if missing:
        shown = ", ".join(missing[:_MOST_NAMED]) + (", ..." if len(missing) > _MOST_NAMED else "")
        yield ScanFinding(
            "labels-missing",
            Severity.WARNING,
            f"No text has the label {shown}, so nothing is known of the model's confidence there. Add texts "
            "of all labels.",
            facts={"labels": list(missing)},
        )


def domain_findings(found: DomainFigures, options: ConfidenceOptions) -> Iterator[ScanFinding]:
    """Yield what is wrong with telling texts of other domains apart, by the score that was chosen.

    Of texts that were given, an error where the whole interval of the area is below the bound. Planted ones
    only ever warn: they are not what the model will meet.
    """
    score = found.threshold.score
    for kind, scores in found.scores.items():
        area = scores[score].auroc
        facts = {"score": score.value, "auroc": area.value, "low": area.low, "high": area.high}
        words = (
            f"The best score, {score.value}, has an area of {area.value:.3f} under the ROC curve, from "
            f"{area.low:.3f} to {area.high:.3f} with 95 %; at least {options.least_auroc:g} is wanted."
        )
        if kind != GIVEN:
            if kind in MEANINGLESS and area.low < options.least_auroc:
                how = "pass" if area.high < options.least_auroc else "may pass"
                message = f"Texts that mean nothing to the model {how} for its own. {words} {_FILTER}"
                yield ScanFinding("sure-of-nonsense", Severity.WARNING, message, kind, facts)
        elif area.high < options.least_auroc:
            message = f"Texts of other domains are not told apart. {words} {_FILTER}"
            yield ScanFinding("others-not-told-apart", Severity.ERROR, message, facts=facts)
        elif area.low < options.least_auroc:
            message = f"{words} Take more texts of other domains."
            yield ScanFinding("others-not-settled", Severity.WARNING, message, facts=facts)


def abstention_findings(
    found: Abstention | None, risk: float, options: ConfidenceOptions
) -> Iterator[ScanFinding]:
    """Yield what is wrong with leaving the least sure texts to a person.

    Args:
        found: a threshold and what it gave; None where none could be shown to keep the target.
        risk: share of wrong answers where every text is answered.
        options: the target.
    """
    target = options.target_risk
    if found is None:
        yield ScanFinding(
            "no-threshold",
            Severity.WARNING,
            f"No threshold of confidence can be shown to keep wrong answers to {target:.0%}; {risk:.1%} of "
            "all are wrong. Take more texts, bear a larger risk, or leave decisions to people.",
            facts={"target": target, "risk": risk},
        )
    elif found.risk is None or found.risk.low > target:
        words = "answers no text" if found.risk is None else f"lets {found.risk.value:.1%} wrong answers pass"
        yield ScanFinding(
            "threshold-does-not-hold",
            Severity.WARNING,
            f"The threshold of {found.threshold:.3f} {words} on texts that it was not chosen on; "
            f"{target:.0%} is the target. Take more texts of the kind that the model will meet.",
            facts={"target": target, "threshold": found.threshold},
        )


def _way_out(temperature: TemperatureFigures | None) -> str:
    if temperature is None:
        return " Give more texts, so that a temperature can be fitted."
    if not 1 / _NO_REMEDY < temperature.temperature < _NO_REMEDY:
        return (
            " Its answers hardly go with the labels, so no temperature mends that. Check that texts and "
            "labels are those of its task."
        )
    after = temperature.after.ece_equal_mass
    return (
        f" Dividing its logits by {temperature.temperature:.2f} leaves {after.value:.3f}, from "
        f"{after.low:.3f} to {after.high:.3f}, on texts that the number was not fitted on."
    )


_NO_REMEDY: Final = 20.0
_FILTER: Final = "Do not let it decide on texts that nobody has chosen for it."
