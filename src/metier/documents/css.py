"""Style sheets as far as they decide whether a person sees words: cascade, lengths and colours."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

PROPERTIES: Final = frozenset(
    "display visibility opacity color background background-color background-image background-clip font "
    "font-size position left right top bottom text-indent margin-left margin-top transform width height "
    "max-width max-height overflow overflow-x overflow-y clip clip-path text-shadow content-visibility "
    "-webkit-text-fill-color -webkit-text-stroke -webkit-background-clip animation animation-name margin "
    "inset inset-inline-start translate scale filter zoom box-shadow".split()
)
# Work is rules times nodes: a hostile sheet could ask for hours.
_MAX_RULES: Final = 5_000
_MAX_VISITS: Final = 5_000_000
_MAX_DECLARATIONS: Final = 2_000_000
_MAX_DEPTH: Final = 8

_OTHER_MEDIA = re.compile(r"\b(?:print|speech|prefers-|not\b)|\bdark\b", re.IGNORECASE)
_WIDTH_QUERY = re.compile(r"(min|max)-width\s*:\s*([\d.]+)(px|em|rem)?", re.IGNORECASE)
_WINDOW_PX: Final = 1_200.0  # of the window that the page is judged in
_NEVER: Final = re.compile(
    r"::|:(?:hover|focus|active|visited|target|before|after|checked|disabled|first-l)", re.I
)
_WHOLE_PAGE: Final = (":root", "html", "body", "*")
_PSEUDO_ELEMENT = re.compile(r":(?:before|after)", re.IGNORECASE)
_ID, _CLASS = re.compile(r"#[\w-]"), re.compile(r"\.[\w-]|\[|(?<!:):(?!:)[\w-]")
_TAG = re.compile(r"(?:^|[\s>+~(,])[a-zA-Z][\w-]*")
_VAR = re.compile(r"var\(\s*(--[\w-]+)\s*(?:,([^()]*))?\)")
_LENGTH = re.compile(
    r"([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(px|pt|pc|in|cm|mm|em|rem|ex|ch|vw|vh|%)?", re.I
)
_CALC = re.compile(r"calc\(\s*([^()+*/]*?)\s*\)", re.IGNORECASE)
_PIXELS: Final = {
    None: 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "in": 96.0, "cm": 96 / 2.54, "mm": 96 / 25.4,
    "rem": 16.0, "vw": 12.0, "vh": 8.0,
}  # fmt: skip
_SIZES: Final = {
    "xx-small": 9.0, "x-small": 10.0, "small": 13.0, "medium": 16.0, "large": 18.0, "x-large": 24.0,
    "xx-large": 32.0, "xxx-large": 48.0,
}  # fmt: skip
_RGB_SPACES: Final = frozenset({"srgb", "hsl", "hwb"})


class Color(NamedTuple):
    """Red, green and blue, 0 to 255, and how opaque, 0 to 1."""

    red: int
    green: int
    blue: int
    alpha: float


class _Weighed(NamedTuple):
    """A value with what it wins or loses by; the greatest one holds."""

    important: bool
    inline: bool
    specificity: tuple[int, int, int]
    order: int
    value: str


@dataclass(frozen=True, slots=True)
class Styles:
    """The declarations that hold for each element.

    Attributes:
        by_node: from `LexborNode.mem_id` to property to value, custom properties filled in.
        is_cut: some rules were left out because there are too many.
        knows_backgrounds: what is behind words follows from the elements around them: no sheet from
            elsewhere, no box that is set under others by its position, no painted pseudo-element.
    """

    by_node: dict[int, dict[str, str]]
    is_cut: bool
    knows_backgrounds: bool = True


def cascade(tree: LexborHTMLParser) -> Styles:
    """Return what style sheets and attributes say of each element of a page.

    Sheets for print only, pseudo-elements and states such as :hover do not count. At most 5,000 rules, and
    rules times elements of 5 million, are followed.

    Args:
        tree: the parsed page.
    """
    sheet = _Cascade(tree)
    is_cut = any(not sheet.add(rule, order) for order, rule in enumerate(_rules(tree), start=1))
    for node in tree.css("[style]"):
        declared = _declared(str(node.attributes.get("style") or ""))
        sheet.weigh(node, declared, inline=True, specificity=(0, 0, 0), order=_MAX_RULES)
    settled = sheet.settled()
    knows = not (sheet.paints_pseudo_elements or _links_sheet(tree) or any(map(_floats, settled.values())))
    return Styles(settled, is_cut, knows)


def _links_sheet(tree: LexborHTMLParser) -> bool:
    return any("stylesheet" in str(link.attributes.get("rel") or "").lower() for link in tree.css("link"))


def _floats(style: dict[str, str]) -> bool:
    """Tell whether an element is a painted box that may lie under or over words of others."""
    paints = any(name in style for name in ("background", "background-color", "background-image"))
    return paints and style.get("position", "").lower() in ("absolute", "fixed", "sticky")


class _Cascade:
    """The declarations that speak of each element, with what they win or lose by."""

    def __init__(self, tree: LexborHTMLParser) -> None:
        self._tree = tree
        self._n_nodes = sum(1 for _ in tree.css("*"))
        self._n_weighed = 0
        self._weighed: dict[int, dict[str, list[_Weighed]]] = defaultdict(lambda: defaultdict(list))
        self._variables: dict[str, str] = {}
        self.paints_pseudo_elements = False

    def add(self, rule: _Rule, order: int) -> bool:
        """Follow a rule; return False where there are too many to go on."""
        if order > _MAX_RULES or order * self._n_nodes > _MAX_VISITS or self._n_weighed > _MAX_DECLARATIONS:
            return False
        wanted = [item for item in rule.declared if item[0] in PROPERTIES]
        for selector in _selectors(rule.selector):
            # Scoped ones are rare; of several values the first counts, as the page at large has it.
            for name, value, _ in rule.declared:
                if name.startswith("--") and (selector in _WHOLE_PAGE or name not in self._variables):
                    self._variables[name] = value
            if _PSEUDO_ELEMENT.search(selector) and any("background" in item[0] for item in wanted):
                self.paints_pseudo_elements = True
            weight = _specificity(selector)
            for node in _matching(self._tree, selector) if wanted else ():
                self.weigh(node, wanted, inline=False, specificity=weight, order=order)
        return True

    def weigh(
        self,
        node: LexborNode,
        declared: Iterable[tuple[str, str, bool]],
        *,
        inline: bool,
        specificity: tuple[int, int, int],
        order: int,
    ) -> None:
        """Note what some declarations say of an element."""
        for name, value, important in declared:
            if name in PROPERTIES:
                weighed = _Weighed(important, inline, specificity, order, value)
                self._weighed[node.mem_id][name].append(weighed)
                self._n_weighed += 1

    def settled(self) -> dict[int, dict[str, str]]:
        """Return for each element the values that hold, of equal ones the last."""
        return {
            mem_id: {
                name: _filled(max(reversed(values), key=lambda item: item[:4]).value, self._variables)
                for name, values in properties.items()
            }
            for mem_id, properties in self._weighed.items()
        }


class _Rule(NamedTuple):
    selector: str
    declared: list[tuple[str, str, bool]]


def _rules(tree: LexborHTMLParser) -> Iterator[_Rule]:
    import tinycss2

    for sheet in tree.css("style"):
        if _is_for_screen(str(sheet.attributes.get("media") or "")):
            text = sheet.text(deep=True)
            yield from _from(tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True), 0)


def _from(rules: Iterable[Any], depth: int) -> Iterator[_Rule]:
    import tinycss2

    for rule in rules:
        if rule.type == "qualified-rule":
            yield _Rule(tinycss2.serialize(rule.prelude).strip(), list(_declarations(rule.content)))
        elif rule.type == "at-rule" and rule.content is not None and depth < _MAX_DEPTH:
            holds = rule.lower_at_keyword in ("media", "supports", "layer")
            if holds and _is_for_screen(tinycss2.serialize(rule.prelude)):
                inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
                yield from _from(inner, depth + 1)


def _is_for_screen(media: str) -> bool:
    """Tell whether a media query holds for a wide window of a screen without further wishes."""
    if _OTHER_MEDIA.search(media):
        return "screen" in media.lower() and not re.search(r"\bnot\b|prefers-|dark", media, re.IGNORECASE)
    return all(
        (width <= _WINDOW_PX) if bound.lower() == "min" else (width >= _WINDOW_PX)
        for bound, number, unit in _WIDTH_QUERY.findall(media)
        for width in (float(number) * (16.0 if unit.lower() in ("em", "rem") else 1.0),)
    )


def _declared(text: str) -> Iterator[tuple[str, str, bool]]:
    """Yield name, value and importance of the declarations of a style attribute."""
    import tinycss2

    yield from _declarations(tinycss2.parse_component_value_list(text, skip_comments=True))


def _declarations(content: Any) -> Iterator[tuple[str, str, bool]]:
    import tinycss2

    for item in tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
        if item.type == "declaration":
            name = item.name if item.name.startswith("--") else item.lower_name
            yield name, tinycss2.serialize(item.value).strip(), item.important


def _selectors(selector: str) -> list[str]:
    """Return the parts of a selector list; commas within brackets part nothing."""
    if "," not in selector:
        return [selector]
    parts, depth, start = [], 0, 0
    for i, char in enumerate(selector):
        depth += (char in "([") - (char in ")]")
        if char == "," and depth == 0:
            parts.append(selector[start:i].strip())
            start = i + 1
    return [*parts, selector[start:].strip()]


def _matching(tree: LexborHTMLParser, selector: str) -> Sequence[LexborNode]:
    from selectolax.lexbor import SelectolaxError

    if not selector or _NEVER.search(selector):
        return ()
    try:
        return tree.css(selector)
    except SelectolaxError:
        return ()


def _specificity(selector: str) -> tuple[int, int, int]:
    """Return how many ids, classes and tags a selector names.

    Source: Selectors Level 4, section 17, without the special cases of :is, :not and :where.
    """
    return len(_ID.findall(selector)), len(_CLASS.findall(selector)), len(_TAG.findall(selector))


def _filled(value: str, variables: dict[str, str]) -> str:
    """Return a value with its custom properties filled in."""
    for _ in range(_MAX_DEPTH):
        if "var(" not in value:
            break
        value = _VAR.sub(lambda match: variables.get(match[1], match[2] or "").strip(), value)[:1_000]
    return value


def pixels(value: str, em: float) -> float | None:
    """Return a length in pixels, or None where it is none; percents are of `em`.

    >>> pixels("1.5em", 16), pixels("-9999px", 16), pixels("auto", 16)
    (24.0, -9999.0, None)
    """
    match = _LENGTH.fullmatch(_CALC.sub(r"\1", value.strip()))
    if match is None:
        return None
    number, unit = float(match[1]), match[2].lower() if match[2] else None
    if unit == "%":
        return number / 100 * em
    if unit in ("em", "ex", "ch"):
        return number * em * (1.0 if unit == "em" else 0.5)
    return number * _PIXELS[unit]


def font_size(value: str, parent: float) -> float | None:
    """Return a font size in pixels, or None where the value is none."""
    value = value.strip().lower()
    if value in _SIZES:
        return _SIZES[value]
    if value in ("smaller", "larger"):
        return parent * (0.83 if value == "smaller" else 1.2)
    size = pixels(value, parent)
    return size if size is None or size >= 0 else None


def parse_color(value: str) -> Color | None:
    """Return a colour, or None where the value is none or of a space that screens show differently."""
    from tinycss2 import color4

    found = color4.parse_color(value.strip())
    if found is None or isinstance(found, str) or found.space not in _RGB_SPACES:
        return None
    red, green, blue = (min(max(round((part or 0) * 255), 0), 255) for part in found.to("srgb").coordinates)
    return Color(red, green, blue, min(max(float(found.alpha), 0.0), 1.0))


def colors_within(value: str) -> Iterator[Color]:
    """Yield the colours that a value such as `background: url(a.png) #fff` names."""
    import tinycss2

    for token in tinycss2.parse_component_value_list(value, skip_comments=True):
        if token.type in ("ident", "hash", "function"):
            color = parse_color(tinycss2.serialize([token]))
            if color is not None:
                yield color
