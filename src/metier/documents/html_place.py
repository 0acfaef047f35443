"""Where style sheets put the elements of a page, and what is left of them there."""

from __future__ import annotations

import re
from typing import Final

from metier.documents.css import Style, is_unset
from metier.documents.css_rules import WIDE
from metier.documents.css_values import length

FAR: Final = -500.0  # pixels beyond the upper or the left edge
LEAST_ROOM: Final = 1.0
_FEW: Final = 10.0  # pixels that move nothing onto something else
_MANY: Final = 40.0
_SIDES: Final = ("top", "right", "bottom", "left")
_OUT_OF_FLOW: Final = frozenset(("absolute", "fixed"))
_POSITIONED: Final = _OUT_OF_FLOW | {"relative", "sticky", "-webkit-sticky"}
_FUNCTION = re.compile(r"([a-z0-9-]+)\(([^()]*(?:\([^()]*\)[^()]*)*)\)")
_PARTS = re.compile(r"[\s,]+(?![^(]*\))")


def functions(value: str) -> list[tuple[str, str]]:
    """Return the names and arguments of the functions of a value.

    >>> functions("scale(.5) translate(1px, 2px)")
    [('scale', '.5'), ('translate', '1px, 2px')]
    """
    return _FUNCTION.findall(value)


def parts_of(value: str) -> list[str]:
    """Return what blanks or commas part in a value; those within brackets part nothing."""
    return _PARTS.split(value.strip())


def is_out_of_flow(style: Style) -> bool:
    """Tell whether an element is put anywhere on the page."""
    return style.get("position", "") in _OUT_OF_FLOW


def is_positioned(style: Style) -> bool:
    """Tell whether an element is what others within it are put in relation to."""
    return style.get("position", "") in _POSITIONED


def is_far_off(style: Style, size: float) -> bool:
    """Tell whether an element is moved by at least 500 pixels beyond the upper or the left edge."""
    moved = style.get("position", "static") in _POSITIONED
    for near, far in (("left", "right"), ("top", "bottom")):
        # Padding takes a margin back: so backgrounds are made wider than the page.
        place = _pixels(style, f"margin-{near}", size) + _pixels(style, f"padding-{near}", size)
        if moved:
            place += _pixels(style, near, size)
        if place <= FAR or (moved and is_unset(style.get(near)) and _pixels(style, far, size) <= FAR):
            return True
    return any(shift <= FAR for shift in shifts(style, size))


def _pixels(style: Style, name: str, size: float) -> float:
    # A percentage is of something that is not known, but is hardly less than 100 pixels wide.
    value = style.get(name)
    return 0.0 if value is None else length(value, size, _known_percent(value)) or 0.0


def _known_percent(value: str) -> float | None:
    return None if "(" in value else 1.0


def shifts(style: Style, size: float) -> list[float]:
    """Return how far transforms move an element, right and down, in pixels."""
    found = [length(part, size, 1.0) for part in parts_of(style.get("translate", ""))]
    for name, arguments in functions(style.get("transform", "")):
        parts = parts_of(arguments)
        if name.startswith("translate") and name != "translatez":
            found += [length(part, size, _known_percent(part)) for part in parts[:2]]
        elif name == "matrix":
            found += [length(part, size) for part in parts[4:6]]
    return [shift for shift in found if shift is not None]


def is_moved(style: Style, size: float) -> bool:
    """Tell whether an element may lie on something that it is not in."""
    if is_out_of_flow(style) or any(abs(shift) >= _FEW for shift in shifts(style, size)):
        return True
    if is_positioned(style) and any(abs(_pixels(style, side, size)) >= _FEW for side in _SIDES):
        return True
    # Columns of a layout take back its margins at both sides; that moves nothing onto anything.
    beside = any(_pixels(style, f"margin-{side}", size) <= -_MANY for side in ("left", "right"))
    piled = any("/" in style.get(name, "") for name in ("grid-area", "grid-row", "grid-column"))
    return beside or piled or _pixels(style, "margin-top", size) <= -_FEW


def is_clipped(style: Style, size: float) -> bool:
    """Tell whether an element is cut to a shape without area."""
    if is_out_of_flow(style):
        for name, arguments in functions(style.get("clip", "")):
            if name == "rect" and _is_empty_rect(parts_of(arguments), size):
                return True
    return any(
        _leaves_nothing(name, arguments, size) for name, arguments in functions(style.get("clip-path", ""))
    )


def _is_empty_rect(parts: list[str], size: float) -> bool:
    if len(parts) != 4:
        return False
    top, right, bottom, left = (length(part, size) for part in parts)
    high = None if bottom is None else bottom - (top or 0.0)
    wide = None if right is None else right - (left or 0.0)
    return any(side is not None and side <= LEAST_ROOM for side in (high, wide))


def _leaves_nothing(name: str, arguments: str, size: float) -> bool:
    """Tell whether a shape has no area."""
    if name == "inset":
        parts = [length(part, size, 1.0) if part.endswith("%") else None for part in _insets(arguments)]
        return any(a is not None and b is not None and a + b >= 100 for a, b in (parts[0::2], parts[1::2]))
    if name in ("circle", "ellipse"):
        radii = [length(part, size, 1.0) for part in arguments.partition(" at ")[0].split()]
        return 0.0 in radii
    if name == "polygon":
        corners = {tuple(corner.split()) for corner in arguments.split(",") if "e" not in corner}
        return len(corners) <= 2
    return False


def _insets(arguments: str) -> list[str]:
    parts = arguments.partition(" round ")[0].split()[:4] or ["0"]
    parts = ["0%" if part.strip("0px.") == "" else part for part in parts]
    top = parts[0]
    right = parts[1] if len(parts) > 1 else top
    bottom = parts[2] if len(parts) > 2 else top
    return [top, right, bottom, parts[3] if len(parts) > 3 else right]


def room(style: Style, size: float) -> float | None:
    """Return the narrower side of a box that cuts off what is beyond it, or None where it is not known."""
    found = []
    for side, cut, paddings in (("width", "x", ("left", "right")), ("height", "y", ("top", "bottom"))):
        if style.get(f"overflow-{cut}", "visible") in ("visible", *WIDE):
            continue
        padding = sum(_pixels(style, f"padding-{name}", size) for name in paddings)
        for name in (side, f"max-{side}"):
            extent = length(style[name], size, 1.0) if name in style else None
            if extent is not None and extent >= 0:
                found.append(extent + padding)
    return min(found, default=None)
