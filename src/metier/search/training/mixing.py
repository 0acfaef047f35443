"""Mixing of vectors: queries moved towards what they should find, and negatives made harder than real ones.

Source: Kalantidis et al. 2020, "Hard negative mixing for contrastive learning" (arXiv:2010.01028), section 4:
negatives made of two hard negatives, and of a hard negative and the text to be told from it. Mixing with the
positive instead of the query, and of queries with positives, follows Zhang et al. 2018 (arXiv:1710.09412).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from metier._extras import require
from metier.errors import InvalidInput

if TYPE_CHECKING:
    from torch import Tensor


class Mix(StrEnum):
    """What the vectors of a batch are mixed with."""

    POSITIVE = "positive"
    NEGATIVE = "negative"


def check_ratio(ratio: float, kind: Mix) -> None:
    """Refuse a ratio that makes no sense for a kind of mixing.

    Raises:
        InvalidInput: it is not between 0 and 1, or above 0.5 for negatives: these would be positives.
    """
    if not 0 < ratio < 1 or (kind is Mix.NEGATIVE and ratio > 0.5):
        most = "at most 0.5 for negatives" if kind is Mix.NEGATIVE else "below 1"
        raise InvalidInput(f"mix_ratio must be above 0 and {most}. Got {ratio}.")


def mix(vectors: Tensor, neighbours: Tensor, *, ratio: float) -> Tensor:
    """Return (1 - ratio) * vector + ratio * neighbour, each scaled to length 1.

    Args:
        vectors: (n, dim), unit rows.
        neighbours: (n, dim), unit rows.
        ratio: share of the neighbour, between 0 and 1.

    Raises:
        InvalidInput: shapes that do not fit, or a ratio out of range.
    """
    torch = require("torch")
    check_ratio(ratio, Mix.POSITIVE)
    if vectors.ndim != 2 or vectors.shape != neighbours.shape:
        raise InvalidInput(
            f"Vectors to mix must be of one shape (n, dim). Got {tuple(vectors.shape)} and "
            f"{tuple(neighbours.shape)}."
        )
    mixed: Tensor = torch.nn.functional.normalize((1 - ratio) * vectors + ratio * neighbours, dim=-1)
    return mixed


def mixed_negatives(
    queries: Tensor, documents: Tensor, right: Tensor, *, ratio: float
) -> tuple[Tensor, Tensor]:
    """Return negatives made for each query: harder than the hardest documents that are wrong for it.

    One is the hardest negative mixed with the query's own positive, one the hardest mixed with the second
    hardest. They carry no gradient: it would push the positive away from its query. A negative is meant for
    its own query alone, since for another one it may be right.

    Args:
        queries: (n, dim), unit rows.
        documents: (m, dim), unit rows, m at least n; row i is the positive of query i.
        right: (n, m) bool, which documents are right for a query; its own is, marked or not.
        ratio: share of the positive, or of the second hardest; above 0, at most 0.5.

    Returns:
        (n_made, dim) negatives and (n_made,) int64, the query that each is for. A query with one wrong
        document gets the first kind only, one with none gets none.

    Raises:
        InvalidInput: shapes that do not fit, or a ratio out of range.
    """
    torch = require("torch")
    check_ratio(ratio, Mix.NEGATIVE)
    n, m = len(queries), len(documents)
    if tuple(right.shape) != (n, m) or m < n:
        raise InvalidInput(f"right must be ({n}, {m}), with no fewer documents. Got {tuple(right.shape)}.")
    with torch.no_grad():
        own = torch.eye(n, m, dtype=torch.bool, device=queries.device)
        scores = (queries @ documents.T).masked_fill(right | own, -torch.inf)
        values, places = scores.topk(min(2, m), dim=1)
        made: list[Any] = []
        for_query: list[Any] = []
        for rank in range(values.shape[1]):
            has = torch.isfinite(values[:, rank]).nonzero().flatten()
            hardest = documents[places[has, 0]]
            other = documents[has] if rank == 0 else documents[places[has, 1]]
            made.append(mix(hardest, other, ratio=ratio))
            for_query.append(has)
        if not made:
            return documents[:0], torch.zeros(0, dtype=torch.int64, device=queries.device)
        return torch.cat(made), torch.cat(for_query)
