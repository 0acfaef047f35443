import zipfile
from io import BytesIO

import pytest

from metier.documents.docx import extract_docx
from metier.errors import CorruptDocument, LimitExceeded
from metier.limits import ReadingLimits
from metier.types import Exclusion, ExclusionReason, Span
from tests.documents.docx_files import (
    archive,
    color,
    paragraph,
    part,
    picture,
    raw_word_file,
    relationships,
    run,
    table,
    word_file,
)

LIMITS = ReadingLimits()


def with_part(data, name, content):
    with zipfile.ZipFile(BytesIO(data)) as file:
        return archive({entry: file.read(entry) for entry in file.namelist()} | {name: content})


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


def test_hidden_words_stay_in_the_text_and_are_told_apart():
    data = word_file("open", xml=run(" secret words ", "<w:vanish/>") + run("seen"))
    extracted = extract_docx(data, "cv.docx", LIMITS)
    assert extracted.text == " secret words seen\nopen"
    assert extracted.excluded == (Exclusion(Span(1, 13), ExclusionReason.NOT_DISPLAYED),)


def test_an_honest_file_has_nothing_to_tell():
    extracted = extract_docx(word_file("one", table=[["two"]], header="h", heading="H"), "cv.docx", LIMITS)
    assert extracted.excluded == extracted.findings == ()


def test_hidden_words_in_a_header_count_too():
    section = '<w:sectPr><w:headerReference w:type="default" r:id="header"/></w:sectPr>'
    hidden = run("secret", color("FFFFFF"))
    extracted = extract_docx(
        raw_word_file(paragraph(run("body")) + section, header=table(paragraph(hidden))), "cv.docx", LIMITS
    )
    assert extracted.text == "secret\n\nbody"
    assert extracted.excluded == (Exclusion(Span(0, 6), ExclusionReason.BACKGROUND_COLOR),)


def test_what_may_be_a_photo_is_told_once():
    data = raw_word_file(paragraph(picture((3, 4)), picture((3, 4))))
    assert [finding.code for finding in extract_docx(data, "cv.docx", LIMITS).findings] == ["photo"]


ENTITIES = b'<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>'


@pytest.mark.parametrize(
    "name",
    [
        *(f"word/{name}.xml" for name in ("document", "styles", "settings", "theme", "header")),
        "[Content_Types].xml",
        "word/_rels/document.xml.rels",
    ],
)
@pytest.mark.parametrize("before", [b"", b"<!-- <x> -->\n", b"<!--" + b" " * 5000 + b"-->"])
def test_a_document_type_is_refused_in_any_part(name, before):
    data = raw_word_file(paragraph(run()), styles="", settings="", theme="", header="")
    with zipfile.ZipFile(BytesIO(data)) as file:
        head, mark, rest = file.read(name).rpartition(b"?>")
    data = with_part(data, name, head + mark + before + ENTITIES + rest)
    if len(before) > 4096 and name in ("[Content_Types].xml", "word/_rels/document.xml.rels"):
        assert text_of(data) == "secret"  # nothing in them is text, and no entity is expanded
        return
    with pytest.raises(CorruptDocument, match="XML document type"):
        text_of(data)


def test_a_document_type_in_utf_16_is_refused():
    document = '<?xml version="1.0" encoding="UTF-16"?>' + ENTITIES.decode() + "<x/>"
    with pytest.raises(CorruptDocument, match="XML document type"):
        text_of(raw_word_file("", extra=[("word/extra.xml", document.encode("utf-16"))]))


def test_words_about_document_types_are_words():
    assert text_of(word_file("<!DOCTYPE html>")) == "<!DOCTYPE html>"


def test_archives_within_the_file_are_left_packed():
    bomb = archive({"bomb": b"0" * 50_000_000})
    relation = (
        '<Relationship Id="e" Target="embedded.bin" Type="http://schemas.openxmlformats.org/'
        'officeDocument/2006/relationships/package"/>'
    )
    data = raw_word_file(paragraph(run()), relations=relation, extra=[("word/embedded.bin", bomb)])
    assert text_of(data) == "secret"


@pytest.mark.parametrize("around", ["w:sdt", "w:ins", "w:tbl><w:tr><w:tc", "w:p><w:r><w:txbxContent"])
@pytest.mark.parametrize("depth", [30, 50, 100, 200, 100_000])
def test_nesting_is_read_or_refused(around, depth):
    closing = "><".join(f"/{tag}" for tag in reversed(around.split("><")))
    data = raw_word_file(f"<{around}>" * depth + paragraph(run()) + f"<{closing}>" * depth)
    try:
        assert text_of(data) == "secret"
    except (LimitExceeded, CorruptDocument):
        assert depth > 50


def test_parts_that_name_each_other_in_a_row_are_refused():
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
    extra = []
    for i in range(2000):
        extra.append((f"word/p{i}.bin", b""))
        link = f'<Relationship Id="n" Type="{kind}" Target="p{i + 1}.bin"/>'
        extra.append((f"word/_rels/p{i}.bin.rels", relationships(link)))
    extra.append(("word/p2000.bin", b""))
    first = f'<Relationship Id="n" Type="{kind}" Target="p0.bin"/>'
    with pytest.raises(CorruptDocument, match="not a whole Word document"):
        text_of(raw_word_file(paragraph(run()), relations=first, extra=extra))


def test_a_long_paragraph_and_many_short_runs_are_read():
    assert len(text_of(raw_word_file(paragraph(run("word " * 40_000))))) == 200_000
    hidden, shown = run("ab ", color("FFFFFF")), run("cd ")
    extracted = extract_docx(raw_word_file(paragraph(*[hidden, shown] * 5_000)), "cv.docx", LIMITS)
    assert len(extracted.text) == 30_000
    assert len(extracted.excluded) == 5_000


@pytest.mark.parametrize("theme", [b"", b"<broken", b"\x00\xff", part("a:theme", "")])
def test_a_broken_theme_leaves_its_colours_unknown(theme):
    look = '<w:color w:val="FFFFFF" w:themeColor="background1"/>'
    data = with_part(raw_word_file(paragraph(run(look=look)), theme=""), "word/theme.xml", theme)
    reasons = [exclusion.reason for exclusion in extract_docx(data, "cv.docx", LIMITS).excluded]
    assert reasons == [ExclusionReason.BACKGROUND_COLOR]


def test_a_header_that_is_named_and_missing_is_corrupt():
    section = '<w:sectPr><w:headerReference w:type="default" r:id="header"/></w:sectPr>'
    with pytest.raises(CorruptDocument, match="lacks a header"):
        text_of(raw_word_file(paragraph(run()) + section))


def test_a_file_without_a_body_is_corrupt():
    data = with_part(raw_word_file(""), "word/document.xml", part("w:document", ""))
    with pytest.raises(CorruptDocument, match="without a body"):
        text_of(data)


def test_a_header_that_many_sections_share_is_read_once():
    look = '<w:sectPr><w:headerReference w:type="default" r:id="header"/></w:sectPr>'
    body = paragraph(run("a"), look=look) * 2_000
    assert text_of(raw_word_file(body, header=paragraph(run("h")) * 2_000)).startswith("h\n\na\na")
