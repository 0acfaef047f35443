"""Pictures of text for tests: drawn as a PDF, then made pixels."""

from __future__ import annotations

from contextlib import closing
from io import BytesIO

import pypdfium2
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader

from tests.documents.pdf_files import Painter, draw, lines_page


def _pixels(lines: tuple[str, ...]) -> Image.Image:
    with closing(pypdfium2.PdfDocument(draw(lines_page(*lines)))) as document:
        return document[0].render(scale=200 / 72).to_pil().convert("L")


def picture_of(*lines: str, form: str = "PNG") -> bytes:
    """Return the file of a picture of a page."""
    buffer = BytesIO()
    _pixels(lines).save(buffer, form)
    return buffer.getvalue()


def scan_page(*lines: str, layer: tuple[str, ...] = ()) -> Painter:
    """Return a painter of a page that is a picture of lines, over a text that nobody sees, if any."""
    pixels = _pixels(lines)

    def paint(canvas):
        canvas.drawImage(ImageReader(pixels), 0, 0, *A4)
        text = canvas.beginText(60, 780)
        text.setTextRenderMode(3)
        for line in layer:
            text.textLine(line)
        canvas.drawText(text)

    return paint
