"""Skills and levels over the API."""

from __future__ import annotations

from tests.http.running import ok


def test_skills_are_detected_with_the_words_that_show_them(team):
    text = "Built services in Python."
    found = ok(team.viewer.post("/skills/detect", json={"text": text}))
    python = next(one for one in found if one["name"] == "Python")
    assert (python["label"], python["quotes"][0]["text"]) == ("explicit", "Python")


def test_a_level_is_of_a_document_or_a_text(team):
    for body in ({}, {"document": "x", "text": "y"}):
        assert team.viewer.post("/expertise", json=body).status_code in {404, 422}


def test_linking_without_a_model_is_a_problem(team):
    answer = team.viewer.post("/skills/link", json={"text": "Keeps books."})
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.status_code in {404, 422, 501}


def test_a_long_text_that_is_not_kept_is_refused_with_the_limit(team):
    body = {"text": "a" * 50_001}
    for path in ("/skills/detect", "/skills/link", "/expertise", "/search/query"):
        answer = team.viewer.post(path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (413, "limit_exceeded"), path
        assert "50,000" in answer.json()["detail"]
