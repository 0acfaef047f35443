"""How far somebody answers for things: leading, owning, teaching, budgets, and their opposite.

What is denied ("no staff to manage") does not count, nor what was done to the person ("managed by", "was
trained"), what was only helped with, or those whom the person reported to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from metier.expertise.scope_words import PATTERNS, PEOPLE, STANDS_FOR
from metier.expertise.word_table import WordTable
from metier.types import Span


class Scope(StrEnum):
    """A kind of responsibility; the last two stand for work under somebody else's."""

    LEADS = "leads"
    SUPERVISES = "supervises"
    OWNS = "owns"
    MENTORS = "mentors"
    HIRES = "hires"
    ARCHITECTS = "architects"
    STRATEGY = "strategy"
    BUDGET = "budget"
    PROFIT = "profit"
    BREADTH = "breadth"
    STAKEHOLDERS = "stakeholders"
    IMPROVES = "improves"
    ASSISTS = "assists"
    ROUTINE = "routine"


SERVING: Final = frozenset({Scope.ASSISTS, Scope.ROUTINE})
"""Kinds that speak of work under somebody else's responsibility."""


@dataclass(frozen=True, slots=True)
class ScopeWord:
    """Words of a text that tell of a kind of scope."""

    kind: Scope
    span: Span


@dataclass(frozen=True, slots=True)
class Amount:
    """A number that a text states, and the words that state it."""

    value: float
    span: Span


_REACH: Final = 48  # characters that are looked at around a word
_CLAUSE_ENDS: Final = re.compile(r"[.;,:•|!?()]|\n\s*\n|\n\s*[-–—*]")
_DENIALS: Final = frozenset("no not never without nor neither cannot не без нет никогда".split())
_ONLY: Final = frozenset({"only", "только"})
_DENIED_WITHIN: Final = 4
# "Was trained", "being mentored": the person is not who did it.
_SUFFERED: Final = frozenset("was were been being is are got get".split())
_BY: Final = re.compile(r"\s+(?:\w+ly\s+)?by\s+(?!\d|[\w-]+ing\b)", re.IGNORECASE)
# What somebody else did, with the person's help, or who stands above the person.
_FOR_OTHERS: Final = frozenset(
    "under assist assisted assisting assists helped helping helps supported supporting supports aided aiding "
    "shadowed shadowing participate participated participating "
    "под помощь помогал помогала участие участвовал участвовала подчинение подчинялся подчинялась".split()
)
_REPORTS: Final = frozenset("report reported reporting reports".split())
_FOR_OTHERS_WITHIN: Final = 5
_NUMBERS: Final = {
    word: number
    for number, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split(), 1
    )
} | {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
_NUMBER: Final = re.compile(
    rf"(?<![\w.,$€£₽/-])(?:\d{{1,4}}|{'|'.join(_NUMBERS)})(?=\+|-[^\W\d]|\s|[.,;)]?(?:\s|$))", re.IGNORECASE
)
_GROUPS: Final = ("team", "staff", "crew", "group", "department", "squad", "workforce")
_RU_GROUPS: Final = ("команд", "отдел", "групп", "бригад", "коллектив", "штат", "подразделени")
_RU_PEOPLE: Final = ("человек", "чел", "сотрудник", "специалист", "подчин", "разработчик", "менеджер")
_MEMBERS: Final = frozenset({"person", "people", "member", "man"})
_LEADING: Final = (
    *("supervis", "manag", "led", "lead", "oversaw", "oversee", "direct", "train", "hir", "mentor", "coach"),
    *("руковод", "управл", "возглав"),
)
_ABOUT: Final = frozenset("over up to about around approximately more than из до в более около".split())
_A_PERSON: Final = re.compile(PEOPLE, re.IGNORECASE)
_MOST_PEOPLE: Final = 1000
_YEARS: Final = range(1950, 2051)
_MONEY: Final = re.compile(
    r"(?:[$€£]\s?(?P<before>\d[\d,.]{0,14})\s?"
    r"(?P<scale>k\b|mm?\b|mln\b|million|b\b|bn\b|billion|thousand)?"
    r"|(?<![\d.,])(?P<after>\d[\d ,.]{0,14})\s?"
    r"(?P<ruscale>тыс\w*\.?|млн\.?|млрд\.?|миллион\w*)?\s?(?:₽|руб|р\.))",
    re.IGNORECASE,
)
_ANSWERED_FOR: Final = re.compile(
    r"budget|revenue|sales|p\s?&\s?l|portfolio|assets|account|spend|fund|contract|project|program|grant"
    r"|бюджет|оборот|выручк|продаж|проект|портфел|контракт",
    re.IGNORECASE,
)
_MONEY_REACH: Final = 60
_ROUBLES_A_DOLLAR: Final = 100.0
_SCALES: Final = {
    "k": 1e3,
    "th": 1e3,
    "т": 1e3,
    "mi": 1e6,
    "ml": 1e6,
    "m": 1e6,
    "мл": 1e6,
    "ми": 1e6,
    "b": 1e9,
}


def find_scope(text: str, start: int, end: int) -> Iterator[ScopeWord]:
    """Yield the words that tell of scope in some characters of a text, in order; a kind's do not overlap.

    Args:
        text: the whole text.
        start: where to begin.
        end: where to end.
    """
    for kind, match in _table().find(text, start, end):
        if _is_own(text, Scope(kind), match, start):
            yield ScopeWord(Scope(kind), Span(*match.span()))


def find_team_sizes(text: str, start: int, end: int) -> Iterator[Amount]:
    """Yield how many people are led, as numbers from 1 to 1,000, as far as the text says so.

    Args:
        text: the whole text.
        start: where to begin.
        end: where to end.
    """
    for match in _NUMBER.finditer(text, start, end):
        number = _NUMBERS.get(match[0].lower()) or int(match[0])
        if not 0 < number <= _MOST_PEOPLE or number in _YEARS:
            continue
        before = _words_before(text, match.start(), start)
        if _counts_people(before, _words_after(text, match.end(), end)) and not _is_of_others(before):
            yield Amount(float(number), Span(*match.span()))


def _counts_people(before: list[str], after: list[str]) -> bool:
    """Tell whether a number between some words is that of people who are led."""
    while before and before[-1] in _ABOUT:
        before = before[:-1]
    follows = after[0] if after else ""
    if len(before) > 1 and before[-1] == "of" and before[-2].startswith(_GROUPS):
        return not follows.startswith(("year", "month", "hour", "percent"))
    if follows in _MEMBERS and any(word.startswith(_GROUPS) for word in after[1:4]):
        return True
    if after[:2] == ["direct", "reports"]:
        return True
    if follows.startswith(_RU_PEOPLE) and any(word.startswith(_RU_GROUPS) for word in before[-2:]):
        return True
    if any(word.startswith("подчин") for word in before[-2:]):
        return not follows.startswith(("лет", "год", "мес"))
    is_led = any(word.startswith(_LEADING) for word in before[-5:])
    return is_led and any(_A_PERSON.fullmatch(word) for word in after[:3])


def find_budgets(text: str, start: int, end: int) -> Iterator[Amount]:
    """Yield the amounts of money that are said of a budget, of sales, of a portfolio or the like.

    Amounts are as stated; roubles count for a hundredth, so that they compare with dollars and euros.

    Args:
        text: the whole text.
        start: where to begin.
        end: where to end.
    """
    for match in _MONEY.finditer(text, start, end):
        near = max(start, match.start() - _MONEY_REACH), min(end, match.end() + _MONEY_REACH)
        value = _amount(match)
        if value >= 1 and _ANSWERED_FOR.search(text, *near):
            yield Amount(value, Span(*match.span()))


def _amount(match: re.Match[str]) -> float:
    roubles = match["before"] is None
    digits = (match["after"] if roubles else match["before"]).strip(" .,")
    scale = (match["ruscale"] if roubles else match["scale"]) or ""
    factor = next((_SCALES[key] for key in (scale.lower()[:2], scale.lower()[:1]) if key in _SCALES), 1.0)
    if scale.lower().startswith("млрд"):
        factor = 1e9
    # With a scale a mark is that of decimals ("4.6M"), without one it parts thousands ("4,600,000").
    plain = digits.replace(" ", "").replace(",", "." if roubles and scale else "")
    if plain.count(".") > 1:
        plain = plain.replace(".", "")
    return float(plain) * factor / (_ROUBLES_A_DOLLAR if roubles else 1.0)


def _is_own(text: str, kind: Scope, match: re.Match[str], start: int) -> bool:
    """Tell whether the person did it, and not somebody else, or nobody."""
    before = _words_before(text, match.start(), start)
    if kind in SERVING:
        return not _is_denied(before)
    return not (_is_denied(before) or _is_of_others(before) or _BY.match(text, match.end()))


def _words_before(text: str, place: int, start: int) -> list[str]:
    """Return the words of the clause before a place, in lower case."""
    before = text[max(start, place - _REACH) : place]
    return _CLAUSE_ENDS.split(before)[-1].lower().split()


def _words_after(text: str, place: int, end: int) -> list[str]:
    """Return the words of the clause after a place, in lower case."""
    after = text[place : min(end, place + _REACH)].replace("-", " ").replace("+", " ")
    return _CLAUSE_ENDS.split(after, maxsplit=1)[0].lower().split()


def _is_denied(before: list[str]) -> bool:
    near = before[-_DENIED_WITHIN:]
    return any(
        (word in _DENIALS or word.endswith(("n't", "n’t"))) and not _ONLY.intersection(near[i + 1 : i + 2])
        for i, word in enumerate(near)
    )


def _is_of_others(before: list[str]) -> bool:
    """Tell whether what follows was done to the person, or by somebody whom the person helped."""
    if before and (
        before[-1] in _SUFFERED or (before[-1].endswith("ly") and before[-2:-1] and before[-2] in _SUFFERED)
    ):
        return True
    near = before[-_FOR_OTHERS_WITHIN:]
    return not _FOR_OTHERS.isdisjoint(near) or ("to" in near and not _REPORTS.isdisjoint(near))


@lru_cache(maxsize=1)
def _table() -> WordTable:
    return WordTable(PATTERNS, STANDS_FOR)
