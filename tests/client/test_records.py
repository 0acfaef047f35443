"""Records of the client: they take what the API answers, and show no secrets."""

from __future__ import annotations

import pytest

from metier.client import records
from metier.http.schemas import examples
from metier.http.schemas.answers import (
    ComparedDocuments,
    DocumentFacts,
    InterviewLink,
    KeyWithToken,
    RankedDocument,
    SearchAnswer,
    WantedSkill,
)
from metier.http.schemas.example_records import LOG_PAGE, UPLOAD
from metier.records import from_mapping, to_mapping
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
from metier.store.workspaces.taxonomies import StoredTaxonomy
from metier.store.workspaces.vacancies import Vacancy
from metier.store.workspaces.workspaces import Workspace

PAIRS = [
    (records.Person, Person),
    (records.StoredDocument, DocumentFacts),
    (records.Vacancy, Vacancy),
    (records.WantedSkill, WantedSkill),
    (records.StoredAssessment, StoredAssessment),
    (records.Recomputed, Recomputed),
    (records.Decision, Decision),
    (records.RankedDocument, RankedDocument),
    (records.Comparison, ComparedDocuments),
    (records.Found, SearchAnswer),
    (records.Job, Job),
    (records.JobFailure, JobFailure),
    (records.Bank, BankFacts),
    (records.StoredInterview, StoredInterview),
    (records.Asked, Asked),
    (records.InterviewLink, InterviewLink),
    (records.LinkedSkill, LinkedSkill),
    (records.Model, ModelFacts),
    (records.Taxonomy, StoredTaxonomy),
    (records.ApiKey, ApiKey),
    (records.KeyWithToken, KeyWithToken),
    (records.Workspace, Workspace),
    (records.RetentionRule, RetentionRule),
    (records.LogHead, LogHead),
    (records.LogCheck, LogCheck),
]


@pytest.mark.parametrize(("kind", "answered"), PAIRS, ids=[pair[0].__name__ for pair in PAIRS])
def test_a_record_takes_what_the_api_answers(kind, answered):
    answer = examples.example_of(answered)
    assert_within(to_mapping(from_mapping(kind, answer)), answer)


def test_records_of_lists_take_what_the_api_answers():
    assert [from_mapping(records.UploadedFile, to_mapping(one)).name for one in UPLOAD.files]
    for entry in to_mapping(LOG_PAGE)["items"]:
        assert_within(to_mapping(from_mapping(records.LogEntry, entry)), entry)


def assert_within(made, answer):
    """Check that all that a record has is in the answer, at whatever depth."""
    if isinstance(made, dict) and isinstance(answer, dict):
        for name in made:
            assert_within(made[name], answer[name])
    elif isinstance(made, list):
        for one, other in zip(made, answer, strict=True):
            assert_within(one, other)
    else:
        assert made == answer


def test_secrets_are_not_shown():
    link = from_mapping(records.InterviewLink, examples.example_of(InterviewLink))
    key = from_mapping(records.KeyWithToken, examples.example_of(KeyWithToken))
    assert link.url not in repr(link)
    assert key.token not in repr(key)


@pytest.mark.parametrize(("state", "ended"), [("queued", False), ("running", False), ("done", True)])
def test_a_job_says_whether_it_has_ended(state, ended):
    answer = examples.example_of(Job) | {"state": state}
    assert from_mapping(records.Job, answer).ended is ended
