"""The workspace of a key."""

from __future__ import annotations

from tests.http.running import ok


def test_a_workspace_is_renamed_by_an_administrator(team):
    assert ok(team.viewer.get("/workspace"))["name"] == "Team"
    assert ok(team.admin.patch("/workspace", json={"name": "Ours"}))["name"] == "Ours"
    assert team.recruiter.patch("/workspace", json={"name": "Mine"}).status_code == 403
