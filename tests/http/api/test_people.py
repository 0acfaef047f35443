"""People over the API."""

from __future__ import annotations

from tests.http.running import ok


def test_a_person_is_added_looked_up_and_listed(team):
    added = ok(team.recruiter.post("/people", json={"name": "Anna Berg", "external_id": "7"}), 201)
    assert added["name"] == "Anna Berg"
    assert ok(team.viewer.get(f"/people/{added['id']}")) == added
    assert ok(team.viewer.get("/people"))["items"] == [added]


def test_a_field_that_is_left_out_stays_and_null_takes_the_external_id_away(team):
    person = ok(team.recruiter.post("/people", json={"name": "Anna", "external_id": "7"}), 201)["id"]
    renamed = ok(team.recruiter.patch(f"/people/{person}", json={"name": "Anna Berg"}))
    assert (renamed["name"], renamed["external_id"]) == ("Anna Berg", "7")
    cleared = ok(team.recruiter.patch(f"/people/{person}", json={"external_id": None}))
    assert (cleared["name"], cleared["external_id"]) == ("Anna Berg", None)


def test_an_external_id_that_is_taken_is_a_conflict(team):
    ok(team.recruiter.post("/people", json={"name": "Anna", "external_id": "7"}), 201)
    refused = team.recruiter.post("/people", json={"name": "Boris", "external_id": "7"})
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")


def test_an_export_holds_all_that_is_kept_and_an_erased_person_is_not_found(team):
    person = ok(team.recruiter.post("/people", json={"name": "Anna Berg"}), 201)["id"]
    assert "Anna Berg" in team.admin.get(f"/people/{person}/export").text
    job = ok(team.admin.delete(f"/people/{person}"), 202)
    assert job["kind"] == "erase-index"
    assert team.admin.get(f"/people/{person}").status_code == 404


def test_people_are_searched_in_the_body_of_a_request_and_in_pages(team):
    added = [
        ok(team.recruiter.post("/people", json={"name": name}), 201) for name in ("Анна", "ANNA", "анна")
    ]
    ok(team.recruiter.post("/people", json={"name": "Boris", "external_id": "7"}), 201)
    first = ok(team.viewer.post("/people/search", json={"text": "АННА", "limit": 1}))
    assert first["items"] == [added[2]]
    last = ok(team.viewer.post("/people/search", json={"text": "АННА", "after": first["after"]}))
    assert last == {"items": [added[0]], "after": None}
    (boris,) = ok(team.viewer.post("/people/search", json={"external_id": "7"}))["items"]
    assert boris["name"] == "Boris"
    assert len(ok(team.viewer.post("/people/search", json={}))["items"]) == 4


def test_a_search_of_people_refuses_a_cursor_that_no_page_gave(team):
    refused = team.viewer.post("/people/search", json={"text": "anna", "after": "no"})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_input")
