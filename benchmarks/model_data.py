"""Writes the folder of data sets that an encoder for everything is trained and measured on.

    python benchmarks/model_data.py --data FOLDER --output FOLDER [--fast]

Pairs: vacancies-en, vacancies-ru (title and skills -> description), esco-names, esco-descriptions and
esco-sentences (-> label of a skill), titles (-> occupation), families (job family in words -> resume).
Others: skillspan, linking-tech, linking-house, skills, levels-hh, -habr, -linkedin and -nofluffjobs,
answer-types, next-topics, answers-mohler (0 to 5), answers-beetle (correct 5, partially correct 2.5, else 0;
the class is in `label5`), and vacancies (texts to read). `sets.json` says of each its source, its licence and
whether weights that learned from it may be given away. The same data give the same bytes.

Parts are fixed by hash. No text to be reported on stands in a part to train or tune on of any set: neither
itself, nor nearly so, nor three tenths of its runs of eight words (answers of students and in interviews:
neither itself nor nearly so). Vacancies occur in several sets and are divided once over all of them. Labels,
families and the titles that vacancies are looked for with are no such texts: two vacancies may share a title.
Skills to be reported on in esco-names and esco-descriptions are in no train row of these two; those of
linking-tech and linking-house may be, as any user trains a linker on the names of all skills.

Long texts are cut: descriptions of pairs at 2,000 characters, levels and resumes at 1,500, texts at 1,000,
descriptions of skills at 300. Report parts of long texts have about 300 rows at most, so that an encoder is
measured in minutes. The damaged vacancies are trained on only. LinkedIn's "Executive" is left out of its
levels: employers there give it to anybody in sales. The 40 skills that `skills_data.py` holds out have no
labels in the train and tune rows of skills; a trainer that samples negatives has to leave them out itself.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import model_esco
import model_sets
import model_vacancies
from model_parts import Draft, Row, part_ways

from metier.training.sets import DataSet, SetKind, SetPart, set_file, write_sets

CSV_KINDS = (SetKind.LINKING, SetKind.CHOICES)
FAST_UNITS = 40
LINE_ENDS = {ord(letter): f"\\u{ord(letter):04x}" for letter in "\u0085\u2028\u2029"}
"""Escaped in JSON lines, for readers that end a line wherever Unicode does."""


def drafts(data: Path) -> list[Draft]:
    """Return all sets, with rows that may stand in another part of another set."""
    esco = model_esco.load_esco(data)
    vacancies = model_vacancies.load(data)
    return [
        *model_vacancies.all_sets(vacancies),
        *model_esco.names_and_descriptions(model_esco.read_names(data, esco)),
        model_esco.titles(data),
        model_sets.families(data),
        model_esco.sentences(data, esco, {row.text for row in vacancies.skills.tune}),
        model_sets.spans(data),
        *model_sets.linking(data),
        *model_sets.choices(data),
        *model_sets.scores(data),
    ]


def few(draft: Draft) -> Draft:
    """Return a set with some of its rows, from all over it; rows that belong together stay so."""
    rows = {}
    for part, own in draft.rows.items():
        units = [own[i : i + draft.unit] for i in range(0, len(own), draft.unit)]
        n = min(FAST_UNITS, len(units))
        rows[part] = [row for i in range(n) for row in units[i * len(units) // n]]
    return replace(draft, rows=rows)


def write(found: Sequence[Draft], folder: Path) -> list[DataSet]:
    """Write the files of the sets and their list, and return it."""
    sets = [_written(draft, folder) for draft in found]
    write_sets(folder, sets)
    return sets


def _written(draft: Draft, folder: Path) -> DataSet:
    place = folder / draft.kind / draft.name
    place.mkdir(parents=True, exist_ok=True)
    files = {}
    for part, rows in draft.rows.items():
        path = place / f"{part}.{'csv' if draft.kind in CSV_KINDS else 'jsonl'}"
        (_write_csv if draft.kind in CSV_KINDS else _write_lines)(path, rows)
        files[part] = set_file(folder, path, rows=len(rows))
    if draft.skills:
        path = place / draft.skills.name
        path.write_bytes(draft.skills.content)
        files[SetPart.TAXONOMY] = set_file(folder, path, rows=draft.skills.rows)
    return DataSet(
        name=draft.name,
        kind=draft.kind,
        languages=draft.languages,
        source=draft.source,
        license=draft.license,
        ships=draft.ships,
        files=files,
        folder=folder,
    )


def _write_csv(path: Path, rows: Sequence[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0].fields))
        writer.writeheader()
        writer.writerows(row.fields for row in rows)


def _write_lines(path: Path, rows: Sequence[Row]) -> None:
    lines = (json.dumps(row.fields, ensure_ascii=False).translate(LINE_ENDS) for row in rows)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")


def show(sets: Sequence[DataSet], taken: Counter[tuple[str, str]]) -> None:
    """Print the rows of each set, and how many were taken out to keep parts apart."""
    for found in sets:
        counts = "  ".join(f"{part} {file.rows}" for part, file in found.files.items())
        print(f"{found.kind:8} {found.name:18} {'ships' if found.ships else 'stays':6} {counts}")
    for (name, why), n in sorted(taken.items()):
        print(f"taken out: {name:18} {why:32} {n:5}")


def main(given: Sequence[str] | None = None) -> None:
    """Write the folder and print a line for each set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--fast", action="store_true", help="few rows of each set")
    arguments = parser.parse_args(given)
    found = drafts(arguments.data)
    taken = part_ways(found)
    show(write([few(draft) for draft in found] if arguments.fast else found, arguments.output), taken)


if __name__ == "__main__":
    main()
