"""A head that guesses masked words from the states of an encoder that stays as it is, as a model folder.

    x = [state of the mask; of the token before it; of the one after it]     after one layer
    h = gelu(D x + d)
    y = norm(h + B gelu(A h + a) + b)
    score of piece w = y . E[w] + bias[w]

E are the encoder's own word embeddings, which are not stored again. The pieces that can be guessed are those
that the texts held which the head learned from. Training is in `mask_training`; nothing here needs torch.

Source: the head of BERT, Devlin et al. 2019 (arXiv:1810.04805), with neighbours and a residual block added,
since the encoder below is not trained along.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import erf
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from metier.encoders.folder import ModelCard, ModelFolder
from metier.errors import InvalidInput, ModelFormatError, ModelMismatch
from metier.training.output import Origin, check_empty, write_head_card

TASK: Final = "mask-words"
HEAD: Final = "head.safetensors"
FORMAT: Final = 1
EPSILON: Final = 1e-5
_BITS: Final = "candidates"
_MATRICES: Final = ("dense.weight", "inner.weight", "outer.weight")
_VECTORS: Final = ("dense.bias", "inner.bias", "outer.bias", "norm.weight", "norm.bias", "bias")
_ERF: Final = np.vectorize(erf, otypes=[np.float64])


@dataclass(frozen=True, slots=True, eq=False)
class MaskHead:
    """A head as it was loaded; make one with `load`.

    Attributes:
        name: what the model is called.
        sha256: hash of its folder.
        encoder_sha256: hash of the encoder whose states it reads.
        layer: of the encoder after which it reads them, from 1.
        candidates: (n,) int64, pieces that can be guessed, rising.
        tensors: float32 by name: `dense`, `inner` and `outer` with `weight` (out, in) and `bias`, `norm` with
            both, and `bias` (n,).
    """

    name: str
    sha256: str
    encoder_sha256: str
    layer: int
    candidates: NDArray[np.int64]
    tensors: dict[str, NDArray[np.float32]]

    @classmethod
    def load(cls, path: Path) -> Self:
        """Load a head from its model folder, after checking every byte.

        Args:
            path: a model folder that `metier workbench mask-head` wrote.

        Raises:
            NotFound: no model folder.
            ModelFormatError: it is damaged, changed, or no head for masked words.
        """
        folder = ModelFolder.open(path)
        name = folder.card.name
        if folder.card.task != TASK:
            raise ModelFormatError(
                f"Model {name} is for {folder.card.task!r}, not {TASK!r}. Name a folder that `metier "
                "workbench mask-head` wrote."
            )
        facts, bits, tensors = _read(folder)
        candidates = np.flatnonzero(np.unpackbits(bits)).astype(np.int64)
        if len(candidates) != len(tensors["bias"]):
            raise ModelFormatError(f"Model {name}: {HEAD} has parts that do not fit. Install it again.")
        return cls(name, folder.sha256, facts["encoder_sha256"], facts["layer"], candidates, tensors)

    def check_encoder(self, sha256: str) -> None:
        """Refuse another encoder than the one that the head was fitted to.

        Args:
            sha256: hash of the encoder in use.

        Raises:
            ModelMismatch: it is another one.
        """
        if sha256 != self.encoder_sha256:
            raise ModelMismatch(
                f"Head {self.name} was fitted to encoder {self.encoder_sha256[:12]}, the encoder in use is "
                f"{sha256[:12] or 'none'}. Use the encoder it belongs to."
            )

    def log_probabilities(
        self, features: NDArray[np.float32], embeddings: NDArray[np.float32]
    ) -> NDArray[np.float64]:
        """Return the log-probability of each candidate at some places, (n_places, n).

        A row depends on that row of the features alone, to the byte.

        Args:
            features: (n_places, 3 * dim), as `LayerStates.around` returns them.
            embeddings: (n, dim), of the candidates.

        Raises:
            InvalidInput: shapes that do not fit.
        """
        dim = self.tensors["dense.weight"].shape[1]
        if features.ndim != 2 or features.shape[1] != dim or len(embeddings) != len(self.candidates):
            raise InvalidInput(
                f"features must be (n_places, {dim}) and embeddings ({len(self.candidates)}, dim). Got "
                f"{features.shape} and {embeddings.shape}."
            )
        found = np.zeros((len(features), len(self.candidates)))
        for i, row in enumerate(features):
            scores = embeddings @ self._found(row) + self.tensors["bias"]
            scores = scores.astype(np.float64) - float(scores.max())
            found[i] = scores - np.log(np.exp(scores).sum())
        return found

    def _found(self, row: NDArray[np.float32]) -> NDArray[np.float32]:
        t = self.tensors
        hidden = _gelu(t["dense.weight"] @ row + t["dense.bias"])
        inner = _gelu(t["inner.weight"] @ hidden + t["inner.bias"])
        mixed = (hidden + t["outer.weight"] @ inner + t["outer.bias"]).astype(np.float64)
        normed = (mixed - mixed.mean()) / np.sqrt(mixed.var() + EPSILON)
        found: NDArray[np.float32] = normed.astype(np.float32) * t["norm.weight"] + t["norm.bias"]
        return found


def save_mask_head(head: MaskHead, output: Path, origin: Origin, *, vocabulary: int) -> ModelCard:
    """Write a head as a model folder, its numbers in half precision, and return its card.

    Args:
        head: name and hash play no part.
        output: a folder that does not exist yet or is empty.
        origin: what the card says of it.
        vocabulary: pieces of the encoder's vocabulary.

    Raises:
        InvalidInput: the folder is not empty, or a number is too large for half precision.
    """
    check_empty(output)
    named = np.zeros(vocabulary, np.uint8)
    named[head.candidates] = 1
    tensors: dict[str, NDArray[Any]] = {name: _half(name, array) for name, array in head.tensors.items()}
    tensors[_BITS] = np.packbits(named)
    facts = {"format": FORMAT, "encoder_sha256": head.encoder_sha256, "layer": head.layer}
    output.mkdir(parents=True, exist_ok=True)
    (output / HEAD).write_bytes(save(tensors, metadata={"facts": json.dumps(facts, sort_keys=True)}))
    return write_head_card(
        output,
        origin,
        task=TASK,
        base=f"head for encoder {head.encoder_sha256}",
        dim=len(head.tensors["norm.weight"]),
        parameters={"head": sum(array.size for array in head.tensors.values())},
    )


def _read(folder: ModelFolder) -> tuple[dict[str, Any], NDArray[np.uint8], dict[str, NDArray[np.float32]]]:
    name = folder.card.name
    try:
        with safe_open(folder.file(HEAD), framework="np") as file:
            facts = json.loads(file.metadata()["facts"])
            bits = file.get_tensor(_BITS)
            tensors = {key: file.get_tensor(key).astype(np.float32) for key in (*_MATRICES, *_VECTORS)}
        version = facts["format"]
        facts = {"encoder_sha256": str(facts["encoder_sha256"]), "layer": int(facts["layer"])}
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise ModelFormatError(f"Model {name}: {HEAD} lacks a part or is damaged.") from error
    if version != FORMAT:
        raise ModelFormatError(
            f"Model {name}: the format of its {HEAD} must be {FORMAT}. Got {version!r}; take the metier that "
            "made it."
        )
    dim = folder.card.dim
    inner = len(tensors["inner.bias"])
    shapes = {
        "dense.weight": (dim, 3 * dim),
        "inner.weight": (inner, dim),
        "outer.weight": (dim, inner),
        "bias": tensors["bias"].shape,
        "inner.bias": (inner,),
    }
    fits = all(array.shape == shapes.get(key, (dim,)) for key, array in tensors.items())
    if not fits or bits.dtype != np.uint8 or not all(np.isfinite(array).all() for array in tensors.values()):
        raise ModelFormatError(f"Model {name}: {HEAD} must hold finite numbers whose shapes fit together.")
    return facts, bits, tensors


def _gelu(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return x (1 + erf(x / sqrt 2)) / 2 (Hendrycks and Gimpel 2016)."""
    found: NDArray[np.float32] = (values * (0.5 + 0.5 * _ERF(values * 0.5**0.5))).astype(np.float32)
    return found


def _half(name: str, array: NDArray[np.float32]) -> NDArray[np.float16]:
    if not (np.abs(array) <= np.finfo(np.float16).max).all():
        raise InvalidInput(
            f"{name} of the head holds a number that half precision cannot. Train it again with a lower rate."
        )
    return np.ascontiguousarray(array.astype(np.float16))
