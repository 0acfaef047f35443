"""Counts the parameters of a network by component."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from metier.errors import ModelFormatError

BYTES_OF: Final = {"float32": 4, "float16": 2, "int8": 1}
_MAX_HEADER_BYTES: Final = 50_000_000
# Parts of tensor names, as BERT, RoBERTa, DeBERTa and MPNet spell them; the first that occurs decides.
_COMPONENTS: Final = (
    ("word embeddings", ("word_embeddings", "embed_tokens", "wte.")),
    ("layer norms", ("LayerNorm", "layer_norm", "norm")),
    ("other embeddings", ("embeddings.", "rel_embeddings", "relative_attention_bias")),
    ("attention", ("attention", "attn")),
    ("feed-forward", ("intermediate", "output.dense", "ffn", "mlp")),
)


def count_parameters(shapes: Mapping[str, Sequence[int]]) -> dict[str, int]:
    """Return how many numbers each component holds, those that are there, in the order of computation.

    Args:
        shapes: shape of each tensor by its Hugging Face name.

    >>> count_parameters({"embeddings.word_embeddings.weight": (10, 4), "pooler.dense.bias": (4,)})
    {'word embeddings': 40, 'other': 4}
    """
    counts = {name: 0 for name, _ in _COMPONENTS} | {"other": 0}
    for tensor, shape in shapes.items():
        component = next(
            (name for name, parts in _COMPONENTS if any(part in tensor for part in parts)), "other"
        )
        counts[component] += math.prod(shape)
    return {name: count for name, count in counts.items() if count}


def safetensors_shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """Return the shape of each tensor in a safetensors file, from its header alone.

    Raises:
        ModelFormatError: the header is damaged.
    Source: the format's description: eight bytes of length, little-endian, then a JSON header.
    """
    try:
        with path.open("rb") as file:
            length = min(int.from_bytes(file.read(8), "little"), _MAX_HEADER_BYTES)
            header = json.loads(file.read(length))
        return {
            name: tuple(map(int, entry["shape"])) for name, entry in header.items() if name != "__metadata__"
        }
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError) as error:
        raise ModelFormatError(f"{path.name} is no safetensors file: its header is damaged.") from error
