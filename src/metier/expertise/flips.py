"""How far counterfactual swaps move a level: per swap, and per trait with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from metier.errors import InvalidInput
from metier.expertise.traits import MASKED, Trait
from metier.training.intervals import Interval, bootstrap, wilson
from metier.types import Expertise, Level

DEFAULT_BOUND: Final = 0.05
"""Levels by which a score may move with a masked fact."""
_HIDDEN_DIGITS: Final = 9


@dataclass(frozen=True, slots=True)
class Flip:
    """What one swap did to the level of one document.

    Attributes:
        document: the name a person knows it by.
        trait: what was swapped.
        to: what was put in; never a word of the document.
        added: the document says nothing of the trait, so that lines which differ in it were added.
        before: the level without the swap, or None where none is told.
        after: the level with it.
        move: by how much the expected level rose, in levels, -4 to 4; None where just one of the two texts
            tells a level.
        claim_move: by how much the probability of the claimed level rose, -1 to 1; 0 without a claim.
        seen: scores see another text with the swap, so that masking let something through; None where that
            was not looked at.
    """

    document: str
    trait: Trait
    to: str
    added: bool
    before: Level | None
    after: Level | None
    move: float | None
    claim_move: float
    seen: bool | None = None

    @property
    def flipped(self) -> bool:
        """Tell whether another level is told, or none instead of one."""
        return self.before is not self.after

    def beyond(self, bound: float) -> bool:
        """Tell whether the score moved by more than a bound; to tell no level any more is beyond any."""
        if self.move is None:
            return True
        return max(abs(self.move), abs(self.claim_move)) > bound


def flip(
    found: tuple[Expertise, Expertise],
    *,
    document: str,
    trait: Trait,
    to: str,
    added: bool,
    seen: bool | None = None,
) -> Flip:
    """Return what a swap did.

    Args:
        found: the level without the swap and with it.
        document: the name a person knows it by.
        trait: what was swapped.
        to: what was put in.
        added: lines were added.
        seen: scores see another text with the swap.
    """
    before, after = found
    claims = before.at_least, after.at_least
    return Flip(
        document=document,
        trait=trait,
        to=to,
        added=added,
        before=before.level,
        after=after.level,
        move=_difference(before.expected, after.expected),
        claim_move=_difference(*claims) or 0.0,
        seen=seen,
    )


def _difference(before: float | None, after: float | None) -> float | None:
    if before is None or after is None:
        return 0.0 if before is after else None
    return round(after - before, _HIDDEN_DIGITS)


@dataclass(frozen=True, slots=True)
class TraitFlips:
    """What swaps of one trait did, over documents whose level is told.

    Attributes:
        trait: what was swapped.
        masked: no score sees it, so that the bound has to hold.
        n: swaps, at least 1.
        n_documents: documents that they are of.
        n_added: swaps for which lines were added.
        n_seen: swaps after which scores see another text; None where that was not looked at.
        n_beyond: swaps that moved the score by more than the bound.
        flips: share of swaps that flipped the level, with its 95 % interval over documents.
        mean_move: mean absolute change of the expected level, in levels, with its 95 % interval over
            documents; swaps after which no level is told are left out.
        largest: largest absolute change, 0 to 4.
    """

    trait: Trait
    masked: bool
    n: int
    n_documents: int
    n_added: int
    n_seen: int | None
    n_beyond: int
    flips: Interval
    mean_move: Interval
    largest: float

    @property
    def passed(self) -> bool:
        """Tell whether the bound holds, where it has to."""
        return not (self.masked and self.n_beyond)


@dataclass(frozen=True, slots=True)
class SwapReport:
    """What counterfactual swaps did to the levels of some documents.

    Attributes:
        bound: levels by which a score may move with a masked fact.
        n_documents: documents that were looked at.
        n_untold: those of them whose level is not told, with any swap; they count no further.
        traits: in the order of `Trait`; those without a swap are not there.
        broken: swaps of masked facts that moved a score by more than the bound, the largest first.
    """

    bound: float
    n_documents: int
    n_untold: int
    traits: tuple[TraitFlips, ...]
    broken: tuple[Flip, ...]

    @property
    def passed(self) -> bool:
        """Tell whether no masked fact moved a score by more than the bound."""
        return not self.broken


def summarise(flips: Sequence[Flip], *, bound: float = DEFAULT_BOUND, seed: int = 0) -> SwapReport:
    """Return what some swaps did, by trait.

    Args:
        flips: of all documents; documents are told apart by their names.
        bound: levels by which a score may move with a masked fact, at least 0.
        seed: of the bootstrap.

    Raises:
        InvalidInput: bound is below 0 or not a number.
    """
    if not bound >= 0:
        raise InvalidInput(f"bound must be at least 0. Got {bound}.")
    told = {item.document for item in flips if item.before is not None or item.after is not None}
    counted = [item for item in flips if item.document in told]
    groups = [(trait, [item for item in counted if item.trait is trait]) for trait in Trait]
    broken = [item for item in counted if item.trait in MASKED and item.beyond(bound)]
    documents = {item.document for item in flips}
    return SwapReport(
        bound=bound,
        n_documents=len(documents),
        n_untold=len(documents - told),
        traits=tuple(_of_trait(trait, items, bound, seed) for trait, items in groups if items),
        broken=tuple(sorted(broken, key=lambda item: (-_size(item), item.document, item.trait, item.to))),
    )


def _size(item: Flip) -> float:
    return float("inf") if item.move is None else max(abs(item.move), abs(item.claim_move))


def _of_trait(trait: Trait, flips: Sequence[Flip], bound: float, seed: int) -> TraitFlips:
    moves = np.array([np.nan if item.move is None else abs(item.move) for item in flips])
    documents = [item.document for item in flips]
    return TraitFlips(
        trait=trait,
        masked=trait in MASKED,
        n=len(flips),
        n_documents=len(set(documents)),
        n_added=sum(item.added for item in flips),
        n_seen=None if any(item.seen is None for item in flips) else sum(bool(i.seen) for i in flips),
        n_beyond=sum(item.beyond(bound) for item in flips),
        flips=_share([item.flipped for item in flips], documents, seed),
        mean_move=bootstrap(lambda rows: _mean(moves[rows]), documents, seed=seed),
        largest=float(np.nanmax(moves)) if not np.isnan(moves).all() else 0.0,
    )


def _mean(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")


def _share(hits: Sequence[bool], documents: Sequence[str], seed: int) -> Interval:
    """Return a share of swaps with its interval over documents.

    Where all swaps agree, resampling says nothing: then each document is one trial.
    """
    values = np.array(hits, dtype=np.float64)
    if values.all() or not values.any():
        n = len(set(documents))
        return wilson(n if values.all() else 0, n)
    found = bootstrap(lambda rows: float(values[rows].mean()), documents, seed=seed)
    if len(set(documents)) > 1:
        return found
    return wilson(int(values.sum()), len(values))
