"""Mutated documents of every format through the reader: no crash, no hang, only typed errors.

Small sound files of nine endings (PDF, DOCX, ODT, RTF, HTML, Markdown, JSON, text, PNG; made by
tests/documents/mutations.py) are spoiled in one to eight ways: flipped bits, cut or repeated blocks, noise,
changed numbers, tokens that mean something to a parser, parts of archives with sums that fit. Each goes
through `DocumentReader` and, where it can be read, through the view that scores see, as in an assessment.
Pictures are not given to OCR.

Counted: documents that were read, typed errors by code, crashes of the parsing process, overruns of the time
limit, any other exception (there must be none), the slowest document, and the memory of both processes every
1,000 documents. The run ends with 1 if anything of that went wrong. Each shard has a seed of its own.

    python benchmarks/fuzz_documents.py [--number 100000] [--seed 1] [--shards 2]
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from metier.documents.reader import DocumentReader
from metier.documents.view import scoring_view
from metier.errors import DocumentError
from metier.limits import OcrPolicy, ReadingLimits
from metier.types import Role, YearMonth

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests.documents.mutations import mutations

LIMITS = ReadingLimits(timeout_s=10)
AS_OF = YearMonth(2026, 11)
SAMPLE_EVERY = 1_000


@dataclass
class Tally:
    """What became of the documents of one shard."""

    outcomes: Counter[str] = field(default_factory=Counter)
    by_form: Counter[str] = field(default_factory=Counter)
    bad: list[str] = field(default_factory=list)
    slowest_s: float = 0.0
    slowest_form: str = ""
    memory_mb: list[tuple[float, float]] = field(default_factory=list)


def resident_mb(pid: int | str) -> float:
    """Return the resident memory of a process in megabytes, or 0 where the system does not tell."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0.0
    return pages * 4096 / 1e6


def fuzz(number: int, seed: int) -> Tally:
    """Return what becomes of a number of mutated documents."""
    tally = Tally()
    with DocumentReader(LIMITS, as_of=AS_OF, ocr=OcrPolicy(())) as reader:
        for i, (form, data) in enumerate(mutations(number, seed)):
            started = time.monotonic()
            outcome = read_one(reader, form, data, tally, place=f"seed {seed}, document {i}, {form}")
            took_s = time.monotonic() - started
            tally.outcomes[outcome] += 1
            tally.by_form[f"{form} {'read' if outcome == 'read' else 'refused'}"] += 1
            if took_s > tally.slowest_s:
                tally.slowest_s, tally.slowest_form = took_s, form
            if i % SAMPLE_EVERY == 0 and reader._worker is not None:
                tally.memory_mb.append((resident_mb("self"), resident_mb(reader._worker.pid)))
    return tally


def read_one(reader: DocumentReader, form: str, data: bytes, tally: Tally, *, place: str) -> str:
    """Return what became of one document: `read`, or the code of its error."""
    reader.start()
    worker = reader._worker
    try:
        document = reader.read_bytes(data, name=f"cv.{form}", role=Role.RESUME)
        view = scoring_view(document)
        assert all(0 <= item.span.start < item.span.end <= len(document.text) for item in document.excluded)
        assert sum(section.span.end - section.span.start for section in view.sections) <= len(view.text)
        outcome = "read"
    except DocumentError as exc:
        outcome = exc.code
    except Exception:  # noqa: BLE001 - this is what the run looks for
        outcome = "UNTYPED"
        tally.bad.append(f"{place}: {traceback.format_exc(limit=-3)}")
    if reader._worker is not worker:
        tally.bad.append(f"{place}: the parsing process crashed or was ended ({outcome})")
    return outcome


def main() -> None:
    """Print the figures; exit with 1 if anything but typed errors came."""
    parser = argparse.ArgumentParser(description="Mutated documents through the reader.")
    parser.add_argument("--number", type=int, default=100_000, help="documents in all")
    parser.add_argument("--seed", type=int, default=1, help="of the first shard; the next ones count up")
    parser.add_argument("--shards", type=int, default=2, help="processes side by side")
    options = parser.parse_args()
    started = time.monotonic()
    numbers = [options.number // options.shards] * options.shards
    with ProcessPoolExecutor(options.shards) as pool:
        tallies = list(pool.map(fuzz, numbers, range(options.seed, options.seed + options.shards)))
    outcomes = sum((tally.outcomes for tally in tallies), Counter())
    print(f"{outcomes.total():,} documents in {time.monotonic() - started:,.0f} s, seed {options.seed}")
    for outcome, count in outcomes.most_common():
        print(f"  {outcome}: {count:,}")
    for form, count in sorted(sum((tally.by_form for tally in tallies), Counter()).items()):
        print(f"  {form}: {count:,}")
    slowest = max(tallies, key=lambda tally: tally.slowest_s)
    print(f"slowest document: {slowest.slowest_s:.2f} s ({slowest.slowest_form})")
    for tally in tallies:
        shown = tally.memory_mb[:: max(len(tally.memory_mb) // 8, 1)]
        print("memory, reader + parser, MB: " + ", ".join(f"{own:.0f}+{other:.0f}" for own, other in shown))
    bad = [line for tally in tallies for line in tally.bad]
    print(f"crashes, overruns and untyped errors: {len(bad)}")
    for line in bad[:20]:
        print(f"  {line}")
    raise SystemExit(bool(bad))


if __name__ == "__main__":
    main()
