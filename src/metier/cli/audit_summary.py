"""What the audit of documents says of a run, in one line, before its results are written."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from metier.cli.training_progress import say

if TYPE_CHECKING:
    from metier.assessment import Assessment
    from metier.scans import ScanVerdict

_MOST_NAMED = 5
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
