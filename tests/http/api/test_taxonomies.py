"""Taxonomies over the API."""

from __future__ import annotations

from tests.http.running import ok

CONTENT = b"id,label\nwelding,Welding\n"


def test_a_taxonomy_is_added_and_used(team):
    files = {"file": ("trades.csv", CONTENT)}
    made = ok(team.admin.post("/taxonomies", files=files), 201)
    assert (made["name"], made["n_skills"]) == ("trades", 1)
    assert team.admin.put("/taxonomies/in-use", json={"taxonomy": made["id"]}).status_code == 204
    found = ok(team.viewer.post("/skills/detect", json={"text": "Welding and Python."}))
    assert [one["name"] for one in found] == ["Welding"]
    assert team.admin.put("/taxonomies/in-use", json={"taxonomy": None}).status_code == 204


def test_what_is_no_taxonomy_is_refused(team):
    answer = team.admin.post("/taxonomies", files={"file": ("a.csv", b"\x00\x01")})
    assert (answer.status_code, answer.json()["code"]) == (422, "taxonomy_error")
