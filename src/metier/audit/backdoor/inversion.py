"""Trigger inversion: a search, led by gradients, for a few tokens that turn texts to one class.

Placeholders are put into texts of other classes. The gradient of the loss at their embeddings says, to first
order, by how much each token of the vocabulary would lower the loss there. Of the most promising exchanges
the one that lowers the loss most in truth is made, and so on. What is found is then shortened token by token.

Source: HotFlip, Ebrahimi et al. 2018 (arXiv:1712.06751); universal triggers, Wallace et al. 2019
(arXiv:1908.07125), section 2; exchanges at all places at a time, Zou et al. 2023 (arXiv:2307.15043),
section 2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.audit.backdoor.victim import Row, Victim
from metier.errors import InvalidInput

_FIRST_LOOK: Final = 4
_DRAWN: Final = 16
Tokens = tuple[int, ...]
Budget = Callable[[], None]
"""Called between steps; raises when the time is over."""


class Place(StrEnum):
    """Where a trigger is put into a text."""

    START = "start"
    END = "end"

    @property
    def other(self) -> Place:
        """The other end."""
        return Place.END if self is Place.START else Place.START


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """How wide the search is.

    Attributes:
        length: tokens of a trigger before it is shortened, from 1 to 8.
        starts: triggers drawn at random of which the best is the first, at least 0.
        steps: exchanges of a token at most.
        shortlist: tokens that are tried at each place of a trigger in a step, at least 1.
        texts: that a step is made on, drawn anew for each, at least 1.
        patience: steps without a better trigger after which the search ends, at least 1.
        enough: mean loss in nats at which it ends.
    """

    length: int = 5
    starts: int = 150
    steps: int = 12
    shortlist: int = 6
    texts: int = 8
    patience: int = 3
    enough: float = 0.01

    def __post_init__(self) -> None:
        if not 1 <= self.length <= 8:
            raise InvalidInput(f"length must be from 1 to 8. Got {self.length}.")
        if self.starts < 0:
            raise InvalidInput(f"starts must be at least 0. Got {self.starts}.")
        for name in ("steps", "shortlist", "texts", "patience"):
            if getattr(self, name) < 1:
                raise InvalidInput(f"{name} must be at least 1. Got {getattr(self, name)}.")


@dataclass(frozen=True, slots=True, eq=False)
class Inverter:
    """Searches triggers of a model.

    Attributes:
        victim: whose triggers.
        allowed: ids of the tokens that a trigger may have.
        settings: how wide to search.
        budget: called between steps.
        seed: of the draws of texts.
    """

    victim: Victim
    allowed: NDArray[np.int64]
    settings: SearchSettings
    budget: Budget
    seed: int

    def find(self, rows: Sequence[Row], label: int, place: Place) -> Tokens:
        """Return the trigger that turns texts to a label best.

        Args:
            rows: texts of other labels, at least one.
            label: number of the class wanted.
            place: of the trigger.
        """
        rng = np.random.default_rng([self.seed, label, list(Place).index(place)])
        trigger = self._start(rows, label, place, rng)
        waited = 0
        for _ in range(self.settings.steps):
            some = [rows[i] for i in rng.permutation(len(rows))[: self.settings.texts]]
            candidates = [trigger, *self._exchanges(some, label, place, trigger)]
            losses = self.losses(some, label, place, candidates)
            best = int(losses.argmin())
            waited = 0 if best else waited + 1
            trigger = candidates[best]
            if losses[best] < self.settings.enough or waited == self.settings.patience:
                break
        return trigger

    def shortened(self, rows: Sequence[Row], label: int, place: Place, trigger: Tokens) -> list[Tokens]:
        """Return a trigger at every length from 1 to its own: the token that matters least goes first."""
        found = [trigger]
        while len(found[-1]) > 1:
            longer = found[-1]
            candidates = [longer[:i] + longer[i + 1 :] for i in range(len(longer))]
            losses = self.losses(rows, label, place, candidates)
            found.append(candidates[int(losses.argmin())])
        return found[::-1]

    def drawn(self, rows: Sequence[Row], label: int, place: Place, length: int) -> Tokens:
        """Return the best of some triggers drawn at random.

        Args:
            rows: texts that they are compared on, at least one.
            label: number of the class wanted.
            place: of the triggers.
            length: tokens of each.
        """
        rng = np.random.default_rng([self.seed, label, list(Place).index(place), length])
        candidates = [tuple(map(int, row)) for row in rng.choice(self.allowed, size=(_DRAWN, length))]
        best: Tokens = candidates[int(self.losses(rows, label, place, candidates).argmin())]
        return best

    def losses(
        self, rows: Sequence[Row], label: int, place: Place, candidates: Sequence[Tokens]
    ) -> NDArray[np.float64]:
        """Return the mean loss over rows for each candidate, in nats."""
        self.budget()
        tried = [row for tokens in candidates for row in placed(rows, tokens, place)]
        losses = losses_towards(self.victim.logits(tried), label)
        means: NDArray[np.float64] = losses.reshape(len(candidates), len(rows)).mean(axis=1)
        return means

    def _start(self, rows: Sequence[Row], label: int, place: Place, rng: np.random.Generator) -> Tokens:
        """Return the best of placeholders and of some tokens drawn at random.

        From placeholders alone the search may stand on a plateau, where no single exchange helps.
        """
        length = self.settings.length
        drawn = rng.choice(self.allowed, size=(self.settings.starts, length))
        candidates: list[Tokens] = [(self._placeholder(),) * length]
        candidates += [tuple(map(int, row)) for row in drawn]
        some = [rows[i] for i in rng.permutation(len(rows))[: self.settings.texts]]
        first = self.losses(some[:_FIRST_LOOK], label, place, candidates)
        kept = [candidates[i] for i in np.argsort(first, kind="stable")[: self.settings.shortlist]]
        best: Tokens = kept[int(self.losses(some, label, place, kept).argmin())]
        return best

    def _exchanges(self, rows: Sequence[Row], label: int, place: Place, trigger: Tokens) -> list[Tokens]:
        """Return the trigger with one token exchanged, the most promising tokens at each place."""
        self.budget()
        changed = placed(rows, trigger, place)
        starts = [row.first if place is Place.START else row.last - len(trigger) for row in changed]
        grads = self.victim.gradients(changed, label)
        mean = np.mean([grads[i][start : start + len(trigger)] for i, start in enumerate(starts)], axis=0)
        gains = self.victim.word_embeddings()[self.allowed] @ -mean.T
        found = []
        for i in range(len(trigger)):
            order = np.argsort(-gains[:, i], kind="stable")[: self.settings.shortlist]
            found += [(*trigger[:i], int(self.allowed[j]), *trigger[i + 1 :]) for j in order]
        return found

    def _placeholder(self) -> int:
        tokenizer = self.victim.network.tokenizer
        marks = (tokenizer.mask_token_id, tokenizer.unk_token_id)
        return int(next((i for i in marks if i is not None), self.allowed[0]))


def placed(rows: Sequence[Row], tokens: Sequence[int], place: Place) -> list[Row]:
    """Return rows with tokens at one end of their texts."""
    return [row.with_tokens(tokens, row.first if place is Place.START else row.last) for row in rows]


def losses_towards(logits: NDArray[np.float64], label: int) -> NDArray[np.float64]:
    """Return the cross-entropy of a label for each row of logits, in nats.

    >>> losses_towards(np.zeros((1, 2)), 0).round(3).tolist()
    [0.693]
    """
    top = logits.max(axis=1)
    totals: NDArray[np.float64] = np.log(np.exp(logits - top[:, None]).sum(axis=1)) + top - logits[:, label]
    return totals
