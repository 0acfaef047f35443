"""Models over the API."""

from __future__ import annotations

from tests.http.running import ok


def test_models_are_listed_with_their_cards(team):
    found = ok(team.viewer.get("/models"))
    assert {"name", "task", "sha256", "languages", "card"} <= found[0].keys()
    assert ok(team.viewer.get(f"/models/{found[0]['name']}")) == found[0]


def test_a_model_that_is_not_there_is_not_found(team):
    for name in ("nothing", "..", "..%2f..%2fetc", "a%00b"):
        assert team.viewer.get(f"/models/{name}").status_code in {404, 422}
