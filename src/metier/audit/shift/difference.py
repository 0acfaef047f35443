"""What stands in an edited text and did not in the original, word by word."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final

from metier.errors import InvalidInput
from metier.types import Span

MOST_WORDS: Final = 30_000
"""Words of one text that can be held against another's in reasonable time."""
_WORD: Final = re.compile(r"\w+|[^\w\s]")
_MANY: Final = 2_000
_FEW_WORDS: Final = 3
_ALIKE: Final = 0.65
_MOST_SPELLED: Final = 10


class DifferenceKind(StrEnum):
    """How two texts differ, which decides what ordinary edits they are compared with."""

    SAME = "same"
    BLANKS = "blanks"
    CAPITALS = "capitals"
    WORDS_INSERTED = "words-inserted"
    PASSAGE_INSERTED = "passage-inserted"
    WORDS_DELETED = "words-deleted"
    PASSAGE_DELETED = "passage-deleted"
    REORDERED = "reordered"
    RESPELLED = "respelled"
    REWORDED = "reworded"


@dataclass(frozen=True, slots=True)
class Difference:
    """How an edited text differs from the original.

    Attributes:
        kind: `blanks` or `capitals` if these alone differ. If words only came or only went: `words-...` if no
            run of them is longer than three, else `passage-...`. `reordered` if the words are the same,
            `respelled` if those that came are much like those that went, else `reworded`.
        share: characters of words that differ, of those of the longer text, 0 to 1.
        inserted: runs of the edited text that came or replace others, in order.
        deleted: runs of the original that went or were replaced, in order.
    """

    kind: DifferenceKind
    share: float
    inserted: tuple[Span, ...]
    deleted: tuple[Span, ...]


def find_difference(original: str, modified: str) -> Difference:
    """Return how an edited text differs from the original.

    Args:
        original: before the edit.
        modified: after it.

    Raises:
        InvalidInput: a text has more than 30,000 words and punctuation marks.

    >>> found = find_difference("a fine film", "a fine, fine film")
    >>> found.kind.value, found.inserted
    ('words-inserted', (Span(start=6, end=12),))
    """
    before, after = find_words(original), find_words(modified)
    if max(len(before), len(after)) > MOST_WORDS:
        raise InvalidInput(
            f"A text may have {MOST_WORDS:,} words to be compared. It has {max(len(before), len(after)):,}. "
            "Compare its parts."
        )
    words_before = [original[span.start : span.end] for span in before]
    words_after = [modified[span.start : span.end] for span in after]
    folded_before, folded_after = (
        [word.casefold() for word in words] for words in (words_before, words_after)
    )
    runs = _runs(folded_before, folded_after)
    inserted = tuple(Span(after[c].start, after[d - 1].end) for _, _, c, d in runs if d > c)
    deleted = tuple(Span(before[a].start, before[b - 1].end) for a, b, _, _ in runs if b > a)
    gone = sum(_length(words_before[a:b]) for a, b, _, _ in runs)
    come = sum(_length(words_after[c:d]) for _, _, c, d in runs)
    longest = max(_length(words_before), _length(words_after), 1)
    if original == modified:
        return Difference(DifferenceKind.SAME, 0.0, (), ())
    if not runs:
        other_case = sum(len(a) for a, b in zip(words_before, words_after, strict=True) if a != b)
        if not other_case:
            return Difference(DifferenceKind.BLANKS, _blanks_share(original, modified), (), ())
        return Difference(DifferenceKind.CAPITALS, other_case / longest, (), ())
    kind = _kind(folded_before, folded_after, runs)
    return Difference(kind, min(1.0, max(gone, come) / longest), inserted, deleted)


def _kind(
    before: Sequence[str], after: Sequence[str], runs: Sequence[tuple[int, int, int, int]]
) -> DifferenceKind:
    longest_gone = max(b - a for a, b, _, _ in runs)
    longest_come = max(d - c for _, _, c, d in runs)
    if not longest_gone:
        few = longest_come <= _FEW_WORDS
        return DifferenceKind.WORDS_INSERTED if few else DifferenceKind.PASSAGE_INSERTED
    if not longest_come:
        few = longest_gone <= _FEW_WORDS
        return DifferenceKind.WORDS_DELETED if few else DifferenceKind.PASSAGE_DELETED
    if Counter(before) == Counter(after):
        return DifferenceKind.REORDERED
    alike = all(_alike(before[a:b], after[c:d]) for a, b, c, d in runs)
    return DifferenceKind.RESPELLED if alike else DifferenceKind.REWORDED


def _alike(gone: Sequence[str], come: Sequence[str]) -> bool:
    """Tell whether words are spellings of each other; long runs are not."""
    if max(len(gone), len(come)) > _MOST_SPELLED:
        return False
    matcher = SequenceMatcher(None, " ".join(gone), " ".join(come), autojunk=False)
    return matcher.ratio() >= _ALIKE


def _blanks_share(original: str, modified: str) -> float:
    """Return the share of a text that blanks came to or went from, as their number tells."""
    change = abs(len(original) - len(modified))
    return min(1.0, max(change, 1) / max(len(original), len(modified), 1))


def find_words(text: str) -> list[Span]:
    """Return the words and punctuation marks of a text; invisible characters are marks too."""
    return [Span(*match.span()) for match in _WORD.finditer(text)]


def _runs(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int, int, int]]:
    """Return where two lists differ, as difflib's opcodes; their common ends are found without it."""
    shortest = min(len(before), len(after))
    head = next((i for i in range(shortest) if before[i] != after[i]), shortest)
    rest = shortest - head
    tail = next((i for i in range(rest) if before[-1 - i] != after[-1 - i]), rest)
    middle_before, middle_after = before[head : len(before) - tail], after[head : len(after) - tail]
    # Frequent words make long texts quadratic; leaving them out as anchors may cost a shortest answer.
    long = max(len(middle_before), len(middle_after)) > _MANY
    matcher = SequenceMatcher(None, middle_before, middle_after, autojunk=long)
    return [
        (a + head, b + head, c + head, d + head)
        for tag, a, b, c, d in matcher.get_opcodes()
        if tag != "equal"
    ]


def _length(words: Sequence[str]) -> int:
    return sum(map(len, words))
