"""Interviews over the API."""

from __future__ import annotations

import pytest

from tests.http.running import ok


@pytest.fixture
def interview(team):
    bank = next(one for one in ok(team.viewer.get("/interviews/banks")) if one["name"] != "vacancy")
    person = ok(team.recruiter.post("/people", json={"name": "Anna"}), 201)["id"]
    body = {"bank": bank["name"], "language": bank["language"], "person": person, "max_questions": 2}
    return ok(team.recruiter.post("/interviews", json=body), 201)["id"]


def test_an_interview_is_held_and_told_of(team, interview):
    path = f"/interviews/{interview}"
    asked = ok(team.recruiter.post(f"{path}/question"))
    assert asked["turn"]["wording"]["text"]
    body = {"text": "<script>alert(1)</script> I do not know.", "turn": asked["turn"]["number"]}
    ok(team.recruiter.post(f"{path}/answer", json=body))
    assert team.recruiter.post(f"{path}/answer", json=body).json()["code"] == "conflict"
    assert ok(team.recruiter.post(f"{path}/end"))["state"] == "ended"
    assert ok(team.viewer.get(f"{path}/record"))["turns"][0]["answer"] == body["text"]
    assert ok(team.viewer.get(f"{path}/report"))["interview"]["turns"]
    page = team.viewer.get(f"{path}/report.html", params={"language": "ru"})
    assert "<script>alert" not in page.text
    assert "style-src 'sha256-" in page.headers["content-security-policy"]


def test_a_link_leads_to_the_room_and_is_shown_once(team, interview):
    made = ok(team.recruiter.post(f"/interviews/{interview}/link", json={"lasts_s": 60}), 201)
    secret = made["url"].rpartition("/")[2]
    assert made["url"].startswith("http://127.0.0.1:")
    assert made["interview"]["link_expires_at"]
    assert secret not in team.viewer.get(f"/interviews/{interview}").text


def test_an_erased_interview_is_not_found(team, interview):
    assert team.admin.delete(f"/interviews/{interview}").status_code == 204
    assert team.viewer.get(f"/interviews/{interview}").status_code == 404


@pytest.mark.parametrize(
    "change", [{"max_questions": 0}, {"minutes": 0}, {"language": "English"}, {"bank": "nothing"}]
)
def test_a_plan_that_is_none_is_refused(team, change):
    body = {"bank": "python-backend", "language": "en"} | change
    assert team.recruiter.post("/interviews", json=body).status_code in {404, 422}
