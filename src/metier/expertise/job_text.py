"""One job of a list of jobs, as resumes write it: who with and as what, when, and what was done."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from metier.documents.entries import names_itself
from metier.documents.json_file import cleaned, one_line, plain_line

POST_KEYS: Final = ("position", "title", "job_title", "role")
EMPLOYER_KEYS: Final = ("company", "company_name", "organization", "employer")
PERIOD_KEYS: Final = ("period", "dates", "date")
START_KEYS: Final = ("start", "start_date", "startdate", "from", "date_from")
END_KEYS: Final = ("end", "end_date", "enddate", "to", "until", "date_to")
DUTY_KEYS: Final = tuple(
    "duties description responsibilities summary achievements achievments highlights stack".split()
)
JOB_KEYS: Final = frozenset(
    (*POST_KEYS, *EMPLOYER_KEYS, *PERIOD_KEYS, *START_KEYS, *END_KEYS, *DUTY_KEYS, "name")
)
_CYRILLIC: Final = re.compile(r"[\u0400-\u04ff]")
_ISO_TIME: Final = re.compile(r"(\d{4}-\d{2}(?:-\d{2})?)T\S{0,40}")
_LABELS: Final = {
    False: ("Organization", "Position", "present"),
    True: ("Организация", "Должность", "настоящее время"),
}


def job_text(job: Mapping[str, str | Sequence[str]]) -> str:
    """Return the lines of a job; empty where it says nothing.

    Args:
        job: texts, or lists of texts for what was done, by the keys of `JOB_KEYS`; others are passed over.
            `name` is the employer beside a post, and the post beside an employer.
    """
    said = {key: _lines(value) for key, value in job.items() if key in JOB_KEYS}
    post, employer = _first(said, POST_KEYS), _first(said, EMPLOYER_KEYS)
    if not post:
        post = _first(said, ("name",))
    elif not employer:
        employer = _first(said, ("name",))
    words = _LABELS[bool(_CYRILLIC.search(f"{post} {employer} {_first(said, DUTY_KEYS)}"))]
    duties = [line for key in DUTY_KEYS for line in said.get(key, ())]
    return "\n".join([*_title(employer, post, words), *_period(said, words), *duties])


def _lines(value: Any) -> list[str]:
    texts = [value] if isinstance(value, str) else value
    return [line.rstrip() for text in texts for line in cleaned(text).split("\n") if line.strip()]


def _first(said: Mapping[str, Sequence[str]], keys: Sequence[str]) -> str:
    return next((line for key in keys if (line := one_line(" ".join(said.get(key, ()))))), "")


def _title(employer: str, post: str, words: tuple[str, str, str]) -> list[str]:
    """Return "Employer — Post" where that can be read back, and each with its label elsewhere."""
    title = f"{employer} — {post}" if employer and post else ""
    if title and names_itself(title, employer, post, school=False) and title == plain_line(title, ""):
        return [title]
    if post and not employer and post == plain_line(post, ""):
        return [post]
    labelled = ((words[0], employer), (words[1], post))
    return [f"{label}: {value}" for label, value in labelled if value]


def _period(said: Mapping[str, Sequence[str]], words: tuple[str, str, str]) -> list[str]:
    period = _first(said, PERIOD_KEYS)
    start, end = (_ISO_TIME.sub(r"\1", _first(said, keys)) for keys in (START_KEYS, END_KEYS))
    if not period and start:
        period = f"{start} – {end or words[2]}"
    return [period] if period else []
