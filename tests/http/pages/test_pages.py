import re

import pytest

from tests.http.pages.visitor import ATTACK, add_things, first, is_harmless, plain

LISTS = ["/", "/search", "/interviews", "/people", "/jobs", "/audit", "/models", "/settings"]


@pytest.mark.parametrize("path", [*LISTS, "/audit/documents", "/audit/decisions", "/interviews/new"])
def test_a_new_workspace_shows_pages_that_say_what_to_do_next(team, path):
    page = team.admin.see(path)
    assert page.startswith("<!doctype html>")
    assert page.count("<h1") == 1
    assert 'class="skip" href="#content"' in page
    assert "A person decides. metier rejects nobody." in plain(page)


@pytest.mark.parametrize("path", LISTS)
def test_pages_are_told_to_load_nothing_from_elsewhere(team, path):
    answer = team.admin.get(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert re.findall(r'(?:src|href|action)="(?:https?:)?//', answer.text) == []


def test_every_field_shows_an_attack_as_text(team, work):
    admin = team.admin
    things = add_things(team, (f"Ann {ATTACK[:60]}", "Bob"))
    vacancy, document, person = things.vacancy, things.documents[0], things.people[0]
    admin.fill(f"/vacancies/{vacancy}/title", title=ATTACK)
    admin.fill(f"/people/{person}", name=ATTACK, external_id=ATTACK)
    admin.fill(f"/vacancies/{vacancy}/documents/{document}/decisions", kind="note", note=ATTACK)
    admin.fill("/settings/workspace", name=ATTACK)
    admin.fill("/settings/keys", key_name=ATTACK, role="viewer")
    plan = {"bank": "python-backend:en", "person": person, "vacancy": vacancy, "days": "7"}
    link_page = admin.fill("/interviews", **plan).text
    failed = admin.fill(
        f"/vacancies/{vacancy}/resumes", 422, files=[("files", (f"{ATTACK}.pdf", b"", "application/pdf"))]
    ).text
    interview = first(r"/interviews/([a-z0-9]{26})", link_page)
    asked = [
        "/",
        f"/vacancies/{vacancy}",
        f"/vacancies/{vacancy}?language={ATTACK}&decision={ATTACK}&order={ATTACK}",
        f"/vacancies/{vacancy}/text",
        f"/vacancies/{vacancy}/compare?document={document}&document={things.documents[1]}",
        f"/documents/{document}/report?vacancy={vacancy}",
        f"/documents/{document}/audit?vacancy={vacancy}",
        "/interviews",
        f"/interviews/{interview}",
        f"/interviews/new?person={person}",
        "/people",
        f"/people/{person}",
        f"/audit?subject={ATTACK}",
        "/settings",
    ]
    looked_for = [
        admin.fill(f"/vacancies/{vacancy}", text=ATTACK, language=ATTACK, decision=ATTACK, order=ATTACK),
        admin.fill("/people/search", text=ATTACK),
        admin.fill("/search", 422, q=ATTACK, skills=ATTACK, role=ATTACK),
        admin.fill(f"/people/{person}/join", 422, other=ATTACK),
    ]
    pages = [
        link_page,
        failed,
        *(answer.text for answer in looked_for),
        *(admin.get(path.replace("#", "")).text for path in asked),
    ]
    assert all(is_harmless(page) for page in pages)
    assert sum("{{7*7}}" in page for page in pages) >= 9
    assert is_harmless(admin.get(f"/people/{ATTACK}").text)


def test_nothing_of_another_workspace_is_found(team, pages_service, url):
    from tests.http.pages.visitor import new_team

    theirs = add_things(team)
    others = new_team(pages_service, url, "Others")
    document, vacancy, person = theirs.documents[0], theirs.vacancy, theirs.people[0]
    for path in (
        f"/vacancies/{vacancy}",
        f"/vacancies/{vacancy}/shortlist.csv",
        f"/documents/{document}/report",
        f"/documents/{document}/original",
        f"/people/{person}",
        f"/people/{person}/export.json",
    ):
        others.admin.see(path, 404)
    others.admin.fill(f"/people/{person}/erase", 404, word="ERASE")
    others.admin.fill(f"/people/{person}/join", 404, other=person)
    others.admin.fill(f"/vacancies/{vacancy}/documents/{document}/decisions", 404, kind="reject")
    others.close()


def test_the_pages_stand_in_no_description_of_the_api(team):
    described = team.admin.get("/api/v1/openapi.json").json()
    assert all(path.startswith(("/api/", "/healthz", "/readyz", "/metrics")) for path in described["paths"])
