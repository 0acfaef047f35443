"""Assessments, decisions, skills and audits by the client."""

from __future__ import annotations

import pytest

from metier.errors import Conflict, InvalidInput, MetierError
from metier.types import EvidenceLabel
from tests.service.small import VACANCY, resume


@pytest.fixture
def assessed(client):
    vacancy = client.vacancies.add_text(VACANCY.decode())
    document = client.documents.add(resume(1), name="1.txt")
    return client.assessments.add(document.id, vacancy=vacancy.id)


def test_an_assessment_has_its_record_and_reports(client, assessed):
    assert client.assessments.get(assessed.id) == assessed
    record = client.assessments.record(assessed.id)
    assert record.coverage.score == assessed.score
    assert [one.id for one in client.assessments.list(assessed.document)] == [assessed.id]
    assert 'lang="ru"' in client.assessments.report_html(assessed.id, language="ru")
    assert client.assessments.report_pdf(assessed.id).startswith(b"%PDF")


def test_an_assessment_made_again_is_the_same(client, assessed):
    assert client.assessments.recompute(assessed.id).same


def test_a_shortlist_is_exported(client, assessed):
    rows = client.shortlists.csv(assessed.vacancy).splitlines()
    assert rows[0].startswith("rank,person,")
    assert len(rows) == 2
    assert client.shortlists.pdf(assessed.vacancy, language="ru").startswith(b"%PDF")


def test_a_decision_is_undone_once(client, assessed):
    decision = client.decisions.add(assessed.vacancy, assessed.document, kind="reject", note="Too far away.")
    assert client.decisions.undo(decision.id).undoes == decision.id
    with pytest.raises(Conflict):
        client.decisions.undo(decision.id)
    assert [one.kind for one in client.decisions.list(document=assessed.document)] == ["undo", "reject"]


def test_skills_are_detected(client):
    found = client.skills.detect("Built services in Python.")
    assert ("Python", EvidenceLabel.EXPLICIT) in {(one.name, one.label) for one in found}


def test_a_document_is_audited(client, assessed):
    assert client.audits.document(assessed.document, vacancy=assessed.vacancy).kind == "document"


def test_what_needs_a_model_says_so_on_a_server_without(client):
    for ask in (
        lambda: client.search.query("python"),
        lambda: client.skills.link("python"),
        lambda: client.skills.score_level(),
    ):
        with pytest.raises(MetierError):
            ask()


def test_a_similar_search_of_nothing_is_refused(client, assessed):
    with pytest.raises(InvalidInput):
        client.search.similar(assessed.document)


def test_decisions_are_audited_by_groups(client, assessed):
    table = f"id,team\n{assessed.document},red\n".encode()
    report = client.audits.decisions(assessed.vacancy, table, identifier="id", groups=["team"])
    assert report.kind == "decisions"


def test_the_audit_of_models_is_a_job(client):
    assert client.audits.start_models().kind == "audit-models"
