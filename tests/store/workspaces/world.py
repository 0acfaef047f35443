"""A workspace with one of each thing, for tests."""

from __future__ import annotations

from dataclasses import dataclass, replace

from metier.assessment import Assessment, Provenance
from metier.dialogue import Interview, Move, Step, Turn, Wording
from metier.store.workspaces import (
    assessments,
    decisions,
    documents,
    interviews,
    jobs,
    keys,
    people,
    sessions,
    taxonomies,
    vacancies,
    workspaces,
)
from metier.store.workspaces.log import Actor, ActorKind
from metier.types import AssessmentStatus, Coverage, Role, YearMonth

ACTOR = Actor(ActorKind.KEY, "k1")
ASSESSMENT = Assessment(
    document_id="0123456789abcdef",
    source="cv.txt",
    role=Role.RESUME,
    language="en",
    status=AssessmentStatus.SCORED,
    months=12,
    periods=(),
    skills=(),
    coverage=Coverage(0.5, ()),
    findings=(),
    provenance=Provenance("0.1.0", "lexical", "ab", "small", "cd", YearMonth(2026, 11)),
)


@dataclass(frozen=True)
class World:
    """Ids of the things."""

    workspace: str
    person: str
    document: str
    advert: str
    vacancy: str
    assessment: str
    interview: str
    decision: str
    key: str
    session: str
    job: str
    taxonomy: str


def scored(score, **fields):
    return replace(ASSESSMENT, coverage=Coverage(score, ()), **fields)


def said(identifier, *answers, ended_at=None):
    turns = tuple(
        Turn(number, Step(Move.ASK, "t", "q"), Wording("Why?"), "2026-03-01T10:00:00Z", answer)
        for number, answer in enumerate(answers, 1)
    )
    started_at = "2026-03-01T10:00:00Z"
    return Interview(identifier, "bank", "0" * 64, "en", started_at, (), turns, ended_at)


def resume(content=b"A resume", **fields):
    return documents.NewDocument(content, "cv.txt", Role.RESUME, "A resume", {"findings": []}, **fields)


def make_world(transaction, name="Team"):
    workspace = workspaces.add(transaction, ACTOR, name=name).id
    here = (transaction, workspace, ACTOR)
    person = people.add(*here, name="Ann", external_id="e1").id
    document = documents.add(*here, resume(person=person))[0].id
    advert = documents.add(*here, documents.NewDocument(b"Wanted", "ad.txt", Role.VACANCY, "Wanted"))[0].id
    vacancy = vacancies.add(*here, title="Engineer", document=advert).id
    assessment = assessments.add(*here, assessments.NewAssessment(document, ASSESSMENT, vacancy))[0].id
    interview = interviews.add(*here, interviews.NewInterview({"bank": "b"}, person, vacancy)).id
    decision = decisions.add(
        *here,
        decisions.NewDecision(vacancy, document, decisions.DecisionKind.SHORTLIST, "Good", assessment),
    ).id
    key, _ = keys.add(*here, name="Mine", role=keys.KeyRole.ADMIN)
    session, _ = sessions.begin(transaction, key, lasts_s=3600)
    job, _ = jobs.add(*here, jobs.NewJob("read", {"document": document}, key="j1", person=person))
    taxonomy, _ = taxonomies.add(*here, name="Ours", content='{"skills":[]}', n_skills=0)
    return World(
        workspace,
        person,
        document,
        advert,
        vacancy,
        assessment,
        interview,
        decision,
        key.id,
        session.id,
        job.id,
        taxonomy.id,
    )
