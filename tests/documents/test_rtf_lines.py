from metier.documents.color import WHITE
from metier.documents.docx_color import CLEAR
from metier.documents.rtf_lines import Flow, Run, lay, pieces_of
from metier.documents.rtf_look import PLAIN, USUAL, ColorTable, Letters
from metier.types import ExclusionReason

CELL = USUAL._replace(in_table=True)
PAGE = frozenset({WHITE})


def lines_of(flow):
    flow.finish(USUAL, is_heading=False)
    return ["".join(piece.text for piece in line) for line in pieces_of(flow.lines, PAGE)]


def flow():
    return Flow(ColorTable())


def say(stream, text, paragraph=USUAL):
    stream.add(text, PLAIN, paragraph, right_to_left=False)


def test_words_that_look_alike_are_one_run():
    stream = flow()
    say(stream, "a")
    say(stream, "b")
    stream.add("c", Letters(hidden=True), USUAL, right_to_left=False)
    stream.end_paragraph(USUAL, is_heading=False)
    assert [(piece.text, piece.reason) for piece in pieces_of(stream.lines, PAGE)[0]] == [
        ("ab", None),
        ("c", ExclusionReason.NOT_DISPLAYED),
    ]


def test_a_row_without_an_end_is_read():
    stream = flow()
    for text in "ab":
        say(stream, text)
        stream.end_cell(CELL, is_heading=False, nested=False)
    say(stream, "c")
    stream.end_paragraph(CELL, is_heading=False)
    assert lines_of(stream) == ["a\tb\tc"]


def test_a_paragraph_out_of_the_table_ends_the_row():
    stream = flow()
    say(stream, "a")
    stream.end_cell(CELL, is_heading=False, nested=False)
    stream.end_paragraph(USUAL, is_heading=False)
    say(stream, "after")
    assert lines_of(stream) == ["a", "after"]


def test_row_ends_without_rows_do_nothing():
    stream = flow()
    stream.end_row(nested=False)
    stream.end_row(nested=True)
    assert lines_of(stream) == []


def test_tables_within_tables_are_bounded():
    stream = flow()
    say(stream, "deep")
    stream.end_cell(CELL._replace(level=10**9), is_heading=False, nested=True)
    assert lines_of(stream) == ["deep"]


def test_boxes_follow_and_lose_their_last_empty_lines():
    stream = flow()
    say(stream, "a")
    stream.add_box([[Run(["box"])], []])
    stream.add_box([[]])
    stream.end_paragraph(USUAL, is_heading=False)
    assert lines_of(stream) == ["a", "", "box"]


def test_a_layer_goes_below_what_is_clear():
    seen = Run(["a"], color=PAGE)
    lay([[seen]], CLEAR)
    assert seen.ground == CLEAR
    lay([[seen]], PAGE)
    assert seen.ground == PAGE
    lay([[seen]], frozenset({(0, 0, 0)}))
    assert seen.ground == PAGE
    assert seen.piece(PAGE).reason is ExclusionReason.BACKGROUND_COLOR
