"""What an evaluation found, as records and as the JSON that pages and tables are made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any, Final

from metier import __version__
from metier.engine.evaluation.figures import FIGURES
from metier.engine.evaluation.protocol import PROTOCOL, Measure, Outcomes, data_sha256
from metier.engine.evaluation.resampling import N_RESAMPLES, Resampled, mean_resampled, resample, verdict
from metier.errors import InvalidInput
from metier.training.intervals import Interval
from metier.training.schedule import derived_seed
from metier.training.sets import DataSet, SetKind

FORMAT: Final = 1
_PLACES: Final = 6


@dataclass(frozen=True, slots=True, eq=False)
class SetRun:
    """What was noted of a set with one encoder, and the seconds it took; else why there is nothing."""

    outcomes: Outcomes | None
    seconds: float
    reason: str = ""

    @property
    def words(self) -> str:
        """Return the score, or why there is none."""
        if self.outcomes is None:
            return f"not measured, since {self.reason}"
        score = self.outcomes.figures[0]
        figure = FIGURES[score]
        return f"{figure.title} {figure.compute(self.outcomes.columns):.4f}, {self.seconds:.0f} s"


@dataclass(frozen=True, slots=True, eq=False)
class ModelRun:
    """All that was noted with one encoder.

    Attributes:
        name: what tables call it.
        model: what it calls itself.
        sha256: of its folder.
        n_bytes: of its folder, or None.
        sets: by name.
        tokens_per_second: on texts that never change.
    """

    name: str
    model: str
    sha256: str
    n_bytes: int | None
    sets: Mapping[str, SetRun]
    tokens_per_second: float


@dataclass(frozen=True, slots=True)
class FigureResult:
    """A figure of one encoder on one set.

    Attributes:
        interval: its value with its 95 % interval.
        difference: by how much it is above that of the first encoder; None for that one.
        verdict: `better`, `worse` or `not told apart`; None without a difference.
    """

    interval: Interval
    difference: Interval | None
    verdict: str | None

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values; what is not defined is None."""
        difference = None if self.difference is None else _numbers(self.difference)
        return {**_numbers(self.interval), "difference": difference, "verdict": self.verdict}


@dataclass(frozen=True, slots=True)
class ModelResult:
    """The summary of one encoder.

    Attributes:
        name: what tables call it.
        model: what it calls itself.
        sha256: of its folder.
        n_bytes: of its folder, or None.
        mean: of the scores of all sets that every encoder was measured on; None where there is none.
        tokens_per_second: on texts that never change.
        seconds: by set.
    """

    name: str
    model: str
    sha256: str
    n_bytes: int | None
    mean: FigureResult | None
    tokens_per_second: float
    seconds: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class SetResult:
    """The figures of one set.

    Attributes:
        data: the set.
        words: how it is measured.
        n_rows: how many rows the figures are of.
        rows: what a row is.
        score: name of the figure that stands for the set.
        figures: by encoder and name.
        facts: counts and choices, by encoder.
    """

    data: DataSet
    words: str
    n_rows: int
    rows: str
    score: str
    figures: Mapping[str, Mapping[str, FigureResult]]
    facts: Mapping[str, Mapping[str, float | str]]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What an evaluation found.

    Attributes:
        seed: of folds, first weights and resamples.
        models: in the order given; the others are held against the first.
        sets: those that every encoder was measured on, in the order of the folder.
        skipped: why others were not, by name.
    """

    seed: int
    models: tuple[ModelResult, ...]
    sets: tuple[SetResult, ...]
    skipped: Mapping[str, str]

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values; all that differs from run to run stands under `timing`."""
        return {
            "format": FORMAT,
            "metier": __version__,
            "protocol": PROTOCOL,
            "seed": self.seed,
            "resamples": N_RESAMPLES,
            "models": [_model(model) for model in self.models],
            "sets": [_set(found) for found in self.sets],
            "skipped": dict(self.skipped),
            "figures": {
                name: {"title": figure.title, "words": figure.words, "rising": figure.rising}
                for name, figure in FIGURES.items()
                if any(name in own for found in self.sets for own in found.figures.values())
            },
            "timing": {
                model.name: {
                    "tokens_per_second": round(model.tokens_per_second, 1),
                    "seconds": {name: round(seconds, 1) for name, seconds in model.seconds.items()},
                }
                for model in self.models
            },
        }


def side_by_side(
    sets: Sequence[DataSet], runs: Sequence[ModelRun], measures: Mapping[SetKind, Measure], *, seed: int
) -> Evaluation:
    """Return the figures of all encoders with their intervals, and differences to the first one.

    Args:
        sets: in the order to show.
        runs: at least one; of the same sets with the same seed.
        measures: by kind.
        seed: of the resamples.
    """
    found: list[SetResult] = []
    scores: list[dict[str, Resampled]] = []
    skipped: dict[str, str] = {}
    for data in sets:
        reasons = [run.sets[data.name].reason for run in runs if run.sets[data.name].outcomes is None]
        if reasons:
            skipped[data.name] = reasons[0]
            continue
        result, own = _compared(data, runs, measures[data.kind].words, seed)
        undefined = [name for name, score in own.items() if isnan(score.value)]
        if undefined:
            skipped[data.name] = f"its rows do not define {result.score} of {undefined[0]}"
            continue
        found.append(result)
        scores.append(own)
    models = tuple(_summary(run, runs[0], scores) for run in runs)
    return Evaluation(seed, models, tuple(found), skipped)


def _compared(
    data: DataSet, runs: Sequence[ModelRun], words: str, seed: int
) -> tuple[SetResult, dict[str, Resampled]]:
    """Return the figures of a set, and the score of each encoder with its draws."""
    noted = {run.name: outcomes for run in runs if (outcomes := run.sets[data.name].outcomes)}
    first = noted[runs[0].name]
    draws = {}
    for name, outcomes in noted.items():
        if outcomes.figures != first.figures or outcomes.groups.tolist() != first.groups.tolist():
            raise InvalidInput(
                f"Set {data.name}: models are compared on the same rows. Those of {name} are others; remove "
                "its results from the folder of kept ones."
            )
        drawn = derived_seed("resamples", seed, data.name)
        draws[name] = resample(outcomes.figures, outcomes.columns, outcomes.groups, seed=drawn)
    base = draws[runs[0].name]
    figures = {
        name: {
            figure: figure_result(
                own[figure], None if own is base else base[figure], rising=FIGURES[figure].rising
            )
            for figure in first.figures
        }
        for name, own in draws.items()
    }
    facts = {name: outcomes.facts for name, outcomes in noted.items()}
    score = first.figures[0]
    result = SetResult(data, words, len(first.groups), first.rows, score, figures, facts)
    return result, {name: own[score] for name, own in draws.items()}


def figure_result(own: Resampled, base: Resampled | None, *, rising: bool) -> FigureResult:
    """Return a figure with its difference to that of the first encoder, where it is of another one."""
    if base is None:
        return FigureResult(own.interval, None, None)
    difference = own.less(base).interval
    return FigureResult(own.interval, difference, verdict(difference, rising=rising))


def _summary(run: ModelRun, first: ModelRun, scores: Sequence[Mapping[str, Resampled]]) -> ModelResult:
    mean = None
    if scores:
        own, base = (mean_resampled([score[each.name] for score in scores]) for each in (run, first))
        mean = figure_result(own, None if run is first else base, rising=True)
    seconds = {name: found.seconds for name, found in run.sets.items() if found.outcomes is not None}
    return ModelResult(run.name, run.model, run.sha256, run.n_bytes, mean, run.tokens_per_second, seconds)


def _model(model: ModelResult) -> dict[str, Any]:
    return {
        "name": model.name,
        "model": model.model,
        "sha256": model.sha256,
        "megabytes": None if model.n_bytes is None else round(model.n_bytes / 1e6, 2),
        "mean": None if model.mean is None else model.mean.to_mapping(),
    }


def _set(found: SetResult) -> dict[str, Any]:
    data = found.data
    return {
        "name": data.name,
        "kind": data.kind.value,
        "languages": list(data.languages),
        "source": data.source,
        "license": data.license,
        "ships": data.ships,
        "parts": {part.value: entry.rows for part, entry in data.files.items()},
        "sha256": data_sha256([data]),
        "words": found.words,
        "n_rows": found.n_rows,
        "rows": found.rows,
        "score": found.score,
        "facts": {name: dict(facts) for name, facts in found.facts.items()},
        "figures": {
            name: {figure: result.to_mapping() for figure, result in figures.items()}
            for name, figures in found.figures.items()
        },
    }


def _numbers(interval: Interval) -> dict[str, float | None]:
    values = {"value": interval.value, "low": interval.low, "high": interval.high}
    return {name: None if isnan(value) else round(value, _PLACES) + 0.0 for name, value in values.items()}
