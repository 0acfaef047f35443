import json

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
