"""Precision of lexical skill detection, by hand, and its time per page.

Data: resumes-en (five families of livecareer, and the distinct rows of the updated set), vacancies-en and
vacancies-ru; 2,666 documents. Detection is rule-based; its names and rules were chosen and mended while
looking at documents of these sets, so they are a development set.

Sample: of all detections in these documents, those whose key has the lowest SHA-256: 200 explicit mentions,
100 implied skills, 60 mentions that were held to be no claim. It is the second draw: the first one was read
to mend rules and names. Names were mended once more after the second, and what that changed in it was
read again. A key is a hash of the document, the offset and the skill, so a changed rule leaves most of the
sample, and its verdicts, as they were. `--write-sample FILE` writes what has no verdict yet, with its
surroundings, for a reader; verdicts go into judgements/skills_lexical.csv (key, verdict 1 or 0), which
holds no words of the documents.

One reader, who also wrote the rules, gave the verdicts: 1 where an explicit mention names that skill and
claims it (in a vacancy: asks for it), where an implied skill does follow from the words quoted, and where a
mention without a claim is indeed none. Intervals are Wilson's, 95 %. Recall is not measured here.

    python benchmarks/skills_lexical.py --data FOLDER
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from metier.documents.sections import find_sections
from metier.skills.detect import SkillDetector
from metier.skills.taxonomy_files import default_taxonomy
from metier.types import EvidenceLabel, Role, Section

JUDGEMENTS = Path(__file__).parent / "judgements" / "skills_lexical.csv"
# Of the first draw 359 detections were read, and rules and names were mended after it; this is the second.
DRAW = 2
N_SAMPLED = {EvidenceLabel.EXPLICIT: 200, EvidenceLabel.IMPLICIT: 100, EvidenceLabel.NONE: 60}
PAGE_CHARS = 3_000
RESUME_FAMILIES = {"INFORMATION-TECHNOLOGY", "ENGINEERING", "CONSULTANT", "DIGITAL-MEDIA", "BANKING"}
VACANCY_FILES = (
    ("vacancies-en/linkedin_2024.jsonl", "description"),
    ("vacancies-en/nofluffjobs_2022.jsonl", "description"),
    ("vacancies-ru/hh_2022.jsonl", "description"),
    ("vacancies-ru/hh_2025.jsonl", "description"),
)
SURROUNDINGS = 160


@dataclass(frozen=True)
class Detection:
    """One thing to judge."""

    key: str
    label: EvidenceLabel
    skill: str
    shown: str


def texts(data: Path) -> Iterator[tuple[str, Role]]:
    """Yield the documents, resumes first."""
    for row in rows(data / "resumes-en" / "livecareer.jsonl"):
        if row["category"] in RESUME_FAMILIES:
            yield row["text"], Role.RESUME
    with (data / "resumes-en" / "updated_resume_dataset.csv").open(encoding="utf-8", newline="") as file:
        distinct = dict.fromkeys(
            text for line in csv.DictReader(file) for key, text in line.items() if key == "Resume"
        )
    for text in distinct:
        yield text, Role.RESUME
    for name, key in VACANCY_FILES:
        for row in rows(data / name):
            if isinstance(row.get(key), str) and row[key].strip():
                yield row[key], Role.VACANCY


def rows(path: Path) -> Iterator[dict[str, str]]:
    """Yield the rows of a file of JSON lines."""
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def detections(detector: SkillDetector, text: str, sections: tuple[Section, ...]) -> Iterator[Detection]:
    """Yield one detection for each explicit or unclaimed mention and each implied skill of a document."""
    document = hashlib.sha256(text.encode()).hexdigest()[:16]
    for evidence in detector.detect(text, sections):
        quotes = evidence.quotes[:1] if evidence.label is EvidenceLabel.IMPLICIT else evidence.quotes
        for quote in quotes:
            place = f"{DRAW}:{document}:{evidence.label}:{evidence.skill}:{quote.span.start}"
            key = hashlib.sha256(place.encode()).hexdigest()[:20]
            before = text[max(0, quote.span.start - SURROUNDINGS) : quote.span.start]
            after = text[quote.span.end : quote.span.end + SURROUNDINGS]
            shown = f"{before}[[{quote.text}]]{after}".replace("\n", " / ")
            if evidence.label is EvidenceLabel.IMPLICIT:
                shown += f"  ({evidence.reason})"
            yield Detection(key, evidence.label, evidence.name, shown)


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


def judgements() -> dict[str, int]:
    """Return the reader's verdicts by key."""
    if not JUDGEMENTS.exists():
        return {}
    with JUDGEMENTS.open(encoding="utf-8", newline="") as file:
        return {row["key"]: int(row["verdict"]) for row in csv.DictReader(file)}


def report(sample: list[Detection], label: EvidenceLabel, verdicts: dict[str, int]) -> None:
    """Print the precision of one kind of detection."""
    judged = [verdicts[item.key] for item in sample if item.key in verdicts]
    low, high = wilson(sum(judged), len(judged))
    share = sum(judged) / len(judged) if judged else float("nan")
    unjudged = len(sample) - len(judged)
    print(f"{label:9} {share:.3f} [{low:.3f}, {high:.3f}]  n={len(judged)}  without a verdict: {unjudged}")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with resumes-en and vacancies-*")
    parser.add_argument("--write-sample", type=Path, help="write what has no verdict yet, for a reader")
    options = parser.parse_args()

    detector = SkillDetector(default_taxonomy())
    found: list[Detection] = []
    n_documents = n_chars = 0
    seconds = 0.0
    for text, role in texts(options.data):
        sections = find_sections(text, role)
        started = time.process_time()
        detector.detect(text, sections)
        seconds += time.process_time() - started
        found.extend(detections(detector, text, sections))
        n_documents += 1
        n_chars += len(text)

    verdicts = judgements()
    print(f"{n_documents} documents, {n_chars / PAGE_CHARS:.0f} pages of {PAGE_CHARS} characters")
    print(f"{seconds / (n_chars / PAGE_CHARS) * 1000:.2f} ms of one core per page")
    unjudged: list[Detection] = []
    for label, n_sampled in N_SAMPLED.items():
        of_label = sorted((item for item in found if item.label is label), key=lambda item: item.key)
        sample = of_label[:n_sampled]
        print(f"{label:9} {len(of_label)} detections")
        report(sample, label, verdicts)
        unjudged += [item for item in sample if item.key not in verdicts]
    if options.write_sample:
        lines = [f"{item.key}\t{item.label}\t{item.skill}\t{item.shown}" for item in unjudged]
        options.write_sample.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
