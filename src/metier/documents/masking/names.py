"""The name of the person a resume is about, in each spelling that its header has."""

from __future__ import annotations

import re
from collections.abc import Sequence

from metier.documents.masking.candidates import LINE, SEGMENT, candidates
from metier.documents.masking.korean_names import (
    is_job_or_place,
    korean_name_at,
    starts_with_common_surname,
)
from metier.documents.masking.name_lists import is_given, ordinary_words, script_of, surnames
from metier.documents.masking.name_scores import ENOUGH, SURE, Judged, judge
from metier.documents.masking.name_words import FoundName, Word, is_shaped, name_of, trimmed, words_of
from metier.documents.masking.place import Region
from metier.documents.masking.sounds import sounds_in
from metier.documents.masking.stated_names import labelled_names, said_name
from metier.types import Span

_BEHIND = re.compile(r"[ ]{0,2}[(/|][ ]?")
_NICKNAME = re.compile(r"[ ]?(?:\([^()\n\d@,]{2,24}\)|[\"“”«„'‘][^\"“”»'’\n\d@]{2,24}[\"“”»'’])")
_LINES_BELOW = 40
_CHARS_BELOW = 2_000
# Between empty lines a name, a job and at most a place: jobs that somebody had have dates and more lines.
_NAME_AND_JOB = re.compile(
    r"(?<=\n\n)(?P<name>[^\n\d]{3,60})\n(?P<job>[^\n\d]{3,80})\n(?:[^\n\d]{3,60}\n)?(?=\n)"
)


def find_header_names(
    text: str, region: Region, *, emails: Sequence[str], language: str
) -> tuple[FoundName, ...]:
    """Return the name of the person as the header has it, in each spelling that stands there.

    Args:
        text: the text, with contacts and other facts taken out.
        region: its header and personal sections.
        emails: local parts of the e-mail addresses, in lower case.
        language: ISO 639-1 code of the text.
    """
    names = [_with_nickname(text, name) for name in labelled_names(text, region)]
    best = _best(text, region, local=" ".join(emails), language=language)
    if not names and (best is None or best.score < SURE):
        said = said_name(text, region)
        if said is not None:
            return (said,)
    if best is not None and (not names or (best.score >= SURE and _is_apart(best.name, names))):
        names.append(_with_nickname(text, best.name))
    return tuple(names + _spellings(text, names))


def _best(text: str, region: Region, *, local: str, language: str) -> Judged | None:
    best: Judged | None = None
    for candidate in candidates(text, region):
        judged = judge(text, candidate, local=local, language=language)
        if judged is not None and judged.score >= ENOUGH and (best is None or judged.score > best.score):
            best = judged
    return best


def _is_apart(name: FoundName, names: Sequence[FoundName]) -> bool:
    return all(name.span.end <= other.span.start or other.span.end <= name.span.start for other in names)


def find_name_below(text: str, region: Region, *, emails: Sequence[str]) -> FoundName | None:
    """Return a name that has a line of its own, or None; for resumes whose header shows none.

    It stands below the header and the e-mail address supports it, or it is a known one above a job, as where
    a column of contacts and skills comes before it.
    """
    local = " ".join(emails)
    return (_supported_below(text, region, local) if local else None) or _above_job(text, region)


def _above_job(text: str, region: Region) -> FoundName | None:
    for block in _NAME_AND_JOB.finditer(text, 0, region.header_end + _CHARS_BELOW):
        words = words_of(text, *block.span("name"))
        known = any(is_given(word.text) and word.plain not in ordinary_words() for word in words)
        if not known or not 2 <= len(words) <= 4 or not is_shaped(words) or any(word.stops for word in words):
            continue
        if any(word.stops or is_job_or_place(word.text) for word in words_of(text, *block.span("job"))):
            return name_of(text, words)
    return None


def _supported_below(text: str, region: Region, local: str) -> FoundName | None:
    for number, line in enumerate(LINE.finditer(text, region.header_end)):
        if number == _LINES_BELOW:
            return None
        words = words_of(text, *line.span())
        if not 2 <= len(words) <= 4 or not is_shaped(words) or any(word.stops for word in words):
            continue
        if sum(sounds_in(word.text, local) for word in words) >= 2:
            return name_of(text, words)
    return None


def _with_nickname(text: str, name: FoundName) -> FoundName:
    """Return the name with what stands in brackets or quotes right behind it, in the same script."""
    match = _NICKNAME.match(text, name.span.end)
    if match is None or script_of(match.group()) != script_of(text[name.span.start : name.span.end]):
        return name
    words = words_of(text, *match.span())
    if not 1 <= len(words) <= 4 or any(word.stops for word in words) or not is_shaped(words):
        return name
    return FoundName(Span(name.span.start, match.end()), (*name.parts, *(word.span for word in words)))


def _spellings(text: str, names: Sequence[FoundName]) -> list[FoundName]:
    """Return other spellings of found names, on the same line and the next one."""
    found: list[FoundName] = []
    taken = list(names)
    for name in names:
        end = text.find("\n", name.span.end)
        end = text.find("\n", end + 1) if end >= 0 else end
        for segment in SEGMENT.finditer(text, name.span.end, end if end >= 0 else len(text)):
            words = trimmed(words_of(text, *segment.span()))
            if 1 <= len(words) <= 4 and _is_same(text, name, words):
                spelling = name_of(text, words)
                if _is_apart(spelling, taken):
                    found.append(spelling)
                    taken.append(spelling)
    return found


def _is_same(text: str, name: FoundName, words: Sequence[Word]) -> bool:
    """Tell whether words are the name in another script."""
    script, own = script_of(words[0].text), script_of(text[name.span.start : name.span.end])
    if script == own:
        return script == "ko" and _is_second_korean_name(text, words)
    if any(word.stops for word in words):
        return False
    if _BEHIND.fullmatch(text[name.span.end : words[0].span.start]):
        return script in ("he", "ko", "zh") or is_shaped(words)
    if script == "zh":
        return len(words) <= 2 and words[-1].span.end - words[0].span.start <= 6
    if script == "ko":
        span = korean_name_at(text, words[0].span.start, words[-1].span.end)
        return span is not None and span.end == words[-1].span.end
    return is_shaped(words) and _sounds_alike(text, name, words)


def _is_second_korean_name(text: str, words: Sequence[Word]) -> bool:
    """Tell whether a Korean name stands behind another one, as of someone who goes by two."""
    start = words[0].span.start
    if len(words) != 1 or text[start - 1] not in "(, ":
        return False
    span = korean_name_at(text, start, words[0].span.end)
    return span is not None and starts_with_common_surname(words[0].text)


def _sounds_alike(text: str, name: FoundName, words: Sequence[Word]) -> bool:
    if script_of(text[name.span.start : name.span.end]) in ("ko", "zh"):
        known = any(is_given(word.text) or word.plain in surnames("en") for word in words)
        return known or len(words) in (2, 3)
    parts = [text[part.start : part.end].lower() for part in name.parts]
    return any(
        sounds_in(part, word.text.lower()) or sounds_in(word.text, part) for part in parts for word in words
    )
