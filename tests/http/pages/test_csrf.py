import pytest
from starlette.datastructures import Headers

from metier.http.pages.csrf import form_token, is_from_here, is_token_right
from metier.http.pages.visit import SESSION


def test_a_token_is_right_for_its_secret_alone():
    assert is_token_right("secret", form_token("secret"))
    assert not is_token_right("secret", form_token("other"))
    assert not is_token_right("", form_token(""))
    assert not is_token_right("secret", "ünïcode")


def test_a_token_does_not_tell_the_secret():
    assert "secret" not in form_token("secret")


@pytest.mark.parametrize(
    ("headers", "public_url", "ours"),
    [
        ({"sec-fetch-site": "same-origin"}, "", True),
        ({"sec-fetch-site": "none"}, "", True),
        ({"sec-fetch-site": "cross-site", "origin": "http://here", "host": "here"}, "", False),
        ({"sec-fetch-site": "same-site"}, "", False),
        ({"origin": "http://here:8000", "host": "here:8000"}, "", True),
        ({"origin": "http://evil.example", "host": "here:8000"}, "", False),
        ({"origin": "null", "host": "here"}, "", False),
        ({"origin": "https://metier.example.org", "host": "10.0.0.1"}, "https://metier.example.org", True),
        ({"origin": "https://10.0.0.1", "host": "10.0.0.1"}, "https://metier.example.org", False),
        ({}, "", True),
    ],
)
def test_forms_of_other_sites_are_known_by_what_browsers_say(headers, public_url, ours):
    assert is_from_here(Headers(headers), public_url) is ours


@pytest.mark.parametrize("token", ["", "0" * 64, "\0"])
def test_a_form_without_its_token_changes_nothing(team, token):
    answer = team.admin.post("/settings/workspace", data={"csrf": token, "name": "Taken over"})
    assert answer.status_code == 403
    assert "Taken over" not in team.admin.see("/settings")


def test_a_form_that_another_site_sends_changes_nothing(team):
    answer = team.admin.post(
        "/settings/workspace",
        data={"csrf": team.admin.token, "name": "Taken over"},
        headers={"sec-fetch-site": "cross-site"},
    )
    assert answer.status_code == 403


def test_a_token_of_another_session_changes_nothing(team):
    theirs = form_token(team.viewer.cookies[SESSION])
    assert team.admin.post("/settings/workspace", data={"csrf": theirs, "name": "x"}).status_code == 403
