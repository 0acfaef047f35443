"""An example of each thing that the API gives and takes, made from the records themselves."""

from __future__ import annotations

from collections.abc import Callable
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin

from pydantic import BaseModel

from metier.assessment import Assessment
from metier.dialogue import Interview, InterviewReport
from metier.http.schemas import answers, example_records
from metier.records import to_mapping
from metier.scans import ScanReport
from metier.service.assessing import Recomputed
from metier.service.interviews import Asked, BankFacts
from metier.service.jobs import JobFailure
from metier.service.models import ModelFacts
from metier.skills.linking.linker import LinkedSkill
from metier.store.workspaces.assessments import StoredAssessment
from metier.store.workspaces.decisions import Decision
from metier.store.workspaces.interviews import StoredInterview
from metier.store.workspaces.jobs import Job
from metier.store.workspaces.keys import ApiKey
from metier.store.workspaces.log import LogCheck, LogHead
from metier.store.workspaces.people import Person
from metier.store.workspaces.retention import RetentionRule
from metier.store.workspaces.rows import Page
from metier.store.workspaces.taxonomies import StoredTaxonomy
from metier.store.workspaces.vacancies import Vacancy
from metier.store.workspaces.workspaces import Workspace
from metier.types import Expertise, SkillEvidence

_MADE: Final[dict[type[Any], Callable[[], Any]]] = {
    Workspace: lambda: example_records.WORKSPACE,
    Person: lambda: example_records.PERSON,
    answers.DocumentFacts: lambda: example_records.DOCUMENT,
    answers.Upload: lambda: example_records.UPLOAD,
    answers.ReadingOfDocument: lambda: example_records.READING,
    Vacancy: lambda: example_records.VACANCY,
    answers.WantedSkill: lambda: example_records.WANTED,
    StoredAssessment: lambda: example_records.ASSESSMENT,
    Assessment: lambda: example_records.RECORD,
    Recomputed: lambda: example_records.RECOMPUTED,
    answers.RankedDocument: lambda: example_records.RANKED,
    answers.ComparedDocuments: lambda: example_records.COMPARED,
    Decision: lambda: example_records.DECISION,
    answers.SearchAnswer: lambda: example_records.FOUND,
    BankFacts: lambda: example_records.BANK,
    StoredInterview: lambda: example_records.INTERVIEW,
    answers.InterviewLink: lambda: example_records.LINK,
    Asked: lambda: example_records.ASKED,
    Interview: lambda: example_records.TRANSCRIPT,
    InterviewReport: lambda: example_records.INTERVIEW_REPORT,
    SkillEvidence: lambda: example_records.EVIDENCE,
    LinkedSkill: lambda: example_records.LINKED,
    Expertise: lambda: example_records.EXPERTISE,
    ModelFacts: lambda: example_records.MODEL,
    ScanReport: lambda: example_records.SCAN,
    Job: lambda: example_records.JOB,
    JobFailure: lambda: example_records.FAILURE,
    ApiKey: lambda: example_records.KEY,
    answers.KeyWithToken: lambda: example_records.KEY_WITH_TOKEN,
    RetentionRule: lambda: example_records.RULE,
    answers.LogPage: lambda: example_records.LOG_PAGE,
    LogHead: lambda: example_records.LOG_HEAD,
    LogCheck: lambda: example_records.LOG_CHECK,
    StoredTaxonomy: lambda: example_records.TAXONOMY,
}


def example_of(kind: Any) -> Any:
    """Return an example of a kind of answer or body, as JSON has it.

    Args:
        kind: a record, a body of a request, a page or a tuple of records, or such a thing or None.

    Raises:
        KeyError: there is no example of it.
    """
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Page:
        return {"items": [example_of(inner[0])], "after": None}
    if origin is tuple:
        return [example_of(inner[0])]
    if origin in {Union, UnionType}:
        return example_of(inner[0])
    if origin is dict:
        return example_records.STEPS
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        extra = kind.model_config["json_schema_extra"]
        return extra["examples"][0] if isinstance(extra, dict) else None  # type: ignore[index]
    return to_mapping(_MADE[kind]())
