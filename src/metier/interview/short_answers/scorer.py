"""A model that scores short answers from 0 to 5, as a model folder: arrays alone, no text of any answer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from metier.encoders.folder import ModelCard, ModelFolder
from metier.encoders.reading import Encoder
from metier.errors import ModelFormatError, ModelMismatch
from metier.interview.short_answers.conformal import Residuals, check_level
from metier.interview.short_answers.features import FEATURES, ScoreDoubt, answer_doubts
from metier.interview.short_answers.folds import answer_key, question_key
from metier.interview.short_answers.regression import KERNELS, Inputs, Regression, read_inputs
from metier.interview.short_answers.rows import MAX_SCORE, ScoreRow
from metier.interview.short_answers.texts import Readings, Usual
from metier.training.output import Origin, check_empty, write_head_card

SCORES: Final = "scores.safetensors"
TASK: Final = "short-answers"
FORMAT: Final = 1
LEVEL: Final = 0.9


@dataclass(frozen=True, slots=True)
class ScorePrediction:
    """What an answer is worth.

    Attributes:
        score: 0 to 5.
        low: lower end of the interval that holds the graders' score in `level` of all cases; at least 0.
        high: upper end, at most 5.
        n_graded: graded answers to the same question that the model learned from; 0 for a new question.
        doubts: why a person should look, whatever the interval says.
    """

    score: float
    low: float
    high: float
    n_graded: int
    doubts: tuple[ScoreDoubt, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class ScoreModel:
    """A model as it was loaded.

    Attributes:
        name: what it is called.
        sha256: hash of its folder; empty for one that was never saved.
        encoder_sha256: hash of the encoder that it was fitted to.
        usual: what is usual in the texts that it learned from.
        regression: gives the score.
        residuals: give the interval.
        answers: (n,) uint64, rising: what stands for the answers that it learned from, with their questions.
    """

    name: str
    sha256: str
    encoder_sha256: str
    usual: Usual
    regression: Regression
    residuals: Residuals
    answers: NDArray[np.uint64]

    def predict(
        self, rows: Sequence[ScoreRow], readings: Readings, *, level: float = LEVEL
    ) -> list[ScorePrediction]:
        """Return what each answer is worth; that depends on its own row alone.

        An answer without any letter or digit is worth 0.

        Args:
            rows: their scores are not looked at.
            readings: of the encoder that the model was fitted to.
            level: share of cases in which the interval holds the graders' score, between 0 and 1.

        Raises:
            InvalidInput: level out of range.
            ModelMismatch: another encoder.
        """
        check_level(level)
        _check_encoder(self.name, self.encoder_sha256, readings.encoder)
        said = [row for row in rows if not row.is_blank]
        inputs = read_inputs(said, readings, self.usual)
        found = [
            self._prediction(score, row, level, answer_doubts(features))
            for score, row, features in zip(
                self.regression.predict(inputs)[:, 0].tolist(), said, inputs.features, strict=True
            )
        ]
        scored = iter(found)
        return [self._of_blank(row) if row.is_blank else next(scored) for row in rows]

    def knows(self, row: ScoreRow) -> bool:
        """Tell whether the model learned from this very answer to this question."""
        return bool(np.isin(np.uint64(answer_key(row)), self.answers))

    def _prediction(
        self, raw: float, row: ScoreRow, level: float, doubts: tuple[ScoreDoubt, ...]
    ) -> ScorePrediction:
        n_graded = self._n_graded(row)
        score = min(max(raw, 0.0), MAX_SCORE)
        half = self.residuals.half_width(score, seen=n_graded > 0, level=level, highest=MAX_SCORE)
        low, high = max(score - half, 0.0), min(score + half, MAX_SCORE)
        return ScorePrediction(round(score, 4), round(low, 4), round(high, 4), n_graded, doubts)

    def _of_blank(self, row: ScoreRow) -> ScorePrediction:
        return ScorePrediction(0.0, 0.0, 0.0, self._n_graded(row))

    def _n_graded(self, row: ScoreRow) -> int:
        return int(np.sum(self.regression.inputs.questions == np.uint64(question_key(row))))

    def save(self, output: Path, origin: Origin) -> ModelCard:
        """Write the model folder and return its card.

        Args:
            output: a folder that does not exist yet or is empty.
            origin: what the card says of it.

        Raises:
            InvalidInput: the folder is not empty.
        """
        check_empty(output)
        tensors = _tensors(self)
        facts = {
            "format": FORMAT,
            "encoder_sha256": self.encoder_sha256,
            "features": list(FEATURES),
            "kernels": list(KERNELS),
        }
        output.mkdir(parents=True, exist_ok=True)
        (output / SCORES).write_bytes(save(tensors, metadata={"facts": json.dumps(facts, sort_keys=True)}))
        return write_head_card(
            output,
            origin,
            task=TASK,
            base=f"scores on encoder {self.encoder_sha256}",
            dim=1,
            parameters={"scores": sum(tensor.size for tensor in tensors.values())},
        )

    @classmethod
    def load(cls, path: Path, *, encoder: Encoder) -> ScoreModel:
        """Load a model from its folder, after checking every byte.

        Args:
            path: a model folder with `scores.safetensors`.
            encoder: in use.

        Raises:
            NotFound: no model folder.
            ModelFormatError: it is damaged, changed, or no model of scores.
            ModelMismatch: it was fitted to another encoder.
        """
        folder = ModelFolder.open(path)
        name = folder.card.name
        if folder.card.task != TASK:
            raise ModelFormatError(
                f"Model {name} is for {folder.card.task!r}, not {TASK!r}. Name a folder that "
                "`metier interview score train` wrote."
            )
        tensors, facts = _read(folder)
        _check_encoder(name, str(facts["encoder_sha256"]), encoder)
        if not _fits(tensors, encoder.dim):
            raise ModelFormatError(
                f"Model {name}: {SCORES} must hold finite numbers whose shapes fit together."
            )
        return _model(name, folder.sha256, encoder.sha256, tensors)


def _check_encoder(name: str, wanted: str, encoder: Encoder) -> None:
    if encoder.sha256 != wanted:
        raise ModelMismatch(
            f"Model {name} was fitted to encoder {wanted[:12]}, the encoder in use is {encoder.sha256[:12]}. "
            "Use the encoder it belongs to."
        )


def _tensors(model: ScoreModel) -> dict[str, NDArray[Any]]:
    inputs, regression, usual = model.regression.inputs, model.regression, model.usual
    found: dict[str, NDArray[Any]] = {
        "center": usual.center,
        "state": usual.state,
        "terms": usual.terms,
        "term_weights": usual.weights,
        "unseen_weight": np.array([usual.unseen], np.float64),
        "questions": inputs.questions,
        "features": inputs.features,
        "vectors": inputs.vectors.astype(np.float16),
        "starts": inputs.starts,
        "words": inputs.words,
        "word_weights": inputs.word_weights,
        "mean": regression.mean,
        "scale": regression.scale,
        "weights": regression.weights,
        "offset": regression.offset,
        "dual": regression.dual,
        "spread": model.residuals.spread,
        "residuals_seen": model.residuals.seen,
        "residuals_unseen": model.residuals.unseen,
        "answers": model.answers,
    }
    return {name: np.ascontiguousarray(array) for name, array in found.items()}


def _model(name: str, sha256: str, encoder_sha256: str, tensors: Mapping[str, NDArray[Any]]) -> ScoreModel:
    inputs = Inputs(
        tensors["questions"],
        tensors["features"],
        tensors["vectors"].astype(np.float32),
        tensors["starts"],
        tensors["words"],
        tensors["word_weights"],
    )
    parts = [tensors[key] for key in ("mean", "scale", "weights", "offset", "dual")]
    usual = Usual(
        tensors["center"],
        tensors["state"],
        tensors["terms"],
        tensors["term_weights"],
        float(tensors["unseen_weight"][0]),
    )
    residuals = Residuals(tensors["spread"], tensors["residuals_seen"], tensors["residuals_unseen"])
    return ScoreModel(
        name, sha256, encoder_sha256, usual, Regression(inputs, *parts), residuals, tensors["answers"]
    )


def _read(folder: ModelFolder) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    name = folder.card.name
    try:
        with safe_open(folder.file(SCORES), framework="np") as file:
            facts = json.loads(file.metadata()["facts"])
            tensors = {key: file.get_tensor(key) for key in _KINDS}
        version, made_of = facts["format"], (facts["features"], facts["kernels"])
        facts["encoder_sha256"] = str(facts["encoder_sha256"])
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise ModelFormatError(f"Model {name}: {SCORES} lacks a part or is damaged.") from error
    if version != FORMAT or made_of != (list(FEATURES), list(KERNELS)):
        raise ModelFormatError(
            f"Model {name}: the format of its {SCORES} must be {FORMAT}, with the features of this version. "
            f"Got {version!r}; take the metier that made it, or train it again."
        )
    return tensors, facts


_KINDS: Final[Mapping[str, tuple[type, int]]] = {
    "center": (np.float32, 1),
    "state": (np.float32, 1),
    "terms": (np.uint64, 1),
    "term_weights": (np.float32, 1),
    "unseen_weight": (np.float64, 1),
    "questions": (np.uint64, 1),
    "features": (np.float32, 2),
    "vectors": (np.float16, 2),
    "starts": (np.int64, 1),
    "words": (np.uint64, 1),
    "word_weights": (np.float32, 1),
    "mean": (np.float64, 1),
    "scale": (np.float64, 1),
    "weights": (np.float64, 1),
    "offset": (np.float64, 1),
    "dual": (np.float64, 2),
    "spread": (np.float32, 1),
    "residuals_seen": (np.float32, 1),
    "residuals_unseen": (np.float32, 1),
    "answers": (np.uint64, 1),
}
"""Type and number of dimensions of each array."""


def _fits(tensors: Mapping[str, NDArray[Any]], dim: int) -> bool:
    """Tell whether arrays are of their kinds and shapes, finite and in order."""
    for key, (kind, n_dimensions) in _KINDS.items():
        tensor = tensors[key]
        if tensor.dtype != kind or tensor.ndim != n_dimensions or not np.isfinite(tensor).all():
            return False
    n, n_features, starts = len(tensors["questions"]), len(FEATURES), tensors["starts"]
    shapes = {
        "center": (dim,),
        "state": (dim,),
        "term_weights": tensors["terms"].shape,
        "unseen_weight": (1,),
        "features": (n, n_features),
        "vectors": (n, dim),
        "starts": (n + 1,),
        "word_weights": tensors["words"].shape,
        "mean": (n_features,),
        "scale": (n_features,),
        "weights": (len(KERNELS) + 1,),
        "offset": (1,),
        "dual": (n, 1),
        "spread": (2,),
    }
    if any(tensors[key].shape != shape for key, shape in shapes.items()) or not n:
        return False
    rising = np.all(np.diff(starts) >= 0) and starts[0] == 0 and starts[-1] == len(tensors["words"])
    return bool(rising and np.all(tensors["scale"] > 0))
