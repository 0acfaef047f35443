"""What is said of words that no score counts."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from metier.documents.view import blanked
from metier.types import Exclusion, ExclusionReason, Finding, Severity

HIDDEN_TEXT: Final = "hidden_text"
CODES: Final = {
    ExclusionReason.BACKGROUND_COLOR: HIDDEN_TEXT,
    ExclusionReason.TINY: HIDDEN_TEXT,
    ExclusionReason.OFF_PAGE: HIDDEN_TEXT,
    ExclusionReason.CLIPPED: HIDDEN_TEXT,
    ExclusionReason.COVERED: HIDDEN_TEXT,
    ExclusionReason.INVISIBLE: HIDDEN_TEXT,
    ExclusionReason.NOT_DISPLAYED: HIDDEN_TEXT,
    ExclusionReason.HIDDEN_CHARACTERS: "hidden_characters",
    ExclusionReason.LOOKALIKE_LETTERS: "lookalike_letters",
    ExclusionReason.REORDERED: "reordered_text",
    ExclusionReason.INSTRUCTION: "machine_instruction",
    ExclusionReason.PASTED_VACANCY: "pasted_vacancy",
}

_HOW: Final = {
    ExclusionReason.BACKGROUND_COLOR: "in the colour of what is behind them",
    ExclusionReason.TINY: "too small to be seen (under 2 points)",
    ExclusionReason.OFF_PAGE: "outside the page",
    ExclusionReason.CLIPPED: "cut off, so that nothing of them is drawn",
    ExclusionReason.COVERED: "under something that covers them",
    ExclusionReason.INVISIBLE: "drawn invisibly",
    ExclusionReason.NOT_DISPLAYED: "marked as not to be shown",
}
# A layout cuts a line in two, or leaves a copy of it below a picture; that hides nothing.
_BY_LAYOUT: Final = frozenset({ExclusionReason.CLIPPED, ExclusionReason.COVERED, ExclusionReason.OFF_PAGE})
_WITH_CHARACTERS: Final = frozenset({ExclusionReason.HIDDEN_CHARACTERS, ExclusionReason.INSTRUCTION})
_ONE_FINDING: Final = frozenset({ExclusionReason.HIDDEN_CHARACTERS, ExclusionReason.LOOKALIKE_LETTERS})

_MAX_FINDINGS: Final = 10  # of one reason
_MAX_WORDS_CHARS: Final = 300
_LEAST_LETTERS: Final = 3  # a white dot or page number is no message
_MANY_CHARACTERS: Final = 5
_MOST_LABEL_WORDS: Final = 4
_LETTER = re.compile(r"\w")
_BLANKS = re.compile(r"\s+")
_DIRECTION_MARKS = re.compile("[\u202a-\u202e\u2066-\u2069]")  # they would reorder whatever shows them


def exclusion_findings(text: str, excluded: Sequence[Exclusion]) -> tuple[Finding, ...]:
    """Return what a person should know of words that no score counts, in order of reason and text.

    At most ten places of one reason have a finding each; one more finding tells of the others. Words of
    fewer than three letters have none.

    Args:
        text: the whole text of the document.
        excluded: its exclusions, in order of the text.
    """
    by_reason: dict[ExclusionReason, list[Exclusion]] = defaultdict(list)
    for item in excluded:
        by_reason[item.reason].append(item)
    seen = _one_line(blanked(text, (item.span for item in excluded)))
    found: list[Finding] = []
    for reason in ExclusionReason:
        if reason in _ONE_FINDING:
            found += _together(text, by_reason[reason])
        else:
            found += _each(text, by_reason[reason], seen)
    return tuple(found)


def _each(text: str, items: Sequence[Exclusion], seen: str) -> Iterator[Finding]:
    telling = [item for item in items if len(_LETTER.findall(_words(text, item))) >= _LEAST_LETTERS]
    for item in islice(telling, _MAX_FINDINGS):
        words = _one_line(_words(text, item))
        n_words = len(words.split())
        repeats = item.reason in _BY_LAYOUT and words in seen
        # Pages carry cut-off labels for people who have them read aloud: "LinkedIn profile".
        is_label = (
            item.reason is ExclusionReason.CLIPPED and item.page is None and n_words <= _MOST_LABEL_WORDS
        )
        severity = Severity.INFO if repeats or is_label else Severity.WARNING
        yield _finding(item, severity, _message(item, n_words, repeats=repeats), words)
    rest = telling[_MAX_FINDINGS:]
    if rest:
        message = f"{len(rest):,} more places are like this. No score counts their words."
        yield _finding(rest[0], Severity.WARNING, message, _one_line(_words(text, rest[0])))


def _message(item: Exclusion, n_words: int, *, repeats: bool) -> str:
    if item.reason is ExclusionReason.INSTRUCTION:
        return "The text gives orders to a program that reads it. No score counts these words."
    if item.reason is ExclusionReason.PASTED_VACANCY:
        return f"{n_words} words in a row are those of the vacancy. No score counts them."
    if item.reason is ExclusionReason.REORDERED:
        return (
            "Direction marks show these letters in another order than the stored one. No score counts them."
        )
    place = f"Page {item.page} holds" if item.page else "The document holds"
    counted = f"{n_words} words" if n_words != 1 else "a word"
    message = f"{place} {counted} {_HOW[item.reason]}. "
    if repeats:
        return f"{message}They only repeat words that can be seen."
    return f"{message}A person does not see them, a program reads them. No score counts them."


def _together(text: str, items: Sequence[Exclusion]) -> Iterator[Finding]:
    if not items:
        return
    if items[0].reason is ExclusionReason.HIDDEN_CHARACTERS:
        n_chars = sum(item.span.end - item.span.start for item in items)
        severity = Severity.WARNING if n_chars >= _MANY_CHARACTERS else Severity.INFO
        message = (
            f"{n_chars} characters that nobody sees stand in the text, the first at character "
            f"{items[0].span.start:,}. They are left out of every score; the words around them count."
        )
        words = " ".join(filter(None, (_smuggled(text, item) for item in items)))
        if words:
            message += " They spell words that a program can read."
        yield _finding(items[0], severity, message, words)
        return
    n_words = f"{len(items)} words mix" if len(items) > 1 else "A word mixes"
    message = f"{n_words} letters of two alphabets that look alike. No score counts such words."
    words = ", ".join(dict.fromkeys(_words(text, item) for item in items))
    yield _finding(items[0], Severity.WARNING, message, words)


def _finding(item: Exclusion, severity: Severity, message: str, words: str) -> Finding:
    words = _DIRECTION_MARKS.sub("", words)
    shown = words if len(words) <= _MAX_WORDS_CHARS else f"{words[: _MAX_WORDS_CHARS - 1]}…"
    return Finding(CODES[item.reason], severity, message, item.span, item.page, shown)


def _words(text: str, item: Exclusion) -> str:
    """Return the words of an exclusion; those that unseen characters spell, where they do."""
    return _smuggled(text, item) or text[item.span.start : item.span.end]


def _smuggled(text: str, item: Exclusion) -> str:
    """Return what unseen characters spell; only such a document pays for the patterns behind it."""
    if item.reason not in _WITH_CHARACTERS:
        return ""
    from metier.documents.characters import smuggled_text

    return smuggled_text(text, item.span)


def _one_line(text: str) -> str:
    return _BLANKS.sub(" ", text)
