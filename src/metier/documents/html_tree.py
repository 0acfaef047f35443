"""The elements of a page as flat lists, so that nothing that follows depends on how deep they are nested."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from metier.errors import LimitExceeded

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

# Elements whose words no browser shows as text, and that hold nothing else to read.
SKIPPED: Final = frozenset(
    "annotation annotation-xml area base clippath datalist defs desc head iframe input link mask meta "
    "metadata noembed noframes noscript param rp script source style symbol template title track".split()
)
_MAX_TAGS: Final = 400_000
# The parser takes time with the square of the depth; browsers stop at 512.
_MAX_DEPTH: Final = 2_000
_MAX_ELEMENTS: Final = 400_000

# These close themselves, or each other, and so never nest deep without another element between.
_SELF_CLOSED: Final = frozenset(
    "area base body br caption col colgroup dd dt embed head hr html img input li link meta optgroup "
    "option p param rp rt source tbody td tfoot th thead tr track wbr".split()
)
# Ended by a parent, these begin anew in the next element.
_FORMATTING: Final = frozenset("a b big code em font i nobr s small strike strong tt u".split())
_RAW: Final = "script|style|title|textarea|xmp|iframe|noembed|noframes"
_VALUE: Final = r"""(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\s>"'][^\s>]*+)"""
_ATTRIBUTES: Final = rf"(?:[\s/]++|[^\s/>][^\s/>=]*+(?:\s*+=\s*+{_VALUE}?)?)*+(?:>|\Z)"
# Each alternative takes what it begins to the end of the text at worst, so that the whole is read once.
_TAG: Final = re.compile(
    rf"<!--(?:-?>|.*?(?:--!?>|\Z))|<(?P<raw>{_RAW})(?=[\s/>]){_ATTRIBUTES}.*?(?:</(?P=raw)(?=[\s/>])|\Z)"
    rf"|<(?P<end>/?)(?P<name>[a-z][^\s/>]*){_ATTRIBUTES}",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(slots=True)
class Element:
    """An element of a page.

    Attributes:
        tag: its name in lower case.
        attributes: by name; empty for those without a value.
        parent: index of the element around it, or -1.
        last: index of the last element in it, or its own.
        before: index of the sibling before it, or -1.
        place: its number among its siblings, from 1.
        place_of_type: its number among its siblings of the same name, from 1.
        holds_text: text other than blanks stands directly in it.
    """

    tag: str
    attributes: dict[str, str]
    parent: int
    last: int
    before: int = -1
    place: int = 1
    place_of_type: int = 1
    holds_text: bool = False


@dataclass(slots=True)
class Tree:
    """A page in the order of its text.

    Attributes:
        elements: all of them, parents before children.
        events: what a reader passes: (i, None) where element i begins, (-1 - i, None) where it ends, and
            (i, text) for text directly in it. Elements that show no text have none.
        sheets: text and `media` of each <style>.
        n_children: by index, how many children an element has; -1 stands for the page.
        n_of_type: by index and name, how many children of that name.
    """

    elements: list[Element] = field(default_factory=list)
    events: list[tuple[int, str | None]] = field(default_factory=list)
    sheets: list[tuple[str, str]] = field(default_factory=list)
    n_children: Counter[int] = field(default_factory=Counter)
    n_of_type: Counter[tuple[int, str]] = field(default_factory=Counter)


def parse_tree(markup: str, name: str) -> Tree:
    """Return the elements of a page, read as a browser does.

    Args:
        markup: the page.
        name: the file's name, for messages.

    Raises:
        LimitExceeded: more elements than any document has, or more within each other.
    """
    from selectolax.lexbor import LexborHTMLParser

    _check_size(markup, name)
    root = LexborHTMLParser(markup, scripting=True).root
    return _Flattener(name).flatten(root) if root is not None else Tree()


def _check_size(markup: str, name: str) -> None:
    n_tags = markup.count("<")
    if n_tags > _MAX_TAGS:
        raise _too_many(name, f"may have {_MAX_TAGS:,} tags. It has {n_tags:,}")
    if n_tags > _MAX_DEPTH and _depth(markup) > _MAX_DEPTH:
        raise _too_many(name, f"may have {_MAX_DEPTH:,} elements within each other. It has more")


def _too_many(name: str, rule: str) -> LimitExceeded:
    return LimitExceeded(f"{name} {rule}. Save it anew, or as PDF.")


def _depth(markup: str) -> int:
    """Return about how many elements of some markup are within each other, and no fewer."""
    opened: list[str] = []
    n_open: Counter[str] = Counter()
    n_formatting = deepest = 0
    for match in _TAG.finditer(markup):
        tag = (match["name"] or "").lower()
        if not tag or tag in _SELF_CLOSED:
            continue
        if not match["end"]:
            n_open[tag] += 1
            if tag in _FORMATTING:
                n_formatting += 1
            else:
                opened.append(tag)
            deepest = max(deepest, len(opened) + n_formatting)
        elif n_open[tag]:
            if tag in _FORMATTING:
                n_open[tag] -= 1
                n_formatting -= 1
            else:
                _close(tag, opened, n_open)
    return deepest


def _close(tag: str, opened: list[str], n_open: Counter[str]) -> None:
    while opened:
        last = opened.pop()
        n_open[last] -= 1
        if last == tag:
            return


class _Flattener:
    """Walks a parsed page from its first node to its last."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._tree = Tree()
        self._open: list[int] = []
        self._last_child: dict[int, int] = {}

    def flatten(self, root: LexborNode) -> Tree:
        """Return the elements below a node, and the node itself."""
        node: LexborNode | None = root
        n_open = 0
        while node is not None:
            entered = self._enter(node)
            below = node.first_child if entered else None
            if below is not None:
                node, n_open = below, n_open + 1
                continue
            if entered:
                self._leave()
            following = node.next if n_open else None
            while following is None and n_open:
                node, n_open = node.parent, n_open - 1
                if node is None:
                    break
                self._leave()
                following = node.next if n_open else None
            node = following
        return self._tree

    def _enter(self, node: LexborNode) -> bool:
        """Take a node in; tell whether it is an element whose children are to be read."""
        if node.is_text_node:
            self._text(node.text_content or "")
        if not node.is_element_node:
            return False
        tag = (node.tag or "").lower()
        index = self._add(tag, {key: value or "" for key, value in node.attributes.items()})
        # An element in the head is read for the sheets alone.
        if tag == "style":
            text = node.text(deep=True)
            self._tree.sheets.append((text, self._tree.elements[index].attributes.get("media", "")))
        if tag in SKIPPED and tag != "head":
            return False
        self._open.append(index)
        self._tree.events.append((index, None))
        return True

    def _leave(self) -> None:
        index = self._open.pop()
        self._tree.elements[index].last = len(self._tree.elements) - 1
        self._tree.events.append((-1 - index, None))

    def _text(self, text: str) -> None:
        if not self._open:
            return
        index = self._open[-1]
        element = self._tree.elements[index]
        if element.tag != "head":
            element.holds_text = element.holds_text or bool(text.strip())
            self._tree.events.append((index, text))

    def _add(self, tag: str, attributes: dict[str, str]) -> int:
        tree, index = self._tree, len(self._tree.elements)
        if index >= _MAX_ELEMENTS:
            raise _too_many(self._name, f"may have {_MAX_ELEMENTS:,} elements. It has more")
        parent = self._open[-1] if self._open else -1
        tree.n_children[parent] += 1
        tree.n_of_type[parent, tag] += 1
        tree.elements.append(
            Element(
                tag,
                attributes,
                parent,
                last=index,
                before=self._last_child.get(parent, -1),
                place=tree.n_children[parent],
                place_of_type=tree.n_of_type[parent, tag],
            )
        )
        self._last_child[parent] = index
        return index
