"""Selectors of style sheets, read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from metier.documents.css_values import text_of

_MAX_DEPTH: Final = 6
_MAX_STEPS: Final = 50
DESCENDANT: Final = " "
# What a page that nobody touches never is.
_NEVER: Final = frozenset(
    "active autofill checked current default focus focus-visible focus-within fullscreen future host "
    "hover in-range indeterminate invalid modal muted out-of-range past paused picture-in-picture "
    "placeholder-shown playing popover-open target target-within user-invalid user-valid visited dir "
    "lang host-context".split()
)
_ALWAYS: Final = frozenset("any-link defined enabled link optional read-only scope valid".split())
_LEGACY_PSEUDO_ELEMENTS: Final = frozenset(("before", "after", "first-line", "first-letter"))
PLACES: Final[dict[str, tuple[bool, bool, tuple[int, int] | None]]] = {
    # name: of the same type only, counted from the end, and the place where the name itself says it
    "first-child": (False, False, (0, 1)),
    "last-child": (False, True, (0, 1)),
    "first-of-type": (True, False, (0, 1)),
    "last-of-type": (True, True, (0, 1)),
    "nth-child": (False, False, None),
    "nth-last-child": (False, True, None),
    "nth-of-type": (True, False, None),
    "nth-last-of-type": (True, True, None),
}

Specificity = tuple[int, int, int]


class InvalidSelector(Exception):
    """A browser drops the whole rule."""


class NotFollowed(Exception):
    """The selector may be right, but is not followed here."""


@dataclass(frozen=True, slots=True)
class Pseudo:
    """A pseudo-class.

    Attributes:
        name: its name; `is` for all that are like it.
        key: what stands in its brackets, as text. Selectors within selectors would take very long to compare.
        inner: the selectors in its brackets.
        places: a and b of an+b.
    """

    name: str
    key: str = ""
    inner: tuple[Selector, ...] = field(default=(), compare=False)
    places: tuple[int, int] = (0, 0)


class Around(NamedTuple):
    """The selectors of the rules that a rule is nested in, and their text."""

    selectors: tuple[Selector, ...] = ()
    key: str = ""


class Compound(NamedTuple):
    """What one element has to be: all of these."""

    tag: str = ""
    ids: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str, str], ...] = ()
    pseudos: tuple[Pseudo, ...] = ()


class Selector(NamedTuple):
    """Compounds with what stands before each (" ", ">", "+", "~"), and how much they weigh.

    `part` names a pseudo-element, such as `before`; it is empty for the element itself.
    """

    steps: tuple[tuple[str, Compound], ...]
    specificity: Specificity
    part: str = ""


NOT_NESTED: Final = Around()


def parse_selectors(tokens: Sequence[Any], around: Around = NOT_NESTED) -> tuple[Selector, ...]:
    """Return the selectors of a list; those that are not followed here are left out.

    Args:
        tokens: what stands before the braces of a rule.
        around: the rule that this one is nested in.

    Raises:
        InvalidSelector: a browser drops the whole rule.
    """
    return tuple(_parsed(tokens, around, depth=0))


def _parsed(tokens: Sequence[Any], around: Around, *, depth: int) -> Iterable[Selector]:
    parts: list[list[Any]] = [[]]
    for token in tokens:
        if token.type == "literal" and token.value == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    for part in parts:
        try:
            yield _Parser(part, around, depth).selector()
        except NotFollowed:
            # Left out of brackets, it could turn what they say around.
            if depth:
                raise


class _Parser:
    """Reads one selector."""

    def __init__(self, tokens: Sequence[Any], around: Around, depth: int) -> None:
        self._tokens = _trimmed(tokens)
        self._around = around
        self._depth = depth
        self._at = 0
        self._weight = [0, 0, 0]
        self._part = ""
        self._names_parent = False

    def selector(self) -> Selector:
        if not self._tokens:
            raise InvalidSelector
        steps: list[tuple[str, Compound]] = []
        combinator = self._combinator()
        while self._at < len(self._tokens):
            if self._part or len(steps) >= _MAX_STEPS:
                raise InvalidSelector if self._part else NotFollowed
            steps.append((combinator, self._compound()))
            combinator = self._combinator()
        if combinator.strip():
            raise InvalidSelector
        if self._around.selectors and not self._names_parent:
            steps.insert(0, ("", Compound(pseudos=(self._parent(),))))
            steps[1] = (steps[1][0] or DESCENDANT, steps[1][1])
        ids, classes, tags = self._weight
        return Selector(tuple(steps), (ids, classes, tags), self._part)

    def _combinator(self) -> str:
        found = ""
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            if token.type == "literal" and token.value in ">+~" and not found.strip():
                found = token.value
            elif token.type == "whitespace":
                found = found or DESCENDANT
            elif token.type != "comment":
                break
            self._at += 1
        return found

    def _compound(self) -> Compound:
        tag, start = "", self._at
        ids: list[str] = []
        classes: list[str] = []
        attributes: list[tuple[str, str, str]] = []
        pseudos: list[Pseudo] = []
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            if token.type == "ident" and self._at == start:
                tag = token.lower_value
                self._weight[2] += 1
            elif token.type == "hash":
                ids.append(token.value)
                self._weight[0] += 1
            elif token.type == "[] block":
                attributes.append(_attribute(token.content))
                self._weight[1] += 1
            elif token.type == "literal" and token.value == ".":
                classes.append(self._name())
                self._weight[1] += 1
            elif token.type == "literal" and token.value == ":":
                self._pseudo(pseudos)
            elif token.type == "literal" and token.value == "&":
                pseudos.append(self._parent())
            elif not (token.type == "literal" and token.value == "*" and self._at == start):
                break
            self._at += 1
        if self._at == start:
            raise InvalidSelector
        return Compound(tag, tuple(ids), tuple(classes), tuple(attributes), tuple(pseudos))

    def _name(self) -> str:
        self._at += 1
        token = self._tokens[self._at] if self._at < len(self._tokens) else None
        if token is None or token.type != "ident":
            raise InvalidSelector
        return str(token.value)

    def _parent(self) -> Pseudo:
        if not self._around.selectors:
            raise NotFollowed
        self._names_parent = True
        self._add(max(selector.specificity for selector in self._around.selectors))
        return Pseudo("is", f"& {self._around.key}", self._around.selectors)

    def _add(self, specificity: Specificity) -> None:
        self._weight = [a + b for a, b in zip(self._weight, specificity, strict=True)]

    def _pseudo(self, pseudos: list[Pseudo]) -> None:
        """Read what follows a colon."""
        self._at += 1
        token = self._tokens[self._at] if self._at < len(self._tokens) else None
        if token is None:
            raise InvalidSelector
        if token.type == "literal" and token.value == ":":
            self._part = self._pseudo_element()
        elif token.type == "ident" and token.lower_value in _LEGACY_PSEUDO_ELEMENTS:
            self._part = token.lower_value
        elif token.type == "function":
            pseudos.append(self._function(token))
        elif token.type == "ident":
            self._weight[1] += 1
            pseudos.append(_plain(token.lower_value))
        else:
            raise InvalidSelector

    def _pseudo_element(self) -> str:
        self._at += 1
        token = self._tokens[self._at] if self._at < len(self._tokens) else None
        if token is None or token.type not in ("ident", "function"):
            raise InvalidSelector
        name = token.lower_value if token.type == "ident" else token.lower_name
        if name.startswith(("-moz-", "-ms-")):
            raise InvalidSelector
        return str(name)

    def _function(self, token: Any) -> Pseudo:
        """Return a pseudo-class with brackets."""
        name = token.lower_name
        if name in ("is", "where", "not", "matches", "-webkit-any", "has"):
            inner = self._inner(token.arguments)
            if name != "where" and inner:
                self._add(max(selector.specificity for selector in inner))
            kind = name if name in ("not", "has") else "is"
            return Pseudo(kind, text_of(token.arguments), inner)
        self._weight[1] += 1
        if name in PLACES:
            return Pseudo(name, places=_nth(token.arguments))
        if name in _NEVER:
            return Pseudo("never")
        raise InvalidSelector if name.startswith("-") else NotFollowed

    def _inner(self, tokens: Sequence[Any]) -> tuple[Selector, ...]:
        if self._depth >= _MAX_DEPTH:
            raise NotFollowed
        try:
            return tuple(_parsed(tokens, NOT_NESTED, depth=self._depth + 1))
        except InvalidSelector as exc:
            raise NotFollowed from exc


def _trimmed(tokens: Sequence[Any]) -> list[Any]:
    kept = [token for token in tokens if token.type != "comment"]
    while kept and kept[-1].type == "whitespace":
        kept.pop()
    while kept and kept[0].type == "whitespace":
        kept.pop(0)
    return kept


def _plain(name: str) -> Pseudo:
    """Return a pseudo-class without brackets."""
    if name in PLACES and PLACES[name][2] is not None:
        return Pseudo(name, places=PLACES[name][2] or (0, 1))
    if name in ("only-child", "only-of-type", "root", "empty", "disabled"):
        return Pseudo(name)
    if name in _ALWAYS:
        return Pseudo("link" if "link" in name else "always")
    if name in _NEVER or name in ("read-write", "required") or name.startswith("-webkit-"):
        return Pseudo("never")
    raise InvalidSelector


def _nth(tokens: Sequence[Any]) -> tuple[int, int]:
    from tinycss2 import nth, serialize

    try:
        found = nth.parse_nth(serialize(tokens))
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise NotFollowed
    return int(found[0]), int(found[1])


def _attribute(tokens: Sequence[Any]) -> tuple[str, str, str]:
    """Return name, operator and value of an attribute selector; `i` compares letters of both cases."""
    found = [token for token in tokens if token.type not in ("whitespace", "comment")]
    if not found or found[0].type != "ident":
        raise InvalidSelector
    name = found[0].lower_value
    if len(found) == 1:
        return name, "", ""
    operator = "".join(str(token.value) for token in found[1:-1] if token.type == "literal")
    value = found[-1]
    if len(found) > 3 and value.type == "ident" and value.lower_value in ("i", "s"):
        operator = "".join(str(token.value) for token in found[1:-2] if token.type == "literal")
        operator, value = operator + value.lower_value.replace("s", ""), found[-2]
    if value.type not in ("ident", "string") or operator.rstrip("i") not in (
        "=",
        "~=",
        "|=",
        "^=",
        "$=",
        "*=",
    ):
        raise InvalidSelector
    return name, operator, str(value.value)
