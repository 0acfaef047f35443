"""Build `outcomes.csv` and `outcomes-ru.csv` in this folder: invented people and decisions, to audit.

Nobody needs to run this to use the files. The same script gives the same bytes:

    python examples/audit/build.py [--output FOLDER]
"""

from __future__ import annotations

import argparse
import csv
import random
from pathlib import Path

HERE = Path(__file__).resolve().parent
SEED = 20261122
PEOPLE = 400
GENDERS = (("female", 44), ("male", 50), ("non-binary", 1), ("", 5))
RACES = (
    ("Asian", 18),
    ("Black", 22),
    ("Hispanic", 20),
    ("White", 34),
    ("Pacific Islander", 1),
    ("unknown", 5),
)
IN_RUSSIAN = {"female": "женский", "male": "мужской", "non-binary": "другой", "": "не указан"}
SELECTED = 120
LOWER = {"Black": 0.1}
"""By how much lower this made-up procedure scores a group on average, for the audit to find."""


def people(seed: int) -> list[dict[str, object]]:
    """Return people with their groups and scores, the highest score first and the first 120 selected."""
    draw = random.Random(seed)
    found: list[dict[str, object]] = []
    for number in range(1, PEOPLE + 1):
        gender = draw.choices([name for name, _ in GENDERS], [share for _, share in GENDERS])[0]
        race = draw.choices([name for name, _ in RACES], [share for _, share in RACES])[0]
        score = min(1.0, max(0.0, draw.gauss(0.55 - LOWER.get(race, 0.0), 0.12)))
        found.append({"id": f"p{number:03}", "gender": gender, "race": race, "score": round(score, 3)})
    found.sort(key=lambda row: (-float(str(row["score"])), str(row["id"])))
    for rank, row in enumerate(found, start=1):
        row["rank"] = rank
        row["selected"] = "yes" if rank <= SELECTED else "no"
    return sorted(found, key=lambda row: str(row["id"]))


def main() -> None:
    """Write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=HERE)
    folder = parser.parse_args().output
    rows = people(SEED)
    with (folder / "outcomes.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    with (folder / "outcomes-ru.csv").open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file, delimiter=";", lineterminator="\n")
        table.writerow(["номер", "пол", "балл", "место", "отобран"])
        for row in rows:
            score = str(row["score"]).replace(".", ",")
            chosen = "да" if row["selected"] == "yes" else "нет"
            table.writerow([row["id"], IN_RUSSIAN[str(row["gender"])], score, row["rank"], chosen])


if __name__ == "__main__":
    main()
