"""Which elements of a page the selectors of its style sheets mean.

Sets of elements are joined from left to right, so that the work grows with the page and the sheet and
not with how they are nested; all of it is counted, and stops at a bound.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Final

from metier.documents.css_select import PLACES, Compound, Pseudo, Selector
from metier.documents.html_tree import Element, Tree

MAX_WORK: Final = 3_000_000


class Overworked(Exception):
    """The bound on work is reached."""


_COMPARED: Final[dict[str, Callable[[str, str], bool]]] = {
    "=": lambda has, wanted: has == wanted,
    "~=": lambda has, wanted: wanted in has.split(),
    "|=": lambda has, wanted: has == wanted or has.startswith(f"{wanted}-"),
    "^=": lambda has, wanted: bool(wanted) and has.startswith(wanted),
    "$=": lambda has, wanted: bool(wanted) and has.endswith(wanted),
    "*=": lambda has, wanted: bool(wanted) and wanted in has,
}


_TOLD_BY_PLACE: Final = frozenset(PLACES) | {
    "only-child",
    "only-of-type",
    "root",
    "empty",
    "disabled",
    "link",
}
_NONE: Final[frozenset[int]] = frozenset()

Steps = tuple[tuple[str, Compound], ...]


class Matcher:
    """Finds the elements that selectors mean.

    Args:
        tree: the page.
    """

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._work = 0
        self._all = frozenset(range(len(tree.elements)))
        # By kind of name and name: "#" for ids, "." for classes, "" for tags.
        self._named = _by_name(tree)
        self._compounds: dict[Compound, frozenset[int]] = {}
        self._steps: dict[Steps, frozenset[int]] = {}
        self._outermost: dict[Steps, tuple[list[int], list[int]]] = {}

    def spend(self, work: int) -> None:
        """Count work.

        Raises:
            Overworked: it is too much.
        """
        self._work += work
        if self._work > MAX_WORK:
            raise Overworked

    def matching(self, selector: Selector) -> frozenset[int]:
        """Return the indices of the elements that a selector means.

        Raises:
            Overworked: too much work for this page.
        """
        return self._following(selector.steps)

    def _following(self, steps: Steps) -> frozenset[int]:
        self.spend(len(steps))
        # Most selectors of a large sheet mean nothing on the page, and their end tells.
        if not self._fitting(steps[-1][1]):
            return _NONE
        found = self._steps.get(steps)
        if found is not None:
            return found
        found = self._fitting(steps[0][1])
        for number in range(1, len(steps)):
            if not found:
                break
            done = self._steps.get(steps[: number + 1])
            found = self._related(steps, number, found) if done is None else done
            self._steps[steps[: number + 1]] = found
        self._steps[steps] = found
        return found

    def _fitting(self, compound: Compound) -> frozenset[int]:
        """Return the elements that are all that a compound says."""
        found = self._compounds.get(compound)
        if found is None:
            names = [("#", name) for name in compound.ids] + [(".", name) for name in compound.classes]
            if compound.tag:
                names.append(("", compound.tag))
            members = sorted((self._named.get(name, _NONE) for name in names), key=len)
            found = members[0].intersection(*members[1:]) if members else self._all
            self.spend(len(found))
            for wanted in compound.attributes:
                found = frozenset(i for i in found if _has_attribute(self._tree.elements[i], wanted))
            for pseudo in compound.pseudos:
                found = self._narrowed(found, pseudo) if found else found
            self._compounds[compound] = found
        return found

    def _narrowed(self, found: frozenset[int], pseudo: Pseudo) -> frozenset[int]:
        """Return those of some elements that are what a pseudo-class says."""
        self.spend(len(found))
        if pseudo.name == "always":
            return found
        if pseudo.name in _TOLD_BY_PLACE:
            return frozenset(index for index in found if self._has_place(index, pseudo))
        if pseudo.name == "has":
            return found & self._holding(pseudo.inner)
        members = _NONE.union(*(self.matching(inner) for inner in pseudo.inner if not inner.part))
        self.spend(len(members))
        if pseudo.name == "not":
            return found - members
        return found & members

    def _has_place(self, index: int, pseudo: Pseudo) -> bool:
        tree, element = self._tree, self._tree.elements[index]
        simple = _SIMPLE.get(pseudo.name)
        if simple is not None:
            return simple(tree, index, element)
        of_type, from_end, _ = PLACES[pseudo.name]
        place = element.place_of_type if of_type else element.place
        if from_end:
            of_all = (
                tree.n_of_type[element.parent, element.tag] if of_type else tree.n_children[element.parent]
            )
            place = of_all - place + 1
        step, first = pseudo.places
        return place == first if step == 0 else (place - first) % step == 0 and (place - first) // step >= 0

    def _holding(self, inner: Sequence[Selector]) -> set[int]:
        """Return the elements that have what `:has()` asks for."""
        found: set[int] = set()
        for selector in inner:
            combinator, first = selector.steps[0]
            members = self._following((("", first), *selector.steps[1:]))
            self.spend(len(members))
            elements = [self._tree.elements[index] for index in members]
            if combinator == "+":
                found.update(element.before for element in elements)
            elif combinator == ">" and len(selector.steps) == 1:
                found.update(element.parent for element in elements)
            elif combinator != "~":
                self._add_all_around(elements, found)
        return found

    def _add_all_around(self, elements: Sequence[Element], found: set[int]) -> None:
        above: set[int] = set()
        for element in elements:
            index = element.parent
            while index >= 0 and index not in above:
                above.add(index)
                index = self._tree.elements[index].parent
        self.spend(len(above))
        found |= above

    def _related(self, steps: Steps, number: int, before: frozenset[int]) -> frozenset[int]:
        """Return the elements of a step that stand to those before it as its combinator says."""
        combinator, compound = steps[number]
        found = self._fitting(compound)
        self.spend(len(found))
        elements = self._tree.elements
        if combinator == ">":
            return frozenset(index for index in found if elements[index].parent in before)
        if combinator == "+":
            return frozenset(index for index in found if elements[index].before in before)
        if combinator == "~":
            return self._later(found, before)
        starts, ends = self._spans(steps[:number], before)
        places = ((index, bisect_left(starts, index) - 1) for index in found)
        return frozenset(index for index, place in places if place >= 0 and index <= ends[place])

    def _spans(self, steps: Steps, members: frozenset[int]) -> tuple[list[int], list[int]]:
        """Return where those of some elements begin and end that are in no other of them."""
        if steps not in self._outermost:
            self.spend(len(members))
            starts: list[int] = []
            ends: list[int] = []
            for index in sorted(members):
                if not ends or index > ends[-1]:
                    starts.append(index)
                    ends.append(self._tree.elements[index].last)
            self._outermost[steps] = starts, ends
        return self._outermost[steps]

    def _later(self, found: frozenset[int], before: frozenset[int]) -> frozenset[int]:
        self.spend(len(before))
        elements = self._tree.elements
        first: dict[int, int] = {}
        for index in before:
            parent = elements[index].parent
            first[parent] = min(index, first.get(parent, index))
        return frozenset(index for index in found if first.get(elements[index].parent, index) < index)


def _by_name(tree: Tree) -> dict[tuple[str, str], frozenset[int]]:
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for index, element in enumerate(tree.elements):
        found["", element.tag].append(index)
        if "id" in element.attributes:
            found["#", element.attributes["id"]].append(index)
        if "class" in element.attributes:
            for name in element.attributes["class"].split():
                found[".", name].append(index)
    return {name: frozenset(members) for name, members in found.items()}


_SIMPLE: Final[dict[str, Callable[[Tree, int, Element], bool]]] = {
    "root": lambda _tree, index, _element: index == 0,
    "empty": lambda _tree, index, element: not element.holds_text and element.last == index,
    "disabled": lambda _tree, _index, element: "disabled" in element.attributes,
    "link": lambda _tree, _index, element: element.tag in ("a", "area") and "href" in element.attributes,
    "only-child": lambda tree, _index, element: tree.n_children[element.parent] == 1,
    "only-of-type": lambda tree, _index, element: tree.n_of_type[element.parent, element.tag] == 1,
}


def _has_attribute(element: Element, wanted: tuple[str, str, str]) -> bool:
    name, operator, value = wanted
    has = element.attributes.get(name)
    if has is None or not operator:
        return has is not None
    if operator.endswith("i"):
        return _COMPARED[operator[:-1]](has.lower(), value.lower())
    return _COMPARED[operator](has, value)
