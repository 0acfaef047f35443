"""Sets made of vacancies: pairs for search, levels, texts to read, and texts with the skills that they show.

One vacancy stands in several of them, whole, masked or as a passage, so all its forms are divided once: those
that share an id, are near-duplicates or share passages go to one part. What `search_data.py` reports on is
reported on here too, so that its figures hold for an encoder that was trained on these sets. Damaged rows are
trained on only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import expertise_data
import search_data
import skills_data
from expertise_data import LevelData
from model_esco import cut
from model_parts import Document, Draft, Row, SkillTable, divide, hashed
from search_data import NOISY, SearchData, Vacancy
from skills_data import BenchData

from metier.documents.language import detect_language
from metier.skills.data import LabelledText
from metier.skills.taxonomy_files import dump_taxonomy
from metier.skills.train_classifier import without
from metier.training.sets import SetKind, SetPart
from metier.training.splits import Part

PAIR_CHARS = 2000
LEVEL_CHARS = 1500
TEXT_CHARS = 1000
MOST_REPORTED = 300
MOST_SKILL_TEXTS = {"linked": 400, "skape": 250, "russian": 25}
EXECUTIVE = "Executive"
SHARES: Mapping[str, Mapping[Part, float]] = {
    "habr_2024": {Part.TRAIN: 0.79, Part.TUNE: 0.07, Part.REPORT: 0.14},
    "dice": {Part.TRAIN: 0.68, Part.TUNE: 0.07, Part.CALIBRATE: 0.07, Part.REPORT: 0.18},
    "nofluffjobs_2022": {Part.TRAIN: 0.60, Part.TUNE: 0.08, Part.CALIBRATE: 0.07, Part.REPORT: 0.25},
}
"""Of the texts of a source; what is set apart to calibrate are the texts that `vacancies` reports on."""
USUAL: Mapping[Part, float] = {Part.TRAIN: 0.55, Part.TUNE: 0.08, Part.CALIBRATE: 0.07, Part.REPORT: 0.30}
PARTS = {Part.TRAIN: SetPart.TRAIN, Part.TUNE: SetPart.TUNE, Part.REPORT: SetPart.REPORT}
LEVEL_SETS = {
    "levels-hh": ("hh", "ru", "hh.ru 2022 and 2025: years of experience that employers ask for"),
    "levels-habr": ("habr_2024", "ru", "Habr Career 2024: grade"),
    "levels-linkedin": ("linkedin_2024", "en", "LinkedIn 2024: experience level"),
    "levels-nofluffjobs": ("nofluffjobs_2022", "en", "nofluffjobs 2022: seniority"),
}
ADS = "public job ads"
OWN_LANGUAGES = ("ko", "he")
OWN_TEXTS = "src/metier/training/texts"


@dataclass(frozen=True, slots=True)
class Vacancies:
    """All that is known of vacancies, and the part of each document."""

    search: SearchData
    levels: LevelData
    skills: BenchData
    parts: Mapping[str, Part]

    @property
    def rows(self) -> list[Vacancy]:
        """Return the rows for search, of whatever part they were there."""
        return [row for rows in self.search.parts.values() for row in rows]


def load(data: Path) -> Vacancies:
    """Read the vacancies and divide them."""
    search, levels, skills = search_data.load(data), expertise_data.load(data), skills_data.load(data)
    strata = {row.id: f"{row.source} {row.level}" for row in levels.rows}
    rows = [row for found in search.parts.values() for row in found]
    documents = [
        *(Document(row.id, row.text, strata.get(row.id, row.source), row.source == NOISY) for row in rows),
        *(Document(row.id, row.text, strata[row.id], row.source == NOISY) for row in levels.rows),
        *(
            Document(hashed(text), text, "")
            for text in dict.fromkeys(pair.text for pair in skills.pairs["russian"])
        ),
    ]  # fmt: skip
    known = {row.id: part for part, found in search.parts.items() for row in found if row.source != NOISY}
    return Vacancies(search, levels, skills, divide(documents, _shares, known))


def _shares(stratum: str) -> Mapping[Part, float]:
    return SHARES.get(stratum.partition(" ")[0], USUAL)


def all_sets(found: Vacancies) -> list[Draft]:
    """Return the sets that are made of vacancies."""
    return [
        *(_pairs(found, language) for language in ("en", "ru")),
        _skills(found),
        *(_levels(found, name) for name in LEVEL_SETS),
        _texts(found),
    ]


def _pairs(found: Vacancies, language: str) -> Draft:
    rows: dict[SetPart, list[Row]] = {part: [] for part in PARTS.values()}
    taken = set()
    for row in _once(found, [row for row in found.rows if row.language == language]):
        part, text = PARTS.get(found.parts.get(row.id, Part.CALIBRATE)), cut(row.text, PAIR_CHARS)
        if part is not None and (row.query, text) not in taken:
            taken.add((row.query, text))
            rows[part].append(Row((text,), {"query": row.query, "positive": text}))
    source = (
        "LinkedIn 2024, nofluffjobs 2022, dice" if language == "en" else "hh.ru 2022 and 2025, SuperJob 2018"
    )
    name = f"vacancies-{language}"
    return Draft(name, SetKind.PAIRS, (language,), source, ADS, ships=True, rows=_bounded(rows))


def _once(found: Vacancies, rows: Iterable[Vacancy]) -> list[Vacancy]:
    """Return the first of each document that stands several times; its part is that of all."""
    taken: set[str] = set()
    kept = []
    for row in rows:
        if row.id not in taken:
            kept.append(row)
        taken |= found.search.same[row.id]
    return kept


def _bounded(rows: dict[SetPart, list[Row]]) -> dict[SetPart, list[Row]]:
    order = sorted(rows[SetPart.REPORT], key=lambda row: hashed(*row.texts))[:MOST_REPORTED]
    chosen = set(map(id, order))
    return rows | {SetPart.REPORT: [row for row in rows[SetPart.REPORT] if id(row) in chosen]}


def _levels(found: Vacancies, name: str) -> Draft:
    source, language, words = LEVEL_SETS[name]
    wanted = {source, NOISY} if source == "hh" else {source}
    rows: dict[SetPart, list[Row]] = {part: [] for part in PARTS.values()}
    for row in found.levels.rows:
        part = PARTS.get(found.parts.get(row.id, Part.CALIBRATE))
        if part is None or row.source not in wanted or row.named == EXECUTIVE:
            continue
        text = cut(row.text, LEVEL_CHARS)
        rows[part].append(Row((text,), {"text": text, "level": str(row.level)}))
    return Draft(name, SetKind.LEVELS, (language,), words, ADS, ships=True, rows=_bounded(rows))


def _texts(found: Vacancies) -> Draft:
    """Return descriptions of what is trained on, and others that stand in no other set."""
    rows: dict[SetPart, list[Row]] = {SetPart.TRAIN: [], SetPart.REPORT: []}
    places = {Part.TRAIN: SetPart.TRAIN, Part.CALIBRATE: SetPart.REPORT}
    read = _once(found, found.rows)
    texts = [(row.id, row.text, row.language) for row in read]
    known = {row.id for row in found.rows}
    damaged = [row for row in found.levels.rows if row.source == NOISY and row.id not in known]
    texts += [(row.id, row.stated, "ru") for row in damaged if detect_language(row.stated) == "ru"]
    for key, text, language in texts:
        part = places.get(found.parts.get(key, Part.TUNE))
        if part is not None:
            rows[part].append(_text_row(text, language))
    for language in OWN_LANGUAGES:
        own = _own_texts(language)
        n_reported = max(1, len(own) // 10)
        for i, text in enumerate(sorted(own, key=hashed)):
            rows[SetPart.REPORT if i < n_reported else SetPart.TRAIN].append(_text_row(text, language))
    source = "descriptions of the vacancies above; Korean and Hebrew texts written for metier"
    languages = ("en", "ru", *OWN_LANGUAGES)
    return Draft("vacancies", SetKind.TEXTS, languages, source, ADS, ships=True, rows=rows)


def _own_texts(language: str) -> list[str]:
    path = Path(__file__).parents[1] / OWN_TEXTS / f"{language}.txt"
    return [text.strip() for text in path.read_text(encoding="utf-8").split("\n---\n") if text.strip()]


def _text_row(text: str, language: str) -> Row:
    short = cut(text, TEXT_CHARS)
    return Row((short,), {"text": short, "language": language})


def _skills(found: Vacancies) -> Draft:
    """Return the texts of `skills_data`; the skills that it holds out have no labels in train and tune."""
    data = found.skills
    rows = {
        SetPart.TRAIN: [_skill_row(row) for row in _unlabelled(data.train, data.held_out)],
        SetPart.TUNE: [_skill_row(row) for row in _unlabelled(data.tune, data.held_out)],
        SetPart.REPORT: [],
    }
    for name, pairs in data.pairs.items():
        labels: dict[str, dict[str, float]] = {}
        for pair in pairs:
            if name != "russian" or found.parts[hashed(pair.text)] is Part.REPORT:
                labels.setdefault(pair.text, {})[pair.skill] = pair.label
        for text in sorted(labels, key=hashed)[: MOST_SKILL_TEXTS[name]]:
            rows[SetPart.REPORT].append(_skill_row(LabelledText(text, labels[text], complete=False)))
    source = "SkillSpan and SkillSkape with ESCO skills; vacancies of hh.ru with employers' tags"
    content = f"{dump_taxonomy(data.taxonomy)}\n".encode()
    table = SkillTable("taxonomy.yaml", content, len(data.taxonomy))
    return Draft(
        "skills", SetKind.SKILLS, ("en", "ru"), source, f"MIT; {ADS}", ships=True, rows=rows, skills=table
    )


def _unlabelled(rows: Sequence[LabelledText], held_out: frozenset[str]) -> list[LabelledText]:
    """Return rows without the labels of some skills; a row that loses one is no longer complete."""
    less = without(rows, held_out)
    return [
        LabelledText(own.text, own.labels, own.complete and len(own.labels) == len(row.labels))
        for row, own in zip(rows, less, strict=True)
    ]


def _skill_row(row: LabelledText) -> Row:
    return Row((row.text,), {"text": row.text, "skills": dict(row.labels), "complete": row.complete})
