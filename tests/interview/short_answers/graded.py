"""Made-up graded answers, some questions with answers from none to all of a reference's words."""

from __future__ import annotations

import csv
import random

from metier.interview.short_answers.rows import ScoreRow

WORDS = (
    "river stone cloud engine paper market silver garden window bridge copper harbour letter meadow".split()
)
FILLER = "well maybe perhaps surely often rather quite really".split()


def graded_rows(n_questions=6, n_answers=8, *, seed=0):
    """Return answers whose score is 5 times the share of the reference's words that they hold."""
    draw = random.Random(seed)
    rows = []
    for question in range(n_questions):
        reference = draw.sample(WORDS, 5)
        for _ in range(n_answers):
            known = draw.randint(0, 5)
            words = draw.sample(reference, known) + draw.sample(FILLER, 4)
            draw.shuffle(words)
            text = f"What is thing {chr(97 + question) * 6} about?"
            rows.append(ScoreRow(text, (" ".join(reference),), " ".join(words), float(known), len(rows) + 2))
    return rows


def write_rows(path, rows, *, names=("question", "reference", "answer", "score")):
    """Write rows as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(names)
        table.writerows([row.question, row.references[0], row.answer, row.score] for row in rows)
    return path
