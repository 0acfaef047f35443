"""Vectors of texts by any encoder, for a map of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.encoders.folder import CARD
from metier.encoders.load import Runtime, load_encoder
from metier.encoders.reading import Encoder, TextKind
from metier.encoders.torch_network import load_torch_encoder
from metier.errors import ModelFormatError, ModelMismatch
from metier.workbench.looking.tokens import inner_folder

_POOLING: Final = Path("1_Pooling", "config.json")
_MEAN: Final = "pooling_mode_mean_tokens"


def open_encoder(source: str, runtime: Runtime) -> Encoder:
    """Return what makes vectors of texts: the mean of the last states.

    Args:
        source: a model folder of metier, one of transformers or sentence-transformers, or a hub name.
        runtime: how models of metier run.

    Raises:
        NotFound: there is no such model.
        ModelFormatError: a file is missing, damaged or changed.
        ModelMismatch: it is no encoder, or says that vectors are made of states in another way.
        MissingExtra: it takes torch, and the `train` extra is not installed.
    """
    folder = inner_folder(source)
    if (folder / _POOLING).is_file():
        _check_pooling(folder)
    if (folder / CARD).is_file():
        return load_encoder(folder, runtime)
    return load_torch_encoder(str(folder) if folder.is_dir() else source)


def vectors_of(encoder: Encoder, texts: Sequence[str]) -> NDArray[np.float32]:
    """Return one unit vector per text, as passages, (n, dim)."""
    return encoder.encode(texts, kind=TextKind.PASSAGE)


def _check_pooling(folder: Path) -> None:
    try:
        content = json.loads((folder / _POOLING).read_bytes())
    except (ValueError, RecursionError) as error:
        raise ModelFormatError(f"{folder.name}: {_POOLING} must be JSON. It is not.") from error
    if not isinstance(content, dict) or content.get(_MEAN, content.get("pooling_mode") == "mean") is not True:
        raise ModelMismatch(
            f"{folder.name} does not make vectors of the mean of all states, which is what a map shows. Take "
            "one that does."
        )
