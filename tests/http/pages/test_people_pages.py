import json
import re

import pytest

from metier.service import documents, people
from tests.http.pages.visitor import plain


def test_a_person_is_added_found_and_renamed(team):
    page = team.recruiter.fill("/people", name="Zoë Ünïque", external_id="hr-17", once="p")
    assert "The person is added" in page.text
    path = page.url.path
    assert "Zoë Ünïque" in team.viewer.see("/people")
    changed = team.recruiter.fill(path, name="Zoë New", external_id="hr-17").text
    assert "Zoë New" in changed


def test_an_id_that_another_has_is_said_beside_the_field(team):
    team.recruiter.fill("/people", name="One", external_id="hr-1")
    page = team.recruiter.fill("/people", 409, name="Two", external_id="hr-1").text
    assert 'aria-invalid="true"' in page
    assert 'value="Two"' in page


def test_the_page_tells_what_is_kept(team, things):
    page = plain(team.viewer.see(f"/people/{things.people[0]}"))
    assert "Ann Better.txt" in page
    assert "An administrator can export all of it or erase it." in page
    assert "Everything is kept until somebody erases it" in page


def test_everything_is_handed_out_as_one_file_to_administrators(team, things):
    path = f"/people/{things.people[0]}/export.json"
    answer = team.admin.get(path)
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "Ann Better" in json.dumps(answer.json())
    assert team.recruiter.get(path).status_code == 403


def test_erasing_needs_the_word_and_leaves_nothing_to_find(team, things, work):
    path = f"/people/{things.people[0]}"
    page = team.admin.fill(f"{path}/erase", 422, word="erased").text
    assert "Nothing was erased" in plain(page)
    assert team.admin.see(path)
    job = team.admin.fill(f"{path}/erase", word="erase")
    assert "Erased. The search index is cleared now" in job.text
    work()
    team.admin.see(path, 404)
    assert "Ann Better" not in team.admin.see(f"/vacancies/{things.vacancy}")
    assert "Bob Lesser" in team.admin.see(f"/vacancies/{things.vacancy}")


def test_only_administrators_erase(team, things):
    team.recruiter.fill(f"/people/{things.people[0]}/erase", 403, word="ERASE")


def test_people_are_found_by_a_part_of_the_name_or_the_id_elsewhere(team, things):
    path = f"/people/{things.people[0]}"
    team.recruiter.fill(path, name="Zoë Ünïque", external_id="hr-17")
    for fields in ({"text": "ÜNÏ"}, {"find-id": "hr-17"}, {"text": "zoë", "find-id": "hr-17"}):
        answer = team.viewer.fill("/people/search", **fields)
        assert path in answer.text
        assert things.people[1] not in answer.text
        assert not re.search(r'(?:href|action)="[^"]*(?:ünï|hr-17)', answer.text, re.IGNORECASE)
    none = team.viewer.fill("/people/search", text="nobody at all").text
    assert "Nobody was found" in plain(none)
    assert team.viewer.get("/people/search").url.path == "/people"


def test_more_of_those_found_come_by_a_form_too(team):
    for number in range(51):
        people.add(team.service, team.caller, name=f"Same {number}")
    page = team.viewer.fill("/people/search", text="same").text
    after = re.search(r'name="after" value="(\w+)"', page)
    assert after is not None
    rest = team.viewer.fill("/people/search", text="same", after=after[1]).text
    assert plain(rest).count("Same ") == 1


@pytest.mark.parametrize("by", ["id", "external id"])
def test_joining_moves_all_documents_and_says_what_stays(team, things, by):
    one, other = things.people
    team.recruiter.fill(f"/people/{other}", name="Bob Lesser", external_id="hr-2")
    page = team.recruiter.see(f"/people/{one}")
    assert "This person stays, without documents" in plain(page)
    assert one in plain(page), "its id can be read off the page"
    answer = team.recruiter.fill(f"/people/{one}/join", other=other if by == "id" else "hr-2")
    assert answer.url.path == f"/people/{other}"
    assert "Joined." in plain(answer.text)
    kept = documents.page(team.service, team.caller, person=other).items
    assert {document.id for document in kept} == set(things.documents)
    left = team.recruiter.see(f"/people/{one}")
    assert "No documents." in plain(left)
    assert "Join with another person" not in plain(left)


def test_joining_with_nobody_or_with_oneself_changes_nothing_and_says_why(team, things):
    one = things.people[0]
    for other, why in (
        ("hr-9", "Nobody has this id"),
        ("", "Nobody has this id"),
        (one, "This is the person"),
    ):
        page = team.recruiter.fill(f"/people/{one}/join", 422, other=other).text
        assert why in plain(page)
        assert 'id="e-other"' in page
    assert documents.get(team.service, team.caller, things.documents[0]).person == one


def test_a_viewer_may_not_join(team, things):
    one, other = things.people
    assert "Join with another person" not in plain(team.viewer.see(f"/people/{one}"))
    team.viewer.fill(f"/people/{one}/join", 403, other=other)
    assert documents.get(team.service, team.caller, things.documents[0]).person == one
