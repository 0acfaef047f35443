"""What every store asks of a call before it touches its data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.errors import InvalidInput, ModelMismatch
from metier.store.entries import Entry, Identity

_MOST: Final = float(np.finfo(np.float16).max)


def checked(entries: Iterable[Entry], identity: Identity) -> Iterator[Entry]:
    """Yield entries one by one while they may go into one index.

    Raises:
        InvalidInput: an id comes twice, or a vector has another length than the identity says or numbers
            that half precision cannot hold.
    """
    seen: set[str] = set()
    for entry in entries:
        if entry.id in seen:
            raise InvalidInput(f"Document {entry.id}: comes twice. Give every document an id of its own.")
        if len(entry.vector) != identity.dim:
            raise InvalidInput(
                f"Document {entry.id}: its vector must have {identity.dim} numbers, as the encoder "
                f"{identity.encoder} makes. Got {len(entry.vector)}."
            )
        if any(np.abs(given).max(initial=0) > _MOST for given in (entry.vector, entry.passage_vectors)):
            raise InvalidInput(f"Document {entry.id}: vectors must have L2 norm 1. They are far longer.")
        seen.add(entry.id)
        yield entry


def check_identity(own: Identity | None, given: Identity, *, place: str) -> None:
    """Make sure that new vectors can be compared with those of a store that holds documents.

    Raises:
        ModelMismatch: another encoder made them.
    """
    if own is not None and own != given:
        raise ModelMismatch(
            f"{place} was indexed with the encoder {own.encoder} (dim {own.dim}, sha256 {own.sha256[:12]}), "
            f"not with {given.encoder} (dim {given.dim}, sha256 {given.sha256[:12]}). "
            "Index all documents again: metier search index --rebuild."
        )


def check_top_k(top_k: int) -> None:
    """Raise `InvalidInput` if fewer than one result is asked for."""
    if top_k < 1:
        raise InvalidInput(f"top_k must be at least 1. Got {top_k}.")


def check_query(vector: NDArray[np.float32], dim: int) -> None:
    """Make sure that a query can be compared with vectors of a length.

    Raises:
        InvalidInput: it has another shape than (dim,), or is not finite.
    """
    if vector.shape != (dim,):
        raise InvalidInput(f"The vector of a query must have the shape ({dim},). Got {vector.shape}.")
    if not np.isfinite(vector).all():
        raise InvalidInput("The vector of a query must be finite.")


def check_ids(ids: Sequence[str]) -> Sequence[str]:
    """Return a list of ids, or raise `InvalidInput` for a lone string, which reads as letters."""
    if isinstance(ids, str):
        raise InvalidInput("ids must be a list of strings. Got one string: put it into a list.")
    return ids
