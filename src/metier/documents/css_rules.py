"""Style sheets, read: their rules in the order that they win by."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from metier.documents.css_media import media_holds
from metier.documents.css_select import NOT_NESTED, Around, InvalidSelector, Selector, parse_selectors
from metier.documents.css_values import MAX_VALUE_CHARS, color, font_size, length, share, text_of

MAX_SHEET_CHARS: Final = 600_000
_MAX_BLOCK_DEPTH: Final = 12
_UNLAYERED: Final = 1_000_000
_MAX_DIGITS: Final = re.compile(r"\d{300,}")

_SIDES: Final = ("top", "right", "bottom", "left")
_LENGTHS: Final = frozenset(
    (
        *_SIDES,
        *(f"{kind}-{side}" for kind in ("margin", "padding") for side in _SIDES),
        *"width height max-width max-height text-indent".split(),
    )
)
_COLORS: Final = frozenset(("color", "-webkit-text-fill-color", "background-color"))
_OTHERS: Final = frozenset(
    "display visibility opacity background-image background-clip font-size position transform translate "
    "scale zoom overflow-x overflow-y clip clip-path text-shadow -webkit-text-stroke content-visibility "
    "filter float flex-direction white-space animation-name mix-blend-mode box-shadow grid-area grid- "
    "row grid-column color-scheme".split()
)
_WANTED: Final = _LENGTHS | _COLORS | _OTHERS
_ALIASES: Final = {
    "-webkit-background-clip": "background-clip",
    "-webkit-transform": "transform",
    "-webkit-clip-path": "clip-path",
    "-webkit-filter": "filter",
    "-webkit-animation": "animation",
    "-webkit-animation-name": "animation-name",
    "text-stroke": "-webkit-text-stroke",
    "margin-inline-start": "margin-left",
    "padding-inline-start": "padding-left",
    "inset-inline-start": "left",
    "inset-block-start": "top",
    "max-block-size": "max-height",
    "block-size": "height",
    "max-inline-size": "max-width",
    "inline-size": "width",
}
_DISPLAY: Final = frozenset(
    "none contents block inline inline-block flow flow-root run-in list-item flex inline-flex grid "
    "inline-grid table inline-table table-row table-cell table-row-group table-header-group table- "
    "footer-group table-column table-column-group table-caption ruby ruby-base ruby-text math -webkit- "
    "box -webkit-inline-box -webkit-flex".split()
)
_POSITIONS: Final = frozenset("static relative absolute fixed sticky -webkit-sticky".split())
WIDE: Final = frozenset("inherit initial unset revert revert-layer".split())
_SYSTEM_COLORS: Final = frozenset(
    "currentcolor canvas canvastext linktext visitedtext activetext buttonface buttontext field "
    "fieldtext highlight highlighttext graytext mark marktext accentcolor windowtext window".split()
)
_COLOR_FUNCTION = re.compile(r"(?:color|color-mix|light-dark|lab|lch|hsl|rgb|hsla|rgba|oklch|oklab)\(")
_LENGTH_WORD = re.compile(
    r"auto|none|[a-z-]*(?:content|stretch|available).*|calc\(.*|min\(.*|max\(.*|clamp\(.*"
)
_FONT_SIZE = re.compile(
    r"(?:^|\s)(xx?-small|small(?:er)?|medium|larger?|x{1,3}-large|(?:\d+\.?\d*|\.\d+)(?:[a-z]+|%)|0|calc\([^/]*\)"
    r"|clamp\([^/]*\))(?=\s|/)"
)
_SPACES = re.compile(r"\s+(?![^(]*\))")


class Declared(NamedTuple):
    """A declaration; `value` is in lower case."""

    name: str
    value: str
    important: bool


class Rule(NamedTuple):
    """Declarations and what they are for; a rule of a lower `layer` gives way whatever its selectors."""

    selectors: tuple[Selector, ...]
    declared: tuple[Declared, ...]
    layer: int


@dataclass(slots=True)
class Sheets:
    """The style sheets of a page.

    Attributes:
        rules: those that count on a screen, in order.
        keyframes: what animations end with, by their names.
        is_cut: they are longer than what is read.
        names_others: they import sheets that are not in the file.
    """

    rules: list[Rule] = field(default_factory=list)
    keyframes: dict[str, tuple[Declared, ...]] = field(default_factory=dict)
    is_cut: bool = False
    names_others: bool = False


def read_sheets(sheets: Iterable[tuple[str, str]]) -> Sheets:
    """Return the rules of some sheets; only the first 600,000 characters are read.

    Args:
        sheets: text and `media` attribute of each.
    """
    import tinycss2

    found, left, reader = Sheets(), MAX_SHEET_CHARS, _Reader()
    reader.sheets = found
    for text, media in sheets:
        if not media_holds(media.lower()):
            continue
        if len(text) > left:
            found.is_cut, text = True, text[:left]
        left -= len(text)
        # Python refuses to make a number of very many digits, and with it the whole sheet.
        readable = _MAX_DIGITS.sub("0", text)
        reader.read(tinycss2.parse_stylesheet(readable, skip_comments=True, skip_whitespace=True))
    return found


class _Place(NamedTuple):
    """Where a rule stands: selectors of the rule around it, its layer, how deep it is."""

    around: Around = NOT_NESTED
    layer: str = ""
    depth: int = 0


class _Reader:
    """Collects the rules of sheets that follow each other."""

    def __init__(self) -> None:
        self.sheets = Sheets()
        self._layers: dict[str, int] = {}

    def read(self, rules: Iterable[Any]) -> None:
        """Take in the rules of a sheet."""
        waiting: list[tuple[Iterator[Any], _Place]] = [(iter(rules), _Place())]
        while waiting:
            rule = next(waiting[-1][0], None)
            if rule is None:
                waiting.pop()
                continue
            inner = self._rule(rule, waiting[-1][1])
            if inner is not None and inner[1].depth <= _MAX_BLOCK_DEPTH:
                waiting.append(inner)

    def _rule(self, rule: Any, place: _Place) -> tuple[Iterator[Any], _Place] | None:
        """Take in a rule; return the rules within it, and where they stand."""
        if rule.type == "at-rule":
            return self._at_rule(rule, place)
        if rule.type != "qualified-rule":
            return None
        try:
            selectors = parse_selectors(rule.prelude, place.around)
        except InvalidSelector:
            return None
        around = Around(selectors, f"{place.around.key} {{ {text_of(rule.prelude)}")
        return self._block(rule.content, place._replace(around=around))

    def _block(self, content: Sequence[Any], place: _Place) -> tuple[Iterator[Any], _Place] | None:
        """Take in what stands in the braces of a rule, or of an at-rule within one."""
        import tinycss2

        items = tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True)
        declared = tuple(one for item in items if item.type == "declaration" for one in longhands(item))
        selectors = place.around.selectors
        if declared and selectors:
            self.sheets.rules.append(Rule(selectors, declared, self._rank(place.layer)))
        inner = [item for item in items if item.type in ("qualified-rule", "at-rule")]
        return (iter(inner), place._replace(depth=place.depth + 1)) if inner else None

    def _at_rule(self, rule: Any, place: _Place) -> tuple[Iterator[Any], _Place] | None:
        import tinycss2

        keyword = rule.lower_at_keyword
        prelude = _text(rule.prelude)
        if keyword == "import":
            self.sheets.names_others = self.sheets.names_others or not _is_for_fonts(prelude)
        if keyword == "layer":
            names = [f"{place.layer}.{name.strip()}" for name in prelude.split(",")]
            for name in names if rule.content is None else names[:1]:
                self._rank(name)
            place = place._replace(layer=names[0])
        if rule.content is None:
            return None
        if keyword.endswith("keyframes"):
            self._keyframes(prelude.strip("\"' "), rule.content)
            return None
        holds = keyword == "layer" or (keyword == "media" and media_holds(prelude))
        if not holds and not (keyword == "supports" and not prelude.lstrip("( ").startswith("not")):
            return None
        if place.around.selectors:
            return self._block(rule.content, place)
        inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
        return iter(inner), place._replace(depth=place.depth + 1)

    def _rank(self, layer: str) -> int:
        return self._layers.setdefault(layer, len(self._layers)) if layer else _UNLAYERED

    def _keyframes(self, name: str, content: Sequence[Any]) -> None:
        """Keep what an animation ends with: nobody reads while it moves."""
        import tinycss2

        for frame in tinycss2.parse_rule_list(content, skip_comments=True, skip_whitespace=True):
            if frame.type != "qualified-rule" or not {"to", "100%"} & set(_text(frame.prelude).split(", ")):
                continue
            items = tinycss2.parse_blocks_contents(frame.content, skip_comments=True, skip_whitespace=True)
            declared = (one for item in items if item.type == "declaration" for one in longhands(item))
            self.sheets.keyframes[name] = tuple(one._replace(important=False) for one in declared)


def read_style(text: str) -> tuple[Declared, ...]:
    """Return the declarations of a `style` attribute."""
    import tinycss2

    text = _MAX_DIGITS.sub("0", text[:MAX_SHEET_CHARS])
    items = tinycss2.parse_blocks_contents(text, skip_comments=True, skip_whitespace=True)
    return tuple(one for item in items if item.type == "declaration" for one in longhands(item))


def longhands(declaration: Any) -> Iterator[Declared]:
    """Yield what a declaration says of the properties that hide words; nothing where it is not valid."""
    name = _ALIASES.get(declaration.lower_name, declaration.lower_name)
    if not name.startswith("--") and name not in _WANTED and name not in _SHORTHANDS:
        return
    value = _text(declaration.value)
    if len(value) > MAX_VALUE_CHARS and not _is_picture(name):
        return
    # The data of a picture is of no use here.
    value = value[:MAX_VALUE_CHARS]
    for longhand, part in _SHORTHANDS[name](value) if name in _SHORTHANDS else ((name, value),):
        if longhand.startswith("--") or "var(" in part or part in WIDE or _is_valid(longhand, part):
            yield Declared(longhand, part, declaration.important)


def _is_picture(name: str) -> bool:
    return name.startswith("background")


def _text(tokens: Sequence[Any]) -> str:
    return text_of(tokens).lower()


def _sides(kind: str, value: str) -> Iterator[tuple[str, str]]:
    parts = _SPACES.split(value)
    if len(parts) > 4:
        return
    numbers = {1: (0, 0, 0, 0), 2: (0, 1, 0, 1), 3: (0, 1, 2, 1), 4: (0, 1, 2, 3)}[len(parts)]
    for side, number in zip(_SIDES, numbers, strict=True):
        yield f"{kind}-{side}".removeprefix("inset-"), parts[number]


def _font(value: str) -> Iterator[tuple[str, str]]:
    match = _FONT_SIZE.search(f"{value} ")
    if match is not None:
        yield "font-size", match[1]
    elif value in WIDE:
        yield "font-size", value


def _overflow(value: str) -> Iterator[tuple[str, str]]:
    parts = value.split() or [""]
    yield "overflow-x", parts[0]
    yield "overflow-y", parts[-1]


# A background says all of its parts: each is found in the whole value.
_BACKGROUND: Final = ("background-color", "background-image", "background-clip")
_SHORTHANDS: Final[dict[str, Any]] = {
    "background": lambda value: ((name, value) for name in _BACKGROUND),
    "font": _font,
    "overflow": _overflow,
    "margin": lambda value: _sides("margin", value),
    "padding": lambda value: _sides("padding", value),
    "inset": lambda value: _sides("inset", value),
    "flex-flow": lambda value: (("flex-direction", value),),
    "animation": lambda value: (("animation-name", value),),
}


def _is_color(value: str) -> bool:
    return color(value) is not None or value in _SYSTEM_COLORS or bool(_COLOR_FUNCTION.match(value))


def _is_length(value: str) -> bool:
    return length(value, 16.0, 1.0) is not None or bool(_LENGTH_WORD.fullmatch(value))


_CHECKS: Final[dict[str, Callable[[str], bool]]] = {
    **dict.fromkeys(("color", "-webkit-text-fill-color"), _is_color),
    **dict.fromkeys(_LENGTHS, _is_length),
    "font-size": lambda value: font_size(value, 16.0) is not None or "(" in value,
    "display": lambda value: bool(value) and set(value.split()) <= _DISPLAY,
    "visibility": lambda value: value in ("visible", "hidden", "collapse"),
    "position": lambda value: value in _POSITIONS,
    "opacity": lambda value: share(value) is not None,
}


def _is_valid(name: str, value: str) -> bool:
    """Tell whether a browser takes a value; one that it does not take leaves the one before."""
    return _CHECKS.get(name, bool)(value)


def _is_for_fonts(address: str) -> bool:
    return "font" in address or "icon" in address
