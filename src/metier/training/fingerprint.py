"""Hashes that tell whether a resumed run has the data and the network it began with."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from metier.training.task import TrainingTask

if TYPE_CHECKING:
    from torch.nn import Module

_BATCHES_READ: Final = 64


def fingerprint(value: Any) -> str:
    """Return the SHA-256, in hex, of nested plain values.

    Numbers, strings, bytes, mappings, sequences, sets, dataclasses, numpy arrays and torch tensors count
    with their content. Of anything else only the name of its type counts.

    >>> fingerprint({"a": [1, 2]}) == fingerprint({"a": [1, 2]}) != fingerprint({"a": [1, 3]})
    True
    """
    digest = hashlib.sha256()
    for piece in _pieces(value):
        digest.update(len(piece).to_bytes(8, "big"))
        digest.update(piece)
    return digest.hexdigest()


def data_fingerprint(task: TrainingTask, plan: Sequence[Any]) -> str:
    """Return a hash of what a task trains on.

    A task that has a `data_sha256` is asked for it. Else 64 batches, evenly spread, are read; a change
    that stands in none of them and leaves their number as it is goes unseen.

    Args:
        task: may have a `data_sha256`.
        plan: the batches of its first epoch.
    """
    own = getattr(task, "data_sha256", None)
    if own is not None:
        return str(own)
    n_read = min(len(plan), _BATCHES_READ)
    return fingerprint([len(plan), [plan[i * len(plan) // n_read] for i in range(n_read)]])


def structure_fingerprint(model: Module) -> str:
    """Return a hash of the names, shapes and types of a network's tensors and of which ones are trained."""
    trained = {name: parameter.requires_grad for name, parameter in model.named_parameters()}
    return fingerprint(
        [
            [name, list(tensor.shape), str(tensor.dtype), trained.get(name, False)]
            for name, tensor in sorted(model.state_dict().items())
        ]
    )


def _pieces(value: Any) -> Iterator[bytes]:
    if value is None or isinstance(value, bool | int | float | str):
        yield f"{type(value).__name__}:{value!r}".encode(errors="replace")
    elif isinstance(value, bytes):
        yield b"bytes:" + value
    elif isinstance(value, np.ndarray | np.generic):
        yield f"array:{value.dtype}:{value.shape}".encode()
        yield np.ascontiguousarray(value).tobytes()
    elif hasattr(value, "detach") and hasattr(value, "numpy"):
        # bfloat16 has no numpy type; every float fits float32 or is float64.
        tensor = value.detach().cpu()
        yield f"tensor:{tensor.dtype}".encode()
        yield from _pieces((tensor.float() if str(tensor.dtype) == "torch.bfloat16" else tensor).numpy())
    else:
        yield from _container(value)


def _container(value: Any) -> Iterator[bytes]:
    items: list[Any]
    if isinstance(value, Mapping):
        items = [part for pair in value.items() for part in pair]
    elif isinstance(value, Set):
        items = sorted(map(fingerprint, value))
    elif isinstance(value, Sequence):
        items = list(value)
    elif is_dataclass(value):
        items = [getattr(value, field.name) for field in fields(value)]
    else:
        items = []
    yield f"{type(value).__name__}:{len(items)}".encode()
    for item in items:
        yield from _pieces(item)
