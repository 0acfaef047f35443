from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metier.documents.pdf import extract_pdf
from metier.errors import CorruptDocument, EncryptedDocument, LimitExceeded
from metier.limits import ReadingLimits
from metier.types import Severity, Span
from tests.documents.pdf_files import (
    LEFT_PROSE,
    RIGHT_PROSE,
    THIRD_PROSE,
    draw,
    empty_tree_pdf,
    image_page,
    lines_page,
    mapped_pdf,
    write,
)

LIMITS = ReadingLimits()
LEFT, RIGHT, THIRD = ("\n".join(prose) for prose in (LEFT_PROSE, RIGHT_PROSE, THIRD_PROSE))


def read(data):
    return extract_pdf(data, LIMITS)


def text_of(*pages):
    return read(draw(*pages)).text


def slices(extracted):
    return [extracted.text[run.span.start : run.span.end] for run in extracted.runs]


def row_by_row(canvas, *columns, y=780):
    for number, row in enumerate(zip(*columns, strict=True)):
        for place, line in enumerate(row):
            write(canvas, 40 + place * 530 / len(row), y - 14 * number, [line])


def column_by_column(canvas, *columns, y=780):
    for place, lines in enumerate(columns):
        write(canvas, 40 + place * 530 / len(columns), y, lines)


def test_one_column_is_read_line_by_line():
    assert text_of(lines_page(*LEFT_PROSE)) == LEFT


@pytest.mark.parametrize("paint", [row_by_row, column_by_column])
@pytest.mark.parametrize("size", [10, 8])
def test_two_columns_are_read_one_after_the_other(paint, size):
    def page(canvas):
        canvas.setFont("Helvetica", size)
        paint(canvas, LEFT_PROSE, RIGHT_PROSE)

    assert text_of(page) == f"{LEFT}\n\n{RIGHT}"


@pytest.mark.parametrize("paint", [row_by_row, column_by_column])
def test_three_columns_are_read_one_after_the_other(paint):
    def page(canvas):
        canvas.setFont("Helvetica", 8)
        paint(canvas, LEFT_PROSE, RIGHT_PROSE, THIRD_PROSE)

    assert text_of(page) == f"{LEFT}\n\n{RIGHT}\n\n{THIRD}"


@pytest.mark.parametrize("paint", [row_by_row, column_by_column])
def test_header_and_footer_stand_around_the_columns(paint):
    wide = (
        "A line that runs from the left margin of the page to the right one, over both of the columns below"
    )

    def page(canvas):
        write(canvas, 40, 780, [wide])
        paint(canvas, LEFT_PROSE, RIGHT_PROSE, y=750)
        write(canvas, 40, 640, [wide])

    assert text_of(page) == f"{wide}\n\n{LEFT}\n\n{RIGHT}\n\n{wide}"


def test_right_aligned_dates_stay_on_the_line_of_their_title():
    def page(canvas):
        for entry, years in enumerate(("2021 - 2024", "2018 - 2021", "2015 - 2018", "2013 - 2015")):
            canvas.drawString(60, 780 - 40 * entry, "Software Engineer")
            canvas.drawRightString(540, 780 - 40 * entry, years)
            write(canvas, 60, 766 - 40 * entry, ["Built services for payments and measured what they cost."])

    lines = text_of(page).splitlines()
    assert [line for line in lines if "Engineer" in line] == [
        "Software Engineer 2021 - 2024",
        "Software Engineer 2018 - 2021",
        "Software Engineer 2015 - 2018",
        "Software Engineer 2013 - 2015",
    ]


def test_words_broken_at_line_ends_are_joined():
    assert text_of(lines_page("the develop-", "ment of cloud-", "native systems")) == (
        "the development\nof cloud-native\nsystems"
    )


def test_letters_beyond_latin_are_read_by_the_map_of_the_font():
    lines = ["Разработчик Python", "опыт: 5 лет", "e\ufb03cient o\ufb00er", "\uf0b7 bullet 😀"]
    assert read(mapped_pdf(lines)).text == "Разработчик Python\nопыт: 5 лет\nefficient offer\n• bullet 😀"


def test_hebrew_comes_in_logical_order():
    hebrew = "שלום עולם"
    assert read(mapped_pdf([hebrew[::-1], "Java " + hebrew[::-1]])).text == f"{hebrew}\n{hebrew} Java"


@pytest.mark.parametrize("angle", [0, 37, 90, 180, 270, 359])
def test_turned_text_keeps_its_lines(angle):
    def page(canvas):
        canvas.translate(300, 420)
        canvas.rotate(angle)
        write(canvas, -90, 30, LEFT_PROSE)

    assert text_of(page) == LEFT


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_turned_pages_are_read_like_straight_ones(angle):
    def page(canvas):
        canvas.setPageRotation(angle)
        write(canvas, 60, 780, LEFT_PROSE)

    assert text_of(page) == LEFT


def test_pages_part_the_text_and_empty_ones_have_empty_spans():
    extracted = read(
        draw(lambda _: None, lines_page("first"), lambda _: None, lines_page("last"), lambda _: None)
    )
    assert extracted.text == "first\n\nlast"
    assert extracted.pages == (Span(0, 0), Span(0, 7), Span(7, 7), Span(7, 11), Span(11, 11))


def test_runs_tell_page_size_colour_and_box():
    def page(canvas):
        canvas.setFont("Helvetica-Bold", 18)
        canvas.drawString(60, 780, "Ann Example")
        canvas.setFont("Helvetica", 10)
        canvas.setFillColorRGB(1, 0, 0)
        canvas.drawString(60, 750, "red text")

    extracted = read(draw(lambda _: None, page))
    name, red = extracted.runs
    assert slices(extracted) == ["Ann Example", "red text"]
    assert (name.page, name.size_pt, name.color, name.render_mode) == (2, 18.0, (0, 0, 0, 255), 0)
    assert (red.size_pt, red.color) == (10.0, (255, 0, 0, 255))
    left, bottom, right, top = red.box
    assert left == pytest.approx(60, abs=1)
    assert 740 < bottom < 750 < top < 765
    assert 90 < right < 100


def test_size_is_told_as_drawn():
    def page(canvas):
        canvas.scale(12, 12)
        canvas.setFont("Helvetica", 1)
        canvas.drawString(5, 60, "scaled")

    assert read(draw(page)).runs[0].size_pt == 12.0


def test_text_that_nobody_sees_stays_after_the_other_text():
    def page(canvas):
        for number, line in enumerate(LEFT_PROSE):
            canvas.saveState()
            text = canvas.beginText(60, 780 - 14 * number)
            text.setTextRenderMode(3)
            text.textOut("hidden")
            canvas.drawText(text)
            canvas.restoreState()
            write(canvas, 60, 780 - 14 * number, [line])
        canvas.setFont("Helvetica", 1)
        canvas.drawString(60, 780, "tiny")
        canvas.setFont("Helvetica", 10)
        canvas.drawString(5000, 780, "outside")

    extracted = read(draw(page))
    assert extracted.text.startswith(f"{LEFT}\n\n")
    assert extracted.text.count("hidden") == 6
    assert {run.render_mode for run in extracted.runs} == {0, 3}
    assert "tiny" in extracted.text
    assert "outside" in extracted.text


def test_page_that_is_an_image_needs_ocr():
    (finding,) = read(draw(image_page)).findings
    assert (finding.code, finding.severity) == ("needs_ocr", Severity.ERROR)


def test_one_scan_among_pages_of_text_is_a_warning_that_names_it():
    (finding,) = read(draw(lines_page(*LEFT_PROSE, *RIGHT_PROSE), image_page)).findings
    assert finding.severity is Severity.WARNING
    assert "2" in finding.message


def test_image_beside_text_needs_no_ocr():
    def page(canvas):
        image_page(canvas)
        write(canvas, 60, 780, LEFT_PROSE)

    assert read(draw(page)).findings == ()


@pytest.mark.parametrize(
    ("unmapped", "severity"), [("etaoin", Severity.ERROR), ("gv", Severity.WARNING), ("", None)]
)
def test_letters_without_unicode_are_found(unmapped, severity):
    findings = read(mapped_pdf(LEFT_PROSE, unmapped=unmapped)).findings
    assert [finding.severity for finding in findings] == ([severity] if severity else [])
    assert all(finding.code == "garbled_text" for finding in findings)


def test_bullets_of_symbol_fonts_are_not_garbled():
    extracted = read(mapped_pdf(["\uf0b7 a", "\uf0b7 b", "\ue999 c"]))
    assert extracted.text == "• a\n• b\n• c"
    assert extracted.findings == ()


def test_password_is_told():
    with pytest.raises(EncryptedDocument, match="password"):
        read(draw(lines_page("secret"), password="word"))


WHOLE = draw(lines_page(*LEFT_PROSE), lines_page(*RIGHT_PROSE))


@pytest.mark.parametrize("share", [0.0, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97])
def test_cut_off_files_are_corrupt(share):
    with pytest.raises(CorruptDocument, match="original"):
        read(WHOLE[: int(share * len(WHOLE))])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-1.7",
        b"%PDF-1.7\n" + random.Random(5).randbytes(3000),
        b"%PDF-1.7\n" + random.Random(6).randbytes(3000) + b"\nstartxref\n9\n%%EOF",
        b"no pdf at all %%EOF",
        empty_tree_pdf(),
    ],
    ids=["empty", "header", "garbage", "garbage with an end", "text", "no pages"],
)
def test_what_cannot_be_loaded_is_corrupt(data):
    with pytest.raises(CorruptDocument):
        read(data)


@settings(max_examples=60)
@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=40))
def test_damaged_files_are_read_or_refused(place, noise):
    try:
        extracted = read(WHOLE[:place] + noise + WHOLE[place + len(noise) :])
    except (CorruptDocument, EncryptedDocument):
        return
    assert extracted.pages[-1].end == len(extracted.text)


def test_too_many_pages_are_refused():
    data = draw(*[lines_page("x")] * 500)
    with pytest.raises(LimitExceeded, match="500"):
        read(data)


@pytest.mark.parametrize("max_chars", [1, 40, len(LEFT) - 1])
def test_too_many_characters_are_refused(max_chars):
    with pytest.raises(LimitExceeded, match="max_chars"):
        extract_pdf(draw(lines_page(*LEFT_PROSE)), ReadingLimits(max_chars=max_chars))
    assert extract_pdf(draw(lines_page(*LEFT_PROSE)), ReadingLimits(max_chars=len(LEFT))).text == LEFT


def test_errors_hold_no_words_of_the_document():
    data = draw(lines_page("Confidential"))
    with pytest.raises(LimitExceeded) as caught:
        extract_pdf(data, ReadingLimits(max_chars=3))
    assert "Confidential" not in str(caught.value)


def test_all_handles_are_closed():
    import pypdfium2
    import pypdfium2.internal as internals

    read(WHOLE)
    with pytest.raises(LimitExceeded):
        extract_pdf(WHOLE, ReadingLimits(max_chars=3))
    kinds = (pypdfium2.PdfDocument, pypdfium2.PdfPage, pypdfium2.PdfTextPage)
    assert not any(len(internals.ObjectTracker[kind]) for kind in kinds)


lines = st.lists(st.text("ab eo-\u00adЖя\ufb01\u0301😀•\uf0b7א", min_size=1, max_size=25), max_size=8)


@settings(max_examples=60)
@given(lines)
def test_spans_slice_back(drawn):
    extracted = read(mapped_pdf(drawn))
    text = extracted.text
    assert extracted.pages == (Span(0, len(text)),)
    ends = [0, *(run.span.end for run in extracted.runs)]
    assert all(end <= run.span.start for end, run in zip(ends, extracted.runs, strict=False))
    assert "".join("".join(slices(extracted)).split()) == "".join(text.split())
    assert all(run.strip() == run and run for run in slices(extracted))


@settings(max_examples=30)
@given(st.lists(lines, min_size=1, max_size=4))
def test_pages_partition_the_text(pages):
    extracted = read(
        draw(*[lines_page(*["".join(filter(str.isascii, line)) for line in page]) for page in pages])
    )
    ends = [span.end for span in extracted.pages]
    assert [span.start for span in extracted.pages] == [0, *ends[:-1]]
    assert ends[-1] == len(extracted.text)


def test_what_was_typed_into_the_fields_of_a_form_is_read():
    def page(canvas):
        write(canvas, 60, 780, LEFT_PROSE)
        canvas.acroForm.textfield(
            x=60, y=500, width=300, height=20, value="Kubernetes and Rust", name="skills"
        )

    extracted = read(draw(page))
    assert extracted.text == f"{LEFT}\n\nKubernetes and Rust"
    assert extracted.excluded == ()
