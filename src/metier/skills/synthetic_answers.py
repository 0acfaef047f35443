"""Checks of job texts that a chat model wrote: what it says of them is taken for nothing until it is seen."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from metier.documents.masking.contacts import find_emails
from metier.documents.masking.phones import find_phones
from metier.documents.masking.place import Region
from metier.errors import InvalidInput
from metier.skills.data import EXPLICIT, IMPLICIT, LabelledText, check_text
from metier.skills.near_copies import NearCopies
from metier.skills.skill_names import NameSpotter, SkillNames, TextNames
from metier.skills.synthetic_prompts import Wish
from metier.skills.taxonomy import Taxonomy

_AFTER_THOUGHT = "</think>"
# A vacancy has no header of a person, in which any row of digits might be a phone number: sums are none.
_NOWHERE = Region(0, ())


class Refusal(StrEnum):
    """Why a whole answer is thrown away."""

    MALFORMED = "malformed"
    LENGTH = "length"
    PERSONAL_DATA = "personal_data"
    NEAR_COPY = "near_copy"
    NO_SKILL = "no_skill"


class Correction(StrEnum):
    """What is changed in the labels of an answer that is kept."""

    UNKNOWN_SKILL = "unknown_skill"
    NOT_ASKED_FOR = "not_asked_for"
    NOT_NAMED = "not_named"
    MADE_IMPLICIT = "made_implicit"
    MADE_EXPLICIT = "made_explicit"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one answer: a row with the corrections of its labels, or the refusal."""

    row: LabelledText | None = None
    refusal: Refusal | None = None
    corrections: tuple[Correction, ...] = ()


@dataclass(frozen=True, slots=True)
class _Answer:
    text: str
    explicit: tuple[str, ...]
    implicit: tuple[str, ...]


class AnswerChecker:
    """Judges answers, one after the other: each must differ from the texts that were accepted before it.

    Args:
        taxonomy: the skills that there are.
    """

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._taxonomy = taxonomy
        self._names = SkillNames(taxonomy)
        self._spotter = NameSpotter(taxonomy)
        self._accepted = NearCopies()

    def accept(self, text: str) -> None:
        """Remember a text that was accepted."""
        self._accepted.add(text)

    def check(self, content: str | None, wish: Wish) -> Verdict:
        """Return what becomes of an answer.

        A skill said to be named is kept as explicit where a name of it stands in the text; else it is
        implicit if it is a practice that was asked for, and left out if not. A skill said to be shown without
        its name is explicit where the name does stand there, and left out where it was not asked for. Rows
        are not complete: of skills that the model did not think of, nothing is known.

        Args:
            content: what the model said, or None where it said nothing.
            wish: what it was asked for.
        """
        answer = _parsed(content)
        if answer is None:
            return Verdict(refusal=Refusal.MALFORMED)
        refusal = self._refusal(answer.text, wish)
        if refusal is not None:
            return Verdict(refusal=refusal)
        labels, corrections = self._labels(answer, wish)
        if not labels:
            return Verdict(refusal=Refusal.NO_SKILL)
        return Verdict(LabelledText(answer.text, labels, complete=False), corrections=corrections)

    def _refusal(self, text: str, wish: Wish) -> Refusal | None:
        least, most = wish.chars
        if not least <= len(text) <= most:
            return Refusal.LENGTH
        if any(find_emails(text)) or any(find_phones(text, _NOWHERE)):
            return Refusal.PERSONAL_DATA
        return Refusal.NEAR_COPY if self._accepted.has_like(text) else None

    def _labels(self, answer: _Answer, wish: Wish) -> tuple[dict[str, float], tuple[Correction, ...]]:
        named = self._spotter.names_in(answer.text)
        asked = frozenset(skill.id for skill in (*wish.explicit, *wish.implicit))
        labels: dict[str, float] = {}
        corrections: list[Correction] = []
        for names, said in ((answer.explicit, EXPLICIT), (answer.implicit, IMPLICIT)):
            for skill in self._known(names, corrections):
                label = self._label(skill, named, asked=skill in asked)
                correction = _correction(said, label, asked=skill in asked)
                if correction is not None:
                    corrections.append(correction)
                if label is not None:
                    labels[skill] = label
        return labels, tuple(corrections)

    def _known(self, names: Iterable[str], corrections: list[Correction]) -> list[str]:
        found = [self._names.matches(name) for name in dict.fromkeys(names)]
        corrections += [Correction.UNKNOWN_SKILL for matches in found if len(matches) != 1]
        return [matches[0] for matches in found if len(matches) == 1]

    def _label(self, skill: str, named: TextNames, *, asked: bool) -> float | None:
        if named.has(skill):
            return EXPLICIT
        return IMPLICIT if asked and self._taxonomy.entry(skill).practice else None


def _correction(said: float, label: float | None, *, asked: bool) -> Correction | None:
    if label is None:
        return Correction.NOT_NAMED if asked or said == EXPLICIT else Correction.NOT_ASKED_FOR
    if label == said:
        return None
    return Correction.MADE_EXPLICIT if label == EXPLICIT else Correction.MADE_IMPLICIT


def _parsed(content: str | None) -> _Answer | None:
    """Return the answer in what a model said; models wrap JSON in thoughts, fences and greetings."""
    if content is None:
        return None
    said = content.rpartition(_AFTER_THOUGHT)[2]
    try:
        value = json.loads(said[said.find("{") : said.rfind("}") + 1])
        text = check_text(value["text"].strip(), "An answer")
        explicit, implicit = _strings(value.get("explicit", [])), _strings(value.get("implicit", []))
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return None
    return _Answer(text, explicit, implicit)


def _strings(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise InvalidInput("An answer must give skills as a list of strings.")
    return tuple(value)
