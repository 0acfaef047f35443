"""Bodies of requests. A field that nobody defined is refused: it would be a typo that does nothing."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from metier.engine.search import MOST_HITS, Rerank, SearchMode, SearchOptions
from metier.service.detecting import MOST_PASSING_CHARS
from metier.service.interview_banks import MAX_MINUTES, MAX_QUESTIONS, NewInterviewPlan
from metier.service.work.train import TrainPlan
from metier.store.filters import Field as FilterField
from metier.store.filters import parse_filter
from metier.store.workspaces.assessments import AssessmentOrder
from metier.store.workspaces.decisions import DecisionKind
from metier.store.workspaces.keys import KeyRole
from metier.store.workspaces.rows import MAX_LIMIT
from metier.store.workspaces.texts import MAX_NOTE_CHARS
from metier.store.workspaces.vacancies import VacancyState
from metier.types import Level, Role

MAX_NAME_CHARS = 500
MAX_CURSOR_CHARS = 400
MAX_TEXT_CHARS = 1_000_000

Name = Annotated[str, Field(min_length=1, max_length=MAX_NAME_CHARS)]
Title = Annotated[str, Field(max_length=MAX_NAME_CHARS)]
Id = Annotated[str, Field(max_length=100)]
Text = Annotated[str, Field(min_length=1, max_length=MAX_TEXT_CHARS)]
# The service refuses what is longer, as it does for all who call it.
Passing = Annotated[
    str,
    Field(
        min_length=1,
        max_length=MAX_TEXT_CHARS,
        description=f"At most {MOST_PASSING_CHARS:,} characters: it is not kept.",
    ),
]
Note = Annotated[str, Field(max_length=MAX_NOTE_CHARS)]
DecisionName = Literal["any", "none", "shortlist", "reject"]


class Body(BaseModel):
    """The body of a request."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def shown(example: dict[str, Any]) -> ConfigDict:
    """Return the configuration of a body with an example of it."""
    return ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, json_schema_extra={"examples": [example]}
    )


class PartOfList(Body):
    """Which part of a list to give; `limit` and `after` are those of lists that an address asks for."""

    model_config = shown({"limit": 50})
    after: Annotated[str, Field(max_length=MAX_CURSOR_CHARS)] | None = None
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] = 50


class PersonToAdd(Body):
    """A person to add; `external_id` is of the system that the person comes from."""

    model_config = shown({"name": "Anna Berg", "external_id": "ats-1027"})
    name: Name
    external_id: Name | None = None


class PersonChange(Body):
    """What to change of a person; a field that is left out stays."""

    model_config = shown({"name": "Anna Berg-Olsen"})
    name: Name | None = None
    external_id: Name | None = None


class PeopleQuery(PartOfList):
    """Whom to find: `text` is in the name, in upper or lower case; `external_id` is whole."""

    model_config = shown({"text": "berg", "limit": 50})
    text: Title = ""
    external_id: Name | None = None


class ShortlistQuery(PartOfList):
    """Which rows of a shortlist to show: `text` is in the name of the person or of the document.

    The others are those of the list.
    """

    model_config = shown({"text": "berg", "min_score": 0.5, "records": False})
    text: Title = ""
    min_score: Annotated[float, Field(ge=0, le=1)] | None = None
    min_months: Annotated[int, Field(ge=0)] | None = None
    language: Annotated[str, Field(max_length=3)] | None = None
    decision: DecisionName = "any"
    order: AssessmentOrder = AssessmentOrder.SCORE
    records: bool = True


class DocumentChange(Body):
    """Whom a document is about."""

    model_config = shown({"person": "01kakq0v9x8m4t2c6r5n7p3wjd"})
    person: Id


class VacancyToAdd(Body):
    """A vacancy as text; without a title it has that which its text states."""

    model_config = shown(
        {"title": "Data engineer", "text": "We look for a data engineer.\n\nRequirements\n- Python\n- SQL"}
    )
    text: Text
    title: Title = ""


class VacancyChange(Body):
    """What to change of a vacancy; a field that is left out stays."""

    model_config = shown({"title": "Senior data engineer", "state": "closed"})
    title: Name | None = None
    state: VacancyState | None = None


class AssessmentToMake(Body):
    """A document to assess, against a vacancy or none."""

    model_config = shown({"document": "01kakq0v9x8m4t2c6r5n7p3wjd", "vacancy": "01kakq1b2c3d4e5f6g7h8j9kmn"})
    document: Id
    vacancy: Id | None = None


class AssessmentsToMake(Body):
    """Documents to assess in a job, against a vacancy or none."""

    model_config = shown({"documents": ["01kakq0v9x8m4t2c6r5n7p3wjd"], "vacancy": None})
    documents: Annotated[list[Id], Field(min_length=1, max_length=10_000)]
    vacancy: Id | None = None


class DecisionToMake(Body):
    """What a person decides of a document for a vacancy: shortlist, reject or note."""

    model_config = shown(
        {
            "vacancy": "01kakq1b2c3d4e5f6g7h8j9kmn",
            "document": "01kakq0v9x8m4t2c6r5n7p3wjd",
            "kind": "shortlist",
            "note": "Showed the pipeline in the interview.",
        }
    )
    vacancy: Id
    document: Id
    kind: DecisionKind
    note: Note = ""


class Undoing(Body):
    """Why a decision is undone."""

    model_config = shown({"note": "The wrong person."})
    note: Note = ""


class SearchBody(Body):
    """How to search: `filters` and the rest are those of `metier search`."""

    filters: Annotated[list[Title], Field(max_length=50)] = []
    role: Role | None = None
    top_k: Annotated[int, Field(ge=1, le=MOST_HITS)] = 10
    mode: SearchMode = SearchMode.HYBRID
    rerank: Rerank = Rerank.NONE

    def options(self) -> SearchOptions:
        """Return them as search takes them.

        Raises:
            InvalidInput: a filter is none.
        """
        where = parse_filter(self.filters)
        if self.role is not None:
            where = where.also(FilterField.ROLE, self.role.value)
        return SearchOptions(self.top_k, where, self.mode, self.rerank)


class Query(SearchBody):
    """Words to find documents for."""

    model_config = shown({"text": "python, kafka, fintech", "filters": ["years>=3"], "role": "resume"})
    text: Passing


class Likeness(SearchBody):
    """A document to find others for: vacancies for a resume, resumes for a vacancy."""

    model_config = shown({"document": "01kakq0v9x8m4t2c6r5n7p3wjd", "top_k": 5})
    document: Id


class InterviewToMake(Body):
    """An interview to make; the bank `vacancy` asks for what the vacancy wants and the resume lacks."""

    model_config = shown({"bank": "python-backend", "language": "en", "max_questions": 6})
    bank: Name
    language: Annotated[str, Field(pattern="^[a-z]{2,3}$")]
    person: Id | None = None
    vacancy: Id | None = None
    max_questions: Annotated[int, Field(ge=1, le=MAX_QUESTIONS)] | None = None
    minutes: Annotated[int, Field(ge=1, le=MAX_MINUTES)] | None = None

    def plan(self) -> NewInterviewPlan:
        """Return it as the service takes it."""
        return NewInterviewPlan(
            self.bank, self.language, self.person, self.vacancy, self.max_questions, self.minutes
        )


class LinkToMake(Body):
    """For how long a link works, in seconds."""

    model_config = shown({"lasts_s": 604800})
    lasts_s: Annotated[float, Field(gt=0, le=366 * 24 * 3600)]


class Answer(Body):
    """What a candidate answers; `turn` is the number of the question, null for whichever is open."""

    model_config = shown({"text": "A generator yields one value at a time and keeps its state between them."})
    text: Annotated[str, Field(max_length=100_000)]
    turn: Annotated[int, Field(ge=1, le=10_000)] | None = None


class LevelToScore(Body):
    """A document or a text to tell the level of; `level` is one to test for."""

    model_config = shown({"document": "01kakq0v9x8m4t2c6r5n7p3wjd", "level": "senior", "position": ""})
    document: Id | None = None
    text: Passing | None = None
    level: Level | None = None
    position: Title = ""


class TextToRead(Body):
    """A text to find skills in."""

    model_config = shown({"text": "Built ETL pipelines in Python and Airflow."})
    text: Passing


class TextToLink(Body):
    """A text to link to skills of the taxonomy."""

    model_config = shown({"text": "Keeps books and prepares the yearly accounts.", "top_k": 3})
    text: Passing
    top_k: Annotated[int, Field(ge=1, le=100)] = 5


class KeyToAdd(Body):
    """A key to add; without `lasts_s` it works until it is revoked."""

    model_config = shown({"name": "Applicant tracking", "role": "recruiter", "lasts_s": 31536000})
    name: Name
    role: KeyRole
    lasts_s: Annotated[float, Field(gt=0)] | None = None


class WorkspaceChange(Body):
    """The name of a workspace."""

    model_config = shown({"name": "Hiring team"})
    name: Name


class RetentionChange(Body):
    """After how many days a kind of thing goes; null for never."""

    model_config = shown({"days": 180})
    days: int | None


class HeadNoted(Body):
    """A head of the log that was noted before."""

    model_config = shown(
        {"number": 42, "hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}
    )
    number: Annotated[int, Field(ge=0, lt=2**31)]
    hash: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class LogToVerify(Body):
    """What to hold the log against; without a head, a log whose end was cut off looks sound."""

    model_config = shown({"noted": None})
    noted: HeadNoted | None = None


class TrainingToStart(Body):
    """A model to train on a file in the folder `training/<id of the workspace>` of the server's data folder.

    The model is for the whole server: no other one may have its name, and every workspace sees its card.
    """

    model_config = shown({"task": "scores", "data": "answers.csv", "output": "our-scores", "options": {}})
    task: Name
    data: Name
    output: Name
    options: Annotated[dict[str, Name], Field(max_length=20)] = {}

    def plan(self) -> TrainPlan:
        """Return it as the service takes it.

        Raises:
            InvalidInput: a task, an option or a name that cannot be one.
        """
        return TrainPlan(self.task, self.data, self.output, self.options)


class TaxonomyChoice(Body):
    """The taxonomy to use from now on; null for the server's own."""

    model_config = shown({"taxonomy": "01kakq2c3d4e5f6g7h8j9kmnpq"})
    taxonomy: Id | None
