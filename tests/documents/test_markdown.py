import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.documents.markdown import extract_markdown, without_metadata
from metier.documents.sections import find_sections
from metier.errors import DocumentError, LimitExceeded, UnsupportedFormat
from metier.limits import ReadingLimits
from metier.types import Role

LIMITS = ReadingLimits()


def read(text):
    return extract_markdown(text.encode(), "cv.md", LIMITS)


def hidden(extracted):
    return [extracted.text[item.span.start : item.span.end] for item in extracted.excluded]


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("# Anna Berg\n\nDeveloper", "Anna Berg\nDeveloper"),
        ("Skills\n======\nPython", "Skills\nPython"),
        ("Developer\nAcme, Berlin\n2019", "Developer\nAcme, Berlin\n2019"),
        ("- one\n- two\n  - three", "• one\n• two\n• three"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a\tb\n1\t2"),
        ("**Py**thon and `C++` ~~PHP~~", "Python and C++ PHP"),
        ("---\ntitle: CV\ntags:\n  - x\n---\n# Anna", "Anna"),
        ("---\n\nA rule and no metadata", "A rule and no metadata"),
        ("[GitHub](https://github.com/anna)", "GitHub (github.com/anna)"),
        ("<anna@example.org>", "anna@example.org"),
        ("![a photo](me.jpg) Anna", "Anna"),
        ("```\nx = 1\n  y\n```", "x = 1\n  y"),
        ("1. Опыт\n2. Навыки", "• Опыт\n• Навыки"),
        ("a &amp; b \\* c", "a & b * c"),
        ("`<b>` &lt;p hidden&gt;", "<b> <p hidden>"),
        ("", ""),
    ],
)
def test_markdown_reads_as_it_is_shown(markdown, text):
    assert read(markdown).text == text


def test_headings_part_the_text_into_sections():
    text = read("# Анна Берг\n\n## Опыт работы\n\nАкме\n\n## Навыки\n\nPython").text
    kinds = [section.kind.value for section in find_sections(text, Role.RESUME)]
    assert kinds == ["header", "experience", "skills"]


@pytest.mark.parametrize(
    "markdown",
    [
        'Anna\n\n<span style="display:none">Kubernetes</span> seen',
        "Anna\n\n<div hidden>\n\nKubernetes\n\n</div>\n\nseen",
        "<style>.x{color:#fff}</style>\n\nAnna\n\n<p class=x>Kubernetes</p>\n\nseen",
    ],
)
def test_hidden_html_is_found(markdown):
    assert hidden(read(markdown)) == ["Kubernetes"]


def test_comments_are_no_text():
    assert read("Anna\n\n<!-- secret -->\n\n[//]: # (secret)\n\nBerg").text == "Anna\nBerg"


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("---\nname: x\n---\nAnna", "Anna"),
        ("---\nname: x\n# note\nlist:\n- y\n\n...\nAnna", "Anna"),
        ("---\nname: x\nAnna", "---\nname: x\nAnna"),
        ("---\nAnna Berg\n---\nx", "---\nAnna Berg\n---\nx"),
        ("---\n---\nAnna", "---\n---\nAnna"),
        ("Anna\n---\nname: x\n---", "Anna\n---\nname: x\n---"),
        ("---\n" + "a: b\n" * 300 + "---\nx", "---\n" + "a: b\n" * 300 + "---\nx"),
    ],
)
def test_metadata_alone_is_left_out(text, rest):
    assert without_metadata(text) == rest


def test_windows_1251_is_read_and_said():
    extracted = extract_markdown("# Опыт работы\n\nРазработчик".encode("cp1251"), "cv.md", LIMITS)
    assert extracted.text == "Опыт работы\nРазработчик"
    assert [finding.code for finding in extracted.findings] == ["guessed_encoding"]


def test_binary_data_is_refused():
    with pytest.raises(UnsupportedFormat, match=r"cv\.md holds binary data"):
        read("a\0" * 100)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a" * 600_000, "may have 500,000 characters with its marks. It has 600,000"),
        ("[" * 30_000, "may have 20,000 opening brackets. It has 30,000"),
        ("abcde fghij " * 30_000, "may have 250,000 characters"),
    ],
)
def test_limits_hold(text, message):
    with pytest.raises(LimitExceeded, match=message):
        read(text)


@pytest.mark.parametrize(
    "piece", ["> ", "[", "![a", "*a_ ", "- x\n", "`a``b", "<a ", "a|", "#", "\\", "&", "<!--"]
)
def test_hostile_text_takes_no_time(piece):
    started = time.process_time()
    with suppress(DocumentError):
        read(piece * 19_000)
    assert time.process_time() - started < 8


@given(st.text(alphabet="#*-_`|[]()<>!&\n \tab1.\\~:", max_size=80))
def test_any_text_is_read_or_refused(text):
    try:
        extracted = read(text or "x")
    except DocumentError:
        return
    assert all(item.span.end <= len(extracted.text) for item in extracted.excluded)
