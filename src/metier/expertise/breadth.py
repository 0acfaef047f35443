"""How broad and how deep the skills of a resume are."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from metier.expertise.jobs import Job, months_of
from metier.types import EvidenceLabel, SkillEvidence, Span

_CORE: Final = 5


@dataclass(frozen=True, slots=True)
class Breadth:
    """How many skills a text shows, and for how long they were used.

    Attributes:
        explicit: skills said outright.
        implicit: skills that follow from what is said.
        in_jobs: of the explicit ones, how many stand within a job.
        longest: months of the jobs in which one skill stands, of the skill with most; None without any.
        core: median of the five longest, or of all where there are fewer; None without any.
        quotes: words of the five longest.
    """

    explicit: int
    implicit: int
    in_jobs: int
    longest: int | None
    core: float | None
    quotes: tuple[Span, ...]


def measure_breadth(skills: Sequence[SkillEvidence], jobs: Sequence[Job]) -> Breadth:
    """Return how broad and deep some skills are.

    Args:
        skills: with quotes in offsets of the text that the jobs are of.
        jobs: in any order; their spans do not overlap.
    """
    explicit = [evidence for evidence in skills if evidence.label is EvidenceLabel.EXPLICIT]
    in_order = sorted(jobs, key=lambda job: job.span.start)
    starts = [job.span.start for job in in_order]
    lengths: list[tuple[int, Span]] = []
    in_jobs = 0
    for evidence in explicit:
        used = {
            i for quote in evidence.quotes if (i := _job_at(in_order, starts, quote.span.start)) is not None
        }
        in_jobs += bool(used)
        months = months_of(in_order[i] for i in used)
        if months is not None:
            lengths.append((months, _first_within(evidence, in_order, starts)))
    lengths.sort(key=lambda item: (-item[0], item[1]))
    core = [months for months, _ in lengths[:_CORE]]
    return Breadth(
        explicit=len(explicit),
        implicit=sum(evidence.label is EvidenceLabel.IMPLICIT for evidence in skills),
        in_jobs=in_jobs,
        longest=core[0] if core else None,
        core=float(median(core)) if core else None,
        quotes=tuple(span for _, span in lengths[:_CORE]),
    )


def _job_at(jobs: Sequence[Job], starts: Sequence[int], offset: int) -> int | None:
    i = bisect_right(starts, offset) - 1
    return i if i >= 0 and offset < jobs[i].span.end else None


def _first_within(evidence: SkillEvidence, jobs: Sequence[Job], starts: Sequence[int]) -> Span:
    return next(
        quote.span for quote in evidence.quotes if _job_at(jobs, starts, quote.span.start) is not None
    )
