"""How much speaks for a candidate: its place, its shape, the lists, the e-mail address."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from metier.documents.masking.candidates import Candidate
from metier.documents.masking.korean_names import (
    is_job_or_place,
    is_sentence,
    korean_name_at,
    sounds_foreign,
    starts_with_common_surname,
)
from metier.documents.masking.name_lists import (
    fold,
    is_given,
    is_no_name,
    is_surname,
    ordinary_words,
    script_of,
    surnames,
)
from metier.documents.masking.name_words import FoundName, Word, is_shaped, name_of, trimmed
from metier.documents.masking.sounds import sounds_in
from metier.types import Span

ENOUGH = 4.0
SURE = 6.0

_CERTAIN = 12.0
_MAX_NAME = 6
_PATRONYMIC = re.compile(
    r"(?:[оеё]вич|ьич|ич|[оеё]вн[аыуе]|ичн[аыуе]|инична|овной|[оеё]вич[ауе]м?|оглы|кызы|гызы|ул[ыу])$"
)
_HANGUL = re.compile(r"[가-힣]+(?:[ ]{1,3}[가-힣]+){0,3}")
_LATIN_BEHIND = re.compile(r"\s{0,2}\((?:영문[ ]?(?:이름|성명|명)?[ ]?[:：]?[ ]?)?[A-Z][A-Za-z\-]+[ ,]+[A-Z]")


@dataclass(frozen=True, slots=True)
class Judged:
    """A name and how much speaks for it."""

    score: float
    name: FoundName


@dataclass(frozen=True, slots=True)
class _Signs:
    """What is known of the words of a candidate, particles and initials left out.

    Attributes:
        full: the words.
        given: for each, whether it is a given name.
        surname: one of them is a surname.
        initials: there are initials beside them.
        supported: how many of them the e-mail address holds.
    """

    full: tuple[Word, ...]
    given: tuple[bool, ...]
    surname: bool
    initials: bool
    supported: int


def judge(text: str, candidate: Candidate, *, local: str, language: str) -> Judged | None:
    """Return the name that a candidate holds with its score, or None where it cannot be one.

    Args:
        text: the whole text.
        candidate: the words and where they stand.
        local: local parts of the e-mail addresses, in lower case; may be empty.
        language: ISO 639-1 code of the text.
    """
    words = trimmed(candidate.words)
    if not words or (len(words) > _MAX_NAME and not candidate.first):
        return None
    script = script_of(words[0].text)
    if script == "ko":
        return _judge_korean(text, words, candidate)
    if not is_shaped(words):
        return _judge_uncapitalised(text, words, candidate, local)
    leading = _before_job(words, candidate)
    if leading:
        return Judged(ENOUGH + 1, name_of(text, leading))
    score = _score(_signs(words, local), candidate)
    if script == "en" and language in ("ko", "he", "ru"):
        score -= 0.5
    return Judged(score, name_of(text, words))


def _before_job(words: Sequence[Word], candidate: Candidate) -> list[Word]:
    """Return the two or three words before those of a job, where nothing else parts them."""
    leading = list(takewhile(lambda word: not word.stops and word.plain not in ("sr", "jr"), words))
    if not candidate.first or not 2 <= len(leading) <= 3 or len(leading) == len(words):
        return []
    known = is_given(leading[0].text) and (
        leading[0].plain not in ordinary_words() or any(is_surname(word.text) for word in leading[1:])
    )
    return leading if known else []


def _signs(words: Sequence[Word], local: str) -> _Signs:
    full = tuple(word for word in words if not word.is_initial and not word.is_particle)
    given = tuple(is_given(word.text) for word in full)
    return _Signs(
        full=full,
        given=given,
        surname=any(is_surname(word.text) and not known for word, known in zip(full, given, strict=True)),
        initials=any(word.is_initial for word in words),
        supported=sum(sounds_in(word.text, local) for word in full) if local else 0,
    )


def _score(signs: _Signs, candidate: Candidate) -> float:
    if not signs.full or any(_rules_out(word, signs, candidate) for word in signs.full):
        return 0.0
    patronymic = any(script_of(word.text) == "ru" and _PATRONYMIC.search(word.plain) for word in signs.full)
    score = 3.0 * any(signs.given) + 0.5 * (sum(signs.given) > 1)
    score += 2.0 * (signs.supported > 0) + 0.5 * (signs.supported > 1)
    score += 2.0 * patronymic + 1.5 * signs.surname + 1.0 * signs.initials
    score += 0.5 * (any(signs.given) and len(signs.full) > 1 and candidate.whole_line and candidate.line < 4)
    score += 2.0 * candidate.first + 1.0 * candidate.whole_line + 1.0 * (candidate.line == 0)
    return score - 0.25 * candidate.line - _doubt(signs, candidate)


def _rules_out(word: Word, signs: _Signs, candidate: Candidate) -> bool:
    """Tell whether a word is none of a name; a given name may look like one, and a surname beside one."""
    if not is_no_name(word.text):
        return False
    if len(signs.full) == 1:
        return True
    if is_given(word.text):
        return False
    likely = fold(word.text) in surnames("en") or (script_of(word.text) == "ru" and is_surname(word.text))
    if candidate.first and candidate.whole_line and len(signs.full) == 2:
        likely = likely or word.plain in ordinary_words()
    return not (any(signs.given) and likely)


def _doubt(signs: _Signs, candidate: Candidate) -> float:
    """Return what speaks against a name: a single word, too many words, words that nobody knows."""
    known = any(signs.given)
    if len(signs.full) == 1:
        if signs.initials and (signs.surname or candidate.first):
            return 0.0
        leads = candidate.first and signs.full[0].plain not in ordinary_words()
        sure = signs.supported or (known and (candidate.whole_line or leads))
        return 1.5 if sure else 9.0
    if len(signs.full) > 4:
        return 1.0 if known else 5.0
    trusted = known or signs.surname or signs.supported or (candidate.first and candidate.whole_line)
    return 0.0 if trusted else 2.0


def _judge_uncapitalised(text: str, words: Sequence[Word], candidate: Candidate, local: str) -> Judged | None:
    """Judge words without capitals: a name typed in a hurry, or one that a sentence starts with."""
    written = [word.text for word in words]
    if 2 <= len(words) <= 3 and all(map(str.islower, written)) and not any(map(is_no_name, written)):
        supported = bool(local) and all(sounds_in(word, local) for word in written)
        known = any(map(is_given, written)) and any(map(is_surname, written))
        if supported or (known and candidate.first and candidate.whole_line):
            return Judged(SURE, name_of(text, words))
    leading = list(takewhile(lambda word: is_shaped([word]) and not word.stops, words))
    if candidate.first and 2 <= len(leading) <= 3 and is_given(leading[0].text):
        return Judged(ENOUGH + 1, name_of(text, leading))
    return None


def _judge_korean(text: str, words: Sequence[Word], candidate: Candidate) -> Judged | None:
    start, end = words[0].span.start, words[-1].span.end
    foreign = _foreign_in_hangul(text, start, end, candidate)
    if foreign is not None:
        return foreign
    span = korean_name_at(text, start, end)
    if span is None and candidate.first and starts_with_common_surname(text[start:end]):
        span = korean_name_at(text, start, end, foreign=len(words) == 1)
    if span is None:
        span = _behind_job(text, words, candidate)
    if span is None or (len(words) > 2 and is_sentence(text[start:end])):
        return None
    rest = (text[start : span.start] + " " + text[span.end : end]).split()
    leads = span.start == start and is_job_or_place(words[-1].text if len(words) < 3 else words[1].text)
    if rest and not (candidate.first and (leads or (len(rest) <= 2 and any(map(is_job_or_place, rest))))):
        return None
    score = ENOUGH + 2 * candidate.first + candidate.whole_line - 0.3 * candidate.line - 1.5 * bool(rest)
    score += 0.5 * starts_with_common_surname(text[span.start : span.end])
    return Judged(score, FoundName(span, (span,)))


def _foreign_in_hangul(text: str, start: int, end: int, candidate: Candidate) -> Judged | None:
    """Judge a foreign name written in Hangul: with its Latin spelling behind it, or told by its syllables."""
    hangul = _HANGUL.match(text, start)
    if hangul is None or not candidate.first or any(map(is_no_name, hangul.group().split())):
        return None
    span = Span(start, hangul.end())
    if _LATIN_BEHIND.match(text, hangul.end()) and korean_name_at(text, start, end, foreign=True):
        return Judged(_CERTAIN, FoundName(span, (span,)))
    words = text[start:end].split()
    if not candidate.whole_line or len(words) not in (2, 3) or any(map(is_job_or_place, words)):
        return None
    western = len(words) == 2 and len(words[0]) > 2 and words[1] in surnames("ko")
    if not western and (not sounds_foreign(text[start:end]) or korean_name_at(text, start, end) is not None):
        return None
    score = SURE + 2 if western else ENOUGH + 1
    return Judged(score, FoundName(Span(start, end), (Span(start, end),)))


def _behind_job(text: str, words: Sequence[Word], candidate: Candidate) -> Span | None:
    """Return the name in "Site manager Hong Gildong": the last word, behind a job or a firm."""
    if len(words) < 2 or candidate.line > 2 or len(words[-1].text) != 3:
        return None
    before = words[-2].text
    if not (is_job_or_place(before) or before.isupper()):
        return None
    return korean_name_at(text, words[-1].span.start, words[-1].span.end)
