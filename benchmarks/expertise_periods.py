"""Whether the jobs of a resume, and their months, are found as its site knows them.

`resumes-ru/superjob_2018.jsonl`: 208 resumes whose jobs, posts, companies and lengths are known apart; each
is printed as plain text and read like any resume. Compared are the number of jobs, their lengths and posts
(both in the order of the site), and the months in which there was any job with the site's own
`experience_length`; a month of difference is none. No split: rules were looked at on these rows, so they are
a development set. Interval: bootstrap over resumes, 95 %, 2,000 draws, seed 0.

    python benchmarks/expertise_periods.py --data FOLDER [--worst 5]
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path
from statistics import mean
from typing import Any, NamedTuple

from documents import parse_length, present_of, printed
from metier.documents.periods import find_periods, total_months
from metier.documents.sections import find_sections
from metier.expertise.jobs import Job, find_jobs, months_of
from metier.types import Role, Span

_DRAWS = 2000


class Agreement(NamedTuple):
    """How one resume was read; shares are of its jobs, 0 to 1, errors in months or None without a total."""

    number: int
    n_jobs: int
    n_found: int
    lengths: float
    posts: float
    companies: float
    error: int | None
    total_error: int | None


def words_at(text: str, span: Span | None) -> str:
    """Return the words at a span, empty for none."""
    return text[span.start : span.end] if span is not None else ""


def compare(number: int, row: dict[str, Any]) -> Agreement:
    """Return how far the jobs that are found in a printed resume are those of its fields."""
    text, as_of = printed(row), present_of(row)
    sections = find_sections(text, Role.RESUME)
    periods = find_periods(text, sections, as_of=as_of)
    jobs = find_jobs(text, sections, periods, as_of=as_of)
    entries = row.get("experience") or []
    in_order = sorted(jobs, key=lambda job: job.span.start)
    pairs = list(zip(entries, in_order, strict=False))
    gold = parse_length(row.get("experience_length") or "")
    return Agreement(
        number,
        len(entries),
        len(jobs),
        _share(pairs, lambda entry, job: _near(parse_length(entry.get("length") or ""), job.months), entries),
        _share(pairs, lambda entry, job: _same(entry.get("name"), words_at(text, job.title)), entries),
        _share(pairs, lambda entry, job: _same(entry.get("company"), words_at(text, job.employer)), entries),
        None if gold is None else abs((months_of(jobs) or 0) - gold),
        None if gold is None else abs((total_months(periods) or 0) - gold),
    )


def _share(pairs: list[tuple[dict[str, Any], Job]], holds: Any, entries: list[dict[str, Any]]) -> float:
    return sum(bool(holds(entry, job)) for entry, job in pairs) / len(entries) if entries else 1.0


def _near(gold: int | None, found: int | None) -> bool:
    return gold is not None and found is not None and abs(gold - found) <= 1


def _same(gold: str | None, found: str) -> bool:
    """Tell whether words found are those of a field, or the better part of them."""
    expected = " ".join((gold or "").lower().split())
    words = " ".join(found.lower().split())
    return words == expected or (bool(words) and words in expected)


def interval(values: list[float]) -> str:
    """Return a mean with its bootstrap interval."""
    draws = random.Random(0)
    means = sorted(mean(draws.choices(values, k=len(values))) for _ in range(_DRAWS))
    return f"{mean(values):.3f} [{means[_DRAWS // 40]:.3f}, {means[-_DRAWS // 40]:.3f}]"


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with resumes-ru")
    parser.add_argument("--worst", type=int, default=5, help="resumes to list, largest error first")
    options = parser.parse_args()
    path = options.data / "resumes-ru" / "superjob_2018.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    found = [compare(number, row) for number, row in enumerate(rows)]
    filled = [item for item in found if item.n_jobs]
    print(
        f"resumes        {len(found)}, {len(filled)} of them with {sum(item.n_jobs for item in filled)} jobs"
    )
    print(f"same number    {interval([float(item.n_jobs == item.n_found) for item in filled])}")
    for name in ("lengths", "posts", "companies"):
        print(f"{name:14} {interval([getattr(item, name) for item in filled])}")
    for name, label in (("error", "months of jobs"), ("total_error", "total months")):
        errors = [getattr(item, name) for item in found if getattr(item, name) is not None]
        print(
            f"{label:14} within 1 month {interval([float(error <= 1) for error in errors])}, "
            f"within 6 {interval([float(error <= 6) for error in errors])} ({len(errors)} resumes)"
        )
    for item in sorted(found, key=lambda item: -(item.error or 0))[: options.worst]:
        print(f"  row {item.number}: {item.n_found} of {item.n_jobs} jobs, {item.error} months off")


if __name__ == "__main__":
    main()
