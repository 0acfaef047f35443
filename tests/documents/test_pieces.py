import pytest

from metier.documents.pieces import BULLET, Piece, assemble
from metier.types import ExclusionReason

TINY, COVERED = ExclusionReason.TINY, ExclusionReason.COVERED


def assembled(*lines):
    text, excluded = assemble(lines)
    return text, [(text[item.span.start : item.span.end], item.reason) for item in excluded]


def test_lines_become_text_without_empty_lines_around():
    assert assembled([], [Piece("a"), Piece("b")], [], [Piece("c")], []) == ("ab\n\nc", [])


@pytest.mark.parametrize(
    ("lines", "hidden"),
    [
        ([[Piece("a", TINY)], [Piece("b", TINY)]], [("a\nb", TINY)]),
        ([[Piece("a", TINY), Piece(" "), Piece("b", TINY)]], [("a b", TINY)]),
        ([[Piece("a", TINY), Piece("x"), Piece("b", TINY)]], [("a", TINY), ("b", TINY)]),
        ([[Piece("a", TINY), Piece("b", COVERED)]], [("a", TINY), ("b", COVERED)]),
        ([[Piece(" a ", TINY)]], [("a", TINY)]),
        ([[Piece(BULLET, TINY), Piece("a", TINY)]], [("a", TINY)]),
        ([[Piece("...", TINY)]], []),
    ],
)
def test_hidden_neighbours_are_joined_and_trimmed(lines, hidden):
    assert assembled(*lines)[1] == hidden
