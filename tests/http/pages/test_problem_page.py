from tests.http.pages.visitor import plain


def test_an_address_that_nothing_has_is_a_page_in_the_visitors_language(team):
    team.viewer.fill("/look", language="ru")
    page = team.viewer.see("/nothing", 404)
    assert "Здесь ничего нет" in plain(page)
    assert "Номер запроса" in plain(page)


def test_the_page_names_the_number_of_the_request(team):
    answer = team.viewer.get("/people/nobody")
    assert answer.status_code == 404
    assert answer.headers["x-request-id"] in answer.text


def test_what_a_role_may_not_do_is_said(team):
    page = team.viewer.fill("/settings/workspace", 403, name="Mine").text
    assert "Your key does not allow that" in plain(page)


def test_a_method_that_an_address_does_not_take_is_a_page(team):
    assert "cannot be opened that way" in plain(team.viewer.get("/sign-out").text)


def test_programs_get_problems_and_not_pages(team):
    answer = team.viewer.get("/api/v1/nothing")
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_a_part_of_a_page_that_needs_a_session_leads_the_whole_page_to_the_sign_in(stranger):
    answer = stranger.get("/jobs/abc/state", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (200, "/sign-in")


def test_what_nobody_foresaw_is_a_page_that_tells_nothing(team, monkeypatch):
    from metier.service import people

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the name of a person")

    monkeypatch.setattr(people, "page", fail)
    answer = team.viewer.get("/people")
    assert answer.status_code == 500
    assert "the name of a person" not in answer.text
    assert "Nothing was lost" in plain(answer.text)


def test_a_database_that_does_not_answer_is_a_page_for_anybody(team, monkeypatch):
    from metier.errors import StoreUnavailable
    from metier.service import access

    def fail(*_: object, **__: object) -> None:
        raise StoreUnavailable("The database cannot be reached.")

    monkeypatch.setattr(access, "caller_of_session", fail)
    answer = team.viewer.get("/people")
    assert answer.status_code == 503
    assert "The database cannot be reached" in plain(answer.text)
