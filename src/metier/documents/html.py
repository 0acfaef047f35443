"""HTML: the text as a browser lays it out, and what of it nobody sees."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from typing import Final

from metier.documents.css import Styles, cascade
from metier.documents.css_values import length
from metier.documents.docx_color import UNKNOWN, Colors
from metier.documents.extracted import Extracted
from metier.documents.formats import READABLE
from metier.documents.html_boxes import (
    BLOCK,
    CELL,
    HEADINGS,
    INLINE_BLOCK,
    LIST_ITEM,
    ROW,
    SECTIONS,
    kinds_of,
)
from metier.documents.html_ground import PAGE, grounds_of
from metier.documents.html_lines import LineBuilder
from metier.documents.html_links import unshown_address
from metier.documents.html_look import Look, looks_of
from metier.documents.html_tree import Element, Tree, parse_tree
from metier.documents.plain import decode_text
from metier.documents.portrait import PHOTO, is_portrait
from metier.errors import UnsupportedFormat
from metier.limits import ReadingLimits
from metier.types import Exclusion, ExclusionReason, Finding, Severity, Span

_BOMS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_CHARSET = re.compile(
    rb"<meta\b[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})|<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{2,40})",
    re.IGNORECASE,
)
_CHARSET_REACH: Final = 4096
# Browsers read these names as larger sets of letters, and know no other names than these and the next.
_CODECS: Final = {
    **dict.fromkeys(("ascii", "us-ascii", "iso-8859-1", "latin1"), "cp1252"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987"), "cp949"),
    **dict.fromkeys(("gb2312", "gbk"), "gb18030"),
    "shift_jis": "cp932",
    "iso-8859-9": "cp1254",
}
_PLAIN_CODECS = re.compile(
    r"(?:windows-|cp)125\d|iso-8859-\d{1,2}|koi8-[ru]|(?:ibm|cp)866|utf-?8|euc-jp|big5|gb18030"
)
_LOST: Final = "\ufffd"
_LOST_SHARE: Final = 0.005
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")
_CONTROL_SHARE: Final = 0.005
_PHOTO_WORDS = re.compile(r"photo|avatar|portrait|headshot|profile-?pic|фото|портрет", re.IGNORECASE)
_POINTS: Final = 0.75  # in a pixel

_CUT: Final = Finding(
    "style_limit",
    Severity.WARNING,
    "The style sheets of the page are too large to follow all of them, so hidden words may count. "
    "Look at the page in a browser.",
)
_MISSING: Final = Finding(
    "style_limit",
    Severity.WARNING,
    "Words have the colour of the page, and its style sheets are not in the file, so nobody can tell whether "
    "they are seen. They count. Look at the page in a browser.",
)


def extract_html(data: bytes, name: str, limits: ReadingLimits) -> Extracted:
    """Return the text of a page, and which of its words nobody sees.

    Blocks are lines; headings and sections are set off by an empty line, list items begin with a bullet.
    Cells of a row that are single lines share a line, parted by a tab, others follow each other. An address
    that a link holds and its words do not show follows them in brackets.

    Args:
        data: the whole file, in the encoding that it names, or as plain text.
        name: the file's name, for messages.
        limits: `max_chars` applies.

    Raises:
        UnsupportedFormat: binary data, or an encoding that is not known.
        LimitExceeded: too many characters, tags, or elements within each other.
    """
    markup, findings = _decoded(data, name)
    if len(_CONTROL.findall(markup)) > _CONTROL_SHARE * len(markup):
        raise UnsupportedFormat(f"{name} holds binary data, not text. {READABLE}.")
    extracted = read_html(markup, name, limits)
    return replace(extracted, findings=(*findings, *extracted.findings))


def _decoded(data: bytes, name: str) -> tuple[str, tuple[Finding, ...]]:
    """Return the page as text: by its mark, as UTF-8, by what it names, or as plain text."""
    with suppress(UnicodeDecodeError):
        # Bytes that are UTF-8 are no accident, whatever the page says of itself.
        if not data.startswith(_BOMS):
            return data.decode("utf-8"), ()
    declared = _CHARSET.search(data, 0, _CHARSET_REACH)
    if declared is not None and not data.startswith(_BOMS):
        text = _decoded_as(data, (declared[1] or declared[2]).decode("ascii"))
        if text.count(_LOST) <= _LOST_SHARE * len(text):
            return text, ()
    return decode_text(data, name)


def _decoded_as(data: bytes, label: str) -> str:
    """Return bytes in an encoding of the web; one that is not known loses every letter."""
    label = label.lower()
    if label not in _CODECS and not _PLAIN_CODECS.fullmatch(label):
        return _LOST
    try:
        return data.decode(_CODECS.get(label, label), "replace")
    except LookupError:
        return _LOST


def read_html(markup: str, name: str, limits: ReadingLimits) -> Extracted:
    """Return the text of some markup; `extract_html` has the rules and the errors."""
    tree = parse_tree(markup, name)
    styles = cascade(tree)
    page = _Page(tree, styles, name, limits.max_chars)
    findings = [_CUT] if styles.is_cut else []
    text, excluded = page.read(PAGE if not _is_dark(tree, styles) else UNKNOWN)
    if styles.names_others and any(item.reason is ExclusionReason.BACKGROUND_COLOR for item in excluded):
        # The colour of the page may stand in a sheet that is not here.
        sure = page.read(UNKNOWN)
        findings += [_MISSING] if sure != (text, excluded) else []
        text, excluded = sure
    if page.holds_photo():
        findings.append(PHOTO)
    return Extracted(text, (Span(0, len(text)),), findings=tuple(findings), excluded=excluded)


def _is_dark(tree: Tree, styles: Styles) -> bool:
    """Tell whether a page asks for the dark colours of the browser."""
    asked = [style.get("color-scheme", "") for style in styles.of[:1]]
    asked += [
        element.attributes.get("content", "").lower()
        for element in tree.elements
        if element.tag == "meta" and element.attributes.get("name", "").lower() == "color-scheme"
    ]
    return any("dark" in words and "light" not in words for words in asked)


class _Page:
    """A page with all that is known of how it looks."""

    def __init__(self, tree: Tree, styles: Styles, name: str, max_chars: int) -> None:
        self._tree = tree
        self._styles = styles
        self._name = name
        self._max_chars = max_chars
        self._kinds = kinds_of(tree, styles)
        self._looks = looks_of(tree, styles, self._kinds)

    def read(self, page: Colors) -> tuple[str, tuple[Exclusion, ...]]:
        """Return the text, and what of it nobody sees before a page of some colours."""
        grounds = grounds_of(self._tree, self._styles, self._looks, page=page)
        reasons = [look.reason_on(ground) for look, ground in zip(self._looks, grounds, strict=True)]
        return _Reading(self._tree, self._kinds, self._looks, reasons).lines(
            LineBuilder(self._name, self._max_chars)
        )

    def holds_photo(self) -> bool:
        """Tell whether there is a picture that may be a photo of the person."""
        return any(self._is_photo(index) for index, one in enumerate(self._tree.elements) if one.tag == "img")

    def _is_photo(self, index: int) -> bool:
        element, style = self._tree.elements[index], self._styles.of[index]
        if self._looks[index].hidden_by is not None:
            return False
        sides = [length(style.get(side, ""), 16.0) for side in ("width", "height")]
        width, height = ((side or 0.0) * _POINTS for side in sides)
        words = " ".join(element.attributes.get(key, "")[:200] for key in ("alt", "class", "id"))
        return is_portrait(width, height) or bool(_PHOTO_WORDS.search(words))


class _Reading:
    """One pass over a page, from its first word to its last."""

    def __init__(
        self, tree: Tree, kinds: list[str], looks: list[Look], reasons: list[ExclusionReason | None]
    ) -> None:
        self._tree = tree
        self._kinds = kinds
        self._looks = looks
        self._reasons = reasons
        # Rows and cells that were begun as such, so that each is ended as what it was begun.
        self._begun: list[str] = []
        self._links: list[list[str]] = []

    def lines(self, lines: LineBuilder) -> tuple[str, tuple[Exclusion, ...]]:
        """Return the text of the page, and what of it nobody sees."""
        for index, text in self._tree.events:
            if text is not None:
                lines.add(text, self._reasons[index], white_space=self._looks[index].white_space)
                if self._links:
                    self._links[-1].append(text)
            elif index >= 0:
                self._begin(index, lines)
            else:
                self._end(-1 - index, lines)
        return lines.assembled()

    def _begin(self, index: int, lines: LineBuilder) -> None:
        element = self._tree.elements[index]
        self._begun.append(self._begin_box(element, self._kinds[index], lines))
        if element.tag == "br":
            lines.break_line()
        elif element.tag == "a":
            self._links.append([])

    def _begin_box(self, element: Element, kind: str, lines: LineBuilder) -> str:
        """Begin a box; return what is to be ended."""
        around = self._begun[-1] if self._begun else ""
        if kind == CELL or (around.endswith(ROW) and kind != ROW):
            return CELL if lines.begin_cell() else BLOCK
        if kind == ROW:
            return self._begin_row(around, lines)
        if element.tag in HEADINGS or element.tag in SECTIONS:
            lines.empty_line()
        if kind == LIST_ITEM:
            lines.begin_item()
        elif kind == INLINE_BLOCK:
            lines.add_gap()
        elif kind == BLOCK:
            lines.end_line()
        return kind

    def _begin_row(self, around: str, lines: LineBuilder) -> str:
        """Begin a row; one that is a part of a row has a cell around it."""
        cell = f"{CELL} " if around.endswith(ROW) and lines.begin_cell() else ""
        return f"{cell}{ROW}" if lines.begin_row() else f"{cell}{BLOCK}"

    def _end(self, index: int, lines: LineBuilder) -> None:
        element = self._tree.elements[index]
        if element.tag == "a":
            self._end_link(element, self._reasons[index], lines)
        begun = self._begun.pop()
        if begun.endswith(ROW):
            lines.end_row()
        elif begun == LIST_ITEM:
            lines.end_item()
        elif begun == INLINE_BLOCK:
            lines.add_gap()
        elif begun.endswith(BLOCK):
            lines.end_line()
            if element.tag in SECTIONS:
                lines.empty_line()
        if begun.startswith(CELL):
            lines.end_cell()

    def _end_link(self, link: Element, reason: ExclusionReason | None, lines: LineBuilder) -> None:
        words = "".join(self._links.pop())
        address = unshown_address(link.attributes.get("href", ""), words)
        if address:
            lines.add(f" ({address})" if words.strip() else f" {address} ", reason)
