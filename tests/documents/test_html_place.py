import pytest

from metier.documents.css_rules import read_style
from metier.documents.html_place import functions, is_clipped, is_far_off, is_moved, parts_of, room


def style(text):
    return {one.name: one.value for one in read_style(text)}


@pytest.mark.parametrize(
    ("text", "far"),
    [
        ("position:absolute;left:-500px", True),
        ("position:absolute;left:-499px", False),
        ("left:-9999px", False),
        ("position:fixed;top:-100em", True),
        ("position:absolute;right:-9999px", True),
        ("position:absolute;left:0;right:-9999px", False),
        ("margin-left:-9999px", True),
        ("margin:0 -9999px;padding:0 9999px", False),
        ("margin-bottom:-9999px", False),
        ("position:relative;left:-50%", False),
        ("position:relative;left:-1000%", True),
        ("position:absolute;left:calc(50% - 600px)", False),
        ("transform:translate(-50%, -50%)", False),
        ("transform:translate3d(0, -2000px, 0)", True),
        ("transform:rotate(3deg) matrix(1,0,0,1,-900,0)", True),
        ("transform:translateZ(-1000px)", False),
        ("translate:-999px", True),
        ("", False),
    ],
)
def test_far_off_is_500_pixels_beyond_the_edge(text, far):
    assert is_far_off(style(text), 16.0) is far


@pytest.mark.parametrize(
    ("text", "clipped"),
    [
        ("position:absolute;clip:rect(0,0,0,0)", True),
        ("position:absolute;clip:rect(1px 1px 1px 1px)", True),
        ("position:absolute;clip:rect(0,200px,50px,0)", False),
        ("position:absolute;clip:rect(0,auto,auto,0)", False),
        ("clip:rect(0,0,0,0)", False),
        ("clip-path:inset(50%)", True),
        ("clip-path:inset(0 0 100% 0)", True),
        ("clip-path:inset(40% 10%)", False),
        ("clip-path:inset(10px round 5px)", False),
        ("clip-path:circle(0)", True),
        ("clip-path:circle(0% at 50% 50%)", True),
        ("clip-path:circle(50%)", False),
        ("clip-path:polygon(0 0, 0 0, 0 0)", True),
        ("clip-path:polygon(0 0, 100% 0, 100% 80%, 0 100%)", False),
        ("clip-path:none", False),
    ],
)
def test_clipped_is_what_has_no_area(text, clipped):
    assert is_clipped(style(text), 16.0) is clipped


@pytest.mark.parametrize(
    ("text", "pixels"),
    [
        ("height:0;overflow:hidden", 0.0),
        ("max-height:0;overflow-y:clip", 0.0),
        ("width:1px;height:20px;overflow:hidden", 1.0),
        ("height:0", None),
        ("height:0;overflow:visible", None),
        ("height:0;padding-bottom:56%;overflow:hidden", 56.0),
        ("height:auto;overflow:hidden", None),
        ("overflow:hidden", None),
    ],
)
def test_room_is_what_a_box_leaves(text, pixels):
    assert room(style(text), 16.0) == pixels


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("position:absolute", True),
        ("position:relative;left:-4px", False),
        ("position:relative;top:-100px", True),
        ("margin-top:-80px", True),
        ("margin:0 -15px", False),
        ("grid-area:1 / 1", True),
        ("grid-area:header", False),
        ("transform:translateY(30px)", True),
        ("", False),
    ],
)
def test_moved_is_what_may_lie_on_something(text, moved):
    assert is_moved(style(text), 16.0) is moved


def test_values_are_parted_outside_brackets():
    assert functions("a(b(1), 2) c()") == [("a", "b(1), 2"), ("c", "")]
    assert parts_of(" 1px, calc(1px + 2px)  3px ") == ["1px", "calc(1px + 2px)", "3px"]
