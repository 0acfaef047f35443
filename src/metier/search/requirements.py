"""What a vacancy asks for, and how much it wants it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from metier.types import (
    Document,
    EvidenceLabel,
    Importance,
    Quote,
    SectionKind,
    SkillEvidence,
)

# The words by which a sentence or a list item says that it would be nice.
_PREFERRED = re.compile(
    r"""
      \b(?:nice[-\ ]to[-\ ]haves?|good\ to\ have|bonus\s+points?|preferabl[ey]|preferred|desirable|desired|
        optional(?:ly)?|ideally)\b
    | \b(?:is|are|as|(?:would|will)\ be|considered)\s+(?:an?\s+)?(?:big\s+|strong\s+|huge\s+)?
        (?:plus|bonus|advantage|asset|welcome)\b
    | (?:^|[(,–—-])\s*(?:a\s+)?(?:plus|bonus)\b
    | \b(?:плюсом|преимуществом)\b
    | \bжелател\w{2,4}\b|\bприветству\w{3,4}\b|\bбыло\s+бы\s+здорово\b
    | 우대|선호|יתרון
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ITEM_REACH = 300
_ITEM_END = re.compile(r"[.;!?](?=\s|$)|\n")
_CHOICE = re.compile(r"\s*,?\s*(?:\bor\b|\bили\b|\bлибо\b|또는|혹은|\bאו\b)\s*", re.IGNORECASE)


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
    for evidence in skills:
        if evidence.label is EvidenceLabel.EXPLICIT:
            for quote in evidence.quotes:
                yield _Ask(evidence.skill, evidence.name, quote, _importance(vacancy, quote))


def _importance(vacancy: Document, quote: Quote) -> Importance:
    start, end = quote.span.start, quote.span.end
    section = next((s for s in vacancy.sections if s.span.start <= start < s.span.end), None)
    if section is not None and section.kind is SectionKind.PREFERRED:
        return Importance.PREFERRED
    first = max(0, start - _ITEM_REACH)
    for match in _ITEM_END.finditer(vacancy.text, first, start):
        first = match.end()
    closing = _ITEM_END.search(vacancy.text, end, end + _ITEM_REACH)
    item = vacancy.text[first : closing.start() if closing else end + _ITEM_REACH]
    return Importance.PREFERRED if _PREFERRED.search(item) else Importance.REQUIRED


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
    """Return the choice that each skill is part of; a skill is part of the first one only."""
    groups: list[list[str]] = []
    for left, right in pairwise(asks):
        gap = text[left.quote.span.end : right.quote.span.start]
        if left.skill == right.skill or not _CHOICE.fullmatch(gap):
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
