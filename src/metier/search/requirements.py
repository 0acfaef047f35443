"""What a vacancy asks for, and how much it wants it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from metier.documents.section_index import SectionIndex
from metier.types import (
    Document,
    EvidenceLabel,
    Importance,
    Quote,
    SectionKind,
    SkillEvidence,
)

# The words by which a sentence or a list item says that it would be nice.
_FORWARD = (
    r"\b(?:nice[- ]to[- ]haves?|good to have|bonus\s+points?|preferabl[ey]|desirabl[ey]|optionally|ideally)\b"
    r"|\bжелательн\w{1,3}\b|\bприветству\w{3,4}\b|\bбыло\s+бы\s+здорово\b|\b(?:плюсом|преимуществом)\b|우대|יתרון"
)
_BACKWARD = (
    r"\b(?:is|are|as|(?:would|will) be|considered)\s+(?:an?\s+)?(?:big\s+|strong\s+|huge\s+)?"
    r"(?:plus|bonus|advantage|asset|welcome|preferred|desirable|desired|optional)\b"
    r"|(?:^|[(,–—-])\s*(?:a\s+)?(?:plus|bonus|nice to have|preferred|optional)\b"
    r"|\b(?:плюсом|преимуществом)\b|\b(?:желательн\w{1,3}|приветству\w{3,4})\s*$|우대|יתרון"
)
_PREFERRED = re.compile(
    f"{_FORWARD}|{_BACKWARD}|\\bpreferred\\b|\\boptional\\b|\\bdesir(?:ed|able)\\b", re.IGNORECASE
)
_PREFERRED_AFTER = re.compile(_BACKWARD, re.IGNORECASE)
_BRACKETS = re.compile(r"\s*\([^()]{0,80}\)")
_ITEM_REACH = 300
_ITEM_END = re.compile(r"[.;!?](?=\s|$)|\n")
_CHOICE = re.compile(r"\s*,?\s*(?:\bor\b|\bили\b|\bлибо\b|또는|혹은|\bאו\b)\s*", re.IGNORECASE)
_LIST_GAP = re.compile(r"\s*[,/]\s*")
_ONE_OF = re.compile(
    r"\b(?:(?:one|any|either)(?:\s+or\s+more)?\s+of(?:\s+the\s+following)?|од(?:ин|н\w{1,3})\s+из|любо\w{1,3}\s+из)\b[^.,;\n]{0,20}$",
    re.IGNORECASE,
)
_ONE_OF_REACH = 70


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing that a vacancy asks for: a skill, or any one of several.

    Attributes:
        skills: ids; more than one where the vacancy offers a choice ("Django or Flask").
        names: their labels, in the same order.
        importance: required or preferred.
        quotes: where the vacancy asks for it.
    """

    skills: tuple[str, ...]
    names: tuple[str, ...]
    importance: Importance
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class _Ask:
    skill: str
    name: str
    quote: Quote
    importance: Importance


def find_requirements(vacancy: Document, skills: Sequence[SkillEvidence]) -> tuple[Wanted, ...]:
    """Return what a vacancy asks for, required before preferred, each in the order of the text.

    A skill is preferred where its section or its sentence says so, and required otherwise; asked for
    both ways it is required. Two skills joined by "or" are one requirement with a choice.

    Args:
        vacancy: the vacancy.
        skills: what was detected in it; only explicit evidence is asked for.
    """
    asks = sorted(_asks(vacancy, skills), key=lambda ask: ask.quote.span)
    wanted = list(_wanted(asks, vacancy.text))
    return tuple(sorted(wanted, key=lambda item: item.importance is Importance.PREFERRED))


def _asks(vacancy: Document, skills: Sequence[SkillEvidence]) -> Iterator[_Ask]:
    index = SectionIndex(vacancy.sections)
    for evidence in skills:
        if evidence.label is EvidenceLabel.EXPLICIT:
            for quote in evidence.quotes:
                section = index.kind_at(quote.span.start)
                yield _Ask(evidence.skill, evidence.name, quote, _importance(vacancy.text, quote, section))


def _importance(text: str, quote: Quote, section: SectionKind | None) -> Importance:
    """Return how much a vacancy wants what it names at one place.

    A mark in brackets right after a name is said of that name alone: "Kafka (nice to have), Python".
    """
    if section is SectionKind.PREFERRED:
        return Importance.PREFERRED
    start, end = quote.span.start, quote.span.end
    first = max(0, start - _ITEM_REACH)
    for match in _ITEM_END.finditer(text, first, start):
        first = match.end()
    closing = _ITEM_END.search(text, end, end + _ITEM_REACH)
    before, after = text[first:start], text[end : closing.start() if closing else end + _ITEM_REACH]
    own = _BRACKETS.match(after)
    if own is not None and _PREFERRED.search(own.group()):
        return Importance.PREFERRED
    before, after = _BRACKETS.sub("", before), _BRACKETS.sub("", after)
    return Importance.PREFERRED if _is_preferred(before, after) else Importance.REQUIRED


def _is_preferred(before: str, after: str) -> bool:
    """Tell whether the words of an item make a name nice to have; "желательно" holds for what follows it."""
    return bool(_PREFERRED.search(before) or _PREFERRED_AFTER.search(after))


def _wanted(asks: Sequence[_Ask], text: str) -> Iterator[Wanted]:
    """Yield one requirement per skill or choice, at its first place in the text."""
    choices = _choices(asks, text)
    required = {ask.skill for ask in asks if ask.importance is Importance.REQUIRED}
    done: set[str] = set()
    for ask in asks:
        if ask.skill in done:
            continue
        members = choices.get(ask.skill, (ask.skill,))
        done.update(members)
        names = {other.skill: other.name for other in asks}
        yield Wanted(
            skills=members,
            names=tuple(names[member] for member in members),
            importance=Importance.REQUIRED if required & set(members) else Importance.PREFERRED,
            quotes=tuple(other.quote for other in asks if other.skill in members),
        )


def _choices(asks: Sequence[_Ask], text: str) -> dict[str, tuple[str, ...]]:
    """Return the choice that each skill is part of; a skill is part of the first one only.

    "A or B" is a choice, and so is a list after "one of". In "Python, Django or Flask" the first is asked
    for by itself, since it is no alternative to the others more often than not.
    """
    groups: list[list[str]] = []
    in_list = False
    for left, right in pairwise(asks):
        gap = text[left.quote.span.end : right.quote.span.start]
        either = _CHOICE.fullmatch(gap) is not None
        in_list = (in_list or _after_one_of(text, left)) and (either or _LIST_GAP.fullmatch(gap) is not None)
        if left.skill == right.skill or not (either or in_list):
            continue
        if groups and groups[-1][-1] == left.skill:
            groups[-1].append(right.skill)
        else:
            groups.append([left.skill, right.skill])
    choices: dict[str, tuple[str, ...]] = {}
    for group in groups:
        members = tuple(dict.fromkeys(group))
        if not any(member in choices for member in members):
            choices.update(dict.fromkeys(members, members))
    return choices


def _after_one_of(text: str, ask: _Ask) -> bool:
    """Tell whether a skill is the first of a list that "one of" announces."""
    start = ask.quote.span.start
    return _ONE_OF.search(text[max(0, start - _ONE_OF_REACH) : start]) is not None
