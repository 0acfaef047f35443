"""Colours as Word files state them: hex digits, theme colours with tint and shade, shading, highlights.

Where a file does not settle a colour, all that it may be are kept: words count as hidden only where
none of them could be seen.
"""

from __future__ import annotations

import colorsys
import re
from collections.abc import Iterable
from typing import Any, Final

from metier.documents.color import BLACK, WHITE, Rgb

# The colours that something may have; none where that cannot be told.
Colors = frozenset[Rgb]
UNKNOWN: Final[Colors] = frozenset()
# Stands in a set of colours for "whatever is behind".
_NOTHING: Final[Rgb] = (-1, -1, -1)
CLEAR: Final[Colors] = frozenset({_NOTHING})
_MAX_COLORS = 64

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
A: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"

_HEX = re.compile(r"[0-9A-Fa-f]{6}")
_PERCENT = re.compile(r"pct(\d\d)")
_INTEGER = re.compile(r"-?\d{1,9}")
_WHOLE = 100_000
_HIGHLIGHTS = {
    "black": "000000",
    "blue": "0000FF",
    "cyan": "00FFFF",
    "darkBlue": "000080",
    "darkCyan": "008080",
    "darkGray": "808080",
    "darkGreen": "008000",
    "darkMagenta": "800080",
    "darkRed": "800000",
    "darkYellow": "808000",
    "green": "00FF00",
    "lightGray": "C0C0C0",
    "magenta": "FF00FF",
    "red": "FF0000",
    "white": "FFFFFF",
    "yellow": "FFFF00",
}
_SLOTS = {
    "dark1": "dk1",
    "light1": "lt1",
    "dark2": "dk2",
    "light2": "lt2",
    "hyperlink": "hlink",
    "followedHyperlink": "folHlink",
}
_MAPPED = {
    "background1": "bg1",
    "text1": "t1",
    "background2": "bg2",
    "text2": "t2",
    "tx1": "t1",
    "tx2": "t2",
    "bg1": "bg1",
    "bg2": "bg2",
}
_USUAL_MAPPING = {"bg1": "light1", "t1": "dark1", "bg2": "light2", "t2": "dark2"}


def either(*choices: Colors) -> Colors:
    """Return the colours of something that is one of several; unknown where one of them is."""
    if not all(choices):
        return UNKNOWN
    colors = frozenset[Rgb]().union(*choices)
    return colors if len(colors) <= _MAX_COLORS else UNKNOWN


def on_top(layer: Colors, below: Colors) -> Colors:
    """Return the colours that are seen of a layer with others below it."""
    return either(layer - CLEAR or below, below) if _NOTHING in layer else layer


def hex_color(digits: str | None) -> Colors:
    """Return the colour of six hex digits; unknown for `auto` and whatever else."""
    if digits is None or not _HEX.fullmatch(digits):
        return UNKNOWN
    return frozenset({(int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16))})


def highlight(element: Any) -> Colors:
    """Return the colour of a `w:highlight`."""
    name = element.get(f"{W}val", "none")
    return CLEAR if name == "none" else hex_color(_HIGHLIGHTS.get(name))


class Palette:
    """The colours of a theme.

    Args:
        theme: root of the theme part, or None where the file has none.
        settings: root of the settings part, which says what "background 1" is, or None.
    """

    def __init__(self, theme: Any, settings: Any) -> None:
        scheme = None if theme is None else theme.find(f".//{A}clrScheme")
        self._slots = {} if scheme is None else _slots(scheme)
        mapping = None if settings is None else settings.find(f"{W}clrSchemeMapping")
        self._mapping = dict(_USUAL_MAPPING)
        if mapping is not None:
            self._mapping |= {key: mapping.get(f"{W}{key}", usual) for key, usual in _USUAL_MAPPING.items()}

    def word(self, element: Any, kind: str = "") -> Colors:
        """Return the colour that a WordprocessingML element states; a theme colour goes before the digits.

        Args:
            element: such as `w:color`, `w:shd` or `w:background`.
            kind: which colour of it: `Fill` for the fill of a shading, "" for the colour.
        """
        themed = self._theme(element.get(f"{W}theme{kind or 'Color'}"))
        if themed:
            tint, shade = (element.get(f"{W}theme{kind}{way}") for way in ("Tint", "Shade"))
            return _tinted(themed, tint, shade)
        plain = "fill" if kind else "val"
        return hex_color(element.get(f"{W}{plain}") or element.get(f"{W}color"))

    def shading(self, shd: Any) -> Colors:
        """Return the colour of a `w:shd`: clear where it has none, unknown for stripes and the like."""
        pattern = shd.get(f"{W}val", "clear")
        fill = self._part(shd, "Fill", CLEAR)
        if pattern in ("clear", "nil"):
            return CLEAR if pattern == "nil" else fill
        front = self._part(shd, "", frozenset({BLACK}))
        if pattern == "solid":
            return front
        share = _PERCENT.fullmatch(pattern)
        back = fill if fill != CLEAR else frozenset({WHITE})
        if share is None or len(front) != 1 or len(back) != 1:
            return UNKNOWN
        return frozenset({_mixed(next(iter(front)), next(iter(back)), int(share[1]) / 100)})

    def _part(self, shd: Any, kind: str, auto: Colors) -> Colors:
        """Return the fill or the pattern colour of a shading; `auto` where it is left to the program."""
        plain, theme = ("fill", "themeFill") if kind else ("color", "themeColor")
        themed = shd.get(f"{W}{theme}", "none") != "none"
        if not themed and shd.get(f"{W}{plain}", "auto") == "auto":
            return auto
        if kind or themed:
            return self.word(shd, kind)
        return hex_color(shd.get(f"{W}color"))

    def drawn(self, fill: Any) -> Colors:
        """Return the colour of a DrawingML `solidFill`, or of its twin in the text effects of Word."""
        color = next(iter(fill), None)
        if color is None:
            return UNKNOWN
        base = self._drawn_base(color)
        return _modified(base, color) if base else UNKNOWN

    def _drawn_base(self, color: Any) -> Colors:
        kind, value = _local(color), _value(color)
        if kind == "srgbClr":
            return hex_color(value)
        if kind == "schemeClr":
            return self._theme(value)
        if kind == "sysClr":
            return hex_color(color.get("lastClr"))
        named = {"white": WHITE, "black": BLACK}.get(value or "") if kind == "prstClr" else None
        return frozenset({named}) if named else UNKNOWN

    def _theme(self, name: str | None) -> Colors:
        if name is None:
            return UNKNOWN
        name = self._mapping.get(_MAPPED.get(name, ""), name)
        return self._slots.get(_SLOTS.get(name, name), UNKNOWN)


def transparency(fill: Any) -> float:
    """Return how clear the solid fill of a text effect is, 0 (not at all) to 1."""
    alpha = fill.find(f"*/{_W14}alpha")
    return 0.0 if alpha is None else (_whole(alpha) or 0) / _WHOLE


def _slots(scheme: Any) -> dict[str, Colors]:
    slots = {}
    for slot in scheme:
        for color in slot:
            value = color.get("lastClr") if _local(color) == "sysClr" else color.get("val")
            slots[_local(slot)] = hex_color(value)
    return slots


def _tinted(colors: Colors, tint: str | None, shade: str | None) -> Colors:
    """Return theme colours made lighter or darker.

    Source: ECMA-376 part 1, 17.3.2.6: both change the luminance of hue, luminance and saturation.
    """
    try:
        if tint is not None:
            share = int(tint, 16) / 255
            return _relit(colors, share, 1 - share)
        if shade is not None:
            return _relit(colors, int(shade, 16) / 255, 0.0)
    except ValueError:
        return UNKNOWN
    return colors


def _modified(colors: Colors, color: Any) -> Colors:
    """Return a drawn colour after its modifiers; unknown where one is not of its luminance."""
    times, plus = 1.0, 0.0
    for change in color:
        kind, value = _local(change), _whole(change)
        if value is None:
            return UNKNOWN
        if kind == "lumMod":
            times *= value / _WHOLE
        elif kind == "lumOff":
            plus += value / _WHOLE
        elif kind != "alpha" or not _is_opaque(change):
            return UNKNOWN
    return _relit(colors, times, plus)


def _is_opaque(alpha: Any) -> bool:
    """Tell whether an alpha changes nothing: shapes state opacity, text effects transparency."""
    return _whole(alpha) == (0 if alpha.tag.startswith(_W14) else _WHOLE)


def _relit(colors: Iterable[Rgb], times: float, plus: float) -> Colors:
    if (times, plus) == (1.0, 0.0):
        return frozenset(colors)
    relit = set()
    for red, green, blue in colors:
        hue, luminance, saturation = colorsys.rgb_to_hls(red / 255, green / 255, blue / 255)
        luminance = min(max(luminance * times + plus, 0.0), 1.0)
        red_share, green_share, blue_share = colorsys.hls_to_rgb(hue, luminance, saturation)
        relit.add((round(red_share * 255), round(green_share * 255), round(blue_share * 255)))
    return frozenset(relit)


def _mixed(front: Rgb, back: Rgb, share: float) -> Rgb:
    red, green, blue = (round(a * share + b * (1 - share)) for a, b in zip(front, back, strict=True))
    return red, green, blue


def _whole(element: Any) -> int | None:
    value = _value(element) or ""
    return int(value) if _INTEGER.fullmatch(value) else None


def _value(element: Any) -> str | None:
    value = element.get("val") or element.get(f"{_W14}val")
    return value if value is None else str(value)


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]
