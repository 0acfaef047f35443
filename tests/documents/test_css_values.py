from math import isfinite

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.documents.css_values import Color, color, color_within, font_size, length, share, text_of


@pytest.mark.parametrize(
    ("value", "pixels"),
    [
        ("0", 0.0),
        ("12px", 12.0),
        ("-.5em", -10.0),
        ("9pt", 12.0),
        ("2rem", 32.0),
        ("1in", 96.0),
        ("50vw", 640.0),
        ("1e2px", 100.0),
        ("calc(1px + 2 * (3px - 1px))", 5.0),
        ("calc(10px / 4)", 2.5),
        ("min(1em, 3px)", 3.0),
        ("clamp(1px, 2em, 30px)", 30.0),
        ("max(0px, calc(-1 * 5px))", 0.0),
        ("50%", None),
        ("calc(50% - 600px)", None),
        ("calc(1px / 0)", None),
        ("calc(1px", None),
        ("auto", None),
        ("1 px", None),
        ("", None),
        ("calc(" * 50 + "1px" + ")" * 50, None),
    ],
)
def test_lengths_are_pixels(value, pixels):
    assert length(value, 20.0) == pixels


def test_percentages_are_of_what_is_known():
    assert length("50%", 16.0, 2.0) == 100.0


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ("small", 13.0),
        ("larger", 24.0),
        ("5%", 1.0),
        ("0", 0.0),
        (".1em", 2.0),
        ("-1px", None),
        ("big", None),
    ],
)
def test_font_sizes_follow_the_one_around(value, size):
    assert font_size(value, 20.0) == pytest.approx(size)


@pytest.mark.parametrize(
    ("value", "rgb", "alpha"),
    [
        ("white", (255, 255, 255), 1.0),
        ("#abc", (170, 187, 204), 1.0),
        ("#00000080", (0, 0, 0), 128 / 255),
        ("rgb(1 2 3 / 50%)", (1, 2, 3), 0.5),
        ("rgba(1,2,3,0)", (1, 2, 3), 0.0),
        ("hsl(120, 100%, 50%)", (0, 255, 0), 1.0),
        ("transparent", (0, 0, 0), 0.0),
        ("oklch(1 0 0)", (255, 255, 255), 1.0),
        ("oklab(0 0 0)", (0, 0, 0), 1.0),
        ("oklch(0.628 0.2577 29.23)", (255, 0, 0), 1.0),
        ("lab(100% 0 0)", (255, 255, 255), 1.0),
        ("lch(54.29 106.84 40.86)", (255, 0, 0), 1.0),
        ("color(srgb 1 0 0)", (255, 0, 0), 1.0),
        ("color(display-p3 1 1 1)", (255, 255, 255), 1.0),
    ],
)
def test_colours_of_all_spaces(value, rgb, alpha):
    found = color(value)
    assert found.alpha == pytest.approx(alpha, abs=0.01)
    assert all(abs(a - b) <= 2 for a, b in zip(found.rgb, rgb, strict=True))


@pytest.mark.parametrize(
    "value", ["", "reddish", "currentcolor", "var(--x)", "#12345", "color-mix(in srgb, red, blue)"]
)
def test_what_is_no_known_colour_is_none(value):
    assert color(value) is None


def test_a_colour_within_a_shorthand_is_found():
    assert color_within("url(white.png) no-repeat #102030 center") == Color((16, 32, 48))
    assert color_within("url(white.png) center") is None


def test_a_clear_colour_shows_what_is_behind():
    assert Color((255, 255, 255), 0.5).over((0, 0, 0)) == (128, 128, 128)
    assert Color((255, 255, 255)).over((0, 0, 0), 0.0) == (0, 0, 0)


def test_shares_are_numbers_or_percentages():
    assert [share(value) for value in ("0", ".5", "5%", "none")] == [0.0, 0.5, 0.05, None]


def test_brackets_without_an_end_are_no_text():
    import tinycss2

    assert text_of(tinycss2.parse_component_value_list("[" * 5_000)) == ""


@given(st.text(alphabet="0123456789.+-*/()%epxmcalinmaxcp, \t", max_size=40))
def test_any_value_is_a_length_or_none(value):
    found = length(value, 16.0)
    assert found is None or isfinite(found)


@given(st.text(max_size=40))
def test_any_value_is_a_colour_or_none(value):
    found = color(value)
    assert found is None or all(0 <= part <= 255 for part in found.rgb)
