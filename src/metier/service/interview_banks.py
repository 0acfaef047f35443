"""The bank of an interview: one that comes with metier, or one made of a vacancy and a resume.

It is kept with the interview, so that a later version of metier, with other banks, goes on with the same one
to the letter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

from metier.engine.interview import BankOptions, make_bank
from metier.engine.interview_words import SKILL_WORDS
from metier.errors import BankError, InvalidInput, NotFound, StoreDamaged
from metier.interview.bank import Bank
from metier.interview.bank_files import dump_bank, load_bank, parse_bank, shipped_banks
from metier.interview.policy import PolicyOptions
from metier.service.service import Service
from metier.service.taxonomies import parsed
from metier.store.workspaces import assessments, documents, interviews, people, taxonomies, vacancies
from metier.store.workspaces.assessments import StoredAssessment
from metier.store.workspaces.interviews import NewInterview, StoredInterview
from metier.store.workspaces.rows import MAX_LIMIT
from metier.types import AssessmentStatus, Role

VACANCY: Final = "vacancy"
LANGUAGES: Final = tuple(SKILL_WORDS)
"""In which questions about a vacancy can be made."""
MAX_MINUTES: Final = 24 * 60
MAX_QUESTIONS: Final = 1000


@dataclass(frozen=True, slots=True)
class NewInterviewPlan:
    """An interview to hold.

    Attributes:
        bank: name of a bank that comes with metier, or `vacancy`.
        language: of its questions, ISO 639-1.
        person: id of the candidate; a bank made of a vacancy needs one.
        vacancy: id of what it is for, likewise.
        max_questions: 1 to 1,000, talk not counted; None for all.
        minutes: 1 to 1,440, after which nothing new is asked; None for no end.

    Raises:
        InvalidInput: a number is out of its range.
    """

    bank: str
    language: str
    person: str | None = None
    vacancy: str | None = None
    max_questions: int | None = None
    minutes: int | None = None

    def __post_init__(self) -> None:
        limits = {"max_questions": MAX_QUESTIONS, "minutes": MAX_MINUTES}
        for name, most in limits.items():
            value = getattr(self, name)
            if value is not None and not 1 <= value <= most:
                raise InvalidInput(f"{name} must be from 1 to {most:,}. Got {value}.")


@cache
def shipped() -> Mapping[str, Bank]:
    """Return the banks that come with metier, by `name.language`."""
    return {key: load_bank(path) for key, path in shipped_banks().items()}


def prepare(service: Service, workspace: str, wanted: NewInterviewPlan) -> NewInterview:
    """Return an interview to add, with its bank.

    Raises:
        NotFound: there is no such bank, person or vacancy.
        InvalidInput: no bank can be made of the vacancy and the person's resumes.
    """
    options: dict[str, Any] = {
        "bank": wanted.bank,
        "language": wanted.language,
        "max_questions": wanted.max_questions,
        "minutes": wanted.minutes,
    }
    if wanted.bank == VACANCY:
        assessed = _assessed(service, workspace, wanted)
        options["assessment"] = assessed.id
        text = dump_bank(_made(service, workspace, assessed, wanted.language))
    else:
        text = _shipped_text(wanted.bank, wanted.language)
    options["bank_sha256"] = _parsed(text).sha256
    return NewInterview(options, wanted.person, wanted.vacancy, text)


def policy_of(interview: StoredInterview) -> PolicyOptions:
    """Return how long an interview may take."""
    minutes = interview.options.get("minutes")
    return PolicyOptions(
        max_questions=interview.options.get("max_questions"),
        minutes=None if minutes is None else float(minutes),
    )


def bank_of(service: Service, interview: StoredInterview) -> Bank:
    """Return the bank of an interview, the same to the letter as when it was added.

    Raises:
        NotFound: there is no such interview, or it was erased.
        StoreDamaged: the bank is not as it was kept.
    """
    with service.database.reading() as transaction:
        text = interviews.bank(transaction, interview.workspace, interview.id)
    try:
        bank = _parsed(text)
    except BankError:
        bank = None
    if bank is None or bank.sha256 != interview.options["bank_sha256"]:
        raise StoreDamaged(
            f"The bank of the interview {interview.id} is not as it was kept. Restore a backup."
        )
    return bank


@lru_cache(maxsize=64)
def _parsed(text: str) -> Bank:
    return parse_bank(text, source="the bank of the interview")


def _shipped_text(name: str, language: str) -> str:
    """Return a bank that comes with metier; a name is never taken for the path of a file."""
    path = shipped_banks().get(f"{name}.{language}")
    if path is None:
        raise NotFound(f"There is no bank {name[:50]!a} in {language[:10]!a}. List the banks.")
    return path.read_text(encoding="utf-8")


def _made(service: Service, workspace: str, assessed: StoredAssessment, language: str) -> Bank:
    """Return the bank that an assessment gives with the taxonomy in use."""
    with service.database.reading() as transaction:
        own = taxonomies.in_use(transaction, workspace)
        record = assessments.record(transaction, workspace, assessed.id)
    taxonomy = parsed(service, workspace, own.id) if own else service.engines.own_taxonomy()
    if record.status is not AssessmentStatus.SCORED or record.coverage is None:
        raise InvalidInput(
            f"The assessment {assessed.id} has no coverage to ask about. Read the resume anew, or take a "
            "bank of metier."
        )
    if record.provenance.taxonomy_sha256 != taxonomy.sha256:
        raise InvalidInput(
            f"The assessment {assessed.id} was made with another taxonomy. Assess the resume anew."
        )
    return make_bank(record.coverage, taxonomy, tuple(shipped().values()), BankOptions(language))


def _assessed(service: Service, workspace: str, wanted: NewInterviewPlan) -> StoredAssessment:
    """Return the latest assessment of a person's resumes against a vacancy."""
    if wanted.person is None or wanted.vacancy is None:
        raise InvalidInput(
            "A bank of a vacancy is made for one person: name both the person and the vacancy, or another "
            "bank."
        )
    with service.database.reading() as transaction:
        people.get(transaction, workspace, wanted.person)
        vacancies.get(transaction, workspace, wanted.vacancy)
        resumes = documents.page(
            transaction, workspace, person=wanted.person, role=Role.RESUME, limit=MAX_LIMIT
        )
        found = [
            assessments.latest(transaction, workspace, resume.id, wanted.vacancy) for resume in resumes.items
        ]
    kept = [assessment for assessment in found if assessment is not None]
    if not kept:
        raise InvalidInput(
            f"No resume of the person {wanted.person} was held against the vacancy {wanted.vacancy}. Assess "
            "one first."
        )
    return max(kept, key=lambda assessment: assessment.id)
