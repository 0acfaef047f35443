import pytest

from metier.documents.docx_color import CLEAR, UNKNOWN
from metier.documents.rtf_look import PLAIN, ColorTable, Letters, Shade, has_effect, is_tiny, lettered, shaded


def color_table(*colors):
    table = ColorTable()
    table.start()
    table.end_colors(1)
    for red, green, blue in colors:
        table.add_channel(b"red", red)
        table.add_channel(b"green", green)
        table.add_channel(b"blue", blue)
        table.end_colors(1)
    return table


WHITE, NAVY = (255, 255, 255), (0, 0, 128)
TABLE = color_table(WHITE, NAVY)


@pytest.mark.parametrize(
    ("word", "number", "expected"),
    [
        (b"v", None, Letters(hidden=True)),
        (b"v", 0, PLAIN),
        (b"v", 1, Letters(hidden=True)),
        (b"deleted", None, Letters(deleted=True)),
        (b"cf", 3, Letters(color=3)),
        (b"cf", None, PLAIN),
        (b"fs", 2, Letters(size=2)),
        (b"fs", 0, PLAIN),
        (b"fs", -3, PLAIN),
        (b"afs", 2, Letters(other_size=2)),
        (b"highlight", 2, Letters(highlight=2)),
        (b"cb", 2, Letters(back=2)),
        (b"charscalex", 1, Letters(scale=1)),
        (b"chcbpat", 2, Letters(shade=Shade(back=2))),
        (b"chshdng", 500, Letters(shade=Shade(share=500))),
        (b"chbgdkcross", None, Letters(shade=Shade(share=-1))),
        (b"outl", None, Letters(outline=True)),
        (b"b", None, None),
        (b"chdate", None, None),
    ],
)
def test_control_words_change_the_look(word, number, expected):
    assert lettered(PLAIN, word, number) == expected


def test_words_that_are_no_shade_are_none():
    assert shaded(Shade(), b"cellx", 5) is None
    assert shaded(Shade(back=1), b"cfpat", None) == Shade(back=1)


@pytest.mark.parametrize(
    ("letters", "right_to_left", "expected"),
    [
        (Letters(size=3), False, True),
        (Letters(size=4), False, False),
        (Letters(size=3), True, False),
        (Letters(other_size=3), True, True),
        (Letters(scale=5), False, True),
        (PLAIN, False, False),
    ],
)
def test_letters_under_two_points_are_tiny(letters, right_to_left, expected):
    assert is_tiny(letters, right_to_left=right_to_left) is expected


def test_effects_show_letters():
    assert has_effect(Letters(shadow=True))
    assert not has_effect(PLAIN)


@pytest.mark.parametrize(
    ("number", "expected"), [(1, {WHITE}), (2, {NAVY}), (0, UNKNOWN), (3, UNKNOWN), (-1, UNKNOWN)]
)
def test_colours_by_number(number, expected):
    assert TABLE.color(number) == expected


def test_channels_are_bounded_and_a_new_table_replaces_the_old():
    table = color_table((300, -5, 0))
    assert table.color(1) == {(255, 0, 0)}
    table.start()
    assert table.color(1) == UNKNOWN
    table.end_colors(10**9)
    assert table.color(1) == UNKNOWN


@pytest.mark.parametrize(
    ("shade", "expected"),
    [
        (Shade(), CLEAR),
        (Shade(back=2), {NAVY}),
        (Shade(back=1, share=10_000, front=2), {NAVY}),
        (Shade(share=10_000), {(0, 0, 0)}),
        (Shade(share=5_000), {(128, 128, 128)}),
        (Shade(back=2, share=-1), UNKNOWN),
        (Shade(back=9), CLEAR),
    ],
)
def test_shades(shade, expected):
    assert TABLE.shade(shade) == expected


@pytest.mark.parametrize(
    ("letters", "expected"),
    [
        (PLAIN, CLEAR),
        (Letters(highlight=2), {NAVY}),
        (Letters(shade=Shade(back=2)), {NAVY}),
        (Letters(back=2), CLEAR | {NAVY}),
        (Letters(back=2, shade=Shade(back=1)), {WHITE}),
        (Letters(highlight=1, shade=Shade(back=2)), {WHITE}),
    ],
)
def test_what_letters_have_behind_them(letters, expected):
    assert TABLE.behind(letters) == expected
