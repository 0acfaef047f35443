"""The audit of membership, from members, non-members and a model to a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from metier.audit.charts import CHARTS, Chart, bar_chart, roc_charts
from metier.audit.classifier import TextClassifier
from metier.audit.labelled_texts import LabelledText
from metier.audit.membership import judging
from metier.audit.membership.attacks import (
    AttackFigures,
    AttackScores,
    attack_figures,
    likelihood_ratio,
    loss_scores,
)
from metier.audit.membership.blind import Blind, blind_scores
from metier.audit.membership.losses import Attack, LossModel
from metier.audit.membership.models import loss_model_of
from metier.audit.membership.options import MembershipOptions
from metier.audit.roc import Figure, Resampling, auroc, true_positive_rate_at
from metier.errors import InvalidInput, ModelMismatch
from metier.scans import Check, Outcome, ScanFinding, ScanReport, scan_report
from metier.training.intervals import Interval, paired_bootstrap
from metier.training.networks import Network
from metier.training.splits import near_duplicates
from metier.types import Severity

KIND: Final = "membership"
_FIRST_RATE: Final = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class MembershipReport:
    """What an audit found.

    Attributes:
        report: verdict, findings, checks and figures.
        attacks: figures of each attack that was made; none with too few texts.
        blind: figures of baselines that do not see the model; none with too few texts.
    """

    report: ScanReport
    attacks: Mapping[Attack, AttackFigures]
    blind: Mapping[Blind, AttackFigures]


class MembershipInferenceAuditor:
    """Attacks a model to see whether it tells what it was trained on; keeps nothing between two audits.

    Args:
        options: how, and from where on a model leaks.
    """

    def __init__(self, options: MembershipOptions | None = None) -> None:
        self._options = options or MembershipOptions()

    def audit(
        self,
        model: LossModel | TextClassifier | Network,
        members: Sequence[LabelledText],
        non_members: Sequence[LabelledText],
        *,
        references: Sequence[LossModel | TextClassifier | Network] = (),
    ) -> MembershipReport:
        """Return how well members can be told from non-members by a model, and by the texts alone.

        Args:
            model: a classifier, a masked language model, or anything that gives losses.
            members: texts that it was trained on, with their labels if it is a classifier.
            non_members: texts of the same kind that it was not trained on, best divided from the members by
                chance. Those that are nearly the same as a member are left out.
            references: models of the same kind that were trained on neither; with none, that attack does not
                run and the audit does not end clean.

        Raises:
            InvalidInput: there are no members or no non-members, or a row that the model has no loss for.
            ModelMismatch: a model gives no finite losses, or a network has a head that is not audited.
        """
        for name, rows in (("members", members), ("non_members", non_members)):
            if isinstance(rows, str) or not rows:
                raise InvalidInput(f"{name} must be a list of texts with labels, at least one. Got none.")
        return _Audit(loss_model_of(model), members, non_members, self._options).run(
            [loss_model_of(reference) for reference in references]
        )


class _Audit:
    """One audit of one model."""

    def __init__(
        self,
        model: LossModel,
        members: Sequence[LabelledText],
        non_members: Sequence[LabelledText],
        options: MembershipOptions,
    ) -> None:
        self.model = model
        self.options = options
        self.resampling = Resampling(options.seed, options.n_resamples)
        groups = near_duplicates([row.text for row in (*members, *non_members)])
        seen = set(groups[: len(members)])
        kept = [i for i in range(len(non_members)) if groups[len(members) + i] not in seen]
        self.members = list(members)
        self.non_members = [non_members[i] for i in kept]
        self.n_left_out = len(non_members) - len(kept)
        self.groups = np.array(groups[: len(members)] + [groups[len(members) + i] for i in kept], np.int64)
        self.findings: list[ScanFinding] = []
        self.checks: list[Check] = []

    def run(self, references: Sequence[LossModel]) -> MembershipReport:
        if self.n_left_out:
            self.findings.append(_left_out(self.n_left_out))
        own = (Attack(self.model.attack), Attack.RATIO)
        n_seen, n_unseen = (len(np.unique(part)) for part in np.split(self.groups, [len(self.members)]))
        if min(n_seen, n_unseen) < self.options.least_rows:
            reason = (
                f"There are {n_seen} different members and {n_unseen} different non-members, too few: each "
                f"must be at least {self.options.least_rows}. Nearly equal texts count once."
            )
            self.checks = [Check(name, Outcome.NOT_RUN, reason) for name in (judging.SAME_TEXTS, *own)]
            return self._reported({}, {}, len(references))
        blind_rows = blind_scores(
            self.members,
            self.non_members,
            self.groups,
            n_folds=self.options.n_folds,
            seed=self.options.seed,
        )
        blind = {kind: self._figures(scores) for kind, scores in blind_rows.items()}
        found = list(judging.blind_findings(blind, self.options))
        self.findings += found
        self.checks.append(judging.ended(judging.SAME_TEXTS, found))
        attacks = {}
        for attack, scores in self._scores(references).items():
            attacks[attack] = self._figures(scores)
            margins = self._margins(scores, blind_rows)
            found = list(judging.attack_findings(attack, attacks[attack], margins, self.options))
            self.findings += found
            self.checks.append(judging.ended(attack, found))
        if not references:
            reason = "No reference model was given; the loss alone misses what this attack finds."
            self.checks.append(Check(Attack.RATIO, Outcome.NOT_RUN, reason))
        return self._reported(attacks, blind, len(references))

    def _scores(self, references: Sequence[LossModel]) -> Mapping[Attack, AttackScores]:
        rows, n = [*self.members, *self.non_members], len(self.members)
        losses = _finite(self.model, rows)
        found = {Attack(self.model.attack): loss_scores(losses[:n], losses[n:])}
        if references:
            ratio = likelihood_ratio(
                losses,
                np.stack([_finite(reference, rows) for reference in references]),
                of_one_label=self.model.of_one_label,
            )
            found[Attack.RATIO] = AttackScores(ratio[:n], ratio[n:])
        return found

    def _figures(self, scores: AttackScores) -> AttackFigures:
        return attack_figures(scores, self.groups, self.resampling)

    def _margins(self, scores: AttackScores, blind: Mapping[Blind, AttackScores]) -> judging.Margins:
        found_at = partial(true_positive_rate_at, most=_FIRST_RATE)
        return judging.Margins(self._margin(auroc, scores, blind), self._margin(found_at, scores, blind))

    def _margin(self, figure: Figure, scores: AttackScores, blind: Mapping[Blind, AttackScores]) -> Interval:
        best = max(blind.values(), key=lambda found: figure(found.members, found.non_members))
        n = len(self.members)

        def of(found: AttackScores, rows: NDArray[np.int64]) -> float:
            first, second = found.members[rows[rows < n]], found.non_members[rows[rows >= n] - n]
            return figure(first, second) if len(first) and len(second) else float("nan")

        return paired_bootstrap(
            partial(of, scores),
            partial(of, best),
            self.groups,
            seed=self.resampling.seed,
            n=self.resampling.n,
        )

    def _reported(
        self,
        attacks: Mapping[Attack, AttackFigures],
        blind: Mapping[Blind, AttackFigures],
        n_references: int,
    ) -> MembershipReport:
        figures: dict[str, Any] = {
            "members": len(self.members),
            "non_members": len(self.non_members),
            "non_members_left_out": self.n_left_out,
            "references": n_references,
            "attacks": {attack.value: _plain(found) for attack, found in attacks.items()},
            "without_the_model": {kind.value: _plain(found) for kind, found in blind.items()},
            CHARTS: _charts(attacks, blind),
        }
        report = scan_report(
            self.model.name, KIND, findings=self.findings, checks=self.checks, figures=figures
        )
        return MembershipReport(report, attacks, blind)


def _finite(model: LossModel, rows: Sequence[LabelledText]) -> NDArray[np.float64]:
    found = np.asarray(model.losses(rows), np.float64)
    if found.shape != (len(rows),) or not np.isfinite(found).all():
        raise ModelMismatch(
            f"{model.name} must give each of {len(rows)} rows one finite loss. It gave an array of shape "
            f"{found.shape}, or other numbers."
        )
    return found


def _left_out(n: int) -> ScanFinding:
    return ScanFinding(
        "non-members-are-members",
        Severity.INFO,
        f"{n:,} non-members are nearly the same as a member and were left out.",
        facts={"rows": n},
    )


def _plain(found: AttackFigures) -> dict[str, Any]:
    figures = {
        "auc": found.auc,
        "found_at_1_percent": found.found_at_1_percent,
        "found_at_0.1_percent": found.found_at_0_1_percent,
        "balanced_accuracy": found.balanced_accuracy,
    }
    return {
        name: "too few non-members" if figure is None else asdict(figure) for name, figure in figures.items()
    }


def _charts(attacks: Mapping[Attack, AttackFigures], blind: Mapping[Blind, AttackFigures]) -> list[Chart]:
    if not attacks:
        return []
    best = max(blind, key=lambda kind: blind[kind].auc.value)
    curves = {attack.value: found.curve for attack, found in attacks.items()}
    curves[f"without the model: {best.value}"] = blind[best].curve
    bars = {attack.value: found.auc for attack, found in attacks.items()}
    bars |= {f"without the model: {kind.value}": found.auc for kind, found in blind.items()}
    title = "Members against non-members"
    return [
        *roc_charts(title, curves),
        bar_chart(title, bars, label="area under the ROC curve", reference=0.5),
    ]
