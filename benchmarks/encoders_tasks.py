"""Writes a classification task for benchmarks of encoders: is a phrase of a job ad a skill of the candidate?

    python benchmarks/encoders_tasks.py --data FOLDER --output tasks/ --rows 1200

Sentences of Sayfullina et al. 2018 (softskills/job_train.csv), each with its phrase in front and marked in
the sentence by xxx. Nearly equal sentences stand in one part: 60 % to learn from, 10 % to choose by and 30 %
to measure on, told by their hashes and seed 0; of the first at most `--rows` are taken. OUTPUT gets
train.csv, dev.csv and test.csv with the columns text and label.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

from metier.training.splits import Part, assign_parts

SHARES = {Part.TRAIN: 0.6, Part.TUNE: 0.1, Part.REPORT: 0.3}
NAMES = {Part.TRAIN: "train.csv", Part.TUNE: "dev.csv", Part.REPORT: "test.csv"}


def main() -> None:
    """Write the three files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=1200, help="most rows to learn from")
    arguments = parser.parse_args()
    with (arguments.data / "softskills" / "job_train.csv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    texts = [f"{row['soft_skill'].strip()}: {row['context'].strip()}" for row in rows]
    labels = ["skill" if row["is_soft_skill"] == "1" else "other" for row in rows]
    parts = assign_parts(texts, SHARES)
    arguments.output.mkdir(parents=True, exist_ok=True)
    for part, name in NAMES.items():
        chosen = [i for i, its in enumerate(parts) if its is part]
        chosen = chosen[: arguments.rows] if part is Part.TRAIN else chosen
        with (arguments.output / name).open("w", encoding="utf-8", newline="") as table:
            writer = csv.writer(table)
            writer.writerow(["text", "label"])
            writer.writerows([texts[i], labels[i]] for i in chosen)
        print(f"{name}: {len(chosen):,} rows, {sum(labels[i] == 'skill' for i in chosen):,} of them skills")


if __name__ == "__main__":
    main()
