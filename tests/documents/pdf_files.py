"""PDFs for tests, made on the spot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO

from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

Painter = Callable[[Canvas], None]

LEFT_PROSE = (
    "Software engineer who builds services",
    "for payments and who likes to measure",
    "before changing anything. Wrote most",
    "of the ledger that the company runs on",
    "and taught the team to test in pairs,",
    "which halved the number of incidents.",
)
RIGHT_PROSE = (
    "The data platform moved to streams in",
    "two quarters, without a night of work,",
    "because each table had an owner, and a",
    "budget for errors was agreed upon with",
    "the people who read the daily reports",
    "and who had waited for them in vain.",
)
THIRD_PROSE = (
    "Later years went into hiring people,",
    "planning their first weeks, and into",
    "writing down what had been learned,",
    "so that others would not have to find",
    "out the same things once again by the",
    "same long way that we had all taken.",
)


def draw(*pages: Painter, password: str | None = None) -> bytes:
    """Return a PDF of A4 pages, each painted by one function."""
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4, encrypt=password, invariant=True)
    for paint in pages:
        canvas.setFont("Helvetica", 10)
        paint(canvas)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def write(canvas: Canvas, x: float, y: float, lines: Sequence[str], *, leading: float = 14) -> None:
    """Draw lines below each other."""
    for number, line in enumerate(lines):
        canvas.drawString(x, y - number * leading, line)


def lines_page(*lines: str) -> Painter:
    """Return a painter of one column."""
    return lambda canvas: write(canvas, 60, 780, lines)


def image_page(canvas: Canvas) -> None:
    """Draw an image over the whole page."""
    canvas.drawImage(ImageReader(Image.new("RGB", (40, 60), "gray")), 0, 0, *A4)


def mapped_pdf(lines: Sequence[str], *, unmapped: str = "") -> bytes:
    """Return a PDF of one page that can hold any characters, whatever their shapes.

    Each distinct character gets a code of its own, 0.6 em wide, and a /ToUnicode entry, except for those
    in `unmapped`, which the font maps to nothing.
    """
    alphabet = sorted(set("".join(lines)) - {" "})
    codes = {" ": 0x20} | {char: 0x80 + number for number, char in enumerate(alphabet)}
    entries = [
        f"<{code:02x}> <{char.encode('utf-16-be').hex()}>"
        for char, code in codes.items()
        if char not in unmapped
    ]
    cmap = f"begincmap 1 begincodespacerange <00> <ff> endcodespacerange\n{len(entries)} beginbfchar\n"
    cmap += "\n".join(entries) + "\nendbfchar endcmap"
    shows = [f"<{''.join(f'{codes[char]:02x}' for char in line)}> Tj T*" for line in lines]
    content = "BT /F 10 Tf 14 TL 60 780 Td\n" + "\n".join(shows) + "\nET"
    widths = " ".join(["600"] * 224)
    font = (
        "<< /Type /Font /Subtype /Type3 /FontBBox [0 -200 600 800] /FontMatrix [0.001 0 0 0.001 0 0] "
        "/FirstChar 32 /LastChar 255 /CharProcs << >> /Encoding << /Type /Encoding /Differences [] >> "
        f"/Widths [{widths}] /ToUnicode 5 0 R >>"
    )
    return assembled(
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        "/Resources << /Font << /F 6 0 R >> >> >>",
        stream(content),
        stream(cmap),
        font,
    )


def empty_tree_pdf() -> bytes:
    """Return a PDF without pages."""
    return assembled("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [] /Count 0 >>")


def stream(content: str) -> str:
    """Return a stream object of a PDF."""
    return f"<< /Length {len(content)} >>\nstream\n{content}\nendstream"


def assembled(*objects: str) -> bytes:
    """Return a PDF of numbered objects, the first of them its catalog."""
    body = "%PDF-1.7\n"
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    start = len(body)
    body += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n"
    body += "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    body += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    return body.encode("ascii")
