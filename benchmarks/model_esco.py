"""Sets whose labels are of ESCO: names and descriptions of skills, titles of vacancies, sentences.

The public copy of `skills_en.csv` has two faults. Its other names stand in another skill's row from some row
on; a list of names is given to the only skill whose full text holds all of them, and left out where there is
none or several. Its full text runs label, names and description together: the description begins behind the
names where these are known, else at the first word with a capital that is no word of the label and does not
begin a sentence. Where names are known, the second rule finds what the first one does for 96 % of skills.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from model_parts import Draft, Row, hashed

from metier.skills.esco import import_esco
from metier.skills.labelled_csv import read_label_table
from metier.skills.taxonomy import Taxonomy
from metier.training.sets import SetKind, SetPart
from metier.training.splits import near_duplicates

ESCO = "ESCO 1.1 (c) European Union, reuse with attribution"
DESCRIPTION_CHARS = 300
REPORTED = 500
TUNED = 200
MOST_TITLES = 8000
_BEGIN = re.compile(r"(?<![.!?:;,(] )(?<!\S)[A-Z][a-z']*(?=,? [a-z(])")


@dataclass(frozen=True, slots=True)
class Named:
    """A skill's label with its other names and its description, which may be empty."""

    label: str
    names: tuple[str, ...]
    description: str


def load_esco(data: Path) -> Taxonomy:
    """Return the skills as a user imports them."""
    return import_esco(data / "esco/skills_en.csv", language="en")


def read_names(data: Path, esco: Taxonomy) -> list[Named]:
    """Return the skills that a user imports, in order of the file, with names and descriptions mended."""
    with (data / "esco/skills_en.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    full = {row["conceptUri"].strip(): _plain(row.get("fullText") or "") for row in rows}
    skills = [entry.skill for entry in esco.entries]
    texts = [full.get(skill.id) or f"{skill.label} {skill.description}" for skill in skills]
    given = _owners([_listed(row) for row in rows], texts)
    found = []
    for i, (skill, text) in enumerate(zip(skills, texts, strict=True)):
        names = dict.fromkeys([*skill.aliases, *given.get(i, ())])
        others = tuple(name for name in names if name.casefold() != skill.label.casefold())
        found.append(Named(skill.label, others, description_of(skill.label, list(names), text)))
    return found


def description_of(label: str, names: Sequence[str], text: str) -> str:
    """Return the description at the end of a full text; empty where no beginning is found.

    >>> description_of("boil water", ["heat water"], "boil water heat water Heat water to 100 degrees.")
    'Heat water to 100 degrees.'
    >>> description_of("Haskell", [], "Haskell Haskell techniques The techniques of software in Haskell.")
    'The techniques of software in Haskell.'
    """
    rest = text.removeprefix(label).strip()
    behind = rest
    known = sorted({*names, label}, key=len, reverse=True)
    while name := next((name for name in known if behind.startswith(f"{name} ")), None):
        behind = behind[len(name) :].strip()
    if names and behind[:1].isupper():
        return behind
    own = set(label.split())
    return next((rest[found.start() :] for found in _BEGIN.finditer(rest) if found.group() not in own), "")


def _listed(row: Mapping[str, str | None]) -> tuple[str, ...]:
    return tuple(_plain(name) for name in (row.get("altLabels") or "").splitlines() if name.strip())


def _owners(lists: Iterable[tuple[str, ...]], texts: Sequence[str]) -> dict[int, tuple[str, ...]]:
    """Return lists of names by the place of the only text that holds all names of a list."""
    holders: dict[tuple[str, str], set[int]] = defaultdict(set)
    for i, text in enumerate(texts):
        for pair in pairwise(text.split()):
            holders[pair].add(i)
    found = {}
    for names in lists:
        pairs = [pair for name in names for pair in pairwise(name.split())]
        places = set.intersection(*(holders.get(pair, set()) for pair in pairs)) if pairs else set()
        own = [i for i in places if all(name in texts[i] for name in names)]
        if len(own) == 1:
            found[own[0]] = names
    return found


def _plain(text: str) -> str:
    return " ".join(text.split())


def names_and_descriptions(skills: Sequence[Named]) -> list[Draft]:
    """Return the sets other name -> label and description -> label.

    A skill is reported or tuned on, in both, or trained on; those to be reported on have names and a
    description, and one name of them is asked for. What linking is measured on is not kept out: any user
    trains a linker on the names of all skills.
    """
    order = sorted(range(len(skills)), key=lambda i: hashed(skills[i].label))
    whole = [i for i in order if skills[i].names and skills[i].description]
    reported = whole[: min(REPORTED, len(whole) * 3 // 10)]
    tuned = whole[len(reported) :][: min(TUNED, len(whole) // 10)]
    parts = {i: SetPart.REPORT for i in reported} | {i: SetPart.TUNE for i in tuned}
    names, descriptions = _empty(), _empty()
    for i, skill in enumerate(skills):
        part = parts.get(i, SetPart.TRAIN)
        asked = sorted(skill.names, key=hashed)
        for name in asked if part is SetPart.TRAIN else asked[:1]:
            names[part].append(pair_row(name, skill.label))
        if text := cut(skill.description, DESCRIPTION_CHARS):
            descriptions[part].append(pair_row(text, skill.label))
    source = "ESCO 1.1: {} of skills"
    return [
        Draft(
            "esco-names", SetKind.PAIRS, ("en",), source.format("other names"), ESCO, ships=True, rows=names
        ),
        Draft(
            "esco-descriptions",
            SetKind.PAIRS,
            ("en",),
            source.format("descriptions"),
            ESCO,
            ships=True,
            rows=descriptions,
        ),
    ]


def titles(data: Path) -> Draft:
    """Return vacancy title -> ESCO occupation; near-same titles are one, and one of them is asked for."""
    with (data / "esco/tabiya_occupations.csv").open(encoding="utf-8-sig", newline="") as file:
        labels = {row["ORIGINURI"]: row["PREFERREDLABEL"].strip() for row in csv.DictReader(file)}
    with (data / "jobbert-titles/titles.csv").open(encoding="utf-8", newline="") as file:
        read = [
            (_plain(row["vacancyTitle"]), labels.get(row["conceptUri"], "")) for row in csv.DictReader(file)
        ]
    known = list(dict.fromkeys((title, label) for title, label in read if title and label))
    groups: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for pair, group in zip(known, near_duplicates([title for title, _ in known]), strict=True):
        groups[group].append(pair)
    own = sorted((sorted(group, key=lambda pair: hashed(*pair)) for group in groups.values()), key=_first)
    n_reported = min(REPORTED, len(own) * 3 // 10)
    n_tuned = min(TUNED, len(own) // 10)
    rows = _empty()
    for i, group in enumerate(own):
        part = (
            SetPart.REPORT if i < n_reported else SetPart.TUNE if i < n_reported + n_tuned else SetPart.TRAIN
        )
        asked = group if part is SetPart.TRAIN else [pair for pair in group if pair[0] == group[0][0]]
        rows[part] += [pair_row(*pair) for pair in asked]
    rows[SetPart.TRAIN] = rows[SetPart.TRAIN][:MOST_TITLES]
    source = "JobBERT evaluation data set (Decorte et al. 2021): vacancy titles with ESCO occupations"
    return Draft("titles", SetKind.PAIRS, ("en",), source, f"job titles; {ESCO}", ships=True, rows=rows)


def _first(group: Sequence[tuple[str, str]]) -> str:
    return hashed(*group[0])


def sentences(data: Path, esco: Taxonomy, tuned: set[str]) -> Draft:
    """Return sentence -> label of each of its skills; reported on are sentences of SkillSkape's dev part.

    Args:
        data: the folder.
        esco: the skills.
        tuned: sentences of the train part to tune on.
    """
    labels = {entry.skill.id: entry.skill.label for entry in esco.entries}
    rows = _empty()
    for name in ("train", "dev"):
        read = read_label_table(data / f"skillskape/{name}.csv", esco, unknown="skip").rows
        shown = sorted((row for row in read if row.shown), key=lambda row: hashed(row.text))
        for row in shown if name == "train" else shown[:REPORTED]:
            part = SetPart.TUNE if row.text in tuned else SetPart.TRAIN
            rows[part if name == "train" else SetPart.REPORT] += [
                pair_row(row.text, labels[skill]) for skill in row.shown
            ]
    source = "SkillSkape (Magron et al. 2024): written sentences with ESCO skills"
    return Draft("esco-sentences", SetKind.PAIRS, ("en",), source, "MIT", ships=True, rows=rows)


def pair_row(query: str, positive: str) -> Row:
    """Return a pair of which the query alone must not stand in another part; the positive is a label."""
    return Row((query,), {"query": query, "positive": positive})


def cut(text: str, most: int) -> str:
    """Return the first characters of a text, up to the end of a word.

    >>> cut("one two three", 9)
    'one two'
    """
    whole_words = re.match(rf"(?s).{{0,{most}}}(?!\S)", text.strip())
    return whole_words[0].strip() if whole_words else text.strip()[:most]


def _empty() -> dict[SetPart, list[Row]]:
    return {SetPart.TRAIN: [], SetPart.TUNE: [], SetPart.REPORT: []}
