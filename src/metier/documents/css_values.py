"""Lengths and colours as style sheets write them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from metier.documents.color import Rgb

MAX_VALUE_CHARS: Final = 1_000
# The window that sheets are followed for: a common screen.
VIEWPORT: Final = (1280.0, 800.0)
ROOT_SIZE: Final = 16.0

_NUMBER = r"[+-]?(?:\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})(?:e[+-]?\d{1,2})?"
_LENGTH = re.compile(rf"({_NUMBER})(px|pt|pc|in|cm|mm|q|em|rem|ex|ch|vw|vh|vmin|vmax|%|)")
_PIXELS: Final = {
    "": 1.0,
    "px": 1.0,
    "pt": 4 / 3,
    "pc": 16.0,
    "in": 96.0,
    "cm": 96 / 2.54,
    "mm": 96 / 25.4,
    "q": 96 / 101.6,
    "rem": ROOT_SIZE,
    "vw": VIEWPORT[0] / 100,
    "vh": VIEWPORT[1] / 100,
    "vmin": VIEWPORT[1] / 100,
    "vmax": VIEWPORT[0] / 100,
}
_OF_FONT: Final = {"em": 1.0, "ex": 0.5, "ch": 0.5}
_MATHS = re.compile(r"(?:calc|min|max|clamp)\(")
_PART = re.compile(
    rf"\s*(?:(?P<sign>[+\-*/](?=\s|\())|(?P<length>{_NUMBER}[a-z%]*)|(?P<name>[a-z-]*)\(|(?P<end>[),]))"
)
_MAX_MATHS_DEPTH: Final = 8
_SIZES: Final = {
    "xx-small": 9.0,
    "x-small": 10.0,
    "small": 13.0,
    "medium": 16.0,
    "large": 18.0,
    "x-large": 24.0,
    "xx-large": 32.0,
    "xxx-large": 48.0,
}
_SMALLER: Final = 5 / 6
_OPAQUE: Final = 0.999
_COLOR_SPACES: Final = frozenset({"srgb", "hsl", "hwb"})
# Wider than a common screen, but near enough to tell whether two colours are one.
_WIDE_SPACES: Final = frozenset({"display-p3", "a98-rgb", "prophoto-rgb", "rec2020"})
_D50: Final = (0.3457 / 0.3585, 1.0, (1 - 0.3457 - 0.3585) / 0.3585)


class Color(NamedTuple):
    """A colour and how opaque it is, 0 to 1."""

    rgb: Rgb
    alpha: float = 1.0

    @property
    def is_opaque(self) -> bool:
        """Tell whether nothing behind it shows through."""
        return self.alpha >= _OPAQUE

    def over(self, ground: Rgb, opacity: float = 1.0) -> Rgb:
        """Return what is seen of it before an opaque colour."""
        share = self.alpha * opacity
        red, green, blue = (round(a * share + b * (1 - share)) for a, b in zip(self.rgb, ground, strict=True))
        return red, green, blue


def text_of(tokens: Sequence[Any]) -> str:
    """Return parsed parts of a sheet as text; nothing where no browser would take them."""
    import tinycss2

    try:
        return str(tinycss2.serialize(tokens)).strip()
    except (TypeError, RecursionError):
        # Brackets that never close, or thousands of them within each other.
        return ""


@lru_cache(maxsize=4096)
def length(value: str, em: float, percent: float | None = None) -> float | None:
    """Return a length in pixels, or None where it is none or hangs on what is not known.

    Args:
        value: in lower case, such as `1.5em`, `-9999px` or `calc(1px * 0)`.
        em: font size in pixels.
        percent: pixels that one percent stands for, or None where that is not known.

    >>> length("1.5em", 16), length("-9999px", 16), length("auto", 16), length("max(0px, 1px)", 16)
    (24.0, -9999.0, None, 1.0)
    """
    value = value.strip()
    match = _LENGTH.fullmatch(value)
    if match is not None:
        return _pixels(match, em, percent)
    if _MATHS.match(value) and len(value) <= MAX_VALUE_CHARS:
        return _Maths(value, em, percent).result()
    return None


def _pixels(match: re.Match[str], em: float, percent: float | None) -> float | None:
    number, unit = float(match[1]), match[2]
    if unit == "%":
        return None if percent is None else number * percent
    return number * (em * _OF_FONT[unit] if unit in _OF_FONT else _PIXELS[unit])


class _Maths:
    """Works out a `calc()` and its kin; what it does not know makes the whole unknown."""

    def __init__(self, text: str, em: float, percent: float | None) -> None:
        self._text, self._em, self._percent = text, em, percent
        self._at = 0

    def result(self) -> float | None:
        try:
            value = self._factor(0)
        except (ValueError, ZeroDivisionError, OverflowError):
            return None
        return value if self._at == len(self._text) and math.isfinite(value) else None

    def _next(self) -> re.Match[str]:
        match = _PART.match(self._text, self._at)
        if match is None:
            raise ValueError("no part of a sum")
        self._at = match.end()
        return match

    def _sign(self, signs: str) -> str:
        match = _PART.match(self._text, self._at)
        if match is None or not match["sign"] or match["sign"] not in signs:
            return ""
        self._at = match.end()
        return match["sign"]

    def _sum(self, depth: int) -> float:
        value = self._product(depth)
        while sign := self._sign("+-"):
            value += self._product(depth) * (1 if sign == "+" else -1)
        return value

    def _product(self, depth: int) -> float:
        value = self._factor(depth)
        while sign := self._sign("*/"):
            factor = self._factor(depth)
            value = value * factor if sign == "*" else value / factor
        return value

    def _factor(self, depth: int) -> float:
        match = self._next()
        if match["length"]:
            number = _LENGTH.fullmatch(match["length"])
            value = _pixels(number, self._em, self._percent) if number else None
            if value is None:
                raise ValueError("no known length")
            return value
        if match["name"] is None or depth > _MAX_MATHS_DEPTH:
            raise ValueError("no factor")
        return _joined(match["name"], self._arguments(depth + 1))

    def _arguments(self, depth: int) -> list[float]:
        values = [self._sum(depth)]
        while (end := self._next()["end"]) == ",":
            values.append(self._sum(depth))
        if end != ")":
            raise ValueError("no end")
        return values


def _joined(name: str, values: list[float]) -> float:
    if name == "min":
        return min(values)
    if name == "max":
        return max(values)
    if name == "clamp" and len(values) == 3:
        return max(values[0], min(values[1], values[2]))
    if name in ("calc", "") and len(values) == 1:
        return values[0]
    raise ValueError("no such sum")


def font_size(value: str, around: float) -> float | None:
    """Return a font size in pixels, or None where the value is none.

    Args:
        value: in lower case.
        around: font size of the element around.
    """
    value = value.strip()
    if value in _SIZES:
        return _SIZES[value]
    if value in ("smaller", "larger"):
        return around * (_SMALLER if value == "smaller" else 1 / _SMALLER)
    size = length(value, around, around / 100)
    return size if size is None or size >= 0 else None


def share(value: str) -> float | None:
    """Return a number or a percentage as a share, or None where the value is none.

    >>> share(".5"), share("5%"), share("auto")
    (0.5, 0.05, None)
    """
    return length(value, ROOT_SIZE, 0.01)


@lru_cache(maxsize=4096)
def color(value: str) -> Color | None:
    """Return a colour, or None where the value is none or of a space that is not known here."""
    from tinycss2 import color4

    if len(value) > MAX_VALUE_CHARS:
        return None
    try:
        found = color4.parse_color(value.strip())
    except (ValueError, OverflowError):
        return None
    if found is None or isinstance(found, str):
        return None
    shares = _shares(found.space, [float(part or 0) for part in found.coordinates], found)
    if shares is None:
        return None
    red, green, blue = (round(min(max(part, 0.0), 1.0) * 255) for part in shares)
    return Color((red, green, blue), min(max(float(found.alpha or 0), 0.0), 1.0))


def _shares(space: str, parts: list[float], found: Any) -> list[float] | None:
    """Return red, green and blue of a colour in some space, or None where the space is not known here."""
    if space in _WIDE_SPACES:
        return parts
    if space in _COLOR_SPACES:
        return [float(part or 0) for part in found.to("srgb").coordinates]
    if space.endswith("lch"):
        parts = _unrolled(*parts)
    if space.startswith("ok"):
        return _from_oklab(*parts)
    return _from_lab(*parts) if space in ("lab", "lch") else None


def _unrolled(lightness: float, chroma: float, hue: float) -> list[float]:
    angle = math.radians(hue)
    return [lightness, chroma * math.cos(angle), chroma * math.sin(angle)]


def _from_lab(lightness: float, a: float, b: float) -> list[float]:
    """Return the shares of red, green and blue of a colour.

    Source: CSS Color Module Level 4, "Sample code for color conversions".
    """
    middle = (lightness + 16) / 116
    roots = (middle + a / 500, middle, middle - b / 200)
    x, y, z = (
        white * (root**3 if root > 6 / 29 else (116 * root - 16) * 27 / 24389)
        for root, white in zip(roots, _D50, strict=True)
    )
    linear = (
        3.1341359569 * x - 1.6173863321 * y - 0.4906619460 * z,
        -0.9787954765 * x + 1.9162543774 * y + 0.0334428734 * z,
        0.0719553798 * x - 0.2289768264 * y + 1.4053860325 * z,
    )
    return [_encoded(part) for part in linear]


def _from_oklab(lightness: float, a: float, b: float) -> list[float]:
    """Return the shares of red, green and blue of a colour.

    Source: CSS Color Module Level 4, "Sample code for color conversions".
    """
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    return [_encoded(part) for part in linear]


def _encoded(part: float) -> float:
    return 12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055


@lru_cache(maxsize=4096)
def color_within(value: str) -> Color | None:
    """Return the colour that a shorthand such as `url(a.png) #fff` names, or None where it names none."""
    import tinycss2

    if len(value) > MAX_VALUE_CHARS:
        return None
    for token in tinycss2.parse_component_value_list(value, skip_comments=True):
        if token.type in ("ident", "hash", "function"):
            found = color(tinycss2.serialize([token]))
            if found is not None:
                return found
    return None
