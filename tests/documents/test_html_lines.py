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
    lines.break_line()
    lines.empty_line()
    lines.add("b", None)
    assert lines.assembled()[0] == "a\n\nb"


def test_kept_blanks_stay(lines):
    lines.add("a\n\n  b", None, white_space="pre")
    assert lines.assembled()[0] == "a\n\n  b"


def test_kept_line_ends_collapse_other_blanks(lines):
    lines.add("a  b\n\tc", None, white_space="pre-line")
    assert lines.assembled()[0] == "a b\nc"


def row(lines, *cells):
    assert lines.begin_row()
    for cell in cells:
        assert lines.begin_cell()
        for number, words in enumerate(cell.split("|")):
            if number:
                lines.end_line()
            lines.add(words, None)
        lines.end_cell()
    lines.end_row()


def test_cells_of_a_line_each_share_one(lines):
    row(lines, "a", "", "b")
    lines.add("c", None)
    assert lines.assembled()[0] == "a\tb\nc"


def test_cells_of_more_lines_follow_each_other(lines):
    row(lines, "a|b", "c")
    lines.add("d", None)
    assert lines.assembled()[0] == "a\nb\n\nc\n\nd"


def test_words_between_cells_have_one_of_their_own(lines):
    lines.begin_row()
    lines.add("a", None)
    lines.begin_cell()
    lines.add("b", None)
    lines.end_cell()
    lines.add(" ", None)
    lines.add("c", None)
    lines.end_row()
    assert lines.assembled()[0] == "a\tb\tc"


def test_a_row_within_a_cell_is_a_part_of_it(lines):
    lines.begin_row()
    lines.begin_cell()
    row(lines, "a", "b")
    lines.end_cell()
    lines.end_row()
    assert lines.assembled()[0] == "a\tb"


def test_rows_too_deep_are_blocks(lines):
    depth = 0
    while lines.begin_row():
        assert lines.begin_cell()
        depth += 1
    assert depth == 40
    lines.add("a", None)
    assert not lines.begin_cell()
    lines.add("b", None)
    for _ in range(depth):
        lines.end_cell()
        lines.end_row()
    assert lines.assembled()[0] == "a\nb"


def test_a_bullet_waits_for_words(lines):
    lines.begin_item()
    lines.begin_item()
    lines.add("a", None)
    lines.end_item()
    lines.begin_item()
    lines.end_item()
    lines.add("b", None)
    assert lines.assembled()[0] == "• a\nb"


def test_a_row_in_an_item_has_its_bullet(lines):
    lines.begin_item()
    row(lines, "a", "b")
    lines.end_item()
    assert lines.assembled()[0] == "• a\tb"


def test_hidden_words_keep_their_place(lines):
    lines.add("seen ", None)
    lines.add("not seen", HIDDEN)
    text, (item,) = lines.assembled()
    assert text[item.span.start : item.span.end] == "not seen"
    assert item.reason is HIDDEN


def test_too_many_characters_are_refused_while_they_come(lines):
    with pytest.raises(LimitExceeded, match="cv may have 1,000 characters"):
        lines.add("x" * 1_001, None)
