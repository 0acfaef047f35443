import csv
import io

from tests.http.pages.visitor import add_things, plain


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
    none = plain(team.viewer.see(f"/vacancies/{things.vacancy}?text=nobody-of-that-name"))
    assert "Nobody meets this filter" in none
    team.viewer.see(f"/vacancies/{things.vacancy}?score=many", 422)


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
