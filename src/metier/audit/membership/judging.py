"""What attacks on membership come to: findings, checks and a verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from metier.audit.membership.attacks import AttackFigures
from metier.audit.membership.blind import Blind
from metier.audit.membership.losses import Attack
from metier.audit.membership.options import MembershipOptions
from metier.scans import Check, Outcome, ScanFinding
from metier.training.intervals import Interval
from metier.types import Severity

SAME_TEXTS: Final = "same-kind-of-texts"


@dataclass(frozen=True, slots=True)
class Margins:
    """By how much an attack is better than the best baseline that does not see the model.

    Attributes:
        auc: difference of the areas.
        found: difference of the shares found at 1 % false alarms.
    """

    auc: Interval
    found: Interval


def blind_findings(found: Mapping[Blind, AttackFigures], options: MembershipOptions) -> Iterator[ScanFinding]:
    """Yield a warning where members and non-members are different kinds of text."""
    best = max(found, key=lambda kind: found[kind].auc.value)
    area = found[best].auc
    if area.low > options.most_auc:
        yield ScanFinding(
            "members-differ",
            Severity.WARNING,
            f"Members and non-members can be told apart without the model, by {best.value}: area "
            f"{_words(area)}. No attack that finds little shows that the model is safe. Take both from one "
            "source, divided by chance.",
            facts={"baseline": best.value, "auc": area.value, "low": area.low, "high": area.high},
        )


def attack_findings(
    attack: Attack, found: AttackFigures, margins: Margins, options: MembershipOptions
) -> Iterator[ScanFinding]:
    """Yield what an attack shows: errors where it finds members that no baseline without the model does."""
    figures = (
        ("area under the ROC curve", found.auc, margins.auc, options.most_auc),
        (
            "share of members found at 1 % false alarms",
            found.found_at_1_percent,
            margins.found,
            options.most_found,
        ),
    )
    for name, figure, margin, bound in figures:
        if figure is None or figure.high <= bound:
            continue
        facts = {
            "figure": name,
            "value": figure.value,
            "low": figure.low,
            "high": figure.high,
            "bound": bound,
        }
        words = f"The {name} is {_words(figure)}; at most {bound:g} is borne."
        if figure.low <= bound:
            yield ScanFinding("not-settled", Severity.WARNING, f"{words} Take more texts.", attack, facts)
        elif margin.low <= 0:
            yield ScanFinding(
                "explained-without-the-model",
                Severity.WARNING,
                f"{words} A baseline that never saw the model does about as well (the attack is better by "
                f"{_words(margin)}), so this may be the texts and not the model. Take members and "
                "non-members from one source, divided by chance.",
                attack,
                facts,
            )
        else:
            yield ScanFinding(
                "members-found",
                Severity.ERROR,
                f"{words} Who has the model can tell that a text was in its training data. Train it for less "
                "long, on more texts, or with more regularisation, or do not give it away.",
                attack,
                facts,
            )


def ended(name: str, findings: list[ScanFinding]) -> Check:
    """Return how a check ended, by the findings that it made."""
    severities = {finding.severity for finding in findings}
    if Severity.ERROR in severities:
        return Check(name, Outcome.FAILED)
    if Severity.WARNING in severities:
        return Check(name, Outcome.NOT_RUN, "Not settled; see the findings.")
    return Check(name, Outcome.PASSED)


def _words(figure: Interval) -> str:
    return f"{figure.value:.3f}, from {figure.low:.3f} to {figure.high:.3f} with 95 %"
