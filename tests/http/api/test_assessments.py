"""Assessments over the API."""

from __future__ import annotations

import pytest

from metier.assessment import Assessment
from metier.records import from_mapping
from tests.http.running import ok, upload
from tests.service.small import VACANCY


@pytest.fixture
def assessed(team):
    vacancy = ok(team.recruiter.post("/vacancies/text", json={"text": VACANCY.decode()}), 201)["id"]
    text = b"<script>alert(1)</script>\nExperience\nPython developer, 2019 - 2024\nPython and Docker\n"
    body = {"document": upload(team.recruiter, text, "<b>anna.txt"), "vacancy": vacancy}
    return ok(team.recruiter.post("/assessments", json=body), 201)


def test_an_assessment_is_looked_up_with_its_record(team, assessed):
    assert ok(team.viewer.get(f"/assessments/{assessed['id']}")) == assessed
    record = from_mapping(Assessment, ok(team.viewer.get(f"/assessments/{assessed['id']}/record")))
    assert record.coverage.score == assessed["score"]
    listed = ok(team.viewer.get(f"/documents/{assessed['document']}/assessments"))["items"]
    assert [one["id"] for one in listed] == [assessed["id"]]


@pytest.mark.parametrize(("language", "word"), [("en", "Assessment report"), ("ru", "Отчёт об оценке")])
def test_the_report_is_a_page_whose_words_are_data(team, assessed, language, word):
    path = f"/assessments/{assessed['id']}/report.html"
    answer = team.viewer.get(path, params={"language": language})
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert word in answer.text
    assert "<script>" not in answer.text
    policy = answer.headers["content-security-policy"]
    assert "style-src 'sha256-" in policy
    assert "frame-ancestors 'none'" in policy


def test_the_report_is_printed(team, assessed):
    path = f"/assessments/{assessed['id']}/report.pdf"
    answer = team.viewer.get(path, params={"language": "ru"})
    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.content == team.viewer.get(path, params={"language": "ru"}).content


def test_an_unknown_language_is_refused(team, assessed):
    answer = team.viewer.get(f"/assessments/{assessed['id']}/report.html", params={"language": "xx"})
    assert answer.json()["errors"][0]["field"] == "query.language"


def test_an_assessment_made_again_is_the_same(team, assessed):
    assert ok(team.recruiter.post(f"/assessments/{assessed['id']}/recompute"))["same"]


def test_the_same_again_is_kept_once_and_one_without_a_vacancy_beside(team, assessed):
    body = {"document": assessed["document"], "vacancy": assessed["vacancy"]}
    assert ok(team.recruiter.post("/assessments", json=body), 201)["id"] == assessed["id"]
    alone = ok(team.recruiter.post("/assessments", json={"document": assessed["document"]}), 201)
    assert (alone["vacancy"], alone["score"]) == (None, None)
