"""Whether a classifier's scores tell texts of its domain from others, and from which score on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metier.audit.confidence.options import ConfidenceOptions
from metier.audit.confidence.readings import Reading
from metier.audit.confidence.scores import Domain, Score, scores_of
from metier.audit.roc import (
    Curve,
    Resampling,
    auroc,
    auroc_interval,
    false_positive_rate_at,
    rate_interval,
    roc_curve,
    threshold_at,
)
from metier.training.intervals import Interval, wilson

GIVEN = "given"


@dataclass(frozen=True, slots=True)
class ScoreFigures:
    """How well one score tells texts of the domain from others.

    Attributes:
        auroc: chance that a text of the domain has the higher score.
        false_positive_rate: share of the others that pass where 95 % of the domain's texts do, or the share
            that was asked for.
    """

    auroc: Interval
    false_positive_rate: Interval


@dataclass(frozen=True, slots=True)
class DomainThreshold:
    """A score below which a text is taken to be of another domain, and what that gave on other texts.

    Attributes:
        score: chosen on texts that nothing below is measured on.
        threshold: a text at or above it is of the domain.
        kept: share of the domain's texts that pass.
        passed: share of others that pass, by kind.
    """

    score: Score
    threshold: float
    kept: Interval
    passed: Mapping[str, Interval]


@dataclass(frozen=True, slots=True, eq=False)
class DomainFigures:
    """What is known of texts of other domains.

    Attributes:
        n_inside: texts of the domain that were measured on.
        n_outside: others that were measured on, by kind: `given`, or how they were planted.
        scores: by kind and score.
        threshold: of the score that was best on texts kept apart.
        curves: ROC of each kind and score, by name.
    """

    n_inside: int
    n_outside: Mapping[str, int]
    scores: Mapping[str, Mapping[Score, ScoreFigures]]
    threshold: DomainThreshold
    curves: Mapping[str, Curve]


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """Texts of the domain and others, as a classifier reads them.

    Attributes:
        inside: of the domain.
        outside: others, by kind.
        groups: (n,) which texts of the domain are nearly the same.
    """

    inside: Reading
    outside: Mapping[str, Reading]
    groups: NDArray[np.int64]


def measure_domains(
    chosen_on: Side, measured_on: Side, domain: Domain | None, options: ConfidenceOptions
) -> DomainFigures:
    """Return how well each score tells texts apart, and a threshold of the best one.

    Args:
        chosen_on: the score and its threshold; at least one text of each kind.
        measured_on: other texts, of the same kinds.
        domain: states of further texts; None leaves out the scores of states.
        options: how.
    """
    inside = scores_of(chosen_on.inside, domain)
    outside = {kind: scores_of(reading, domain) for kind, reading in chosen_on.outside.items()}
    areas = {
        score: np.mean([auroc(values, outside[kind][score]) for kind in outside])
        for score, values in inside.items()
    }
    best = max(areas, key=lambda score: areas[score])
    threshold = threshold_at(inside[best], least=options.kept)
    own = scores_of(measured_on.inside, domain)
    others = {kind: scores_of(reading, domain) for kind, reading in measured_on.outside.items()}
    figures = {
        kind: {
            score: _figures(own[score], values, measured_on.groups, options)
            for score, values in found.items()
        }
        for kind, found in others.items()
    }
    return DomainFigures(
        n_inside=len(measured_on.inside),
        n_outside={kind: len(reading) for kind, reading in measured_on.outside.items()},
        scores=figures,
        threshold=DomainThreshold(
            best,
            threshold,
            _share(own[best], threshold),
            {kind: _share(found[best], threshold) for kind, found in others.items()},
        ),
        curves=_curves(own, others, best),
    )


def _figures(
    inside: NDArray[np.float64],
    outside: NDArray[np.float64],
    groups: NDArray[np.int64],
    options: ConfidenceOptions,
) -> ScoreFigures:
    resampling = Resampling(options.seed, options.n_resamples)
    owners = np.concatenate([groups, groups.max() + 1 + np.arange(len(outside))])
    return ScoreFigures(
        auroc_interval(inside, outside, groups=owners, resampling=resampling),
        rate_interval(
            lambda high, low: false_positive_rate_at(high, low, least=options.kept),
            inside,
            outside,
            of=len(outside),
            groups=owners,
            resampling=resampling,
        ),
    )


def _share(scores: NDArray[np.float64], threshold: float) -> Interval:
    return wilson(int((scores >= threshold).sum()), len(scores))


def _curves(
    inside: Mapping[Score, NDArray[np.float64]],
    outside: Mapping[str, Mapping[Score, NDArray[np.float64]]],
    best: Score,
) -> Mapping[str, Curve]:
    """Return each score's curve where there is one kind of others, else the best score's for each kind."""
    if len(outside) == 1:
        (found,) = outside.values()
        return {score: roc_curve(inside[score], values) for score, values in found.items()}
    return {kind: roc_curve(inside[best], found[best]) for kind, found in outside.items()}
