import pytest

from metier.http.pages.look import look_of


@pytest.mark.parametrize(
    ("cookie", "accepted", "default", "look"),
    [
        ("ru.dark", "en", "en", "ru.dark"),
        ("en.pink", "ru", "ru", "en.auto"),
        ("xx.dark", "", "ru", "ru.dark"),
        ("", "de-DE,ru;q=0.5,en;q=0.8", "ru", "en.auto"),
        ("", "ru-RU,ru", "en", "ru.auto"),
        ("", "en;q=0, de", "ru", "ru.auto"),
        ("", "ru;q=nonsense", "en", "en.auto"),
        ("<script>", "\0", "en", "en.auto"),
    ],
)
def test_the_cookie_goes_before_the_browser_and_the_browser_before_the_installation(
    cookie, accepted, default, look
):
    assert str(look_of(cookie, accepted, default)) == look
