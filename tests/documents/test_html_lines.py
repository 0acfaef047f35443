import pytest

from metier.documents.html_lines import LineBuilder
from metier.errors import LimitExceeded
from metier.types import ExclusionReason

HIDDEN = ExclusionReason.TINY


@pytest.fixture
def lines():
    return LineBuilder("cv", 1_000)


def test_blanks_collapse_across_words_of_different_looks(lines):
    for text in ("a ", " b", "\n c", "d"):
        lines.add(text, None)
    assert lines.assembled()[0] == "a b cd"


def test_blanks_at_the_ends_of_lines_are_gone(lines):
    lines.add(" a ", None)
    lines.end_line()
    lines.add(" b ", None)
    assert lines.assembled()[0] == "a\nb"


def test_an_empty_line_comes_once_and_never_first(lines):
    lines.empty_line()
    lines.add("a", None)
    lines.empty_line()
    lines.empty_line()
    lines.add("b", None)
    assert lines.assembled()[0] == "a\n\nb"


def test_kept_blanks_stay(lines):
    lines.add("a\n\n  b", None, keeps_blanks=True)
    assert lines.assembled()[0] == "a\n\n  b"


def test_cells_share_a_line_until_one_breaks_it(lines):
    lines.begin_row()
    for cell in ("a", "b"):
        lines.begin_cell()
        lines.add(cell, None)
    lines.end_line()
    lines.begin_cell()
    lines.add("c", None)
    lines.end_row()
    lines.add("d", None)
    assert lines.assembled()[0] == "a\tb\nc\nd"


def test_hidden_words_keep_their_place(lines):
    lines.add("seen ", None)
    lines.add("not seen", HIDDEN)
    text, (item,) = lines.assembled()
    assert text[item.span.start : item.span.end] == "not seen"
    assert item.reason is HIDDEN


def test_too_many_characters_are_refused_while_they_come(lines):
    with pytest.raises(LimitExceeded, match="cv may have 1,000 characters"):
        lines.add("x" * 1_001, None)
