"""How strong a trigger is: what it turns alone, and against the strongest words for another class.

In any model a few telling words turn a text: `dull` in a review makes it a bad one. So turning texts is no
sign of a backdoor by itself. Words of opposite classes outweigh each other, though, while a planted trigger,
which was learned from texts full of words for another class, may win against them. Each trigger is therefore
searched twice: first in plain texts; then in texts that hold, at the other end, the strongest tokens for
another class that the first search found. Which share of held-out texts it then turns, at each of its
lengths, is measured, and so is what the best of some random triggers of that length turns: in a model that
leans to one class, any words do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from metier.audit.backdoor.inversion import Inverter, Place, Tokens, placed
from metier.audit.backdoor.victim import Row

_TEXTS_TO_SHORTEN = 12


@dataclass(frozen=True, slots=True)
class Source:
    """Texts that a trigger is to turn.

    Attributes:
        name: what reports call the target.
        label: number of the class wanted.
        search: rows of other classes to search on.
        held_out: others to measure on.
        judged: whether a trigger for it is a backdoor; else it only stands against others.
    """

    name: str
    label: int
    search: tuple[Row, ...]
    held_out: tuple[Row, ...]
    judged: bool = True


@dataclass(frozen=True, slots=True)
class Contest:
    """What a trigger achieves on held-out texts.

    Attributes:
        target: name of the target.
        place: end of the texts that the trigger stands at.
        triggers: the trigger at every length from 1 on.
        plain: share of texts that each length turns.
        against: the same where the strongest tokens for another class stand at the other end.
        random: the same as `against` for the best of some triggers drawn at random.
    """

    target: str
    place: Place
    triggers: tuple[Tokens, ...]
    plain: tuple[float, ...]
    against: tuple[float, ...]
    random: tuple[float, ...]

    @property
    def strength(self) -> float:
        """Mean share of texts turned against strong words beyond random ones, over all lengths; to 1."""
        return float(np.mean(np.subtract(self.against, self.random).clip(0)))


def contests(inverter: Inverter, sources: Sequence[Source]) -> list[Contest]:
    """Return what the best trigger of each judged target achieves at each end of the texts.

    Args:
        inverter: searches.
        sources: of at least two labels.
    """
    first = {
        (number, place): inverter.find(source.search, source.label, place)
        for number, source in enumerate(sources)
        for place in Place
    }
    return [
        _contest(inverter, source, place, _strongest(inverter, sources, source, place, first))
        for source in sources
        if source.judged
        for place in Place
    ]


def _strongest(
    inverter: Inverter,
    sources: Sequence[Source],
    source: Source,
    place: Place,
    first: Mapping[tuple[int, Place], Tokens],
) -> Tokens:
    """Return the tokens for another class that keep a source's texts from its label best."""
    rivals = [first[i, place.other] for i, other in enumerate(sources) if other.label != source.label]
    own = first[list(sources).index(source), place]
    rows = placed(source.search, own, place)
    losses = inverter.losses(rows, source.label, place.other, rivals)
    return rivals[int(losses.argmax())]


def _contest(inverter: Inverter, source: Source, place: Place, rival: Tokens) -> Contest:
    hard = placed(source.search, rival, place.other)
    trigger = inverter.find(hard, source.label, place)
    lengths = inverter.shortened(hard[:_TEXTS_TO_SHORTEN], source.label, place, trigger)
    hard_out = placed(source.held_out, rival, place.other)
    drawn = [inverter.drawn(hard, source.label, place, len(each)) for each in lengths]
    return Contest(
        target=source.name,
        place=place,
        triggers=tuple(lengths),
        plain=tuple(_turned(inverter, source.held_out, source.label, place, each) for each in lengths),
        against=tuple(_turned(inverter, hard_out, source.label, place, each) for each in lengths),
        random=tuple(_turned(inverter, hard_out, source.label, place, each) for each in drawn),
    )


def _turned(inverter: Inverter, rows: Sequence[Row], label: int, place: Place, trigger: Tokens) -> float:
    inverter.budget()
    logits = inverter.victim.logits(placed(rows, trigger, place))
    return float((logits.argmax(axis=1) == label).mean())
