"""Shapes and pictures of a Word file: what they are filled with, whether they lie on the page, what shows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from metier.documents.docx_color import CLEAR, UNKNOWN, A, Colors, Palette, W, either, hex_color

FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_WPS = "{http://schemas.microsoft.com/office/word/2010/wordprocessingShape}"
_PIC = "{http://schemas.openxmlformats.org/drawingml/2006/picture}"
_VML = "{urn:schemas-microsoft-com:vml}"

_SHAPE = f"{_WPS}wsp"
_VML_SHAPES = frozenset(f"{_VML}{name}" for name in ("shape", "rect", "roundrect", "oval"))
_KNOWN_GRAPHICS = ("wordprocessingShape", "wordprocessingGroup", "wordprocessingCanvas", "/picture")
_TEXT_BOX_TYPE = "#_x0000_t202"

_EMU_PER_POINT = 12_700
_TWIPS_PER_POINT = 20
_CM = 72 / 2.54
# No word fits on anything smaller that lies behind it.
_LEAST_BEHIND = (1 * _CM, 0.25 * _CM)
# A logo or a rule in a header stays within it; what is larger may lie behind the body.
_LARGE_IN_HEADER = 5 * _CM
_PHOTO_WIDTH = (2 * _CM, 6 * _CM)
_PHOTO_RATIO = (0.9, 1.8)

_NAMED_COLORS = {"white": "FFFFFF", "window": "FFFFFF", "black": "000000", "silver": "C0C0C0"}
_LENGTH = re.compile(r"\s*([+-]?\d{0,12}(?:\.\d{1,6})?)\s*(pt|in|cm|mm|pc|pi|px)?\s*")
_POINTS = {"pt": 1.0, "in": 72.0, "cm": _CM, "mm": _CM / 10, "pc": 12.0, "pi": 12.0, "px": 0.75}


def points(value: str | None, *, per_point: float) -> float | None:
    """Return a length in points, or None where it is no length.

    Args:
        value: digits with or without a unit.
        per_point: how many of the format's own units a point has, for digits without a unit.
    """
    found = _LENGTH.fullmatch(value or "")
    if found is None or not found[1].strip("+-."):
        return None
    return float(found[1]) * _POINTS[found[2]] if found[2] else float(found[1]) / per_point


@dataclass(frozen=True, slots=True)
class Stretch:
    """A side of something placed: it starts `offset` from somewhere in `origin`, all in points."""

    origin: tuple[float, float]
    offset: float
    size: float

    def misses(self, extent: float) -> bool:
        """Tell whether no part of it can lie between 0 and `extent`."""
        lowest, highest = self.origin
        return highest + self.offset + self.size <= 0 or lowest + self.offset >= extent


class Pages:
    """The sizes and margins of the pages of a file, in points; sections may differ.

    Args:
        sections: its `w:sectPr` elements.
    """

    def __init__(self, sections: Sequence[Any]) -> None:
        self.width = max((_side(section, "pgSz", "w", 612) for section in sections), default=612.0)
        self.height = max((_side(section, "pgSz", "h", 792) for section in sections), default=792.0)
        lefts = [_side(section, "pgMar", "left", 72) for section in sections] or [72.0]
        tops = [_side(section, "pgMar", "top", 72) for section in sections] or [72.0]
        self._left, self._top = (min(lefts), max(lefts)), (min(tops), max(tops))
        self._has_columns = any(_side(section, "cols", "num", 1) != 1 for section in sections)

    def origin(self, base: str, *, vertical: bool) -> tuple[float, float]:
        """Return the range that positions of a kind count from: the page's edge, a margin, or anywhere."""
        if base in ("page", "leftMargin", "left-margin-area", "topMargin", "top-margin-area"):
            return 0.0, 0.0
        if vertical and base == "margin":
            return self._top
        if not vertical and (base == "margin" or (base == "column" and not self._has_columns)):
            return self._left
        return 0.0, self.height if vertical else self.width

    def misses(self, across: Stretch | None, down: Stretch | None) -> bool:
        """Tell whether something is wholly outside of every page; a side may be left open."""
        return bool((across and across.misses(self.width)) or (down and down.misses(self.height)))

    def misses_frame(self, frame: Any) -> bool:
        """Tell whether a paragraph's `w:framePr` puts it outside of the page."""
        width = points(frame.get(f"{W}w"), per_point=_TWIPS_PER_POINT) or self.width
        height = points(frame.get(f"{W}h"), per_point=_TWIPS_PER_POINT) or self.height
        sides = []
        for axis, base, size in (("x", "hAnchor", width), ("y", "vAnchor", height)):
            offset = points(frame.get(f"{W}{axis}"), per_point=_TWIPS_PER_POINT)
            aligned = frame.get(f"{W}{axis}Align") is not None
            origin = self.origin(frame.get(f"{W}{base}", ""), vertical=axis == "y")
            sides.append(None if aligned or offset is None else Stretch(origin, offset, size))
        return self.misses(*sides)


class Shapes:
    """What is drawn in a file.

    Args:
        body: the body of the document.
        edges: its headers and footers.
        palette: the colours of its theme.
        pages: the sizes of its pages.
    """

    def __init__(self, body: Any, edges: Sequence[Any], *, palette: Palette, pages: Pages) -> None:
        self._stories = (body, *edges)
        self._body = body
        self._palette = palette
        self._pages = pages

    @cached_property
    def behind(self) -> Colors:
        """The colours that may lie between a line of text and the page; clear where nothing does."""
        colors = CLEAR
        for story in self._stories:
            for drawing in _drawings(story):
                if self._is_behind(drawing, in_edge=story is not self._body):
                    colors = either(colors, self._colors(drawing))
        return colors

    @cached_property
    def anywhere(self) -> Colors:
        """The colours that may lie below a shape that has no fill: those of all shapes and shadings."""
        colors = CLEAR
        for story in self._stories:
            for drawing in _drawings(story):
                colors = either(colors, self._colors(drawing))
            for shading in story.iter(f"{W}shd"):
                colors = either(colors, self._palette.shading(shading))
        return colors

    def fill(self, box: Any) -> Colors:
        """Return the fill of the shape that a `w:txbxContent` is in; clear where it has none."""
        for parent in box.iterancestors():
            if parent.tag == _SHAPE:
                return self._fill(parent)
            if parent.tag in _VML_SHAPES:
                return _vml_fill(parent)
            if parent.tag == f"{W}p":
                break
        return CLEAR

    def misses_page(self, box: Any) -> bool:
        """Tell whether the shape of a text box is wholly outside of the page."""
        holder = _holder(box)
        if holder is None or holder.tag == f"{_WP}inline":
            return False
        if holder.tag == f"{_WP}anchor":
            return self._pages.misses(self._anchored(holder, "H", "cx"), self._anchored(holder, "V", "cy"))
        if _style(holder).get("position") != "absolute":
            return False
        return self._pages.misses(
            self._styled(holder, "left", "width"), self._styled(holder, "top", "height")
        )

    def is_hidden(self, box: Any) -> bool:
        """Tell whether the shape of a text box is switched off."""
        holder = _holder(box)
        if holder is None:
            return False
        if holder.tag.startswith(_WP):
            name = holder.find(f"{_WP}docPr")
            return name is not None and name.get("hidden") in ("1", "true")
        return _style(holder).get("visibility") == "hidden"

    def holds_photo(self) -> bool:
        """Tell whether a header, or the first section of the body, has a picture formed like a portrait."""
        first: list[Any] = []
        for block in self._body:
            first.append(block)
            if block.find(f"{W}pPr/{W}sectPr") is not None:
                break
        roots = [*self._stories[1:], *first]
        return any(_is_portrait(size) for root in roots for size in _picture_sizes(root))

    def _fill(self, shape: Any) -> Colors:
        """Return the fill of a DrawingML shape: its own, or that of its style."""
        properties = shape.find(f"{_WPS}spPr")
        for child in properties if properties is not None else ():
            if child.tag == f"{A}solidFill":
                return self._palette.drawn(child)
            if child.tag == f"{A}noFill":
                return CLEAR
            if str(child.tag).endswith("Fill"):
                return UNKNOWN
        styled = shape.find(f"{_WPS}style/{A}fillRef")
        if styled is None or styled.get("idx", "0") == "0":
            return CLEAR
        # Only the first fill of a theme is plain in the themes that come with Word.
        return self._palette.drawn(styled) if styled.get("idx") == "1" else UNKNOWN

    def _colors(self, drawing: Any) -> Colors:
        """Return the colours that a drawing may show; unknown where it holds a picture."""
        if (
            drawing.tag == f"{W}object"
            or next(drawing.iter(f"{_PIC}pic", f"{_VML}imagedata"), None) is not None
        ):
            return UNKNOWN
        for graphic in drawing.iter(f"{A}graphicData"):
            if not graphic.get("uri", "").endswith(_KNOWN_GRAPHICS):
                return UNKNOWN
        colors = CLEAR
        for shape in drawing.iter(_SHAPE):
            colors = either(colors, self._fill(shape))
        for shape in drawing.iter(*_VML_SHAPES):
            colors = either(colors, _vml_fill(shape))
        return colors

    def _is_behind(self, drawing: Any, *, in_edge: bool) -> bool:
        """Tell whether lines of text may run over a drawing."""
        width, height, is_under = _size_and_order(drawing)
        if width < _LEAST_BEHIND[0] or height < _LEAST_BEHIND[1]:
            return False
        is_large = max(width, height) >= _LARGE_IN_HEADER
        return is_under or (in_edge and is_large and drawing.tag != f"{_WP}inline")

    def _anchored(self, anchor: Any, axis: str, size: str) -> Stretch | None:
        place, extent = anchor.find(f"{_WP}position{axis}"), anchor.find(f"{_WP}extent")
        if place is None or extent is None:
            return None
        offset = points(place.findtext(f"{_WP}posOffset"), per_point=_EMU_PER_POINT)
        length = points(extent.get(size), per_point=_EMU_PER_POINT)
        if offset is None or length is None:
            return None
        base = place.get("relativeFrom", "")
        is_bound = _in_cell(anchor) and anchor.get("layoutInCell") not in ("0", "false")
        return Stretch(self._pages.origin("" if is_bound else base, vertical=axis == "V"), offset, length)

    def _styled(self, shape: Any, edge: str, size: str) -> Stretch | None:
        style = _style(shape)
        axis = "horizontal" if edge == "left" else "vertical"
        offset = points(style.get(f"margin-{edge}", style.get(edge)), per_point=1)
        length = points(style.get(size), per_point=1)
        if offset is None or length is None or style.get(f"mso-position-{axis}", "absolute") != "absolute":
            return None
        base = style.get(f"mso-position-{axis}-relative", "text")
        base = "column" if base == "text" and edge == "left" else base
        return Stretch(
            self._pages.origin("" if _in_cell(shape) else base, vertical=edge == "top"), offset, length
        )


def _in_cell(element: Any) -> bool:
    return next(element.iterancestors(f"{W}tc"), None) is not None


def _drawings(story: Any) -> Iterator[Any]:
    for drawing in story.iter(f"{_WP}anchor", f"{_WP}inline", f"{W}pict", f"{W}object"):
        if next(drawing.iterancestors(FALLBACK), None) is None:
            yield drawing


def _holder(box: Any) -> Any:
    """Return what places the text box of a `w:txbxContent`: an anchor, or its outermost VML element."""
    for parent in box.iterancestors():
        if parent.tag in (f"{_WP}anchor", f"{_WP}inline"):
            return parent
        above = parent.getparent()
        if above is not None and above.tag in (f"{W}pict", f"{W}object"):
            return parent
        if parent.tag == f"{W}p":
            break
    return None


def _size_and_order(drawing: Any) -> tuple[float, float, bool]:
    """Return width, height and whether the drawing lies behind the text; a size not told is large."""
    if drawing.tag.startswith(_WP):
        width, height = _extent(drawing.find(f"{_WP}extent"))
        return width, height, drawing.get("behindDoc") in ("1", "true")
    for shape in drawing:
        style = _style(shape)
        if style:
            sides = (points(style.get(side), per_point=1) for side in ("width", "height"))
            width, height = (_LARGE_IN_HEADER if side is None else side for side in sides)
            return width, height, style.get("z-index", "").startswith("-")
    return _LARGE_IN_HEADER, _LARGE_IN_HEADER, False


def _extent(element: Any) -> tuple[float, float]:
    sides = (
        None if element is None else points(element.get(s), per_point=_EMU_PER_POINT) for s in ("cx", "cy")
    )
    width, height = (_LARGE_IN_HEADER if side is None else side for side in sides)
    return width, height


def _vml_fill(shape: Any) -> Colors:
    """Return the fill of a VML shape, which is white where nothing is said."""
    fill = shape.find(f"{_VML}fill")
    if shape.get("filled", "t") in ("f", "false") or (fill is not None and fill.get("on") in ("f", "false")):
        return CLEAR
    if fill is not None and (fill.get("type", "solid") != "solid" or fill.get("opacity", "1") != "1"):
        return UNKNOWN
    color = shape.get("fillcolor") or (fill.get("color") if fill is not None else None)
    if color is None:
        is_plain = shape.get("type", _TEXT_BOX_TYPE) == _TEXT_BOX_TYPE
        return hex_color("FFFFFF") if is_plain else UNKNOWN
    return _vml_color(color.partition("[")[0].strip())


def _vml_color(color: str) -> Colors:
    if color.startswith("#"):
        digits = color[1:]
        return hex_color("".join(digit * 2 for digit in digits) if len(digits) == 3 else digits)
    return hex_color(_NAMED_COLORS.get(color.lower()))


def _style(element: Any) -> dict[str, str]:
    entries = (entry.partition(":") for entry in element.get("style", "").split(";"))
    return {name.strip(): value.strip() for name, _, value in entries if value}


def _picture_sizes(root: Any) -> Iterator[tuple[float, float]]:
    for blip in root.iter(f"{A}blip", f"{_VML}imagedata"):
        if next(blip.iterancestors(FALLBACK), None) is None:
            yield _picture_size(blip)


def _picture_size(blip: Any) -> tuple[float, float]:
    """Return the size of a picture; that of its place in the text where it stands alone."""
    if blip.tag.startswith(_VML):
        style = _style(blip.getparent())
        width, height = (points(style.get(side), per_point=1) or 0.0 for side in ("width", "height"))
        return width, height
    for parent in blip.iterancestors(f"{_PIC}pic", _SHAPE, f"{_WP}inline", f"{_WP}anchor"):
        alone = parent.getparent() is not None and parent.getparent().tag == f"{A}graphicData"
        if parent.tag.startswith(_WP):
            return _extent(parent.find(f"{_WP}extent"))
        if not alone:
            return _extent(parent.find(f"*/{A}xfrm/{A}ext"))
    return 0.0, 0.0


def _is_portrait(size: tuple[float, float]) -> bool:
    width, height = size
    narrowest, widest = _PHOTO_WIDTH
    flattest, tallest = _PHOTO_RATIO
    return narrowest <= width <= widest and flattest * width <= height <= tallest * width


def _side(section: Any, name: str, side: str, usual: float) -> float:
    element = section.find(f"{W}{name}")
    per_point = 1 if name == "cols" else _TWIPS_PER_POINT
    value = None if element is None else points(element.get(f"{W}{side}"), per_point=per_point)
    return usual if value is None else abs(value)
