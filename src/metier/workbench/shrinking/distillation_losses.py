"""How far a student is from its teacher, as pure functions of torch tensors; each returns a scalar."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from metier._extras import require
from metier.errors import InvalidInput

if TYPE_CHECKING:
    from torch import Tensor

# Shares of attention below this one count as it: the divergence has no end at 0.
_LEAST_SHARE: Final = 1e-8


class StateLoss(StrEnum):
    """How hidden states are compared."""

    COSINE = "cosine"
    MSE = "mse"


class AttentionLoss(StrEnum):
    """How attention is compared."""

    KL = "kl"
    MSE = "mse"


def logit_divergence(student: Sequence[Tensor], teacher: Sequence[Tensor], *, temperature: float) -> Tensor:
    """Return the divergence of the student's decisions from the teacher's, softened, times temperature ** 2.

    The factor keeps gradients of one size whatever the temperature is. Where a decision is one number, as a
    score of relevance is, its two classes are yes and no.

    Args:
        student: logits of decisions, (n, n_classes) each; several such tensors count alike.
        teacher: of the same shapes.
        temperature: above 0.

    Returns:
        The mean over decisions of the Kullback-Leibler divergence; 0 for no decisions.

    Raises:
        InvalidInput: the shapes differ, or the temperature is not above 0.
    Source: Hinton et al. 2015 (arXiv:1503.02531), section 2.
    """
    _check_pairs(student, teacher)
    if not temperature > 0:
        raise InvalidInput(f"temperature must be above 0. Got {temperature}.")
    torch = require("torch")
    parts = []
    for ours, theirs in zip(student, teacher, strict=True):
        if not len(ours):
            parts.append(ours.sum() * 0.0)
            continue
        one, other = (
            torch.log_softmax(_as_classes(logits.float()) / temperature, dim=1) for logits in (ours, theirs)
        )
        parts.append(torch.nn.functional.kl_div(one, other, reduction="batchmean", log_target=True))
    total: Tensor = torch.stack(parts).mean() * temperature**2
    return total


def state_distance(
    student: Sequence[Tensor], teacher: Sequence[Tensor], mask: Tensor, *, kind: StateLoss
) -> Tensor:
    """Return how far the student's hidden states are from the teacher's, over all tokens that are read.

    Args:
        student: (n, n_tokens, dim) each.
        teacher: of the same shapes, layer by layer what the student is to come near to.
        mask: (n, n_tokens), 0 where a token is padding.
        kind: 1 - cosine, or the mean squared difference.

    Returns:
        The mean over tokens and layers.

    Raises:
        InvalidInput: the shapes differ.
    Source: cosine as in DistilBERT (arXiv:1910.01108), squares as in TinyBERT (arXiv:1909.10351).
    """
    _check_pairs(student, teacher)
    torch = require("torch")
    read = mask.bool()
    parts = []
    for ours, theirs in zip(student, teacher, strict=True):
        one, other = ours[read].float(), theirs[read].float()
        if kind is StateLoss.MSE:
            parts.append(torch.nn.functional.mse_loss(one, other))
        else:
            parts.append(1 - torch.nn.functional.cosine_similarity(one, other, dim=1).mean())
    total: Tensor = torch.stack(parts).mean()
    return total


def attention_distance(
    student: Sequence[Tensor], teacher: Sequence[Tensor], mask: Tensor, *, kind: AttentionLoss
) -> Tensor:
    """Return how far the student's attention is from the teacher's, over all tokens that are read.

    Args:
        student: (n, n_heads, n_tokens, n_tokens) each; a row says how a token shares its attention out.
        teacher: of the same shapes.
        mask: (n, n_tokens), 0 where a token is padding; neither its row nor its share counts.
        kind: the Kullback-Leibler divergence of the student's rows from the teacher's, or the sum of squared
            differences of a row.

    Returns:
        The mean over rows, heads and layers.

    Raises:
        InvalidInput: the shapes differ.
    Source: divergence as in MiniLM (arXiv:2002.10957), squares as in TinyBERT (arXiv:1909.10351), there of
        attention before its softmax.
    """
    _check_pairs(student, teacher)
    torch = require("torch")
    keys = mask[:, None, None, :].float()
    rows = mask[:, None, :].bool()
    parts = []
    for ours, theirs in zip(student, teacher, strict=True):
        if kind is AttentionLoss.MSE:
            gaps = ((ours.float() - theirs.float()) ** 2 * keys).sum(dim=-1)
        else:
            one, other = (shares.float().clamp_min(_LEAST_SHARE).log() for shares in (ours, theirs))
            gaps = (theirs.float() * (other - one) * keys).sum(dim=-1)
        parts.append(gaps[rows.expand(gaps.shape)].mean())
    total: Tensor = torch.stack(parts).mean()
    return total


def _as_classes(logits: Any) -> Any:
    """Return logits of two classes where there is one number: its sigmoid is their softmax."""
    if logits.shape[1] > 1:
        return logits
    return require("torch").cat([logits, logits * 0.0], dim=1)


def _check_pairs(student: Sequence[Tensor], teacher: Sequence[Tensor]) -> None:
    shapes = [[tuple(tensor.shape) for tensor in part] for part in (student, teacher)]
    if shapes[0] != shapes[1] or not shapes[0]:
        raise InvalidInput(
            f"Student and teacher must give tensors of the same shapes, at least one. Got {shapes[0]} and "
            f"{shapes[1]}."
        )
