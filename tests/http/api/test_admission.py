"""Who is let in; test_routes.py asks every route, test_app.py shows the limits."""

from __future__ import annotations

import pytest

from tests.http.running import Api, ok


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Basic YTpi", "mtr_x", "Bearer mtr_x", "Bearer " + "a" * 5000, "Bearer mtr_é"],
)
def test_what_is_no_key_is_refused_alike(site, header):
    with Api(site.url) as client:
        answer = client.get("/workspace", headers={"Authorization": header.encode("latin-1")})
    assert answer.status_code in {401, 429}
    assert "mtr_x" not in answer.text


def test_a_cookie_lets_nobody_in(site, team):
    with Api(site.url) as client:
        client.cookies.set("metier_session", team.admin.token)
        assert client.get("/workspace").status_code in {401, 429}


def test_the_word_bearer_may_be_written_small(site, team):
    with Api(site.url) as client:
        assert ok(client.get("/workspace", headers={"Authorization": f"bearer {team.viewer.token}"}))


def test_a_key_for_being_done_once_is_of_one_request(team):
    headers = {"Idempotency-Key": "p-1"}
    first = ok(team.recruiter.post("/people", json={"name": "Anna"}, headers=headers), 201)
    assert ok(team.recruiter.post("/people", json={"name": "Anna"}, headers=headers), 201) == first
    other = team.recruiter.post("/people", json={"name": "Boris"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (409, "conflict")
    # Another key of the same workspace has numbers of its own.
    assert ok(team.admin.post("/people", json={"name": "Boris"}, headers=headers), 201)["name"] == "Boris"


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/people?name=Anna", "The parameters are after, limit."),
        ("/workspace?x=1", "No parameters are taken."),
    ],
)
def test_a_parameter_that_nobody_defined_is_refused(team, path, told):
    refused = team.viewer.get(path)
    assert refused.status_code == 422
    name = path.partition("?")[2].partition("=")[0]
    assert refused.json()["errors"] == [{"field": f"query.{name}", "message": told}]
    assert "Anna" not in refused.text


def test_whoever_has_no_key_learns_no_parameters(site):
    with Api(site.url) as stranger:
        refused = stranger.get("/people?name=x")
    # 429 after the other tests here that come without a key.
    assert refused.status_code in {401, 429}
    assert "parameter" not in refused.text
