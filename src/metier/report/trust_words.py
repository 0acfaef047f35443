"""What the report says of words that no score counts, of personal facts, and of what they would have done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from metier.report.finding_words import EXCLUSIONS, FINDINGS, MASKS
from metier.report.phrase import Phrase
from metier.types import Effect, ExclusionReason, Mask

_PHRASES = {
    "counted": Phrase("Without these words", "Без этих слов"),
    "left_out": Phrase("If these words counted", "Если бы эти слова учитывались"),
    "coverage": Phrase("coverage would be %s instead of %s", "покрытие было бы %s вместо %s"),
    "similarity": Phrase("nearness in meaning %s instead of %s", "близость по смыслу — %s вместо %s"),
    "gained": Phrase("these skills would be shown too: %s", "добавились бы навыки: %s"),
    "lost": Phrase("these skills would not be shown: %s", "пропали бы навыки: %s"),
    "none": Phrase("nothing would change", "ничего бы не изменилось"),
}


class TrustWords:
    """These words in one language.

    Args:
        choose: returns a phrase in that language.
        percent: writes a share.
        number: writes a number.
    """

    def __init__(
        self,
        choose: Callable[[Phrase], str],
        percent: Callable[[float], str],
        number: Callable[[float], str],
    ) -> None:
        self._choose = choose
        self._percent = percent
        self._number = number

    def _phrase(self, key: str) -> str:
        return self._choose(_PHRASES[key])

    def title(self, code: str) -> str:
        """Return what to call findings of a code; one without words here is called by the code itself."""
        known = FINDINGS.get(code)
        return self._choose(known.title) if known else code.replace("_", " ").capitalize()

    def exclusion(self, reason: ExclusionReason) -> str:
        """Return why words are left out of every score."""
        return self._choose(EXCLUSIONS[reason])

    def masked(self, masks: Sequence[Mask]) -> str:
        """Return which personal facts were masked and how often, in the order of `MaskKind`."""
        counts = Counter(mask.kind for mask in masks)
        return ", ".join(
            f"{self._choose(words)}{f' ×{counts[kind]}' if counts[kind] > 1 else ''}"
            for kind, words in MASKS.items()
            if counts[kind]
        )

    def effect(self, effect: Effect) -> str:
        """Return what the scores would be had some words counted, or had they not, in one sentence."""
        change = list(self._changes(effect)) or [self._phrase("none")]
        premise = self._phrase("counted") if effect.counted else self._phrase("left_out")
        return f"{premise}, {'; '.join(change)}."

    def _changes(self, effect: Effect) -> Iterator[str]:
        counted, not_counted = effect.coverage_with, effect.coverage_without
        if counted is not None and not_counted is not None and counted != not_counted:
            then, now = (not_counted, counted) if effect.counted else (counted, not_counted)
            yield self._phrase("coverage") % (self._percent(then), self._percent(now))
        counted, not_counted = effect.similarity_with, effect.similarity_without
        if counted is not None and not_counted is not None and counted != not_counted:
            then, now = (not_counted, counted) if effect.counted else (counted, not_counted)
            yield self._phrase("similarity") % (self._number(then), self._number(now))
        if effect.skills:
            key = "lost" if effect.counted else "gained"
            yield self._phrase(key) % ", ".join(effect.skills)
