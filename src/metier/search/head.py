"""A head for search: a linear map of an encoder's vectors, learned from pairs, as a model folder.

Its centre is the mean passage; `metier.training.projection` says the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.encoders.folder import ModelCard
from metier.training.output import Origin, check_empty
from metier.training.projection import Projection, read_projection, save_projection

TASK: Final = "search"


@dataclass(frozen=True, slots=True, eq=False)
class SearchHead(Projection):
    """A head as it was loaded; `Projection` has its attributes."""

    @classmethod
    def load(cls, path: Path, *, encoder_sha256: str) -> SearchHead:
        """Load a head from its model folder, after checking every byte.

        Args:
            path: a model folder with `head.safetensors`.
            encoder_sha256: hash of the encoder in use.

        Raises:
            NotFound: no model folder.
            ModelFormatError: it is damaged, changed, or no head for search.
            ModelMismatch: it was fitted to another encoder.
        """
        found = read_projection(path, task=TASK, encoder_sha256=encoder_sha256)
        return cls(found.name, found.sha256, found.encoder_sha256, found.projection, found.center)


def save_search_head(
    projection: NDArray[np.float32],
    center: NDArray[np.float32],
    output: Path,
    origin: Origin,
    *,
    encoder_sha256: str,
) -> ModelCard:
    """Write a head as a model folder, its arrays in half precision, and return its card.

    Args:
        projection: (dim_out, dim).
        center: (dim,).
        output: a folder that does not exist yet or is empty.
        origin: what the card says of it.
        encoder_sha256: hash of the encoder that it was fitted to.

    Raises:
        InvalidInput: the folder is not empty, shapes do not fit, or a number is too large for half precision.
    """
    check_empty(output)
    return save_projection(projection, center, output, origin, task=TASK, encoder_sha256=encoder_sha256)
