"""What an order to a machine is made of: an opening, and what has to follow it."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Order:
    """A way to give an order.

    Patterns are matched on folded text in lower case, with `е` for `ё` and plain quotes and dashes.

    Attributes:
        opening: where the order begins; the whole of it where nothing is needed.
        needs: each has to be found from the opening on, within `reach` characters of the same sentence.
        reach: in characters.
        called: the opening is an English verb, and counts only where an imperative can stand.
        lead: characters of the sentence that may stand before the opening, or None for any number.
    """

    opening: re.Pattern[str]
    needs: tuple[re.Pattern[str], ...] = ()
    reach: int = 140
    called: bool = False
    lead: int | None = None


@dataclass(frozen=True, slots=True)
class Clue:
    """What speaks for an order without making one: who is meant, what is to be decided, who shall obey.

    Attributes:
        kind: clues of one kind count once in a sentence, with the most points.
        pattern: as in `Order`.
        points: how much it speaks for an order; 0 for the imperative itself, which there has to be.
        called: as in `Order`.
    """

    kind: str
    pattern: re.Pattern[str]
    points: int
    called: bool = False


IMPERATIVE = "imperative"


def words(*alternatives: str) -> re.Pattern[str]:
    """Return a pattern of alternatives that begin and end as words do."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(alternatives)})(?!\w)")


def marks(*alternatives: str) -> re.Pattern[str]:
    """Return a pattern of alternatives that begin as words do and end anywhere."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(alternatives)})")
