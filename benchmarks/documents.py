"""How much of a document comes out, in which order, how fast, and whether its months are right.

Text. `resumes-en/pdf/CATEGORY_id.pdf` (36 resumes of the public Kaggle "Resume Dataset", CC0) against the
text of the same id in `resumes-en/livecareer.jsonl`, which was made from the web pages and not from the
PDFs. Files without a text of their id have to be read too, but give no F1. F1 is over the multiset of
words (lower case, letters and digits); order is twice the words in `difflib`'s common blocks over the
words of both. No split: the thresholds of word gaps and the rules for columns were looked at on these
files, so they are a development set.

Reading. Every file of `resumes-en/pdf`, `resumes-en/docx` and `documents` (PDF, DOCX, text) goes through
`DocumentReader`. Seconds a page are wall clock, one file at a time, the worker's start left out.

Months. `resumes-ru/superjob_2018.jsonl`: 208 resumes printed as plain text from their fields, the total of
`find_periods` against the site's own `experience_length`. The month of "present" is told by the entries
that are ongoing (start plus stated length). The period rules were tuned on these rows: a development
set. Interval: bootstrap over rows, 95 %, 2,000 draws, seed 0.

    python benchmarks/documents.py --data FOLDER [--worst 5]
"""

from __future__ import annotations

import argparse
import json
import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from metier.documents.periods import find_periods, total_months
from metier.documents.reader import DocumentReader
from metier.documents.sections import find_sections
from metier.documents.source import DOCUMENT_SUFFIXES, Source
from metier.errors import MetierError
from metier.limits import ReadingLimits
from metier.types import Role, YearMonth

AS_OF = YearMonth(2026, 11)
_WORD = re.compile(r"\w+")
_LENGTH = re.compile(r"(?:(\d+)\s*(?:год|года|лет))?[\s\w]*?(?:(\d+)\s*месяц)?\w*$")
_MONTHS = "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь".split()


class Reading(NamedTuple):
    """What reading one file gave; `f1` and `order` are None where there is no reference text."""

    name: str
    f1: float | None
    order: float | None
    n_pages: int
    seconds: float


def references(data: Path) -> dict[str, list[str]]:
    """Return the words of each resume by its id."""
    with (data / "resumes-en" / "livecareer.jsonl").open(encoding="utf-8") as file:
        return {str(row["id"]): words(row["text"]) for row in map(json.loads, file)}


def words(text: str) -> list[str]:
    """Return the words of a text in lower case."""
    return _WORD.findall(text.lower())


def word_f1(reference: list[str], found: list[str]) -> float:
    """Return F1 over two multisets of words; 1 for two empty ones."""
    common = sum((Counter(reference) & Counter(found)).values())
    return 2 * common / (len(reference) + len(found)) if reference or found else 1.0


def read_all(files: list[Path], gold: dict[str, list[str]], failures: list[str]) -> Iterator[Reading]:
    """Read each file once, after one that warms the worker up."""
    with DocumentReader(ReadingLimits(), as_of=AS_OF) as reader:
        reader.start()
        for path in files:
            started = time.perf_counter()
            try:
                document = reader.read(Source(path.name, path=path), role=Role.RESUME)
            except MetierError as exc:
                failures.append(f"{path.name}: {exc}")
                continue
            seconds = time.perf_counter() - started
            if not document.readable:
                failures.append(f"{path.name}: {document.findings[0].code}")
                continue
            reference = gold.get(path.stem.rpartition("_")[2]) if path.suffix == ".pdf" else None
            f1 = order = None
            if reference is not None:
                found = words(document.text)
                f1 = word_f1(reference, found)
                order = SequenceMatcher(None, reference, found, autojunk=False).ratio()
            yield Reading(path.name, f1, order, len(document.pages), seconds)


def report_reading(data: Path, n_worst: int) -> None:
    """Print what became of the files."""
    folders = (data / "resumes-en" / "pdf", data / "resumes-en" / "docx", data / "documents")
    files = [
        path for folder in folders for path in sorted(folder.iterdir()) if path.suffix in DOCUMENT_SUFFIXES
    ]
    failures: list[str] = []
    readings = list(read_all(files, references(data), failures))
    n_pages = sum(reading.n_pages for reading in readings)
    print(f"files read     {len(readings)} of {len(files)} ({n_pages} pages)")
    for failure in failures:
        print(f"               {failure}")
    pdf = [reading for reading in readings if reading.name.endswith(".pdf")]
    pdf_pages = sum(reading.n_pages for reading in pdf)
    print(
        f"PDF            {sum(reading.seconds for reading in pdf) / pdf_pages:.4f} s a page "
        f"({len(pdf)} files, {pdf_pages} pages)"
    )
    measured = [reading for reading in readings if reading.f1 is not None]
    for name in ("f1", "order"):
        values = [getattr(reading, name) for reading in measured]
        print(f"{name:14} median {median(values):.4f}  worst {min(values):.4f}  ({len(values)} files)")
    for reading in sorted(measured, key=lambda reading: reading.f1 or 0.0)[:n_worst]:
        print(f"  {reading.name:34} F1 {reading.f1:.4f}  order {reading.order:.4f}")


def parse_length(text: str) -> int | None:
    """Return the months of "9 лет и 2 месяца", or None."""
    found = _LENGTH.match(text.strip())
    if found is None or not (found[1] or found[2]):
        return None
    return 12 * int(found[1] or 0) + int(found[2] or 0)


def present_of(row: dict[str, Any]) -> YearMonth:
    """Return the month in which a resume was written, by its ongoing jobs."""
    months = []
    for entry in row.get("experience") or []:
        start = re.match(r"(\w+)\s+(\d{4})", entry.get("period") or "")
        length = parse_length(entry.get("length") or "")
        if start and length and "сейчас" in entry["period"] and start[1] in _MONTHS:
            months.append(int(start[2]) * 12 + _MONTHS.index(start[1]) + length - 1)
    ordinal = int(median(months)) if months else 2018 * 12 + 11
    return YearMonth(ordinal // 12, ordinal % 12 + 1)


def printed(row: dict[str, Any]) -> str:
    """Return a resume as its site would print it, without the stated total."""
    lines = [row.get("position") or "", "", "Опыт работы", ""]
    for entry in row.get("experience") or []:
        fields = (entry.get(key) or "" for key in ("period", "company", "name", "duties", "achievments"))
        lines += [*fields, ""]
    lines += ["Образование", ""]
    for school in row.get("education") or []:
        lines += [
            f"{school.get('period') or ''} {school.get('university') or ''}",
            school.get("faculty") or "",
            "",
        ]
    return "\n".join(lines)


def month_errors(data: Path) -> list[int]:
    """Return the error in months of each resume that has a total; one that is not found counts in full."""
    errors = []
    with (data / "resumes-ru" / "superjob_2018.jsonl").open(encoding="utf-8") as file:
        for row in map(json.loads, file):
            gold = parse_length(row.get("experience_length") or "")
            if gold is None:
                continue
            text = printed(row)
            periods = find_periods(text, find_sections(text, Role.RESUME), as_of=present_of(row))
            errors.append(abs((total_months(periods) or 0) - gold))
    return errors


def report_months(data: Path) -> None:
    """Print how far totals of experience are off."""
    errors = month_errors(data)
    draws = random.Random(0)
    medians = sorted(median(draws.choices(errors, k=len(errors))) for _ in range(2000))
    shares = sorted(
        sum(e <= 1 for e in draws.choices(errors, k=len(errors))) / len(errors) for _ in range(2000)
    )
    print(f"months         median absolute error {median(errors):g} [{medians[50]:g}, {medians[1949]:g}]")
    print(
        f"               within 1 month {sum(e <= 1 for e in errors) / len(errors):.3f} "
        f"[{shares[50]:.3f}, {shares[1949]:.3f}], worst {max(errors)} ({len(errors)} resumes)"
    )


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data", type=Path, required=True, help="folder with resumes-en, resumes-ru, documents"
    )
    parser.add_argument("--worst", type=int, default=5, help="files to list, worst F1 first")
    options = parser.parse_args()
    report_reading(options.data, options.worst)
    report_months(options.data)


if __name__ == "__main__":
    main()
