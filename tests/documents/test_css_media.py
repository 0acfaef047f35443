import pytest

from metier.documents.css_media import media_holds


@pytest.mark.parametrize(
    "query",
    [
        "",
        "all",
        "screen",
        "only screen and (min-width: 600px)",
        "print, screen",
        "not print",
        "(max-width: 90em)",
        "(width >= 600px)",
        "(400px <= width <= 1300px)",
        "(prefers-color-scheme: light)",
        "(prefers-color-scheme:light)",
        "(min-width: 5000px) or (min-height: 1px)",
    ],
)
def test_what_holds_on_a_common_screen(query):
    assert media_holds(query)


@pytest.mark.parametrize(
    "query",
    [
        "print",
        "speech",
        "not screen",
        "not all",
        "(max-width: 600px)",
        "screen and (max-width: 600px)",
        "screen and (min-width: 600px) and (max-width: 900px)",
        "(width < 600px)",
        "(1300px < width)",
        "(prefers-color-scheme: dark)",
        "(prefers-reduced-motion: reduce)",
        "(orientation: portrait)",
        "(min-width: wide)",
        "(not (color))",
        "(unknown: 1)",
        "not (unknown: 1)",
        "(" * 500,
    ],
)
def test_what_does_not_or_cannot_be_told(query):
    assert not media_holds(query)
