"""The cascade: what style sheets and attributes say of each element of a page."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from metier.documents.css_match import Matcher, Overworked
from metier.documents.css_rules import WIDE, Declared, Rule, Sheets, read_sheets, read_style
from metier.documents.css_values import MAX_VALUE_CHARS
from metier.documents.html_tree import Element, Tree

Style = Mapping[str, str]

# Kinds of declarations in the order in which one wins over another.
_ATTRIBUTE, _NORMAL, _ANIMATION, _IMPORTANT = range(4)
_INLINE: Final = 1
_VAR = re.compile(r"var\(\s*(--[^\s,()]+)\s*(?:,([^()]*))?\)")
_MAX_ROUNDS: Final = 8
_PAINTING_PARTS: Final = frozenset(("before", "after"))
_EMPTY: Final[Style] = {}
# The sheet of every browser, as far as it matters here.
_BROWSER: Final[dict[str, dict[str, str]]] = {
    "h1": {"font-size": "2em"},
    "h2": {"font-size": "1.5em"},
    "h3": {"font-size": "1.17em"},
    "h5": {"font-size": ".83em"},
    "h6": {"font-size": ".67em"},
    "small": {"font-size": "smaller"},
    "sub": {"font-size": "smaller"},
    "sup": {"font-size": "smaller"},
    "big": {"font-size": "larger"},
    "mark": {"background-color": "#ff0", "color": "#000"},
    "button": {"background-color": "#efefef", "color": "#000", "font-size": "13px"},
    "select": {"background-color": "#fff", "color": "#000", "font-size": "13px"},
    "textarea": {"background-color": "#fff", "color": "#000", "font-size": "13px", "white-space": "pre-wrap"},
    "dialog": {},
    "pre": {"white-space": "pre"},
    "listing": {"white-space": "pre"},
    "plaintext": {"white-space": "pre"},
    "xmp": {"white-space": "pre"},
}
_LINK: Final = "#0000ee"
_OLD_SIZES: Final = dict(
    zip("1234567", ("10px", "13px", "16px", "18px", "24px", "32px", "48px"), strict=True)
)
_OLD_PIXELS = re.compile(r"\s*\d{1,6}(?:px)?%?\s*")

# Importance and the like, place of the declaration, layer, specificity, order.
_Weight = tuple[int, int, int, tuple[int, int, int], int]


@dataclass(frozen=True, slots=True)
class Styles:
    """What holds for the elements of a page.

    Attributes:
        of: of each element, by property; custom properties are filled in.
        parts: the same for what is drawn before or after the content of an element, by its index.
        is_cut: sheets are too large to follow all of them.
        names_others: there are sheets that are not in the file.
    """

    of: list[Style]
    parts: dict[int, list[Style]]
    is_cut: bool
    names_others: bool


def cascade(tree: Tree) -> Styles:
    """Return what style sheets and attributes say of each element.

    Sheets count as on a screen of 1280 by 800 pixels that nobody touches. The first 600,000 characters of
    them are read and followed for three million steps (elements compared or styled); what is left is cut.

    Args:
        tree: the page.
    """
    sheets = read_sheets(tree.sheets)
    weighed = _Weighing(tree, sheets)
    is_cut = sheets.is_cut
    try:
        weighed.weigh_attributes()
        for order, rule in enumerate(sheets.rules):
            weighed.weigh(rule, order)
        weighed.weigh_animations()
    except Overworked:
        is_cut = True
    return weighed.styles(is_cut=is_cut, names_others=sheets.names_others or _links_sheets(tree))


def _links_sheets(tree: Tree) -> bool:
    for element in tree.elements:
        if element.tag == "link" and "stylesheet" in element.attributes.get("rel", "").lower():
            address = element.attributes.get("href", "").lower()
            # These bring letters and symbols, and no colours.
            if address and "font" not in address and "icon" not in address:
                return True
    return False


class _Weighing:
    """Keeps of each property of each element the declaration that weighs most."""

    def __init__(self, tree: Tree, sheets: Sheets) -> None:
        self._tree = tree
        self._sheets = sheets
        self._matcher = Matcher(tree)
        self._best: dict[int, dict[str, tuple[_Weight, str]]] = defaultdict(dict)
        self._parts: dict[tuple[int, str], dict[str, tuple[_Weight, str]]] = defaultdict(dict)

    def weigh_attributes(self) -> None:
        """Take in `style` attributes, those of old such as `bgcolor`, and what browsers do by themselves."""
        for index, element in enumerate(self._tree.elements):
            if not element.attributes and element.tag not in _BROWSER:
                continue
            old = old_attributes(element)
            if old:
                self._put(self._best[index], old, (_ATTRIBUTE, 0, 0, (0, 0, 0), 0))
            style = element.attributes.get("style")
            if style:
                self._put(self._best[index], _style(style), (_NORMAL, _INLINE, 0, (0, 0, 0), 0))

    def weigh(self, rule: Rule, order: int) -> None:
        """Take in a rule of a sheet."""
        for selector in rule.selectors:
            if selector.part and selector.part not in _PAINTING_PARTS:
                continue
            members = self._matcher.matching(selector)
            self._matcher.spend(len(members) * len(rule.declared))
            weight = (_NORMAL, 0, rule.layer, selector.specificity, order)
            for index in members:
                target = self._parts[index, selector.part] if selector.part else self._best[index]
                self._put(target, rule.declared, weight)

    def weigh_animations(self) -> None:
        """Take in what animations end with."""
        for index in [index for index, best in self._best.items() if "animation-name" in best]:
            best = self._best[index]
            for name in re.split(r"[\s,]+", best["animation-name"][1]):
                declared = self._sheets.keyframes.get(name, ())
                self._put(best, declared, (_ANIMATION, 0, 0, (0, 0, 0), 0))

    def _put(
        self, target: dict[str, tuple[_Weight, str]], declared: Iterable[Declared], weight: _Weight
    ) -> None:
        _, place, layer, specificity, order = weight
        for name, value, important in declared:
            # Among important rules the lower layer wins.
            own = (_IMPORTANT, place, -layer, specificity, order) if important else weight
            if name not in target or own >= target[name][0]:
                target[name] = (own, value)

    def styles(self, *, is_cut: bool, names_others: bool) -> Styles:
        """Return what has won, with custom properties filled in."""
        customs: list[Style] = []
        styles: list[Style] = []
        for index, element in enumerate(self._tree.elements):
            around = customs[element.parent] if element.parent >= 0 else _EMPTY
            won = {name: value for name, (_, value) in self._best.get(index, {}).items()}
            own = {name: value for name, value in won.items() if name.startswith("--")}
            if own:
                around, is_cut = self._joined(around, own, is_cut=is_cut)
            customs.append(around)
            styles.append(filled(won, around) if won else _EMPTY)
        parts: dict[int, list[Style]] = defaultdict(list)
        for (index, _), best in self._parts.items():
            won = {name: value for name, (_, value) in best.items()}
            parts[index].append(filled(won, customs[index]))
        return Styles(styles, parts, is_cut=is_cut, names_others=names_others)

    def _joined(self, around: Style, own: Style, *, is_cut: bool) -> tuple[Style, bool]:
        try:
            self._matcher.spend(len(around) + len(own))
        except Overworked:
            return around, True
        return {**around, **own}, is_cut


@lru_cache(maxsize=2048)
def _style(text: str) -> tuple[Declared, ...]:
    return read_style(text)


def filled(style: Style, customs: Style) -> Style:
    """Return a style with custom properties filled in, and without them and what is reverted.

    A value that names one that nobody states is as if it were `unset`.
    """
    found = {}
    for name, value in style.items():
        if not name.startswith("--"):
            full = _filled(value, customs) if "var(" in value else value
            if not full.startswith("revert"):
                found[name] = full
    return found


def _filled(value: str, customs: Style) -> str:
    for _ in range(_MAX_ROUNDS):
        if "var(" not in value:
            return value.strip() or "unset"
        value = _VAR.sub(lambda match: customs.get(match[1], match[2] or ""), value)[:MAX_VALUE_CHARS]
    return "unset"


def old_attributes(element: Element) -> tuple[Declared, ...]:
    """Return what the sheet of every browser says of an element, and attributes from before sheets."""
    has, tag = element.attributes, element.tag
    said = dict(_BROWSER.get(tag, {}))
    if tag == "a" and "href" in has:
        said["color"] = _LINK
    if "bgcolor" in has:
        said["background-color"] = _old_color(has["bgcolor"])
    if has.get("background") and tag in ("body", "table", "tr", "td", "th"):
        said["background-image"] = "url()"
    if tag == "body" and "text" in has:
        said["color"] = _old_color(has["text"])
    if tag == "font":
        said |= {"color": _old_color(has["color"])} if "color" in has else {}
        said |= (
            {"font-size": _OLD_SIZES[has["size"].strip()]}
            if has.get("size", "").strip() in _OLD_SIZES
            else {}
        )
    if "hidden" in has:
        said["display"] = "none"
    if "popover" in has or (tag == "dialog" and "open" not in has):
        said["display"] = "none"
    if tag in ("img", "table", "td", "th", "svg", "canvas", "video"):
        said |= {
            side: has[side].strip().removesuffix("px") + ("" if "%" in has[side] else "px")
            for side in ("width", "height")
            if _OLD_PIXELS.fullmatch(has.get(side, ""))
        }
    return tuple(Declared(name, value, important=False) for name, value in said.items())


def _old_color(value: str) -> str:
    """Return a colour as sheets write it; old pages leave the # out."""
    value = value.strip().lower()
    return f"#{value}" if re.fullmatch(r"[0-9a-f]{6}", value) else value


def is_unset(value: str | None) -> bool:
    """Tell whether a property is as if nobody had stated it."""
    return value is None or value in WIDE
