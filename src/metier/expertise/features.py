"""What a document tells of experience in numbers, each with the words behind it.

docs/reference/factors.md says what each feature is. None comes from age, gender, family, citizenship, names,
the year of a graduation, or the length of the text.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from metier.expertise.breadth import measure_breadth
from metier.expertise.education import find_certificates, find_education, find_languages
from metier.expertise.jobs import Job, find_jobs, months_of
from metier.expertise.model import Features
from metier.expertise.profile import Profile, Target
from metier.expertise.relevance import relevant_jobs, relevant_months
from metier.expertise.scope import SERVING, Amount, Scope, find_budgets, find_scope, find_team_sizes
from metier.expertise.titles import LEAD, title_rank
from metier.types import Role, SectionKind, Span

_EXPERIENCE: Final = (
    "total_months",
    "relevant_months",
    "months_since_job",
    "mean_job_months",
    "longest_job_months",
    "newest_job_months",
    "gap_months",
    "jobs",
    "jobs_last_five_years",
)
_TITLES: Final = (
    "stated_rank",
    "newest_title_rank",
    "highest_title_rank",
    "title_rank_change",
    "months_as_lead",
)
_SKILLS: Final = (
    "explicit_skills",
    "implicit_skills",
    "skills_in_jobs",
    "longest_skill_months",
    "core_skill_months",
)
_SCOPE: Final = (*(f"scope_{kind}" for kind in Scope), "scope_kinds", "team_size", "budget_amount")
_EDUCATION: Final = ("degree", "studying", "languages", "certificates", "employer_score")
NAMES: Final = (*_EXPERIENCE, *_TITLES, *_SKILLS, *_SCOPE, *_EDUCATION)
"""Names of the features, in the order of `Features.values`."""

MOST_COUNTED: Final = 3
"""Words of one kind of scope that count in one job."""
_JOB_WEIGHTS: Final = (1.0, 0.8, 0.6, 0.4)  # newest first; the last holds for all that are older
_REST_WEIGHT: Final = 0.6  # of a summary, or what else stands outside the jobs
_LEAST_WORDS: Final = 30
_MOST_QUOTES: Final = 5
_FIVE_YEARS: Final = 60
# Lists of skills name leadership at no cost; schools, hobbies and praise of an employer are no work.
_NO_SCOPE: Final = frozenset(
    {
        SectionKind.EDUCATION,
        SectionKind.SKILLS,
        SectionKind.LANGUAGES,
        SectionKind.CERTIFICATES,
        SectionKind.INTERESTS,
        SectionKind.OFFER,
        SectionKind.EMPLOYER,
    }
)


@dataclass(slots=True)
class _Found:
    """Values and the words behind them, while they are gathered."""

    values: dict[str, float] = field(default_factory=dict)
    spans: dict[str, list[Span]] = field(default_factory=dict)

    def put(self, name: str, value: float | None, spans: Iterable[Span | None] = ()) -> None:
        if value is not None:
            self.values[name] = float(value)
            self.spans[name] = [span for span in spans if span is not None]


@dataclass(frozen=True, slots=True)
class _Part:
    """Characters of a text that are looked through for scope; `weight` is higher for newer jobs."""

    spans: tuple[Span, ...]
    weight: float


def read_features(profile: Profile) -> Features:
    """Return what a document tells of experience in numbers.

    A vacancy has no jobs, so all that is told from jobs is nan; what it asks for counts as scope and skills.

    Returns:
        Values in the order of `NAMES`, nan where the document does not tell, and up to five quotes a feature.
    """
    found = _Found()
    jobs: tuple[Job, ...] = ()
    if profile.role is not Role.VACANCY:
        jobs = find_jobs(profile.text, profile.sections, profile.periods, as_of=profile.as_of)
        _put_experience(found, profile, jobs)
        _put_learning(found, profile)
    _put_titles(found, profile, jobs)
    _put_skills(found, profile, jobs)
    _put_scope(found, profile, _parts(profile, jobs))
    _put_degree(found, profile)
    found.put("employer_score", profile.employer_score)
    return Features(
        np.array([found.values.get(name, math.nan) for name in NAMES]),
        {
            name: tuple(profile.quote(span) for span in sorted(set(spans[:_MOST_QUOTES])))
            for name, spans in found.spans.items()
            if spans
        },
    )


def _put_experience(found: _Found, profile: Profile, jobs: Sequence[Job]) -> None:
    counted = [period.span for period in profile.periods if period.counted]
    found.put("total_months", profile.months, counted)
    dated = [job for job in jobs if job.start is not None and job.end is not None]
    found.put("jobs", len(jobs) or None, (job.title or job.dates for job in jobs))
    if not dated:
        return
    _put_relevance(found, profile, dated)
    newest, longest = dated[0], max(dated, key=_months)
    found.put("months_since_job", _since(profile, newest), [newest.dates])
    found.put("mean_job_months", sum(map(_months, dated)) / len(dated), (job.dates for job in dated))
    found.put("longest_job_months", _months(longest), [longest.dates])
    found.put("newest_job_months", _months(newest), [newest.dates])
    first = min(job.start.ordinal for job in dated if job.start is not None)
    last = max(job.end.ordinal for job in dated if job.end is not None)
    found.put("gap_months", last - first + 1 - (months_of(dated) or 0), (job.dates for job in dated))
    recent = [job for job in dated if _since(profile, job) < _FIVE_YEARS]
    found.put("jobs_last_five_years", len(recent), (job.dates for job in recent))


def _months(job: Job) -> int:
    return job.months or 0


def _since(profile: Profile, job: Job) -> int:
    return 0 if job.end is None else max(0, profile.as_of.ordinal - job.end.ordinal)


def _put_relevance(found: _Found, profile: Profile, dated: Sequence[Job]) -> None:
    target = profile.target
    if target is None and profile.title is not None:
        target = Target(profile.text[profile.title.start : profile.title.end])
    if target is None:
        return
    relevant = relevant_jobs(profile.text, dated, target, skills=profile.skills, reading=profile.reading)
    spans = [job.title or job.dates for job, holds in zip(dated, relevant, strict=True) if holds]
    found.put("relevant_months", relevant_months(dated, relevant), spans)


def _put_titles(found: _Found, profile: Profile, jobs: Sequence[Job]) -> None:
    text = profile.text
    if profile.title is not None:
        found.put("stated_rank", title_rank(text[profile.title.start : profile.title.end]), [profile.title])
    titled = [(job, job.title) for job in jobs if job.title is not None]
    if not titled:
        return
    ranked = [
        (rank, job, title)
        for job, title in titled
        if (rank := title_rank(text[title.start : title.end])) is not None
    ]
    found.put("newest_title_rank", title_rank(text[titled[0][1].start : titled[0][1].end]), [titled[0][1]])
    leading = [(job, title) for rank, job, title in ranked if rank >= LEAD]
    if any(job.months is not None for job in jobs):
        months = months_of(job for job, _ in leading) or 0
        found.put("months_as_lead", months, (title for _, title in leading))
    if ranked:
        highest = max(ranked, key=lambda item: item[0])
        found.put("highest_title_rank", highest[0], [highest[2]])
    if len(ranked) > 1:
        found.put("title_rank_change", ranked[0][0] - ranked[-1][0], [ranked[0][2], ranked[-1][2]])


def _put_skills(found: _Found, profile: Profile, jobs: Sequence[Job]) -> None:
    breadth = measure_breadth(profile.skills, jobs)
    named = [evidence.quotes[0].span for evidence in profile.skills if evidence.quotes]
    found.put("explicit_skills", breadth.explicit, named)
    if profile.reading is not None:
        found.put("implicit_skills", breadth.implicit)
    if jobs and breadth.explicit:
        found.put("skills_in_jobs", breadth.in_jobs / breadth.explicit, breadth.quotes)
    found.put("longest_skill_months", breadth.longest, breadth.quotes[:1])
    found.put("core_skill_months", breadth.core, breadth.quotes)


def _parts(profile: Profile, jobs: Sequence[Job]) -> list[_Part]:
    """Return what is looked through for scope: each job's body, and the rest, with weights."""
    parts = [_Part((job.body,), _JOB_WEIGHTS[min(i, len(_JOB_WEIGHTS) - 1)]) for i, job in enumerate(jobs)]
    rest = tuple(_outside(profile, jobs))
    if rest:
        parts.append(_Part(rest, _REST_WEIGHT if jobs else 1.0))
    return parts


def _outside(profile: Profile, jobs: Sequence[Job]) -> Iterator[Span]:
    """Yield what of the sections that can tell of scope lies in no job."""
    if not profile.sections and not jobs:
        yield Span(0, len(profile.text))
    taken = sorted(job.span for job in jobs)
    i = 0
    for section in profile.sections:
        if section.kind in _NO_SCOPE:
            continue
        start = section.span.start
        while i < len(taken) and taken[i].start < section.span.end:
            if taken[i].start > start:
                yield Span(start, taken[i].start)
            start = max(start, taken[i].end)
            i += 1
        if start < section.span.end:
            yield Span(start, section.span.end)


def _put_scope(found: _Found, profile: Profile, parts: Sequence[_Part]) -> None:
    text = profile.text
    n_words = [sum(len(text[span.start : span.end].split()) for span in part.spans) for part in parts]
    if sum(n_words) < _LEAST_WORDS:
        return
    counts: dict[Scope, list[int]] = {kind: [0] * len(parts) for kind in Scope}
    spans: dict[Scope, list[Span]] = {kind: [] for kind in Scope}
    for i, part in enumerate(parts):
        for span in part.spans:
            for word in find_scope(text, span.start, span.end):
                counts[word.kind][i] += 1
                spans[word.kind].append(word.span)
    weights = [part.weight if n else 0.0 for part, n in zip(parts, n_words, strict=True)]
    for kind in Scope:
        weighted = [min(n, MOST_COUNTED) if kind not in SERVING else n for n in counts[kind]]
        total = sum(weight * n for weight, n in zip(weights, weighted, strict=True))
        if kind in SERVING:
            value = 100 * total / sum(weight * n for weight, n in zip(weights, n_words, strict=True))
        else:
            value = total / sum(weights)
        found.put(f"scope_{kind}", value, spans[kind])
    kinds = [kind for kind in Scope if kind not in SERVING and spans[kind]]
    found.put("scope_kinds", len(kinds), (spans[kind][0] for kind in kinds))
    _put_amounts(found, text, parts)


def _put_amounts(found: _Found, text: str, parts: Sequence[_Part]) -> None:
    looked = [span for part in parts for span in part.spans]
    for name, find in (("team_size", find_team_sizes), ("budget_amount", find_budgets)):
        amounts: list[Amount] = [amount for span in looked for amount in find(text, span.start, span.end)]
        if amounts:
            largest = max(amounts, key=lambda amount: amount.value)
            found.put(name, largest.value, [largest.span])


def _put_degree(found: _Found, profile: Profile) -> None:
    education = find_education(profile.text, profile.sections, profile.periods)
    found.put("degree", education.degree, [education.degree_span])
    if profile.role is not Role.VACANCY:
        found.put("studying", education.studying, [education.studying_span])


def _put_learning(found: _Found, profile: Profile) -> None:
    languages = find_languages(profile.text, profile.sections)
    found.put("languages", len(languages) or None, languages)
    certificates = find_certificates(profile.text, profile.sections)
    found.put("certificates", len(certificates), certificates)
