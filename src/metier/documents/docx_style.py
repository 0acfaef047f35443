"""What formatting of a Word file says of the look of words, resolved through its styles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple

from metier.documents.docx_color import CLEAR, UNKNOWN, Colors, Palette, W, either, highlight, transparency
from metier.documents.docx_shape import points

_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_HALF_POINTS = 2
# Text of a fill this clear cannot be told from anything behind it.
_INVISIBLE_FROM = 0.95
# Far above what people build; only table styles, whose parts add up, need the bound.
_MAX_TABLE_CHAIN = 20


class Look(NamedTuple):
    """What one level of formatting says of words; None where it leaves that to the level below.

    Attributes:
        hidden: not displayed; styles toggle it (ECMA-376 part 1, 17.7.3).
        always_hidden: not displayed, even where hidden text is shown.
        color: the plain colour; unknown for `auto`, which is always seen.
        fill: what Word's text effects paint instead of the colour; clear where they paint nothing.
        outline: the line that text effects draw around the letters; clear where there is none.
        effect: there is a shadow, a glow or a relief, which shows whatever the colour is.
        size: in points.
        complex_size: in points, of Hebrew, Arabic and the like.
        complex: all of it counts as Hebrew, Arabic and the like.
        scale: width of the letters in percent.
        shade: behind the words.
        marker: highlight behind the words; goes before the shade.
        ground: behind the whole paragraph, or in a table style behind the cell.
    """

    hidden: bool | None = None
    always_hidden: bool | None = None
    color: Colors | None = None
    fill: Colors | None = None
    outline: Colors | None = None
    effect: bool | None = None
    size: float | None = None
    complex_size: float | None = None
    complex: bool | None = None
    scale: float | None = None
    shade: Colors | None = None
    marker: Colors | None = None
    ground: Colors | None = None


PLAIN: Final = Look()


def over(base: Look, top: Look) -> Look:
    """Return a look with what another says laid over it."""
    if top is PLAIN:
        return base
    return Look._make(low if high is None else high for low, high in zip(base, top, strict=True))


def is_on(element: Any) -> bool:
    """Return the value of a switch such as `w:vanish`, which is on where nothing is said."""
    return element.get(f"{W}val", "1") not in ("0", "false", "off")


def read_look(properties: Any, palette: Palette) -> Look:
    """Return what a `w:rPr` says, or a `w:pPr` or `w:tcPr` of its shading; plain for None."""
    found: dict[str, Any] = {}
    for child in properties if properties is not None else ():
        known = _READERS.get(child.tag)
        if known is not None:
            field, read = known
            value = read(child, palette)
            found[field] = value or found.get(field) if field == "effect" else value
    return Look(**found) if found else PLAIN


def _text_fill(effect: Any, palette: Palette) -> Colors:
    for fill in effect:
        if fill.tag == f"{_W14}noFill":
            return CLEAR
        if fill.tag == f"{_W14}solidFill":
            return CLEAR if transparency(fill) >= _INVISIBLE_FROM else palette.drawn(fill)
    return UNKNOWN


def _outline(effect: Any, palette: Palette) -> Colors:
    fills = [fill for fill in effect if str(fill.tag).endswith("Fill")]
    return _text_fill(fills, palette) if fills else CLEAR


def _points(element: Any, _: Palette) -> float | None:
    return points(element.get(f"{W}val"), per_point=_HALF_POINTS)


def _percent(element: Any, _: Palette) -> float | None:
    return points((element.get(f"{W}val") or "").removesuffix("%"), per_point=1)


def _switch(element: Any, _: Palette) -> bool:
    return is_on(element)


def _always(_: Any, __: Palette) -> bool:
    return True


def _word_color(element: Any, palette: Palette) -> Colors:
    return palette.word(element)


def _shading(element: Any, palette: Palette) -> Colors:
    return palette.shading(element)


def _marker(element: Any, _: Palette) -> Colors:
    return highlight(element)


# `w:webHidden` is not here: it hides words in Word's web view only, and Word itself sets it in each table of
# contents. Paper and the usual view show them.
_READERS: dict[str, tuple[str, Callable[[Any, Palette], Any]]] = {
    f"{W}vanish": ("hidden", _switch),
    f"{W}specVanish": ("always_hidden", _switch),
    f"{W}color": ("color", _word_color),
    f"{W}sz": ("size", _points),
    f"{W}szCs": ("complex_size", _points),
    f"{W}rtl": ("complex", _switch),
    f"{W}cs": ("complex", _switch),
    f"{W}w": ("scale", _percent),
    f"{W}shd": ("shade", _shading),
    f"{W}highlight": ("marker", _marker),
    f"{W}shadow": ("effect", _switch),
    f"{W}emboss": ("effect", _switch),
    f"{W}imprint": ("effect", _switch),
    f"{_W14}textFill": ("fill", _text_fill),
    f"{_W14}textOutline": ("outline", _outline),
    f"{_W14}shadow": ("effect", _always),
    f"{_W14}glow": ("effect", _always),
    f"{_W14}reflection": ("effect", _always),
    f"{_W14}props3d": ("effect", _always),
}


class Styles:
    """The styles of a Word file; each is resolved once.

    Args:
        root: root of the styles part, or None where the file has none.
        palette: the colours of its theme.
    """

    def __init__(self, root: Any, palette: Palette) -> None:
        self._palette = palette
        self._elements: dict[tuple[str, str], Any] = {}
        self._usual: dict[str, str] = {}
        self._looks: dict[tuple[str, str], Look] = {}
        self._tables: dict[str, Look] = {}
        self._own_tables: dict[tuple[str, str], tuple[Look, dict[Look, None]]] = {}
        for style in root.iterchildren(f"{W}style") if root is not None else ():
            kind, name = style.get(f"{W}type", "paragraph"), style.get(f"{W}styleId", "")
            self._elements.setdefault((kind, name), style)
            if style.get(f"{W}default", "0") not in ("0", "false", "off"):
                self._usual.setdefault(kind, name)
        defaults = _child(root, "docDefaults")
        words = read_look(_child(_child(defaults, "rPrDefault"), "rPr"), palette)
        ground = read_look(_child(_child(defaults, "pPrDefault"), "pPr"), palette).shade
        self.hidden_by_default = bool(words.hidden)
        self.default = words._replace(hidden=None, ground=ground)

    def look(self, kind: str, name: str | None) -> Look:
        """Return the look of a style with what it is based on; without a known name, of the usual one.

        Args:
            kind: `paragraph` or `character`.
            name: its id; styles in a loop are each based on all others.
        """
        key: tuple[str, str] | None = self._key(kind, name)
        chain: dict[tuple[str, str], Any] = {}
        while key is not None and key not in self._looks and key not in chain:
            chain[key] = self._elements[key]
            key = self._base(key)
        look = PLAIN
        # The second round of a loop gives each of its styles the same look, wherever it was entered.
        for _ in range(2 if key in chain else 1):
            look = self._looks.get(key, PLAIN) if key is not None else PLAIN
            for below, style in reversed(chain.items()):
                look = self._looks[below] = over(look, self._own(style))
        return look

    def table(self, name: str | None) -> Look:
        """Return the look of words in a table of a style, laid over the defaults of the file.

        Its first row, its banded columns and the like may look otherwise. Where a cell is in its table is
        not worked out: all colours of the style count as possible, and the most visible size.
        """
        key = self._key("table", name)
        if key is None:
            return self.default
        if key[1] not in self._tables:
            self._tables[key[1]] = self._table(key)
        return self._tables[key[1]]

    def _table(self, key: tuple[str, str] | None) -> Look:
        chain: list[tuple[str, str]] = []
        while key is not None and key not in chain and len(chain) < _MAX_TABLE_CHAIN:
            chain.append(key)
            key = self._base(key)
        whole = self.default
        parts: dict[Look, None] = {}
        for below in reversed(chain):
            own, own_parts = self._table_looks(below)
            whole = over(whole, own)
            parts |= own_parts
        return _most_visible(whole, [over(whole, part) for part in parts])

    def _table_looks(self, key: tuple[str, str]) -> tuple[Look, dict[Look, None]]:
        """Return what a table style says of all of a table, and of parts of it."""
        if key not in self._own_tables:
            style = self._elements[key]
            whole = self._own_table(style)
            parts: dict[Look, None] = {}
            for part in style.iterchildren(f"{W}tblStylePr"):
                look = self._own_table(part)
                if part.get(f"{W}type") == "wholeTable":
                    whole = over(whole, look)
                else:
                    parts[look] = None
            self._own_tables[key] = whole, parts
        return self._own_tables[key]

    def _key(self, kind: str, name: str | None) -> tuple[str, str] | None:
        for candidate in (name, self._usual.get(kind)):
            if candidate is not None and (kind, candidate) in self._elements:
                return kind, candidate
        return None

    def _base(self, key: tuple[str, str]) -> tuple[str, str] | None:
        """Return what a style is based on, if that is a style of its kind."""
        based_on = self._elements[key].find(f"{W}basedOn")
        below = None if based_on is None else (key[0], based_on.get(f"{W}val", ""))
        return below if below in self._elements else None

    def _own(self, style: Any) -> Look:
        words = read_look(_child(style, "rPr"), self._palette)
        ground = read_look(_child(style, "pPr"), self._palette).shade
        return words if ground is None else words._replace(ground=ground)

    def _own_table(self, style: Any) -> Look:
        """Return the look of a table style or a part of one; its ground is that of cells and paragraphs."""
        grounds = [read_look(_child(style, name), self._palette).shade for name in ("tblPr", "tcPr", "pPr")]
        painted = [ground for ground in grounds if ground is not None and ground != CLEAR]
        look = self._own(style)
        return look._replace(ground=either(*painted)) if painted else look


def _most_visible(whole: Look, parts: Sequence[Look]) -> Look:
    """Return a look for words that have one of several: all colours, the largest size, hidden if all are."""
    if not parts:
        return whole
    looks = (whole, *parts)
    merged: dict[str, Any] = {}
    for field in Look._fields:
        values = [getattr(look, field) for look in looks]
        merged[field] = _joined(field, values)
    return Look(**merged)


def _joined(field: str, values: Iterable[Any]) -> Any:
    values = list(values)
    if all(value == values[0] for value in values):
        return values[0]
    if field in ("size", "complex_size", "scale"):
        return None if None in values else max(values)
    if field in ("ground", "shade", "marker"):
        return either(*(CLEAR if value is None else value for value in values))
    if field in ("color", "fill", "outline"):
        return either(*(UNKNOWN if value is None else value for value in values))
    return field == "effect"


def _child(element: Any, name: str) -> Any:
    return None if element is None else element.find(f"{W}{name}")
