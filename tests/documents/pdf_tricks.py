"""Ways to hide words in a PDF, and honest pages that look alike to a program.

Each painter draws words at a place of a page that holds other text already.
"""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image
from reportlab.lib.colors import HexColor
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from metier.types import ExclusionReason

WordPainter = Callable[[Canvas, float, float, str], None]

FONT = "Helvetica"


def _words(canvas: Canvas, x: float, y: float, words: str, *, size: float = 10, rgb=(0, 0, 0)) -> None:
    canvas.saveState()
    canvas.setFillColorRGB(*rgb)
    canvas.setFont(FONT, size)
    canvas.drawString(x, y, words)
    canvas.restoreState()


def _box(canvas: Canvas, x: float, y: float, rgb, *, height: float = 40) -> None:
    canvas.saveState()
    canvas.setFillColorRGB(*rgb)
    canvas.rect(x - 10, y - height / 2, 420, height, stroke=0, fill=1)
    canvas.restoreState()


def _picture(canvas: Canvas, x: float, y: float, color: str) -> None:
    canvas.drawImage(ImageReader(Image.new("RGB", (40, 10), color)), x - 10, y - 20, 420, 40)


def _mode(canvas: Canvas, x: float, y: float, words: str, mode: int) -> None:
    text = canvas.beginText(x, y)
    text.setFont(FONT, 10)
    text.setTextRenderMode(mode)
    text.textLine(words)
    canvas.drawText(text)


def white(canvas, x, y, words):
    _words(canvas, x, y, words, rgb=(1, 1, 1))


def nearly_white(canvas, x, y, words):
    _words(canvas, x, y, words, rgb=(0.96, 0.97, 0.96))


def dark_on_dark(canvas, x, y, words):
    _box(canvas, x, y, (0.1, 0.15, 0.3))
    _words(canvas, x, y, words, rgb=(0.11, 0.16, 0.32))


def white_under_text(canvas, x, y, words):
    _words(canvas, x, y, words, rgb=(1, 1, 1))
    _words(canvas, x, y, "Answered letters of customers and kept the books of the shop.")


def white_in_form(canvas, x, y, words):
    name = f"form{len(canvas._doc.idToObject)}"
    canvas.beginForm(name)
    _words(canvas, x, y, words, rgb=(1, 1, 1))
    canvas.endForm()
    canvas.doForm(name)


def render_mode_3(canvas, x, y, words):
    _mode(canvas, x, y, words, 3)


def transparent(canvas, x, y, words):
    canvas.saveState()
    canvas.setFillAlpha(0)
    _words(canvas, x, y, words)
    canvas.restoreState()


def one_point(canvas, x, y, words):
    _words(canvas, x, y, words, size=1)


def squeezed(canvas, x, y, words):
    text = canvas.beginText(x, y)
    text.setHorizScale(1)
    text.textLine(words)
    canvas.drawText(text)


def off_page(canvas, x, y, words):
    _words(canvas, x + 900, y, words)


def below_page(canvas, x, y, words):
    _words(canvas, x, -60, words)


def under_picture(canvas, x, y, words):
    _words(canvas, x, y, words)
    _picture(canvas, x, y, "gray")


def under_box(canvas, x, y, words):
    _words(canvas, x, y, words)
    _box(canvas, x, y, (1, 1, 1))


def under_box_and_text(canvas, x, y, words):
    under_box(canvas, x, y, words)
    _words(canvas, x, y, "Answered letters of customers and kept the books of the shop.")


def clipped(canvas, x, y, words):
    canvas.saveState()
    path = canvas.beginPath()
    path.rect(0, 0, 5, 5)
    canvas.clipPath(path, stroke=0, fill=0)
    _words(canvas, x, y, words)
    canvas.restoreState()


TRICKS: dict[WordPainter, ExclusionReason] = {
    white: ExclusionReason.BACKGROUND_COLOR,
    nearly_white: ExclusionReason.BACKGROUND_COLOR,
    dark_on_dark: ExclusionReason.BACKGROUND_COLOR,
    white_under_text: ExclusionReason.BACKGROUND_COLOR,
    white_in_form: ExclusionReason.BACKGROUND_COLOR,
    render_mode_3: ExclusionReason.INVISIBLE,
    transparent: ExclusionReason.INVISIBLE,
    one_point: ExclusionReason.TINY,
    squeezed: ExclusionReason.TINY,
    off_page: ExclusionReason.OFF_PAGE,
    below_page: ExclusionReason.OFF_PAGE,
    under_picture: ExclusionReason.COVERED,
    under_box: ExclusionReason.COVERED,
    under_box_and_text: ExclusionReason.COVERED,
    clipped: ExclusionReason.CLIPPED,
}


def white_on_dark_band(canvas, x, y, words):
    _box(canvas, x, y, (0.1, 0.2, 0.4))
    _words(canvas, x, y, words, rgb=(1, 1, 1))


def white_on_picture(canvas, x, y, words):
    _picture(canvas, x, y, "navy")
    _words(canvas, x, y, words, rgb=(1, 1, 1))


def light_grey_heading(canvas, x, y, words):
    _words(canvas, x, y, words, size=16, rgb=(0.8, 0.8, 0.8))


def small_legal_print(canvas, x, y, words):
    _words(canvas, x, y, words, size=4)


def small_grey_print(canvas, x, y, words):
    _words(canvas, x, y, words, size=5, rgb=(0.6, 0.6, 0.6))


def struck_twice_for_bold(canvas, x, y, words):
    _words(canvas, x, y, words)
    _words(canvas, x + 0.3, y, words)


def with_shadow(canvas, x, y, words):
    _words(canvas, x + 0.8, y - 0.8, words, rgb=(0.7, 0.7, 0.7))
    _words(canvas, x, y, words)


def outlined(canvas, x, y, words):
    _mode(canvas, x, y, words, 1)


def half_transparent(canvas, x, y, words):
    canvas.saveState()
    canvas.setFillAlpha(0.5)
    _words(canvas, x, y, words)
    canvas.restoreState()


def in_a_form(canvas, x, y, words):
    name = f"form{len(canvas._doc.idToObject)}"
    canvas.beginForm(name)
    _words(canvas, x, y, words)
    canvas.endForm()
    canvas.doForm(name)


def on_tinted_box(canvas, x, y, words):
    _box(canvas, x, y, (0.93, 0.95, 0.9))
    _words(canvas, x, y, words, rgb=(0.35, 0.4, 0.35))


def crossed_by_a_line(canvas, x, y, words):
    _words(canvas, x, y, words)
    canvas.line(x, y + 3, x + 300, y + 3)


def yellow_marked(canvas, x, y, words):
    _box(canvas, x, y, (1, 1, 0.3), height=14)
    _words(canvas, x, y, words)


def clipped_around(canvas, x, y, words):
    canvas.saveState()
    path = canvas.beginPath()
    path.rect(x - 5, y - 10, 400, 30)
    canvas.clipPath(path, stroke=0, fill=0)
    _words(canvas, x, y, words)
    canvas.restoreState()


def engraved(canvas, x, y, words):
    _words(canvas, x + 1, y - 1, words, rgb=(1, 1, 1))
    _words(canvas, x, y, words)


def cut_out_of_a_gradient(canvas, x, y, words):
    canvas.saveState()
    _mode(canvas, x, y, words, 7)
    canvas.linearGradient(x, y, x + 300, y + 10, (HexColor("#800000"), HexColor("#000080")))
    canvas.restoreState()


HONEST: tuple[WordPainter, ...] = (
    white_on_dark_band,
    white_on_picture,
    light_grey_heading,
    small_legal_print,
    small_grey_print,
    struck_twice_for_bold,
    with_shadow,
    outlined,
    half_transparent,
    in_a_form,
    on_tinted_box,
    crossed_by_a_line,
    yellow_marked,
    clipped_around,
    engraved,
    cut_out_of_a_gradient,
)
