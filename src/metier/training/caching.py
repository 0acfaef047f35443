"""Gradient caching: batches of any size in the memory of a small one.

Vectors are computed in chunks without gradients, and the loss on all of them. On the way back, each chunk is
computed once more, now with gradients and with the random numbers of the first time, and takes the part of
the loss's gradient that belongs to it.

Source: Gao et al. 2021, "Scaling deep contrastive learning batch size under memory limited setup"
(arXiv:2101.06983).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from metier._extras import require
from metier.errors import InvalidInput

if TYPE_CHECKING:
    from torch import Tensor

Encode = Callable[[Any], Any]
"""Turns a chunk into a tensor (n_rows, dim); torch's random numbers are all the chance in it."""


def encode_in_chunks(encode: Encode, chunks: Sequence[Any], parameters: Sequence[Any]) -> Tensor:
    """Return the vectors of all chunks, one below the other, with the gradient of one call over all.

    Memory is that of one chunk's pass and of the vectors; the time of the forward pass doubles.

    Args:
        encode: called with a chunk, twice where gradients are wanted.
        chunks: at least one.
        parameters: all that `encode` depends on and that is to be trained.

    Raises:
        InvalidInput: no chunks.
    """
    torch = require("torch")
    if not chunks:
        raise InvalidInput("There must be at least one chunk to encode. Got none.")
    trained = [parameter for parameter in parameters if parameter.requires_grad]
    if not trained or not torch.is_grad_enabled():
        vectors: Tensor = torch.cat([encode(chunk) for chunk in chunks])
        return vectors
    cached: Tensor = _function().apply(encode, chunks, *trained)
    return cached


@cache
def _function() -> Any:
    """Return the class of the operation; torch is loaded for it."""
    torch = require("torch")

    class Chunked(torch.autograd.Function):  # type: ignore[misc, name-defined]
        """Encodes chunks, and once more on the way back."""

        @staticmethod
        def forward(ctx: Any, encode: Encode, chunks: Sequence[Any], *parameters: Any) -> Any:
            ctx.encode, ctx.chunks, ctx.parameters = encode, chunks, parameters
            ctx.device = parameters[0].device
            ctx.states, ctx.autocast = [], _autocast_state(ctx.device.type)
            found = []
            for chunk in chunks:
                ctx.states.append(_random_state(ctx.device))
                found.append(encode(chunk))
            return torch.cat(found)

        @staticmethod
        def backward(ctx: Any, *gradients: Any) -> Any:
            (given,) = gradients
            totals: list[Any] = [None] * len(ctx.parameters)
            place = 0
            with _same_chance(ctx.device):
                for chunk, state in zip(ctx.chunks, ctx.states, strict=True):
                    _set_random_state(ctx.device, state)
                    with torch.enable_grad(), torch.autocast(ctx.device.type, **ctx.autocast):
                        vectors = ctx.encode(chunk)
                    part = given[place : place + len(vectors)]
                    place += len(vectors)
                    found = torch.autograd.grad(vectors, ctx.parameters, part, allow_unused=True)
                    for i, gradient in enumerate(found):
                        if gradient is not None:
                            totals[i] = gradient if totals[i] is None else totals[i] + gradient
            return None, None, *totals

    return Chunked


def _autocast_state(device: str) -> dict[str, Any]:
    torch = require("torch")
    enabled = torch.is_autocast_enabled(device)
    # A dtype is only looked at where it is enabled, and some are warned of.
    return {"enabled": True, "dtype": torch.get_autocast_dtype(device)} if enabled else {"enabled": False}


def _random_state(device: Any) -> tuple[Any, Any]:
    torch = require("torch")
    own = torch.cuda.get_rng_state(device) if device.type == "cuda" else None
    return torch.random.get_rng_state(), own


def _set_random_state(device: Any, state: tuple[Any, Any]) -> None:
    torch = require("torch")
    torch.random.set_rng_state(state[0])
    if state[1] is not None:
        torch.cuda.set_rng_state(state[1], device)


@contextmanager
def _same_chance(device: Any) -> Iterator[None]:
    """Leave the random numbers after the block as they were before it."""
    before = _random_state(device)
    try:
        yield
    finally:
        _set_random_state(device, before)
