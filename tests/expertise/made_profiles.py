"""Profiles of made-up documents, read as the engine reads them, without an encoder."""

from __future__ import annotations

from dataclasses import replace

from metier.documents.periods import find_periods, total_months
from metier.documents.sections import find_sections
from metier.expertise.features import NAMES, read_features
from metier.expertise.jobs import Job, find_jobs
from metier.expertise.profile import Profile
from metier.types import Quote, Role, Span, YearMonth

AS_OF = YearMonth(2024, 6)

RESUME = """Data engineer

Experience

Senior Data Engineer, Acme
Jan 2020 - Jun 2023
Led a team of 5 engineers and owned the roadmap.
Mentored interns, hired analysts, with a budget of $1.2 million.

Data Analyst, Bank
Jan 2016 - Dec 2018
Assisted with reports. Answered phones and helped the sales team every day.

Education
Master of Science, 2015
"""


def a_profile(text: str, *, role: Role = Role.RESUME, **changes: object) -> Profile:
    """Return the profile of a text; its first line is the stated title."""
    sections = find_sections(text, role)
    periods = find_periods(text, sections, as_of=AS_OF) if role is Role.RESUME else ()
    first = text.partition("\n")[0]
    made = Profile(
        text=text,
        sections=sections,
        language="en",
        role=role,
        as_of=AS_OF,
        months=total_months(periods),
        periods=periods,
        skills=(),
        reading=None,
        target=None,
        title=Span(0, len(first)) if first else None,
        employer_score=None,
        quote=lambda span: Quote(span, text[span.start : span.end]),
    )
    return replace(made, **changes)


def jobs_of(text: str) -> tuple[Job, ...]:
    """Return the jobs of a resume."""
    made = a_profile(text)
    return find_jobs(text, made.sections, made.periods, as_of=AS_OF)


def values_of(profile: Profile) -> dict[str, float]:
    """Return the features of a profile by name."""
    return dict(zip(NAMES, read_features(profile).values.tolist(), strict=True))
