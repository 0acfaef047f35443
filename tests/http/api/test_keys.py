"""Keys over the API."""

from __future__ import annotations

from tests.http.running import Api, ok


def test_a_key_works_until_it_is_revoked(site, team):
    made = ok(team.admin.post("/keys", json={"name": "ATS", "role": "viewer"}), 201)
    with Api(site.url, made["token"]) as client:
        assert client.get("/workspace").status_code == 200
        ok(team.admin.delete(f"/keys/{made['key']['id']}"))
        assert client.get("/workspace").json()["code"] == "unauthenticated"


def test_a_list_shows_no_secret(team):
    made = ok(team.admin.post("/keys", json={"name": "ATS", "role": "viewer"}), 201)
    listed = team.admin.get("/keys")
    assert made["key"] in ok(listed)["items"]
    assert made["token"].split("_", 2)[2] not in listed.text
