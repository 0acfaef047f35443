"""Mending of extracted text that keeps track of where each character came from.

Characters: ligatures become letters, odd spaces a space, private-use bullets a bullet; control characters
go; the result is NFC, not NFKC, so that "C++" and superscripts stay.

Line ends: `join_hyphenated` puts together words that were broken at a line end. A lone hyphen there may
be part of the word ("cloud-native") or not ("develop-ment"), and is judged by these rules, in order:

1. a soft hyphen is never part of the word;
2. the hyphen stays in chains ("state-of-the-art"), after one letter or capitals ("e-mail", "UI-driven")
   and where the document writes the compound elsewhere;
3. it goes where the document writes the joined word elsewhere, where a half has no vowel, and where the
   second half is an ending ("-tion");
4. it stays where either half is a frequent part of compounds or a word that the document uses elsewhere;
5. else it goes.

A second half with a capital or a digit is left on its line: "2019-" / "2021", "Engineer -" / "Google".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

NO_SOURCE = -1

_BULLETS = frozenset("\uf0b7\uf0a7\uf0d8\uf0fc\uf076\uf06e\uf06c\uf0a8\uf071\uf02d\uf0e0\uf0f0\uf09f")
_MAPPED = {
    "\ufb00": "ff",
    "\ufb01": "fi",
    "\ufb02": "fl",
    "\ufb03": "ffi",
    "\ufb04": "ffl",
    "\ufb05": "st",
    "\ufb06": "st",
    "\u2010": "-",
    "\u2011": "-",
    "\t": " ",
    "\n": "\n",
    "\u2028": " ",
    "\u2029": " ",
} | dict.fromkeys(_BULLETS, "•")
_SOFT_HYPHEN = "\u00ad"
_BLANKS = " \t\u00a0"
_INVISIBLE = frozenset(
    "\u200b\u2060\ufeff\ufffe\uffff"  # of no width, and no characters
    "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # marks of direction
)

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_BROKEN = re.compile(r"([^\W\d_]+)([-\u00ad])\n([^\W\d_]+)(\S*)( ?)")
_VOWELS = frozenset("aeiouyàâäáãåæèéêëìíîïòóôõöøùúûüаеёиоуыэюяіїє")
_ENDINGS = re.compile(
    r"(?:[ts]ions?|[ts]ional\w*|ments?|mental\w*|ings?|ings|tives?|sive|ances?|ences?|ancy|ency|able|ible|"
    r"ably|ness|ities|ity|ized?|ised?|izing|izes|ization|tors?|ters?|ted|ting|tings|cal|cally|ous|ally|"
    r"ни[еяйю]\w*|ци[июяей]\w*|ност\w*|тель\w*|тел[иея]\w*|ств\w*|ться|ский|ск[аоиу]\w*|ова\w*|ов|ами|ого)"
)
_COMPOUNDING = frozenset(
    "real cloud high low long short full part self well cross multi non co end user data event test state "
    "object front back open large small hands on off in out third second first fast best top team cost "
    "time server client service domain mission customer product results result detail goal fully award "
    "machine deep decision problem role risk value web e pre post semi anti all world day month year hour "
    "native based driven oriented level side scale quality term ready first focused solving making free "
    "wide specific friendly facing depth site line house stack party related aware intensive effective "
    "efficient performance availability throughput latency tenant platform functional learning by to of "
    "веб бизнес онлайн интернет бэк фронт тимлид скрам медиа мини пресс топ что нибудь либо то кое".split()
)


@dataclass(frozen=True, slots=True)
class Traced:
    """A text that knows its origin.

    Attributes:
        text: the characters.
        sources: for each, the index of the glyph that it was drawn as, or NO_SOURCE.
    """

    text: str
    sources: Sequence[int]

    def __post_init__(self) -> None:
        if len(self.text) != len(self.sources):
            raise ValueError(
                f"Each character needs one source. Got {len(self.text)} and {len(self.sources)}."
            )


def trace(lines: Iterable[Sequence[int]], glyphs: Sequence[str], first: int = 0) -> Traced:
    """Return the text of laid out lines.

    Args:
        lines: indices into `glyphs`, or negative for a space.
        glyphs: the characters of each glyph.
        first: number of the first glyph among the sources.
    """
    chars: list[str] = []
    sources: list[int] = []
    for line in lines:
        for index in line:
            text = glyphs[index] if index >= 0 else " "
            chars.append(text)
            sources += [first + index if index >= 0 else NO_SOURCE] * len(text)
        chars.append("\n")
        sources.append(NO_SOURCE)
    return Traced("".join(chars), sources)


def clean(traced: Traced) -> Traced:
    """Return the text with each character mended, single blanks, and at most one empty line in a row.

    Characters of one glyph keep its source, and so does the character that several glyphs compose.
    Soft hyphens stay at line ends, where `join_hyphenated` needs them.
    """
    return _collapse_blanks(_compose(_map_characters(traced)))


def _map_characters(traced: Traced) -> Traced:
    chars: list[str] = []
    sources: list[int] = []
    at_line_start = True
    for char, following, source in zip(traced.text, f"{traced.text[1:]}\n", traced.sources, strict=False):
        mended = char if " " < char < "\x7f" else _mended(char, following)
        if at_line_start and _is_unknown(mended) and following in _BLANKS:
            mended = "•"
        chars.append(mended)
        sources += [source] * len(mended)
        at_line_start = mended == "\n" or (at_line_start and mended in ("", " "))
    return Traced("".join(chars), sources)


def _mended(char: str, following: str) -> str:
    if char in _MAPPED:
        return _MAPPED[char]
    if char == _SOFT_HYPHEN:
        return char if following == "\n" else ""
    category = unicodedata.category(char)
    if category == "Cc" or char in _INVISIBLE:
        return ""
    return {"Zs": " ", "Cs": "\ufffd"}.get(category, char)


def _is_unknown(char: str) -> bool:
    return char == "\ufffd" or (char > "\ue000" and unicodedata.category(char) == "Co")


def _compose(traced: Traced) -> Traced:
    """Return the text in NFC."""
    if unicodedata.is_normalized("NFC", traced.text):
        return traced
    chars: list[str] = []
    sources: list[int] = []
    start = 0
    for end in range(1, len(traced.text) + 1):
        if end < len(traced.text) and _joins(traced.text[start:end], traced.text[end]):
            continue
        composed = unicodedata.normalize("NFC", traced.text[start:end])
        chars.append(composed)
        sources += [traced.sources[start]] * len(composed)
        start = end
    return Traced("".join(chars), sources)


def _joins(cluster: str, char: str) -> bool:
    if char < "\u0300":
        return False
    if unicodedata.combining(char):
        return True
    parts = unicodedata.normalize("NFC", cluster) + unicodedata.normalize("NFC", char)
    return unicodedata.normalize("NFC", cluster + char) != parts


def _collapse_blanks(traced: Traced) -> Traced:
    chars: list[str] = []
    sources: list[int] = []
    for char, source in zip(traced.text, traced.sources, strict=True):
        if char == " " and (not chars or chars[-1] in " \n"):
            continue
        if char == "\n":
            if chars and chars[-1] == " ":
                chars.pop()
                sources.pop()
            if not chars or chars[-2:] == ["\n", "\n"]:
                continue
        chars.append(char)
        sources.append(source)
    while chars and chars[-1] in " \n\u00ad":
        chars.pop()
        sources.pop()
    return Traced("".join(chars), sources)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words of a document in lower case, apart from those broken at a line end; compounds have hyphens."""

    words: frozenset[str]
    compounds: frozenset[str]


def vocabulary(texts: Iterable[str]) -> Vocabulary:
    """Return the words of the texts that stand whole on a line."""
    words: set[str] = set()
    compounds: set[str] = set()
    for text in texts:
        for word in _WORD.findall(_BROKEN.sub(r" \4\5", text).lower()):
            (compounds if "-" in word else words).add(word)
    return Vocabulary(frozenset(words), frozenset(compounds))


def join_hyphenated(traced: Traced, known: Vocabulary) -> Traced:
    """Return the text with words put together that were broken at a line end.

    The whole word moves to the upper line, so that the number of lines stays the same.
    """
    chars: list[str] = []
    sources: list[int] = []
    last = 0
    for match in _BROKEN.finditer(traced.text):
        stays = _hyphen_stays(match, traced.text, known)
        if stays is None:
            continue
        middle = match.end(1) + (1 if stays else 0)
        for start, end in ((last, middle), (match.start(3), match.end(4))):
            chars.append(traced.text[start:end])
            sources += traced.sources[start:end]
        if match[5]:
            chars.append("\n")
            sources.append(NO_SOURCE)
        last = match.end()
    chars.append(traced.text[last:])
    sources += traced.sources[last:]
    return Traced("".join(chars), sources)


def _hyphen_stays(match: re.Match[str], text: str, known: Vocabulary) -> bool | None:
    """Tell whether the hyphen belongs to the word; None leaves the lines as they are."""
    head, hyphen, tail, rest = match[1], match[2], match[3], match[4]
    if hyphen == _SOFT_HYPHEN:
        return False
    if not tail[0].islower():
        return None
    chained = text[match.start() - 1 : match.start()] == "-" or rest.startswith("-")
    if chained or len(head) == 1 or head.isupper():
        return True
    return _is_compound(head.lower(), tail.lower(), known)


def _is_compound(head: str, tail: str, known: Vocabulary) -> bool:
    if f"{head}-{tail}" in known.compounds:
        return True
    if head + tail in known.words or not _VOWELS & set(head) or not _VOWELS & set(tail):
        return False
    if _ENDINGS.fullmatch(tail):
        return False
    return bool({head, tail} & (_COMPOUNDING | known.words))
