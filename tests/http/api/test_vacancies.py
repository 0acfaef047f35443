"""Vacancies over the API."""

from __future__ import annotations

from tests.http.running import ok
from tests.service.small import VACANCY


def test_a_vacancy_is_added_from_a_file_or_from_text(team):
    file = ok(team.recruiter.post("/vacancies", files={"file": ("v.txt", VACANCY)}, data={"title": "A"}), 201)
    assert (file["title"], file["state"]) == ("A", "open")
    text = ok(team.recruiter.post("/vacancies/text", json={"text": VACANCY.decode() + "More"}), 201)
    assert text["title"] == "Python developer"
    assert [one["id"] for one in ok(team.viewer.get("/vacancies"))["items"]] == [text["id"], file["id"]]


def test_what_it_asks_for_is_listed_with_its_words(team):
    vacancy = ok(team.recruiter.post("/vacancies/text", json={"text": VACANCY.decode()}), 201)["id"]
    wanted = ok(team.viewer.get(f"/vacancies/{vacancy}/wanted"))
    assert [one["names"] for one in wanted] == [["Python"], ["PostgreSQL"], ["Docker"]]
    assert wanted[1]["quotes"][0]["text"] == "PostgreSQL"
    assert "Requirements" in team.viewer.get(f"/vacancies/{vacancy}/text").text


def test_a_vacancy_is_renamed_closed_and_opened(team):
    vacancy = ok(team.recruiter.post("/vacancies/text", json={"text": VACANCY.decode()}), 201)["id"]
    changed = ok(team.recruiter.patch(f"/vacancies/{vacancy}", json={"title": "B", "state": "closed"}))
    assert (changed["title"], changed["state"]) == ("B", "closed")
    assert ok(team.viewer.get("/vacancies", params={"state": "open"}))["items"] == []
    assert ok(team.recruiter.patch(f"/vacancies/{vacancy}", json={"state": "open"}))["title"] == "B"
    assert ok(team.viewer.get(f"/vacancies/{vacancy}"))["state"] == "open"


def test_one_that_asks_for_nothing_is_refused(team):
    answer = team.recruiter.post("/vacancies/text", json={"text": "Come and see us."})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


def test_one_that_is_sent_again_is_made_once(team):
    asked = {"json": {"text": VACANCY.decode()}, "headers": {"Idempotency-Key": "v-1"}}
    first, second = (ok(team.recruiter.post("/vacancies/text", **asked), 201) for _ in range(2))
    assert first == second
    other = {"json": {"text": VACANCY.decode() + "More"}, "headers": {"Idempotency-Key": "v-1"}}
    assert team.recruiter.post("/vacancies/text", **other).json()["code"] == "conflict"
