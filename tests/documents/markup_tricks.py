"""Ways to hide words in Word, HTML, RTF and OpenDocument files, and honest looks that resemble them."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO

from docx import Document
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor

FileMaker = Callable[[str, list[str]], bytes]


def _word(style: Callable[..., None]) -> FileMaker:
    def make(words: str, lines: list[str]) -> bytes:
        document = Document()
        for line in lines:
            document.add_paragraph(line)
        style(document, words)
        buffer = BytesIO()
        document.save(buffer)
        return buffer.getvalue()

    make.__name__ = f"docx_{style.__name__.removeprefix('word_')}"
    return make


def _shade(properties, fill: str) -> None:
    shade = OxmlElement("w:shd")
    shade.set(qn("w:val"), "clear")
    shade.set(qn("w:fill"), fill)
    properties.append(shade)


def _colored(run, rgb: tuple[int, int, int]) -> None:
    run.font.color.rgb = RGBColor(*rgb)


def word_white(document, words):
    _colored(document.add_paragraph().add_run(words), (255, 255, 255))


def word_nearly_white(document, words):
    _colored(document.add_paragraph().add_run(words), (245, 247, 246))


def word_vanish(document, words):
    document.add_paragraph().add_run(words).font.hidden = True


def word_vanish_by_style(document, words):
    style = document.styles.add_style("Quiet", 2)
    style.font.hidden = True
    document.add_paragraph().add_run(words, style="Quiet")


def word_one_point(document, words):
    document.add_paragraph().add_run(words).font.size = Pt(1)


def word_dark_on_dark_cell(document, words):
    cell = document.add_table(1, 1).cell(0, 0)
    _shade(cell._tc.get_or_add_tcPr(), "1F2A44")
    _colored(cell.paragraphs[0].add_run(words), (33, 43, 70))


def word_white_on_dark_cell(document, words):
    cell = document.add_table(1, 1).cell(0, 0)
    _shade(cell._tc.get_or_add_tcPr(), "1F2A44")
    _colored(cell.paragraphs[0].add_run(words), (255, 255, 255))


def word_white_on_dark_paragraph(document, words):
    paragraph = document.add_paragraph()
    _shade(paragraph._p.get_or_add_pPr(), "203040")
    _colored(paragraph.add_run(words), (255, 255, 255))


def word_white_with_black_highlight(document, words):
    run = document.add_paragraph().add_run(words)
    run.font.highlight_color = WD_COLOR_INDEX.BLACK
    _colored(run, (255, 255, 255))


def word_light_grey_heading(document, words):
    run = document.add_heading(level=1).add_run(words)
    _colored(run, (191, 191, 191))


def word_small_print(document, words):
    document.add_paragraph().add_run(words).font.size = Pt(5)


def word_vanish_switched_off(document, words):
    document.add_paragraph().add_run(words).font.hidden = False


def _html(name: str, markup: str, head: str = "") -> FileMaker:
    def make(words: str, lines: list[str]) -> bytes:
        body = "".join(f"<p>{line}</p>" for line in lines) + markup.format(words)
        return f"<!doctype html><html><head><style>{head}</style></head><body>{body}</body></html>".encode()

    make.__name__ = f"html_{name}"
    return make


_HTML_TRICKS = (
    _html("display_none", '<div style="display:none">{}</div>'),
    _html("by_class", '<p class="x">{}</p>', ".x { display: none }"),
    _html("hidden_attribute", "<p hidden>{}</p>"),
    _html("visibility", '<p style="visibility:hidden">{}</p>'),
    _html("white", '<p style="color:#fff">{}</p>'),
    _html("white_by_sheet", "<footer>{}</footer>", "body{background:white} footer{color:rgb(254,254,254)}"),
    _html("zero_size", '<span style="font-size:0">{}</span>'),
    _html("one_pixel", '<span style="font-size:1px">{}</span>'),
    _html("opacity", '<p style="opacity:0">{}</p>'),
    _html("off_page", '<p style="position:absolute;left:-9999px">{}</p>'),
    _html("clipped", '<p style="position:absolute;clip-path:inset(100%)">{}</p>'),
    _html("dark_on_dark", '<div style="background:#101828"><p style="color:#111a2b">{}</p></div>'),
)
_HTML_HONEST = (
    _html("dark_header", '<header style="background:#123">{}</header>', "header{color:white}"),
    _html("grey", '<h2 style="color:#bbb">{}</h2>'),
    _html("legal", '<small style="font-size:7px">{}</small>'),
    _html("print_only_rule", "<p class=x>{}</p>", "@media print { .x { display: none } }"),
    _html("on_gradient", '<p style="background:linear-gradient(#000,#333);color:#fff">{}</p>'),
    _html("half_opacity", '<p style="opacity:.5">{}</p>'),
    _html("moved_a_little", '<p style="position:relative;left:-4px">{}</p>'),
    _html("shown_again", '<div class="x">{}</div>', ".x{display:none} body .x{display:block}"),
)


def _rtf(name: str, markup: str) -> FileMaker:
    colors = r"{\colortbl;\red255\green255\blue255;\red16\green24\blue40;\red190\green190\blue190;}"

    def make(words: str, lines: list[str]) -> bytes:
        body = "".join(f"{line}\\par " for line in lines) + markup.replace("@", words)
        return f"{{\\rtf1\\ansi\\deff0{{\\fonttbl{{\\f0 Arial;}}}}{colors}\\fs22 {body}\\par}}".encode(
            "ascii"
        )

    make.__name__ = f"rtf_{name}"
    return make


_RTF_TRICKS = (
    _rtf("hidden", r"{\v @}"),
    _rtf("white", r"{\cf1 @}"),
    _rtf("one_point", r"{\fs2 @}"),
    _rtf("dark_on_dark", r"{\chcbpat2\cf2 @}"),
)
_RTF_HONEST = (
    _rtf("white_on_dark", r"{\chcbpat2\cf1 @}"),
    _rtf("grey", r"{\cf3 @}"),
    _rtf("small", r"{\fs10 @}"),
    _rtf("hidden_switched_off", r"{\v0 @}"),
)

_ODT_CONTENT = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0">'
    '<office:automatic-styles><style:style style:name="T" style:family="text">'
    "<style:text-properties {0}/></style:style></office:automatic-styles>"
    '<office:body><office:text>{1}<text:p><text:span text:style-name="T">{2}</text:span></text:p>'
    "</office:text></office:body></office:document-content>"
)


def _odt(name: str, properties: str) -> FileMaker:
    def make(words: str, lines: list[str]) -> bytes:
        body = "".join(f"<text:p>{line}</text:p>" for line in lines)
        buffer = BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
            archive.writestr("content.xml", _ODT_CONTENT.format(properties, body, words))
        return buffer.getvalue()

    make.__name__ = f"odt_{name}"
    return make


_ODT_TRICKS = (
    _odt("hidden", 'text:display="none"'),
    _odt("white", 'fo:color="#ffffff"'),
    _odt("one_point", 'fo:font-size="1pt"'),
)
_ODT_HONEST = (
    _odt("white_on_dark", 'fo:color="#ffffff" fo:background-color="#102030"'),
    _odt("grey", 'fo:color="#bfbfbf"'),
    _odt("small", 'fo:font-size="5pt"'),
)

TRICKS: tuple[FileMaker, ...] = (
    *map(
        _word,
        (
            word_white,
            word_nearly_white,
            word_vanish,
            word_vanish_by_style,
            word_one_point,
            word_dark_on_dark_cell,
        ),
    ),
    *_HTML_TRICKS,
    *_RTF_TRICKS,
    *_ODT_TRICKS,
)
HONEST: tuple[FileMaker, ...] = (
    *map(
        _word,
        (
            word_white_on_dark_cell,
            word_white_on_dark_paragraph,
            word_white_with_black_highlight,
            word_light_grey_heading,
            word_small_print,
            word_vanish_switched_off,
        ),
    ),
    *_HTML_HONEST,
    *_RTF_HONEST,
    *_ODT_HONEST,
)
