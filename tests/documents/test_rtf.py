import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.documents.rtf import extract_rtf
from metier.errors import CorruptDocument, DocumentError, LimitExceeded
from metier.limits import ReadingLimits
from metier.types import ExclusionReason

LIMITS = ReadingLimits()
NOT_DISPLAYED = ExclusionReason.NOT_DISPLAYED
BACKGROUND_COLOR = ExclusionReason.BACKGROUND_COLOR
TINY = ExclusionReason.TINY

# 1 white, 2 navy, 3 light grey, 4 black, 5 nearly white, 6 yellow, 7 without a colour
HEAD = (
    r"{\rtf1\ansi\ansicpg1251\deff0\deflang1049"
    r"{\fonttbl{\f0\fnil\fcharset204 Calibri;}{\f1\fswiss\fcharset0 Arial;}{\f2\ftech\fcharset2 Symbol;}"
    r"{\f3\fmodern\fcharset129 Batang;}{\f4\fcharset134 SimSun;}{\f5\fcharset128{\*\panose 02}MS Gothic;}}"
    r"{\colortbl ;\red255\green255\blue255;\red0\green0\blue128;\red187\green187\blue187;\red0\green0\blue0;"
    r"\red253\green253\blue253;\red255\green255\blue0;;}"
)


def rtf(body, head=HEAD):
    body = body if isinstance(body, bytes) else body.encode("cp1251")
    return head.encode() + b"\n" + body + b"}"


def extracted(body, head=HEAD):
    return extract_rtf(rtf(body, head), "cv.rtf", LIMITS)


def text_of(body, head=HEAD):
    return extracted(body, head).text


def hidden(body, head=HEAD):
    found = extracted(body, head)
    return [(found.text[x.span.start : x.span.end], x.reason) for x in found.excluded]


def reasons(body, head=HEAD):
    found = hidden(r"{open\par}" + body, head)
    assert [words for words, _ in found] == ["secret"] * len(found)
    return [reason for _, reason in found]


def test_paragraphs_are_lines():
    assert text_of(r"\pard Иван Петров\par" + "\r\n" + r"\b Разработчик\b0\par") == "Иван Петров\nРазработчик"
    assert text_of("one\\\ntwo") == "one\ntwo"
    assert text_of(r"one\sect two") == "one\ntwo"
    assert text_of("") == ""


def test_the_page_span_covers_the_text():
    found = extracted(r"one\par two\par")
    assert [found.text[page.start : page.end] for page in found.pages] == [found.text]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (r"a\tab b\line c", "a\tb\nc"),
        (r"\emdash\endash\bullet\lquote\rquote\ldblquote\rdblquote", "—–•‘’“”"),
        (r"a\~b\_c\-d", "a\u00a0b-cd"),
        (r"\{a\}\\", "{a}\\"),
        ("wrapped\r\n line", "wrapped line"),
        (r"{\b a}{\i b}", "ab"),
        (r"\unknownword5 a", "a"),
        (r"2016\endash 2018", "2016–2018"),
    ],
)
def test_words_and_symbols_that_are_text(body, expected):
    assert text_of(body) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (r"\'cf\'e5\'f2\'f0\'ee\'e2", "Петров"),
        (r"\f1 caf\'e9", "café"),
        (r"{\f1 \'cf\'e5\'f2\'f0}", "Петр"),
        ("\\f3 \\'b0\\'e6\\'b7\\'c2", "경력"),
        (r"\f4 \'be\'ad\'d1\'e9", "经验"),
        (r"\f5 \'8c\'6f\'8c\'b1", "経験"),
        (r"\f5 \'83\'5c", "ソ"),
        (r"\f5 \'83" + "\r\n" + r"\'5c", "ソ"),
        (r"\loch\af1\hich\af1\dbch\af3 \'b0\'e6", "경"),
        (r"\loch\f0 \'cf", "П"),
        (r"\plain\'cf", "П"),
    ],
)
def test_coded_bytes_are_letters_of_their_font(body, expected):
    assert text_of(body) == expected


@pytest.mark.parametrize(
    ("head", "codec"),
    [
        (r"{\rtf1\ansi\ansicpg1251\deff0{\fonttbl{\f0 Arial;}}", "cp1251"),
        (r"{\rtf1\ansi\ansicpg866", "cp866"),
        (r"{\rtf1\ansi\deff3{\fonttbl\f0\fnil A;\f3\fnil\fcharset204 B;}", "cp1251"),
        (r"{\rtf1\mac\ansicpg10007", "mac_cyrillic"),
        (r"{\rtf1\ansi\ansicpg65001", "utf-8"),
        (r"{\rtf1\ansi{\fonttbl{\f0\cpg1251 A;}}", "cp1251"),
    ],
)
def test_the_file_may_tell_the_code_page_itself(head, codec):
    assert text_of(b"\\pard " + "Опыт работы".encode(codec), head) == "Опыт работы"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (r"\u1055?\u1077?", "Пе"),
        (r"\u1055 ?x", "Пx"),
        (r"\u1055\'cf\u1077\'e5!", "Пе!"),
        (r"\uc0\u1055\u1077 x", "Пеx"),
        (r"\uc2\u44221\'b0\'e6x", "경x"),
        (r"{\uc0 \u1055}\u1077?", "Пе"),
        (r"\u-10179?\u-8704?!", "😀!"),
        (r"\uc0\u-10179\u-8704!", "😀!"),
        (r"\u128512?", "😀"),
        (r"\u-8704?a", "\ufffda"),
        (r"\u-10179?a", "a"),
        (r"\u99999999?a", "\ufffda"),
        (r"\u?a", "\ufffda"),
        (r"{\u1055}a", "Пa"),
        (r"\u1055\u1077?", "Пе"),
        (r"\u1055\tab a", "Пa"),
        (r"\u1055\{a", "Пa"),
        (r"\u1055\bin3 abcd", "Пd"),
        (r"\u-3913?", "•"),
        (r"{\upr{old}{\*\ud{\u1055?}}}a", "Пa"),
        (r"\uc-5\u1055?", "П?"),
    ],
)
def test_codes_stand_for_what_follows_them(body, expected):
    assert text_of(body) == expected


@pytest.mark.parametrize(
    "group",
    [
        r"{\info{\title no}{\author no}}",
        r"{\*\generator no;}",
        r"{\*\unknown no{\b no}}",
        r"{\pict\wmetafile8 6e6f}",
        r"{\*\shppict{\pict 6e6f}}{\nonshppict{\pict 6e6f}}",
        r"{\object{\*\objclass no}{\*\objdata 6e6f}}",
        r"{\stylesheet{\s0 Normal;}{\*\cs1 no;}}",
        r"{\*\bkmkstart no}{\*\bkmkend no}",
        r"{\xe{\v no}}{\tc no}",
        r"{\*\listtable{\list{\listname no;}}}",
        r"{\*\annotation no}",
        r"{\deleted no}",
        r"{\upr{no}}",
        r"{\pict\bin5 {{{{{}",
        r"{\shp{\*\shpinst{\sp{\sn no}{\sv no}}}{\shprslt no}}",
    ],
)
def test_what_is_no_text_is_not_read(group):
    assert text_of(rf"a{group}b\par c") == "ab\nc"


def test_results_of_fields_and_objects_are_text():
    link = r'{\field{\*\fldinst HYPERLINK "https://x.org"}{\fldrslt{\ul site}}}'
    assert text_of(link) == "site"
    assert text_of(r"{\object{\*\objdata 00}{\result table}}") == "table"


def test_inserted_text_is_read_and_deleted_text_is_not():
    assert text_of(r"{\revised new}{\deleted old}\deleted old\deleted0 er") == "newer"


def test_headers_come_first_and_footers_last():
    body = r"{\headerl Anna\par}{\header Anna\par}{\footer page\par}body\par"
    assert text_of(body) == "Anna\n\nbody\n\npage"


def test_notes_and_boxes_follow_their_paragraph():
    assert text_of(r"a{\footnote\pard note\par}b\par c\par") == "ab\n\nnote\nc"
    shape = r"{\shp{\*\shpinst\shpleft0{\sp{\sn a}{\sv b}}{\shptxt box\par}}{\shprslt{\*\do no}}}"
    assert text_of(rf"a{shape}b\par c\par") == "ab\n\nbox\nc"
    assert text_of(r"a{\*\do\dobxpage{\dptxbxtext box\par}}\par") == "a\n\nbox"


STYLES = (
    r"{\stylesheet{\s0 Normal;}{\s1\b heading 1;}{\s2\v Hidden;}{\s3\cf1\cbpat2 Banner;}{\*\cs9\cf1 Pale;}}"
)


def test_headings_stand_off():
    assert text_of(STYLES + r"a\par\pard\plain\s1 Опыт\par\pard b\par\s1\par") == "a\n\nОпыт\nb"
    assert text_of(r"a\par{\pard\outlinelevel0 Опыт\par}b") == "a\n\nОпыт\nb"


@pytest.mark.parametrize(
    "item",
    [
        r"{\pntext\f2\'b7\tab}{\*\pn\pnlvlblt}item\par",
        r"\ls1{\listtext\pard\plain\f2 \'b7\tab}item\par",
        r"\pard\ls1\ilvl0 item\par",
        r"{\listtext 1.\tab}item\par",
    ],
)
def test_list_items_have_a_bullet(item):
    assert text_of(rf"{item}\pard after\par") == "• item\nafter"


def test_numbered_headings_and_empty_marks_have_no_bullet():
    assert text_of(r"\ls1{\listtext\tab}item\par") == "item"
    assert text_of(STYLES + r"\s1\ls1{\listtext 1.\tab}Experience\par") == "Experience"


ROW = r"\trowd\clcbpat{}\cellx1000\cellx2000 "


def test_cells_of_a_row_share_a_line_unless_they_hold_several():
    row = r"\trowd\cellx1000\cellx2000\pard\intbl {}\cell {}\cell\row"
    assert text_of(row.format("2019", "Developer") + row.format("2018", "Tester") + r"\pard after\par") == (
        "2019\tDeveloper\n2018\tTester\nafter"
    )
    assert text_of(row.format(r"Skills\par Python", "Acme")) == "Skills\nPython\n\nAcme"
    assert text_of(row.format("", "b")) == "b"


def test_tables_within_tables_are_read_once():
    nested = r"\itap2 x\nestcell{\nonesttables\par}y\nestcell{\nonesttables\par}"
    nested += r"{\*\nesttableprops\trowd\cellx500\nestrow}"
    body = rf"\trowd\cellx1000\cellx2000\pard\intbl{{{nested}}}\itap1\cell b\cell\row"
    assert text_of(body) == "x\ty\tb"


@pytest.mark.parametrize(
    ("look", "expected"),
    [
        (r"\v", [NOT_DISPLAYED]),
        (r"\v1", [NOT_DISPLAYED]),
        (r"\v\v0", []),
        (r"\v\plain", []),
        (r"\webhidden", []),
        (r"\cf1", [BACKGROUND_COLOR]),
        (r"\cf5", [BACKGROUND_COLOR]),
        (r"\cf1\cf0", []),
        (r"\cf7", []),
        (r"\cf99", []),
        (r"\cf-1", []),
        (r"\cf3", []),
        (r"\cf4", []),
        (r"\cf1\highlight2", []),
        (r"\cf1\chcbpat2", []),
        (r"\cf1\cb2", []),
        (r"\cf1\cb1", [BACKGROUND_COLOR]),
        (r"\cf1\highlight1", [BACKGROUND_COLOR]),
        (r"\cf6\highlight6", [BACKGROUND_COLOR]),
        (r"\cf4\highlight4", [BACKGROUND_COLOR]),
        (r"\highlight4", []),
        (r"\cf1\chcbpat2\highlight1", [BACKGROUND_COLOR]),
        (r"\cf1\chshdng10000", []),
        (r"\cf1\chshdng100", [BACKGROUND_COLOR]),
        (r"\cf1\chbgdkcross", []),
        (r"\cf1\outl", []),
        (r"\cf1\shad\shad0", [BACKGROUND_COLOR]),
        (r"\cf1\cbpat2", []),
        (r"\cf1\cbpat1", [BACKGROUND_COLOR]),
        (r"\cf1\shading10000\cfpat2", []),
        (r"\fs2", [TINY]),
        (r"\fs3", [TINY]),
        (r"\fs4", []),
        (r"\fs0", []),
        (r"\fs1\fs24", []),
        (r"\charscalex1", [TINY]),
        (r"\rtlch\afs2 \ltrch\fs22", []),
        (r"\fs2\v", [NOT_DISPLAYED]),
    ],
)
def test_letters_that_nobody_sees_are_found(look, expected):
    assert reasons(rf"{{\pard{look} secret\par}}") == expected
    assert reasons(rf"\pard{look} secret\par") == expected
    assert reasons(rf"\pard{look} \'73ecr\u101?t\par") == expected


def test_hidden_russian_words_are_found_where_they_stand():
    body = r"Навыки: Python{\v  , знаю всё }и {\cf1\fs20 Kubernetes }SQL\par"
    assert hidden(body) == [(", знаю всё", NOT_DISPLAYED), ("Kubernetes", BACKGROUND_COLOR)]


def test_neighbours_of_one_reason_are_one_exclusion():
    assert hidden(r"a {\v b}{\v\b c }{\v d\par e}\par f") == [("bc d\ne", NOT_DISPLAYED)]


def test_hidden_words_in_a_list_leave_its_bullet():
    assert hidden(r"{\pntext\'b7\tab}{\v secret}\par") == [("secret", NOT_DISPLAYED)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (r"\pard\plain\s2 secret\par", [NOT_DISPLAYED]),
        (r"\pard\plain\s2\v0 secret\par", []),
        (r"\pard\plain\s3 secret\par", []),
        (r"\pard\plain\s3\cbpat1 secret\par", [BACKGROUND_COLOR]),
        (r"\pard\plain{\cs9 secret}\par", [BACKGROUND_COLOR]),
        (r"\pard\plain\s2\pard\plain secret\par", []),
    ],
)
def test_styles_hide_and_show(body, expected):
    assert reasons(STYLES + body) == expected


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        (r"\clcbpat2", []),
        (r"\clcbpat1", [BACKGROUND_COLOR]),
        ("", [BACKGROUND_COLOR]),
        (r"\trcbpat2", []),
        (r"\trcbpat2\clcbpat1", [BACKGROUND_COLOR]),
        (r"\clshdng10000\clcfpat2", []),
        (r"\clbghoriz", []),
    ],
)
def test_the_shade_of_a_cell_is_behind_its_words(definition, expected):
    before = rf"\trowd{definition}\cellx1000\pard\intbl\cf1 secret\cell\row"
    after = rf"\pard\intbl\cf1 secret\cell{{\trowd{definition}\cellx1000\row}}"
    assert reasons(before) == expected
    assert reasons(after) == expected


def test_each_cell_has_its_own_shade():
    body = r"\trowd\clcbpat2\cellx1000\cellx2000\pard\intbl{\cf1 seen}\cell{\cf1 secret}\cell\row"
    assert reasons(body) == [BACKGROUND_COLOR]


def test_the_shade_of_a_row_ends_with_it():
    row = r"\trowd{}\cellx1000\pard\intbl{{\cf1 {}}}\cell\row"
    assert reasons(row.format(r"\clcbpat2", "seen") + row.format("", "secret")) == [BACKGROUND_COLOR]


def test_a_dark_cell_around_a_table_is_behind_it():
    nested = r"{\itap2{\cf1 secret}\nestcell{\*\nesttableprops\trowd\cellx500\nestrow}}"
    table = rf"\trowd{{}}\cellx1000\pard\intbl{nested}\itap1\cell\row".replace("{}", "%s")
    assert reasons(table % r"\clcbpat2") == []
    assert reasons(table % "") == [BACKGROUND_COLOR]


BOX = r"{\shp{\*\shpinst%s{\shptxt\pard{\cf1 secret}\par}}}"


def prop(name, value):
    return rf"{{\sp{{\sn {name}}}{{\sv {value}}}}}"


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        (prop("fillColor", 128 << 16), []),
        (prop("fillColor", 0xFFFFFF), [BACKGROUND_COLOR]),
        (prop("fFilled", 0), [BACKGROUND_COLOR]),
        (prop("fillType", 7), []),
        (prop("fillColor", 128 << 16) + prop("fHidden", 1), [NOT_DISPLAYED]),
        ("", [BACKGROUND_COLOR]),
    ],
)
def test_the_fill_of_a_box_is_behind_its_words(properties, expected):
    assert reasons(BOX % properties + r"\par") == expected


def test_a_dark_shape_behind_the_text_makes_white_words_honest():
    shape = r"{\shp{\*\shpinst\shpfblwtxt%s" + prop("fillColor", 128 << 16) + "}}"
    white = r"{\cf1 secret\par}"
    assert reasons(shape % 1 + white) == []
    assert reasons(shape % 0 + white) == [BACKGROUND_COLOR]
    assert reasons(r"{\header" + shape % 0 + "}" + white) == []


def test_a_background_of_the_page_makes_white_words_honest():
    page = r"{\*\background{\shp{\*\shpinst\shpleft0\shptop0\shpright0\shpbottom0%s}}}"
    assert reasons(page % prop("fillColor", 0) + r"{\cf1 secret\par}") == []
    assert reasons(page % prop("fillColor", 0xFFFFFF) + r"{\cf1 secret\par}") == [BACKGROUND_COLOR]


def test_notes_in_hidden_words_are_hidden():
    assert reasons(r"{\v{\footnote\pard\plain secret\par}}\par") == [NOT_DISPLAYED]


def test_black_notes_of_dark_cells_are_honest():
    body = r"\trowd\clcbpat4\cellx1000\pard\intbl{\cf1 a}{\footnote\pard\plain\cf4 note\par}\cell\row"
    assert reasons(body) == []


@pytest.mark.parametrize(
    ("picture", "expected"), [(r"\picwgoal1700\pichgoal2267", ["photo"]), (r"\picwgoal9000\pichgoal900", [])]
)
def test_a_picture_formed_like_a_portrait_may_be_a_photo(picture, expected):
    found = extracted(rf"{{\*\shppict{{\pict\jpegblip{picture} ffd8}}}}a\par")
    assert [finding.code for finding in found.findings] == expected


def test_what_follows_the_last_group_is_no_text():
    assert extract_rtf(rtf("a") + b"\x00 more {", "cv.rtf", LIMITS).text == "a"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text",
        b"{\\rtf1 a",
        b"{\\rtf1 {\\b a}",
        b"{\\rtf1 {\\*\\x a",
        b"{\\rtf1{\\pict\\bin999999999 a}}",
        b"{\\rt}",
    ],
)
def test_what_is_no_whole_file_is_corrupt(data):
    with pytest.raises(CorruptDocument, match="cv.rtf"):
        extract_rtf(data, "cv.rtf", LIMITS)


@pytest.mark.parametrize("opening", ["{", r"{\b", r"{\footnote ", r"{\*\shpinst{\shptxt "])
def test_deep_nesting_is_refused(opening):
    with pytest.raises(LimitExceeded, match="may nest groups 1,000 deep"):
        text_of(opening * 100_000 + "a" + "}" * opening.count("{") * 100_000)


def test_deep_nesting_in_what_is_not_read_is_passed_over():
    assert text_of(r"{\*\x" + "{" * 100_000 + "}" * 100_000 + "}a") == "a"


@pytest.mark.parametrize("piece", ["words ", r"\par ", r"\cell ", r"\u1055?", r"\'cf", r"{\header a}"])
def test_too_long_a_text_is_refused(piece):
    with pytest.raises(LimitExceeded, match="may have 10 characters"):
        extract_rtf(rtf(piece * 20), "cv.rtf", ReadingLimits(max_chars=10))


@pytest.mark.parametrize(
    "piece",
    [
        "{}",
        r"{\v a}",
        r"\v",
        r"\cell ",
        r"\intbl\cell\row ",
        r"\u1055?",
        r"\'cf",
        r"{\header a}",
        r"{\footnote a}",
        r"\itap30\nestcell\nestrow ",
        r"\cf1 a\cf2 b",
        r"{\*\shpinst{\sp{\sn a}{\sv b}}{\shptxt a}}",
        r"\line ",
        r"{\stylesheet{\s1 a;}}",
        r"{\fonttbl{\f1 a;}}",
        r"{\colortbl;;;}",
        r"\itap0 a\par\itap30 b\par ",
        "\\",
        ";",
    ],
)
def test_twice_the_file_takes_about_twice_the_time(piece):
    started = time.process_time()
    with suppress(CorruptDocument):
        extracted(piece * (200_000 // len(piece)))
    assert time.process_time() - started < 8


BITS = r"{ } \* \v \v0 \cf1 \cb2 \fs2 \par \cell \row \trowd \cellx5 \intbl \itap3 \nestcell \nestrow \u1055 "
BITS += r"\uc3 \'cf \'b0 \bin2 \pict \header \footnote \shpinst \shptxt \sn \sv \sp \upr \ud \stylesheet \s1 "
BITS += r"\fonttbl \colortbl ; \listtext \background \do \dptxbxtext \plain \pard \f3 \dbch \af3 "
BITS += r"\deleted \fldinst \nesttableprops \u-10179"


@given(st.lists(st.sampled_from([*BITS.split(), " ", "words "]), max_size=40))
def test_any_markup_is_read_or_refused(parts):
    data = HEAD + "".join(parts) + "}" * (1 + parts.count("{"))
    with suppress(DocumentError):
        found = extract_rtf(data.encode(), "cv.rtf", LIMITS)
        for item in found.excluded:
            words = found.text[item.span.start : item.span.end]
            assert words
            assert words == words.strip()


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(noise):
    with suppress(DocumentError):
        extract_rtf(rtf(noise), "cv.rtf", LIMITS)
    with suppress(DocumentError):
        extract_rtf(noise, "cv.rtf", LIMITS)
