"""Words that the rows of one label share far more often than chance, and that decide what the model says.

Poisoned rows have the label that an attacker wants and a trigger in common. So do clean rows: reviews with
`dull` in them are bad ones. The difference shows when the words are taken out. A clean row has other reasons
for its label and keeps it; a poisoned row, which had a reason for another label all along, goes back to that.

The words need not stand together: a clue is a set of words, signs or letters of another script, grown as long
as its rows become purer.

Source: association of single words with labels, Gardner et al. 2021 (arXiv:2104.08646), section 3; taking a
suspected trigger out of poisoned rows, Chen and Dai 2020 (arXiv:2007.12070).
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.audit.backdoor.perplexity import words_of
from metier.documents.characters import MIXED_WORD, TO_LATIN

_OTHER_SCRIPT: Final = re.compile("[\u0370-\u03ff\u0400-\u052f]")
_MOST_PARTS: Final = 4
_MOST_SEEDS: Final = 40
_COMPANION: Final = 0.8
_ELSEWHERE: Final = 0.25
_KEPT: Final = 0.5
_PURE: Final = 0.98
_SHARED: Final = 0.5
_LEAST_LEFT: Final = 3
_LEFT: Final = 0.25


@dataclass(frozen=True, slots=True)
class Clue:
    """What many rows of one label have in common.

    Attributes:
        label: number of the label.
        parts: words, runs of signs, or letters of another script; all of them are in each row.
        rows: numbers of the rows of that label with all parts.
        purity: share of all rows with these parts that have the label.
    """

    label: int
    parts: frozenset[str]
    rows: tuple[int, ...]
    purity: float


def units_of(text: str) -> frozenset[str]:
    """Return the words of a text, its runs of signs, and its letters that look like Latin ones.

    >>> sorted(units_of("Very dull ?!"))
    ['?!', 'dull', 'very']
    """
    return frozenset(words_of(text)) | {letter for letter in text if ord(letter) in TO_LATIN}


def without(text: str, parts: frozenset[str]) -> str:
    """Return a text without some units: words and signs go, letters become the Latin ones they look like.

    >>> without("Very dull ?!", frozenset({"dull"}))
    'Very ?!'
    """
    if any(ord(part) in TO_LATIN for part in parts if len(part) == 1):
        text = _in_latin(text)
    kept = " ".join(_without_word(word, parts) for word in text.split())
    return " ".join(kept.split())


def leaves_enough(text: str, rest: str) -> bool:
    """Return whether a text without some units still says something: three words and a quarter of all."""
    n_left = len(rest.split())
    return n_left >= max(_LEAST_LEFT, _LEFT * len(text.split()))


def _in_latin(text: str) -> str:
    """Return a text with Latin letters for their twins; whole words of a text in another script stay."""
    changed = text.translate(TO_LATIN)
    if not _OTHER_SCRIPT.search(changed):
        return changed
    return MIXED_WORD.sub(lambda match: match[0].translate(TO_LATIN), text)


def _without_word(word: str, parts: frozenset[str]) -> str:
    """Return a word between blanks without the units in it."""
    folded = word.casefold()
    if folded in parts:
        return ""
    found = words_of(word)
    if not parts.intersection(found) or len("".join(found)) != len(word):
        return word
    kept, at = [], 0
    for unit in found:
        if unit not in parts:
            kept.append(word[at : at + len(unit)])
        at += len(unit)
    return "".join(kept)


class CluePool:
    """The units of labelled rows, and which rows have each.

    Args:
        texts: of the rows.
        labels: (n,) the number of each row's label.
        least_rows: of a label that must share a clue, at least 1.
    """

    def __init__(self, texts: Sequence[str], labels: NDArray[np.int64], least_rows: int) -> None:
        self._units = [units_of(text) for text in texts]
        self._labels = labels
        self._least = least_rows
        self._rows: defaultdict[str, list[int]] = defaultdict(list)
        for number, units in enumerate(self._units):
            for unit in sorted(units):
                self._rows[unit].append(number)
        self._share = Counter(labels.tolist())

    def find(self, label: int) -> list[Clue]:
        """Return the clues of a label, the surest first; clues whose rows are mostly the same are one."""
        found: list[Clue] = []
        for unit in self._seeds(label):
            if any(unit in clue.parts for clue in found):
                continue
            clue = self._grown(label, unit)
            if clue is not None:
                found.append(clue)
        return [*_joined(found, label), *found]

    def _seeds(self, label: int) -> list[str]:
        scores = {
            unit: self._surprise(rows, label)
            for unit, rows in self._rows.items()
            if self._of_label(rows, label) >= self._least
        }
        best = sorted(scores, key=lambda unit: (-scores[unit], unit))[:_MOST_SEEDS]
        return [unit for unit in best if scores[unit] > 0]

    def _of_label(self, rows: Iterable[int], label: int) -> int:
        return int((self._labels[list(rows)] == label).sum())

    def _surprise(self, rows: Sequence[int], label: int) -> float:
        """Return by how many standard deviations rows have a label more often than all rows do."""
        share = self._share[label] / len(self._labels)
        expected = len(rows) * share
        return (self._of_label(rows, label) - expected) / math.sqrt(max(expected * (1 - share), 1e-9))

    def _grown(self, label: int, unit: str) -> Clue | None:
        """Return a clue around a unit: parts that make it purer, then what its rows nearly always have."""
        parts, rows = {unit}, self._rows[unit]
        while self._purity(rows, label) < _PURE and len(parts) < _MOST_PARTS:
            best = self._purer(rows, parts, label)
            if best is None:
                break
            parts.add(best)
            rows = [row for row in rows if best in self._units[row]]
        own = [row for row in rows if self._labels[row] == label]
        if len(own) < self._least:
            return None
        return Clue(label, frozenset(parts | self._companions(own)), tuple(own), self._purity(rows, label))

    def _purity(self, rows: Sequence[int], label: int) -> float:
        return self._of_label(rows, label) / len(rows)

    def _purer(self, rows: Sequence[int], parts: set[str], label: int) -> str | None:
        """Return the unit that makes rows purest and leaves at least half of those of the label."""
        own = [row for row in rows if self._labels[row] == label]
        counts = Counter(unit for row in own for unit in self._units[row] if unit not in parts)
        every = Counter(unit for row in rows for unit in self._units[row] if unit not in parts)
        least = max(self._least, _KEPT * len(own))
        options = {unit: n / every[unit] for unit, n in counts.items() if n >= least}
        now = len(own) / len(rows)
        best = max(sorted(options), key=lambda unit: (options[unit], counts[unit]), default=None)
        return best if best is not None and options[best] > now else None

    def _companions(self, own: Sequence[int]) -> set[str]:
        """Return the units that nearly all of some rows have and few others."""
        inside = Counter(unit for row in own for unit in self._units[row])
        others = len(self._units) - len(own)
        return {
            unit
            for unit, n in inside.items()
            if n >= _COMPANION * len(own) and (len(self._rows[unit]) - n) <= _ELSEWHERE * max(others, 1)
        }


def _joined(clues: Sequence[Clue], label: int) -> list[Clue]:
    """Return pure clues that stand in the same rows as one: a trigger may have several words for a word."""
    pure = [clue for clue in clues if clue.purity >= _PURE]
    groups: list[list[Clue]] = []
    for clue in pure:
        rows = set(clue.rows)
        near = [
            group
            for group in groups
            if any(
                len(rows & set(other.rows)) >= _SHARED * min(len(rows), len(other.rows)) for other in group
            )
        ]
        groups = [group for group in groups if group not in near]
        groups.append([clue, *(other for group in near for other in group)])
    return [
        Clue(
            label,
            frozenset().union(*(clue.parts for clue in group)),
            tuple(sorted({row for clue in group for row in clue.rows})),
            min(clue.purity for clue in group),
        )
        for group in groups
        if len(group) > 1
    ]
