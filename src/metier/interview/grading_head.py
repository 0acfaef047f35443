"""The model that grades: a few small linear maps on what an encoder makes of an answer, as a model folder.

    point    softmax(W standardised(features))    over none, touched, contradicted, earned
    manner   sigmoid(v . vector + u . clues + b)      for each manner by itself

Features are those of `metier.interview.features`, clues those of `metier.interview.manner_words`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from metier.dialogue import Manner
from metier.encoders.folder import ModelCard, ModelFolder
from metier.errors import InvalidInput, ModelFormatError, ModelMismatch
from metier.interview.features import NAMES
from metier.interview.manner_words import CLUES
from metier.training.output import Origin, check_empty, write_head_card

HEAD: Final = "head.safetensors"
TASK: Final = "grading"
FORMAT: Final = 1
NONE, TOUCHED, CONTRADICTED, EARNED = range(4)
MANNERS: Final = (
    Manner.DOES_NOT_KNOW,
    Manner.HEDGES,
    Manner.ASKS_BACK,
    Manner.SKIPS,
    Manner.PAUSES,
    Manner.ENDS,
    Manner.ORDERS,
    Manner.STRAYS,
)
"""What the model tells; the other manners follow from rules."""
SUMMARY: Final = ("touched", "contradicted", "earned", "whole_to_question", "words", "is_talk")
"""What the manners know of an answer beside its vector and clues: the most over the question's points."""
N_CLUES: Final = len(CLUES) + len(SUMMARY)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where probabilities become statements; `sure` is set on data that the model was not fitted to.

    Attributes:
        earned: a point at this chance or above is earned.
        wrong: a contradiction at this chance or above is said.
        manner: a manner, likewise.
        sure: least chance of a verdict without a doubt, 0 to 1.
    """

    earned: float = 0.45
    wrong: float = 0.45
    manner: float = 0.4
    sure: float = 0.7


@dataclass(frozen=True, slots=True, eq=False)
class GradingWeights:
    """What is learned; all float32.

    Attributes:
        center: (dim,) the usual token state, and vector, of a sentence.
        mean: (n_features,) of the features.
        scale: (n_features,) of the features, above 0.
        points: (4, n_features + 1) weights and, last, the bias.
        manners: (n_manners, dim + n_clues + 1) likewise.
    """

    center: NDArray[np.float32]
    mean: NDArray[np.float32]
    scale: NDArray[np.float32]
    points: NDArray[np.float32]
    manners: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class GradingHead:
    """A grading model as it was loaded.

    Attributes:
        name: what it is called.
        sha256: hash of its folder.
        encoder_sha256: hash of the encoder that it was fitted to.
        weights: what it learned.
        thresholds: where it speaks.
    """

    name: str
    sha256: str
    encoder_sha256: str
    weights: GradingWeights
    thresholds: Thresholds

    def points(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return what an answer does to each point: none, touched, contradicted, earned.

        Args:
            features: (n_points, n_features) float32.

        Returns:
            (n_points, 4) float64, rows of sum 1.
        """
        return np.array([_softmax(self._scores(row)) for row in features]).reshape(len(features), 4)

    def manners(self, vector: NDArray[np.float32], clues: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the chance of each of `MANNERS`.

        Args:
            vector: (dim,) float32, unit, of a whole answer or a part of it.
            clues: (n_clues,) float32.

        Returns:
            (n_manners,) float64, 0 to 1 each.
        """
        given = np.concatenate([vector - self.weights.center, clues, [1.0]]).astype(np.float64)
        scores = self.weights.manners.astype(np.float64) @ given
        chances: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-np.clip(scores, -60, 60)))
        return chances

    def _scores(self, row: NDArray[np.float32]) -> NDArray[np.float64]:
        standard = (row.astype(np.float64) - self.weights.mean) / self.weights.scale
        scores: NDArray[np.float64] = self.weights.points.astype(np.float64) @ np.append(standard, 1.0)
        return scores

    @classmethod
    def load(cls, path: Path, *, encoder_sha256: str) -> GradingHead:
        """Load a grading model from its folder, after checking every byte.

        Raises:
            NotFound: no model folder.
            ModelFormatError: it is damaged, changed, or no grading model.
            ModelMismatch: it was fitted to another encoder.
        """
        folder = ModelFolder.open(path)
        name = folder.card.name
        if folder.card.task != TASK:
            raise ModelFormatError(
                f"Model {name} is for {folder.card.task!r}, not {TASK!r}. Name a folder that "
                "`metier interview fit-grader` wrote."
            )
        weights, facts = _read(folder)
        if facts["encoder_sha256"] != encoder_sha256:
            raise ModelMismatch(
                f"Model {name} was fitted to encoder {facts['encoder_sha256'][:12]}, the encoder in use is "
                f"{encoder_sha256[:12] or 'none'}. Use the encoder it belongs to."
            )
        return cls(name, folder.sha256, encoder_sha256, weights, Thresholds(**facts["thresholds"]))


def save_grading_head(
    weights: GradingWeights,
    thresholds: Thresholds,
    output: Path,
    origin: Origin,
    *,
    encoder_sha256: str,
) -> ModelCard:
    """Write a grading model as a model folder and return its card.

    Args:
        weights: what it learned.
        thresholds: where it speaks.
        output: a folder that does not exist yet or is empty.
        origin: what the card says of it.
        encoder_sha256: hash of the encoder that it was fitted to.

    Raises:
        InvalidInput: the folder is not empty, or shapes do not fit.
    """
    check_empty(output)
    tensors = {name: np.ascontiguousarray(array, np.float32) for name, array in _arrays(weights).items()}
    if not _fits(tensors, len(weights.center)):
        shapes = ", ".join(f"{name} {array.shape}" for name, array in tensors.items())
        raise InvalidInput(f"The weights of a grading model must fit together. Got {shapes}.")
    facts = {
        "format": FORMAT,
        "encoder_sha256": encoder_sha256,
        "features": list(NAMES),
        "manners": [manner.value for manner in MANNERS],
        "thresholds": asdict(thresholds),
    }
    output.mkdir(parents=True, exist_ok=True)
    (output / HEAD).write_bytes(save(tensors, metadata={"facts": json.dumps(facts, sort_keys=True)}))
    return write_head_card(
        output,
        origin,
        task=TASK,
        base=f"head for encoder {encoder_sha256}",
        dim=len(weights.center),
        parameters={"head": sum(int(array.size) for array in tensors.values())},
    )


def _arrays(weights: GradingWeights) -> dict[str, NDArray[np.float32]]:
    return {
        "center": weights.center,
        "mean": weights.mean,
        "scale": weights.scale,
        "points": weights.points,
        "manners": weights.manners,
    }


def _fits(tensors: Mapping[str, NDArray[np.float32]], dim: int) -> bool:
    n = len(NAMES)
    shapes = {
        "center": (dim,),
        "mean": (n,),
        "scale": (n,),
        "points": (4, n + 1),
        "manners": (len(MANNERS), dim + N_CLUES + 1),
    }
    fit = all(tensors[name].shape == shape for name, shape in shapes.items())
    finite = all(np.isfinite(array).all() for array in tensors.values())
    return bool(fit and finite and (tensors["scale"] > 0).all())


def _read(folder: ModelFolder) -> tuple[GradingWeights, dict[str, Any]]:
    name = folder.card.name
    try:
        with safe_open(folder.file(HEAD), framework="np") as file:
            facts = json.loads(file.metadata()["facts"])
            tensors = {key: file.get_tensor(key) for key in _arrays_names()}
        version, facts["encoder_sha256"] = facts["format"], str(facts["encoder_sha256"])
        known = facts["features"] == list(NAMES) and facts["manners"] == [str(m) for m in MANNERS]
        limits = asdict(Thresholds(**facts["thresholds"])).values()
        in_range = all(0 <= limit <= 1 for limit in limits)
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise ModelFormatError(f"Model {name}: {HEAD} lacks a part or is damaged.") from error
    if version != FORMAT or not known:
        raise ModelFormatError(
            f"Model {name}: {HEAD} must have format {FORMAT} and the features and manners of this metier. "
            f"Got format {version!r}; take the metier that made it, or fit it again."
        )
    if not in_range or not _fits(tensors, folder.card.dim):
        raise ModelFormatError(
            f"Model {name}: {HEAD} must hold finite numbers whose shapes fit together, and thresholds from 0 "
            "to 1."
        )
    return GradingWeights(**tensors), facts


def _arrays_names() -> tuple[str, ...]:
    return ("center", "mean", "scale", "points", "manners")


def _softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(scores - scores.max())
    chances: NDArray[np.float64] = powers / powers.sum()
    return chances
