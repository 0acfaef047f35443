"""What the report says of levels and the reasons for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from metier.report.level_factors import FACTORS, NOTES
from metier.report.phrase import Phrase
from metier.types import Expertise, Factor, Level

LEVELS: Final = {
    Level.INTERN: Phrase("intern", "стажёр"),
    Level.JUNIOR: Phrase("junior", "младший"),
    Level.MIDDLE: Phrase("middle", "средний"),
    Level.SENIOR: Phrase("senior", "старший"),
    Level.LEAD: Phrase("lead", "ведущий, руководитель"),
}
N_REASONS: Final = 3


class LevelWords:
    """These words in one language.

    Args:
        choose: returns a phrase in that language.
        number: writes a number.
        phrases: of the page, by key.
    """

    def __init__(
        self,
        choose: Callable[[Phrase], str],
        number: Callable[[float], str],
        phrases: Mapping[str, str],
    ) -> None:
        self._choose = choose
        self._number = number
        self._phrases = phrases

    def name(self, level: Level) -> str:
        """Return what a level is called."""
        return self._choose(LEVELS[level])

    def each(self, found: Expertise) -> Iterator[tuple[Level, float]]:
        """Yield every level with its probability."""
        yield from zip(Level, found.probabilities, strict=True)

    def reasons(self, found: Expertise) -> list[tuple[str, list[Factor]]]:
        """Return the three strongest reasons for a higher and for a lower level, each with its heading."""
        higher = [factor for factor in found.factors if factor.effect > 0]
        lower = [factor for factor in found.factors if factor.effect < 0]
        return [
            (self._phrases["level_higher"], higher[:N_REASONS]),
            (self._phrases["level_lower"], lower[:N_REASONS]),
        ]

    def factor(self, factor: Factor) -> str:
        """Return what a factor is, with its value where it has one."""
        known = FACTORS.get(factor.name)
        if known is None:
            return factor.name.replace("_", " ").capitalize()
        name = self._choose(known)
        return name if factor.value is None else f"{name}: {self._number(factor.value)}"

    def effect(self, factor: Factor) -> str:
        """Return how strong a factor is."""
        sign = "+" if factor.effect > 0 else "−"
        return self._phrases["level_effect"] % f"{sign}{self._number(abs(factor.effect))}"

    def note(self, note: str) -> str:
        """Return a note in this language where the page has words for it, else as it is."""
        for beginning, phrase in NOTES:
            if note.startswith(beginning):
                return note if self._choose(phrase) == phrase.en else self._choose(phrase)
        return note
