"""Retention and the log over the API."""

from __future__ import annotations

from tests.http.running import ok


def test_a_rule_is_set_changed_and_taken_away(team):
    assert ok(team.admin.put("/retention/documents", json={"days": 90}))[0]["days"] == 90
    assert ok(team.viewer.get("/retention"))[0]["kind"] == "documents"
    assert ok(team.admin.put("/retention/documents", json={"days": None})) == []
    assert team.admin.put("/retention/nothing", json={"days": 1}).status_code == 422
    assert team.admin.put("/retention/documents", json={"days": 0}).status_code == 422


def test_the_log_tells_by_ids_and_is_verified_against_a_head(team):
    ok(team.recruiter.post("/people", json={"name": "Anna Berg"}), 201)
    answer = team.admin.get("/log", params={"limit": 3})
    page = ok(answer)
    assert (len(page["items"]), page["after"]) == (3, 3)
    assert "Anna" not in team.admin.get("/log", params={"after": 3}).text
    head = ok(team.admin.get("/log/head"))
    assert ok(team.admin.post("/log/verify", json={"noted": head}))["broken_at"] is None
    wrong = {"number": head["number"], "hash": "0" * 64}
    assert ok(team.admin.post("/log/verify", json={"noted": wrong}))["reason"] == "head"
