"""Why a document was found: skills in common and missing, and the passages that are nearest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.search.coverage import CREDITS, WEIGHTS
from metier.search.hits import HitPassage
from metier.store.entries import Entry, EntrySkill
from metier.store.terms import find_terms
from metier.types import EvidenceLabel, Importance, RequirementStatus, Span

N_PASSAGES: Final = 3
_WORD: Final = re.compile(r"\S+")
_EDGES: Final = re.compile(r"^[^\w.]+|[^\w+#]+$")
_PLAIN_WORDS: Final = (
    "a an and are as at be but by for from has have in into is it its of on or our that the their they this "
    "to was we were which will with you your who not all more other "
    "и в во на с со к ко о об от до за из по при для без над под у а но или что как это мы вы он она они "
    "их наш ваш не все всех ее его"
)
_CREDIT: Final = {
    EvidenceLabel.EXPLICIT: CREDITS[RequirementStatus.MATCHED],
    EvidenceLabel.IMPLICIT: CREDITS[RequirementStatus.IMPLIED],
    EvidenceLabel.NONE: CREDITS[RequirementStatus.MISSING],
}


@dataclass(frozen=True, slots=True)
class SkillOverlap:
    """The skills of two documents side by side.

    Attributes:
        shared: names of skills that both have.
        missing: names of what is asked for and not shown; a choice reads "Django or FastAPI".
        coverage: weighted share of what is asked for that is shown, as docs/concepts/coverage.md has it;
            None where nothing is asked for.
    """

    shared: tuple[str, ...]
    missing: tuple[str, ...]
    coverage: float | None


def compare_skills(wanted: Sequence[EntrySkill], shown: Sequence[EntrySkill]) -> SkillOverlap:
    """Return how the skills that one document asks for stand against those that another shows.

    Args:
        wanted: of a vacancy, or of a query; what has an importance is asked for. Where none has, all are
            required, as in a query.
        shown: of a resume.
    """
    credit = {skill.id: _CREDIT[skill.label] for skill in shown}
    met, total = 0.0, 0.0
    missing: list[str] = []
    for group in choices_of(wanted):
        weight = WEIGHTS[group[0].importance or Importance.REQUIRED]
        best = max(credit.get(skill.id, 0.0) for skill in group)
        met, total = met + weight * best, total + weight
        if not best:
            missing.append(" or ".join(skill.name for skill in group))
    names = {skill.id: skill.name for skill in wanted}
    shared = tuple(name for skill, name in names.items() if credit.get(skill))
    return SkillOverlap(shared, tuple(missing), round(met / total, 6) if total else None)


def choices_of(wanted: Sequence[EntrySkill]) -> list[list[EntrySkill]]:
    """Return what is asked for, each requirement as the skills of which any will do, required ones first.

    Args:
        wanted: what has an importance is asked for; where none has, all are.
    """
    asked = [skill for skill in wanted if skill.importance is not None] or list(wanted)
    groups: dict[int, list[EntrySkill]] = {}
    for number, skill in enumerate(asked, start=1):
        groups.setdefault(skill.choice or -number, []).append(skill)
    return sorted(groups.values(), key=lambda group: group[0].importance is Importance.PREFERRED)


def best_passages(
    entry: Entry, vector: NDArray[np.float32], terms: frozenset[str], *, most: int = N_PASSAGES
) -> tuple[HitPassage, ...]:
    """Return the passages of a hit that are nearest to a query, the best first.

    Args:
        entry: the hit.
        vector: (dim,) of the query.
        terms: of the query; words of a passage with one of them are marked.
        most: how many.
    """
    scores = entry.passage_vectors.astype(np.float64) @ vector.astype(np.float64)
    order = sorted(range(len(scores)), key=lambda i: (-round(float(scores[i]), 6), i))[:most]
    return tuple(_passage(entry, entry.passages[i], float(scores[i]), terms) for i in order)


def _passage(entry: Entry, span: Span, score: float, terms: frozenset[str]) -> HitPassage:
    text = entry.text[span.start : span.end]
    return HitPassage(span, text, shared_words(text, terms), round(score, 6))


def shared_words(text: str, terms: frozenset[str]) -> tuple[Span, ...]:
    """Return where a text has words with one of some terms, without the marks around them.

    Words like "and" are not marked.

    >>> [(span.start, span.end) for span in shared_words("Wrote (services) in Go.", frozenset(["servic"]))]
    [(7, 15)]
    """
    found: list[Span] = []
    telling = terms - _plain_terms()
    for match in _WORD.finditer(text):
        if telling.isdisjoint(find_terms(match[0])):
            continue
        word = _EDGES.sub("", match[0])
        start = match.start() + match[0].find(word)
        found.append(Span(start, start + len(word)))
    return tuple(found)


@lru_cache(maxsize=1)
def _plain_terms() -> frozenset[str]:
    """Return the terms that say nothing of why a passage was found."""
    return frozenset(find_terms(_PLAIN_WORDS))
