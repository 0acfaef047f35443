"""How many orders to a machine are found, and how often honest text is taken for one.

Sets of sentences. `tests/documents/instructions/*.txt`: orders and honest sentences in English and Russian,
invented for this purpose. All were written by the author of the rules. `orders_*` and `honest_*` were used
to make and mend the rules: a development set. `kept_*` were written after all rules and no rule was changed
for an order in them; one honest sentence of them was flagged at first and that rule was dropped. About half
of the kept orders are paraphrases chosen to be unlike what is known; recall on them is what an attacker
who words an order freely meets.

Cases. `documents/cases.jsonl`: 8 injections and 3 harmless strings of open-source resume tools.

Documents. Public resumes and vacancies of the data folder, in none of which an order to a machine is known:
the share that is flagged, which is the rate of false alarms. The rules were mended until none was left, so
this is a development set too. `find_disguised` is counted on the same documents, in documents per 1,000;
some vacancies do disguise words, to pass as new ones.

Intervals: Wilson, 95 %.

    python benchmarks/instructions.py --data FOLDER [--show]
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import time
from collections import Counter
from pathlib import Path
from typing import Any

from metier.documents.characters import find_disguised
from metier.documents.instructions import find_instructions
from metier.types import ExclusionReason

SETS = Path(__file__).parent.parent / "tests" / "documents" / "instructions"
JSON_LINES = {
    "livecareer": "resumes-en/livecareer.jsonl",
    "superjob resumes": "resumes-ru/superjob_2018.jsonl",
    "linkedin": "vacancies-en/linkedin_2024.jsonl",
    "nofluffjobs": "vacancies-en/nofluffjobs_2022.jsonl",
    "hh 2022": "vacancies-ru/hh_2022.jsonl",
    "hh 2025": "vacancies-ru/hh_2025.jsonl",
    "hh 2022 damaged": "vacancies-ru/hh_2022_noisy.jsonl",
    "habr": "vacancies-ru/habr_2024.jsonl",
    "superjob vacancies": "vacancies-ru/superjob_2018.jsonl",
}


def wilson(n_hits: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """Return the 95 % interval of a share. Source: Wilson 1927, JASA 22(158)."""
    share, spread = n_hits / n, z * z / n
    middle = share + spread / 2
    half = z * math.sqrt(share * (1 - share) / n + spread / (4 * n))
    return max(0.0, (middle - half) / (1 + spread)), min(1.0, (middle + half) / (1 + spread))


def share(n_hits: int, n: int) -> str:
    """Return a share with its interval, as words."""
    low, high = wilson(n_hits, n)
    return f"{n_hits:5} of {n:5}  {n_hits / n:8.2%}  [{low:.2%}, {high:.2%}]"


def entries(name: str) -> list[str]:
    """Return the texts of one set; each line is one, with escapes as in Python."""
    lines = (SETS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line.encode("latin-1", "backslashreplace").decode("unicode_escape") for line in lines]


def flat(value: Any) -> str:
    """Return all words of a record, a line for each field."""
    if isinstance(value, dict):
        return "\n".join(map(flat, value.values()))
    if isinstance(value, list):
        return "\n".join(map(flat, value))
    return "" if value is None else str(value)


def documents(data: Path) -> dict[str, list[str]]:
    """Return the texts of each collection."""
    collections = {
        name: [flat(json.loads(line)) for line in (data / path).read_text(encoding="utf-8").splitlines()]
        for name, path in JSON_LINES.items()
    }
    csv.field_size_limit(1_000_000_000)
    with (data / "resumes-en" / "updated_resume_dataset.csv").open(encoding="utf-8") as file:
        collections["updated"] = sorted({row["Resume"] for row in csv.DictReader(file)})
    with (data / "vacancies-en" / "dice.csv").open(encoding="utf-8") as file:
        collections["dice"] = [flat(row) for row in csv.DictReader(file)]
    return collections


def report_sets() -> None:
    """Print recall and false alarms on the invented sentences."""
    for name in ("orders_en", "orders_ru", "kept_orders", "honest_en", "honest_ru", "kept_honest"):
        texts = entries(name)
        n_found = sum(bool(find_instructions(text)) for text in texts)
        what = "recall" if "orders" in name else "false alarms"
        print(f"{name:20} {what:12} {share(n_found, len(texts))}")


def report_cases(data: Path) -> None:
    """Print how many of the cases are judged right."""
    lines = (data / "documents" / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    n_right = sum(bool(find_instructions(row["text"])) == bool(row["malicious"]) for row in rows)
    print(f"{'cases':20} {'right':12} {n_right:5} of {len(rows):5}")


def report_documents(data: Path, *, show: bool) -> None:
    """Print the rate of false alarms, the disguised characters and the speed for each collection."""
    n_flagged = n_all = 0
    for name, texts in documents(data).items():
        started = time.perf_counter()
        found = [find_instructions(text) for text in texts]
        seconds = time.perf_counter() - started
        n = sum(map(bool, found))
        n_flagged, n_all = n_flagged + n, n_all + len(texts)
        print(f"{name:20} {'flagged':12} {share(n, len(texts))}  {1000 * seconds / len(texts):.1f} ms each")
        if show:
            for text, spans in zip(texts, found, strict=True):
                for span in spans:
                    print(f"    {text[span.start : span.end]!r}")
        report_disguised(texts)
    print(f"{'all documents':20} {'flagged':12} {share(n_flagged, n_all)}")


def report_disguised(texts: list[str]) -> None:
    """Print how many documents have disguised words, for each reason."""
    n_documents: Counter[ExclusionReason] = Counter()
    for text in texts:
        n_documents.update({exclusion.reason for exclusion in find_disguised(text)})
    for reason, n in sorted(n_documents.items()):
        print(f"    {reason.value}: {n} documents, {1000 * n / len(texts):.1f} per 1,000")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with the data, see README.md")
    parser.add_argument("--show", action="store_true", help="print each flagged sentence")
    arguments = parser.parse_args()
    report_sets()
    report_cases(arguments.data)
    report_documents(arguments.data, show=arguments.show)


if __name__ == "__main__":
    main()
