"""Trains any kind of model of levels: parts the rows, fits, calibrates, and reports beside baselines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from metier.errors import InvalidInput
from metier.expertise.baselines import Baseline, BaselineTrainer
from metier.expertise.calibration import COVERAGE, calibrate
from metier.expertise.data import SHARES, LevelRow, check_enough, exact_ranks, part_rows, rows_sha256
from metier.expertise.evaluation import beats, level_table
from metier.expertise.metrics import RESAMPLES, LevelFigures, LevelTable, evaluate_levels
from metier.expertise.model import Calibration
from metier.expertise.trainable import TrainableLevels, TrainedLevels
from metier.training.intervals import Interval
from metier.training.output import Watch
from metier.training.splits import Part
from metier.types import Level

_FEW: Final = 50


@dataclass(frozen=True, slots=True)
class LevelOptions:
    """How a model of levels is trained and measured.

    Attributes:
        learner: the kind of model, with its own options.
        coverage: share of true levels that sets are to hold, between 0 and 1.
        shares: how much of the rows each part gets, together 1; to train on, there must be some.
        seed: of the division and of resampling.
        resamples: for intervals, at least 1.

    Raises:
        InvalidInput: a number out of its range, or no part to train on.
    """

    learner: TrainableLevels
    coverage: float = COVERAGE
    shares: Mapping[Part, float] = field(default_factory=lambda: dict(SHARES))
    seed: int = 0
    resamples: int = RESAMPLES

    def __post_init__(self) -> None:
        if not 0 < self.coverage < 1:
            raise InvalidInput(f"coverage must lie between 0 and 1. Got {self.coverage}.")
        if Part.TRAIN not in self.shares:
            raise InvalidInput(f"shares must name the part to train on. Got {', '.join(self.shares)}.")
        if self.resamples < 1:
            raise InvalidInput(f"resamples must be at least 1. Got {self.resamples}.")


@dataclass(frozen=True, slots=True)
class LevelReport:
    """What became of a training.

    Attributes:
        kind: of model.
        parts: how many rows each part got.
        counts: of each level among rows whose level is known.
        ranges: rows whose label allows several levels.
        rows_sha256: hash of texts and labels.
        calibration: what was learned on the calibration part.
        figures: on the report part, which nothing else used; None where it is empty.
        baselines: figures of each baseline there.
        beats: by how much the model is above each baseline there, with an interval: in macro ROC-AUC, or,
            where no two levels are known, in the ROC-AUC of claims. Empty where there is neither.
        sensitive: personal fields that the model was trained with.
        notes: what limits these figures; one sentence each.
    """

    kind: str
    parts: Mapping[str, int]
    counts: Mapping[str, int]
    ranges: int
    rows_sha256: str
    calibration: Calibration
    figures: LevelFigures | None
    baselines: Mapping[str, LevelFigures]
    beats: Mapping[str, Interval]
    sensitive: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class LevelTraining:
    """A calibrated model, its report, and what it said of the report part, or None for no such part."""

    model: TrainedLevels
    report: LevelReport
    table: LevelTable | None


def train_levels(rows: Sequence[LevelRow], options: LevelOptions, watch: Watch) -> LevelTraining:
    """Train a model of levels, calibrate it, and measure it beside baselines.

    Texts that are nearly the same stand in one part. The calibration part and the report part are used for
    nothing else.

    Args:
        rows: labelled documents; with readings where the kind of model wants them.
        options: what to train and how.
        watch: told how it goes.

    Raises:
        InvalidInput: too few rows or levels to learn from, or rows lack what the kind of model needs.
        MissingExtra: the `train` extra is not installed.
    """
    learner, seed = options.learner, options.seed
    check_readings(rows, learner)
    parts = part_rows(rows, shares=options.shares, seed=seed)
    train, tune = parts[Part.TRAIN], parts[Part.TUNE]
    check_enough([*train, *tune], share=sum(options.shares.get(part, 0.0) for part in _LEARNED))
    sizes = {part.value: len(own) for part, own in parts.items()}
    watch.say("Rows: " + ", ".join(f"{n:,} to {part}" for part, n in sizes.items()) + ".")
    fitted = learner.fit(train, tune, watch)
    held = parts[Part.CALIBRATE]
    watch.say(f"Calibrating on {len(held):,} rows.")
    logits = fitted.logits([row.item for row in held])
    model = fitted.with_calibration(calibrate(logits, held, coverage=options.coverage))
    reported = parts[Part.REPORT]
    table = level_table(model, reported) if reported else None
    return LevelTraining(model, _report(rows, parts, model, table, options, watch), table)


def check_readings(rows: Sequence[LevelRow], learner: TrainableLevels) -> None:
    """Refuse rows without a reading for a kind of model that needs them.

    Raises:
        InvalidInput: some row has none.
    """
    n = sum(row.item.reading is None for row in rows)
    if learner.reads and n:
        raise InvalidInput(
            f"Kind {learner.kind} needs the reading of every row. {n:,} of {len(rows):,} have none; choose "
            "an encoder, or kind features."
        )


_LEARNED: Final = (Part.TRAIN, Part.TUNE)


def _report(
    rows: Sequence[LevelRow],
    parts: Mapping[Part, Sequence[LevelRow]],
    model: TrainedLevels,
    table: LevelTable | None,
    options: LevelOptions,
    watch: Watch,
) -> LevelReport:
    ranks = exact_ranks(rows)
    calibration = model.calibration
    if calibration is None:
        raise InvalidInput(f"A model must be calibrated before it is reported on. {model.name} is not.")
    figures, against = None, _Against({}, {})
    if table is not None:
        watch.say(f"Measuring on {len(table.labels):,} rows that nothing else used.")
        figures = evaluate_levels(table, calibration, seed=options.seed, n=options.resamples)
        against = _against(table, parts, options, watch)
    return LevelReport(
        kind=model.kind,
        parts={part.value: len(own) for part, own in parts.items()},
        counts={level.value: n for level in Level if (n := int((ranks == level.rank).sum()))},
        ranges=int((ranks < 0).sum()),
        rows_sha256=rows_sha256(rows),
        calibration=calibration,
        figures=figures,
        baselines=against.figures,
        beats=against.gaps,
        sensitive=model.sensitive,
        notes=tuple(_notes(parts, calibration)),
    )


@dataclass(frozen=True, slots=True)
class _Against:
    """Figures of baselines, and by how much a model is above each."""

    figures: Mapping[str, LevelFigures]
    gaps: Mapping[str, Interval]


def _against(
    table: LevelTable, parts: Mapping[Part, Sequence[LevelRow]], options: LevelOptions, watch: Watch
) -> _Against:
    figures, gaps = {}, {}
    held = parts[Part.CALIBRATE]
    for knows in Baseline:
        own = BaselineTrainer(knows).fit(parts[Part.TRAIN], parts[Part.TUNE], watch)
        found = calibrate(own.logits([row.item for row in held]), held, coverage=options.coverage)
        other = level_table(own.with_calibration(found), parts[Part.REPORT])
        figures[knows.value] = evaluate_levels(other, found, seed=options.seed, n=options.resamples)
        gap = beats(table, other, seed=options.seed, n=options.resamples)
        if gap is not None:
            gaps[knows.value] = gap
    return _Against(figures, gaps)


def _notes(parts: Mapping[Part, Sequence[LevelRow]], calibration: Calibration) -> list[str]:
    notes = []
    if calibration.quantile >= 1:
        notes.append(
            f"{calibration.rows} rows are too few to make sets of levels for coverage "
            f"{calibration.coverage}: every set holds all levels, and no level will be told. Label more rows."
        )
    n = len(parts[Part.REPORT])
    if n < _FEW:
        notes.append(f"Figures on {n} rows say little; see the intervals.")
    return notes
