"""Fits the read-once model: each of its three blocks by itself, and then how far to trust each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from metier.errors import InvalidInput
from metier.expertise.data import LevelRow, check_enough, fold_rows
from metier.expertise.feature_table import (
    columns_of,
    feature_values,
    known_names,
    signs_of,
    usual_values,
)
from metier.expertise.logistic import ChosenLine, Line, Turned, choose_line, mix_lines, turned
from metier.expertise.ordinal import lone_answer, threshold_answers
from metier.expertise.pooling import pool_reading
from metier.expertise.read_once import KIND, ReadOnceLevels, ReadOnceWeights, standardised
from metier.expertise.words import rarity, word_matrix
from metier.training.output import Watch

BLOCKS: Final = ("reading", "words", "features")
_STRENGTHS: Final[Mapping[str, tuple[float, ...]]] = {
    "reading": (1.0, 0.2, 5.0),
    "words": (10.0, 1.0, 100.0),
    "features": (1.0, 0.1, 10.0),
}
_LEAST_SCALE: Final = 1e-6


@dataclass(frozen=True, slots=True)
class ReadOnceOptions:
    """How a read-once model is fitted.

    Attributes:
        folds: of the cross-validation by which strengths and shares of the blocks are chosen, at least 2.
        blocks: what it may use, of reading, words and features; at least one.
        balanced: the rarer answer to a threshold counts as much as the other.
        seed: of the folds.

    Raises:
        InvalidInput: a value out of its range.
    """

    folds: int = 4
    blocks: tuple[str, ...] = BLOCKS
    balanced: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        if self.folds < 2:
            raise InvalidInput(f"folds must be at least 2. Got {self.folds}.")
        if not self.blocks or not set(self.blocks) <= set(BLOCKS):
            raise InvalidInput(
                f"blocks must be of {', '.join(BLOCKS)}. Got {', '.join(self.blocks) or 'none'}."
            )


@dataclass(frozen=True, slots=True)
class ReadOnceTrainer:
    """Implements `TrainableLevels`: fits lines over readings, words and features.

    Attributes:
        options: how.
        encoder_sha256: of the encoder of the readings.
    """

    options: ReadOnceOptions = ReadOnceOptions()
    encoder_sha256: str = ""

    @property
    def kind(self) -> str:
        """Return the kind of model."""
        return KIND

    @property
    def reads(self) -> bool:
        """Tell that rows need a reading."""
        return True

    def fit(self, rows: Sequence[LevelRow], tune_rows: Sequence[LevelRow], watch: Watch) -> ReadOnceLevels:
        """Return a model fitted to both parts; `TrainableLevels.fit` is the contract.

        Raises:
            InvalidInput: too few rows or levels, or a row without a reading.
            MissingExtra: scikit-learn is not installed.
        """
        both = [*rows, *tune_rows]
        check_enough(both)
        watch.say(f"Fitting lines over {', '.join(self.options.blocks)} of {len(both):,} rows.")
        data = _Blocks.of(both)
        answers = threshold_answers([row.label for row in both])
        folds = fold_rows(both, n_folds=self.options.folds, seed=self.options.seed)
        found = [_threshold(data, column, folds, self.options) for column in answers.T]
        return ReadOnceLevels(known_names(), data.weights(found), self.encoder_sha256)


@dataclass(frozen=True, slots=True, eq=False)
class _Blocks:
    """What lines are fitted to, with what made it so.

    Attributes:
        values: by block, the rows.
        center: (2 * dim,) of pooled readings.
        spread: (2 * dim,) by which they were divided.
        idf: (32768,) of words.
        mean: (n_features,).
        scale: (n_features,).
        usual: (n_features,).
    """

    values: Mapping[str, Turned]
    center: NDArray[np.float64]
    spread: NDArray[np.float64]
    idf: NDArray[np.float32]
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    usual: NDArray[np.float64]

    @classmethod
    def of(cls, rows: Sequence[LevelRow]) -> _Blocks:
        items = [row.item for row in rows]
        readings = [item.reading for item in items if item.reading is not None]
        if len(readings) < len(items):
            raise InvalidInput(
                f"A read-once model needs the reading of every row. {len(items) - len(readings)} of "
                f"{len(items)} have none; read them with an encoder, or train kind 'features'."
            )
        pooled = np.array([pool_reading(reading) for reading in readings])
        center = pooled.mean(axis=0)
        # By the root of the length too, so that strengths mean the same for any encoder.
        spread = np.maximum(pooled.std(axis=0), _LEAST_SCALE) * np.sqrt(pooled.shape[1])
        features = feature_values(items, columns_of(known_names()))
        mean, scale = _moments(features)
        texts = [item.text for item in items]
        idf = rarity(texts)
        standard = standardised(features, mean, scale)
        values: dict[str, Any] = {
            "reading": (pooled - center) / spread,
            "words": word_matrix(texts, idf),
            "features": standard / np.sqrt(max(1, standard.shape[1])),
        }
        # Features keep their directions, which have a meaning, and some of them a sign.
        turns = {
            name: Turned(each, each, None) if name == "features" else turned(each)
            for name, each in values.items()
        }
        return cls(turns, center, spread, idf, mean, scale, usual_values(features))

    def weights(self, found: Sequence[_Threshold]) -> ReadOnceWeights:
        """Return the weights of a model, with what was done to the values folded in."""
        lines = {name: np.array([one.lines[name].weights for one in found]) for name in BLOCKS}
        bias = np.array([one.bias for one in found])
        words = lines["words"].astype(np.float32)
        # Of the weights as they are kept, so that no rounding is left between the two.
        usual_words = np.asarray(self.values["words"].source @ words.astype(np.float64).T).mean(axis=0)
        return ReadOnceWeights(
            reading=lines["reading"] / self.spread,
            center=self.center,
            idf=self.idf,
            words=words,
            usual_words=usual_words,
            features=lines["features"] / np.sqrt(max(1, lines["features"].shape[1])),
            mean=self.mean,
            scale=self.scale,
            usual=self.usual,
            bias=bias + usual_words,
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Threshold:
    """The lines of one threshold by block, and its bias."""

    lines: Mapping[str, Line]
    bias: float


def _threshold(
    data: _Blocks, answers: NDArray[np.float64], folds: NDArray[np.int64], options: ReadOnceOptions
) -> _Threshold:
    """Return the lines of one threshold, fitted to the rows whose labels answer it."""
    given = answers[~np.isnan(answers)]
    level = {name: Line(np.zeros(rows.source.shape[1]), 0.0) for name, rows in data.values.items()}
    lone = lone_answer(given)
    if lone is not None:
        return _Threshold(level, lone)
    chosen: dict[str, ChosenLine] = {
        name: choose_line(
            data.values[name],
            answers,
            folds,
            strengths=_STRENGTHS[name],
            balanced=options.balanced,
            signs=_signs() if name == "features" else None,
        )
        for name in options.blocks
    }
    mix = mix_lines(np.stack([one.unseen for one in chosen.values()], axis=1), given)
    lines = {
        name: Line(one.line.weights * weight, one.line.bias * weight)
        for (name, one), weight in zip(chosen.items(), mix.weights.tolist(), strict=True)
    }
    return _Threshold({**level, **lines}, mix.bias + sum(line.bias for line in lines.values()))


def _signs() -> NDArray[np.int64]:
    """Return what the weights of features may be, (2 * n_features,); being told may count either way."""
    signs = signs_of(known_names())
    return np.concatenate([signs, np.zeros_like(signs)])


def _moments(features: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean and deviation of each feature where it is told; 0 and 1 where it never is."""
    told = [column[~np.isnan(column)] for column in features.T]
    mean = np.array([column.mean() if column.size else 0.0 for column in told], np.float64)
    scale = np.array([column.std() if column.size else 1.0 for column in told], np.float64)
    return mean, np.where(scale > _LEAST_SCALE, scale, 1.0)
