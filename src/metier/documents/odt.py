"""OpenDocument texts: the file itself, what of it is read, and what lies behind its words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from metier.documents.archive import check_archive, parse_part, read_parts
from metier.documents.docx_color import CLEAR, UNKNOWN, Colors, either, on_top
from metier.documents.docx_shape import points
from metier.documents.extracted import Extracted
from metier.documents.lines import Meter, around, distinct_lines
from metier.documents.odt_lines import DRAWN, OFFICE, SVG, TABLE, Blocks, H, P, Place
from metier.documents.odt_style import DRAW, STYLE, Look, Pages, Styles, ground, shape_ground
from metier.documents.odt_style import TEXT as TEXT_NS
from metier.documents.pieces import Line, assemble
from metier.documents.portrait import PHOTO, is_portrait
from metier.errors import CorruptDocument, EncryptedDocument, UnsupportedFormat
from metier.limits import ReadingLimits
from metier.types import Span

_CONTENT, _STYLES, _MANIFEST, _MIMETYPE = "content.xml", "styles.xml", "META-INF/manifest.xml", "mimetype"
_TEXT_TYPES = re.compile(rb"\s*application/vnd\.oasis\.opendocument\.text(?:-\w+)?\s*")
_ENCRYPTED = re.compile(rb"<(?:[\w-]{1,40}:)?encryption-data\b")
_CM = 72 / 2.54
_LEAST_AREA = 5 * _CM * _CM  # an icon is nothing that words stand on
_LARGE_AREA = 50 * _CM * _CM  # a photo beside the text is smaller, and no text box lies on it
_HEADERS = tuple(f"{STYLE}header{kind}" for kind in ("", "-first", "-left"))
_FOOTERS = tuple(f"{STYLE}footer{kind}" for kind in ("", "-first", "-left"))


def extract_odt(data: bytes, name: str, limits: ReadingLimits) -> Extracted:
    """Return the text of an OpenDocument text, and which of its words nobody sees.

    Headers come first and footers last. A paragraph is a line; a heading is set off by an empty line;
    cells of a table row that are single lines share a line, parted by a tab, others follow each other.

    Args:
        data: the whole file.
        name: the file's name, for messages.
        limits: `max_chars` applies.

    Raises:
        CorruptDocument: not a whole, well-formed OpenDocument file.
        EncryptedDocument: it asks for a password.
        UnsupportedFormat: an OpenDocument file of another kind, such as a spreadsheet.
        LimitExceeded: it unpacks to more than a document can be, nests too deep, or has too many characters.
    """
    check_archive(data, name, is_parsed=(_CONTENT, _STYLES).__contains__)
    parts = read_parts(data, name, (_MIMETYPE, _MANIFEST, _CONTENT, _STYLES))
    if _ENCRYPTED.search(parts.get(_MANIFEST, b"")):
        raise EncryptedDocument(f"{name} asks for a password. Save it without one and send it again.")
    if not _TEXT_TYPES.fullmatch(parts.get(_MIMETYPE, b"application/vnd.oasis.opendocument.text")):
        raise UnsupportedFormat(f"{name} is an OpenDocument file, but no text. Save it as ODT or PDF.")
    if _CONTENT not in parts:
        raise CorruptDocument(f"{name} is an OpenDocument file without content. Send the original.")
    content = parse_part(parts[_CONTENT], name)
    styles = parse_part(parts[_STYLES], name) if _STYLES in parts else None
    return _File(content, styles, name=name, limits=limits).read()


class _File:
    """The two parts of a file that are read."""

    def __init__(self, content: Any, styles: Any, *, name: str, limits: ReadingLimits) -> None:
        self._text = content.find(f"{OFFICE}body/{OFFICE}text")
        if self._text is None:
            raise CorruptDocument(f"{name} is an OpenDocument file without a text. Send the original.")
        self._name = name
        self._meter = Meter(limits.max_chars, name)
        common = None if styles is None else styles.find(f"{OFFICE}styles")
        self._looks = Styles(common, content.find(f"{OFFICE}automatic-styles"))
        self._edge_looks = Styles(
            common, None if styles is None else styles.find(f"{OFFICE}automatic-styles")
        )
        self._pages = Pages(styles)
        self._masters = self._pages.used(set(self._begun_pages()))

    def read(self) -> Extracted:
        """Return the text with what nobody sees of it."""
        paper = self._pages.paper(self._masters, self._edge_looks)
        drawn = list(self._drawn())
        page = _behind(paper, drawn)
        anything = either(page, *(on_top(fill, page) for _, fill in drawn))
        blocks = Blocks(self._looks, meter=self._meter, anything=anything, name=self._name)
        edges = Blocks(self._edge_looks, meter=self._meter, anything=anything, name=self._name)
        above, below = (
            distinct_lines(self._edges(edges, tags, page, kind))
            for tags, kind in ((_HEADERS, "header"), (_FOOTERS, "footer"))
        )
        body = blocks.lines(self._text, Place(page))
        text, excluded = assemble(around(above, body, below))
        findings = (PHOTO,) if self._holds_photo() else ()
        return Extracted(text, (Span(0, len(text)),), findings=findings, excluded=excluded)

    def _begun_pages(self) -> Iterator[str]:
        """Yield the master pages that the styles of the body begin."""
        families = {P: "paragraph", H: "paragraph", f"{TABLE}table": "table"}
        for block in self._text.iter(*families):
            key = f"{TABLE}style-name" if block.tag == f"{TABLE}table" else f"{TEXT_NS}style-name"
            page = self._looks.look(families[block.tag], block.get(key)).page
            if page:
                yield page

    def _edges(self, blocks: Blocks, tags: tuple[str, ...], page: Colors, kind: str) -> Iterator[Line]:
        for master in self._masters:
            place = Place(page).above(self._pages.edge(master, kind))
            for edge in master.iterchildren(*tags):
                if edge.get(f"{STYLE}display") != "false":
                    yield from blocks.lines(edge, place)

    def _drawn(self) -> Iterator[tuple[bool, Colors]]:
        """Yield of each large shape and picture whether it may be behind the text, and its colours."""
        for root, looks in self._roots():
            for shape in root.iter(*DRAWN):
                look = looks.look("graphic", shape.get(f"{DRAW}style-name"))
                fill, area = _fill(shape, look), _area(shape)
                beside = not fill and look.wrap != "run-through" and area < _LARGE_AREA
                if area >= _LEAST_AREA and not beside:
                    yield _lies_behind(look), fill

    def _roots(self) -> Iterator[tuple[Any, Styles]]:
        yield self._text, self._looks
        for master in self._masters:
            yield master, self._edge_looks

    def _holds_photo(self) -> bool:
        frames = (frame for root, _ in self._roots() for frame in root.iter(f"{DRAW}frame"))
        return any(
            is_portrait(_side(frame, "width") or 0, _side(frame, "height") or 0)
            for frame in frames
            if frame.find(f"{DRAW}image") is not None
        )


def _behind(paper: Colors, drawn: Iterable[tuple[bool, Colors]]) -> Colors:
    """Return what may be behind the words of the body: the paper, and what is drawn on it."""
    return either(paper, *(on_top(fill, paper) for behind, fill in drawn if behind))


def _lies_behind(look: Look) -> bool:
    return look.wrap == "run-through" and look.through != "foreground"


def _fill(shape: Any, look: Look) -> Colors:
    """Return the colours of a shape; a picture may have all of them, a group those of its members."""
    if shape.tag == f"{DRAW}frame":
        return UNKNOWN if shape.find(f"{DRAW}image") is not None else ground(look)
    return CLEAR if shape.tag in (f"{DRAW}g", f"{DRAW}a", f"{DRAW}text-box") else shape_ground(look)


def _area(shape: Any) -> float:
    width, height = _side(shape, "width"), _side(shape, "height")
    return _LEAST_AREA if width is None or height is None else width * height


def _side(shape: Any, side: str) -> float | None:
    return points(shape.get(f"{SVG}{side}"), per_point=1)
