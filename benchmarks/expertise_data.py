"""The data of `expertise.py`: vacancies with a level, as four sets, with the words that give it away masked.

What each set calls a level, from intern to lead:

- linkedin_2024, experienceLevel: Internship, Entry level, Associate, Mid-Senior level, Director or Executive
- nofluffjobs_2022, seniority: Trainee, Junior, Mid, Senior, Expert
- habr_2024, grade: intern, junior, middle, senior, lead
- hh, of 2022 and 2025, experience_id: noExperience, between1And3, between3And6, moreThan6, and no lead

Those of hh are years that an employer asks for; they stand for the first four levels by their order alone.
"Executive" in linkedin_2024 is mostly the word of Indian employers for anybody in sales or marketing
(titles such as "Digital marketing freshers", "Sales Executive"): figures are given with these rows as
leads and without them, and no model of another set is trained on them. Rows without a level (LinkedIn:
Full-time, Part-time, Not Applicable; habr: none) are left out and counted.

A text is the title, the description and the skills that the row lists; habr has no description, there it
is title, specialisation, skills and conditions. Fields that name a level in other words (contractType,
salary) are not in it. HTML entities are read, then `mask_giveaways` takes the words away that give the
level away. Near-duplicates are found over the masked texts of all sets and never stand on both sides of a
split. `hh_2022_noisy` is damaged, so it is only trained on, and only with rows that share no
near-duplicate group and no passage with a row of hh.

    python benchmarks/expertise_data.py --data FOLDER      # prints what there is
"""

from __future__ import annotations

import argparse
import html
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from skills_data import shares_passages

from metier.expertise.giveaways import mask_giveaways
from metier.training.splits import near_duplicates
from metier.types import Level

LEVELS: Final[Mapping[str, Mapping[str, Level]]] = {
    "linkedin_2024": {
        "Internship": Level.INTERN,
        "Entry level": Level.JUNIOR,
        "Associate": Level.MIDDLE,
        "Mid-Senior level": Level.SENIOR,
        "Director": Level.LEAD,
        "Executive": Level.LEAD,
    },
    "nofluffjobs_2022": {
        "Trainee": Level.INTERN,
        "Junior": Level.JUNIOR,
        "Mid": Level.MIDDLE,
        "Senior": Level.SENIOR,
        "Expert": Level.LEAD,
    },
    "habr_2024": {str(level): level for level in Level},
    "hh": {
        "noExperience": Level.INTERN,
        "between1And3": Level.JUNIOR,
        "between3And6": Level.MIDDLE,
        "moreThan6": Level.SENIOR,
    },
}
SETS: Final = tuple(LEVELS)
NOISY: Final = "hh_2022_noisy"
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")  # the damaged set has some
_FILES: Final = {
    "linkedin_2024": ("vacancies-en/linkedin_2024.jsonl",),
    "nofluffjobs_2022": ("vacancies-en/nofluffjobs_2022.jsonl",),
    "habr_2024": ("vacancies-ru/habr_2024.jsonl",),
    "hh": ("vacancies-ru/hh_2022.jsonl", "vacancies-ru/hh_2025.jsonl"),
    NOISY: ("vacancies-ru/hh_2022_noisy.jsonl",),
}
_FIELDS: Final = {
    "linkedin_2024": "experienceLevel",
    "nofluffjobs_2022": "seniority",
    "habr_2024": "grade",
    "hh": "experience_id",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A vacancy with a level.

    Attributes:
        id: set and number of the row.
        source: name of the set.
        level: what the row's label counts as.
        named: the label as the set has it.
        stated: title, description and skills as they were, with all that gives the level away.
        title: one line, masked.
        body: description, masked; empty where the set has none.
        skills: as the row lists them, masked.
    """

    id: str
    source: str
    level: Level
    named: str
    stated: str
    title: str
    body: str
    skills: str

    @property
    def text(self) -> str:
        """Return the masked vacancy as one text, as a person would see it."""
        return "\n\n".join(part for part in (self.title, self.body, self.skills) if part)


@dataclass(frozen=True, slots=True)
class LevelData:
    """All rows in order of the files, the group of near-duplicates of each, and what was left out."""

    rows: tuple[Row, ...]
    groups: tuple[int, ...]
    left_out: Counter[tuple[str, str]]

    def numbers(self, source: str) -> list[int]:
        """Return the places of a set's rows."""
        return [i for i, row in enumerate(self.rows) if row.source == source]


def load(data: Path) -> LevelData:
    """Return the vacancies with a level; the same folder gives the same result."""
    left_out: Counter[tuple[str, str]] = Counter()
    rows = [row for source in _FILES for row in _read(data, source, left_out)]
    groups = near_duplicates([row.text for row in rows])
    kept = _apart(rows, groups, left_out)
    return LevelData(tuple(rows[i] for i in kept), tuple(groups[i] for i in kept), left_out)


def _read(data: Path, source: str, left_out: Counter[tuple[str, str]]) -> list[Row]:
    levels = LEVELS["hh" if source == NOISY else source]
    field = _FIELDS["hh" if source == NOISY else source]
    found = []
    for file in _FILES[source]:
        for i, raw in enumerate(_lines(data / file)):
            named = raw[field] or "none"
            if named in levels:
                found.append(_row(f"{Path(file).stem}-{i}", source, named, levels[named], raw))
            else:
                left_out[source, f"labelled {named}"] += 1
    return found


def _lines(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def _row(identifier: str, source: str, named: str, level: Level, raw: Mapping[str, Any]) -> Row:
    title, body, skills = (_CONTROLS.sub("", html.unescape(part)).strip() for part in _parts(source, raw))
    stated = "\n\n".join(part for part in (title, body, skills) if part)
    masked = [mask_giveaways(part) for part in (title, body, skills)]
    return Row(identifier, source, level, named, stated, *masked)


def _parts(source: str, raw: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return title, description and skills of a row, in the words of its language."""
    if source == "linkedin_2024":
        return raw["title"], raw["description"], ""
    if source == "nofluffjobs_2022":
        skills = ", ".join(filter(None, (raw["main_skill"], raw["main_category"])))
        return raw["position"], raw["description"], f"Skills: {skills}"
    if source == "habr_2024":
        body = "\n".join(filter(None, (raw["specialisation"] or "", ", ".join(raw["conditions"]))))
        return raw["title"], body, f"Навыки: {', '.join(raw['skills'])}"
    listed = raw["key_skills"]
    return raw["title"], raw["description"], f"Навыки: {', '.join(listed)}" if listed else ""


def _apart(rows: Sequence[Row], groups: Sequence[int], left_out: Counter[tuple[str, str]]) -> list[int]:
    """Return the places of rows to keep: of the damaged set, those that are no part of a vacancy of hh."""
    taken = {group for row, group in zip(rows, groups, strict=True) if row.source == "hh"}
    noisy = [i for i, row in enumerate(rows) if row.source == NOISY]
    known = [row.body for row in rows if row.source == "hh"]
    shared = shares_passages([rows[i].body for i in noisy], known)
    drop = {i for i, same in zip(noisy, shared, strict=True) if same or groups[i] in taken}
    left_out[NOISY, "shares text with hh"] += len(drop)
    return [i for i in range(len(rows)) if i not in drop]


def main() -> None:
    """Print what the data come to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    found = load(parser.parse_args().data)
    for source in _FILES:
        numbers = found.numbers(source)
        levels = Counter(found.rows[i].level for i in numbers)
        groups = len({found.groups[i] for i in numbers})
        print(source, len(numbers), "rows", groups, "groups", {str(level): levels[level] for level in Level})
    print({" ".join(key): number for key, number in sorted(found.left_out.items())})


if __name__ == "__main__":
    main()
