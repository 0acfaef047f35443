import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.documents.markdown import extract_markdown
from metier.documents.sections import find_sections
from metier.errors import DocumentError
from metier.limits import ReadingLimits
from metier.types import Role

LIMITS = ReadingLimits()


def read(text):
    return extract_markdown(text.encode(), "cv.md", LIMITS)


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("# Anna Berg\n\nDeveloper", "Anna Berg\nDeveloper"),
        ("- one\n- two\n  - three", "• one\n• two\n• three"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a\tb\n1\t2"),
        ("**Py**thon and `C++`", "Python and C++"),
        ("---\ntitle: CV\ntags:\n  - x\n---\n# Anna", "Anna"),
        ("---\n\nA rule and no metadata", "A rule and no metadata"),
        ("[GitHub](https://github.com/anna)", "GitHub (github.com/anna)"),
        ("![a photo](me.jpg) Anna", "Anna"),
        ("```\nx = 1\n  y\n```", "x = 1\n  y"),
        ("1. Опыт\n2. Навыки", "• Опыт\n• Навыки"),
        ("", ""),
    ],
)
def test_markdown_reads_as_it_is_shown(markdown, text):
    assert read(markdown).text == text


def test_headings_part_the_text_into_sections():
    text = read("# Анна Берг\n\n## Опыт работы\n\nАкме\n\n## Навыки\n\nPython").text
    kinds = [section.kind.value for section in find_sections(text, Role.RESUME)]
    assert kinds == ["header", "experience", "skills"]


def test_comments_are_no_text_and_hidden_html_is_found():
    extracted = read('Anna\n\n<!-- secret -->\n\n<span style="display:none">Kubernetes</span> seen')
    (item,) = extracted.excluded
    assert extracted.text[item.span.start : item.span.end] == "Kubernetes"
    assert "secret" not in extracted.text


@given(st.text(alphabet="#*-_`|[]()<>!&\n \tab1.\\~:", max_size=80))
def test_any_text_is_read_or_refused(text):
    try:
        extracted = read(text or "x")
    except DocumentError:
        return
    assert all(item.span.end <= len(extracted.text) for item in extracted.excluded)
