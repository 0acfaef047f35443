import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.documents.odt import extract_odt
from metier.errors import (
    CorruptDocument,
    DocumentError,
    EncryptedDocument,
    LimitExceeded,
    UnsupportedFormat,
)
from metier.limits import ReadingLimits
from metier.types import ExclusionReason
from tests.documents.odt_files import (
    back,
    box,
    graphic,
    letters,
    master,
    odt_file,
    p,
    page_layout,
    span,
    style,
    table,
)

LIMITS = ReadingLimits()
WHITE = letters('fo:color="#ffffff"')
WHITE_STYLE = style("W", WHITE)
WHITE_TEXT = p("open " + span("W"))


def extracted(body, **parts):
    return extract_odt(odt_file(body, **parts), "cv.odt", LIMITS)


def text_of(body, **parts):
    return extracted(body, **parts).text


def hidden(body, **parts):
    found = extracted(body, **parts)
    return [(found.text[x.span.start : x.span.end], x.reason) for x in found.excluded]


def test_paragraphs_are_lines_and_headings_stand_off():
    body = p("Иван Петров") + p("Разработчик") + '<text:h text:outline-level="1">Опыт</text:h>' + p("Acme")
    assert text_of(body) == "Иван Петров\nРазработчик\n\nОпыт\nAcme"


def test_the_page_span_covers_the_text():
    found = extracted(p("one") + p("two"))
    assert [found.text[page.start : page.end] for page in found.pages] == [found.text]


def test_headers_come_first_and_footers_last():
    edges = "".join(
        f"<style:{kind}>{p(text)}</style:{kind}>"
        for kind, text in [("header", "Anna"), ("header-left", "Anna"), ("footer", "page")]
    )
    assert text_of(p("body"), masters=master(edges)) == "Anna\n\nbody\n\npage"


def test_headers_of_pages_that_are_not_in_use_are_not_read():
    masters = master("<style:header><text:p>first</text:p></style:header>") + master(
        "<style:header><text:p>spare</text:p></style:header>", name="Spare"
    )
    assert text_of(p("body"), masters=masters) == "first\n\nbody"
    begun = style("B", family="paragraph", more='style:master-page-name="Spare"')
    assert text_of(p("body", "B"), masters=masters, automatic=begun) == "first\nspare\n\nbody"


def test_a_header_that_is_switched_off_is_not_read():
    edge = '<style:header style:display="false"><text:p>off</text:p></style:header>'
    assert text_of(p("body"), masters=master(edge)) == "body"


def test_styles_of_pages_and_of_the_body_do_not_mix():
    edge = f"<style:header>{WHITE_TEXT}</style:header>"
    seen = extracted(p(span("W", "body")), automatic=style("W"), pages=WHITE_STYLE, masters=master(edge))
    assert [seen.text[x.span.start : x.span.end] for x in seen.excluded] == ["secret"]


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        (page_layout("#ffffff"), 1),
        (page_layout("transparent"), 1),
        (page_layout("#102040"), 0),
        (page_layout("#ffffff", more='<style:background-image xlink:href="a.png"/>'), 0),
    ],
)
def test_the_colour_of_the_page_decides(layout, expected):
    assert len(hidden(WHITE_TEXT, automatic=WHITE_STYLE, pages=layout, masters=master())) == expected


BANNER = (
    '<draw:custom-shape draw:style-name="G" svg:width="{}" svg:height="3cm"></draw:custom-shape>'
    '<draw:frame draw:style-name="G" svg:width="3cm" svg:height="1cm"><draw:image/></draw:frame>'
)
BEHIND = 'style:wrap="run-through" style:run-through="background"'


@pytest.mark.parametrize(
    ("attributes", "width", "expected"),
    [
        (f'{BEHIND} draw:fill="solid" draw:fill-color="#102040"', "17cm", 0),
        (f'{BEHIND} draw:fill="gradient"', "17cm", 0),
        (f'{BEHIND} draw:fill="solid" draw:fill-color="#ffffff"', "17cm", 1),
        (f'{BEHIND} draw:fill="none"', "17cm", 1),
        (f'{BEHIND} draw:fill="solid" draw:fill-color="#102040"', "0.5cm", 1),
        ('style:wrap="parallel" draw:fill="solid" draw:fill-color="#102040"', "17cm", 1),
    ],
)
def test_white_words_on_a_dark_shape_are_honest(attributes, width, expected):
    body = p(BANNER.format(width)) + WHITE_TEXT
    assert len(hidden(body, automatic=WHITE_STYLE + graphic("G", attributes))) == expected


@pytest.mark.parametrize(
    ("size", "expected"), [(("3cm", "4cm"), ["photo"]), (("17cm", "2cm"), []), ((None, None), [])]
)
def test_a_picture_formed_like_a_portrait_may_be_a_photo(size, expected):
    width, height = size
    sides = f'svg:width="{width}" svg:height="{height}"' if width else ""
    found = extracted(p(f"<draw:frame {sides}><draw:image/></draw:frame>"))
    assert [finding.code for finding in found.findings] == expected


def test_a_photo_beside_the_text_hides_no_hidden_box():
    photo = '<draw:frame svg:width="3cm" svg:height="4cm"><draw:image/></draw:frame>'
    found = hidden(p(photo + box(WHITE_TEXT)), automatic=WHITE_STYLE + graphic("Fr", 'draw:fill="none"'))
    assert found == [("secret", ExclusionReason.BACKGROUND_COLOR)]


def test_an_encrypted_file_is_told():
    manifest = "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"
    with pytest.raises(EncryptedDocument, match="cv.odt asks for a password"):
        text_of("", extra=[("META-INF/manifest.xml", manifest), ("content.xml", b"\x00\x93garbage")])


def test_an_old_manifest_may_have_a_document_type():
    assert text_of(p("a"), extra=[("META-INF/manifest.xml", "<!DOCTYPE m><m/>")]) == "a"


@pytest.mark.parametrize(
    "mimetype",
    [
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.oasis.opendocument.presentation",
        "text/plain",
        "",
    ],
)
def test_other_kinds_of_files_are_refused(mimetype):
    with pytest.raises(UnsupportedFormat, match="is an OpenDocument file, but no text"):
        text_of(p("a"), mimetype=mimetype)


@pytest.mark.parametrize("mimetype", ["application/vnd.oasis.opendocument.text-template", None])
def test_templates_and_files_without_a_type_are_read(mimetype):
    assert text_of(p("a"), mimetype=mimetype) == "a"


def test_a_file_without_styles_is_read():
    assert text_of(p("a"), extra=[("styles.xml", None)]) == "a"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "without content"),
        ("<x/>", "without a text"),
        ("<x>", "damaged or nests too deep"),
        ("<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", "document type"),
        ("<x>" * 100_000 + "</x>" * 100_000, "damaged or nests too deep"),
    ],
)
def test_broken_content_is_corrupt(content, words):
    with pytest.raises(CorruptDocument, match=words):
        text_of("", extra=[("content.xml", content)])


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_cut_off_file_is_corrupt(share):
    data = odt_file(p("text " * 1000))
    with pytest.raises(CorruptDocument, match="cv.odt is"):
        extract_odt(data[: int(len(data) * share)], "cv.odt", LIMITS)


@pytest.mark.parametrize(
    "nest",
    [
        lambda inside: f"<text:list><text:list-item>{inside}</text:list-item></text:list>",
        lambda inside: table([("", inside)]),
        lambda inside: box(inside),
        lambda inside: f"<text:section>{inside}</text:section>",
        lambda inside: f"<draw:g>{inside}</draw:g>",
    ],
)
@pytest.mark.parametrize("depth", [70, 5000])
def test_deep_nesting_is_refused(nest, depth):
    body = p("inside")
    opening, closing = nest("|").split("|")
    with pytest.raises((LimitExceeded, CorruptDocument), match="nest"):
        text_of(opening * depth * 2 + body + closing * depth * 2)


def test_nesting_of_real_files_is_read():
    inner = p("deep")
    for _ in range(10):
        inner = f"<text:list><text:list-item>{inner}</text:list-item></text:list>"
    assert text_of(table([("", table([("", inner)]))])) == "• deep"


@pytest.mark.parametrize(
    "body", [p("words " * 10), p('<text:s text:c="999999999"/>'), p('<text:s text:c="9"/>' * 2), p("") * 11]
)
def test_too_long_a_text_is_refused(body):
    with pytest.raises(LimitExceeded, match="may have 10 characters"):
        extract_odt(odt_file(body), "cv.odt", ReadingLimits(max_chars=10))


def test_repeated_cells_and_rows_do_not_multiply():
    body = table([('table:number-columns-repeated="1000000"', p("a"))])
    repeated = body.replace("<table:table-row>", '<table:table-row table:number-rows-repeated="1000000">')
    assert text_of(repeated) == "a"


@pytest.mark.parametrize(
    "piece",
    [
        p("a"),
        p(span("W")),
        p('<text:s text:c="3"/>'),
        table([("", p("a"))]),
        f"<text:list><text:list-item>{p('a')}</text:list-item></text:list>",
        box(p("a")),
        "<text:section/>",
        p("   "),
    ],
)
def test_twice_the_file_takes_about_twice_the_time(piece):
    body = piece * (300_000 // len(piece))
    started = time.process_time()
    extracted(body, automatic=WHITE_STYLE)
    assert time.process_time() - started < 8


def test_a_long_chain_of_styles_is_followed_in_time():
    chain = "".join(style(f"S{i}", parent=f"S{i + 1}") for i in range(30_000))
    found = hidden(p(span("S0")), automatic=chain + style("S30000", WHITE))
    assert found == [("secret", ExclusionReason.BACKGROUND_COLOR)]


TAGS = ["text:p", "text:span", "table:table", "table:table-row", "draw:frame", "text:list"]
BITS = [*(f"<{tag}>" for tag in TAGS), *(f"</{tag}>" for tag in TAGS), "<text:s text:c='²'/>", "a", " "]
MARKUP = st.lists(st.sampled_from(BITS), max_size=12)


@given(MARKUP)
def test_any_markup_is_read_or_refused(parts):
    try:
        found = extracted("".join(parts))
    except DocumentError:
        return
    assert found.text == found.text.strip("\n")


@given(st.binary(max_size=100), st.integers(0, 1500))
def test_changed_bytes_only_raise_errors_of_documents(noise, start):
    data = odt_file(WHITE_TEXT, automatic=WHITE_STYLE + style("P", back("paragraph", "#000000")))
    with suppress(DocumentError):
        extract_odt(data[:start] + noise + data[start + len(noise) :], "cv.odt", LIMITS)
