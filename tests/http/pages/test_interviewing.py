from tests.http.pages.visitor import Visitor, first, plain

PLAN = {"bank": "python-backend:en", "days": "7", "max_questions": "2"}


def test_the_link_is_shown_once_with_how_to_send_it(team, things):
    page = team.recruiter.fill("/interviews", **PLAN, person=things.people[0], vacancy=things.vacancy).text
    link = first(r'value="(http[^"]+/room/[^"]+)"', page)
    assert "shown this once" in plain(page)
    assert "Hello, Ann Better!" in plain(page).replace(" ,", ",").replace(" !", "!")
    interview = first(r"(/interviews/[a-z0-9]{26})", page)
    assert link not in team.recruiter.see(interview)
    assert "not begun" in plain(team.recruiter.see("/interviews"))


def test_a_new_link_ends_the_one_before(team, url):
    page = team.recruiter.fill("/interviews", **PLAN).text
    before = first(r"/room/([\w-]+)", page)
    renewed = team.recruiter.fill(first(r"(/interviews/[a-z0-9]{26})", page) + "/link", days="1").text
    with Visitor(url) as candidate:
        candidate.see(f"/room/{before}", 404)
        candidate.see(first(r"(/room/[\w-]+)", renewed))


def test_what_does_not_fit_is_said_and_the_form_kept(team):
    page = team.recruiter.fill("/interviews", 422, **PLAN | {"max_questions": "0"}).text
    assert "max_questions" in plain(page)
    page = team.recruiter.fill("/interviews", 422, bank="vacancy:en", days="7").text
    assert 'role="alert"' in page
    team.recruiter.fill("/interviews", 404, **PLAN | {"bank": "nothing:en"})


def test_an_interview_is_erased_only_with_the_word(team):
    page = team.admin.fill("/interviews", **PLAN).text
    path = first(r"(/interviews/[a-z0-9]{26})", page)
    assert "Nothing was erased" in team.admin.fill(f"{path}/erase", word="yes").text
    assert "The interview is erased" in team.admin.fill(f"{path}/erase", word="erase").text
    team.admin.see(path, 404)


def test_a_viewer_plans_nothing(team):
    team.viewer.fill("/interviews", 403, **PLAN)
