"""One table of all audits: how much of what is unsafe they find, and how often they are wrong about the rest.

Without `--only`: files of models, documents, decisions, and what scans of backdoors have already found, if
`--models` and `--scans` name their folders. Found is the share of unsafe things that are called unsafe; a
false alarm is a clean thing that is not called clean (files, documents) or that is called unsafe (decisions).
Each script says what was made how; the table is no measure of what an inventive person gets past.

`--only NAME` runs another script, with what follows as its arguments:

    python benchmarks/audit.py [--data FOLDER] [--models FOLDER --scans FOLDER]
    python benchmarks/audit.py --only behaviour
    python benchmarks/audit.py --only shift resumes
    python benchmarks/audit.py --only confidence models --data FOLDER --models FOLDER
    python benchmarks/audit.py --only membership controls --data FOLDER
    python benchmarks/audit.py --only backdoors table --models FOLDER --scans FOLDER
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import audit_decisions
import audit_documents

from metier.documents.source import Source
from metier.engine import Engine
from metier.limits import ReadingLimits
from metier.scans import ScanVerdict
from metier.skills.taxonomy_files import default_taxonomy
from metier.training.intervals import wilson
from metier.types import Role

OTHERS = ("behaviour", "shift", "confidence", "membership", "backdoors")
FOLDERS, VARIANTS, MOST, TABLES = 130, 10, 300, 200
UNFAIR = 0.5


def share(found: int, of: int) -> str:
    """Return a count, its share and the 95 % Wilson interval."""
    interval = wilson(found, of)
    return f"{found:,}/{of:,}: {interval.value:.3f} [{interval.low:.3f}, {interval.high:.3f}]"


def file_rows() -> Iterator[tuple[str, str, str]]:
    """Yield what, found and false alarms for files of models."""
    import audit_files

    with tempfile.TemporaryDirectory() as place, contextlib.redirect_stdout(io.StringIO()):
        tallies = audit_files.measure_files(Path(place), FOLDERS, seed=1)
    alarms = tallies["false alarms in clean folders"]
    for title in ("known", "unseen"):
        found = tallies[f"unsafe, {title} kinds: called unsafe"]
        yield f"files, {title} kinds", share(found.found, found.of), share(alarms.found, alarms.of)


def document_rows(data: Path | None) -> Iterator[tuple[str, str, str]]:
    """Yield the same for documents, by words alone."""
    limits, path = ReadingLimits(), audit_documents.VACANCY
    with Engine(default_taxonomy(), limits=limits, as_of=audit_documents.AS_OF) as engine:
        vacancy = engine.prepare_vacancy(engine.read(Source(path.name, path=path), role=Role.VACANCY))
        totals = []
        for files in (
            audit_documents.manipulated(VARIANTS),
            audit_documents.honest(VARIANTS, data, MOST),
        ):
            total: Counter[ScanVerdict] = Counter()
            for tally in audit_documents.measure(engine, files, vacancy).values():
                total += tally.verdicts
            totals.append(total)
    bad, good = totals
    alarms = good.total() - good[ScanVerdict.CLEAN]
    yield "documents", share(bad[ScanVerdict.UNSAFE], bad.total()), share(alarms, good.total())


def decision_rows() -> Iterator[tuple[str, str, str]]:
    """Yield the same for tables of decisions, by the number of people."""
    for n in audit_decisions.PEOPLE:
        cells = []
        for ratio in (UNFAIR, 1.0):
            total: Counter[ScanVerdict] = Counter()
            for rate in audit_decisions.RATES:
                total += audit_decisions.verdicts(
                    tables=TABLES, n=n, rate=rate, ratio=ratio, seed=audit_decisions.SEED
                )
            cells.append(share(total[ScanVerdict.UNSAFE], total.total()))
        yield f"decisions, {n:,} people", cells[0], cells[1]


def backdoor_rows(models: Path, scans: Path) -> Iterator[tuple[str, str, str]]:
    """Yield the same for the classifiers that were scanned for backdoors."""
    import audit_backdoors

    for title, shares in audit_backdoors.summary(audit_backdoors.read_scans(models, scans)).items():
        yield f"backdoors, {title}", shares["found"], shares["flagged"]


def main() -> None:
    """Print the table, or what another script prints."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="folder of the data, for real resumes")
    parser.add_argument("--models", type=Path, help="what audit_backdoor_models.py wrote")
    parser.add_argument("--scans", type=Path, help="what audit_backdoors.py wrote")
    chosen = parser.parse_args()
    rows = {
        "audit_files.py": file_rows(),
        "audit_documents.py": document_rows(chosen.data),
        "audit_decisions.py": decision_rows(),
    }
    if chosen.models and chosen.scans:
        rows["audit_backdoors.py"] = backdoor_rows(chosen.models, chosen.scans)
    print("| what | found | false alarms | script |\n|---|---|---|---|")
    for script, found in rows.items():
        for row in found:
            print(f"| {' | '.join(row)} | `{script}` |", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--only"]:
        if sys.argv[2:3] == [] or sys.argv[2] not in OTHERS:
            sys.exit(f"--only needs one of {', '.join(OTHERS)}.")
        name = f"audit_{sys.argv[2]}"
        sys.argv[:3] = [name]
        importlib.import_module(name).main()
    else:
        main()
