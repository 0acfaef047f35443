"""The words that names are made of: titles, particles, initials, and what has the shape of a name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from metier.documents.masking.name_lists import fold, is_given, is_no_name, script_of
from metier.documents.masking.place import line_before
from metier.types import Span

MAX_WORDS = 9

_WORD = re.compile(r"[א-ת]+[\"״][א-ת](?![א-ת])|[^\W\d_]+(?:['’`׳\-־‐][^\W\d_]+)*\.?")
# "Mr." tells the gender, and a title goes with the name.
_TITLE_BEFORE = re.compile(
    r"(?<![^\W_])(?:(?:(?:mr|mrs|ms|miss|mx|dr|prof|professor|herr|frau|г-н|г-жа|д-р|проф|др)\.?|ד[\"״]ר"
    r"|פרופ['׳]?|מר|גב['׳]|גברת)[ ]{1,2}){1,3}$",
    re.IGNORECASE,
)
_TITLES = frozenset(
    "mr mrs ms miss mx dr prof professor sir eng ing dipl-ing rev capt sr sra herr frau madame mme shri smt "
    "г-н г-жа д-р проф др ד״ר ד\"ר מר גב' גב גברת פרופ' פרופ".split()
)
_SUFFIX = re.compile(r",?[ ](?:Jr|Sr|II|III|IV)\b(?!\.?[ ]+[A-Z])")
_PARTICLES = frozenset(
    "van von der den de del della di da dos das do du la le el al bin ibn bint abu abd ben bar ter ten zu "
    "zur af av y e i san st mac mc o op het 't ван фон дер де ла ди да эль аль бен бин ибн оглы оглу кызы "
    "гызы улы заде оол".split()
)
_LOW_PREFIX = re.compile(r"(?:al|el|ar|as|ad|an|ash|ben|bin|d|de|l|аль|эль|ад|ас|аш|д)[-'’`‐](?=[^\W\d_])")
_AFTER_NAMES = frozenset(
    "cv resume résumé резюме phd ph.d md mba msc m.sc bsc b.sc ma ba pmp cpa cfa acca cissp csm psm rn esq "
    "jr sr ii iii iv jd llm llb mbbs dds pe p.e pharmd cma shrm-cp sphr phr rpt do dvm frcs mrcp meng m.eng "
    "beng ceng cima cipd mcipd frm bcom msw lcsw bsn msn np aprn pa-c к.т.н к.э.н к.м.н д.т.н d.sc".split()
)
# "Julien Do" and "Wei Ma": behind a single word these are no degrees.
_ALSO_SURNAMES = frozenset(("ma", "ba", "do"))


@dataclass(frozen=True, slots=True)
class Word:
    """A word and where it stands; a full stop that ends it belongs to it."""

    span: Span
    text: str

    @property
    def plain(self) -> str:
        """Return the word in lower case without its full stop."""
        return fold(self.text).strip(".")

    @property
    def is_particle(self) -> bool:
        """Tell whether it joins parts of names: "van", "bin", "оглы"."""
        return self.plain in _PARTICLES

    @property
    def is_initial(self) -> bool:
        """Tell whether it is a single letter."""
        return len(self.text.strip(".")) == 1

    @property
    def stops(self) -> bool:
        """Tell whether it is a word of headers that no name holds."""
        return is_no_name(self.text) and not self.is_particle


@dataclass(frozen=True, slots=True)
class FoundName:
    """A name as it stands in the text.

    Attributes:
        span: all of it, with its title and nickname.
        parts: its words without titles and particles.
    """

    span: Span
    parts: tuple[Span, ...]


def words_of(text: str, start: int, end: int) -> list[Word]:
    """Return the first words of a stretch of text, nine at most."""
    words: list[Word] = []
    for match in _WORD.finditer(text, start, end):
        words.append(Word(Span(*match.span()), match.group()))
        if len(words) == MAX_WORDS:
            break
    return words


def trimmed(words: Sequence[Word]) -> list[Word]:
    """Return the words without titles and jobs before a name and degrees behind it."""
    kept = list(words)
    while kept and kept[0].plain in _TITLES:
        kept.pop(0)
    kept = _without_job(kept) or kept
    while len(kept) > 1 and (kept[-1].plain in _AFTER_NAMES or fold(kept[-1].text) in _AFTER_NAMES):
        if len(kept) == 2 and kept[-1].plain in _ALSO_SURNAMES:
            break
        kept.pop()
    return kept


def _without_job(words: list[Word]) -> list[Word]:
    """Return the two or three words behind those of a job, where a given name is among them."""
    i = len(words)
    while i and (not words[i - 1].stops or is_given(words[i - 1].text)):
        i -= 1
    if i == 0:
        return []
    while i < len(words) and words[i].text[0].islower():
        i += 1
    rest = words[i:]
    return rest if 2 <= len(rest) <= 3 and any(is_given(word.text) for word in rest) else []


def is_shaped(words: Sequence[Word]) -> bool:
    """Tell whether words look like a name: each with a capital, an initial or a particle.

    Hebrew has no capitals: there any words do.
    """
    n_names = 0
    for word in words:
        if script_of(word.text) == "he":
            n_names += 1
        elif word.is_particle and not word.text[0].isupper():
            continue
        elif not word.text[0].isupper() and not _LOW_PREFIX.match(word.text):
            return False
        else:
            n_names += not word.is_initial
    return n_names > 0


def name_of(text: str, words: Sequence[Word]) -> FoundName:
    """Return the name that words make, with the title before them."""
    last = words[-1]
    end = last.span.end - (last.text.endswith(".") and len(last.text) > 3)
    parts = tuple(
        Span(word.span.start, word.span.end - word.text.endswith("."))
        for word in words
        if not word.is_particle
    )
    start = words[0].span.start
    suffix = _SUFFIX.match(text, end)
    end = suffix.end() if suffix else end
    title = _TITLE_BEFORE.search(line_before(text, start, 24))
    return FoundName(Span(start - (len(title.group()) if title else 0), end), parts)
