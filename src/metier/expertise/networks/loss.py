"""The loss of levels of which a label may allow several, and what each level counts in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.errors import InvalidInput

if TYPE_CHECKING:
    from torch import Tensor


def range_focal_loss(
    logits: Tensor, allowed: Tensor, *, class_weights: Tensor | None = None, gamma: float = 2.0
) -> Tensor:
    """Return the focal loss of the probability that the class is one of those that a row allows.

    With p that probability, a row's loss is -(1 - p) ** gamma * log(p). Where each row allows one class it
    is `metier.training.losses.focal_loss`. A row that allows several has the harmonic mean of their
    weights: with weights of one over the number of rows, that of all of them as one class.

    Args:
        logits: (n, n_classes).
        allowed: (n, n_classes) bool, at least one in a row.
        class_weights: (n_classes,), above 0; None for 1 each.
        gamma: 0 or more.

    Returns:
        The sum of weighted losses over the sum of weights, a scalar in float32; 0 for no rows.

    Raises:
        InvalidInput: shapes that do not fit, a row that allows nothing, or a number out of its range.
    Source: Lin et al. 2017 (arXiv:1708.02002), equation 5.
    """
    torch = require("torch")
    _check(logits, allowed, class_weights, gamma)
    log_all = torch.log_softmax(logits.float(), dim=1)
    log_p = log_all.masked_fill(~allowed, -torch.inf).logsumexp(dim=1).clamp_max(0.0)
    weights = torch.ones_like(log_p)
    if class_weights is not None:
        shares = torch.where(allowed, 1.0 / class_weights.float(), 0.0)
        weights = allowed.sum(dim=1) / shares.sum(dim=1)
    # The least value keeps the gradient of a power below 1 finite where p is 1.
    missing = (-torch.expm1(log_p)).clamp_min(torch.finfo(torch.float32).tiny)
    losses = -log_p * missing**gamma if gamma else -log_p
    total = weights.sum()
    loss: Tensor = (weights * losses).sum() / torch.where(total > 0, total, 1.0)
    return loss


def balanced_weights(allowed: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return class weights by which all classes that come count the same, (n_classes,) float32.

    A row that allows several classes counts for each of them in part. A class that no row allows gets the
    greatest of the others' weights.

    Args:
        allowed: (n, n_classes), at least one in a row.

    >>> balanced_weights(np.array([[1, 0, 0], [1, 0, 0], [1, 0, 0], [0, 1, 0]], bool)).round(2).tolist()
    [0.67, 2.0, 2.0]
    """
    if not len(allowed):
        return np.ones(allowed.shape[1], np.float32)
    counts = (allowed / allowed.sum(axis=1, keepdims=True)).sum(axis=0)
    coming = counts > 0
    even = len(allowed) / max(int(coming.sum()), 1)
    weights: NDArray[np.float32] = (even / np.where(coming, counts, counts[coming].min())).astype(np.float32)
    return weights


def _check(logits: Tensor, allowed: Tensor, class_weights: Tensor | None, gamma: float) -> None:
    if logits.ndim != 2 or logits.shape != allowed.shape:
        raise InvalidInput(
            "logits and allowed must both be (n, n_classes). "
            f"Got {tuple(logits.shape)} and {tuple(allowed.shape)}."
        )
    if not bool(allowed.any(dim=1).all()):
        raise InvalidInput("Each row must allow at least one class. Got a row that allows none.")
    if class_weights is not None:
        if tuple(class_weights.shape) != (logits.shape[1],):
            raise InvalidInput(
                f"class_weights must be ({logits.shape[1]},). Got {tuple(class_weights.shape)}."
            )
        if not bool((class_weights > 0).all()):
            raise InvalidInput("class_weights must all be above 0.")
    if gamma < 0:
        raise InvalidInput(f"gamma must be 0 or more. Got {gamma}.")
