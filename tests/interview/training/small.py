"""Choices that can be learned, as a file, and the tiny random backbone that knows their words."""

import csv
import random

from tests.search.training.small import save_backbone, word

__all__ = ["TOPICS", "made_rows", "save_backbone", "write_rows"]

TOPICS = sorted(f"{word(160 + i)}, {word(170 + i)}" for i in range(4))
_WORDS = 12


def made_rows(n=48, *, seed=0, positives_only=False):
    """Return rows (input, candidate, similarity): the words of an input tell its candidate."""
    rng = random.Random(seed)
    rows = []
    for i in range(n):
        right = i % len(TOPICS)
        own = rng.sample(range(_WORDS * right, _WORDS * (right + 1)), k=5)
        other = rng.sample(range(200, 390), k=3)
        asked = f"{word(100 + right)} -> " + " ".join(map(word, [*own, *other]))
        for place, topic in enumerate(TOPICS):
            if place == right or not positives_only:
                rows.append((asked, topic, "1.0" if place == right else "0.0"))
    return rows


def write_rows(path, rows=None, *, column="output_answer", encoding="utf-8"):
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["input_part", column, "similarity"])
        writer.writerows(made_rows() if rows is None else rows)
    return path
