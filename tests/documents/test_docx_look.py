import pytest

from metier.documents.docx import extract_docx
from metier.limits import ReadingLimits
from metier.types import ExclusionReason
from tests.documents.docx_files import (
    anchor,
    color,
    paragraph,
    picture,
    position,
    raw_word_file,
    run,
    shade,
    shape,
    solid,
    table,
    vml_box,
)

NOT_DISPLAYED = ExclusionReason.NOT_DISPLAYED
BACKGROUND_COLOR = ExclusionReason.BACKGROUND_COLOR
INVISIBLE = ExclusionReason.INVISIBLE
TINY = ExclusionReason.TINY
OFF_PAGE = ExclusionReason.OFF_PAGE

WHITE = color("FFFFFF")
BLACK = color("000000")
WHITE_TEXT = paragraph(run(look=WHITE))
THEME = (
    '<a:dk1><a:sysClr val="windowText" lastClr="000000"/></a:dk1>'
    '<a:lt1><a:sysClr val="window" lastClr="FFFFFF"/></a:lt1>'
    '<a:dk2><a:srgbClr val="1F497D"/></a:dk2><a:accent1><a:srgbClr val="4F81BD"/></a:accent1>'
)


def hidden(body, **parts):
    """Return the hidden words of a file with their reasons."""
    extracted = extract_docx(raw_word_file(body, **parts), "cv.docx", ReadingLimits())
    return [(extracted.text[x.span.start : x.span.end], x.reason) for x in extracted.excluded]


def reasons(body, **parts):
    found = hidden(paragraph(run("open")) + body, **parts)
    assert [words for words, _ in found] == ["secret"] * len(found)
    return [reason for _, reason in found]


def styles(*entries, defaults=""):
    return f"<w:docDefaults><w:rPrDefault><w:rPr>{defaults}</w:rPr></w:rPrDefault></w:docDefaults>" + "".join(
        entries
    )


def style(name, look, kind="character", rest=""):
    return f'<w:style w:type="{kind}" w:styleId="{name}">{rest}<w:rPr>{look}</w:rPr></w:style>'


def table_style(inside):
    return f'<w:style w:type="table" w:styleId="T">{inside}</w:style>'


IN_STYLE = '<w:rStyle w:val="A"/>'
OF_STYLE = '<w:pStyle w:val="P"/>'
OF_TABLE = '<w:tblStyle w:val="T"/>'
BASED = '<w:basedOn w:val="B"/>'
VANISH = "<w:vanish/>"
SHOWN = '<w:vanish w:val="0"/>'


@pytest.mark.parametrize(
    ("look", "expected"),
    [
        (VANISH, [NOT_DISPLAYED]),
        ('<w:vanish w:val="true"/>', [NOT_DISPLAYED]),
        ("<w:specVanish/>", [NOT_DISPLAYED]),
        (VANISH + WHITE, [NOT_DISPLAYED]),
        (SHOWN, []),
        ('<w:vanish w:val="false"/>', []),
        ("<w:webHidden/>", []),
    ],
)
def test_words_that_are_not_displayed(look, expected):
    assert reasons(paragraph(run(look=look))) == expected


@pytest.mark.parametrize(
    ("look", "of_paragraph", "entries", "expected"),
    [
        (IN_STYLE, "", [style("A", VANISH)], [NOT_DISPLAYED]),
        (IN_STYLE, "", [style("A", "", rest=BASED), style("B", VANISH)], [NOT_DISPLAYED]),
        (IN_STYLE, "", [style("A", SHOWN, rest=BASED), style("B", VANISH)], []),
        (IN_STYLE + SHOWN, "", [style("A", VANISH)], []),
        (IN_STYLE, "", [style("A", VANISH, kind="paragraph")], []),
        ("", OF_STYLE, [style("P", VANISH, kind="paragraph")], [NOT_DISPLAYED]),
        ("", OF_STYLE, [style("P", SHOWN, kind="paragraph")], []),
        ("", "", [style("A", VANISH), style("P", VANISH, kind="paragraph")], []),
    ],
)
def test_styles_hide_and_show(look, of_paragraph, entries, expected):
    body = paragraph(run(look=look), look=of_paragraph)
    assert reasons(body, styles=styles(*entries)) == expected


def test_two_styles_that_hide_show_again_but_formatting_has_the_last_word():
    both = styles(style("A", VANISH), style("P", VANISH, kind="paragraph"))
    assert reasons(paragraph(run(look=IN_STYLE), look=OF_STYLE), styles=both) == []
    assert reasons(paragraph(run(look=IN_STYLE + VANISH), look=OF_STYLE), styles=both) == [NOT_DISPLAYED]


def test_defaults_of_the_file_hide_all_that_does_not_say_otherwise():
    body = paragraph(run("shown", SHOWN), run(" secret"))
    assert hidden(body, styles=styles(defaults=VANISH)) == [("secret", NOT_DISPLAYED)]


def test_styles_based_on_each_other_end():
    looped = styles(style("A", "", rest=BASED), style("B", VANISH, rest='<w:basedOn w:val="A"/>'))
    assert reasons(paragraph(run(look=IN_STYLE)), styles=looped) == [NOT_DISPLAYED]


@pytest.mark.parametrize("digits", ["FFFFFF", "fefefe", "F2F2F2"])
def test_text_of_the_colour_of_the_page(digits):
    assert reasons(paragraph(run(look=color(digits)))) == [BACKGROUND_COLOR]


@pytest.mark.parametrize("digits", ["auto", "BFBFBF", "808080", "1F497D", "FFF", "white"])
def test_light_grey_and_colours_that_cannot_be_told_are_seen(digits):
    assert reasons(paragraph(run(look=color(digits)))) == []


@pytest.mark.parametrize(
    ("look", "of_paragraph"),
    [
        (WHITE + shade("1F497D"), ""),
        (WHITE + '<w:highlight w:val="black"/>', ""),
        (WHITE + '<w:highlight w:val="darkBlue"/>' + shade("FFFFFF"), ""),
        (WHITE + '<w:shd w:val="solid" w:color="auto" w:fill="auto"/>', ""),
        (WHITE + '<w:shd w:val="pct50" w:color="auto" w:fill="FFFFFF"/>', ""),
        (WHITE + '<w:shd w:val="diagStripe" w:color="000000" w:fill="FFFFFF"/>', ""),
        (WHITE, shade("222222")),
        (WHITE + "<w:shadow/>", ""),
        (WHITE + "<w:emboss/>", ""),
    ],
)
def test_white_text_on_something_dark_is_seen(look, of_paragraph):
    assert reasons(paragraph(run(look=look), look=of_paragraph)) == []


@pytest.mark.parametrize(
    ("look", "of_paragraph"),
    [
        (WHITE + '<w:highlight w:val="white"/>', shade("000000")),
        (BLACK + '<w:highlight w:val="black"/>', ""),
        (BLACK + shade("000000"), ""),
        (color("1F497D"), shade("1F497D")),
        (WHITE + shade("auto"), ""),
        (WHITE + '<w:highlight w:val="none"/>', ""),
        (WHITE + '<w:shd w:val="nil"/>', ""),
        (WHITE, shade("F7F7F7")),
        (WHITE + '<w:shadow w:val="0"/>', ""),
    ],
)
def test_text_of_the_colour_of_its_shading_is_not(look, of_paragraph):
    assert reasons(paragraph(run(look=look), look=of_paragraph)) == [BACKGROUND_COLOR]


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ('w:val="000000" w:themeColor="background1"', [BACKGROUND_COLOR]),
        ('w:val="000000" w:themeColor="light1"', [BACKGROUND_COLOR]),
        ('w:val="000000" w:themeColor="background1" w:themeShade="F2"', [BACKGROUND_COLOR]),
        ('w:val="BFBFBF" w:themeColor="background1" w:themeShade="BF"', []),
        ('w:val="FFFFFF" w:themeColor="text1"', []),
        ('w:val="FFFFFF" w:themeColor="dark2"', []),
        ('w:val="4F81BD" w:themeColor="accent1" w:themeTint="99"', []),
        ('w:val="FFFFFF" w:themeColor="unheard"', [BACKGROUND_COLOR]),
    ],
)
def test_a_theme_colour_goes_before_the_digits(attributes, expected):
    assert reasons(paragraph(run(look=f"<w:color {attributes}/>")), theme=THEME) == expected


def test_settings_say_which_colour_the_background_is():
    swapped = '<w:clrSchemeMapping w:bg1="dark1" w:t1="light1"/>'
    body = paragraph(run(look='<w:color w:val="000000" w:themeColor="text1"/>'))
    assert reasons(body, theme=THEME, settings=swapped) == [BACKGROUND_COLOR]
    assert reasons(body, theme=THEME) == []


def test_cells_with_a_shade():
    assert reasons(table(WHITE_TEXT, cell_properties=shade("1F3864"))) == []
    assert reasons(table(WHITE_TEXT, cell_properties=shade("FFFFFF"))) == [BACKGROUND_COLOR]
    assert reasons(table(WHITE_TEXT)) == [BACKGROUND_COLOR]
    assert reasons(table(table(WHITE_TEXT), cell_properties=shade("1F3864"))) == []
    dark = paragraph(run(look=color("1F3864")))
    assert reasons(table(dark, cell_properties=shade("1F3864"))) == [BACKGROUND_COLOR]


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        (f'<w:tblStylePr w:type="firstRow"><w:tcPr>{shade("1F3864")}</w:tcPr></w:tblStylePr>', []),
        (f"<w:tcPr>{shade('1F3864')}</w:tcPr>", []),
        (f"<w:pPr>{shade('1F3864')}</w:pPr>", []),
        (f'<w:tblStylePr w:type="band1Horz"><w:tcPr>{shade("F2F2F2")}</w:tcPr></w:tblStylePr>', [1]),
        (f"<w:tcPr>{shade('FFFFFF')}</w:tcPr>", [1]),
        (f"<w:rPr>{BLACK}</w:rPr>", [1]),
    ],
)
def test_any_shade_of_a_table_style_may_be_the_one_behind(inside, expected):
    body = table(WHITE_TEXT, properties=OF_TABLE)
    assert reasons(body, styles=styles(table_style(inside))) == [BACKGROUND_COLOR] * len(expected)


def test_colours_of_table_styles_are_those_of_their_words():
    body = table(paragraph(run()), properties=OF_TABLE)
    white = f"<w:rPr>{WHITE}</w:rPr>"
    header = f'<w:tblStylePr w:type="firstRow">{white}<w:tcPr>{shade("1F3864")}</w:tcPr></w:tblStylePr>'
    assert reasons(body, styles=styles(table_style(white))) == [BACKGROUND_COLOR]
    assert reasons(body, styles=styles(table_style(header))) == []
    assert reasons(body, styles=styles(table_style(white + header))) == []


def test_what_a_part_of_a_table_style_hides_is_taken_as_seen():
    body = table(paragraph(run()), properties=OF_TABLE)
    for look in ('<w:sz w:val="2"/>', VANISH):
        part = f'<w:tblStylePr w:type="firstRow"><w:rPr>{look}</w:rPr></w:tblStylePr>'
        assert reasons(body, styles=styles(table_style(part))) == []


@pytest.mark.parametrize(
    ("fill", "kind", "expected"),
    [
        (solid("1F3864"), "", []),
        (solid("FFFFFF"), "", [BACKGROUND_COLOR]),
        ("<a:noFill/>", "", [BACKGROUND_COLOR]),
        ("", "", [BACKGROUND_COLOR]),
        ("<a:gradFill/>", "", []),
        ("<a:blipFill/>", "", []),
        ('<a:solidFill><a:schemeClr val="accent1"/></a:solidFill>', "", []),
        ('<a:solidFill><a:schemeClr val="bg1"/></a:solidFill>', "", [BACKGROUND_COLOR]),
        ("", '<a:fillRef idx="1"><a:schemeClr val="accent1"/></a:fillRef>', []),
        ("", '<a:fillRef idx="3"><a:schemeClr val="bg1"/></a:fillRef>', []),
    ],
)
def test_text_boxes_have_the_fill_of_their_shape(fill, kind, expected):
    box = shape(WHITE_TEXT, fill=fill, style=f"<wps:style>{kind}</wps:style>")
    assert reasons(paragraph(box), theme=THEME) == expected


@pytest.mark.parametrize(
    ("attributes", "children", "expected"),
    [
        ('fillcolor="#1f3864"', "", []),
        ('fillcolor="#fff"', "", [BACKGROUND_COLOR]),
        ('fillcolor="white [3212]"', "", [BACKGROUND_COLOR]),
        ("", "", [BACKGROUND_COLOR]),
        ('filled="f"', "", [BACKGROUND_COLOR]),
        ('fillcolor="#fff"', '<v:fill type="gradient"/>', []),
        ('fillcolor="navy"', "", []),
        ('type="#_x0000_t75"', "", []),
    ],
)
def test_vml_text_boxes_have_the_fill_of_their_shape(attributes, children, expected):
    assert reasons(paragraph(vml_box(WHITE_TEXT, attributes, children))) == expected


def test_a_clear_text_box_may_lie_on_whatever_else_is_drawn():
    clear = shape(WHITE_TEXT, fill="<a:noFill/>")
    assert reasons(paragraph(shape(fill=solid("1F3864")), clear)) == []
    assert reasons(paragraph(shape(fill=solid("FFFFFF")), clear)) == [BACKGROUND_COLOR]
    assert reasons(paragraph(picture((3, 3), parent="inline"), clear)) == []
    assert reasons(paragraph(clear) + table(paragraph(), cell_properties=shade("1F3864"))) == []
    sidebar = style("P", "", kind="paragraph", rest=f"<w:pPr>{shade('1F3864')}</w:pPr>")
    body = paragraph(clear) + paragraph(look=OF_STYLE)
    assert reasons(body, styles=styles(sidebar)) == []


def test_shapes_of_a_group_lie_on_each_other():
    group = (
        f"<wpg:wgp><wps:wsp><wps:spPr>{solid('1F3864')}</wps:spPr></wps:wsp><wps:wsp><wps:txbx>"
        f"<w:txbxContent>{WHITE_TEXT}</w:txbxContent></wps:txbx></wps:wsp></wpg:wgp>"
    )
    assert reasons(paragraph(anchor(group, "wordprocessingGroup"))) == []


@pytest.mark.parametrize(
    ("drawing", "expected"),
    [
        (picture((21, 4), behind=1), []),
        (shape(fill=solid("1F3864"), behind=1, size=(7, 29)), []),
        (shape(fill=solid("FFFFFF"), behind=1, size=(7, 29)), [BACKGROUND_COLOR]),
        (picture((21, 4), behind=0), [BACKGROUND_COLOR]),
        (picture((0.5, 0.2), behind=1), [BACKGROUND_COLOR]),
        (vml_box("", 'style="z-index:-1;width:90pt;height:90pt" fillcolor="#000"'), []),
        (vml_box("", 'style="z-index:1;width:90pt;height:90pt" fillcolor="#000"'), [BACKGROUND_COLOR]),
    ],
)
def test_what_lies_behind_the_text_may_be_behind_any_line(drawing, expected):
    assert reasons(paragraph(drawing) + WHITE_TEXT) == expected


@pytest.mark.parametrize(
    ("drawing", "expected"),
    [
        (picture((21, 4)), []),
        (picture((3, 2)), [BACKGROUND_COLOR]),
        (picture((3, 2), behind=1), []),
        (picture((21, 4), parent="inline"), [BACKGROUND_COLOR]),
    ],
)
def test_a_header_may_paint_behind_the_body(drawing, expected):
    assert reasons(WHITE_TEXT, header=paragraph(drawing)) == expected


def test_the_page_has_a_colour_only_where_it_is_switched_on():
    dark, on = '<w:background w:color="1F3864"/>', "<w:displayBackgroundShape/>"
    assert reasons(WHITE_TEXT, before=dark) == [BACKGROUND_COLOR]
    assert reasons(WHITE_TEXT, before=dark, settings=on) == []
    assert reasons(paragraph(run(look=color("1F3864"))), before=dark, settings=on) == [BACKGROUND_COLOR]
    textured = '<w:background w:color="FFFFFF"><v:background/></w:background>'
    assert reasons(WHITE_TEXT, before=textured, settings=on) == []


FILLED = "<w14:textFill><w14:solidFill>{}</w14:solidFill></w14:textFill>"


@pytest.mark.parametrize(
    ("look", "expected"),
    [
        ("<w14:textFill><w14:noFill/></w14:textFill>", [INVISIBLE]),
        (
            "<w14:textFill><w14:noFill/></w14:textFill><w14:textOutline><w14:solidFill>"
            '<w14:srgbClr w14:val="000000"/></w14:solidFill></w14:textOutline>',
            [],
        ),
        (WHITE + "<w14:textOutline><w14:noFill/></w14:textOutline>", [BACKGROUND_COLOR]),
        (
            WHITE + '<w14:textOutline><w14:solidFill><w14:srgbClr w14:val="4F81BD"/></w14:solidFill>'
            "</w14:textOutline>",
            [],
        ),
        (BLACK + FILLED.format('<w14:srgbClr w14:val="FFFFFF"/>'), [BACKGROUND_COLOR]),
        (BLACK + FILLED.format('<w14:schemeClr w14:val="bg1"/>'), [BACKGROUND_COLOR]),
        (
            FILLED.format('<w14:srgbClr w14:val="000000"><w14:alpha w14:val="100000"/></w14:srgbClr>'),
            [INVISIBLE],
        ),
        (FILLED.format('<w14:srgbClr w14:val="000000"><w14:alpha w14:val="50000"/></w14:srgbClr>'), []),
        (WHITE + "<w14:textFill><w14:gradFill/></w14:textFill>", []),
        (WHITE + "<w14:shadow/>", []),
    ],
)
def test_text_effects_paint_instead_of_the_colour(look, expected):
    assert reasons(paragraph(run(look=look)), theme=THEME) == expected


@pytest.mark.parametrize(
    ("look", "expected"),
    [
        ('<w:sz w:val="2"/>', [TINY]),
        ('<w:sz w:val="3"/>', [TINY]),
        ('<w:sz w:val="1pt"/>', [TINY]),
        ('<w:sz w:val="4"/>', []),
        ('<w:sz w:val="12"/>', []),
        ('<w:sz w:val="large"/>', []),
        ('<w:w w:val="1"/>', [TINY]),
        ('<w:w w:val="5%"/>', [TINY]),
        ('<w:w w:val="0"/>', []),
        ('<w:w w:val="60"/>', []),
        ('<w:sz w:val="2"/><w:szCs w:val="24"/><w:rtl/>', []),
        ('<w:sz w:val="24"/><w:szCs w:val="2"/><w:rtl/>', [TINY]),
    ],
)
def test_letters_too_small_or_too_narrow_to_read(look, expected):
    assert reasons(paragraph(run(look=look))) == expected


def test_hebrew_letters_have_a_size_of_their_own():
    small = '<w:sz w:val="2"/>'
    assert hidden(paragraph(run("שלום", small))) == []
    assert hidden(paragraph(run("שלום", small + '<w:szCs w:val="2"/>'))) == [("שלום", TINY)]


def test_sizes_come_from_styles_and_defaults():
    small = '<w:sz w:val="2"/>'
    assert reasons(paragraph(run(look=IN_STYLE)), styles=styles(style("A", small))) == [TINY]
    body = paragraph(run("shown", '<w:sz w:val="20"/>'), run(" secret"))
    assert hidden(body, styles=styles(defaults=small)) == [("secret", TINY)]


PAGE = '<w:sectPr><w:pgSz w:w="12240" w:h="15840"/><w:pgMar w:left="1440" w:top="1440"/></w:sectPr>'


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (position("H", "page", -6), [OFF_PAGE]),
        (position("H", "page", -4), []),
        (position("H", "page", 22), [OFF_PAGE]),
        (position("H", "column", -8), [OFF_PAGE]),
        (position("H", "column", -3), []),
        (position("H", "character", -8), []),
        (position("H", "page", 1) + position("V", "page", 30), [OFF_PAGE]),
        (position("V", "paragraph", 30), [OFF_PAGE]),
        (position("V", "paragraph", -10), []),
        (position("V", "paragraph", 20), []),
        ('<wp:positionH relativeFrom="page"><wp:align>left</wp:align></wp:positionH>', []),
    ],
)
def test_text_boxes_beside_the_page(place, expected):
    box = shape(paragraph(run()), position=place, size=(5, 2))
    assert reasons(paragraph(box) + PAGE) == expected


@pytest.mark.parametrize(
    ("look", "expected"),
    [
        ("position:absolute;margin-left:-900pt;width:100pt", [OFF_PAGE]),
        ("position:absolute;margin-top:40in;height:1in", [OFF_PAGE]),
        ("position:absolute;margin-left:-9pt;width:100pt", []),
        ("margin-left:-900pt;width:100pt", []),
        ("position:absolute;margin-left:-900pt;width:100pt;mso-position-horizontal:center", []),
        ("visibility:hidden", [NOT_DISPLAYED]),
    ],
)
def test_vml_text_boxes_beside_the_page(look, expected):
    assert reasons(paragraph(vml_box(paragraph(run()), f'style="{look}"')) + PAGE) == expected


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        ('w:w="2000" w:hAnchor="page" w:x="-3000"', [OFF_PAGE]),
        ('w:w="2000" w:hAnchor="page" w:x="13000"', [OFF_PAGE]),
        ('w:w="2000" w:h="500" w:vAnchor="page" w:y="16000"', [OFF_PAGE]),
        ('w:w="2000" w:hAnchor="page" w:x="-1000"', []),
        ('w:w="2000" w:hAnchor="page" w:x="-3000" w:xAlign="left"', []),
        ('w:dropCap="drop" w:lines="3"', []),
    ],
)
def test_frames_beside_the_page(frame, expected):
    assert reasons(paragraph(run(), look=f"<w:framePr {frame}/>") + PAGE) == expected


def test_a_text_box_is_hidden_with_its_shape_or_with_its_run():
    box = shape(paragraph(run()))
    assert reasons(paragraph(box)) == []
    assert reasons(paragraph(shape(paragraph(run()), hidden=1))) == [NOT_DISPLAYED]
    hiding = box.replace("<w:r><w:drawing>", f"<w:r><w:rPr>{VANISH}</w:rPr><w:drawing>", 1)
    assert reasons(paragraph(hiding)) == [NOT_DISPLAYED]
    white = box.replace("<w:r><w:drawing>", f"<w:r><w:rPr>{WHITE}</w:rPr><w:drawing>", 1)
    assert reasons(paragraph(white)) == []
