"""A linear map of an encoder's vectors, learned from pairs, as a model folder.

    vector = unit(W (x - c))

where x is the encoder's vector of a text, c a usual one, and W the same for queries and passages.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from metier.encoders.folder import ModelCard, ModelFolder
from metier.encoders.pooling import unit_rows
from metier.errors import InvalidInput, ModelFormatError, ModelMismatch
from metier.training.output import Origin, write_head_card

HEAD: Final = "head.safetensors"
FORMAT: Final = 1
_TENSORS: Final = ("center", "projection")


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """A projection as it was loaded.

    Attributes:
        name: what the model is called.
        sha256: hash of its folder.
        encoder_sha256: hash of the encoder that it was fitted to.
        projection: (dim_out, dim) float32.
        center: (dim,) float32, the usual vector of a text.
    """

    name: str
    sha256: str
    encoder_sha256: str
    projection: NDArray[np.float32]
    center: NDArray[np.float32]

    @property
    def dim(self) -> int:
        """Return the length of the vectors that `apply` returns."""
        return len(self.projection)

    def apply(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return vectors of the encoder as they are compared.

        A row's result depends on that row alone, to the byte.

        Args:
            vectors: (n, dim) float32, of queries or passages.

        Returns:
            (n, dim_out) float32, rows of L2 norm 1; zeros for a vector that equals the centre.

        Raises:
            InvalidInput: vectors of another length.
        """
        if vectors.ndim != 2 or vectors.shape[1] != len(self.center):
            raise InvalidInput(f"vectors must be (n, {len(self.center)}). Got {vectors.shape}.")
        centered = np.asarray(vectors, np.float32) - self.center
        # One at a time: a matrix product of another height may round otherwise.
        rows = [self.projection @ row for row in centered]
        return unit_rows(np.array(rows, np.float32).reshape(len(rows), self.dim))


def read_projection(path: Path, *, task: str, encoder_sha256: str) -> Projection:
    """Load a projection from its model folder, after checking every byte.

    Args:
        path: a model folder with `head.safetensors`.
        task: what it must be for.
        encoder_sha256: hash of the encoder in use.

    Raises:
        NotFound: no model folder.
        ModelFormatError: it is damaged, changed, or for something else.
        ModelMismatch: it was fitted to another encoder.
    """
    folder = ModelFolder.open(path)
    name = folder.card.name
    if folder.card.task != task:
        raise ModelFormatError(
            f"Model {name} is for {folder.card.task!r}, not {task!r}. Name a folder that "
            f"`metier {task} train` wrote."
        )
    tensors, facts = _read(folder)
    if facts["encoder_sha256"] != encoder_sha256:
        raise ModelMismatch(
            f"Head {name} was fitted to encoder {facts['encoder_sha256'][:12]}, the encoder in use is "
            f"{encoder_sha256[:12] or 'none'}. Use the encoder it belongs to."
        )
    return Projection(name, folder.sha256, encoder_sha256, tensors["projection"], tensors["center"])


def save_projection(
    projection: NDArray[np.float32],
    center: NDArray[np.float32],
    output: Path,
    origin: Origin,
    *,
    task: str,
    encoder_sha256: str,
) -> ModelCard:
    """Write a projection as a model folder, its arrays in half precision, and return its card.

    Args:
        projection: (dim_out, dim).
        center: (dim,).
        output: a folder; the card lists what stands in it already, too.
        origin: what the card says of it.
        task: what it is for.
        encoder_sha256: hash of the encoder that it was fitted to.

    Raises:
        InvalidInput: shapes do not fit, or a number is too large for half precision.
    """
    if projection.ndim != 2 or center.shape != (projection.shape[1],):
        raise InvalidInput(
            f"projection must be (dim_out, dim) and center (dim,). Got {projection.shape} and {center.shape}."
        )
    tensors = {"center": _half("center", center), "projection": _half("projection", projection)}
    facts = {"format": FORMAT, "encoder_sha256": encoder_sha256}
    output.mkdir(parents=True, exist_ok=True)
    (output / HEAD).write_bytes(save(tensors, metadata={"facts": json.dumps(facts, sort_keys=True)}))
    return write_head_card(
        output,
        origin,
        task=task,
        base=f"head for encoder {encoder_sha256}",
        dim=len(projection),
        parameters={"head": int(projection.size + center.size)},
    )


def _read(folder: ModelFolder) -> tuple[dict[str, NDArray[np.float32]], dict[str, Any]]:
    name = folder.card.name
    try:
        with safe_open(folder.file(HEAD), framework="np") as file:
            facts = json.loads(file.metadata()["facts"])
            tensors = {key: file.get_tensor(key).astype(np.float32) for key in _TENSORS}
        version, facts["encoder_sha256"] = facts["format"], str(facts["encoder_sha256"])
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise ModelFormatError(f"Model {name}: {HEAD} lacks a part or is damaged.") from error
    if version != FORMAT:
        raise ModelFormatError(
            f"Model {name}: the format of its {HEAD} must be {FORMAT}. Got {version!r}; take the metier that "
            "made it."
        )
    projection, center = tensors["projection"], tensors["center"]
    fits = (
        projection.ndim == 2 and center.shape == projection.shape[1:] and len(projection) == folder.card.dim
    )
    if not fits or not all(np.isfinite(tensor).all() for tensor in tensors.values()):
        raise ModelFormatError(f"Model {name}: {HEAD} must hold finite numbers whose shapes fit together.")
    return tensors, facts


def _half(name: str, array: NDArray[np.float32]) -> NDArray[np.float16]:
    if not (np.abs(array) <= np.finfo(np.float16).max).all():
        raise InvalidInput(
            f"{name} of the head holds a number that half precision cannot. Train it again with a lower rate."
        )
    return np.ascontiguousarray(array.astype(np.float16))
