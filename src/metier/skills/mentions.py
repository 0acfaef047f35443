"""Where a text names the skills of a taxonomy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from metier.documents.section_index import SectionIndex
from metier.skills.automaton import TokenAutomaton
from metier.skills.taxonomy import Taxonomy
from metier.skills.tokens import Token, name_tokens, normalise, surface_tokens, tokenise
from metier.types import Section, SectionKind, Span

_KOREAN_PARTICLES = (
    "을 를 이 가 은 는 의 로 으로 와 과 에 에서 도 만 등 및 나 이나 랑 까지 부터 보다 처럼 "
    "에서의 로의 으로의 에서는 에는 로는 와의 과의"
).split()
_HEBREW_PREFIXES = "ב ל ה ו מ כ ש וב ול וה ומ שב של בה לה".split()
_HANGUL_END = re.compile(r"[\uac00-\ud7a3]$")
_HEBREW_START = re.compile(r"^[\u05d0-\u05ea]")
_AFFIXING = re.compile(r"[\uac00-\ud7a3\u05d0-\u05ea]")
_ENGLISH_SINGULAR = re.compile(r"[a-z]{3,}(?<!s)$")

# How far away the company of an ambiguous name may be, in characters: about one printed line.
_COMPANY_REACH = 90
_PARAGRAPH_BREAK = re.compile(r"\n[^\S\n]*\n")
_LIST_SECTIONS = frozenset({SectionKind.SKILLS, SectionKind.LANGUAGES})
# Two ambiguous names vouch for each other only as items of one list: "Go, Rust".
_LISTED = re.compile(r"\s*(?:[,/&|•·;+]|and|or|и|или)?\s*", re.IGNORECASE)
_INITIAL_BEFORE = re.compile(r"(?:\w[.&'’-]|\b(?![CR]\b)[A-Z]\.? )$")
_INITIAL_AFTER = re.compile(r"[.&'’-]\w|[$€£]")
_LANGUAGE_WORDS = frozenset(
    normalise(word)
    for word in (
        "language languages programming developer developers development engineer engineers programmer "
        "framework frameworks code coding library backend frontend services microservices "
        "язык языки языке программирование программист разработчик разработчика разработка фреймворк код"
    ).split()
)


class NameJudge(Protocol):
    """Settles ambiguous names by their context."""

    def settles(self, skill: str) -> bool:
        """Tell whether it knows the names of a skill."""
        ...

    def means_skill(self, text: str, span: Span) -> bool:
        """Tell whether the name at a place in a text stands for its skill."""
        ...


@dataclass(frozen=True, slots=True)
class Mention:
    """A skill is named at `span`."""

    skill: str
    span: Span


@dataclass(frozen=True, slots=True)
class _Name:
    """What a pattern stands for; a decoy has no skill."""

    skill: str | None
    exact: frozenset[tuple[str, ...]]
    ambiguous: frozenset[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Candidate:
    skill: str
    span: Span
    first: int
    last: int
    ambiguous: bool


class MentionFinder:
    """Finds all names of a taxonomy's skills in a text, longest names first.

    Args:
        taxonomy: where two skills share a name, a label goes before an alias, and then the earlier
            skill before the later.
    """

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._taxonomy = taxonomy
        self._matchers: dict[bool, _Matcher] = {}

    def find(
        self, text: str, sections: Sequence[Section] = (), *, judge: NameJudge | None = None
    ) -> list[Mention]:
        """Return the mentions in a text, from left to right; none overlap.

        Args:
            text: any text.
            sections: its sections; in one that lists skills or languages an ambiguous name needs no company.
            judge: what settles ambiguous names by their sentence, for the skills that it knows.
        """
        tokens = tokenise(text)
        candidates = list(self._matcher(text).candidates(text, tokens))
        index = SectionIndex(sections)
        return [
            Mention(candidate.skill, candidate.span)
            for i, candidate in enumerate(candidates)
            if not candidate.ambiguous
            or index.kind_at(candidate.span.start) in _LIST_SECTIONS
            or (
                judge.means_skill(text, candidate.span)
                if judge is not None and judge.settles(candidate.skill)
                else _has_company(i, candidates, text) or _has_language_word(candidate, tokens)
            )
        ]

    def _matcher(self, text: str) -> _Matcher:
        # Korean and Hebrew affixes make nine tenths of all patterns; no other text can match them.
        affixes = _AFFIXING.search(text) is not None
        if affixes not in self._matchers:
            self._matchers[affixes] = _Matcher(_patterns(self._taxonomy, affixes=affixes))
        return self._matchers[affixes]


class _Matcher:
    """The automaton over some patterns, and what each of them stands for."""

    def __init__(self, patterns: dict[tuple[str, ...], _Name]) -> None:
        self._names = list(patterns.values())
        self._automaton = TokenAutomaton(list(patterns))

    def candidates(self, text: str, tokens: list[Token]) -> Iterator[_Candidate]:
        """Yield the matches that are spelled as their name demands."""
        for match in self._automaton.find(tokens):
            name = self._names[match.pattern]
            if name.skill is None:
                continue
            span = Span(tokens[match.first].start, tokens[match.last].end)
            surface = surface_tokens(text[span.start : span.end])
            if (name.exact and surface not in name.exact) or _is_initial(text, span):
                continue
            yield _Candidate(name.skill, span, match.first, match.last, surface in name.ambiguous)


def _is_initial(text: str, span: Span) -> bool:
    """Tell whether a one-letter name is a letter of something else: "R&Q", "R.S.C.", "X-C"."""
    if span.end - span.start > 1:
        return False
    return bool(
        _INITIAL_BEFORE.search(text[max(0, span.start - 3) : span.start])
        or _INITIAL_AFTER.match(text, span.end)
    )


def _has_company(i: int, candidates: Sequence[_Candidate], text: str) -> bool:
    here = candidates[i]
    for step in (-1, 1):
        j = i + step
        while 0 <= j < len(candidates):
            there = candidates[j]
            gap = (there.span.end, here.span.start) if step < 0 else (here.span.end, there.span.start)
            if gap[1] - gap[0] > _COMPANY_REACH or _PARAGRAPH_BREAK.search(text, *gap):
                break
            if there.skill != here.skill and (not there.ambiguous or _LISTED.fullmatch(text, *gap)):
                return True
            j += step
    return False


def _has_language_word(candidate: _Candidate, tokens: Sequence[Token]) -> bool:
    neighbours = (candidate.first - 1, candidate.last + 1)
    return any(0 <= i < len(tokens) and tokens[i].norm in _LANGUAGE_WORDS for i in neighbours)


def _patterns(taxonomy: Taxonomy, *, affixes: bool) -> dict[tuple[str, ...], _Name]:
    patterns: dict[tuple[str, ...], _Name] = {}
    for entry in taxonomy.entries:
        for decoy in entry.decoys:
            patterns.setdefault(name_tokens(decoy), _Name(None, frozenset(), frozenset()))
    names = [(entry, entry.skill.label) for entry in taxonomy.entries]
    names += [(entry, alias) for entry in taxonomy.entries for alias in entry.skill.aliases]
    for spelled in (True, False):  # every name as spelled goes before any name's derived form
        for entry, name in names:
            key = name_tokens(name)
            meaning = _meaning(entry.skill.id, key, entry.exact, entry.ambiguous)
            if not spelled and meaning.exact:
                continue
            for form in [key] if spelled else _inflected(key, affixes=affixes):
                if form:
                    patterns.setdefault(form, meaning)
    return patterns


def _meaning(skill: str, key: tuple[str, ...], exact: Sequence[str], ambiguous: Sequence[str]) -> _Name:
    """Collect the exact spellings of a skill that share one normalised form."""
    return _Name(
        skill,
        frozenset(surface_tokens(name) for name in exact if name_tokens(name) == key),
        frozenset(surface_tokens(name) for name in ambiguous if name_tokens(name) == key),
    )


def _inflected(key: tuple[str, ...], *, affixes: bool) -> Iterator[tuple[str, ...]]:
    """Yield the forms of a name that grammar adds to it; Russian needs none, since its words are stemmed."""
    if not key:
        return
    if _ENGLISH_SINGULAR.search(key[-1]):
        yield (*key[:-1], f"{key[-1]}s")
    if affixes and _HANGUL_END.search(key[-1]):
        yield from ((*key[:-1], f"{key[-1]}{particle}") for particle in _KOREAN_PARTICLES)
    if affixes and _HEBREW_START.search(key[0]):
        yield from ((f"{prefix}{key[0]}", *key[1:]) for prefix in _HEBREW_PREFIXES)
