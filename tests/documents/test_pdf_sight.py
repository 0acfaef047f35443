from __future__ import annotations

import pytest

from metier.documents.pdf import extract_pdf
from metier.limits import ReadingLimits
from tests.documents.pdf_files import LEFT_PROSE, RIGHT_PROSE, draw, lines_page, write
from tests.documents.pdf_tricks import HONEST, TRICKS, under_box, white

WORDS = "Kubernetes Terraform Rust Haskell"


def read(*painters, first=LEFT_PROSE):
    def page(canvas):
        write(canvas, 60, 780, first)
        for number, paint in enumerate(painters):
            paint(canvas, 60, 600 - 60 * number, WORDS)

    return extract_pdf(draw(page), ReadingLimits())


def hidden(extracted):
    return [
        (item.reason, item.page, extracted.text[item.span.start : item.span.end])
        for item in extracted.excluded
    ]


@pytest.mark.parametrize("trick", TRICKS, ids=lambda trick: trick.__name__)
def test_words_that_nobody_sees_are_found(trick):
    extracted = read(trick)
    assert hidden(extracted) == [(TRICKS[trick], 1, WORDS)]
    assert extracted.text.startswith("\n".join(LEFT_PROSE))


@pytest.mark.parametrize("paint", HONEST, ids=lambda paint: paint.__name__)
def test_words_that_are_seen_are_left_alone(paint):
    extracted = read(paint)
    assert hidden(extracted) == []
    assert "Kubernetes" in extracted.text


def test_hidden_words_do_not_break_the_order_of_those_that_are_seen():
    def over_the_text(canvas, x, y, words):
        white(canvas, 60, 780, words)

    assert read(over_the_text).text == "\n".join(LEFT_PROSE) + "\n\n" + WORDS


def test_more_hidden_than_seen_still_comes_after_it():
    def much(canvas, x, y, words):
        for number in range(30):
            white(canvas, 60, 700 - 14 * number, words)

    extracted = read(much, first=RIGHT_PROSE[:2])
    assert extracted.text.startswith("\n".join(RIGHT_PROSE[:2]))
    assert len(extracted.excluded) == 1
    assert extracted.text[extracted.excluded[0].span.start :].count("Kubernetes") == 30


def test_the_page_is_told():
    def second(canvas):
        write(canvas, 60, 780, RIGHT_PROSE)
        under_box(canvas, 60, 500, WORDS)

    extracted = extract_pdf(draw(lines_page(*LEFT_PROSE), second), ReadingLimits())
    assert [item.page for item in extracted.excluded] == [2]


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_turned_pages_are_judged_like_straight_ones(angle):
    def page(canvas):
        canvas.setPageRotation(angle)
        write(canvas, 60, 500, LEFT_PROSE)
        white(canvas, 60, 300, WORDS)

    assert [words for _, _, words in hidden(extract_pdf(draw(page), ReadingLimits()))] == [WORDS]


def test_huge_and_tiny_pages_are_judged_without_much_memory():
    def page(canvas):
        canvas.setPageSize((14_000, 14_000))
        canvas.setFont("Helvetica", 200)
        canvas.drawString(1000, 9000, "Senior developer")

    assert hidden(extract_pdf(draw(page), ReadingLimits())) == []
