import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader

from metier.documents.ocr import Ocr, Recognised
from metier.documents.pdf import extract_pdf
from metier.documents.pdf_pages import read_pages
from metier.limits import ReadingLimits
from metier.types import ExclusionReason, Severity
from tests.documents.pdf_files import (
    LEFT_PROSE,
    RIGHT_PROSE,
    draw,
    image_page,
    lines_page,
    mapped_pdf,
    write,
)
from tests.documents.pictures import scan_page

LIMITS = ReadingLimits()
LEFT, RIGHT = ("\n".join(prose) for prose in (LEFT_PROSE, RIGHT_PROSE))


class FixedOcr(Ocr):
    """Reads the same words in every picture, or none for lack of time."""

    words: str | None = LEFT

    def read_page(self, page):
        return None if self.words is None else Recognised(self.words, 0.9)


def ocr(words):
    reader = FixedOcr("5", ("eng",), (), 10.0)
    reader.words = words
    return reader


def codes(extracted):
    return [finding.code for finding in extracted.findings]


def test_a_page_of_text_is_not_given_to_ocr():
    (page,) = read_pages(draw(lines_page(*LEFT_PROSE)), LIMITS, ocr("other words"))
    assert (page.recognised, page.is_scan, page.uses_ocr) == (None, False, False)


def test_a_text_layer_that_agrees_with_its_picture_is_the_text():
    extracted = extract_pdf(draw(scan_page(*LEFT_PROSE, layer=LEFT_PROSE)), LIMITS, ocr(LEFT))
    assert (extracted.text, extracted.excluded, codes(extracted)) == (LEFT, (), [])


def test_a_text_layer_that_says_something_else_is_not_scored():
    extracted = extract_pdf(draw(scan_page(*LEFT_PROSE, layer=RIGHT_PROSE)), LIMITS, ocr(LEFT))
    assert extracted.text == f"{LEFT}\n\n{RIGHT}"
    (hidden,) = extracted.excluded
    assert extracted.text[hidden.span.start : hidden.span.end] == RIGHT
    assert codes(extracted) == ["read_by_ocr", "text_layer_differs"]


def test_without_ocr_a_text_layer_counts_and_the_reader_is_told_to_compare():
    extracted = extract_pdf(draw(scan_page(*LEFT_PROSE, layer=RIGHT_PROSE)), LIMITS)
    assert (extracted.text, extracted.excluded) == (RIGHT, ())
    (finding,) = extracted.findings
    assert (finding.code, finding.severity, finding.page) == ("unverified_text_layer", Severity.WARNING, 1)


def test_a_small_picture_makes_no_text_layer():
    def page(canvas):
        text = canvas.beginText(60, 780)
        text.setTextRenderMode(3)
        for line in LEFT_PROSE:
            text.textLine(line)
        canvas.drawText(text)

    extracted = extract_pdf(draw(page), LIMITS, ocr(LEFT))
    assert [extracted.text[item.span.start : item.span.end] for item in extracted.excluded] == [LEFT]


def test_letters_without_a_map_are_read_from_the_picture():
    extracted = extract_pdf(mapped_pdf(LEFT_PROSE, unmapped="eoarits"), LIMITS, ocr(LEFT))
    assert extracted.text == LEFT
    assert codes(extracted) == ["read_by_ocr"]


@pytest.mark.parametrize(("reader", "more"), [(None, []), (ocr(None), ["ocr_incomplete"])])
def test_a_scan_that_was_not_read_needs_ocr(reader, more):
    extracted = extract_pdf(draw(image_page), LIMITS, reader)
    assert codes(extracted) == [*more, "needs_ocr"]
    assert extracted.findings[-1].severity is Severity.ERROR


EXTRA = ("Kubernetes Terraform Kafka Haskell",)


def test_a_line_that_the_picture_does_not_show_is_hidden_in_a_layer_that_agrees():
    data = draw(scan_page(*LEFT_PROSE, layer=(*LEFT_PROSE, *EXTRA)))
    extracted = extract_pdf(data, LIMITS, ocr(LEFT))
    assert [extracted.text[item.span.start : item.span.end] for item in extracted.excluded] == [EXTRA[0]]
    assert extract_pdf(data, LIMITS).excluded == ()


def pictured_heading(words):
    """Return a painter of a page whose heading is a picture, with invisible words in its place."""

    def paint(canvas):
        write(canvas, 60, 600, [*LEFT_PROSE, *RIGHT_PROSE, *RIGHT_PROSE])
        canvas.drawImage(ImageReader(stripes()), 55, 700, 300, 30)
        text = canvas.beginText(60, 710)
        text.setTextRenderMode(3)
        text.textLine(words)
        canvas.drawText(text)

    return paint


def stripes():
    picture = Image.new("L", (300, 30), 255)
    picture.paste(0, (0, 0, 300, 8))
    picture.paste(0, (0, 16, 300, 22))
    return picture


def test_words_that_are_drawn_as_a_picture_are_compared_with_it():
    data = draw(pictured_heading("Experience Summary"))
    assert extract_pdf(data, LIMITS, ocr(f"Experience Summary\n{LEFT}")).excluded == ()
    (hidden,) = extract_pdf(data, LIMITS, ocr(LEFT)).excluded
    assert hidden.reason is ExclusionReason.INVISIBLE


def test_without_ocr_words_drawn_as_a_picture_count_and_are_told():
    extracted = extract_pdf(draw(pictured_heading("Experience Summary")), LIMITS)
    assert extracted.excluded == ()
    assert codes(extracted) == ["unverified_text_layer"]


def test_a_picture_of_a_page_under_a_few_lines_is_read():
    def page(canvas):
        image_page(canvas)
        write(canvas, 60, 780, LEFT_PROSE[:2])

    longer = f"{LEFT}\n{RIGHT}"
    assert extract_pdf(draw(page), LIMITS, ocr(longer)).text.startswith(longer)
    assert extract_pdf(draw(page), LIMITS, ocr("a b")).text == "\n".join(LEFT_PROSE[:2])
