import csv
import io
import re

from metier.http.pages import shortlist
from tests.http.pages.visitor import add_things, first, plain


def test_the_better_one_comes_first_with_what_speaks_for_it(team, things):
    page = team.viewer.see(f"/vacancies/{things.vacancy}")
    assert page.index(f"d-{things.documents[0]}") < page.index(f"d-{things.documents[1]}")
    words = plain(page)
    assert "3 of 3" in words
    assert "1 of 3" in words
    assert "Nobody is ever rejected automatically" in words
    assert "It is no probability" in words


def test_the_sorted_column_says_so(team, things):
    page = team.viewer.see(f"/vacancies/{things.vacancy}?order=months")
    assert page.count("aria-sort=") == 1
    assert page.split('aria-sort="descending"')[1].index("Experience") < 500


def test_filters_leave_people_out_and_say_how_to_see_them(team, things):
    page = team.viewer.see(f"/vacancies/{things.vacancy}?score=90")
    assert f"d-{things.documents[0]}" in page
    assert f"d-{things.documents[1]}" not in page
    none = team.viewer.fill(f"/vacancies/{things.vacancy}", text="nobody-of-that-name").text
    assert "Nobody meets this filter" in plain(none)
    team.viewer.see(f"/vacancies/{things.vacancy}?score=many", 422)
    team.viewer.fill(f"/vacancies/{things.vacancy}", 422, score="many")


def test_a_name_is_looked_for_by_a_form_and_is_in_no_address(team, things):
    path = f"/vacancies/{things.vacancy}"
    answer = team.viewer.fill(path, text="better", order="months", years="1")
    assert f"d-{things.documents[0]}" in answer.text
    assert f"d-{things.documents[1]}" not in answer.text
    assert "exports and links leave this condition out" in plain(answer.text)
    assert 'value="better"' in answer.text
    assert answer.headers["hx-push-url"] == f"{path}?years=1&decision=any&order=months"
    assert re.findall(r'(?:href|action|hx-get|value)="[^"]*better[^"]*"', answer.text, re.IGNORECASE) == [
        'value="better"'
    ]


def test_a_name_in_an_address_counts_for_nothing(team, things):
    page = team.viewer.see(f"/vacancies/{things.vacancy}?text=nobody")
    assert f"d-{things.documents[1]}" in page
    assert "nobody" not in page.split('id="shortlist"')[1].split("<footer")[0]


def test_sorting_keeps_the_name_that_is_looked_for(team, things):
    page = team.viewer.fill(f"/vacancies/{things.vacancy}", text="better").text
    assert '<button class="sort" type="submit" form="filter" name="order" value="months">' in page


def test_a_filter_from_elsewhere_is_refused(team, things):
    assert team.viewer.post(f"/vacancies/{things.vacancy}", data={"text": "x"}).status_code == 403


def test_who_decides_comes_back_to_the_same_filter(team, things):
    page = team.recruiter.see(f"/vacancies/{things.vacancy}?score=90")
    assert (
        f'name="back" value="/vacancies/{things.vacancy}?score=90&amp;decision=any&amp;order=score"' in page
    )


def test_a_viewer_sees_no_way_to_decide(team, things):
    page = team.viewer.see(f"/vacancies/{things.vacancy}")
    assert 'name="kind"' not in page
    assert "Upload resumes" not in plain(page)


def test_two_people_stand_side_by_side_with_each_requirement(team, things):
    one, two = things.documents
    page = plain(team.viewer.see(f"/vacancies/{things.vacancy}/compare?document={one}&document={two}"))
    assert "2 people side by side" in page
    assert all(word in page for word in ("PostgreSQL", "matched", "missing", "Ann Better", "Bob Lesser"))


def test_one_person_alone_or_the_same_twice_is_asked_for_another(team, things):
    one = things.documents[0]
    for query in ("", f"document={one}", f"document={one}&document={one}"):
        page = team.viewer.see(f"/vacancies/{things.vacancy}/compare?{query}", 422)
        assert "two to four people" in plain(page)


def test_exports_hold_what_the_filter_shows_and_run_nothing(team):
    things = add_things(team, ("=1+1", "Bob Lesser"))
    answer = team.viewer.get(f"/vacancies/{things.vacancy}/shortlist.csv?score=90")
    assert answer.headers["content-disposition"].startswith("attachment")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 1
    assert not any(cell.startswith("=") for cell in rows[0].values())
    told = team.viewer.get(f"/vacancies/{things.vacancy}/shortlist.json").json()
    assert [person["rank"] for person in told["people"]] == [1, 2]
    assert told["people"][0]["assessment"]["coverage"]["score"] == 1.0
    pdf = team.viewer.get(f"/vacancies/{things.vacancy}/shortlist.pdf")
    assert pdf.content.startswith(b"%PDF")


def test_a_pdf_that_does_not_hold_everybody_says_so_in_its_name(team, things, monkeypatch):
    path = f"/vacancies/{things.vacancy}/shortlist.pdf"
    assert "first" not in team.viewer.get(path).headers["content-disposition"]
    monkeypatch.setattr(shortlist, "_MOST_PRINTED", 1)
    answer = team.viewer.get(path)
    assert "-first-1.pdf" in answer.headers["content-disposition"]
    monkeypatch.setattr(shortlist, "_ROWS", 1)
    assert "The PDF holds the first 1 people at most." in plain(
        team.viewer.see(f"/vacancies/{things.vacancy}")
    )


def test_more_people_are_on_a_later_page_that_keeps_the_filter(team, things, monkeypatch):
    monkeypatch.setattr(shortlist, "_ROWS", 1)
    page = team.viewer.see(f"/vacancies/{things.vacancy}?years=1")
    later = first(r'class="pager"><a class="button" href="([^"]+)"', page).replace("&amp;", "&")
    assert "years=1" in later
    assert f"d-{things.documents[1]}" in team.viewer.see(later)


def test_a_name_that_many_have_is_asked_for_more_closely(team, things, monkeypatch):
    monkeypatch.setattr(shortlist, "_MOST_FOUND", 1)
    page = team.viewer.fill(f"/vacancies/{things.vacancy}", text=".txt").text
    assert "Write more of the name" in plain(page)
    assert 'class="pager"' not in page
