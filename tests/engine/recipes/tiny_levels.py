"""A set of levels whose texts are long enough to be read as vacancies."""

import random

from metier.training.sets import DataSet, SetKind, SetPart, set_file
from metier.types import Level
from tests.engine.recipes.tiny_sets import lines

DUTIES = "build test plan cook weld teach sell drive answer clean paint write read count sort guide".split()


def level_set(folder, name="levels", *, n=45, short=0):
    """Write a set of levels, with a tune part of a third and some texts too short to read, and return it."""
    rng = random.Random(n)
    rows = [
        {
            "text": f"We look for somebody who can {' '.join(rng.choices(DUTIES, k=18))}.",
            "level": list(Level)[i % 5],
        }
        for i in range(n)
    ]
    rows += [{"text": "cook", "level": "lead"} for _ in range(short)]
    parts = {SetPart.TRAIN: rows[n // 3 :], SetPart.TUNE: rows[: n // 3]}
    files = {
        part: set_file(folder, lines(folder / f"levels/{name}/{part}.jsonl", own), rows=len(own))
        for part, own in parts.items()
    }
    return DataSet(name, SetKind.LEVELS, ("en",), "made for tests", "CC0", True, files, folder)
