"""What a printed report is set with: its fonts, its styles, and text that is never read as markup."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from importlib import resources
from io import BytesIO
from typing import Any, Final

from metier._extras import require
from metier.report.page import showable

PLAIN: Final = "MetierSans"
BOLD: Final = "MetierSans-Bold"
PLACEHOLDER: Final = "\N{WHITE SQUARE}"
"""Stands for each character that the fonts lack."""

_FILES: Final = {PLAIN: "DejaVuSans.ttf", BOLD: "DejaVuSans-Bold.ttf"}
# Letters of scripts that run from the right, with what stands between them.
_FROM_RIGHT: Final = re.compile(r"[\u0590-\u08ff]+(?:[\s\-\u05be\"']+[\u0590-\u08ff]+)*")
_INK: Final = "#1c2733"
_FAINT: Final = "#5a6775"
_LINE: Final = "#c9d1d9"
_FILL: Final = "#eef2f5"


@dataclass(frozen=True, slots=True, eq=False)
class Type:
    """What sets the text of one report.

    Attributes:
        styles: paragraph styles by name.
        missing: characters that were replaced so far, as they came.
    """

    styles: dict[str, Any]
    missing: set[str]

    def text(self, words: object) -> str:
        """Return words as the markup of a paragraph that shows them and nothing else."""
        shown = "".join(map(self._printable, showable(str(words)).replace("\t", " ")))
        return escape(_FROM_RIGHT.sub(_reversed, shown), quote=False)

    def paragraph(self, markup: str, style: str = "body") -> Any:
        """Return a paragraph of markup whose words `text` has escaped."""
        return require("reportlab.platypus").Paragraph(markup, self.styles[style])

    def plain(self, words: object, style: str = "body") -> Any:
        """Return a paragraph of words."""
        return self.paragraph(self.text(words), style)

    def _printable(self, char: str) -> str:
        if char in " \n\N{NO-BREAK SPACE}" or ord(char) in _known():
            return char
        if unicodedata.category(char) in {"Mn", "Cf"}:
            return ""
        self.missing.add(char)
        return PLACEHOLDER


def new_type() -> Type:
    """Return what sets a report.

    Raises:
        MissingExtra: reportlab is not installed.
    """
    _register()
    return Type(_styles(), set())


def table(rows: list[list[Any]], widths: list[float], *, heads: int = 1) -> Any:
    """Return a table whose head is repeated on each page.

    Args:
        rows: of paragraphs, the head first.
        widths: of the columns in points.
        heads: how many rows the head has.
    """
    platypus, colors = require("reportlab.platypus"), require("reportlab.lib.colors")
    made = platypus.LongTable(rows, colWidths=widths, repeatRows=heads, splitInRow=1)
    made.setStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("BACKGROUND", (0, 0), (-1, heads - 1), colors.HexColor(_FILL)),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, colors.HexColor(_LINE)),
            ("LEFTPADDING", (0, 0), (-1, -1), 4),
            ("RIGHTPADDING", (0, 0), (-1, -1), 4),
            ("TOPPADDING", (0, 0), (-1, -1), 3),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
        ]
    )
    return made


@lru_cache(maxsize=1)
def _register() -> None:
    metrics = require("reportlab.pdfbase.pdfmetrics")
    fonts = require("reportlab.pdfbase.ttfonts")
    for name, file in _FILES.items():
        content = resources.files("metier.report").joinpath("fonts", file).read_bytes()
        metrics.registerFont(fonts.TTFont(name, BytesIO(content)))
    # Bold within a paragraph; there is no slanted cut.
    metrics.registerFontFamily(PLAIN, normal=PLAIN, bold=BOLD, italic=PLAIN, boldItalic=BOLD)


@lru_cache(maxsize=1)
def _known() -> frozenset[int]:
    """Return the characters that both fonts have."""
    metrics = require("reportlab.pdfbase.pdfmetrics")
    faces = [metrics.getFont(name).face.charToGlyph for name in _FILES]
    return frozenset(faces[0]).intersection(*faces[1:])


def _styles() -> dict[str, Any]:
    made = require("reportlab.lib.styles").ParagraphStyle
    colors = require("reportlab.lib.colors")
    ink, faint = colors.HexColor(_INK), colors.HexColor(_FAINT)
    body = made("body", fontName=PLAIN, fontSize=9, leading=12.5, textColor=ink, splitLongWords=1)
    return {
        "body": body,
        "title": made("title", parent=body, fontName=BOLD, fontSize=18, leading=23, spaceAfter=4),
        "heading": made(
            "heading",
            parent=body,
            fontName=BOLD,
            fontSize=13,
            leading=17,
            spaceBefore=14,
            spaceAfter=5,
            keepWithNext=1,
        ),
        "subheading": made(
            "subheading",
            parent=body,
            fontName=BOLD,
            fontSize=10,
            leading=13,
            spaceBefore=9,
            spaceAfter=3,
            keepWithNext=1,
        ),
        "small": made("small", parent=body, fontSize=7.5, leading=10.5, textColor=faint),
        "id": made("id", parent=body, fontSize=7.5, leading=10.5, textColor=faint, keepWithNext=1),
        "cell": made("cell", parent=body, fontSize=8, leading=10.5),
        "head": made("head", parent=body, fontName=BOLD, fontSize=7.5, leading=10),
        "caution": made("caution", parent=body, spaceBefore=6, spaceAfter=6, leftIndent=8, borderPadding=0),
    }


def _reversed(match: re.Match[str]) -> str:
    """Return words of a script from the right in the order in which they are drawn from the left."""
    return match[0][::-1]
