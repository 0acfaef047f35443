"""What a training step does, as functions of the seed and the step alone: its rate and its task."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from metier.errors import InvalidInput

_GOLDEN: Final = 0x9E3779B97F4A7C15  # 2**64 over the golden ratio, odd
_RANGE: Final = 2**64


class Decay(StrEnum):
    """How the rate falls after the warm-up."""

    LINEAR = "linear"
    COSINE = "cosine"
    CONSTANT = "constant"


def rate_factor(step: int, *, total: int, warmup: int, decay: Decay) -> float:
    """Return the share of the full rate that a step takes.

    It rises in a straight line over the warm-up, is 1 on its last step, then falls to near 0.

    Args:
        step: from 1 to total.
        total: steps of the run, at least 1.
        warmup: steps of the warm-up, from 0 to total.
        decay: the way down.

    Raises:
        InvalidInput: a step outside the run, or a warm-up longer than it.
    Source: warm-up, Goyal et al. 2017 (arXiv:1706.02677); cosine, Loshchilov and Hutter 2017
        (arXiv:1608.03983).

    >>> [rate_factor(step, total=6, warmup=2, decay=Decay.LINEAR) for step in range(1, 7)]
    [0.5, 1.0, 0.8, 0.6, 0.4, 0.2]
    """
    if not 1 <= step <= total or not 0 <= warmup <= total:
        raise InvalidInput(f"step must be from 1 to {total}, warmup from 0. Got {step} and {warmup}.")
    if step <= warmup:
        return step / warmup
    if decay is Decay.CONSTANT:
        return 1.0
    # One more than is left, so that the last step still moves the weights.
    left = (total - step + 1) / (total - warmup + 1)
    return left if decay is Decay.LINEAR else (1 - math.cos(math.pi * left)) / 2


def task_of_step(step: int, weights: Sequence[float], *, seed: int) -> int:
    """Return which task a step comes from.

    Tasks come in the shares of their weights, spread evenly: in any stretch of n steps, a task with share w
    comes w * n times, give or take a few.

    Args:
        step: 1 or more.
        weights: one or more, each above 0.
        seed: moves the sequence.

    Returns:
        The place of the task in `weights`.

    Raises:
        InvalidInput: no weights, or one that is not above 0 and finite.
    Source: the golden-ratio sequence, Knuth, "The art of computer programming" 3, section 6.4.

    >>> [task_of_step(step, [2.0, 1.0], seed=0) for step in range(1, 10)].count(1)
    3
    """
    if not weights or not all(0 < weight < math.inf for weight in weights):
        raise InvalidInput(f"weights must be above 0 and finite, at least one. Got {list(weights)}.")
    start = derived_seed("task", seed)
    place = (start + step * _GOLDEN) % _RANGE / _RANGE * math.fsum(weights)
    for i, weight in enumerate(weights):
        place -= weight
        if place < 0:
            return i
    return len(weights) - 1


def derived_seed(*parts: str | int) -> int:
    """Return a seed of 64 bits that any change of a part changes.

    >>> derived_seed("step", 1) == derived_seed("step", 1) != derived_seed("step", 2)
    True
    """
    digest = hashlib.sha256("\0".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:8], "big")
