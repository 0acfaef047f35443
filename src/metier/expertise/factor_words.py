"""What a person reads of a feature: one sentence with its number and without words of the document."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from metier.errors import InvalidInput

_RANKS: Final = (
    "an intern",
    "an assistant or junior",
    "a middle level",
    "a senior, or one in charge of accounts or projects",
    "a lead, supervisor or manager",
    "a head, director or owner",
)
_DEGREES: Final = ("school", "vocational", "bachelor's", "master's", "doctoral")
_A_JOB: Final = "on average {value:.1f} times a job (at most 3 count, the newest jobs most)"
_TEXT: Final = "{value:.1f} times in 100 words (the newest jobs count most)"
_MONTHS: Final = {
    "total_months": "The experience told is {months} in all",
    "relevant_months": "The experience in the role is {months}",
    "months_since_job": "The newest job ended {months} ago",
    "mean_job_months": "A job lasted {months} on average",
    "longest_job_months": "The longest job lasted {months}",
    "newest_job_months": "The newest job has lasted {months}",
    "gap_months": "There are {months} without a job between the first and the last",
    "months_as_lead": "Jobs with the title of a lead, manager or head last {months}",
    "longest_skill_months": "The skill used longest was used in jobs of {months}",
    "core_skill_months": "Half of the five skills used longest were used in jobs of at least {months}",
}
_RANKED: Final = {
    "stated_rank": "The stated title is that of {rank}",
    "newest_title_rank": "The title of the newest job is that of {rank}",
    "highest_title_rank": "The highest title of a job is that of {rank}",
}
_COUNTED: Final = {
    "jobs": "The number of jobs is {value:.0f}",
    "jobs_last_five_years": "The number of jobs in the last five years is {value:.0f}",
    "explicit_skills": "The number of skills said outright is {value:.0f}",
    "implicit_skills": "The number of skills that follow from what is said is {value:.0f}",
    "skills_in_jobs": "{value:.0%} of the skills said outright stand within a job",
    "scope_leads": f"Leading is told {_A_JOB}",
    "scope_supervises": f"Supervising or managing people is told {_A_JOB}",
    "scope_owns": f"Answering for something whole is told {_A_JOB}",
    "scope_mentors": f"Training or mentoring others is told {_A_JOB}",
    "scope_hires": f"Hiring or evaluating people is told {_A_JOB}",
    "scope_architects": f"Designing systems is told {_A_JOB}",
    "scope_strategy": f"Strategy or policy is told {_A_JOB}",
    "scope_budget": f"A budget is told of {_A_JOB}",
    "scope_profit": f"Profit or revenue is told of {_A_JOB}",
    "scope_breadth": f"Whole departments, sites or firms are told of {_A_JOB}",
    "scope_stakeholders": f"Executives, negotiations or key clients are told of {_A_JOB}",
    "scope_improves": f"Improvements and results are told {_A_JOB}",
    "scope_assists": f"Assisting or taking part is told {_TEXT}",
    "scope_routine": f"Routine tasks are told {_TEXT}",
    "scope_kinds": "Of twelve kinds of responsibility {value:.0f} are told",
    "team_size": "The largest number of people led is {value:.0f}",
    "budget_amount": "The largest amount of money answered for is about {amount}",
    "languages": "The number of languages named is {value:.0f}",
    "certificates": "Certificates and licences are named {value:.0f} times",
    "employer_score": "The table of employers gives a score of {value:.2f}",
    "wording": "The wording of a sentence is not the usual one",
}
_UNTOLD: Final = {
    "total_months": "how long the experience is",
    "relevant_months": "how long the experience in the role is",
    "months_since_job": "when the newest job ended",
    "stated_rank": "a level in the stated title",
    "newest_title_rank": "a level in the title of the newest job",
    "highest_title_rank": "a level in any title",
    "title_rank_change": "two titles with a level",
    "longest_skill_months": "in which jobs skills were used",
    "core_skill_months": "in which jobs skills were used",
    "team_size": "how many people were led",
    "budget_amount": "an amount of money answered for",
    "degree": "a degree",
    "studying": "of any education",
    "languages": "which languages are known",
    "employer_score": "an employer that the table holds",
}
_SENTENCES: Final = {
    **_MONTHS,
    **_RANKED,
    **_COUNTED,
    "title_rank_change": "{change}",
    "degree": "The highest degree named is {degree}",
    "studying": "{studies}",
}


def factor_message(name: str, value: float | None, higher: bool) -> str:  # noqa: FBT001 (as it is said)
    """Return what a person reads of a feature: one sentence with its number.

    Args:
        name: one of `features.NAMES`, or `wording`.
        value: of the feature; None or nan where the document does not tell.
        higher: it speaks for a higher level, else for a lower one.

    Raises:
        InvalidInput: there is no such feature.

    >>> factor_message("total_months", 110, True)
    'The experience told is 9 years 2 months in all, which speaks for a higher level.'
    """
    direction = "higher" if higher else "lower"
    return f"{_said(name, value)}, which speaks for a {direction} level."


def _said(name: str, value: float | None) -> str:
    if name not in _SENTENCES:
        raise InvalidInput(f"A factor must be a feature of expertise or `wording`. Got {name!r}.")
    if name == "wording":
        return _SENTENCES[name]
    if value is None or math.isnan(value):
        return f"The document does not tell {_UNTOLD.get(name, 'of it: ' + name.replace('_', ' '))}"
    return _SENTENCES[name].format(
        value=value,
        months=_length(value),
        rank=_RANKS[_place(value, _RANKS)],
        degree=_DEGREES[_place(value, _DEGREES)],
        change=_change(value),
        amount=_amount(value),
        studies="Studies still go on" if value else "No studies go on",
    )


def _place(value: float, names: Sequence[str]) -> int:
    return round(min(max(value, 0), len(names) - 1))


def _change(value: float) -> str:
    if not value:
        return "Titles with a level stayed at the same height"
    steps = "step" if abs(value) == 1 else "steps"
    return (
        f"From the first to the newest, titles went {abs(value):.0f} {steps} {'up' if value > 0 else 'down'}"
    )


def _length(months: float) -> str:
    years, rest = divmod(round(months), 12)
    parts = [f"{years} year{'s' * (years != 1)}"] if years else []
    parts += [f"{rest} month{'s' * (rest != 1)}"] if rest or not years else []
    return " ".join(parts)


def _amount(value: float) -> str:
    for size, word in ((1e9, " billion"), (1e6, " million"), (1e3, " thousand")):
        if value >= size:
            return f"{value / size:.3g}{word}"
    return f"{value:.0f}"
