"""A folder of data sets of every kind, in words that a tiny backbone knows, and that backbone."""

import csv
import json
import random

from metier.skills.data import LabelledText
from metier.skills.labelled_json import write_labelled
from metier.skills.taxonomy import Taxonomy, TaxonomyEntry
from metier.skills.taxonomy_files import dump_taxonomy
from metier.training.sets import DataSet, SetKind, SetPart, set_file, write_sets
from metier.types import Level
from tests.search.training.small import VOCABULARY, save_backbone
from tests.skills.architectures.tiny import SKILLS

__all__ = ["save_backbone", "write_folder"]
RNG = random.Random(0)


def words(n=6):
    return " ".join(RNG.choices(VOCABULARY[6:], k=n))


def lines(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def table(path, header, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def pairs(n):
    return [{"query": words(3), "positive": words()} for _ in range(n)]


def spans(n):
    tags = ["B", "I", "O", "O"]
    return [
        {"tokens": words(4).split(), "tags_skill": tags, "tags_knowledge": ["O", "O", "O", "B"]}
        for _ in range(n)
    ]


def levels(n):
    return [{"text": words(), "level": list(Level)[i % 5]} for i in range(n)]


def answers(n):
    return [
        {"question": words(), "reference": words(), "answer": words(), "score": float(i % 6)}
        for i in range(n)
    ]


def choices(n):
    found = []
    for i in range(n):
        given = f"{words(4)} -> {words(4)}"
        found += [(given, VOCABULARY[6 + k], int(k == i % 3)) for k in range(3)]
    return found


def labelled(n):
    ids = [skill.id for skill in SKILLS]
    return [
        LabelledText(
            words(), {ids[i % 3]: (1.0, 0.5, 0.0)[i // 3 % 3], ids[(i + 1) % 3]: 0.0}, complete=False
        )
        for i in range(n)
    ]


def write_folder(folder, *, ships=True):
    """Write a set of each kind, named as its kind, and return the folder."""
    RNG.seed(0)  # the same rows, whatever was made before
    folder.mkdir(parents=True, exist_ok=True)
    sizes = {SetPart.TRAIN: 24, SetPart.TUNE: 12, SetPart.REPORT: 12}
    makers = {SetKind.PAIRS: pairs, SetKind.SPANS: spans, SetKind.LEVELS: levels, SetKind.SCORES: answers}
    made = {kind: {} for kind in SetKind if kind is not SetKind.LINKING}
    for part, n in sizes.items():
        for kind, maker in makers.items():
            path = lines(folder / kind / kind / f"{part}.jsonl", maker(n))
            made[kind][part] = set_file(folder, path, rows=n)
        path = folder / f"texts/texts/{part}.jsonl"
        rows = [{"text": words(8), "language": "en"} for _ in range(n)]
        made[SetKind.TEXTS][part] = set_file(folder, lines(path, rows), rows=n)
        header = ("input_part", "output_answer", "similarity")
        path = table(folder / f"choices/choices/{part}.csv", header, choices(n))
        made[SetKind.CHOICES][part] = set_file(folder, path, rows=n)
        path = folder / f"skills/skills/{part}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_labelled(path, labelled(n))
        made[SetKind.SKILLS][part] = set_file(folder, path, rows=n)
    taxonomy = folder / "skills/skills/taxonomy.yaml"
    taxonomy.write_text(
        dump_taxonomy(Taxonomy("tiny", [TaxonomyEntry(skill) for skill in SKILLS])), encoding="utf-8"
    )
    made[SetKind.SKILLS][SetPart.TAXONOMY] = set_file(folder, taxonomy, rows=len(SKILLS))
    write_sets(
        folder,
        [
            DataSet(
                str(kind), kind, ("en",), "made for tests", "CC0" if ships else "none", ships, files, folder
            )
            for kind, files in made.items()
        ],
    )
    return folder
