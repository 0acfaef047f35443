"""Recall and precision of masking personal facts in resumes, false masks in running text, and time per page.

Headers: tests/documents/headers/, 200 invented headers in each of four languages with their facts marked, by
other hands than the rules. The rules were tuned while looking at the first 60 entries of each file
(development) and never at the others (test). A fact counts as found when every letter and digit of it lies
inside masks, of whatever kind. A mask counts as right when all letters and digits in it belong to facts.

Two more files of 100 headers each in English and Russian came from yet other hands: `*_development` was read
to mend rules, `*_further` was only counted.

Running text, with `--data FOLDER`: duties and skills of resumes-ru, the bodies of resumes-en (livecareer;
names and employers were removed before it was published) and the descriptions of vacancies-en and
vacancies-ru, put below a heading so that nothing of them counts as a header. What is masked there is counted
by kind and shown with `--show`. E-mails, phones and links are counted apart: those of recruiters in vacancies
are real. So are many of the others: quite a few resumes state birth dates and more at their end. The rules
were mended while reading these masks, so this is a development set.

Below headers: the same texts, each under one of the development headers; masks in a text beyond those that it
has alone are occurrences of the name above that are none of the text's. A rough check: a text may hold the
same first name by chance.

Intervals are Wilson's, 95 %. Time is of one core, a page has 3,000 characters.

    python benchmarks/masking.py [--data FOLDER] [--show]
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from metier.documents.masking.find import find_masks
from metier.documents.sections import find_sections
from metier.types import Mask, MaskKind, Role

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests.documents.headers import (
    FOLDER,
    LANGUAGES,
    N_DEVELOPMENT,
    Header,
    is_covered,
    read_headers,
)

PAGE_CHARS = 3_000
TOPS = {"en": "Work experience\n\n", "ru": "Опыт работы\n\n"}
CONTACTS = {MaskKind.EMAIL, MaskKind.PHONE, MaskKind.LINK}
SHOWN = 40


@dataclass
class Counts:
    """What was found in some texts."""

    found: Counter[str] = field(default_factory=Counter)
    stated: Counter[str] = field(default_factory=Counter)
    right: int = 0
    masks: int = 0
    words: int = 0
    chars: int = 0
    seconds: float = 0.0


def masks_of(text: str, language: str, counts: Counts) -> tuple[Mask, ...]:
    """Return the masks of a resume and count size and time."""
    sections = find_sections(text, Role.RESUME)
    started = time.process_time()
    masks = find_masks(text, sections, language=language)
    counts.seconds += time.process_time() - started
    counts.chars += len(text)
    counts.words += len(re.findall(r"\w+", text))
    return masks


def count_headers(headers: Sequence[Header], language: str) -> Counts:
    """Return recall by kind and precision over some headers."""
    counts = Counts()
    for header in headers:
        masks = masks_of(header.text, language, counts)
        for fact in header.facts:
            counts.stated[fact.kind] += 1
            counts.found[fact.kind] += is_covered(header.text, fact.span, masks)
        own = {i for fact in header.facts for i in range(fact.span.start, fact.span.end)}
        counts.masks += len(masks)
        counts.right += sum(
            all(i in own or not header.text[i].isalnum() for i in range(mask.span.start, mask.span.end))
            for mask in masks
        )
    return counts


def wilson(n_right: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share.

    Source: Wilson 1927, doi:10.1080/01621459.1927.10502953.
    """
    if not n:
        return 0.0, 1.0
    z, p = 1.959964, n_right / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return middle - half, middle + half


def share(n_right: int, n: int) -> str:
    """Return a share with its interval and counts, for printing."""
    low, high = wilson(n_right, n)
    return f"{n_right / n if n else math.nan:.3f} [{low:.3f}, {high:.3f}]  {n_right} of {n}"


def report_headers(language: str) -> None:
    """Print recall and precision on the headers of a language."""
    path = FOLDER / f"{language}.txt"
    if not path.is_file():
        print(f"{language}: no headers")
        return
    headers = read_headers(path)
    parts = {"development": headers[:N_DEVELOPMENT], "test": headers[N_DEVELOPMENT:]}
    # Written by other hands later on; `further` was only ever counted, `development` was read to mend rules.
    for more in sorted(FOLDER.glob(f"{language}_*.txt")):
        parts[f"other hands, {more.stem.partition('_')[2]}"] = read_headers(more)
    for part, chosen in parts.items():
        counts = count_headers(chosen, language)
        print(f"{language}, {part}: {len(chosen)} headers, {counts.words} words")
        for kind in MaskKind:
            if counts.stated[kind]:
                print(f"  {kind:15} {share(counts.found[kind], counts.stated[kind])}")
        contacts = [(counts.found[kind], counts.stated[kind]) for kind in CONTACTS]
        print(f"  {'contacts':15} {share(sum(f for f, _ in contacts), sum(s for _, s in contacts))}")
        print(f"  {'precision':15} {share(counts.right, counts.masks)}")


def rows(path: Path) -> Iterator[dict[str, object]]:
    """Yield the rows of a file of JSON lines."""
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def running_texts(data: Path) -> Iterator[tuple[str, str, str]]:
    """Yield set, language and text of what holds duties and skills."""
    for row in rows(data / "resumes-ru" / "superjob_2018.jsonl"):
        jobs = row["experience"]
        parts = [str(job.get(key) or "") for job in jobs for key in ("duties", "achievments")]  # type: ignore[attr-defined]
        skills = [str(value) for item in row["skills"] for value in item.values()]  # type: ignore[attr-defined]
        yield "resumes-ru", "ru", "\n".join([*parts, *skills])
    for row in rows(data / "resumes-en" / "livecareer.jsonl"):
        yield "resumes-en", "en", str(row["text"]).partition("\n")[2]
    for name in ("linkedin_2024", "nofluffjobs_2022"):
        for row in rows(data / "vacancies-en" / f"{name}.jsonl"):
            yield "vacancies-en", "en", str(row.get("description") or "")
    with (data / "vacancies-en" / "dice.csv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            yield "vacancies-en", "en", line["jobdescription"]
    for name in ("hh_2022", "hh_2025"):
        for row in rows(data / "vacancies-ru" / f"{name}.jsonl"):
            yield "vacancies-ru", "ru", str(row.get("description") or "")


def report_running_text(data: Path, *, show: bool) -> None:
    """Print masks per 1,000 words of running text, and what they hold."""
    sets: dict[str, Counts] = {}
    seen: dict[tuple[str, str], list[str]] = {}
    for name, language, body in running_texts(data):
        counts = sets.setdefault(name, Counts())
        text = TOPS[language] + body
        for mask in masks_of(text, language, counts):
            counts.found[mask.kind] += 1
            before, after = text[max(0, mask.span.start - 40) : mask.span.start], text[mask.span.end :][:30]
            shown = f"{before}[[{text[mask.span.start : mask.span.end]}]]{after}".replace("\n", " / ")
            seen.setdefault((name, mask.kind), []).append(shown)
    for name, counts in sets.items():
        others = sum(n for kind, n in counts.found.items() if kind not in CONTACTS)
        contacts = sum(counts.found.values()) - others
        per_page = counts.seconds / counts.chars * PAGE_CHARS * 1000
        print(
            f"{name}: {counts.words} words, {others / counts.words * 1000:.3f} masks per 1,000 words and "
            f"{contacts / counts.words * 1000:.3f} of contacts, {per_page:.2f} ms per page"
        )
        print("  " + ", ".join(f"{kind} {n}" for kind, n in sorted(counts.found.items())))
    if show:
        for (name, kind), lines in seen.items():
            print(f"--- {name}, {kind}: {len(lines)}", *lines[:SHOWN], sep="\n")


def report_below_headers(data: Path, *, show: bool) -> None:
    """Print how many words of running text are masked because a header stands above it."""
    texts = {language: [t for _, own, t in running_texts(data) if own == language] for language in TOPS}
    for language, bodies in texts.items():
        path = FOLDER / f"{language}.txt"
        headers = read_headers(path)[:N_DEVELOPMENT] if path.is_file() else ()
        if not headers:
            continue
        counts, lines = Counts(), []
        for i, body in enumerate(bodies):
            header = headers[i % len(headers)].text
            text = f"{header}\n\n{TOPS[language]}{body}"
            alone = TOPS[language] + body
            shift = len(text) - len(alone)
            plain = {mask.span.start + shift for mask in masks_of(alone, language, Counts())}
            for mask in masks_of(text, language, counts):
                if mask.span.start >= shift and mask.span.start not in plain:
                    counts.found[mask.kind] += 1
                    lines.append(text[max(0, mask.span.start - 40) : mask.span.end + 30].replace("\n", " / "))
        n = sum(counts.found.values())
        print(f"below headers, {language}: {n / counts.words * 1000:.3f} more masks per 1,000 words")
        if show:
            print(*lines[:SHOWN], sep="\n")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="folder with resumes-en, resumes-ru and vacancies-*")
    parser.add_argument("--show", action="store_true", help="print masks in running text, for a reader")
    options = parser.parse_args()
    if options.data:
        report_running_text(options.data, show=options.show)
        report_below_headers(options.data, show=options.show)
    for language in LANGUAGES:
        report_headers(language)


if __name__ == "__main__":
    main()
