from metier.http.pages.visit import SESSION
from tests.http.pages.visitor import Visitor, plain


def test_without_a_session_a_page_leads_to_the_sign_in_and_back(team, stranger, url):
    answer = stranger.get("/people?after=x", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Fpeople%3Fafter%3Dx"


def test_a_key_that_does_not_work_is_told_so_beside_its_field(stranger):
    page = stranger.fill("/sign-in", 422, key="mtr_nothing").text
    assert "This key does not work" in plain(page)
    assert 'aria-invalid="true"' in page
    assert 'id="e-key"' in page
    assert not stranger.cookies.get(SESSION)


def test_a_failed_key_is_not_shown_again(stranger):
    assert "my-secret-key" not in stranger.fill("/sign-in", 422, key="my-secret-key").text


def test_the_cookie_of_a_session_is_out_of_reach_of_scripts_and_other_sites(team, url):
    with Visitor(url) as visitor:
        visitor.see("/sign-in")
        answer = visitor.post("/sign-in", data={"csrf": visitor.token, "key": "x"})
        assert "metier_session" not in answer.headers.get("set-cookie", "")
    with Visitor(url) as visitor:
        visitor.see("/sign-in")
        cookie = visitor.get("/sign-in").request.headers["cookie"]
        assert "metier_form" in cookie


def test_signing_out_ends_the_session_in_the_database_too(team):
    secret = team.viewer.cookies[SESSION]
    assert "You are signed out" in team.viewer.fill("/sign-out").text
    team.viewer.cookies.clear()
    team.viewer.cookies.set(SESSION, secret)
    assert team.viewer.get("/people").url.path == "/sign-in"


def test_who_is_signed_in_is_led_on_only_within_the_site(team):
    answer = team.viewer.get("/sign-in?next=//evil.example/x", follow_redirects=False)
    assert answer.headers["location"] == "/"


def test_language_and_theme_are_kept_and_lead_back(team):
    page = team.viewer.fill("/look", language="ru", theme="dark", back="/people?done=person_added").text
    assert 'lang="ru" data-theme="dark"' in page
    assert "Люди и что о них хранится" in page
    assert 'lang="ru" data-theme="dark"' in team.viewer.see("/jobs")


def test_a_look_that_there_is_not_changes_nothing(team):
    page = team.viewer.fill("/look", language="xx", theme="pink", back="https://evil.example/").text
    assert 'lang="en" data-theme="auto"' in page


def test_too_many_keys_that_do_not_work_are_refused_for_a_while(pages_service):
    from metier.http.app import create_app
    from metier.http.options import HttpOptions
    from tests.http.running import running

    with running(create_app(pages_service, HttpOptions())) as address, Visitor(address) as visitor:
        visitor.see("/sign-in")
        statuses = [
            visitor.post("/sign-in", data={"csrf": visitor.token, "key": "wrong"}).status_code
            for _ in range(11)
        ]
    assert statuses == [422] * 10 + [429]
