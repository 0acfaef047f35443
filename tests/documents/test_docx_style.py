import pytest

from metier.documents.docx_color import CLEAR, UNKNOWN, Palette
from metier.documents.docx_style import PLAIN, Look, Styles, over, read_look
from tests.documents.docx_files import element

NO_THEME = Palette(None, None)
WHITE = frozenset({(255, 255, 255)})


def styles(xml):
    return Styles(element(f"<w:styles>{xml}</w:styles>"), NO_THEME)


def style(name, size, *, based_on="", kind="character", rest=""):
    based = f'<w:basedOn w:val="{based_on}"/>' if based_on else ""
    look = f'<w:rPr><w:sz w:val="{size}"/></w:rPr>' if size else ""
    return f'<w:style w:type="{kind}" w:styleId="{name}" {rest}>{based}{look}</w:style>'


def test_formatting_is_read_once_for_each_thing():
    look = read_look(element('<w:rPr><w:b/><w:sz w:val="20"/><w:color w:val="FFFFFF"/></w:rPr>'), NO_THEME)
    assert look == Look(size=10, color=WHITE)
    assert read_look(None, NO_THEME) is PLAIN
    assert read_look(element("<w:rPr><w:b/></w:rPr>"), NO_THEME) is PLAIN


def test_one_effect_is_enough():
    assert read_look(element('<w:rPr><w:shadow/><w:emboss w:val="0"/></w:rPr>'), NO_THEME).effect
    assert not read_look(element('<w:rPr><w:emboss w:val="0"/></w:rPr>'), NO_THEME).effect


def test_what_is_laid_over_wins_where_it_says_something():
    assert over(Look(size=10, hidden=True), Look(size=8)) == Look(size=8, hidden=True)
    assert over(Look(color=WHITE), Look(color=UNKNOWN)).color == UNKNOWN
    assert over(Look(color=WHITE), PLAIN) == Look(color=WHITE)


def test_a_style_starts_from_what_it_is_based_on():
    found = styles(style("A", 0, based_on="B") + style("B", 20) + style("C", 30, based_on="B"))
    assert found.look("character", "A").size == 10
    assert found.look("character", "C").size == 15


def test_a_style_of_another_kind_does_not_count():
    found = styles(style("A", 20) + style("B", 0, kind="paragraph", based_on="A"))
    assert found.look("paragraph", "A") == PLAIN
    assert found.look("paragraph", "B") == PLAIN


def test_without_a_known_name_the_usual_style_counts():
    found = styles(style("N", 20, kind="paragraph", rest='w:default="1"') + style("O", 30, kind="paragraph"))
    assert found.look("paragraph", None).size == found.look("paragraph", "unheard").size == 10
    assert found.look("character", None) == PLAIN


@pytest.mark.parametrize("first", ["A", "B", "C"])
def test_loops_end_wherever_they_are_entered(first):
    found = styles(style("A", 0, based_on="B") + style("B", 20, based_on="C") + style("C", 20, based_on="A"))
    assert found.look("character", first).size == 10
    assert found.look("character", "A").size == 10


def test_table_styles_based_on_each_other_end():
    found = styles(style("T", 20, kind="table", based_on="U") + style("U", 0, kind="table", based_on="T"))
    assert found.table("T").size == 10


def test_a_file_without_styles_has_plain_ones():
    found = Styles(None, NO_THEME)
    assert found.look("paragraph", "A") == found.default == found.table("T") == PLAIN
    assert not found.hidden_by_default


def test_parts_of_a_table_style_add_what_may_be():
    shade = '<w:tcPr><w:shd w:val="clear" w:fill="FFFFFF"/></w:tcPr>'
    parts = "".join(
        f'<w:tblStylePr w:type="{kind}"><w:rPr><w:sz w:val="{size}"/></w:rPr>{shade}</w:tblStylePr>'
        for kind, size in (("firstRow", 2), ("lastRow", 30))
    )
    plain = '<w:rPr><w:sz w:val="20"/></w:rPr>'
    look = styles(f'<w:style w:type="table" w:styleId="T">{plain}{parts}</w:style>').table("T")
    assert look == Look(size=15, ground=WHITE | CLEAR)


def test_the_whole_of_a_table_style_is_its_own():
    whole = '<w:tblStylePr w:type="wholeTable"><w:rPr><w:vanish/></w:rPr></w:tblStylePr>'
    assert styles(f'<w:style w:type="table" w:styleId="T">{whole}</w:style>').table("T").hidden
