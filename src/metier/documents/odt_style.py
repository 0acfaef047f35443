"""How the parts of an OpenDocument text look: its styles, resolved along their parents, and its pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from metier.documents.color import WHITE
from metier.documents.docx_color import CLEAR, UNKNOWN, Colors, either, hex_color, on_top
from metier.documents.docx_shape import points

_OASIS = "{urn:oasis:names:tc:opendocument:xmlns"
STYLE: Final = f"{_OASIS}:style:1.0}}"
FO: Final = f"{_OASIS}:xsl-fo-compatible:1.0}}"
DRAW: Final = f"{_OASIS}:drawing:1.0}}"
TEXT: Final = f"{_OASIS}:text:1.0}}"
_LOEXT: Final = "{urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0}"

_USUAL_POINTS = 12.0
_LEAST_POINTS = 2.0
_LARGEST_UNREADABLE_SCALE = 5.0
_NEARLY_CLEAR = 3.0
_PERCENT = re.compile(r"(-?\d{1,6}(?:\.\d{1,6})?)%")
_EFFECTS = (f"{STYLE}text-outline", f"{STYLE}font-relief", f"{FO}text-shadow")
_NO_EFFECT = (None, "false", "none")
_HEADINGS = ("heading", "title", "subtitle", "заголовок")

# A size in points, or None where it only scales the one around it, and by how much it scales.
Size = tuple[float | None, float]


class Look(NamedTuple):
    """What a style says of the look of words and of what is behind them; None where it says nothing.

    Attributes:
        hidden: the words are not displayed.
        color: of the words; unknown where the program picks it to be seen, clear where it is transparent.
        size: of the letters; the next two of Asian letters and of Hebrew and Arabic ones.
        lift: share of the size that raised or lowered letters have.
        scale: width of the letters, in percent.
        effect: an outline, a shadow or a relief shows the words, whatever their colour.
        marker: what is behind the words alone.
        back: background of the paragraph, cell, section or page.
        image: a picture is that background.
        fill: kind of the fill of a shape; the next two are its colour and how much it covers, in percent.
        wrap: how text flows around a shape; then whether the shape lies behind it or in front of it.
        page: name of the master page that begins here.
        heading: the style is one of headings.
    """

    hidden: bool | None = None
    color: Colors | None = None
    size: Size | None = None
    asian_size: Size | None = None
    complex_size: Size | None = None
    lift: float | None = None
    scale: float | None = None
    effect: bool | None = None
    marker: Colors | None = None
    back: Colors | None = None
    image: bool | None = None
    fill: str | None = None
    fill_color: Colors | None = None
    opacity: float | None = None
    wrap: str | None = None
    through: str | None = None
    page: str | None = None
    heading: bool | None = None


PLAIN: Final = Look()
_SIZES = ("size", "asian_size", "complex_size")


def over(base: Look, top: Look) -> Look:
    """Return what two looks make together, the second over the first."""
    if top is PLAIN:
        return base
    said: dict[str, Any] = {
        name: value for name, value in zip(Look._fields, top, strict=True) if value is not None
    }
    for name in _SIZES:
        below, above = getattr(base, name), getattr(top, name)
        if above is not None and above[0] is None and below is not None:
            said[name] = (below[0], below[1] * above[1])
    return base._replace(**said)


def ground(look: Look) -> Colors:
    """Return the colours that a look puts behind words; clear where it puts none."""
    if look.image:
        return UNKNOWN
    if look.fill in (None, "none"):
        return CLEAR if look.back is None else look.back
    if look.fill != "solid" or not look.fill_color:
        return UNKNOWN
    if look.opacity is None or look.opacity >= 100:
        return look.fill_color
    return CLEAR if look.opacity <= 0 else UNKNOWN


def shape_ground(look: Look) -> Colors:
    """Return what a shape puts behind words; without a stated fill it is for each program to choose."""
    if look.fill is None and look.back is None:
        return either(CLEAR, look.fill_color or UNKNOWN)
    return ground(look)


def is_tiny(look: Look, size: Size | None) -> bool:
    """Tell whether letters of one of the sizes of a look are too small to be seen."""
    if look.scale is not None and 0 < look.scale <= _LARGEST_UNREADABLE_SCALE:
        return True
    base, factor = size or (None, 1.0)
    lift = 1.0 if look.lift is None else look.lift
    return (_USUAL_POINTS if base is None else base) * factor * lift < _LEAST_POINTS


class Styles:
    """The styles of a file.

    Args:
        common: `office:styles` of `styles.xml`, or None.
        automatic: `office:automatic-styles` of the part whose text is read, or None.
    """

    def __init__(self, common: Any, automatic: Any) -> None:
        self._common = dict(_named(common))
        self._automatic = dict(_named(automatic))
        self._looks: dict[Any, Look] = {}
        self._defaults = {
            str(style.get(f"{STYLE}family")): read_look(style)
            for style in (common.iterchildren(f"{STYLE}default-style") if common is not None else ())
        }

    def look(self, family: str, name: str | None) -> Look:
        """Return the look of a style with that of its parents, and of its family's default below them."""
        default = self._defaults.get(family, PLAIN)
        style = self._automatic.get((family, name or ""), self._common.get((family, name or "")))
        chain = []
        while style is not None and style not in self._looks:
            self._looks[style] = default  # a chain that comes back to itself ends here
            chain.append(style)
            parent = (family, style.get(f"{STYLE}parent-style-name", ""))
            style = self._common.get(parent, self._automatic.get(parent))
        look = default if style is None else self._looks[style]
        for style in reversed(chain):
            look = self._looks[style] = over(look, read_look(style))
        return look


def read_look(style: Any) -> Look:
    """Return what a style says itself."""
    found: dict[str, Any] = {}
    for properties in style:
        tag = properties.tag
        if tag == f"{STYLE}text-properties":
            found |= _text_look(properties)
        elif isinstance(tag, str) and tag.endswith("-properties"):
            found |= _back_look(properties)
    if style.get(f"{STYLE}master-page-name"):
        found["page"] = style.get(f"{STYLE}master-page-name")
    names = (style.get(f"{STYLE}name", ""), style.get(f"{STYLE}display-name", ""))
    if any(name.lower().startswith(_HEADINGS) for name in names) or style.get(
        f"{STYLE}default-outline-level"
    ):
        found["heading"] = True
    return Look(**found)


class Pages:
    """The pages of a file: what is behind their words, and their headers and footers.

    Args:
        styles: root of `styles.xml`, or None.
    """

    def __init__(self, styles: Any) -> None:
        self._layouts: dict[str, Any] = {}
        self.masters: dict[str, Any] = {}
        for element in (
            styles.iter(f"{STYLE}page-layout", f"{STYLE}master-page") if styles is not None else ()
        ):
            known = self._layouts if element.tag == f"{STYLE}page-layout" else self.masters
            known.setdefault(element.get(f"{STYLE}name", ""), element)

    def used(self, names: set[str]) -> list[Any]:
        """Return the master pages that are in use, given those that styles in use begin."""
        first = "Standard" if "Standard" in self.masters else next(iter(self.masters), "")
        waiting, used = [first, *sorted(names)], dict[str, Any]()
        while waiting:
            name = waiting.pop(0)
            if name in self.masters and name not in used:
                used[name] = self.masters[name]
                waiting.append(used[name].get(f"{STYLE}next-style-name", ""))
        return list(used.values())

    def paper(self, masters: list[Any], styles: Styles) -> Colors:
        """Return the colours that the paper of some master pages may have."""
        choices = [self._paper(master, styles) for master in masters]
        return either(*choices) if choices else frozenset({WHITE})

    def edge(self, master: Any, kind: str) -> Colors:
        """Return what a header or footer has behind its words, above the paper."""
        layout = self._layouts.get(master.get(f"{STYLE}page-layout-name", ""))
        style = None if layout is None else layout.find(f"{STYLE}{kind}-style")
        return CLEAR if style is None else ground(read_look(style))

    def _paper(self, master: Any, styles: Styles) -> Colors:
        layout = self._layouts.get(master.get(f"{STYLE}page-layout-name", ""))
        below = CLEAR if layout is None else ground(read_look(layout))
        sheet = ground(styles.look("drawing-page", master.get(f"{DRAW}style-name")))
        return on_top(sheet, on_top(below, frozenset({WHITE})))


def _named(styles: Any) -> Iterator[tuple[tuple[str, str], Any]]:
    for style in styles.iterchildren(f"{STYLE}style") if styles is not None else ():
        yield (style.get(f"{STYLE}family", ""), style.get(f"{STYLE}name", "")), style


def _text_look(properties: Any) -> dict[str, Any]:
    look: dict[str, Any] = {}
    display = properties.get(f"{TEXT}display")
    if display is not None:
        look["hidden"] = display == "none"
    color = _letter_color(properties)
    if color is not None:
        look["color"] = color
    back = properties.get(f"{FO}background-color")
    if back is not None:
        look["marker"] = _back_color(back)
    for name, attribute in zip(
        _SIZES, (f"{FO}font-size", f"{STYLE}font-size-asian", f"{STYLE}font-size-complex"), strict=True
    ):
        size = _size(properties.get(attribute))
        if size is not None:
            look[name] = size
    look |= _shape_of_letters(properties)
    return look


def _shape_of_letters(properties: Any) -> dict[str, Any]:
    look: dict[str, Any] = {}
    position = properties.get(f"{STYLE}text-position", "").split()
    if position:
        height = _percent(position[1]) if len(position) > 1 else None
        look["lift"] = 1.0 if height is None else height / 100
    scale = _percent(properties.get(f"{STYLE}text-scale"))
    if scale is not None:
        look["scale"] = scale
    effects = [properties.get(effect) for effect in _EFFECTS]
    if effects != [None] * len(_EFFECTS):
        look["effect"] = any(effect not in _NO_EFFECT for effect in effects)
    return look


def _letter_color(properties: Any) -> Colors | None:
    if properties.get(f"{STYLE}use-window-font-color") == "true":
        return UNKNOWN
    color = properties.get(f"{FO}color")
    if color is None:
        return None
    # Beside an automatic colour the opacity means nothing: it counts where the colour is stated with it.
    opacity = _percent(properties.get(f"{_LOEXT}opacity"))
    if opacity is not None and opacity < 100:
        return CLEAR if opacity <= _NEARLY_CLEAR else UNKNOWN
    return hex_color(color.removeprefix("#"))


def _back_look(properties: Any) -> dict[str, Any]:
    look: dict[str, Any] = {}
    back = properties.get(f"{FO}background-color")
    if back is not None:
        see_through = _percent(properties.get(f"{STYLE}background-transparency")) or 0.0
        look["back"] = _back_color(back) if see_through <= 0 else CLEAR if see_through >= 100 else UNKNOWN
    image = properties.find(f"{STYLE}background-image")
    if image is not None:
        look["image"] = len(image) > 0 or any(name.endswith("}href") for name in image.attrib)
    attributes = {"fill": f"{DRAW}fill", "wrap": f"{STYLE}wrap", "through": f"{STYLE}run-through"}
    look |= {name: value for name, key in attributes.items() if (value := properties.get(key)) is not None}
    if properties.get(f"{DRAW}fill-color") is not None:
        look["fill_color"] = _back_color(properties.get(f"{DRAW}fill-color"))
    opacity = _percent(properties.get(f"{DRAW}opacity"))
    if opacity is not None:
        look["opacity"] = opacity
    if properties.get(f"{DRAW}opacity-name"):
        look["opacity"] = 50.0  # a gradient of it: neither clear nor covering
    return look


def _back_color(value: str) -> Colors:
    return CLEAR if value == "transparent" else hex_color(value.removeprefix("#"))


def _size(value: str | None) -> Size | None:
    percent = _percent(value)
    if percent is not None:
        return (None, percent / 100) if percent > 0 else None
    size = points(value, per_point=1)
    return None if size is None or size <= 0 else (size, 1.0)


def _percent(value: str | None) -> float | None:
    found = _PERCENT.fullmatch((value or "").strip())
    return None if found is None else float(found[1])
