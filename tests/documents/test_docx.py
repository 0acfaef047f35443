import zipfile
from io import BytesIO

import pytest

from metier.documents.docx import extract_docx
from metier.errors import CorruptDocument, LimitExceeded
from metier.types import ReadingLimits
from tests.documents.docx_files import word_file

LIMITS = ReadingLimits()


def text_of(data):
    return extract_docx(data, "cv.docx", LIMITS).text


def test_paragraphs_are_lines_and_headings_stand_off():
    assert text_of(word_file("Иван Петров", "Разработчик")) == "Иван Петров\nРазработчик"
    assert text_of(word_file("after", heading="Experience")) == "Experience\nafter"


def test_cells_of_a_row_share_a_line_unless_they_hold_several():
    assert text_of(word_file(table=[["2019 – 2021", "Developer"], ["2018", "Tester"]])) == (
        "2019 – 2021\tDeveloper\n2018\tTester"
    )
    assert (
        text_of(word_file(table=[["Skills\nPython", "Experience\nAcme"]]))
        == "Skills\nPython\n\nExperience\nAcme"
    )


def test_header_and_footer_are_read_once():
    assert text_of(word_file("body", header="Anna", footer="page")) == "Anna\n\nbody\n\npage"


def test_tabs_breaks_and_hyphens_are_text():
    xml = "<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/><w:t>d</w:t></w:r>"
    assert text_of(word_file("x", xml=xml)) == "a\tb\nc-d\nx"


def test_deleted_text_is_not_read():
    xml = "<w:del><w:r><w:t>old</w:t></w:r></w:del><w:ins><w:r><w:t>new</w:t></w:r></w:ins>"
    assert text_of(word_file("x", xml=xml)) == "new\nx"


def test_a_text_box_follows_its_paragraph():
    xml = "<w:r><w:t>main</w:t><w:txbxContent><w:p><w:r><w:t>box</w:t></w:r></w:p></w:txbxContent></w:r>"
    assert text_of(word_file("x", xml=xml)) == "main\n\nbox\nx"


def test_the_page_span_covers_the_text():
    extracted = extract_docx(word_file("one", "two"), "cv.docx", LIMITS)
    assert [extracted.text[page.start : page.end] for page in extracted.pages] == [extracted.text]


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_cut_off_file_is_corrupt(share):
    data = word_file("text " * 1000)
    with pytest.raises(CorruptDocument, match="cv.docx is"):
        text_of(data[: int(len(data) * share)])


@pytest.mark.parametrize(
    ("parts", "error"),
    [
        ({"readme.txt": b"hello"}, CorruptDocument),
        ({"[Content_Types].xml": b"<Types", "word/document.xml": b"<w"}, CorruptDocument),
        ({"word/document.xml": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><w/>'}, CorruptDocument),
        ({"word/document.xml": b"0" * 20_000_000}, LimitExceeded),
        ({f"word/{i}.xml": b"" for i in range(6000)}, LimitExceeded),
    ],
)
def test_other_archives_are_refused(parts, error):
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    with pytest.raises(error, match="cv.docx"):
        text_of(buffer.getvalue())


def test_too_long_a_text_is_refused():
    with pytest.raises(LimitExceeded, match="may have 10 characters"):
        extract_docx(word_file("words " * 10), "cv.docx", ReadingLimits(max_chars=10))
