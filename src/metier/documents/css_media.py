"""Media queries: which parts of a sheet count on a common screen."""

from __future__ import annotations

import re
from typing import Final

from metier.documents.css_values import MAX_VALUE_CHARS, VIEWPORT, length

_CONDITION = re.compile(r"\(([^()]*)\)")
_FEATURE = re.compile(r"(min-|max-)?(?:device-)?(width|height)\s*:\s*(.+)")
_RANGE = re.compile(r"(?:([^<>=]+?)\s*(<=?)\s*)?(width|height)\s*(?:(<=?|>=?|=)\s*([^<>=]+))?")
_TRUE_FEATURES: Final = frozenset(
    "prefers-color-scheme: light|prefers-reduced-motion: no-preference|orientation: landscape|hover: hover|"
    "hover|any-hover: hover|pointer: fine|pointer|any-pointer: fine|color|scripting: enabled|update: fast|"
    "prefers-contrast: no-preference|forced-colors: none|display-mode: browser|grid: 0".split("|")
)


def media_holds(query: str) -> bool:
    """Tell whether a media query is true of a common screen; what cannot be told is not.

    >>> media_holds("screen and (min-width: 600px)"), media_holds("print"), media_holds("(width < 600px)")
    (True, False, False)
    """
    return any(_one_holds(part.strip()) for part in query[:MAX_VALUE_CHARS].split(","))


def _one_holds(query: str) -> bool:
    query = query.removeprefix("only ").strip()
    is_not = query.startswith("not ")
    query = query.removeprefix("not ").strip()
    conditions = [_condition_holds(found.strip()) for found in _CONDITION.findall(query)]
    words = _CONDITION.sub(" ", query).split()
    if "not" in words or any(holds is None for holds in conditions):
        return False
    kind = words[0] if words and words[0] not in ("and", "or") else "all"
    joined = any(conditions) if "or" in words and conditions else all(conditions)
    return (kind in ("all", "screen") and joined) != is_not


def _condition_holds(condition: str) -> bool | None:
    """Return whether a feature is that of a common screen, or None where it is not known here."""
    match = _FEATURE.fullmatch(condition)
    if match is not None:
        size, has = length(match[3], 16.0), VIEWPORT[match[2] == "height"]
        if size is None:
            return None
        return has >= size if match[1] == "min-" else has <= size if match[1] == "max-" else has == size
    match = _RANGE.fullmatch(condition)
    if match is not None and (match[1] or match[5]):
        return _in_range(match)
    feature = re.sub(r"\s*:\s*", ": ", condition)
    if feature in _TRUE_FEATURES:
        return True
    names = {name.partition(":")[0] for name in _TRUE_FEATURES}
    return False if feature.partition(":")[0] in names else None


def _in_range(match: re.Match[str]) -> bool | None:
    has = VIEWPORT[match[3] == "height"]
    low, high = (length(side, 16.0) if side else has for side in (match[1], match[5]))
    if low is None or high is None:
        return None
    above = low < has if match[2] == "<" else low <= has
    compared = {"<": has < high, "<=": has <= high, ">": has > high, ">=": has >= high, "=": has == high}
    return above and (match[4] is None or compared[match[4]])
