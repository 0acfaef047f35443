"""Levels as people, job boards and staff lists write them, to the five that metier knows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from metier.documents.level_words import LEVEL_WORDS
from metier.expertise.application import LevelRange
from metier.types import Level

_SCALES: Final[Mapping[Level, str]] = MappingProxyType(
    {
        Level.INTERN: """
            intern; internship; trainee; apprentice; student; extern; noexperience; no experience; нет опыта;
            без опыта; не имеет значения опыт; стажировка; ученик; 인턴; 연수생
            """,
        Level.JUNIOR: """
            junior; entry level; entry; graduate; beginner; starter; between1and3; 1-3 years;
            от 1 года до 3 лет; от 1 до 3 лет; 1-3 года; начальный; младший; 신입; 주니어; 초급; 초급자
            """,
        Level.MIDDLE: """
            middle; mid; mid level; regular; associate; intermediate; medior; professional; between3and6;
            3-6 years; от 3 до 6 лет; 3-6 лет; средний; 미들; 중급; 선임
            """,
        Level.SENIOR: """
            senior; mid senior level; mid senior; advanced; experienced; morethan6; more than 6 years;
            more than 6; 6+ years; более 6 лет; больше 6 лет; свыше 6 лет; старший; опытный;
            시니어; 고급; 책임
            """,
        Level.LEAD: """
            lead; leader; expert; principal; staff; head; director; executive; c level; эксперт;
            ведущий; главный; руководитель; лид; директор; топ менеджер; 리드; 팀장; 수석
            """,
    }
)
# Words beside those of titles, and those of titles that stand for something else here.
_MORE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "intern": r"apprentice|extern|интерн(?:а|ы|ом)?",
        "lead": r"лид|тех\s?лид\w*|тим\s?лид\w*|expert(?=\s*(?:$|[,;/(|]))",
        "head": r"head(?=\s*(?:$|[,;/(|]))|executive(?=\s+director)|c-level",
        "senior": r"сень[её]р\w*|сениор\w*|синьор\w*|senior-level",
        "middle": r"миддл\w*|regular(?=\s*(?:$|[,;/(|+]))|intermediate|medior",
        "junior": r"jun|джуниор\w*|entry",
    }
)
_KOREAN: Final[Mapping[Level, str]] = MappingProxyType(
    {
        Level.INTERN: "인턴",
        Level.JUNIOR: "주니어|신입",
        Level.MIDDLE: "미들|중급|선임",
        Level.SENIOR: r"시니어|고급|책임(?=급|\s|$)",
        Level.LEAD: "팀장|리드|수석",
    }
)
_FALSE: Final = re.compile(
    r"(?<!\w)(?:middle\s+(?:east|school|office)|mid-?(?:size\w*|term|market|year)|lead\s+(?:gen\w*|time)"
    r"|staff\s+(?:augment\w*|train\w*)|head\s*-?hunt\w*|senior\s+(?:citizens?|living|care)"
    r"|entry\s+(?:form|point|data)|data\s+entry|главн\w+\s+офис\w*)(?!\w)",
    re.IGNORECASE,
)
_EDGES: Final = re.compile(r"^[\W_]+|[\s.,:;!\"'»«()\[\]|/_-]+$")
_JOINTS: Final = re.compile(r"[\s_–—‑-]+")
# "Middle/Senior", "от джуна до мидла": what stands between two levels that bound a range.
_RANGE: Final = re.compile(r"\s*\+?\s*(?:[/–—‑-]|\bto\b|\bor\b|\bдо\b|\bили\b)\s*", re.IGNORECASE)


def parse_level(words: str) -> Level | None:
    """Return the level that some words name, or None where they name none.

    A whole text is looked up in the scales of common sources first: LinkedIn's ("Associate", "Mid-Senior
    level"), those of Polish and Russian job boards ("Regular", "Ведущий"), stretches of experience of hh.ru
    ("between1And3"). Of a longer text, such as "Senior, 250 000 ₽", the level named in it counts; of two, the
    higher ("Senior team lead"), but of a range the lower, since no more is claimed.

    >>> parse_level("Mid-Senior level"), parse_level("Ведущий инженер, 300 000 ₽"), parse_level("300 000")
    (<Level.SENIOR: 'senior'>, <Level.LEAD: 'lead'>, None)
    >>> parse_level("Middle/Senior")
    <Level.MIDDLE: 'middle'>
    """
    found = parse_range(words)
    return found.low if found is not None else None


def parse_range(words: str) -> LevelRange | None:
    """Return the levels that some words name: one as a rule, or a range such as "Middle/Senior".

    Returns:
        None where they name no level.
    """
    known = _of_scales().get(_folded(words))
    if known is not None:
        return LevelRange.of(known)
    text = _FALSE.sub(" ", unicodedata.normalize("NFKC", words))
    named = sorted(_named(text), key=lambda item: item[0])
    if not named:
        return None
    chain = [named[0][2]]
    for (_, end, _), (start, _, level) in pairwise(named):
        if _RANGE.fullmatch(text, end, start):
            chain.append(level)
        elif len(chain) == 1:
            chain = [level]
    if len(chain) == 1:
        return LevelRange.of(max((level for _, _, level in named), key=_rank))
    return LevelRange(min(chain, key=_rank), max(chain, key=_rank))


def _rank(level: Level) -> int:
    return level.rank


@lru_cache(maxsize=1)
def _of_scales() -> dict[str, Level]:
    return {
        _folded(name): level for level, names in _SCALES.items() for name in names.split(";") if name.strip()
    }


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[Level, re.Pattern[str]], ...]:
    levels = {"head": Level.LEAD} | {level.value: level for level in Level}
    by_words = (
        (levels[name], re.compile(rf"(?<!\w)(?:{words}|{_MORE[name]})(?!\w)", re.IGNORECASE))
        for name, words in LEVEL_WORDS.items()
    )
    # Korean words run on into endings and into the word of the occupation.
    return (*by_words, *((level, re.compile(words)) for level, words in _KOREAN.items()))


def _named(text: str) -> Iterator[tuple[int, int, Level]]:
    for level, pattern in _patterns():
        for match in pattern.finditer(text):
            yield match.start(), match.end(), level


def _folded(words: str) -> str:
    folded = unicodedata.normalize("NFKC", words).strip().casefold().replace("ё", "е")
    return _JOINTS.sub(" ", _EDGES.sub("", folded)).strip()
