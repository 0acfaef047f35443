"""What training asks of every kind of model of levels, and what a trained one must be able to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from metier.expertise.data import LevelRow
from metier.expertise.model import Calibration, LevelModel
from metier.training.output import Watch


@dataclass(frozen=True, slots=True, eq=False)
class LevelParts:
    """What a model folder holds of a model, beside files of the model's own and the card.

    Attributes:
        encoder_sha256: of the shipped encoder that it was fitted to; empty where it reads with none.
        dim: of the vectors that it works with; the number of its features where there are none.
        parameters: how many numbers each component holds.
        tensors: arrays, for `levels.safetensors`.
        facts: what else it needs to be built again, as JSON knows it.
    """

    encoder_sha256: str
    dim: int
    parameters: Mapping[str, int]
    tensors: Mapping[str, NDArray[np.generic]] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


class TrainedLevels(LevelModel, Protocol):
    """A model of levels that can be calibrated and saved."""

    def with_calibration(self, calibration: Calibration) -> TrainedLevels:
        """Return the same model with what was learned on the calibration part."""
        ...

    def write(self, output: Path) -> LevelParts:
        """Write the files of its own, if it has any, into a folder that is there, and return the rest.

        Files lie flat in the folder and end in .safetensors, .onnx, .json, .txt or .md. `model.json` and
        `levels.safetensors` are not its to write.
        """
        ...


class TrainableLevels(Protocol):
    """A kind of model of levels, with the options that it is fitted with."""

    @property
    def kind(self) -> str:
        """Return the kind of model: features, read-once, encoder or llm."""
        ...

    @property
    def reads(self) -> bool:
        """Tell whether its rows need `LevelInput.reading`."""
        ...

    def fit(self, rows: Sequence[LevelRow], tune_rows: Sequence[LevelRow], watch: Watch) -> TrainedLevels:
        """Return a model fitted to rows, not yet calibrated.

        Args:
            rows: the training part.
            tune_rows: a part to choose by when to stop and the like; may be empty. A kind that chooses by
                cross-validation within its rows may learn from these too.
            watch: told how it goes.

        Raises:
            InvalidInput: too few rows or levels, or a row lacks what the kind needs.
            MissingExtra: the `train` extra is not installed.
        """
        ...
