"""Which jobs of a resume were in the role that it is held against, and for how long.

Whether a job is relevant depends on that job and the role alone, never on the other jobs, so that one more
relevant job never takes months away.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from metier.encoders.pooling import unit_rows
from metier.encoders.reading import Reading
from metier.expertise.jobs import Job, months_of
from metier.expertise.profile import Target
from metier.store.terms import find_terms
from metier.types import EvidenceLabel, SkillEvidence, Span

# Words of titles that say how high somebody stands, or nothing: they make no two jobs alike.
_GENERAL: Final = """
senior junior middle lead leading principal staff head chief director vice president vp manager assistant
associate specialist officer coordinator executive representative worker professional expert intern trainee
supervisor general deputy certified licensed full part time remote and of the for in at to with a an i ii iii
iv v 1 2 3 sr jr old new level entry
старший младший ведущий главный начальник руководитель директор заместитель менеджер специалист помощник
стажер эксперт сотрудник отдел группа и по в на с для от до
"""
_TITLE_WORDS: Final = 12  # a longer target is a text, and no title
_LEAST_WORDS_SHARED: Final = 0.5
_LEAST_SKILLS: Final = 2
_LEAST_SKILLS_SHARED: Final = 0.3
# By benchmarks/nearness.py: 1 % of jobs in other occupations are over these, and nearly all with the title of
# the role.
LEAST_ENTRY_COSINE: Final = 0.28
LEAST_TITLE_COSINE: Final = 0.31


def relevant_jobs(
    text: str,
    jobs: Sequence[Job],
    target: Target,
    *,
    skills: Sequence[SkillEvidence],
    reading: Reading | None,
) -> list[bool]:
    """Tell of each job whether its post or its duties are those of a role.

    A job is relevant where its title shares at least half of the words of the role's title that name an
    occupation, where at least two and 30 % of the skills of the role stand in it, or where it is near the
    role in meaning.

    Args:
        text: that the jobs are of.
        jobs: any number.
        target: the role.
        skills: of the text.
        reading: of the text, or None; it is used where the target has a vector and a center.
    """
    wanted = _telling(target.words) if len(target.words.split()) <= _TITLE_WORDS else set()
    near = _near(jobs, target, reading)
    places = sorted(
        (quote.span.start, evidence.skill)
        for evidence in skills
        if evidence.label is not EvidenceLabel.NONE and evidence.skill in target.skills
        for quote in evidence.quotes
    )
    least = max(_LEAST_SKILLS, _LEAST_SKILLS_SHARED * len(target.skills))
    return [
        _shares_words(text, job, wanted) or near[i] or len(_within(places, job.span)) >= least
        for i, job in enumerate(jobs)
    ]


def relevant_months(jobs: Iterable[Job], relevant: Iterable[bool]) -> int | None:
    """Return the months in which a relevant job was held, overlaps counted once; None where no job has dates.

    Args:
        jobs: any number.
        relevant: for each, whether it is.
    """
    pairs = list(zip(jobs, relevant, strict=True))
    if all(job.months is None for job, _ in pairs):
        return None
    return months_of(job for job, is_relevant in pairs if is_relevant) or 0


def _telling(title: str) -> set[str]:
    """Return the words of a title that name an occupation, or all where none does so."""
    terms = set(find_terms(title))
    return (terms - _general_terms()) or terms


@lru_cache(maxsize=1)
def _general_terms() -> frozenset[str]:
    return frozenset(find_terms(_GENERAL))


def _shares_words(text: str, job: Job, wanted: set[str]) -> bool:
    if job.title is None or not wanted:
        return False
    held = set(find_terms(text[job.title.start : job.title.end]))
    return len(wanted & held) >= _LEAST_WORDS_SHARED * len(wanted)


def _near(jobs: Sequence[Job], target: Target, reading: Reading | None) -> list[bool]:
    if target.vector is None or target.center is None or reading is None:
        return [False] * len(jobs)
    role = unit_rows((target.vector - target.center)[None])[0]
    entries = reading.pool([job.span for job in jobs])
    titles = reading.pool([job.title or Span(0, 0) for job in jobs])
    by_entry, by_title = (unit_rows(rows - target.center) @ role for rows in (entries, titles))
    return [
        bool(
            by_entry[i] >= LEAST_ENTRY_COSINE or (job.title is not None and by_title[i] >= LEAST_TITLE_COSINE)
        )
        for i, job in enumerate(jobs)
    ]


def _within(places: Sequence[tuple[int, str]], span: Span) -> set[str]:
    first = bisect_left(places, (span.start, ""))
    last = bisect_right(places, (span.end, ""))
    return {skill for _, skill in places[first:last]}
