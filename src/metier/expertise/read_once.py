"""The model of levels that needs no pass of its own: lines over what the shipped encoder read, and features.

    log-odds(level >= k) = r_k . pooled(reading) + w_k . words(text) + f_k . standard(features) + b_k

Everything adds up, so it says exactly what each feature and each sentence did. In a language that a model was
not calibrated on, features alone count: what wording means there was never checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from metier.documents.sentences import find_sentences
from metier.encoders.folder import ModelFolder
from metier.encoders.reading import Reading
from metier.errors import InvalidInput, ModelFormatError
from metier.expertise.feature_table import columns_of, feature_pushes, feature_values, saved_names, strongest
from metier.expertise.model import N_LEVELS, Calibration, LevelInput, Push
from metier.expertise.ordinal import N_THRESHOLDS, expected_ranks, level_logits, softmax
from metier.expertise.pooling import by_token, pool_reading
from metier.expertise.trainable import LevelParts
from metier.expertise.words import N_SLOTS, read_words
from metier.types import Span

KIND: Final = "read-once"
WORDING: Final = "wording"
MOST_SENTENCES: Final = 10
_SMALL: Final = frozenset(("idf", "words"))


@dataclass(frozen=True, slots=True, eq=False)
class ReadOnceWeights:
    """What is learned.

    Attributes:
        reading: (4, 2 * dim) float64, of the pooled reading less `center`.
        center: (2 * dim,) float64, the usual pooled reading.
        idf: (32768,) float32, the rarity of pieces of words.
        words: (4, 32768) float32, of the pieces.
        usual_words: (4,) float64, what words usually add.
        features: (4, 2 * n_features) float64, of standardised values, 0 where not told, and then of 1 where
            not told.
        mean: (n_features,) float64.
        scale: (n_features,) float64, above 0.
        usual: (n_features,) float64, medians; nan for a feature that was never told.
        bias: (4,) float64.
    """

    reading: NDArray[np.float64]
    center: NDArray[np.float64]
    idf: NDArray[np.float32]
    words: NDArray[np.float32]
    usual_words: NDArray[np.float64]
    features: NDArray[np.float64]
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    usual: NDArray[np.float64]
    bias: NDArray[np.float64]

    def tensors(self) -> dict[str, NDArray[np.generic]]:
        """Return the arrays by name."""
        return {name: getattr(self, name) for name in self.__slots__}

    def check(self, n_features: int) -> None:
        """Refuse arrays that do not fit together.

        Raises:
            ModelFormatError: a shape, or a number that is none.
        """
        shapes = {
            "reading": (N_THRESHOLDS, *self.center.shape),
            "idf": (N_SLOTS,),
            "words": (N_THRESHOLDS, N_SLOTS),
            "usual_words": (N_THRESHOLDS,),
            "features": (N_THRESHOLDS, 2 * n_features),
            "mean": (n_features,),
            "scale": (n_features,),
            "usual": (n_features,),
            "bias": (N_THRESHOLDS,),
        }
        fit = all(getattr(self, name).shape == shape for name, shape in shapes.items())
        finite = all(np.isfinite(array).all() for name, array in self.tensors().items() if name != "usual")
        if not (
            fit and finite and self.center.ndim == 1 and not len(self.center) % 2 and (self.scale > 0).all()
        ):
            raise ModelFormatError(
                "The weights of a read-once model must be finite and fit together. They do not; take the "
                "model folder anew."
            )


@dataclass(frozen=True, slots=True, eq=False)
class ReadOnceLevels:
    """Implements `TrainedLevels` with lines over what was read anyway.

    Attributes:
        names: of the features.
        weights: what it learned.
        encoder_sha256: of the encoder whose readings it was fitted to.
        calibration: what was learned on the calibration part, or None.
        name: in results.
        sha256: of its folder; empty for a model that was not saved.
    """

    names: tuple[str, ...]
    weights: ReadOnceWeights
    encoder_sha256: str = ""
    calibration: Calibration | None = None
    name: str = KIND
    sha256: str = ""

    @property
    def kind(self) -> str:
        """Return the kind of model."""
        return KIND

    @property
    def reads(self) -> bool:
        """Tell that it needs a reading."""
        return True

    @property
    def sensitive(self) -> tuple[str, ...]:
        """Tell that it sees no sensitive field: it knows the text alone."""
        return ()

    def logits(self, items: Sequence[LevelInput]) -> NDArray[np.float64]:
        """Return the logarithms of the levels' probabilities; `LevelModel.logits` is the contract."""
        values = feature_values(items, columns_of(self.names))
        odds = [self._wording(item) + self._counted(row) for item, row in zip(items, values, strict=True)]
        return level_logits(np.array(odds, np.float64).reshape(-1, N_THRESHOLDS))

    def explain(self, item: LevelInput) -> tuple[Push, ...]:
        """Return what moves the expected level: each feature, and the ten strongest sentences.

        The effect of a feature is what the expected level loses with the feature's usual value. That of a
        sentence is what its tokens and words add to the log-odds, beyond what a usual text of that length
        adds, times the slope of the expected level at this document; over all tokens and words that sums to
        all that the text does.
        """
        values = feature_values([item], columns_of(self.names))[0]
        wording = self._wording(item)
        temperature = self.calibration.temperature if self.calibration else 1.0

        def expected(rows: NDArray[np.float64]) -> NDArray[np.float64]:
            odds = np.array([wording + self._counted(row) for row in rows])
            return expected_ranks(level_logits(odds) / temperature)

        counted = feature_pushes(self.names, values, self.weights.usual, expected)
        slopes = _slopes(level_logits((wording + self._counted(values))[None]) / temperature) / temperature
        said = strongest(self._sentences(item, slopes))[:MOST_SENTENCES] if self._knows(item) else ()
        return strongest([*counted, *said])

    def with_calibration(self, calibration: Calibration) -> ReadOnceLevels:
        """Return the same model with what was learned on the calibration part."""
        return replace(self, calibration=calibration)

    def write(self, output: Path) -> LevelParts:
        """Return what its folder holds; it has no files of its own."""
        del output
        tensors = self.weights.tensors()
        return LevelParts(
            encoder_sha256=self.encoder_sha256,
            dim=len(self.weights.center) // 2,
            parameters={name: int(array.size) for name, array in tensors.items()},
            tensors=tensors,
            facts={"features": list(self.names)},
        )

    @classmethod
    def of_parts(
        cls, folder: ModelFolder, parts: LevelParts, calibration: Calibration | None = None
    ) -> ReadOnceLevels:
        """Return the model in a folder that was checked, with its parts as `write` gave them.

        Raises:
            ModelFormatError: a part is missing or does not fit the others.
            ModelMismatch: it uses features that this metier does not know.
        """
        names = saved_names(parts.facts)
        missing = set(ReadOnceWeights.__slots__) - set(parts.tensors)
        if missing:
            raise ModelFormatError(f"The weights of a read-once model lack {', '.join(sorted(missing))}.")
        arrays: dict[str, Any] = {
            name: np.asarray(parts.tensors[name], np.float32 if name in _SMALL else np.float64)
            for name in ReadOnceWeights.__slots__
        }
        weights = ReadOnceWeights(**arrays)
        weights.check(len(names))
        return cls(names, weights, parts.encoder_sha256, calibration, folder.card.name, folder.sha256)

    def _wording(self, item: LevelInput) -> NDArray[np.float64]:
        """Return what reading and words add to the log-odds, (4,), with the bias."""
        reading = self._reading(item)
        if not self._knows(item):
            return self.weights.bias
        pooled = pool_reading(reading) - self.weights.center
        words = read_words(item.text, self.weights.idf).score(self.weights.words)
        odds: NDArray[np.float64] = (
            self.weights.reading @ pooled + (words - self.weights.usual_words) + self.weights.bias
        )
        return odds

    def _counted(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what features add to the log-odds, (4,)."""
        odds: NDArray[np.float64] = self.weights.features @ standardised(
            values, self.weights.mean, self.weights.scale
        )
        return odds

    def _sentences(self, item: LevelInput, slopes: NDArray[np.float64]) -> list[Push]:
        weights = self.weights
        reading = self._reading(item)
        tokens = by_token(reading, slopes @ weights.reading, weights.center)
        read = read_words(item.text, weights.idf)
        words = read.by_word(slopes @ weights.words)
        # What words usually add is taken off every word in equal shares, as the center is off every token.
        usual = float(slopes @ weights.usual_words) / max(len(words), 1)
        sentences = find_sentences(item.text)
        totals = _sums(sentences, reading.spans[:, 0], tokens) + _sums(sentences, read.starts, words - usual)
        return [
            Push(WORDING, total, (sentence,))
            for sentence, total in zip(sentences, totals.tolist(), strict=True)
            if total
        ]

    def _knows(self, item: LevelInput) -> bool:
        """Tell whether the wording of a document counts: its language was calibrated on, or nothing was."""
        return self.calibration is None or item.language in self.calibration.languages

    def _reading(self, item: LevelInput) -> Reading:
        dim = len(self.weights.center) // 2
        if item.reading is None:
            raise InvalidInput(
                "A read-once model of levels needs the reading of an encoder. Got none; choose an encoder, "
                "or a model of kind 'features'."
            )
        if item.reading.states.shape[1] != dim:
            raise InvalidInput(
                f"A read-once model of levels reads states of length {dim}. Got "
                f"{item.reading.states.shape[1]}; use the encoder that it was fitted to."
            )
        return item.reading


def standardised(
    values: NDArray[np.float64], mean: NDArray[np.float64], scale: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return values of deviation 1 about 0, 0 where not told, and then 1 where not told and 0 elsewhere.

    Args:
        values: (..., n_features); nan where not told.
        mean: (n_features,).
        scale: (n_features,), above 0.

    Returns:
        (..., 2 * n_features) float64. Values are cut at 5, so that one odd document cannot run away.
    """
    untold = np.isnan(values)
    standard = np.where(untold, 0.0, np.clip((np.where(untold, mean, values) - mean) / scale, -5.0, 5.0))
    return np.concatenate([standard, untold.astype(np.float64)], axis=-1)


def _slopes(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how steeply the expected level rises with each threshold's log-odds, (4,), of (1, 5) logits."""
    ranks = np.arange(N_LEVELS)
    chances = softmax(logits)[0]
    above = chances * (ranks - (chances * ranks).sum())
    return np.cumsum(above[::-1])[::-1][1:]


def _sums(
    sentences: Sequence[Span], starts: NDArray[np.int64], values: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the sum of the values that start within each sentence, (n_sentences,)."""
    order = np.argsort(starts, kind="stable")
    sums = np.concatenate([[0.0], np.cumsum(values[order])])
    edges = np.array([[span.start, span.end] for span in sentences], np.int64).reshape(-1, 2)
    places = np.searchsorted(starts[order], edges)
    totals: NDArray[np.float64] = sums[places[:, 1]] - sums[places[:, 0]]
    return totals
