import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.documents.docx_lines import read_lines
from metier.documents.docx_look import Looks, Parts
from metier.documents.pieces import Piece, assemble
from metier.documents.plain import clean_text
from metier.errors import LimitExceeded
from metier.types import ExclusionReason
from tests.documents.docx_files import color, element, paragraph, run, shape, table

TINY, NOT_DISPLAYED = ExclusionReason.TINY, ExclusionReason.NOT_DISPLAYED
VANISH = "<w:vanish/>"


def read(body, *headers):
    document = element(f"<w:document><w:body>{body}</w:body></w:document>")
    edges = [element(f"<w:hdr>{xml}</w:hdr>") for xml in headers]
    lines = read_lines(document[0], edges, [], looks=Looks(Parts(document)), name="cv.docx")
    text, excluded = assemble(lines)
    return text, [text[x.span.start : x.span.end] for x in excluded]


PIECES = st.builds(
    Piece,
    st.text(st.sampled_from("ab1 \t\r\n\x0c\x85\u2028\u2029\x7f•.")),
    st.sampled_from([None, TINY, NOT_DISPLAYED]),
)


@given(st.lists(st.lists(PIECES)))
def test_the_text_is_that_of_the_lines_and_hidden_words_are_where_they_are_said_to_be(lines):
    text, excluded = assemble(lines)
    raw = "\n".join("".join(piece.text for piece in line) for line in lines)
    assert text == clean_text(raw).strip("\n")
    seen = [letter for line in lines for piece in line if piece.reason is None for letter in piece.text]
    n_hidden = 0
    for exclusion in excluded:
        words = text[exclusion.span.start : exclusion.span.end]
        assert words == words.strip()
        assert any(letter.isalnum() for letter in words)
        n_hidden += sum(letter.isalnum() for letter in words)
    n_seen = sum(letter.isalnum() for letter in seen)
    assert n_hidden == sum(letter.isalnum() for letter in text) - n_seen
    assert list(excluded) == sorted(excluded)


def test_neighbours_with_one_reason_are_one_exclusion():
    lines = [[Piece("a", TINY), Piece(" "), Piece("b", TINY)], [], [Piece("• "), Piece("c", TINY)]]
    text, excluded = assemble(lines)
    assert [text[x.span.start : x.span.end] for x in excluded] == ["a b\n\n• c"]


def test_words_that_are_seen_or_another_reason_part_exclusions():
    text, excluded = assemble([[Piece("a", TINY), Piece("x"), Piece("b", TINY), Piece("c", NOT_DISPLAYED)]])
    assert [(text[x.span.start : x.span.end], x.reason) for x in excluded] == [
        ("a", TINY),
        ("b", TINY),
        ("c", NOT_DISPLAYED),
    ]


def test_hidden_blanks_and_signs_are_no_exclusion():
    assert assemble([[Piece(" . ", TINY), Piece("a"), Piece("\t", TINY)]])[1] == ()
    assert assemble([]) == ("", ())


def test_empty_lines_that_are_cut_off_move_the_spans():
    assert assemble([[], [], [Piece("\r a ", TINY)], []])[1][0].span.start == 1


def test_hidden_words_keep_their_place_in_tables_lists_and_boxes():
    hidden = run("secret", VANISH)
    listed = paragraph(hidden, look="<w:numPr/>")
    assert read(listed) == ("• secret", ["secret"])
    assert read(table(paragraph(run("open ")) + paragraph(hidden))) == ("open \nsecret", ["secret"])
    assert read(paragraph(run("open"), shape(paragraph(hidden)))) == ("open\n\nsecret", ["secret"])
    assert read(paragraph(run("a&#13;b"), run(" secret ", VANISH))) == ("a\nb secret ", ["secret"])


def test_a_header_that_is_seen_once_is_seen():
    shown, hidden = paragraph(run("Anna")), paragraph(run("Anna", VANISH))
    assert read("", hidden, shown) == read("", shown, hidden) == ("Anna", [])
    assert read("", hidden) == ("Anna", ["Anna"])


def field(kind):
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def test_only_the_result_of_a_field_is_displayed():
    code, result = run("secret"), run("shown")
    marks = field("begin"), field("separate"), field("end")
    assert read(paragraph(marks[0], code, marks[1], result, marks[2])) == ("secretshown", ["secret"])
    assert read(paragraph(marks[0], marks[1], result, marks[2]))[1] == []
    nested = paragraph(marks[0], *marks[:2], code, marks[2], marks[1], result, marks[2])
    assert read(nested) == ("secretshown", ["secret"])


@pytest.mark.parametrize("marks", [["begin"], ["separate"], ["end"], ["separate", "end"]])
def test_broken_fields_hide_nothing(marks):
    assert read(paragraph(*map(field, marks), run("shown")))[1] == []


def test_field_codes_and_deleted_words_are_no_text():
    code = "<w:r><w:instrText>HYPERLINK</w:instrText></w:r>"
    deleted = f"<w:del><w:r><w:delText>old</w:delText></w:r></w:del><w:del>{run('older', VANISH)}</w:del>"
    assert read(paragraph(code, deleted, run("new"))) == ("new", [])


def test_runs_inside_links_and_insertions_have_their_own_look():
    white = run("secret", color("FFFFFF"))
    for around in ("hyperlink", "ins", "smartTag", "sdt"):
        assert read(paragraph(run("open "), f"<w:{around}>{white}</w:{around}>")) == (
            "open secret",
            ["secret"],
        )


@pytest.mark.parametrize("around", ["w:sdt", "w:ins", "w:customXml"])
def test_nesting_without_end_is_refused(around):
    depth = 150
    with pytest.raises(LimitExceeded, match="may nest its parts 100 deep"):
        read(f"<{around}>" * depth + paragraph(run()) + f"</{around}>" * depth)
    with pytest.raises(LimitExceeded, match="may nest its parts 100 deep"):
        read(paragraph(f"<{around}>" * depth + run() + f"</{around}>" * depth))
