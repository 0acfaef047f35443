r"""Build the PDF and DOCX examples from their text sources.

Nobody needs to run this to use the examples: the files are part of the repository. Run it after a change
in `sources/`, from anywhere, in the development environment:

    python examples/build.py [--fonts FOLDER] [--output FOLDER]

With the same fonts and library versions the same sources give the same bytes.

A source is plain text, one block a line: `#` name or title, `=` line below it, `@` contact line,
`##` section, `###` entry with `|` between role, place, dates and length, `-` bullet, `~` words in white
on white, anything else a paragraph. `**bold**` is bold, and `\-` is a place where a word may be broken.
"""

from __future__ import annotations

import argparse
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import docx
import pypdfium2
from docx.document import Document as WordDocument
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import _Cell as WordCell
from docx.text.paragraph import Paragraph as WordParagraph
from PIL import Image, ImageFilter
from reportlab import rl_config
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import registerFont, registerFontFamily
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    FrameBreak,
    KeepTogether,
    NextPageTemplate,
    PageTemplate,
    Paragraph,
    Table,
)
from reportlab.platypus.flowables import HRFlowable

HERE = Path(__file__).resolve().parent
DEFAULT_FONTS = Path("/usr/share/fonts/truetype/dejavu")
FONTS = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSerif", "DejaVuSerif-Bold")
FIXED_DATE = datetime(2026, 11, 1, tzinfo=UTC)
MARKS = {
    "#": "title",
    "=": "tagline",
    "@": "contact",
    "##": "section",
    "###": "entry",
    "-": "bullet",
    "~": "hidden",
}
LIGATURES = {"ffi": "ﬃ", "ffl": "ﬄ", "fi": "ﬁ", "fl": "ﬂ", "ff": "ﬀ"}
WIDTH, HEIGHT = A4
SIDEBAR = 172.0
MARGIN = 48.0


@dataclass(frozen=True, slots=True)
class Block:
    """One line of a source: what it is and what it says."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Look:
    """How a PDF is set.

    Attributes:
        font: regular and bold face.
        accent: colour of headings and rules.
        size: body size in points; all others follow from it.
        justified: set paragraphs flush on both sides, with words broken at the marked places.
        ligatures: write fi, fl, ff, ffi and ffl as single characters, as typesetting programs do.
        sidebar: sections that go into a column of their own, on the left of the first page.
    """

    font: tuple[str, str]
    accent: str
    size: float = 9.2
    justified: bool = False
    ligatures: bool = False
    sidebar: frozenset[str] = frozenset()


SANS = ("DejaVuSans", "DejaVuSans-Bold")
SERIF = ("DejaVuSerif", "DejaVuSerif-Bold")
HELVETICA = ("Helvetica", "Helvetica-Bold")
TIMES = ("Times-Roman", "Times-Bold")
SIDEBAR_SECTIONS = frozenset({"Contact", "Skills", "Education", "Certificates", "Languages", "Interests"})

PDF_LOOKS = {
    "dana-cole": Look(HELVETICA, "#2d4a2d", size=9.8),
    "anna-lindqvist": Look(HELVETICA, "#1f4e5f", size=9.9, sidebar=SIDEBAR_SECTIONS),
    "grace-okonjo": Look(SERIF, "#7a3b12", size=9.8, justified=True, ligatures=True),
    "noor-vandermeel": Look(TIMES, "#111111", size=10.6),
    "pavel-orlov": Look(SANS, "#5a6b7b", size=9.4),
}
SCAN_LOOK = Look(SANS, "#222222", size=9.6)


def parse(source: str) -> list[Block]:
    """Return the blocks of `source`, one for each line that is not empty."""
    blocks = []
    for line in filter(None, map(str.strip, source.splitlines())):
        mark, _, rest = line.partition(" ")
        kind = MARKS.get(mark)
        blocks.append(Block(kind, rest.strip()) if kind else Block("paragraph", line))
    return blocks


def read_source(name: str) -> list[Block]:
    """Return the blocks of `sources/<name>.txt`."""
    return parse((HERE / "sources" / f"{name}.txt").read_text(encoding="utf-8"))


def register_fonts(folder: Path) -> None:
    """Make the DejaVu fonts in `folder` known to reportlab.

    Raises:
        SystemExit: one of the font files is not there; the message says where to get it.
    """
    for name in FONTS:
        path = folder / f"{name}.ttf"
        if not path.is_file():
            raise SystemExit(
                f"Font file not found: {path}. Debian and Ubuntu: apt-get install fonts-dejavu-core. "
                "Elsewhere: https://dejavu-fonts.github.io, then name its folder with --fonts."
            )
        registerFont(TTFont(name, str(path)))
    for regular, bold in (SANS, SERIF):
        registerFontFamily(regular, normal=regular, bold=bold, italic=regular, boldItalic=bold)


# PDF


def markup(text: str, look: Look) -> str:
    """Return `text` as reportlab's inline markup."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace("\\-", "\u00ad").replace(" %", "\u00a0%")
    if look.ligatures:
        text = re.sub("ff[il]|f[ifl]", lambda found: LIGATURES[found[0]], text)
    return re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", text)


def paragraph_style(look: Look, kind: str) -> ParagraphStyle:
    """Return the style for one kind of block."""
    size, grey = look.size, HexColor("#555555")
    style = ParagraphStyle(kind, fontName=look.font[0], fontSize=size, leading=size * 1.36)
    changes: dict[str, dict[str, Any]] = {
        "title": {"fontName": look.font[1], "fontSize": size * 2.3, "leading": size * 2.8},
        "tagline": {"fontSize": size * 1.3, "leading": size * 1.9, "textColor": HexColor(look.accent)},
        "contact": {"fontSize": size * 0.94, "textColor": grey},
        "section": {
            "fontName": look.font[1],
            "fontSize": size * 1.2,
            "leading": size * 1.6,
            "spaceBefore": size * 1.1,
            "textColor": HexColor(look.accent),
        },
        "entry": {"spaceBefore": size * 0.5, "spaceAfter": size * 0.15},
        "dates": {"alignment": 2, "textColor": grey},
        "bullet": {"leftIndent": size * 1.5, "bulletIndent": size * 0.2, "spaceBefore": size * 0.12},
        "paragraph": {"spaceBefore": size * 0.12},
        "hidden": {"fontSize": size * 0.5, "leading": size * 0.6, "textColor": HexColor("#ffffff")},
    }
    for name, value in changes[kind].items():
        setattr(style, name, value)
    if look.justified and kind in {"paragraph", "bullet"}:
        style.alignment, style.embeddedHyphenation = TA_JUSTIFY, 1
    return style


def entry_flowable(text: str, look: Look, width: float) -> Flowable:
    """Set an entry: role and place on the left, dates on the right where the column is wide enough."""
    role, *rest = (markup(part.strip(), look) for part in text.split("|"))
    place, dates, length = (*rest, "", "", "")[:3]
    style = paragraph_style(look, "entry")
    left = f"<b>{role}</b>" + (f"<br/>{place}" if place else "")
    if look.sidebar or not rest:
        grey = f'<font color="#555555">{dates}</font>'
        return Paragraph(left + (f" · {grey}" if dates else ""), style, None)
    if len(rest) == 1:
        left, dates = f"<b>{role}</b>", place
    elif not dates or re.fullmatch(r"(since )?\d{4}", dates):
        left = f"<b>{role}</b>, {place}"
    right = dates + (f"<br/>{length}" if length else "")
    cells = [[Paragraph(left, style), Paragraph(right, paragraph_style(look, "dates"))]]
    padding = [(f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("LEFT", "RIGHT", "BOTTOM", "TOP")]
    table = Table(
        cells, colWidths=[width * 0.64, width * 0.36], style=[*padding, ("VALIGN", (0, 0), (-1, -1), "TOP")]
    )
    table.spaceBefore, table.spaceAfter = style.spaceBefore, style.spaceAfter
    return table


def flowables(blocks: list[Block], look: Look, width: float) -> Iterator[Flowable]:
    """Yield what reportlab sets, block by block; headings stay with what follows them."""
    held: list[Flowable] = []
    for block in blocks:
        if block.kind == "entry":
            held.append(entry_flowable(block.text, look, width))
            continue
        bullet = "•" if block.kind == "bullet" else None
        piece = Paragraph(markup(block.text, look), paragraph_style(look, block.kind), bulletText=bullet)
        if block.kind == "section":
            yield from held
            rule = HRFlowable(width="100%", thickness=0.6, color=HexColor(look.accent), spaceAfter=3)
            held = [piece, rule]
            continue
        yield KeepTogether([*held, piece]) if held else piece
        held = []
    yield from held


def split_columns(blocks: list[Block], sidebar: frozenset[str]) -> tuple[list[Block], list[Block]]:
    """Return the blocks of the sidebar and those of the main column, each in the order of the source."""
    columns: tuple[list[Block], list[Block]] = ([], [])
    aside = False
    for block in blocks:
        if block.kind == "section":
            aside = block.text in sidebar
        columns[0 if aside else 1].append(block)
    return columns


def draw_sidebar(canvas: Canvas, _template: BaseDocTemplate) -> None:
    """Tint the left column of the first page."""
    canvas.setFillColor(HexColor("#e9f0f2"))
    canvas.rect(0, 0, SIDEBAR, HEIGHT, stroke=0, fill=1)
    canvas.setFillColor(Color(0, 0, 0))


def write_pdf(name: str, look: Look, target: Path | io.BytesIO) -> None:
    """Set the source `name` as a PDF: one column, or two on the first page where the look has a sidebar."""
    blocks = read_source(name)
    title = next(block.text for block in blocks if block.kind == "title")
    template = BaseDocTemplate(
        str(target) if isinstance(target, Path) else target,
        pagesize=A4,
        invariant=1,
        title=title,
        author=title,
        creator="metier examples",
    )
    below, inner = 40.0, HEIGHT - 80
    full = Frame(MARGIN, below, WIDTH - 2 * MARGIN, inner, 0, 0, 0, 0)
    later = PageTemplate("later", [full])
    if not look.sidebar:
        template.addPageTemplates([later])
        template.build(list(flowables(blocks, look, WIDTH - 2 * MARGIN)))
        return
    aside, main = split_columns(blocks, look.sidebar)
    left = Frame(20, below, SIDEBAR - 36, inner, 0, 0, 0, 0)
    right = Frame(SIDEBAR + 22, below, WIDTH - SIDEBAR - 62, inner, 0, 0, 0, 0)
    template.addPageTemplates([PageTemplate("first", [left, right], onPage=draw_sidebar), later])
    columns = [*flowables(aside, look, 0), FrameBreak(), *flowables(main, look, 0)]
    template.build([NextPageTemplate("later"), *columns])


def write_scan(name: str, look: Look, target: Path) -> None:
    """Write a PDF whose only page is a picture of the set source: slightly turned, grey and soft."""
    buffer = io.BytesIO()
    write_pdf(name, look, buffer)
    with pypdfium2.PdfDocument(buffer.getvalue()) as pdf:
        page = pdf[0].render(scale=120 / 72).to_pil().convert("L")
    page = page.rotate(0.7, Image.Resampling.BICUBIC, fillcolor=250).filter(ImageFilter.GaussianBlur(0.5))
    picture = page.point([20 + level * 225 // 255 for level in range(256)])
    jpeg = io.BytesIO()
    picture.save(jpeg, "JPEG", quality=38, optimize=True)
    jpeg.seek(0)
    canvas = Canvas(str(target), pagesize=A4, invariant=1)
    canvas.setTitle("Scan")
    canvas.drawImage(ImageReader(jpeg), 0, 0, WIDTH, HEIGHT)
    canvas.save()


# DOCX


def add_runs(paragraph: WordParagraph, text: str) -> None:
    """Append `text` to a paragraph, with `**bold**` as bold."""
    for number, part in enumerate(text.replace("\\-", "").split("**")):
        if part:
            paragraph.add_run(part).bold = True if number % 2 else None


def new_word_document(title: str, accent: str) -> WordDocument:
    """Return an empty A4 document with our styles and fixed properties."""
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.2)
    section.top_margin = section.bottom_margin = Cm(1.8)
    properties = document.core_properties
    properties.title, properties.author, properties.last_modified_by = title, title, title
    properties.comments, properties.revision = "", 1
    properties.created = properties.modified = FIXED_DATE.replace(tzinfo=None)
    sizes = {"Normal": 10, "Title": 22, "Heading 1": 13, "Heading 2": 10.5, "List Bullet": 10}
    for name, size in sizes.items():
        style = document.styles[name]
        style.font.size, style.font.name = Pt(size), "Calibri"
        style.paragraph_format.space_after = Pt(3)
        for fonts in style.element.iter(qn("w:rFonts")):
            fonts.attrib.pop(qn("w:asciiTheme"), None)
            fonts.attrib.pop(qn("w:hAnsiTheme"), None)
        if name.startswith(("Title", "Heading")):
            style.font.color.rgb = RGBColor.from_string(accent)
    return document


def write_docx(name: str, target: Path, *, table: bool = False, header: bool = False) -> None:
    """Write the source `name` as a Word document.

    Args:
        name: of the source.
        target: file to write.
        table: put the entries into a table with the dates on the left.
        header: put the contact line into the page header.
    """
    blocks = read_source(name)
    document = new_word_document(blocks[0].text, "1F3864")
    place: WordDocument | WordCell = document
    for block in blocks:
        if block.kind == "entry" and table and block.text.count("|") == 2:
            place = add_row(document, block.text)
            continue
        if block.kind == "section":
            place = document
        if block.kind == "contact" and header:
            add_runs(document.sections[0].header.paragraphs[0], block.text)
        else:
            add_block(place, block)
    save_docx(document, target)


def add_block(place: WordDocument | WordCell, block: Block) -> None:
    """Append one block to a document or to a cell of a table; dates of an entry go to the right margin."""
    styles = {"title": "Title", "section": "Heading 1", "entry": "Heading 2", "bullet": "List Bullet"}
    paragraph = place.add_paragraph(style=styles.get(block.kind, "Normal"))
    text = block.text
    if block.kind == "entry" and "|" in text:
        *names, dates = (part.strip() for part in text.split("|"))
        text = ", ".join(names) + "\t" + dates
        paragraph.paragraph_format.tab_stops.add_tab_stop(Cm(16.6), WD_TAB_ALIGNMENT.RIGHT)
    add_runs(paragraph, text)
    if block.kind == "tagline":
        paragraph.runs[0].font.size = Pt(13)


def add_row(document: WordDocument, entry: str) -> WordCell:
    """Append a table of one row, dates on the left, and return the cell for the rest."""
    role, employer, dates = (part.strip() for part in entry.split("|"))
    table = document.add_table(rows=1, cols=2)
    table.autofit = False
    left, right = table.rows[0].cells[0], table.rows[0].cells[1]
    left.width, right.width = Cm(3.4), Cm(13.2)
    left.paragraphs[0].add_run(dates)
    right.paragraphs[0].add_run(role).bold = True
    right.add_paragraph(employer)
    return cast("WordCell", right)


def save_docx(document: WordDocument, target: Path) -> None:
    """Write the document with fixed dates inside its archive, so that equal input gives equal bytes."""
    buffer = io.BytesIO()
    document.save(buffer)
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in source.namelist():
            part = zipfile.ZipInfo(name, FIXED_DATE.timetuple()[:6])
            part.compress_type = zipfile.ZIP_DEFLATED
            copy.writestr(part, source.read(name))


def build(output: Path) -> list[Path]:
    """Write all PDF and DOCX examples below `output` and return their paths."""
    resumes, vacancies = output / "resumes", output / "vacancies"
    for folder in (resumes, vacancies):
        folder.mkdir(parents=True, exist_ok=True)
    for name, look in PDF_LOOKS.items():
        write_pdf(name, look, resumes / f"{name}.pdf")
    write_scan("scan", SCAN_LOOK, resumes / "scan.pdf")
    write_docx("tomas-ferreira", resumes / "tomas-ferreira.docx")
    write_docx("ilya-severin", resumes / "ilya-severin.docx", table=True)
    write_docx("robert-ashgrove", resumes / "robert-ashgrove.docx", header=True)
    write_docx("data-engineer", vacancies / "data-engineer.docx")
    return sorted([*resumes.glob("*.pdf"), *output.glob("*/*.docx")])


def main() -> None:
    """Read the command line, build, and say what was written."""
    parser = argparse.ArgumentParser(description="Build the PDF and DOCX examples from examples/sources.")
    parser.add_argument(
        "--fonts", type=Path, default=DEFAULT_FONTS, help="folder with DejaVuSans.ttf and others"
    )
    parser.add_argument(
        "--output", type=Path, default=HERE, help="folder to write resumes/ and vacancies/ into"
    )
    arguments = parser.parse_args()
    rl_config.useA85 = 0
    register_fonts(arguments.fonts)
    for path in build(arguments.output):
        print(f"{path.stat().st_size:>8,} bytes  {path}")


if __name__ == "__main__":
    main()
