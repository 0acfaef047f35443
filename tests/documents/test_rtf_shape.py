import pytest

from metier.documents.color import WHITE
from metier.documents.docx_color import CLEAR, UNKNOWN
from metier.documents.rtf_lines import Run
from metier.documents.rtf_shape import Shape, Shapes
from metier.types import ExclusionReason

NAVY = (0, 0, 128)


def shape(*properties, words=(), below=False):
    found = Shape(below=below)
    for name, value in properties:
        found.add_text(name)
        found.end_name()
        found.add_text(value)
        found.end_value()
    for word, number in words:
        found.take_word(word, number)
    return found


COLORED = ("fillColor", str(128 << 16))


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ([COLORED], {NAVY}),
        ([COLORED, ("fFilled", "0")], CLEAR),
        ([COLORED, ("fFilled", "1")], {NAVY}),
        ([COLORED, ("fillType", "7")], UNKNOWN),
        ([COLORED, ("fillOpacity", "0")], CLEAR),
        ([COLORED, ("fillOpacity", "30000")], UNKNOWN),
        ([("pib", "")], UNKNOWN),
        ([("fillColor", "junk²")], {WHITE}),
        ([], {WHITE}),
    ],
)
def test_the_fill_of_a_shape(properties, expected):
    assert shape(*properties).fill() == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([(b"dpfillpat", 0)], CLEAR),
        (
            [
                (b"dpfillpat", 1),
                *((b"dpfill" + s + b"c" + c, 0) for s in (b"fg", b"bg") for c in (b"r", b"g", b"b")),
            ],
            {(0, 0, 0)},
        ),
        ([(b"dpfillpat", 1)], {WHITE}),
    ],
)
def test_the_fill_of_an_old_drawing(words, expected):
    assert shape(words=words).fill() == expected


def test_a_group_has_no_fill():
    group = shape(COLORED)
    group.has_children = True
    assert group.fill() == CLEAR


def sides(width, height):
    return [(b"shpleft", 0), (b"shptop", 0), (b"shpright", width), (b"shpbottom", height)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [([], True), (sides(5000, 5000), True), (sides(300, 300), False), (sides(0, 0), True)],
)
def test_an_icon_is_not_large(words, expected):
    assert shape(words=words).is_large is expected


def page(*found):
    shapes = Shapes()
    for each in found:
        shapes.end(each)
    return shapes.page()


def test_shapes_below_the_text_may_be_behind_it():
    assert page() == {WHITE}
    assert page(shape(COLORED)) == {WHITE}
    assert page(shape(COLORED, below=True)) == {WHITE, NAVY}
    assert page(shape(COLORED, words=[(b"shpfblwtxt", 1)])) == {WHITE, NAVY}
    assert page(shape(COLORED, ("fBehindDocument", "1"))) == {WHITE, NAVY}
    assert page(shape(COLORED, ("fHidden", "1"), below=True)) == {WHITE}
    assert page(shape(("pib", ""), below=True)) == UNKNOWN


def test_words_of_a_hidden_shape_are_not_displayed():
    hidden = shape(("fHidden", "1"))
    hidden.lines.append([Run(["a"])])
    page(hidden)
    assert hidden.lines[0][0].reason is ExclusionReason.NOT_DISPLAYED


def test_words_of_a_clear_shape_may_lie_on_any_other():
    shapes, clear = Shapes(), shape(("fFilled", "0"))
    clear.lines.append([Run(["a"], color=frozenset({WHITE}))])
    shapes.end(clear)
    shapes.end(shape(COLORED))
    shapes.settle()
    assert clear.lines[0][0].ground == {WHITE, NAVY}


def test_long_names_and_values_are_cut():
    long = shape()
    for _ in range(1000):
        long.add_text("x" * 30)
    assert len(long.text) < 100
