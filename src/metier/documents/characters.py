"""Characters that show a person another text than a program reads.

Three things count: characters that draw nothing, bidirectional overrides, and words whose letters come
from two alphabets that look alike. The rules were set on real documents, so that what word processors,
web pages and two keyboards leave behind is no accusation:

- a zero-width space at the edge of a word or alone on a line is honest: half of the public resumes that
  were looked at have one. It counts inside a word, and so does a run of different ones, which can hold
  a message;
- an override that does not change the order of what it holds is honest: address books put one around numbers;
- `c` and its Cyrillic twin share a key, and the beginning or the ending of a word is often typed in the other
  alphabet (`АМОCRM`, `Excelе`). Two other letters inside a word are needed, or one in each of three words.

Fullwidth and mathematical letters (`Ｐｙｔｈｏｎ`, `𝐏𝐲𝐭𝐡𝐨𝐧`) decorate headings and show what they say: they
are no exclusion.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from metier.types import Exclusion, ExclusionReason, Span

# The documents layer's own table; the skills layer has one for matching, with other needs.
_CYRILLIC: Final = "асеорхуіјѕһАВСЕНКМОРТХУІЈЅ"
_LATIN: Final = "aceopxyijshABCEHKMOPTXYIJS"
_GREEK: Final = "αονρΑΒΕΖΗΙΚΜΝΟΡΤΥΧ"
_GREEK_AS_LATIN: Final = "aovpABEZHIKMNOPTYX"
TO_LATIN: Final = {
    ord(twin): latin for twin, latin in zip(_CYRILLIC + _GREEK, _LATIN + _GREEK_AS_LATIN, strict=True)
}
TO_CYRILLIC: Final = {ord(latin): cyrillic for latin, cyrillic in zip(_LATIN, _CYRILLIC, strict=True)}
_SAME_KEY: Final = frozenset("cCсС")

_A: Final = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
_B: Final = "\u0370-\u0373\u0376-\u03ff\u0400-\u0481\u048a-\u052f"
MIXED_WORD: Final = re.compile(rf"(?<![^\W\d_])[^\W\d_]*?(?:[{_A}][{_B}]|[{_B}][{_A}])[^\W\d_]*+")
_LATIN_LETTER: Final = re.compile(f"[{_A}]")
_LONG: Final = 4
_LONG_ABBREVIATION: Final = 6
_MANY_WEAK: Final = 3

_ZERO_WIDTH: Final = "\u034f\u180e\u200b-\u200d\u2060-\u2064\u206a-\u206f\ufeff"
_FILLERS: Final = "\u115f\u1160\u3164\uffa0"
_MARKS: Final = "\u200e\u200f\u061c"
_EMBEDDINGS: Final = "\u202a-\u202e\u2066-\u2069"
_SELECTORS: Final = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_TAGS: Final = "\U000e0000-\U000e007f"

# Alphabets in which nothing invisible is ever needed between two letters. A zero-width character after
# U+00C2 or U+00C3 is the second byte of a damaged encoding.
_PLAIN_LTR: Final = f"{_A}{_B}\u0531-\u0556\u0561-\u0587\u10a0-\u10ff\u1e00-\u1fff\uac00-\ud7a3"
_PLAIN: Final = f"0-9{_PLAIN_LTR}\u05d0-\u05ea"
_HANGUL: Final = "\u1100-\u11ff\u3131-\u3163\u3165-\u318e\ua960-\ua97f\uac00-\ud7ff"
_HIDDEN: Final = re.compile(
    rf"(?<=[{_PLAIN}])(?<![\u00c2\u00c3])[{_ZERO_WIDTH}]++(?=[{_PLAIN}])"
    rf"|(?<=[{_PLAIN_LTR}])[{_MARKS}]++(?=[{_PLAIN_LTR}])"
    rf"|(?<=[{_PLAIN}])(?<![{_HANGUL}])[{_FILLERS}]++(?=[{_PLAIN}])"
    rf"|(?<![{_SELECTORS}])[{_SELECTORS}]{{2,}}+"
    rf"|(?<=[{_PLAIN}])[\ufe00-\ufe0d\U000e0100-\U000e01ef](?![{_SELECTORS}])"
    rf"|(?<!\U0001f3f4)(?<![{_TAGS}])[{_TAGS}]++"
    rf"|(?<=\U0001f3f4)[{_TAGS}]{{8,}}+"
)
_MIXED_RUN: Final = re.compile(f"[\u00ad{_ZERO_WIDTH}{_MARKS}{_FILLERS}]{{8,}}+")
# No hyphenation leaves three syllables of one letter in a row.
_SOFT_HYPHENS: Final = re.compile("\u00ad(?:[^\\W\\d_]\u00ad){3,}+")

_DIRECTION: Final = re.compile("[\u202a-\u202e\u2066-\u2069\n\r\x1c-\x1e\x85\u2029]")
_LRO, _RLO, _PDF, _PDI = "\u202d", "\u202e", "\u202c", "\u2069"
_ISOLATES: Final = frozenset("\u2066\u2067\u2068")
_OPENING: Final = frozenset("\u202a\u202b\u2066\u2067\u2068") | {_LRO, _RLO}
_RTL: Final = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
_RTL_PAIR: Final = re.compile(rf"[{_RTL}][\s\u200e\u200f]*+[{_RTL}]")
_LTR_PAIR: Final = re.compile(rf"[^\W_{_RTL}]\W*+[^\W_{_RTL}]")

# Lines drawn through or under a letter, as in `i̶g̶n̶o̶r̶e̶`.
_OVERLAYS: Final = "\u0332-\u0338"
_ERASED: Final = re.compile(
    f"[\u00ad{_ZERO_WIDTH}{_FILLERS}{_MARKS}{_EMBEDDINGS}{_SELECTORS}{_TAGS}{_OVERLAYS}]++"
)
_STYLED: Final = re.compile("[\uff01-\uff5e\U0001d400-\U0001d7ff]")
_PLAIN_MARKS: Final = str.maketrans(
    "\t\x0b\x0c\r\xa0\u2002\u2003\u2009\u202f\u3000“”„«»‟＂‘’‚‛`´–—―‒−",
    " " * 10 + '"' * 7 + "'" * 6 + "-" * 5,
)
_SPACED: Final = re.compile(r"(?<!\w)[^\W\d_](?:[\s.*·_|-]{1,5}[^\W\d_](?!\w)){4,}+")
_BLANKS: Final = re.compile(r"\s{2,}+")


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as a person reads it, with the way back to the text it was made from.

    Attributes:
        text: no invisible characters, one blank where there were many, letters of words in one alphabet.
        kept: for each pass that took characters away, where each stretch that stayed begins after and before.
    """

    text: str
    kept: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]

    def original(self, span: Span) -> Span:
        """Return where a span of the folded text stands in the original text."""
        if span.start == span.end:
            return Span(self._back(span.start), self._back(span.start))
        return Span(self._back(span.start), self._back(span.end - 1) + 1)

    def _back(self, position: int) -> int:
        for after, before in reversed(self.kept):
            i = bisect_right(after, position) - 1
            position = before[i] + position - after[i]
        return position


def fold(text: str, *, words: frozenset[str] = frozenset()) -> Folded:
    """Return a text as a person reads it.

    Invisible characters, lines through letters, and the blanks of letter-spaced words go; styled letters,
    quotes, dashes and white space become plain ones; words of mixed alphabets become words of one.

    Args:
        text: any text.
        words: lower-case words at which letter-spaced text is parted where it has no wider gaps itself.
    """
    kept = []
    text, stretches = _without(text, [Span(*match.span()) for match in _ERASED.finditer(text)])
    kept.append(stretches)
    text = _STYLED.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text.translate(_PLAIN_MARKS))
    text = MIXED_WORD.sub(lambda match: unmix(match[0]), text)
    text, stretches = _without(text, list(_gaps_in_words(text, words)))
    kept.append(stretches)
    text, stretches = _without(text, list(_spare_blanks(text)))
    kept.append(stretches)
    return Folded(text, tuple(kept))


def _without(text: str, holes: Sequence[Span]) -> tuple[str, tuple[tuple[int, ...], tuple[int, ...]]]:
    """Return a text without some spans, and where the stretches that stay begin after and before."""
    edges = [0, *(edge for hole in holes for edge in (hole.start, hole.end)), len(text)]
    pieces, after, before, length = [], [], [], 0
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        pieces.append(text[start:end])
        after.append(length)
        before.append(start)
        length += end - start
    return "".join(pieces), (tuple(after), tuple(before))


def _gaps_in_words(text: str, words: frozenset[str]) -> Iterator[Span]:
    """Yield the single separators of letter-spaced words; wider ones part the words."""
    known = re.compile("|".join(sorted(map(re.escape, words), key=len, reverse=True))) if words else None
    for match in _SPACED.finditer(text):
        letters = [i for i in range(*match.span()) if text[i].isalpha()]
        narrow = all(right - left == 2 for left, right in pairwise(letters))
        breaks = set()
        if narrow and known is not None:
            joined = "".join(text[i] for i in letters).lower()
            breaks = {edge for word in known.finditer(joined) for edge in word.span()}
        for i, (left, right) in enumerate(pairwise(letters), 1):
            if right - left == 2 and text[left + 1] != "\n" and i not in breaks:
                yield Span(left + 1, right)


def _spare_blanks(text: str) -> Iterator[Span]:
    """Yield what may go of runs of white space: one blank stays, or up to two line ends."""
    for match in _BLANKS.finditer(text):
        start, end = match.span()
        first = text.find("\n", start, end)
        if first < 0:
            yield Span(start + 1, end)
            continue
        second = text.find("\n", first + 1, end)
        edges = (
            [start, first, first + 1, second, second + 1, end]
            if second > 0
            else [start, first, first + 1, end]
        )
        yield from (Span(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b)


def find_disguised(text: str) -> tuple[Exclusion, ...]:
    r"""Return what shows a person another text than a program reads, in order of the text.

    Hidden characters are excluded themselves, without the word around; an override with all that it
    reorders; a word of look-alike letters whole. Plain text in any alphabet gives an empty result.

    >>> [exclusion.reason.value for exclusion in find_disguised("Ja\u200bva, Pуthоn")]
    ['hidden_characters', 'lookalike_letters']
    """
    if text.isascii():
        return ()
    found = [(span, ExclusionReason.HIDDEN_CHARACTERS) for span in _hidden(text)]
    found += [(span, ExclusionReason.REORDERED) for span in _reordered(text)]
    found += [(span, ExclusionReason.LOOKALIKE_LETTERS) for span in _lookalikes(text)]
    return tuple(sorted(Exclusion(span, reason) for span, reason in found))


def smuggled_text(text: str, span: Span) -> str:
    """Return the message that the hidden characters of a span spell, or an empty string.

    Unicode tag characters spell ASCII; variation selectors spell bytes, read as UTF-8.
    """
    hidden = text[span.start : span.end]
    tags = "".join(chr(ord(char) - 0xE0000) for char in hidden if 0xE0020 <= ord(char) <= 0xE007E)
    if tags:
        return tags
    return bytes(_selector_bytes(hidden)).decode("utf-8", errors="ignore")


def unmix(word: str) -> str:
    """Return a word with its look-alike letters put right, as long as before; unchanged where none fit.

    >>> unmix("Pуthоn") == "Python"
    True
    """
    intruders = _intruders(word)
    table = TO_CYRILLIC if any(map(_LATIN_LETTER.match, intruders)) else TO_LATIN
    return word.translate(table) if intruders else word


def _selector_bytes(hidden: str) -> Iterator[int]:
    for code in map(ord, hidden):
        if 0xFE00 <= code <= 0xFE0F:
            yield code - 0xFE00
        elif 0xE0100 <= code <= 0xE01EF:
            yield code - 0xE0100 + 16


def _hidden(text: str) -> list[Span]:
    spans = {Span(*match.span()) for match in _HIDDEN.finditer(text)}
    for match in _MIXED_RUN.finditer(text):
        if match.start() > 0 and len(set(match[0])) > 1:
            spans.add(Span(*match.span()))
    spans.update(Span(*match.span()) for match in _SOFT_HYPHENS.finditer(text))
    return _merged(spans)


def _merged(spans: set[Span]) -> list[Span]:
    """Return spans in order, those that touch or overlap as one."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


def _reordered(text: str) -> Iterator[Span]:
    """Yield outermost overrides that change an order; each ends at its PDF or the end of its line."""
    opened: list[int] = []
    start = outermost = -1
    for match in _DIRECTION.finditer(f"{text}\n"):
        char, at = match[0], match.start()
        if char in _OPENING:
            opened.append(at)
            if outermost < 0 and char in (_LRO, _RLO):
                start, outermost = at, len(opened)
            continue
        if char == _PDF and opened and text[opened[-1]] not in _ISOLATES:
            opened.pop()
        elif char == _PDI:
            _close_isolate(text, opened)
        elif char not in (_PDF, _PDI):
            opened.clear()
        if 0 <= len(opened) < outermost:
            end = at + 1 if char in (_PDF, _PDI) else at
            start, outermost, span = -1, -1, Span(start, end)
            if _changes_order(text, span):
                yield span


def _close_isolate(text: str, opened: list[int]) -> None:
    """Close the innermost isolate and what was left open in it; without one the mark closes nothing."""
    depth = len(opened)
    while depth and text[opened[depth - 1]] not in _ISOLATES:
        depth -= 1
    if depth:
        del opened[depth - 1 :]


def _changes_order(text: str, span: Span) -> bool:
    pair = _LTR_PAIR if text[span.start] == _RLO else _RTL_PAIR
    return pair.search(text, span.start, span.end) is not None


def _lookalikes(text: str) -> list[Span]:
    strong: list[Span] = []
    weak: list[Span] = []
    for match in MIXED_WORD.finditer(text):
        n_disguised = _n_disguised(match[0])
        if n_disguised:
            (strong if n_disguised > 1 else weak).append(Span(*match.span()))
    return sorted(strong + weak) if len(strong) + len(weak) >= _MANY_WEAK else strong


def _n_disguised(word: str) -> int:
    """Count letters of the other alphabet that no slip of a hand explains."""
    if len(word) < _LONG or (word.isupper() and len(word) < _LONG_ABBREVIATION):
        return 0
    intruders = _intruders(word)
    inside = word.strip("".join(intruders))
    return sum(char in intruders and char not in _SAME_KEY for char in inside)


def _intruders(word: str) -> frozenset[str]:
    """Return the letters to be replaced so that a word is of one alphabet, or none where that fails."""
    latin = {char for char in word if _LATIN_LETTER.match(char)}
    other = set(word) - latin
    to_latin = all(ord(char) in TO_LATIN for char in other)
    to_cyrillic = all(ord(char) in TO_CYRILLIC for char in latin)
    if to_latin and to_cyrillic:
        n_latin = sum(char in latin for char in word)
        return frozenset(other if 2 * n_latin >= len(word) else latin)
    if to_latin:
        return frozenset(other)
    return frozenset(latin if to_cyrillic else ())
