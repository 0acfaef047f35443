"""What a chat model is asked for when it writes job texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Final

from metier.skills.taxonomy import Taxonomy
from metier.training.chat import Prompt
from metier.types import Skill


class JobLevel(StrEnum):
    """How much experience a written job asks for."""

    JUNIOR = "junior"
    MID = "mid"
    SENIOR = "senior"


LANGUAGES: Final = {"en": "English", "ru": "Russian", "ko": "Korean", "he": "Hebrew"}

_TONE: Final = {
    JobLevel.JUNIOR: (
        "a junior position: tasks are small and guided, the wording is simple, little experience is asked for"
    ),
    JobLevel.MID: (
        "a position for someone with a few years of work: tasks are done alone from start to end, and the "
        "text names concrete duties"
    ),
    JobLevel.SENIOR: (
        "a senior position: the person decides, reviews and teaches, and the text speaks of scale, risks and "
        "trade-offs"
    ),
}

_SYSTEM: Final = (
    "You write job texts that train a program to recognise skills. You answer with one JSON object and "
    "nothing else: no explanation, no code fence."
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What one text is to be like.

    Attributes:
        level: how much experience the job asks for.
        language: key of `LANGUAGES`.
        explicit: skills that the text is to name.
        implicit: skills that the text is to show without naming them.
        chars: fewest and most characters of the text.
    """

    level: JobLevel
    language: str
    explicit: tuple[Skill, ...]
    implicit: tuple[Skill, ...]
    chars: tuple[int, int]


@dataclass(frozen=True, slots=True)
class SkillChoice:
    """Skills chosen for one text: those to name, and those to show without naming."""

    explicit: tuple[Skill, ...]
    implicit: tuple[Skill, ...]


def choose_skills(taxonomy: Taxonomy, random: Random, *, least: int, most: int) -> SkillChoice:
    """Return skills that could stand in one job: about half of one category, the others from anywhere.

    About a third are to be shown without their name; only practices can be.

    Args:
        taxonomy: the skills.
        random: the source of chance.
        least: fewest skills, at least 1.
        most: most skills; fewer where the taxonomy has no more.
    """
    n_skills = min(random.randint(least, most), len(taxonomy))
    entries = list(taxonomy.entries)
    anchor = random.choice(entries)
    category = anchor.skill.broader
    near = [entry for entry in entries if category and entry.skill.broader == category and entry != anchor]
    chosen = [anchor, *random.sample(near, min(len(near), (n_skills - 1) // 2))]
    others = [
        entry for entry in random.sample(entries, min(len(entries), 2 * n_skills)) if entry not in chosen
    ]
    chosen += others[: n_skills - len(chosen)]
    shown = [entry.skill for entry in chosen if entry.practice][: n_skills // 3]
    named = [entry.skill for entry in chosen if entry.skill not in shown]
    return SkillChoice(tuple(named), tuple(shown))


def write_prompt(wish: Wish) -> Prompt:
    """Return the request for one text."""
    least, most = wish.chars
    lines = [
        f"Write a vacancy in {LANGUAGES[wish.language]} for {_TONE[wish.level]}.",
        f"It has {least} to {most} characters, in the words that employers use.",
        "Each of these skills must be named in it, by this name or another usual one:",
        *_listed(wish.explicit),
    ]
    if wish.implicit:
        lines += [
            "Each of these must be clear from the duties alone: describe what is done, and never write the "
            "name, a synonym or an abbreviation:",
            *_listed(wish.implicit),
        ]
    lines += [
        "Leave out what you cannot fit in naturally. Make up no people: no names, e-mail addresses or phone "
        "numbers.",
        'Answer with JSON: {"text": "the vacancy", "explicit": ["names of the skills that it names"], '
        '"implicit": ["names of the skills that it shows without naming"]}. Give names exactly as listed, '
        "up to the colon.",
    ]
    return Prompt(_SYSTEM, "\n".join(lines))


def _listed(skills: Sequence[Skill]) -> list[str]:
    return [f"- {skill.label}: {skill.description}".rstrip(": ") for skill in skills]
