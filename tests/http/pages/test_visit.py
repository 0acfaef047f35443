import pytest

from metier.http.pages.visit import local_path, without_done


@pytest.mark.parametrize("path", ["/", "/people?after=x&state=open", "/vacancies/abc#d"])
def test_paths_of_this_site_stay(path):
    assert local_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "people",
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/\nx",
        "/ x",
        "/\u202e",
        "\0",
    ],
)
def test_whatever_leads_elsewhere_becomes_the_default(path):
    assert local_path(path) == "/"


def test_what_was_done_is_not_said_twice():
    assert without_done("/people?done=person_added&after=x") == "/people?after=x"
    assert without_done("/people?done=x") == "/people"


def test_what_was_done_is_said_only_in_words_that_there_are(team):
    page = team.viewer.see("/?done=<script>alert(1)</script>")
    assert "alert(1)</script>" not in page.replace("&lt;", "<") or "<script>alert" not in page


def test_a_session_that_asks_too_much_is_asked_to_wait(pages_service):
    from metier.http.app import create_app
    from metier.http.options import HttpOptions
    from tests.http.pages.visitor import new_team
    from tests.http.running import running

    app = create_app(pages_service, HttpOptions(requests_per_minute=1))
    with running(app) as address:
        busy = new_team(pages_service, address, "Busy")
        statuses = [busy.viewer.get("/jobs").status_code for _ in range(305)]
        busy.close()
    assert statuses[0] == 200
    assert statuses[-1] == 429
