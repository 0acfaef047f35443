"""What is really behind the words of each element of a page."""

from __future__ import annotations

import re
from typing import Final

from metier.documents.color import WHITE
from metier.documents.css import Style, Styles, is_unset
from metier.documents.css_values import Color, color, color_within, length
from metier.documents.docx_color import UNKNOWN, Colors, either
from metier.documents.html_look import Look
from metier.documents.html_place import is_moved, is_out_of_flow, is_positioned
from metier.documents.html_tree import Element, Tree

PAGE: Final[Colors] = frozenset({WHITE})

_PICTURES: Final = frozenset("canvas embed iframe img object picture svg video".split())
_IMAGE = re.compile(r"url\(|gradient\(|image\(|image-set\(|cross-fade\(|element\(|paint\(")
_LEAST_PICTURE: Final = 100.0  # pixels; an icon is nothing that words stand on
_LEAST_LAYER: Final = 20.0
_CLEAR: Final = Color(WHITE, 0.0)

# What an element paints: a colour, or None for anything.
Paint = Color | None


def grounds_of(tree: Tree, styles: Styles, looks: list[Look], *, page: Colors = PAGE) -> list[Colors]:
    """Return the colours that may be behind the words of each element; none where they cannot be told.

    Args:
        tree: the page.
        styles: what holds for its elements.
        looks: their looks.
        page: what is behind all of it.
    """
    return _Grounds(tree, styles, looks).grounds(page)


class _Grounds:
    """Looks through a page for what it paints and where."""

    def __init__(self, tree: Tree, styles: Styles, looks: list[Look]) -> None:
        self._tree = tree
        self._styles = styles
        self._looks = looks
        self._paints: list[Paint] = [
            _paint(style, look) if style else _CLEAR for style, look in zip(styles.of, looks, strict=True)
        ]
        self._containers = self._find_containers()
        # By the element that it lies in: what is put over or under the words without being around them.
        self._layers: dict[int, Colors] = {}
        self._find_layers()

    def _find_containers(self) -> list[int]:
        """Return for each element what it would be put in relation to: the next positioned one around it."""
        found: list[int] = []
        for element in self._tree.elements:
            parent = element.parent
            placed = parent >= 0 and not is_positioned(self._styles.of[parent])
            found.append(found[parent] if placed and parent > 0 else max(parent, 0))
        return found

    def _find_layers(self) -> None:
        for index, element in enumerate(self._tree.elements):
            style, look = self._styles.of[index], self._looks[index]
            paint = None if element.tag in _PICTURES else self._paints[index]
            if paint is not None and paint.alpha == 0:
                continue
            if look.hidden_by is not None or not look.visible or look.opacity == 0:
                continue
            if element.tag in ("col", "colgroup"):
                self._add_layer(self._table_around(index), paint)
            elif _pulls_up(style, look.size):
                self._add_layer(element.parent, paint)
            elif is_out_of_flow(style) and _is_large(element, style, look.size):
                self._add_layer(self._containers[index], paint)
        for index, parts in self._styles.parts.items():
            for part in parts:
                paint = _paint(part, self._looks[index])
                if is_out_of_flow(part) and (paint is None or paint.alpha > 0):
                    placed = index == 0 or is_positioned(self._styles.of[index])
                    self._add_layer(index if placed else self._containers[index], paint)

    def _table_around(self, index: int) -> int:
        """Return the table of a column, or what else it is in."""
        parent = self._tree.elements[index].parent
        return self._tree.elements[parent].parent if self._tree.elements[parent].tag == "colgroup" else parent

    def _add_layer(self, index: int, paint: Paint) -> None:
        colors = frozenset({paint.rgb}) if paint is not None and paint.is_opaque else UNKNOWN
        self._layers[index] = either(self._layers[index], colors) if index in self._layers else colors

    def grounds(self, page: Colors) -> list[Colors]:
        """Return what may be behind the words of each element."""
        anything = self._anything(page)
        found: list[Colors] = []
        for index, element in enumerate(self._tree.elements):
            style, paint, look = self._styles.of[index], self._paints[index], self._looks[index]
            behind = found[element.parent] if element.parent >= 0 else page
            if style and is_moved(style, look.size):
                behind = either(anything, behind)
            ground = UNKNOWN if look.drawn else _painted(paint, behind)
            found.append(either(ground, self._layers[index]) if index in self._layers else ground)
        return found

    def _anything(self, page: Colors) -> Colors:
        """Return what an element that is put somewhere may lie on: all that is painted on the page."""
        colors: dict[Colors, None] = {page: None}
        for index, (element, paint) in enumerate(zip(self._tree.elements, self._paints, strict=True)):
            if self._looks[index].hidden_by is not None:
                continue
            if element.tag in _PICTURES and _is_large(element, self._styles.of[index], 16.0):
                return UNKNOWN
            if paint is None or (paint.alpha > 0 and not paint.is_opaque):
                return UNKNOWN
            if paint.is_opaque:
                colors[frozenset({paint.rgb})] = None
        return either(*colors)


def _paint(style: Style, look: Look) -> Paint:
    """Return what an element paints behind its words."""
    image = style.get("background-image", "")
    if _IMAGE.search(image) or "inset" in style.get("box-shadow", ""):
        return None
    if not is_unset(style.get("filter")) and "invert" in style["filter"]:
        return None
    value = style.get("background-color", "")
    if is_unset(value) or value in ("", "none"):
        return None if value == "inherit" else _CLEAR
    if value == "currentcolor":
        return look.color
    found = color(value) or color_within(value)
    return found if found is not None else None if _may_paint(value) else _CLEAR


def _may_paint(value: str) -> bool:
    """Tell whether a background without a colour that is known may have one."""
    words = re.sub(
        r"(?:none|repeat(?:-[xy])?|no-repeat|scroll|fixed|local|center|top|bottom|left|right|cover|contain|"
        r"border-box|padding-box|content-box|auto|round|space|[\d.]+(?:px|%|em|rem)?|[\s/,])+",
        "",
        value,
    )
    return bool(words)


def _painted(paint: Paint, behind: Colors) -> Colors:
    if paint is None:
        return UNKNOWN
    if paint.alpha == 0:
        return behind
    if paint.is_opaque:
        return frozenset({paint.rgb})
    return frozenset(paint.over(ground) for ground in behind)


def _pulls_up(style: Style, size: float) -> bool:
    """Tell whether what follows an element is drawn over it."""
    bottom = length(style.get("margin-bottom", "0"), size)
    return bottom is not None and bottom <= -_LEAST_LAYER


def _is_large(element: Element, style: Style, size: float) -> bool:
    """Tell whether words that are not in an element can stand on it."""
    width, height = (length(style.get(side, ""), size) for side in ("width", "height"))
    is_picture = element.tag in _PICTURES
    least = _LEAST_PICTURE if is_picture else _LEAST_LAYER
    if any(side is not None and side <= least for side in (width, height)):
        return False
    # A box that is not a picture is as high as its own words, unless something says its height.
    stretches = not is_unset(style.get("top")) and not is_unset(style.get("bottom"))
    return is_picture or "height" in style or stretches
