import pytest

from metier.documents.odt import extract_odt
from metier.limits import ReadingLimits
from metier.types import ExclusionReason
from tests.documents.odt_files import back, box, graphic, letters, odt_file, p, span, style, table

NOT_DISPLAYED = ExclusionReason.NOT_DISPLAYED
BACKGROUND_COLOR = ExclusionReason.BACKGROUND_COLOR
INVISIBLE = ExclusionReason.INVISIBLE
TINY = ExclusionReason.TINY

WHITE = letters('fo:color="#ffffff"')
WHITE_STYLE = style("W", WHITE)
WHITE_TEXT = p(span("W"))


def extracted(body, automatic="", **parts):
    return extract_odt(odt_file(body, automatic=automatic, **parts), "cv.odt", ReadingLimits())


def text_of(body, automatic="", **parts):
    return extracted(body, automatic, **parts).text


def hidden(body, automatic="", **parts):
    found = extracted(body, automatic, **parts)
    return [(found.text[x.span.start : x.span.end], x.reason) for x in found.excluded]


def reasons(body, automatic="", **parts):
    found = hidden(p("open") + body, automatic, **parts)
    assert [words for words, _ in found] == ["secret"] * len(found)
    return [reason for _, reason in found]


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("  a \n  b  ", "a b "),
        ("a <text:span> b</text:span>", "a b"),
        ('a<text:s text:c="3"/>b', "a   b"),
        ("a<text:s/>b", "a b"),
        ("a<text:tab/>b", "a\tb"),
        ("a<text:tab/> b", "a\tb"),
        ("a<text:line-break/>b", "a\nb"),
        ("a<text:soft-page-break/>b", "ab"),
        ("<text:a>link</text:a> <text:bookmark/>x", "link x"),
        ("<text:page-number>3</text:page-number> a", "3 a"),
        ("a<office:annotation><text:p>note</text:p></office:annotation>b", "ab"),
        (
            "<text:ruby><text:ruby-base>漢</text:ruby-base><text:ruby-text>kan</text:ruby-text></text:ruby>",
            "漢",
        ),
        ("a<!-- no --><?pi no?>b", "ab"),
        ("а" + "<text:span/>" * 3 + "б", "аб"),
    ],
)
def test_what_a_paragraph_says(inside, expected):
    assert text_of(p(inside)) == expected


def test_deleted_text_is_not_read():
    changes = f"<text:tracked-changes><text:changed-region><text:deletion>{p('old')}</text:deletion>"
    body = f"{changes}</text:changed-region></text:tracked-changes>" + p(
        'new<text:change text:change-id="1"/>'
    )
    assert text_of(body) == "new"


def test_a_styled_heading_stands_off():
    common = style("Heading_20_1", family="paragraph")
    automatic = style("P1", family="paragraph", parent="Heading_20_1")
    assert (
        text_of(p("a") + p("Опыт", "P1") + p("b") + p("", "P1"), automatic, common=common) == "a\n\nОпыт\nb"
    )


def test_list_items_have_a_bullet_and_numbered_headings_none():
    item = "<text:list-item>{}</text:list-item>"
    nested = f"<text:list>{item.format(p('inner'))}</text:list>"
    items = item.format(p("one") + p("more")) + item.format(p("two") + nested)
    headed = item.format("<text:h>Experience</text:h>")
    header = f"<text:list-header>{p('plain')}</text:list-header>"
    body = f"<text:list>{header}{items}</text:list><text:list>{headed}</text:list>"
    assert text_of(body) == "plain\n• one\nmore\n• two\n• inner\n\nExperience"


def test_cells_of_a_row_share_a_line_unless_they_hold_several():
    assert text_of(table([("", p("2019")), ("", p("Developer"))], [("", p("2018")), ("", p("Tester"))])) == (
        "2019\tDeveloper\n2018\tTester"
    )
    assert text_of(table([("", p("Skills") + p("Python")), ("", p("Acme"))])) == "Skills\nPython\n\nAcme"


def test_rows_of_groups_and_headers_are_rows():
    row = f"<table:table-row><table:table-cell>{p('a')}</table:table-cell></table:table-row>"
    inside = (
        f"<table:table-header-rows>{row}</table:table-header-rows><table:table-rows>{row}</table:table-rows>"
    )
    assert text_of(f"<table:table>{inside}</table:table>") == "a\na"


def test_boxes_and_notes_follow_their_paragraph():
    inside = f"<text:note-citation>1</text:note-citation><text:note-body>{p('note')}</text:note-body>"
    note = f"<text:note>{inside}</text:note>"
    assert text_of(p(f"main{note}") + p("x")) == "main\n\nnote\nx"
    assert text_of(p(f"main{box(p('box'))}") + p("x")) == "main\n\nbox\nx"
    assert text_of(p("a") + f"<draw:g><draw:rect>{p('shape')}</draw:rect></draw:g>") == "a\nshape"
    assert text_of(p("a<draw:frame><svg:title>no</svg:title><draw:image/></draw:frame>")) == "a"


@pytest.mark.parametrize(
    ("look", "expected"),
    [
        ('text:display="none"', [NOT_DISPLAYED]),
        ('fo:color="#ffffff"', [BACKGROUND_COLOR]),
        ('fo:color="#fdfdfd"', [BACKGROUND_COLOR]),
        ('fo:color="#ffffff" loext:opacity="0%"', [INVISIBLE]),
        ('fo:font-size="1pt"', [TINY]),
        ('fo:font-size="10%"', [TINY]),
        ('style:text-position="super 5%"', [TINY]),
        ('fo:color="#bbbbbb"', []),
        ('fo:color="#ffffff" fo:background-color="#102040"', []),
        ('fo:color="#ffffff" fo:background-color="#ffffff"', [BACKGROUND_COLOR]),
        ('fo:color="#ffff00" fo:background-color="#ffff00"', [BACKGROUND_COLOR]),
        ('fo:color="#ffffff" style:text-outline="true"', []),
        ('style:use-window-font-color="true" loext:opacity="0%"', []),
        ('fo:font-size="6pt"', []),
        ('fo:color="#000000"', []),
    ],
)
def test_letters_that_nobody_sees_are_found(look, expected):
    assert reasons(p(span("S")), style("S", letters(look))) == expected
    both = style("S", letters(look), family="paragraph")
    assert reasons(p("secret", "S"), both) == expected


def test_styles_of_spans_within_spans_add_up():
    automatic = style("A", letters('fo:color="#ffffff"')) + style(
        "B", letters('fo:background-color="#000000"')
    )
    inner = '<text:span text:style-name="B">seen</text:span>'
    body = p(f'<text:span text:style-name="A">secret {inner} secret</text:span>')
    assert [words for words, _ in hidden(body, automatic)] == ["secret", "secret"]


def test_neighbours_are_one_exclusion_without_blanks_around():
    automatic = style("S", letters('text:display="none"'))
    body = p("a" + span("S", " тайное ") + span("S", "слово ") + "b") + p(span("S", "и ещё"))
    assert hidden(body, automatic) == [("тайное слово", NOT_DISPLAYED), ("и ещё", NOT_DISPLAYED)]


PAINTED = [("paragraph", "P"), ("table-cell", "C"), ("table-row", "R"), ("table", "T"), ("section", "X")]


@pytest.mark.parametrize(("kind", "name"), PAINTED)
@pytest.mark.parametrize(("color", "expected"), [("#102040", []), ("#ffffff", [BACKGROUND_COLOR])])
def test_white_words_on_a_dark_ground_are_honest(kind, name, color, expected):
    automatic = WHITE_STYLE + style(name, back(kind, color), family=kind)
    cell = f'<table:table-cell table:style-name="C">{p(span("W"), "P")}</table:table-cell>'
    row = f'<table:table-row table:style-name="R">{cell}</table:table-row>'
    whole = f'<table:table table:style-name="T">{row}</table:table>'
    body = f'<text:section text:style-name="X">{whole}</text:section>'
    assert reasons(body, automatic) == expected


def test_a_white_cell_of_a_dark_table_hides_white_words():
    automatic = WHITE_STYLE + style("T", back("table", "#000000"), family="table")
    automatic += style("C", back("table-cell", "#ffffff"), family="table-cell")
    body = table([('table:style-name="C"', WHITE_TEXT)], more='table:style-name="T"')
    assert reasons(body, automatic) == [BACKGROUND_COLOR]


def test_a_picture_behind_a_cell_may_be_dark():
    image = (
        '<style:table-cell-properties><style:background-image xlink:href="a"/></style:table-cell-properties>'
    )
    automatic = WHITE_STYLE + style("C", image, family="table-cell")
    assert reasons(table([('table:style-name="C"', WHITE_TEXT)]), automatic) == []


def test_a_table_by_template_may_have_any_colour():
    assert reasons(table([("", WHITE_TEXT)], more='table:template-name="Blue"'), WHITE_STYLE) == []
    assert reasons(table([("", WHITE_TEXT)]), WHITE_STYLE) == [BACKGROUND_COLOR]


def test_covered_cells_are_not_displayed():
    covered = f"<table:covered-table-cell>{p('secret')}</table:covered-table-cell>"
    assert reasons(f"<table:table><table:table-row>{covered}</table:table-row></table:table>") == [
        NOT_DISPLAYED
    ]


@pytest.mark.parametrize(
    ("fill", "expected"),
    [
        ('draw:fill="solid" draw:fill-color="#102040"', []),
        ('draw:fill="solid" draw:fill-color="#ffffff"', [BACKGROUND_COLOR]),
        ('draw:fill="none"', [BACKGROUND_COLOR]),
        ('draw:fill="gradient"', []),
        ('fo:background-color="#102040"', []),
    ],
)
def test_the_fill_of_a_frame_is_behind_its_words(fill, expected):
    assert reasons(p(box(WHITE_TEXT)), WHITE_STYLE + graphic("Fr", fill)) == expected


def test_a_frame_without_a_fill_may_lie_on_a_dark_one():
    automatic = WHITE_STYLE + graphic("Fr", 'draw:fill="none"')
    automatic += graphic("D", 'draw:fill="solid" draw:fill-color="#102040"')
    dark = box(p("dark"), style_name="D")
    assert reasons(p(dark + box(WHITE_TEXT)), automatic) == []


def test_a_frame_in_hidden_words_is_hidden():
    automatic = style("S", letters('text:display="none"'))
    inside = box(p("secret"), more='text:anchor-type="as-char"')
    assert reasons(p(span("S", inside)), automatic) == [NOT_DISPLAYED]
    assert reasons(p(span("S", box(p("on the page")))), automatic) == []
    section = f'<text:section text:display="none">{p(box(p("secret")))}</text:section>'
    assert reasons(section) == [NOT_DISPLAYED]


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ('text:display="none"', [NOT_DISPLAYED]),
        ('text:display="condition" text:condition="ooow:x" text:is-hidden="true"', [NOT_DISPLAYED]),
        ('text:display="condition" text:condition="ooow:1==1"', [NOT_DISPLAYED]),
        ('text:display="condition" text:condition="TRUE"', [NOT_DISPLAYED]),
        ('text:display="condition" text:condition="ooow:x==1"', []),
        ('text:display="true" text:condition="1"', []),
        ("", []),
    ],
)
def test_sections_that_are_not_displayed(attributes, expected):
    assert reasons(f"<text:section {attributes}>{p('secret')}</text:section>") == expected


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ('<text:hidden-text text:is-hidden="true">secret</text:hidden-text>', [NOT_DISPLAYED]),
        ('<text:hidden-text text:is-hidden="false">secret</text:hidden-text>', []),
        ('<text:variable-set text:display="none">secret</text:variable-set>', [NOT_DISPLAYED]),
        ('<text:hidden-paragraph text:is-hidden="true"/>secret', [NOT_DISPLAYED]),
        ('<text:hidden-paragraph text:is-hidden="false"/>secret', []),
    ],
)
def test_fields_that_are_not_displayed(field, expected):
    assert reasons(p(field)) == expected


def test_sizes_hold_for_the_letters_of_their_script():
    automatic = style("S", letters('fo:font-size="1pt" style:font-size-asian="12pt"'))
    assert hidden(p("open " + span("S", "secret 경력 again")), automatic) == [
        ("secret", TINY),
        ("again", TINY),
    ]
    automatic = style("S", letters('style:font-size-complex="1pt"'))
    assert hidden(p(span("S", "Разработчик שלום")), automatic) == [("שלום", TINY)]
