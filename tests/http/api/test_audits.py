"""Audits over the API."""

from __future__ import annotations

from tests.http.running import ok


def test_a_document_is_audited_by_its_assessment(stocked):
    team, things = stocked
    report = ok(team.viewer.get(f"/audits/documents/{things.document}", params={"vacancy": things.vacancy}))
    assert (report["kind"], report["verdict"] in {"clean", "unsafe", "inconclusive"}) == ("document", True)


def test_decisions_are_audited_by_groups_that_are_not_kept(stocked):
    team, things = stocked
    table = f"id,team\n{things.document},red\n".encode()
    form = {"id": "id", "groups": ["team"]}
    path = f"/audits/vacancies/{things.vacancy}/decisions"
    report = ok(team.admin.post(path, files={"table": ("groups.csv", table)}, data=form))
    assert report["kind"] == "decisions"


def test_the_audit_of_models_is_a_job_of_an_administrator(team):
    assert ok(team.admin.post("/audits/models"), 202)["kind"] == "audit-models"
    assert team.recruiter.post("/audits/models").status_code == 403
