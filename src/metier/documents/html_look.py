"""How an element of a page looks, as far as it decides whether a person sees its words."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from metier.documents.color import BLACK, WHITE, Rgb, is_unseen
from metier.documents.css import Color, colors_within, font_size, parse_color, pixels
from metier.types import ExclusionReason

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_ROOT_SIZE: Final = 16.0
_LEAST_SIZE: Final = 2 * 4 / 3  # two points, in pixels
_LEAST_ALPHA: Final = 0.05
_FAR: Final = -500.0
_FAR_RIGHT: Final = 3_000.0
_FONT_SIZE = re.compile(
    r"(?:^|\s)(xx?-small|small(?:er)?|medium|larger?|xx?-large|[\d.]+(?:px|pt|em|rem|%|pc|mm|cm))"
)
_TRANSLATE = re.compile(r"translate(?:x|y|3d)?\(\s*([^,)]+)(?:,\s*([^,)]+))?", re.IGNORECASE)
_SCALE_ZERO = re.compile(r"scale(?:x|y|3d)?\(\s*0*\.?0{0,3}[0-9]?\s*[,)]", re.IGNORECASE)
_FILTER_OPACITY = re.compile(r"opacity\(\s*([\d.]+%?)\s*\)", re.IGNORECASE)
_INSET = re.compile(r"inset\(\s*([\d.]+)(%|px)?", re.IGNORECASE)
_CLIP_ZERO = re.compile(
    r"rect\(\s*(?:0|1)(?:px)?[\s,]+(?:0|1)(?:px)?[\s,]+(?:0|1)(?:px)?[\s,]+(?:0|1)(?:px)?\s*\)", re.I
)
_CIRCLE_ZERO = re.compile(r"(?:circle|ellipse)\(\s*0(?:px|%)?\b", re.IGNORECASE)
_PICTURE = re.compile(r"url\(|gradient\(|image\(|image-set\(", re.IGNORECASE)
_PRESENTATION: Final = {"font": "color", "body": "bgcolor"}


@dataclass(frozen=True, slots=True)
class Look:
    """The look of an element and all that surrounds it.

    Attributes:
        color: of its text; None where it cannot be told.
        background: really behind it; None where it cannot be told.
        size: of its font in pixels.
        opacity: of it and its ancestors together, 0 to 1.
        visible: what `visibility` says.
        display: what a style sheet says, or an empty string.
        hidden_by: why an ancestor hides all of it, whatever its own look.
        keeps_blanks: it keeps blanks and line ends, as <pre> does.
        outlined: a shadow or outline shows its letters in another colour.
    """

    color: Color | None
    background: Rgb | None
    size: float
    opacity: float = 1.0
    visible: bool = True
    display: str = ""
    hidden_by: ExclusionReason | None = None
    keeps_blanks: bool = False
    outlined: bool = False

    @property
    def reason(self) -> ExclusionReason | None:
        """Return why nobody sees words of this look, or None where they are seen."""
        if self.hidden_by is not None:
            return self.hidden_by
        if not self.visible or self.size == 0:
            return ExclusionReason.NOT_DISPLAYED
        return ExclusionReason.TINY if self.size < _LEAST_SIZE else self._melting()

    def _melting(self) -> ExclusionReason | None:
        """Return why letters melt into what is behind them, or None where they do not."""
        if self.color is None or self.outlined:
            return None
        alpha = self.color.alpha * self.opacity
        if alpha < _LEAST_ALPHA:
            return ExclusionReason.INVISIBLE
        if self.background is not None and is_unseen(
            _blended(self.color, alpha, self.background), self.background
        ):
            return ExclusionReason.BACKGROUND_COLOR
        return None


def _blended(color: Color, alpha: float, background: Rgb) -> Rgb:
    red, green, blue = (
        round(alpha * above + (1 - alpha) * below) for above, below in zip(color[:3], background, strict=True)
    )
    return red, green, blue


def root_look(*, knows_backgrounds: bool = True) -> Look:
    """Return the look of a page without styles: black on white, or on what nobody can tell."""
    return Look(Color(*BLACK, 1.0), WHITE if knows_backgrounds else None, _ROOT_SIZE)


def inherit(parent: Look, node: LexborNode, tag: str, style: dict[str, str]) -> Look:
    """Return the look of an element.

    Args:
        parent: look of the element around it.
        node: the element, for attributes of old such as `hidden` and `bgcolor`.
        tag: its name.
        style: the declarations that hold for it.
    """
    attributes = node.attributes
    if not style and not attributes and tag != "pre":
        return parent if not parent.display else replace(parent, display="")
    size = _size(parent, style)
    display = style.get("display", "").lower()
    look = Look(
        color=_color(parent, style, attributes.get("color") if tag == "font" else None),
        background=_background(parent, style, attributes.get("bgcolor")),
        size=size,
        opacity=parent.opacity * _opacity(style),
        visible=_visible(parent, style),
        display=display,
        hidden_by=parent.hidden_by
        or _hidden_by(style, size, is_hidden="hidden" in attributes and not display),
        keeps_blanks=parent.keeps_blanks or tag == "pre",
        outlined=parent.outlined or _is_outlined(style),
    )
    return look


def _size(parent: Look, style: dict[str, str]) -> float:
    stated = style.get("font-size")
    if stated is None and "font" in style:
        match = _FONT_SIZE.search(style["font"].lower())
        stated = match[1] if match else None
    size = font_size(stated, parent.size) if stated is not None else None
    return parent.size if size is None else size


def _color(parent: Look, style: dict[str, str], attribute: str | None) -> Color | None:
    value = style.get("-webkit-text-fill-color") or style.get("color") or attribute
    if value is None or value.strip().lower() in ("inherit", "unset", "currentcolor"):
        return parent.color
    if value.strip().lower() in ("initial", "canvastext"):
        return Color(*BLACK, 1.0)
    return parse_color(value)


def _background(parent: Look, style: dict[str, str], attribute: str | None) -> Rgb | None:
    """Return what is behind an element's words; a picture or a gradient makes it unknown."""
    whole = " ".join(style.get(name, "") for name in ("background", "background-image"))
    clipped = style.get("background-clip", "") + style.get("-webkit-background-clip", "") + whole
    inset = style.get("box-shadow", "").lower()
    if _PICTURE.search(whole) or "text" in clipped.split() or "inset" in inset:
        return None
    colors = [*colors_within(style.get("background", "")), *colors_within(style.get("background-color", ""))]
    if attribute and not colors:
        colors = [color for color in (parse_color(attribute),) if color is not None]
    if not colors:
        known = not (style.keys() & {"background-color"}) or _says_nothing(style["background-color"])
        return parent.background if known else None
    if colors[-1].alpha >= 1:
        return colors[-1][:3]
    return None if parent.background is None else _blended(colors[-1], colors[-1].alpha, parent.background)


def _says_nothing(value: str) -> bool:
    return value.strip().lower() in ("", "inherit", "initial", "unset", "none")


def _opacity(style: dict[str, str]) -> float:
    if style.keys() & {"animation", "animation-name"}:
        return 1.0  # it may fade in
    value = style.get("opacity", "1").strip()
    filtered = _FILTER_OPACITY.search(style.get("filter", ""))
    if filtered is not None:
        value = filtered[1]
    try:
        share = float(value.rstrip("%")) / (100 if value.endswith("%") else 1)
    except ValueError:
        return 1.0
    return min(max(share, 0.0), 1.0)


def _visible(parent: Look, style: dict[str, str]) -> bool:
    value = style.get("visibility", "").strip().lower()
    return parent.visible if value in ("", "inherit", "unset") else value in ("visible", "initial")


def _is_outlined(style: dict[str, str]) -> bool:
    return any(
        style.get(name, "none").strip().lower() not in ("none", "0", "unset", "initial")
        for name in ("text-shadow", "-webkit-text-stroke")
    )


def _hidden_by(style: dict[str, str], size: float, *, is_hidden: bool) -> ExclusionReason | None:
    """Return why an element hides all that is in it, or None where it does not."""
    if is_hidden or style.get("display", "").lower() == "none" or style.get("content-visibility") == "hidden":
        return ExclusionReason.NOT_DISPLAYED
    if _is_far_off(style, size):
        return ExclusionReason.OFF_PAGE
    if _is_clipped(style):
        return ExclusionReason.CLIPPED
    if _SCALE_ZERO.search(style.get("transform", "")) or _has_no_room(style, size):
        return ExclusionReason.NOT_DISPLAYED
    return None


def _is_far_off(style: dict[str, str], size: float) -> bool:
    names = ["text-indent", "margin-left", "margin-top"]
    if style.get("position", "").lower() in ("absolute", "fixed", "relative"):
        names += ["left", "right", "top", "bottom"]
    stated = _with_shorthands(style)
    places = [
        pixels(stated[name], 1_000.0 if stated[name].endswith("%") else size)
        for name in names
        if name in stated
    ]
    moved = _TRANSLATE.search(f"{style.get('transform', '')} translate({style.get('translate', '0')})")
    places += [pixels(part, size) for part in (moved.groups() if moved else ()) if part]
    known = [place for place in places if place is not None]
    return any(place <= _FAR for place in known) or (
        style.get("position", "").lower() in ("absolute", "fixed")
        and any((pixels(style.get(name, ""), size) or 0) >= _FAR_RIGHT for name in ("left", "right"))
    )


def _with_shorthands(style: dict[str, str]) -> dict[str, str]:
    """Return a style whose `margin` and `inset` are taken apart into sides."""
    sides: dict[str, str] = {}
    for name, (top, left) in {"margin": ("margin-top", "margin-left"), "inset": ("top", "left")}.items():
        values = style.get(name, "").split()
        if values:
            sides |= {top: values[0], left: values[min(len(values) - 1, 3) if len(values) != 3 else 1]}
    if "inset-inline-start" in style:
        sides["left"] = style["inset-inline-start"]
    return sides | style


def _is_clipped(style: dict[str, str]) -> bool:
    if style.get("position", "").lower() in ("absolute", "fixed") and _CLIP_ZERO.search(
        style.get("clip", "")
    ):
        return True
    path = style.get("clip-path", "")
    inset = _INSET.search(path)
    return bool(inset and inset[2] == "%" and float(inset[1]) >= 50) or bool(_CIRCLE_ZERO.search(path))


def _has_no_room(style: dict[str, str], size: float) -> bool:
    """Tell whether an element is a box without room that cuts off what does not fit."""
    cuts = " ".join(style.get(name, "") for name in ("overflow", "overflow-x", "overflow-y")).lower()
    if not any(word in cuts for word in ("hidden", "clip")):
        return False
    extents = [
        pixels(style[name], size) for name in ("height", "max-height", "width", "max-width") if name in style
    ]
    return any(extent is not None and 0 <= extent <= 1 for extent in extents)
