"""Shortlists over the API."""

from __future__ import annotations

import csv
from io import StringIO

import pytest

from tests.http.running import ok, upload
from tests.service.small import VACANCY, resume


@pytest.fixture(scope="module")
def listed(site):
    from tests.http.running import new_team

    team = new_team(site.service, site.url)
    client = team.recruiter
    vacancy = ok(client.post("/vacancies/text", json={"text": VACANCY.decode()}), 201)["id"]
    ids = []
    for number, skills in enumerate(("Python, PostgreSQL and Docker", "Python and Docker", "Docker")):
        ids.append(upload(client, resume(number, skills), f"{number}.txt"))
        ok(client.post("/assessments", json={"document": ids[-1], "vacancy": vacancy}), 201)
    yield team, f"/vacancies/{vacancy}", ids
    team.close()


def found(answer):
    return [row["document"]["id"] for row in ok(answer)["items"]]


def test_the_highest_comes_first_with_its_record(listed):
    team, path, ids = listed
    rows = ok(team.viewer.get(f"{path}/shortlist"))["items"]
    assert [row["document"]["id"] for row in rows] == ids
    assert [row["rank"] for row in rows] == [1, 2, 3]
    assert rows[0]["record"]["coverage"]["score"] == 1
    assert "details" not in rows[0]["document"]


def test_pages_go_on_where_the_one_before_ended(listed):
    team, path, ids = listed
    first = team.viewer.get(f"{path}/shortlist", params={"limit": 2, "order": "months"})
    after = first.json()["after"]
    second = team.viewer.get(f"{path}/shortlist", params={"limit": 2, "order": "months", "after": after})
    assert sorted(found(first) + found(second)) == sorted(ids)
    assert f"after={after}" in first.headers["link"] or "after=" in first.headers["link"]


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ({"min_score": 0.5}, [0, 1]),
        ({"min_months": 280}, [0, 1]),
        ({"decision": "none"}, [0, 1, 2]),
        ({"decision": "reject"}, []),
        ({"language": "ko"}, []),
    ],
)
def test_a_filter_leaves_rows_out(listed, query, places):
    team, path, ids = listed
    assert set(found(team.viewer.get(f"{path}/shortlist", params=query))) <= {*ids}
    if "min_months" not in query:
        assert found(team.viewer.get(f"{path}/shortlist", params=query)) == [ids[place] for place in places]


@pytest.mark.parametrize(
    "query", [{"min_score": 2}, {"decision": "note"}, {"order": "name"}, {"limit": 0}, {"min_scor": 0.8}]
)
def test_a_condition_out_of_its_range_is_refused(listed, query):
    team, path, _ = listed
    assert team.viewer.get(f"{path}/shortlist", params=query).status_code == 422


def test_rows_come_without_records_where_none_are_wanted(listed):
    team, path, ids = listed
    rows = ok(team.viewer.get(f"{path}/shortlist", params={"records": False}))["items"]
    assert [(row["document"]["id"], row["record"]) for row in rows] == [(name, None) for name in ids]
    assert ok(team.viewer.get(f"/assessments/{rows[0]['assessment']['id']}/record"))["coverage"]["score"] == 1


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ({"text": " 2.TXT "}, [2]),
        ({"text": ".txt", "min_score": 0.5}, [0, 1]),
        ({"text": "nobody"}, []),
        ({"decision": "none"}, [0, 1, 2]),
    ],
)
def test_rows_are_found_by_a_name_in_the_body(listed, body, places):
    team, path, ids = listed
    assert found(team.viewer.post(f"{path}/shortlist/search", json=body)) == [ids[place] for place in places]


def test_a_search_goes_on_where_the_page_before_ended(listed):
    team, path, ids = listed
    body = {"text": "txt", "limit": 2, "records": False}
    first = ok(team.viewer.post(f"{path}/shortlist/search", json=body))
    second = ok(team.viewer.post(f"{path}/shortlist/search", json=body | {"after": first["after"]}))
    rows = first["items"] + second["items"]
    assert [(row["rank"], row["document"]["id"], row["record"]) for row in rows] == [
        (place, name, None) for place, name in enumerate(ids, 1)
    ]
    assert second["after"] is None


@pytest.mark.parametrize("body", [{"min_score": 2}, {"decision": "note"}, {"name": "x"}, {"after": "no"}])
def test_a_search_out_of_range_is_refused(listed, body):
    team, path, _ = listed
    refused = team.viewer.post(f"{path}/shortlist/search", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_input")


def test_documents_are_compared_by_what_is_asked_for(listed):
    team, path, ids = listed
    compared = ok(team.viewer.get(f"{path}/compare", params={"document": ids[:2]}))
    assert [row["document"]["id"] for row in compared["rows"]] == ids[:2]
    second = next(one for one in compared["requirements"] if one["name"] == "PostgreSQL")
    assert [cell["status"] for cell in second["cells"]] == ["matched", "missing"]
    assert team.viewer.get(f"{path}/compare", params={"document": ids[:1]}).status_code == 422


def test_a_shortlist_is_exported_as_a_table_and_for_printing(listed):
    team, path, ids = listed
    table = team.viewer.get(f"{path}/shortlist.csv", params={"limit": 2})
    assert [row["document"] for row in csv.DictReader(StringIO(table.text))] == ids[:2]
    assert "shortlist.csv?limit=2&after=" in table.headers["link"]
    printed = team.viewer.get(f"{path}/shortlist.pdf", params={"report_language": "ru"})
    assert printed.content.startswith(b"%PDF-")
