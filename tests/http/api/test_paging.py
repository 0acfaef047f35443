"""Lists in pages."""

from __future__ import annotations

import pytest

from tests.http.running import ok


@pytest.mark.parametrize(
    "query", [{"limit": 0}, {"limit": 201}, {"limit": "x"}, {"after": "x"}, {"after": "x" * 500}]
)
def test_a_page_out_of_its_range_is_refused(team, query):
    answer = team.viewer.get("/people", params=query)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


def test_the_header_keeps_what_was_asked_for_and_nothing_of_the_page_before(team):
    for name in ("a", "b", "c"):
        ok(team.recruiter.post("/people", json={"name": name}), 201)
    first = team.viewer.get("/people", params={"limit": 1})
    second = team.viewer.get("/people", params={"limit": 1, "after": first.json()["after"]})
    assert first.headers["link"].startswith("</api/v1/people?limit=1&after=")
    assert second.headers["link"].count("after=") == 1
