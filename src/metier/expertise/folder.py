"""Models of levels as model folders: what is written beside a model's own files, and how it is read again."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from metier.encoders.folder import ModelCard, ModelFolder
from metier.errors import InvalidInput, ModelFormatError
from metier.expertise.model import Calibration
from metier.expertise.trainable import LevelParts, TrainedLevels
from metier.training.output import Origin, check_empty, write_head_card
from metier.types import Role

TASK: Final = "expertise"
LEVELS: Final = "levels.safetensors"
FORMAT: Final = 1


def save_levels(model: TrainedLevels, output: Path, origin: Origin) -> ModelCard:
    """Write a model of levels as a model folder and return its card.

    Args:
        model: fitted, and calibrated if it is to be used.
        output: a folder that does not exist yet or is empty.
        origin: what the card says of it.

    Raises:
        InvalidInput: the folder is not empty, or an array holds numbers that are none.
    """
    check_empty(output)
    output.mkdir(parents=True, exist_ok=True)
    parts = model.write(output)
    facts = {
        "format": FORMAT,
        "kind": model.kind,
        "encoder_sha256": parts.encoder_sha256,
        "calibration": None if model.calibration is None else asdict(model.calibration),
        "model": dict(parts.facts),
    }
    tensors = {name: np.ascontiguousarray(array) for name, array in parts.tensors.items()}
    for name, array in tensors.items():
        if np.issubdtype(array.dtype, np.inexact) and np.isinf(array).any():
            raise InvalidInput(f"The numbers of a model of levels must be finite. {name} holds others.")
    (output / LEVELS).write_bytes(save(tensors, metadata={"facts": json.dumps(facts, sort_keys=True)}))
    base = f"head for encoder {parts.encoder_sha256}" if parts.encoder_sha256 else "no encoder"
    return write_head_card(output, origin, task=TASK, base=base, dim=parts.dim, parameters=parts.parameters)


def read_parts(folder: ModelFolder) -> tuple[str, LevelParts, Calibration | None]:
    """Return the kind of a saved model, its parts, and its calibration.

    Raises:
        ModelFormatError: the folder is for another task, or a part is missing, damaged or out of its range.
    """
    name = folder.card.name
    if folder.card.task != TASK:
        raise ModelFormatError(
            f"Model {name} is for {folder.card.task!r}, not {TASK!r}. Name a folder that "
            "`metier expertise train` wrote."
        )
    try:
        with safe_open(folder.file(LEVELS), framework="np") as file:
            facts = json.loads((file.metadata() or {})["facts"])
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 - no dict
        version = facts["format"]
        kind, sha256 = _text(facts["kind"]), _text(facts["encoder_sha256"])
        own = dict(facts["model"])
        calibration = None if facts["calibration"] is None else _calibration(facts["calibration"])
    except (SafetensorError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelFormatError(f"Model {name}: {LEVELS} lacks a part or is damaged.") from error
    if version != FORMAT:
        raise ModelFormatError(
            f"Model {name}: {LEVELS} must have format {FORMAT}. Got {version!r}; take the metier that made "
            "it."
        )
    parts = LevelParts(sha256, folder.card.dim, folder.card.parameters, tensors, own)
    return kind, parts, calibration


def _calibration(raw: Mapping[str, Any]) -> Calibration:
    """Return a calibration from its JSON; whatever is wrong raises ValueError, KeyError or TypeError."""
    found = Calibration(
        temperature=float(raw["temperature"]),
        quantile=float(raw["quantile"]),
        coverage=float(raw["coverage"]),
        rows=int(raw["rows"]),
        languages=tuple(map(_text, raw["languages"])),
        roles=tuple(Role(role) for role in raw["roles"]),
    )
    in_range = 0 < found.temperature < math.inf and 0 <= found.quantile <= 1 and 0 < found.coverage < 1
    if not in_range or found.rows < 0 or len(raw) != len(asdict(found)):
        raise ValueError("out of range")
    return found


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value
