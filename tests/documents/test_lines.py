import pytest

from metier.documents.lines import Meter, around, distinct_lines, row_lines
from metier.documents.pieces import Piece
from metier.errors import LimitExceeded
from metier.types import ExclusionReason


def joined(*cells):
    return row_lines(cells, separator=lambda: "\t")


def test_single_line_cells_share_a_line():
    assert joined([["a"]], [["b"]]) == [["a", "\t", "b"]]
    assert joined([["a"]], [], [["b"]]) == [["a", "\t", "b"]]
    assert joined([], []) == [[]]
    assert joined() == [[]]


def test_other_cells_follow_each_other():
    assert joined([["a"], ["b"]], [["c"]]) == [["a"], ["b"], [], ["c"], []]


def test_a_row_leaves_the_lines_of_its_cells_as_they_are():
    cell = [["a"]]
    joined(cell, [["b"]])
    assert cell == [["a"]]


def test_distinct_lines_keep_the_twin_that_is_seen():
    hidden, seen = [Piece("Anna", ExclusionReason.TINY)], [Piece("Anna")]
    assert distinct_lines([hidden, seen, [Piece(" ")], [Piece("page")]]) == [seen, [Piece("page")]]


def test_headers_and_footers_are_parted_by_empty_lines():
    top, body, foot = ([[Piece(word)]] for word in "abc")
    assert around(top, body, foot) == [*top, [], *body, [], *foot]
    assert around([], body, []) == body


def test_the_meter_refuses_the_first_character_too_many():
    meter = Meter(10, "cv.rtf")
    meter.add(10)
    with pytest.raises(LimitExceeded, match="cv.rtf may have 10 characters. It has more."):
        meter.add(1)
