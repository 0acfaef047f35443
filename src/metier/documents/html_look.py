"""How each element of a page looks, as far as it decides whether a person sees its words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from metier.documents.color import BLACK, is_unseen
from metier.documents.css import Style, Styles
from metier.documents.css_rules import WIDE
from metier.documents.css_values import ROOT_SIZE, Color, color, color_within, font_size, length, share
from metier.documents.docx_color import Colors
from metier.documents.html_boxes import BLOCK, INLINE, INLINE_BLOCK, LIST_ITEM
from metier.documents.html_place import FAR, LEAST_ROOM, functions, is_clipped, is_far_off, parts_of, room
from metier.documents.html_tree import Element, Tree
from metier.types import ExclusionReason

_LEAST_SIZE: Final = 2 * 4 / 3  # two points, in pixels
_LEAST_OPACITY: Final = 0.05
_BLACK: Final = Color(BLACK)

_FALLBACKS: Final = frozenset(("audio", "canvas", "video"))


@dataclass(frozen=True, slots=True)
class Look:
    """The look of an element with all that surrounds it.

    Attributes:
        color: of its letters; None where it cannot be told.
        size: of its font in pixels, as drawn before `scale`.
        scale: of it and all around it.
        opacity: of it and all around it, 0 to 1.
        visible: what `visibility` says.
        hidden_by: why nothing in it is seen, whatever its own look.
        indent: of the first line of the block that it is in, in pixels.
        own_indent: what blocks in it inherit.
        shade: colour of a shadow or of outlines of the letters, or None.
        filled: their colour is that of a fill.
        drawn: it is part of a drawing, which has sizes and colours of its own.
        white_space: what `white-space` says.
    """

    color: Color | None = _BLACK
    size: float = ROOT_SIZE
    scale: float = 1.0
    opacity: float = 1.0
    visible: bool = True
    hidden_by: ExclusionReason | None = None
    indent: float = 0.0
    own_indent: float = 0.0
    shade: Color | None = None
    filled: bool = False
    drawn: bool = False
    white_space: str = "normal"

    @property
    def reason(self) -> ExclusionReason | None:
        """Return why nobody sees words of this look on any background, or None."""
        if self.hidden_by is not None:
            return self.hidden_by
        if not self.visible:
            return ExclusionReason.NOT_DISPLAYED
        if not self.drawn and self.size * self.scale < _LEAST_SIZE:
            return ExclusionReason.TINY if self.size * self.scale > 0 else ExclusionReason.NOT_DISPLAYED
        if self.indent <= FAR:
            return ExclusionReason.OFF_PAGE
        alphas = [1.0 if self.color is None else self.color.alpha, self.shade.alpha if self.shade else 0.0]
        return ExclusionReason.INVISIBLE if max(alphas) * self.opacity < _LEAST_OPACITY else None

    def reason_on(self, grounds: Colors) -> ExclusionReason | None:
        """Return why nobody sees words of this look on some ground, or None where they are seen.

        Args:
            grounds: the colours that may be behind them; none where that cannot be told.
        """
        reason = self.reason
        if reason is not None or self.color is None:
            return reason
        if self.shade is not None and not _melts(self.shade, self.opacity, grounds):
            return None
        return ExclusionReason.BACKGROUND_COLOR if _melts(self.color, self.opacity, grounds) else None


@lru_cache(maxsize=4096)
def _melts(letters: Color, opacity: float, grounds: Colors) -> bool:
    """Tell whether letters cannot be told from any ground that may be behind them."""
    return bool(grounds) and all(is_unseen(letters.over(ground, opacity), ground) for ground in grounds)


def looks_of(tree: Tree, styles: Styles, kinds: Sequence[str]) -> list[Look]:
    """Return the look of each element.

    Args:
        tree: the page.
        styles: what holds for its elements.
        kinds: which boxes they make.
    """
    looks: list[Look] = []
    for element, style, kind in zip(tree.elements, styles.of, kinds, strict=True):
        around = looks[element.parent] if element.parent >= 0 else Look()
        if style or element.tag == "svg" or element.tag in _FALLBACKS:
            looks.append(_look(element, style, around, kind))
        else:
            same = kind == INLINE or around.indent == around.own_indent
            looks.append(around if same else replace(around, indent=around.own_indent))
    return looks


def _look(element: Element, style: Style, around: Look, kind: str) -> Look:
    size = _size(style, around)
    indent = _indent(style, size, around)
    letters, filled = _letters(style, around)
    return Look(
        color=letters,
        filled=filled,
        size=size,
        scale=around.scale * _scale(style),
        opacity=around.opacity * _opacity(style),
        visible=_visible(style, around),
        hidden_by=around.hidden_by or _hidden_by(element, style, size, kind),
        indent=around.indent if kind == INLINE else indent,
        own_indent=indent,
        shade=_shade(style, around),
        drawn=around.drawn or element.tag == "svg",
        white_space=_inherited(style, "white-space", around.white_space, "normal"),
    )


def _inherited(style: Style, name: str, around: str, initial: str) -> str:
    value = style.get(name)
    if value is None or value in WIDE:
        return initial if value == "initial" else around
    return value


def _size(style: Style, around: Look) -> float:
    value = style.get("font-size")
    if value is None or value in WIDE:
        return ROOT_SIZE if value == "initial" else around.size
    size = font_size(value, around.size)
    return around.size if size is None else size


def _indent(style: Style, size: float, around: Look) -> float:
    value = style.get("text-indent")
    if value is None or value in WIDE:
        return 0.0 if value == "initial" else around.own_indent
    indent = length(value.partition(" ")[0], size, 1.0)
    return around.own_indent if indent is None else indent


def _letters(style: Style, around: Look) -> tuple[Color | None, bool]:
    """Return the colour of letters, and whether it is that of a fill, which goes before the colour."""
    if style.get("mix-blend-mode", "normal") not in ("normal", *WIDE) or _fills_letters(style):
        return None, around.filled
    fill = style.get("-webkit-text-fill-color", "currentcolor" if not around.filled else "inherit")
    if fill not in WIDE and fill != "currentcolor":
        return color(fill), True
    if around.filled and fill != "currentcolor":
        return around.color, True
    value = style.get("color", "unset")
    if value in WIDE or value == "currentcolor":
        return (_BLACK if value == "initial" else around.color), False
    return color(value), False


def _fills_letters(style: Style) -> bool:
    """Tell whether the background shows through the letters, as in headings with a gradient."""
    return "text" in style.get("background-clip", "").split()


def _shade(style: Style, around: Look) -> Color | None:
    """Return the colour of a shadow or of outlines, or None where letters have none."""
    stroke, shadow = (style.get(name, "unset") for name in ("-webkit-text-stroke", "text-shadow"))
    if stroke not in WIDE and stroke.partition(" ")[0] not in ("0", "0px", "none"):
        return color_within(stroke) or _BLACK
    if shadow in WIDE:
        return around.shade if shadow != "initial" else None
    return None if shadow == "none" else color_within(shadow) or _BLACK


def _opacity(style: Style) -> float:
    value = share(style.get("opacity", "1"))
    opacity = 1.0 if value is None else min(max(value, 0.0), 1.0)
    for name, argument in functions(style.get("filter", "")):
        through = share(argument) if name == "opacity" else None
        opacity *= 1.0 if through is None else min(max(through, 0.0), 1.0)
    return opacity


def _visible(style: Style, around: Look) -> bool:
    value = style.get("visibility")
    if value is None or value in WIDE:
        return value == "initial" or around.visible
    return value == "visible"


def _scale(style: Style) -> float:
    """Return how much larger an element is drawn on its smaller side, 1 for what is not known."""
    zoom = share(style.get("zoom", "1"))
    scale = zoom or 1.0
    scale *= _smaller(_shares(style.get("scale", "")))
    for name, arguments in functions(style.get("transform", "")):
        if name in ("scale", "scale3d", "scalex", "scaley"):
            scale *= _smaller(_shares(arguments)[:2])
        elif name == "matrix":
            parts = _shares(arguments)
            scale *= _smaller([math.hypot(*parts[:2]), math.hypot(*parts[2:4])] if len(parts) == 6 else [])
    return abs(scale)


def _smaller(shares: list[float]) -> float:
    return min((abs(part) for part in shares), default=1.0)


def _shares(text: str) -> list[float]:
    values = [share(part) for part in parts_of(text)]
    return [value for value in values if value is not None]


def _hidden_by(element: Element, style: Style, size: float, kind: str) -> ExclusionReason | None:
    """Return why an element hides all that is in it, or None where it does not."""
    if style.get("display") == "none" or element.tag in _FALLBACKS:
        return ExclusionReason.NOT_DISPLAYED
    if style.get("content-visibility") == "hidden" or _scale(style) == 0:
        return ExclusionReason.NOT_DISPLAYED
    if is_far_off(style, size):
        return ExclusionReason.OFF_PAGE
    if is_clipped(style, size):
        return ExclusionReason.CLIPPED
    left = room(style, size) if kind in (BLOCK, INLINE_BLOCK, LIST_ITEM) else None
    if left is None or left > LEAST_ROOM:
        return None
    return ExclusionReason.NOT_DISPLAYED if left == 0 else ExclusionReason.CLIPPED
