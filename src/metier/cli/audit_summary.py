"""What the audits of documents and of decisions say of a run, a line each, before its results are written."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from metier.cli.training_progress import say

if TYPE_CHECKING:
    from metier.assessment import Assessment
    from metier.documents.source import Source
    from metier.engine import Engine, Vacancy
    from metier.scans import ScanVerdict

_MOST_NAMED = 5
_MOST_TRIED = 5
_ERROR_START = '{"error": '


def tell_audit(assessments: Iterable[Assessment]) -> None:
    """Say how many scored documents are unsafe or inconclusive; nothing where all are clean."""
    from metier.scans import ScanVerdict

    counts: Counter[ScanVerdict] = Counter()
    named: list[str] = []
    for assessment in assessments:
        verdict = verdict_of(assessment)
        counts[verdict] += 1
        if verdict is ScanVerdict.UNSAFE and len(named) < _MOST_NAMED:
            named.append(assessment.source)
    n_unsafe, n_open = counts[ScanVerdict.UNSAFE], counts[ScanVerdict.INCONCLUSIVE]
    if n_unsafe or n_open:
        more = f" and {n_unsafe - len(named):,} more" if n_unsafe > len(named) else ""
        names = f" ({', '.join(named)}{more})" if named else ""
        say(
            f"metier: Audit: of {counts.total():,} scored documents {n_unsafe:,} unsafe{names}, {n_open:,} "
            "inconclusive. See their findings, or run metier audit document."
        )


def tell_decisions(engine: Engine, sources: Iterable[Source], n_sources: int, vacancy: Vacancy) -> None:
    """Say which masked facts scores see in a few resumes of a batch; nothing where they see none.

    Args:
        engine: that decided.
        sources: of the batch; those tried are spread evenly over it.
        n_sources: how many they are.
        vacancy: what they are held against.
    """
    from metier.engine.audit_decisions import seen_swaps

    step = max(1, -(-n_sources // _MOST_TRIED))
    tried = list(islice(sources, 0, None, step))
    seen = seen_swaps(engine, tried, vacancy)
    if seen:
        kinds = ", ".join(sorted({move.trait.replace("_", " ") for move in seen}))
        most = max(move.largest for move in seen)
        say(
            f"metier: Audit: in {len({move.document for move in seen})} of {len(tried)} resumes that were "
            f"tried, scores see another text after a swap of {kinds}, and move by at most {most:.3f}. See "
            "metier audit decisions --documents."
        )


def verdict_of(assessment: Assessment) -> ScanVerdict:
    """Return what the findings of an assessment come to."""
    from metier.engine.audit_findings import scan_assessment

    return scan_assessment(assessment).verdict


def scored_lines(path: Path) -> Iterator[Assessment]:
    """Yield the scored assessments of a file of JSON lines, without holding them in memory."""
    from metier.assessment import Assessment
    from metier.records import from_mapping
    from metier.types import AssessmentStatus

    with path.open(encoding="utf-8") as file:
        for line in file:
            if not line.startswith(_ERROR_START):
                assessment = from_mapping(Assessment, json.loads(line))
                if assessment.status is AssessmentStatus.SCORED:
                    yield assessment
