import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.documents.html import extract_html, read_html
from metier.errors import LimitExceeded
from metier.limits import ReadingLimits
from metier.types import ExclusionReason, Severity

LIMITS = ReadingLimits()


def read(markup, head=""):
    return read_html(f"<!doctype html><html><head>{head}</head><body>{markup}</body></html>", "cv", LIMITS)


def hidden(extracted):
    return [
        (extracted.text[item.span.start : item.span.end], item.reason.value) for item in extracted.excluded
    ]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Anna  \n Berg</p><p>Dev</p>", "Anna Berg\nDev"),
        ("a<br>b<br><br>c", "a\nb\n\nc"),
        ("<h1>Anna</h1><p>x</p><h2>Skills</h2>y", "Anna\nx\n\nSkills\ny"),
        ("<ul><li>one<li><p>two</p></ul>", "• one\n• two"),
        ("<b>Py</b>thon <i>and</i> Go", "Python and Go"),
        ("<span>a</span><span> b</span> <span>c</span>", "a b c"),
        ("<table><tr><td>2019<td><b>Acme</b>, dev</table>", "2019\tAcme, dev"),
        ("<table><tr><td><p>a</p><p>b</p><td>c</table>", "a\nb\nc"),
        ("<pre>x\n  y</pre>", "x\n  y"),
        ("x &amp; y &lt;z&gt; &#1071;", "x & y <z> Я"),
        ("a<script>1</script><style>p{}</style><!-- c --><template>t</template>b", "ab"),
        ("<div>a<div>b</div>c</div>", "a\nb\nc"),
        ("<span style='display:block'>a</span><span style='display:block'>b</span>", "a\nb"),
        ("no tags", "no tags"),
        ("", ""),
    ],
)
def test_the_text_is_laid_out_as_a_browser_does(markup, text):
    assert read(markup).text == text


def test_an_address_that_a_link_does_not_show_is_not_lost():
    text = read(
        '<a href="mailto:a@example.com?subject=x">Mail</a> <a href="https://github.com/anna/">GitHub</a> '
        '<a href="mailto:b@example.com">b@example.com</a> <a href="https://acme.example">Acme</a>'
    ).text
    assert text == "Mail (a@example.com) GitHub (github.com/anna) b@example.com Acme"


@pytest.mark.parametrize(
    ("markup", "head", "reason"),
    [
        ('<p style="display:none">x y</p>', "", "not_displayed"),
        ("<p hidden>x y</p>", "", "not_displayed"),
        ('<p class="a">x y</p>', "<style>.a{visibility:hidden}</style>", "not_displayed"),
        ("<p>x y</p>", "<style>p{color:#fff}</style>", "background_color"),
        ("<p>x y</p>", "<style>body{background:#222} p{color:#242424}</style>", "background_color"),
        ('<font color="white">x y</font>', "", "background_color"),
        ("<p>x y</p>", "<style>:root{--c:white} p{color:var(--c)}</style>", "background_color"),
        ("<p>x y</p>", "<style>p{color:transparent}</style>", "invisible"),
        ('<p style="opacity:.01">x y</p>', "", "invisible"),
        ('<p style="font-size:1px">x y</p>', "", "tiny"),
        ('<p style="font:0.1em/1 serif">x y</p>', "", "tiny"),
        ('<p style="font-size:0">x y</p>', "", "not_displayed"),
        ('<p style="position:absolute;left:-9999px">x y</p>', "", "off_page"),
        ('<p style="text-indent:-9999px">x y</p>', "", "off_page"),
        ('<p style="margin:0 0 0 -9999px">x y</p>', "", "off_page"),
        ('<p style="position:absolute;inset:0 auto auto calc(-9999px)">x y</p>', "", "off_page"),
        ('<p style="translate:-9999px">x y</p>', "", "off_page"),
        ('<p style="filter:opacity(0)">x y</p>', "", "invisible"),
        ('<p class="a">x y</p>', "<style>.a{--c:#fff;color:var(--c)}</style>", "background_color"),
        ('<p style="transform:translateX(-2000px)">x y</p>', "", "off_page"),
        ('<p style="position:absolute;clip:rect(0,0,0,0)">x y</p>', "", "clipped"),
        ('<p style="clip-path:inset(50%)">x y</p>', "", "clipped"),
        ('<p style="height:0;overflow:hidden">x y</p>', "", "not_displayed"),
        ('<p style="transform:scale(0)">x y</p>', "", "not_displayed"),
        ("<p>x y</p>", "<style>p{display:none!important} p{display:block}</style>", "not_displayed"),
        ("<p id=a class=b>x y</p>", "<style>#a{color:#fff} .b{color:#000}</style>", "background_color"),
        ("<p>x y</p>", "<style>@media screen{p{color:white}}</style>", "background_color"),
    ],
)
def test_words_that_a_browser_does_not_show_are_found(markup, head, reason):
    extracted = read(f"<h6 style='color:black'>seen</h6>{markup}", head)
    assert ("x y", reason) in hidden(extracted)


@pytest.mark.parametrize(
    ("markup", "head"),
    [
        ('<div style="background:#123"><p style="color:white">x</p></div>', ""),
        ("<p style='color:#bbb'>x</p>", ""),
        ("<small style='font-size:6px'>x</small>", ""),
        ("<p>x</p>", "<style media=print>p{display:none}</style>"),
        ("<p>x</p>", "<style>@media (max-width:600px){p{display:none}}</style>"),
        ("<p>x</p>", "<style>@media not screen{p{display:none}}</style>"),
        ("<p>x</p>", "<style>@media (prefers-color-scheme:dark){p{color:#fff}}</style>"),
        ("<p style='color:#fff'>x</p>", "<link rel=stylesheet href=a.css>"),
        ("<i style='position:absolute;background:#000'></i><p style='color:#fff'>x</p>", ""),
        ("<p>x</p>", "<style>p::before{background:#000} p{color:#fff}</style>"),
        ("<p style='box-shadow:inset 0 0 0 999px #000;color:#fff'>x</p>", ""),
        ("<p style='opacity:0;animation:in 1s forwards'>x</p>", ""),
        ("<p>x</p>", "<style>@media print{p{color:#fff}}</style>"),
        ("<p>x</p>", "<style>p:hover{display:none} p::before{color:#fff}</style>"),
        ("<p class=a>x</p>", "<style>.a{display:none} p.a{display:block}</style>"),
        ('<div style="background:url(a.png)"><p style="color:white">x</p></div>', ""),
        ('<div style="background:linear-gradient(#000,#111)"><p style="color:white">x</p></div>', ""),
        ("<p style='color:white;text-shadow:1px 1px #000'>x</p>", ""),
        ("<p style='visibility:hidden'><b style='visibility:visible'>x</b></p>", ""),
        ("<p style='position:relative;left:-5px'>x</p>", ""),
        ("<p style='height:0'>x</p>", ""),
        ("<p style='color:red;background:green'>x</p>", ""),
        ("<table bgcolor='#000'><tr><td><font color='#fff'>x</font></table>", ""),
        ("<p style='color:nonsense;font-size:nonsense'>x</p>", "<style>}}} p{</style>"),
    ],
)
def test_honest_pages_are_left_alone(markup, head):
    assert hidden(read(markup, head)) == []


def test_neighbours_of_one_reason_are_one_exclusion():
    extracted = read('<div style="display:none"><p>one</p><p>two <b>three</b></p></div><p>seen</p>')
    assert hidden(extracted) == [("one\ntwo three", "not_displayed")]


@pytest.mark.parametrize("encoding", ["windows-1251", "utf-8", "koi8-r"])
def test_the_page_says_its_encoding(encoding):
    page = f"<html><meta charset='{encoding}'><body><p>Разработчик на Python</p>"
    extracted = extract_html(page.encode(encoding), "cv.html", LIMITS)
    assert (extracted.text, extracted.findings) == ("Разработчик на Python", ())


@pytest.mark.parametrize("claimed", ["nonsense", "utf-8"])
def test_a_wrong_encoding_is_read_as_text_is(claimed):
    page = f"<meta charset={claimed}><p>Разработчик на языке Питон".encode("cp1251")
    extracted = extract_html(page, "cv.html", LIMITS)
    assert extracted.text == "Разработчик на языке Питон"
    assert [finding.code for finding in extracted.findings] == ["guessed_encoding"]


def test_limits_hold():
    with pytest.raises(LimitExceeded, match="cv may have 5 characters"):
        read_html("<p>many words", "cv", ReadingLimits(max_chars=5))
    with pytest.raises(LimitExceeded, match="may have 512 elements within each other"):
        read("<div>" * 100_000)


def test_too_many_rules_are_told_and_not_followed():
    extracted = read("<p>x</p>" * 100, "<style>" + "p{color:#fff}" * 6_000 + "</style>")
    (finding,) = extracted.findings
    assert (finding.code, finding.severity) == ("style_limit", Severity.WARNING)


def test_time_grows_with_the_page():
    def seconds(n):
        started = time.perf_counter()
        read("<p>words and <b style='color:#fff'>more</b> words</p>" * n)
        return time.perf_counter() - started

    seconds(100)
    assert seconds(8_000) < 10 * max(seconds(2_000), 0.05)


PIECES = st.sampled_from(
    [
        *("<p>", "</p>", "<div style='display:none'>", "</div>", "<b>", "</b>", "<table>", "<tr>", "<td>"),
        *("</table>", "<ul>", "<li>", "<pre>", "</pre>", "<br>", "<style>p{color:#fff}</style>", "<!-- -->"),
        *("&amp;", "&#", "<", ">", "word", "слово", "\u200b", "\x00", "<a href='mailto:x@y.z'>"),
    ]
)


@given(st.lists(PIECES, max_size=30).map(" ".join))
def test_any_markup_gives_text_and_spans_within_it(markup):
    extracted = read_html(markup, "cv", LIMITS)
    for item in extracted.excluded:
        words = extracted.text[item.span.start : item.span.end]
        assert words
        assert words == words.strip()
        assert item.reason in ExclusionReason
    assert [page.end for page in extracted.pages] == [len(extracted.text)]
