"""Search over the API; what it finds is tested with the service."""

from __future__ import annotations

import pytest

from tests.http.running import ok, upload
from tests.service.small import resume


def test_a_server_that_goes_by_words_alone_says_that_it_cannot_search(team):
    for path, body in (
        ("/search/query", {"text": "python"}),
        ("/search/similar", {"document": upload(team.recruiter, resume(1))}),
    ):
        answer = team.viewer.post(path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


@pytest.mark.parametrize(
    "body",
    [
        {"text": ""},
        {"text": "a", "filters": ["nonsense"]},
        {"text": "a", "top_k": 0},
        {"text": "a", "mode": "x"},
    ],
)
def test_a_search_out_of_its_rules_is_refused(team, body):
    assert team.viewer.post("/search/query", json=body).status_code == 422


def test_words_are_not_looked_for_in_the_address(team):
    assert team.viewer.get("/search/query", params={"text": "python"}).status_code == 405
    assert ok(team.viewer.get("/people"))
