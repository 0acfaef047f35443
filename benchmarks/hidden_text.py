"""Hidden words: how many tricks are found, and how many honest looks and real files are flagged.

Made files: each trick and each honest look of tests/documents/pdf_tricks.py and markup_tricks.py, drawn in
`--variants` ways (words, place and the text around them by the seed). The detector was written with the same
tricks in view, so this shows that it does what it is meant to do, not what an inventive person could get past
it. A trick counts as found when every hidden word lies in exclusions and no other word does; an honest look
counts as flagged when any word is excluded.

Real files, with `--data FOLDER`: all PDF and Word files of resumes-en and documents, all text resumes of
resumes-en and resumes-ru, read as resumes. `--show` prints what is flagged, for a reader: it holds words of
the documents and belongs in no file. Nothing here was tuned after reading them except where the docs say so.

Stuffing, with `--data`: how many of the text resumes are held to be stuffed, and how many pairs of a resume
and a vacancy (`--pairs`, drawn by the seed, same language) hold its words. The limits were set above what
these resumes show.

Effect: each trick file is assessed against the example vacancy with the shipped model, once as it is and once
without the hidden words; the largest difference of any score must be 0. What counting them would have done is
the mean rise of the coverage.

    python benchmarks/hidden_text.py [--variants 20] [--data FOLDER] [--show] [--pairs 2000] [--effect]
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from metier.assessment import Assessment
from metier.documents.reader import DocumentReader
from metier.documents.source import Source
from metier.limits import ReadingLimits
from metier.search.pasted import find_pasted
from metier.skills.detect import SkillDetector
from metier.skills.stuffing import find_stuffing
from metier.skills.taxonomy_files import default_taxonomy
from metier.types import Document, Role, YearMonth

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
from tests.documents import markup_tricks, pdf_tricks  # noqa: E402
from tests.documents.pdf_files import draw, write  # noqa: E402

SEED = 20261121
AS_OF = YearMonth(2026, 11)
SKILLS = (
    "Kubernetes Terraform Kafka GraphQL Rust Haskell Scala Cassandra Airflow TensorFlow Angular Ansible "
    "Elasticsearch Spark Redis Golang Jenkins Grafana Prometheus Snowflake"
).split()
PROSE = (
    "Kept the books of two shops for years and liked the work.",
    "Answered letters of customers and planned the week of the team.",
    "Wrote reports for the owner each month and drove the van.",
    "Trained new people, ordered goods and counted the stock twice a year.",
    "Moved the shop to another street without closing for a day.",
    "Spoke with suppliers in two languages and agreed on better prices.",
)
REASONS = ("hidden_text", "hidden_characters", "lookalike_letters", "reordered_text", "machine_instruction")


def wilson(n_hits: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share."""
    if not n:
        return 0.0, 1.0
    z, share = 1.96, n_hits / n
    middle = share + z * z / (2 * n)
    reach = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return (middle - reach) / (1 + z * z / n), (middle + reach) / (1 + z * z / n)


def made_files(n_variants: int, *, empty: bool = False) -> Iterator[tuple[str, bool, str, bytes, str]]:
    """Yield format, whether it is a trick, name, file and the words in question; `empty` leaves these out."""
    draw_lots = random.Random(SEED)
    for number in range(n_variants):
        words = " ".join(draw_lots.sample(SKILLS, 4))
        words = "" if empty else words
        lines = draw_lots.sample(PROSE, 5)
        x, y, size = draw_lots.uniform(40, 150), draw_lots.uniform(150, 600), draw_lots.choice((9, 10, 11))
        for painters, is_trick in ((pdf_tricks.TRICKS, True), (pdf_tricks.HONEST, False)):
            for paint in painters:
                page = partial(_page, paint=paint, place=(x, y), size=size, lines=lines, words=words)
                yield "pdf", is_trick, paint.__name__, draw(page), words
        for makers, is_trick in ((markup_tricks.TRICKS, True), (markup_tricks.HONEST, False)):
            for make in makers:
                form, _, name = make.__name__.partition("_")
                yield form, is_trick, f"{name} ({number})", make(words, lines), words


def _page(
    canvas: Canvas,
    *,
    paint: pdf_tricks.WordPainter,
    place: tuple[float, float],
    size: float,
    lines: list[str],
    words: str,
) -> None:
    canvas.setFont("Helvetica", size)
    write(canvas, 40, 780, lines)
    paint(canvas, *place, words)


def excluded_words(document: Document) -> set[str]:
    """Return the words that lie in exclusions."""
    return {
        word
        for item in document.excluded
        for word in re.findall(r"\w+", document.text[item.span.start : item.span.end])
    }


def report_made(reader: DocumentReader, n_variants: int) -> None:
    """Print detections and false alarms by format."""
    counts: dict[tuple[str, bool], Counter[bool]] = defaultdict(Counter)
    for form, is_trick, name, data, words in made_files(n_variants):
        document = reader.read(Source(f"cv.{form}", data=data), role=Role.RESUME)
        found = excluded_words(document)
        right = found == set(words.split()) if is_trick else bool(found)
        counts[form, is_trick][right] += 1
        if right != is_trick:
            print(f"  {form} {name}: {'missed' if is_trick else 'flagged'}: {sorted(found)}")
    print("format    tricks found          honest looks flagged")
    for form in ("pdf", "docx", "html", "rtf", "odt"):
        cells = []
        for is_trick in (True, False):
            n_hits, n = counts[form, is_trick][True], counts[form, is_trick].total()
            low, high = wilson(n_hits, n)
            cells.append(f"{n_hits} of {n} [{low:.3f}, {high:.3f}]")
        print(f"{form:8}  {cells[0]:30}  {cells[1]}")


def real_sources(data: Path) -> Iterator[tuple[str, Source]]:
    """Yield the resumes of the data folder by kind."""
    for kind, pattern in (("pdf", "resumes-en/pdf/*.pdf"), ("docx", "resumes-en/docx/*.docx")):
        for path in sorted(data.glob(pattern)):
            yield kind, Source(path.name, path=path)
    for path in sorted(data.glob("documents/*.pdf")):
        yield "pdf", Source(path.name, path=path)
    for line in (data / "resumes-en" / "livecareer.jsonl").open(encoding="utf-8"):
        row = json.loads(line)
        yield "text, English", Source(str(row["id"]), text=row["text"])
    with (data / "resumes-en" / "updated_resume_dataset.csv").open(encoding="utf-8", newline="") as file:
        for number, text in enumerate(dict.fromkeys(row["Resume"] for row in csv.DictReader(file))):
            yield "text, English", Source(f"updated {number}", text=text)
    for number, line in enumerate((data / "resumes-ru" / "superjob_2018.jsonl").open(encoding="utf-8")):
        fields = json.loads(line)
        text = "\n".join(str(value) for value in _texts(fields))
        yield "text, Russian", Source(f"superjob {number}", text=text)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def report_real(reader: DocumentReader, data: Path, *, show: bool) -> None:
    """Print which findings real resumes have, by kind of source."""
    totals: Counter[str] = Counter()
    flagged: dict[str, Counter[str]] = defaultdict(Counter)
    for kind, source in real_sources(data):
        document = reader.read(source, role=Role.RESUME)
        totals[kind] += 1
        findings = [finding for finding in document.findings if finding.code in REASONS]
        flagged[kind].update({f"{finding.code} ({finding.severity.value})" for finding in findings})
        for finding in findings if show else ():
            print(f"  {source.name}: {finding.code} {finding.severity.value}: {finding.words!r}")
    for kind, total in totals.items():
        print(f"{kind}: {total} documents")
        for code, count in sorted(flagged[kind].items()):
            low, high = wilson(count, total)
            print(f"  {code}: {count}, {count / total:.4f} [{low:.4f}, {high:.4f}]")


def report_stuffing(data: Path, n_pairs: int) -> None:
    """Print how many honest resumes are held to be stuffed, and how many to hold a vacancy's words."""
    resumes = {
        "English": [
            source.text or ""
            for kind, source in real_sources(data)
            if kind == "text, English" and source.text
        ],
        "Russian": [
            source.text or ""
            for kind, source in real_sources(data)
            if kind == "text, Russian" and source.text
        ],
    }
    detector = SkillDetector(default_taxonomy())
    for language, texts in resumes.items():
        n_stuffed = sum(find_stuffing(text, detector.detect(text)) is not None for text in texts)
        print(f"stuffing, {language}: {n_stuffed} of {len(texts)}, interval {wilson(n_stuffed, len(texts))}")
    files = {"English": ("vacancies-en", "linkedin_2024"), "Russian": ("vacancies-ru", "hh_2025")}
    draw_lots = random.Random(SEED)
    for language, (folder, name) in files.items():
        rows = (data / folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        vacancies = [str(json.loads(row).get("description", "")) for row in rows]
        pairs = [(draw_lots.choice(resumes[language]), draw_lots.choice(vacancies)) for _ in range(n_pairs)]
        n_pasted = sum(bool(find_pasted(resume, vacancy)) for resume, vacancy in pairs)
        print(f"pasted vacancy, {language}: {n_pasted} of {n_pairs} pairs, {wilson(n_pasted, n_pairs)}")


def scores(assessment: Assessment) -> tuple[float, float]:
    """Return coverage and nearness in meaning."""
    assert assessment.coverage is not None
    assert assessment.similarity is not None
    return assessment.coverage.score, assessment.similarity.score


def report_effect(n_variants: int) -> None:
    """Print what hidden words do to scores, and what they would have done."""
    from metier.encoders.load import Runtime, find_model
    from metier.engine import Engine, Models

    models = Models.load(find_model("base", Path("none")), Runtime(threads=0, cache=None))
    rises: list[float] = []
    worst = 0.0
    with Engine(default_taxonomy(), limits=ReadingLimits(), as_of=AS_OF, models=models) as engine:
        path = ROOT / "examples" / "vacancies" / "backend-python.txt"
        vacancy = engine.prepare_vacancy(engine.read(Source("vacancy", path=path), role=Role.VACANCY))
        files = zip(made_files(n_variants), made_files(n_variants, empty=True), strict=True)
        for (form, is_trick, _, data, _), (_, _, _, without, _) in files:
            if is_trick:
                with_words, plain = (
                    engine.assess(engine.read(Source(f"cv.{form}", data=made)), vacancy=vacancy)
                    for made in (data, without)
                )
                worst = max(
                    worst, *(abs(a - b) for a, b in zip(scores(with_words), scores(plain), strict=True))
                )
                rises += [effect.coverage_with - effect.coverage_without for effect in with_words.effects]
    print(f"largest difference of a score to that of the same file without the hidden words: {worst:.6f}")
    print(f"coverage would have risen by {sum(rises) / len(rises):.3f} on average, had the words counted")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description="Hidden words: found, wrongly flagged, and their effect.")
    parser.add_argument("--variants", type=int, default=20, help="files of each trick and honest look")
    parser.add_argument("--data", type=Path, help="folder of the data, for real resumes")
    parser.add_argument("--show", action="store_true", help="print what real resumes are flagged for")
    parser.add_argument("--pairs", type=int, default=2_000, help="pairs of a resume and a vacancy")
    parser.add_argument("--effect", action="store_true", help="measure what hidden words do to scores")
    options = parser.parse_args()
    with DocumentReader(ReadingLimits(), as_of=AS_OF) as reader:
        report_made(reader, options.variants)
        if options.data:
            report_real(reader, options.data, show=options.show)
    if options.data:
        report_stuffing(options.data, options.pairs)
    if options.effect:
        report_effect(options.variants)


if __name__ == "__main__":
    main()
