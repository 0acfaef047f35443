"""Decisions over the API."""

from __future__ import annotations

import pytest

from tests.http.running import ok, upload
from tests.service.small import VACANCY, resume


@pytest.fixture
def body(team):
    vacancy = ok(team.recruiter.post("/vacancies/text", json={"text": VACANCY.decode()}), 201)["id"]
    return {"vacancy": vacancy, "document": upload(team.recruiter, resume(1))}


def test_a_decision_is_made_by_whoever_holds_the_key(team, body):
    made = ok(team.recruiter.post("/decisions", json=body | {"kind": "reject", "note": "Far away."}), 201)
    assert (made["kind"], made["note"]) == ("reject", "Far away.")
    assert made["actor"].startswith("key:")
    assert ok(team.viewer.get("/decisions", params={"vacancy": body["vacancy"]}))["items"] == [made]


def test_a_decision_is_undone_by_another(team, body):
    made = ok(team.recruiter.post("/decisions", json=body | {"kind": "shortlist"}), 201)["id"]
    assert ok(team.recruiter.post(f"/decisions/{made}/undo", json={}), 201)["undoes"] == made
    assert team.recruiter.post(f"/decisions/{made}/undo", json={}).json()["code"] == "conflict"


def test_a_decision_that_is_sent_again_is_made_once(team, body):
    asked = {"json": body | {"kind": "note", "note": "x"}, "headers": {"Idempotency-Key": "d-1"}}
    first, second = (ok(team.recruiter.post("/decisions", **asked), 201) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("key", ["", "a b", "ü", "x" * 121])
def test_a_key_for_being_done_once_must_be_one(team, body, key):
    headers = {"Idempotency-Key": key.encode("latin-1")}
    answer = team.recruiter.post("/decisions", json=body | {"kind": "shortlist"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


@pytest.mark.parametrize("kind", ["undo", "hire", ""])
def test_other_kinds_are_refused(team, body, kind):
    assert team.recruiter.post("/decisions", json=body | {"kind": kind}).status_code == 422
