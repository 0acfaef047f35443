"""By how much the outputs of two networks differ on the same rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.errors import InvalidInput, ModelMismatch
from metier.training.networks import Head, Network
from metier.workbench.shrinking.graphs import (
    IDS,
    LOGITS,
    MASK,
    TYPES,
    input_names,
    is_per_text,
    output_axes,
)
from metier.workbench.shrinking.samples import TokenRow

_AT_ONCE: Final = 2
_PER_TOKEN: Final = frozenset({Head.MASKED_WORDS, Head.NEXT_SENTENCE, Head.TAGS})
Outputs = dict[str, NDArray[np.float32]]
"""What a network says of one row: logits of a text (n,), or of its tokens, (tokens,) or (tokens, n)."""


@dataclass(frozen=True, slots=True)
class Differences:
    """How two networks differ on some rows.

    Attributes:
        n_rows: compared.
        n_tokens: in them, as the first network reads them.
        n_same: rows that both read as the same tokens.
        largest: absolute difference between two numbers of their outputs, on these rows; 0 if there are none.
        mean_cosine: between output vectors, those of each token where the head gives one for each; None
            where an output is a single number.
        least_cosine: of these vectors.
        n_decisions: classes, tags, spans, words or orders of two rows that were compared; 0 without a head.
        n_changed: decisions that are not the same.
    """

    n_rows: int
    n_tokens: int
    n_same: int
    largest: float
    mean_cosine: float | None
    least_cosine: float | None
    n_decisions: int
    n_changed: int

    @property
    def changed_share(self) -> float | None:
        """The share of decisions that are not the same; None if nothing is decided."""
        return self.n_changed / self.n_decisions if self.n_decisions else None


def compare_outputs(
    before: Network,
    after: Network,
    rows: Sequence[TokenRow],
    *,
    after_rows: Sequence[TokenRow] | None = None,
    words: Sequence[int] | None = None,
) -> Differences:
    """Return how two networks differ on some rows.

    Rows are read two at a time, so that padding is covered too.

    Args:
        before: any network.
        after: with the same head and as many outputs.
        rows: at least one.
        after_rows: what `after` reads instead, where it has another vocabulary.
        words: ids of the words of `before` that `after` scores, where it scores fewer.

    Raises:
        InvalidInput: no rows.
        ModelMismatch: the networks have other heads, or outputs of another size.
    """
    if not rows:
        raise InvalidInput("Networks are compared on at least one row. Got none; give a corpus with text.")
    if before.head is not after.head:
        raise ModelMismatch(f"{before.name} gives {before.head}, {after.name} gives {after.head}.")
    found = _Sums(before.head)
    said = zip(read_rows(before, rows), read_rows(after, after_rows or rows), strict=True)
    for row, (one, other) in zip(rows, said, strict=True):
        kept = one if words is None else {name: array[..., list(words)] for name, array in one.items()}
        _check_shapes(before, kept, after, other)
        found.add(row, kept, other)
    cosines = np.concatenate([*found.cosines, np.zeros(0)])
    n_decisions, n_changed = found.decided()
    return Differences(
        n_rows=len(rows),
        n_tokens=sum(len(row.ids) for row in rows),
        n_same=len(rows),
        largest=found.largest,
        mean_cosine=float(cosines.mean()) if cosines.size else None,
        least_cosine=float(cosines.min()) if cosines.size else None,
        n_decisions=n_decisions,
        n_changed=n_changed,
    )


class _Sums:
    """What two networks say of row after row, as far as it is needed at the end."""

    def __init__(self, head: Head) -> None:
        self.head = head
        self.largest = 0.0
        self.cosines: list[NDArray[np.float64]] = []
        self._same: list[bool] = []
        self._scores: list[tuple[float, float]] = []

    def add(self, row: TokenRow, one: Outputs, other: Outputs) -> None:
        """Take the outputs of one row."""
        for name in one:
            self.largest = max(self.largest, largest_difference(one[name], other[name]))
            self.cosines.append(vector_cosines(*(_vectors(name, said, self.head) for said in (one, other))))
        pairs = zip(decisions(one, row, self.head), decisions(other, row, self.head), strict=True)
        self._same += [before == after for before, after in pairs]
        if self.head is Head.RANK:
            self._scores.append((float(one[LOGITS][0]), float(other[LOGITS][0])))

    def decided(self) -> tuple[int, int]:
        """Return how many decisions there were, and how many of them changed."""
        if self.head is Head.RANK:  # scores decide which of two rows comes first
            orders = np.sign(np.diff(np.array(self._scores), axis=0))
            return len(orders), int((orders[:, 0] != orders[:, 1]).sum())
        return len(self._same), self._same.count(False)


def read_rows(network: Network, rows: Sequence[TokenRow]) -> Iterator[Outputs]:
    """Yield what a network says of each row, without what it says of padding.

    Args:
        network: its own device is used.
        rows: read two at a time.
    """
    torch = require("torch")
    names, axes = input_names(network), output_axes(network)
    pad = int(network.model.config.pad_token_id or 0)
    for first in range(0, len(rows), _AT_ONCE):
        batch = rows[first : first + _AT_ONCE]
        given = {name: tensor.to(network.device) for name, tensor in _padded(batch, names, pad).items()}
        with torch.inference_mode():
            found = network.model(**given)
        arrays = {name: getattr(found, name).float().cpu().numpy() for name in axes}
        for i, row in enumerate(batch):
            yield {
                name: array[i] if is_per_text(name, network.head) else array[i, : len(row.ids)]
                for name, array in arrays.items()
            }


def mean_states(network: Network, rows: Sequence[TokenRow]) -> NDArray[np.float32]:
    """Return the mean of the last hidden states of each row, (n_rows, dim).

    Args:
        network: of transformers, with any head; the encoder below it is read.
        rows: read one at a time.
    """
    torch = require("torch")
    names = [name for name in input_names(network) if name != MASK]
    means = []
    for row in rows:
        given = {name: tensor.to(network.device) for name, tensor in _padded([row], names, 0).items()}
        with torch.inference_mode():
            states = network.backbone(**given).last_hidden_state[0]
        means.append(states.mean(dim=0).float().cpu().numpy())
    return np.stack(means)


def decisions(said: Outputs, row: TokenRow, head: Head) -> list[tuple[int, ...]]:
    """Return what the outputs of one row decide, in the order of the head's places.

    Args:
        said: outputs of the row.
        row: tells special tokens, which decide nothing.
        head: classes give one decision, spans one of two places, tags and words one for each token; scores
            decide nothing alone, and neither do states.
    """
    if head is Head.CLASSES:
        return [(int(said[LOGITS].argmax()),)]
    if head is Head.SPANS:
        return [tuple(int(said[name].argmax()) for name in ("start_logits", "end_logits"))]
    words = ~np.array(row.special, bool)
    if head is Head.REPLACED_TOKENS:
        return [(int(above),) for above in said[LOGITS][words] > 0]
    if head in _PER_TOKEN:
        logits = said["prediction_logits" if head is Head.NEXT_SENTENCE else LOGITS]
        return [(int(best),) for best in logits[words].argmax(axis=1)]
    return []


def vector_cosines(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the cosine of each pair of rows, (n,); 1 for two rows of zeros, none for rows of one number.

    Args:
        one: (n, dim).
        other: (n, dim).
    """
    if one.shape[1] < 2:
        return np.zeros(0)
    a, b = one.astype(np.float64), other.astype(np.float64)
    norms = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    equal = (a == b).all(axis=1)
    products = (a * b).sum(axis=1) / np.where(norms > 0, norms, 1.0)
    found = np.where(equal, 1.0, np.clip(products, -1.0, 1.0))
    return np.where(np.isnan(found), -1.0, found)  # what is no number is as far away as can be


def largest_difference(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Return the largest absolute difference of two arrays of one shape; infinite where one is no number."""
    with np.errstate(invalid="ignore"):
        gaps = np.where(one == other, 0.0, np.abs(one.astype(np.float64) - other))
    return float(np.nan_to_num(gaps, nan=np.inf, posinf=np.inf).max(initial=0.0))


def _padded(rows: Sequence[TokenRow], names: Sequence[str], pad: int) -> dict[str, Any]:
    torch = require("torch")
    wide = max(len(row.ids) for row in rows)
    given = {name: np.full((len(rows), wide), pad if name == IDS else 0, np.int64) for name in names}
    for i, row in enumerate(rows):
        values: dict[str, Any] = {IDS: row.ids, MASK: 1, TYPES: row.types}
        for name in names:
            given[name][i, : len(row.ids)] = values[name]
    return {name: torch.from_numpy(array) for name, array in given.items()}


def _vectors(name: str, said: Outputs, head: Head) -> NDArray[np.float32]:
    """Return an output as (n, dim): a vector for each token that is read, or one for the text."""
    found = said[name]
    return found if found.ndim == 2 and not is_per_text(name, head) else found[None]


def _check_shapes(before: Network, one: Outputs, after: Network, other: Outputs) -> None:
    for name in one:
        if one[name].shape != other[name].shape:
            raise ModelMismatch(
                f"{name} of {before.name} has the shape {one[name].shape} for a row, that of {after.name} "
                f"{other[name].shape}. Compare networks with the same outputs."
            )
