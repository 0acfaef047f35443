"""Losses as pure functions of torch tensors, computed in float32; each returns a scalar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from metier._extras import require
from metier.errors import InvalidInput

if TYPE_CHECKING:
    from torch import Tensor

IGNORED: Final = -100
"""The target of a row whose class is unknown; such a row counts nowhere."""


def weighted_cross_entropy(logits: Tensor, targets: Tensor, *, class_weights: Tensor | None = None) -> Tensor:
    """Return the cross-entropy, each row weighted by its class; 0 where no row counts.

    Args:
        logits: (n, n_classes).
        targets: (n,) integers from 0 to n_classes - 1, or `IGNORED`.
        class_weights: (n_classes,), 0 or more; None for 1 each.

    Returns:
        The sum of weighted losses over the sum of weights.

    Raises:
        InvalidInput: shapes that do not fit.
    """
    return focal_loss(logits, targets, class_weights=class_weights, gamma=0.0)


def focal_loss(
    logits: Tensor, targets: Tensor, *, class_weights: Tensor | None = None, gamma: float = 2.0
) -> Tensor:
    """Return the focal loss: cross-entropy times (1 - p) ** gamma, p the probability of the true class.

    Rows that are easy already count less. With gamma 0 it is `weighted_cross_entropy`, and the mean is
    taken as there.

    Args:
        logits: (n, n_classes).
        targets: (n,) integers from 0 to n_classes - 1, or `IGNORED`.
        class_weights: (n_classes,), 0 or more; None for 1 each.
        gamma: 0 or more.

    Raises:
        InvalidInput: shapes that do not fit, or a negative gamma.
    Source: Lin et al. 2017 (arXiv:1708.02002), equation 5, with alpha as class weights.
    """
    torch = require("torch")
    _check_classes(logits, targets, class_weights)
    if gamma < 0:
        raise InvalidInput(f"gamma must be 0 or more. Got {gamma}.")
    known = targets != IGNORED
    picked = torch.where(known, targets, 0).unsqueeze(1)
    log_p = torch.log_softmax(logits.float(), dim=1).gather(1, picked).squeeze(1)
    weights = known.float()
    if class_weights is not None:
        weights = weights * class_weights.float()[picked.squeeze(1)]
    # The least value keeps the gradient of a power below 1 finite where p is 1.
    missing = (-torch.expm1(log_p)).clamp_min(torch.finfo(torch.float32).tiny)
    losses = -log_p * missing**gamma if gamma else -log_p
    total = weights.sum()
    loss: Tensor = (weights * losses).sum() / torch.where(total > 0, total, 1.0)
    return loss


def in_batch_contrastive(
    queries: Tensor,
    documents: Tensor,
    *,
    temperature: float = 0.05,
    margin: float = 0.0,
    also_positive: Tensor | None = None,
    symmetric: bool = False,
) -> Tensor:
    """Return how badly queries tell their own document from the others of the batch (InfoNCE).

    Args:
        queries: (n, dim); only the direction of a row matters.
        documents: (m, dim), m at least n; row i is the document of query i, rows from n on are further
            negatives.
        temperature: what cosines are divided by, above 0.
        margin: taken off the cosine of each true pair, so that it must win by as much.
        also_positive: (n, m) bool; where it is true, that document is right for that query too and is no
            negative. The true pairs themselves may be marked or not.
        symmetric: also tell the first n documents' queries apart, and take the mean of both.

    Returns:
        The mean cross-entropy over the queries; 0 for none.

    Raises:
        InvalidInput: shapes that do not fit, or no positive temperature.
    Source: van den Oord et al. 2018 (arXiv:1807.03748); the margin, Yang et al. 2019 (arXiv:1902.08564).
    """
    torch = require("torch")
    n, m = len(queries), len(documents)
    _check_pairs(queries, documents[:n])
    if temperature <= 0:
        raise InvalidInput(f"temperature must be above 0. Got {temperature}.")
    if also_positive is not None and tuple(also_positive.shape) != (n, m):
        raise InvalidInput(f"also_positive must be ({n}, {m}). Got {tuple(also_positive.shape)}.")
    own = torch.eye(n, m, dtype=torch.bool, device=queries.device)
    scores = (_unit(queries) @ _unit(documents).T - margin * own) / temperature
    if also_positive is not None:
        scores = scores.masked_fill(also_positive & ~own, -torch.inf)
    targets = torch.arange(n, device=queries.device)
    loss = weighted_cross_entropy(scores, targets)
    if symmetric:
        loss = (loss + weighted_cross_entropy(scores[:, :n].T, targets)) / 2
    return loss


def triplet_loss(anchors: Tensor, positives: Tensor, negatives: Tensor, *, margin: float = 0.2) -> Tensor:
    """Return how much nearer, in cosine, an anchor should be to its positive than to its negative.

    Args:
        anchors: (n, dim); only the direction of a row matters, here and below.
        positives: (n, dim).
        negatives: (n, dim).
        margin: by which a positive's cosine must be above the negative's.

    Returns:
        The mean of max(0, cos(a, n) - cos(a, p) + margin); 0 for no rows.

    Raises:
        InvalidInput: shapes that do not fit.
    Source: Schroff et al. 2015 (arXiv:1503.03832), equation 1, with 1 - cosine for half the squared
        distance of unit vectors.
    """
    _check_pairs(anchors, positives)
    _check_pairs(anchors, negatives)
    gaps = _cosines(anchors, negatives) - _cosines(anchors, positives) + margin
    loss: Tensor = gaps.clamp_min(0).sum() / max(len(gaps), 1)
    return loss


def cosine_regression(first: Tensor, second: Tensor, targets: Tensor) -> Tensor:
    """Return the mean squared difference of the cosines of pairs from what they should be.

    Args:
        first: (n, dim).
        second: (n, dim).
        targets: (n,), from -1 to 1.

    Raises:
        InvalidInput: shapes that do not fit.
    Source: Reimers and Gurevych 2019 (arXiv:1908.10084), section 3, "regression objective function".
    """
    _check_pairs(first, second)
    if tuple(targets.shape) != (len(first),):
        raise InvalidInput(f"targets must be ({len(first)},). Got {tuple(targets.shape)}.")
    errors = _cosines(first, second) - targets.float()
    loss: Tensor = errors.square().sum() / max(len(errors), 1)
    return loss


def _unit(vectors: Tensor) -> Any:
    """Return rows of length 1; dividing by the largest entry first keeps huge rows from overflowing."""
    torch = require("torch")
    vectors = vectors.float()
    if not vectors.numel():
        return vectors
    largest = vectors.detach().abs().amax(dim=-1, keepdim=True)
    return torch.nn.functional.normalize(vectors / torch.where(largest > 0, largest, 1.0), dim=-1)


def _cosines(first: Tensor, second: Tensor) -> Any:
    return (_unit(first) * _unit(second)).sum(dim=-1)


def _check_classes(logits: Tensor, targets: Tensor, class_weights: Tensor | None) -> None:
    if logits.ndim != 2 or tuple(targets.shape) != (len(logits),):
        raise InvalidInput(
            "logits must be (n, n_classes) and targets (n,). "
            f"Got {tuple(logits.shape)} and {tuple(targets.shape)}."
        )
    if class_weights is not None and tuple(class_weights.shape) != (logits.shape[1],):
        raise InvalidInput(f"class_weights must be ({logits.shape[1]},). Got {tuple(class_weights.shape)}.")


def _check_pairs(first: Tensor, second: Tensor) -> None:
    if first.ndim != 2 or first.shape != second.shape:
        raise InvalidInput(
            f"Vectors to compare must be of one shape (n, dim). Got {tuple(first.shape)} and "
            f"{tuple(second.shape)}."
        )
