import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metier.documents.html import extract_html, read_html
from metier.errors import LimitExceeded, UnsupportedFormat
from metier.limits import ReadingLimits
from metier.types import ExclusionReason, Severity
from tests.documents.page_tricks import HONEST, TRICKS

LIMITS = ReadingLimits()
WORDS = "Kubernetes Haskell"


def read(markup, css="", head=""):
    page = f"<!doctype html><html><head>{head}<style>{css}</style></head><body>{markup}</body></html>"
    return read_html(page, "cv", LIMITS)


def read_among_others(markup, css, head=""):
    return read(f"<p>Seen before</p>{markup.replace('@', WORDS)}<p>Seen after</p>", css, head)


def hidden(extracted):
    return [
        (extracted.text[item.span.start : item.span.end], item.reason.value) for item in extracted.excluded
    ]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Anna  \n Berg</p><p>Dev</p>", "Anna Berg\nDev"),
        ("a<br>b<br><br><br>c", "a\nb\n\nc"),
        ("<h1>Anna</h1><p>x</p><h2>Skills</h2>y", "Anna\nx\n\nSkills\ny"),
        ("<section>a</section><section>b</section>c", "a\n\nb\n\nc"),
        ("<ul><li>one<li><p>two</p><ul><li>three</ul></ul>end", "• one\n• two\n• three\nend"),
        ("<b>Py</b>thon <i>and</i> Go", "Python and Go"),
        ("<span>a</span><span> b</span> <span>c</span>", "a b c"),
        ("<table><tr><td>2019<td><b>Acme</b>, dev<tr><td>2018<td></table>", "2019\tAcme, dev\n2018"),
        ("<table><tr><td><p>a</p><p>b</p><td>c</table>d", "a\nb\n\nc\n\nd"),
        ("<table><tr><td><table><tr><td>a<td>b</table><td>c</table>", "a\tb\tc"),
        ("<div style='display:flex'><b>Dev</b><i>2019</i></div>x", "Dev\t2019\nx"),
        ("<div style='display:flex;flex-direction:column'><b>Dev</b><i>2019</i></div>", "Dev\n2019"),
        ("<h3>Dev<span style='float:right'>2019</span></h3>", "Dev 2019"),
        ("<b style='display:inline-block'>Py</b><b style='display:inline-block'>Go</b>", "Py Go"),
        ("<pre>x\n  y\tz</pre>", "x\n  y\tz"),
        ("<p style='white-space:pre-line'> a  b \n c</p>", "a b\nc"),
        ("x &amp; y &lt;z&gt; &#1071;&nbsp;&#x42F;", "x & y <z> Я\u00a0Я"),
        (
            "a<script>1</script><style>p{}</style><!-- c --><template>t</template><noscript>n</noscript>b",
            "ab",
        ),
        ("a<img alt='picture'><title>t</title><iframe>i</iframe>b<input value=v>", "a b"),
        ("<div>a<div>b</div>c</div>", "a\nb\nc"),
        ("<span style='display:block'>a</span><span style='display:block'>b</span>", "a\nb"),
        ("про&shy;грам\u00adмист", "программист"),
        ("<p>Опыт<p>Разработчик", "Опыт\nРазработчик"),
        ("<select><option>a<option>b</select>", "a\nb"),
        ("</p></div>a<b><i>b</b>c</i><td>d", "abcd"),
        ("no tags", "no tags"),
        ("", ""),
    ],
)
def test_the_text_is_laid_out_as_a_browser_does(markup, text):
    assert read(markup).text == text


def test_an_address_that_a_link_does_not_show_is_not_lost():
    text = read(
        '<a href="mailto:a@example.com?subject=x">Mail</a> <a href="https://github.com/anna/">GitHub</a> '
        '<a href="mailto:b@example.com">b@example.com</a> <a href="https://acme.example">Acme</a> '
        '<a href="tel:+49301234567"><img></a>!'
    ).text
    assert text == "Mail (a@example.com) GitHub (github.com/anna) b@example.com Acme +49301234567 !"


@pytest.mark.parametrize(("markup", "css", "reason"), TRICKS)
def test_words_that_a_browser_does_not_show_are_found(markup, css, reason):
    extracted = read_among_others(markup, css)
    assert hidden(extracted) == [(WORDS, ExclusionReason[reason].value)]


@pytest.mark.parametrize(("markup", "css"), HONEST)
def test_honest_pages_are_left_alone(markup, css):
    extracted = read_among_others(markup, css)
    assert hidden(extracted) == []
    assert WORDS in extracted.text


def test_neighbours_of_one_reason_are_one_exclusion():
    extracted = read('<div style="display:none"><p>one</p><p>two <b>three</b></p></div><p>seen</p>')
    assert hidden(extracted) == [("one\ntwo three", "not_displayed")]


def test_colours_are_not_judged_where_the_sheet_of_the_page_is_missing():
    link = '<link rel=stylesheet href="theme.css">'
    extracted = read_among_others('<p style="color:#fff">@</p>', "", link)
    assert hidden(extracted) == []
    (finding,) = extracted.findings
    assert (finding.code, finding.severity) == ("style_limit", Severity.WARNING)
    assert read_among_others('<p style="color:#333">@</p>', "", link).findings == ()
    extracted = read_among_others('<p style="color:#fff;background:#fff">@</p>', "", link)
    assert hidden(extracted) == [(WORDS, "background_color")]


def test_sheets_of_fonts_say_nothing_of_colours():
    link = '<link rel=stylesheet href="https://fonts.example/css?family=Lato">'
    assert hidden(read_among_others('<p style="color:#fff">@</p>', "", link)) != []


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        ("<img width=120 height=150>", True),
        ("<img style='width:35mm;height:45mm'>", True),
        ("<img class=avatar>", True),
        ("<img alt='Фото'>", True),
        ("<img width=16 height=16>", False),
        ("<img width=1200 height=200>", False),
        ("<img class=avatar hidden>", False),
    ],
)
def test_a_photo_is_told(picture, said):
    assert [finding.code for finding in read(picture).findings] == ["photo"] * said


@pytest.mark.parametrize("encoding", ["windows-1251", "utf-8", "koi8-r"])
def test_the_page_says_its_encoding(encoding):
    page = f"<html><meta charset='{encoding}'><body><p>Разработчик на Python</p>"
    extracted = extract_html(page.encode(encoding), "cv.html", LIMITS)
    assert (extracted.text, extracted.findings) == ("Разработчик на Python", ())


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ('<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">', "cp1251"),
        ('<?xml version="1.0" encoding="windows-1251"?>', "cp1251"),
        ("<meta charset=iso-8859-5>", "utf-8"),
        ("<meta charset=windows-1251>", "utf-16"),
        ("", "utf-8-sig"),
    ],
)
def test_other_ways_to_say_the_encoding_are_known(head, encoding):
    extracted = extract_html(f"{head}<p>Разработчик".encode(encoding), "cv.html", LIMITS)
    assert (extracted.text, extracted.findings) == ("Разработчик", ())


def test_korean_of_old_is_read():
    page = "<meta charset=euc-kr><p>개발자 경력 똠".encode("cp949")
    assert extract_html(page, "cv.html", LIMITS).text == "개발자 경력 똠"


@pytest.mark.parametrize("claimed", ["nonsense", "utf-8", "utf-7", "base64"])
def test_a_wrong_encoding_is_read_as_text_is(claimed):
    page = f"<meta charset={claimed}><p>Разработчик на языке Питон".encode("cp1251")
    extracted = extract_html(page, "cv.html", LIMITS)
    assert extracted.text == "Разработчик на языке Питон"
    assert [finding.code for finding in extracted.findings] == ["guessed_encoding"]


def test_binary_data_is_refused():
    with pytest.raises(UnsupportedFormat, match=r"cv\.html holds binary data"):
        extract_html(b"<html>" + b"\x00\x01" * 500, "cv.html", LIMITS)


def test_limits_hold():
    with pytest.raises(LimitExceeded, match="cv may have 5 characters"):
        read_html("<p>many words", "cv", ReadingLimits(max_chars=5))


def test_too_many_rules_are_told():
    extracted = read("<p>x</p>" * 2_000, "p{color:#fff}" * 3_000)
    assert hidden(extracted) != []
    (finding,) = extracted.findings
    assert (finding.code, finding.severity) == ("style_limit", Severity.WARNING)


def test_a_small_sheet_is_followed_on_a_large_page():
    css = "".join(f".c{i} > p:not(.x), .a .d{i}{{color:#333}}" for i in range(500))
    assert read("<div class=a><p>x</p></div>" * 2_000, css).findings == ()


HOSTILE_SHEETS = {
    "rules": "p{color:#fff}" * 20_000,
    "selectors": "".join(f"* *:not(.c{i}){{color:#fff}}" for i in range(10_000)),
    "has": "".join(f"div:has(.c{i} b){{color:#fff}}" for i in range(5_000)),
    "list": ",".join(f".c{i}" for i in range(50_000)) + "{color:red}",
    "nested": "a{" * 10_000,
    "nested lists": "a,a,a,a,a,a,a,a,a,a{" * 9 + "color:red" + "}" * 9,
    "media": "@media screen{" * 10_000,
    "brackets": "a:not(" * 20_000,
    "steps": "a " * 50_000 + "{color:red}",
    "digits": "a{width:" + "9" * 50_000 + "px}p{display:none}",
    "variables": ":root{" + "".join(f"--v{i}:var(--v{i + 1}) var(--v{i + 1});" for i in range(500)) + "}",
}


@pytest.mark.parametrize("name", HOSTILE_SHEETS)
def test_a_hostile_sheet_ends_in_time(name):
    started = time.perf_counter()
    assert "word" in read("<div><p class=c1>word" * 500, HOSTILE_SHEETS[name]).text
    assert time.perf_counter() - started < 10


@pytest.mark.parametrize(
    "piece",
    [
        "<p>words and <b style='color:#fff'>more</b> words</p>",
        "<div class=a><p class=b style='margin:1px'>x</div>",
        "<table><tr><td>a<td>b</table>",
        "<br>",
        "<a href='mailto:abc@example.org'>x</a>",
        "word ",
    ],
)
def test_time_grows_with_the_page(piece):
    def seconds(n):
        def once():
            started = time.process_time()  # of this process alone, whatever else the machine does
            read(piece * n, ".a .b{color:#222} .a > .b:first-child{margin:0}")
            return time.process_time() - started

        return min(once() for _ in range(3))  # without a collection of garbage that other tests left

    seconds(100)
    assert seconds(8_000) < 10 * max(seconds(2_000), 0.05)


TAGS = st.sampled_from(
    "p div b span table tr td ul li pre br h2 section a button svg select option tbody font dialog".split()
)
STYLES = st.sampled_from(
    [
        "display:none",
        "display:flex",
        "display:table-row",
        "display:table-cell",
        "display:inline",
        "display:contents",
        "color:#fff",
        "font-size:.1em",
        "white-space:pre-line",
        "position:absolute;left:-999px",
        "float:left",
    ]
)
OPENED = st.builds("<{} style='{}' href='mailto:x@y.zz'>".format, TAGS, STYLES)
CLOSED = st.builds("</{}>".format, TAGS)
OTHERS = st.sampled_from(
    [
        "<!-- -->",
        "&amp;",
        "&#",
        "<",
        ">",
        "word",
        "слово\n ",
        "\u200b",
        "\x00",
        "\u2028",
        "\r\n",
        "\xa0",
        "\u00ad",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(OPENED, CLOSED, OTHERS), max_size=30).map("".join), st.text(max_size=30))
def test_any_markup_gives_text_and_spans_within_it(markup, css):
    extracted = read(markup, f"p b{{{css}}} {css}")
    for item in extracted.excluded:
        words = extracted.text[item.span.start : item.span.end]
        assert words
        assert words == words.strip()
    ends = [item.span.end for item in extracted.excluded]
    assert all(first <= item.span.start for first, item in zip(ends, extracted.excluded[1:], strict=False))
    assert [page.end for page in extracted.pages] == [len(extracted.text)]


@given(st.text(max_size=60), st.text(alphabet="abc:;{}()#.*>,+~[]='\"!@%- 019pxemvar\\", max_size=60))
def test_any_text_and_any_sheet_are_read(text, css):
    extracted = read(text, css)
    assert all(item.span.end <= len(extracted.text) for item in extracted.excluded)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    with suppress(UnsupportedFormat):
        extract_html(data, "cv.html", LIMITS)
