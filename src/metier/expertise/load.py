"""Loads any kind of model of levels from its folder."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from metier.encoders.folder import ModelFolder
from metier.errors import ModelFormatError, ModelMismatch
from metier.expertise.folder import read_parts
from metier.expertise.model import Calibration
from metier.expertise.trainable import LevelParts, TrainedLevels
from metier.training.output import MODEL

KINDS: Final = ("features", "read-once", "encoder", "llm")


def load_levels(path: Path, *, encoder_sha256: str) -> TrainedLevels:
    """Load a model of levels, after checking every byte.

    Args:
        path: a model folder, or what `metier expertise train` wrote, which holds one.
        encoder_sha256: hash of the encoder in use; empty for none.

    Raises:
        NotFound: no model folder.
        ModelFormatError: it is damaged, changed, or no model of levels.
        ModelMismatch: it was fitted to another encoder, or to features that this metier does not read.
        MissingExtra: a network needs the `train` extra, and that is not installed.
    """
    folder = ModelFolder.open(levels_folder(path))
    kind, parts, calibration = read_parts(folder)
    if parts.encoder_sha256 and parts.encoder_sha256 != encoder_sha256:
        raise ModelMismatch(
            f"Model {folder.card.name} was fitted to encoder {parts.encoder_sha256[:12]}, the encoder in use "
            f"is {encoder_sha256[:12] or 'none'}. Use the encoder it belongs to, or train it again."
        )
    return _built(kind, folder, parts, calibration)


def levels_folder(path: Path) -> Path:
    """Return the model folder that a path means: its folder `model` where it has one, else itself."""
    return path / MODEL if (path / MODEL).is_dir() else path


def _built(
    kind: str, folder: ModelFolder, parts: LevelParts, calibration: Calibration | None
) -> TrainedLevels:
    # Each kind is imported where it is wanted: two of them bring torch along.
    if kind == "features":
        from metier.expertise.boosting import FeatureLevels

        return FeatureLevels.of_parts(folder, parts, calibration)
    if kind == "read-once":
        from metier.expertise.read_once import ReadOnceLevels

        return ReadOnceLevels.of_parts(folder, parts, calibration)
    if kind == "encoder":
        from metier.expertise.networks.encoder import read_encoder

        return read_encoder(folder, parts, calibration)
    if kind == "llm":
        from metier.expertise.networks.causal import read_causal

        return read_causal(folder, parts, calibration)
    raise ModelFormatError(
        f"Model {folder.card.name} must be of kind {', '.join(KINDS)}. Got {kind!r}; take the metier that "
        "made it."
    )
