"""Looks into chat templates, which are programs in Jinja, without running them.

A template needs the messages, loops and conditions. One that asks for attributes with underscores is on its
way to Python itself (`''.__class__.__mro__`), which a careless program lets it reach.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from metier.scans import ScanFinding
from metier.types import Severity

MOST_TEMPLATE_CHARS: Final = 200_000
_MOST_TURNS: Final = 100_000
_REACHING: Final = re.compile(
    r"__\w+__|_{2}(class|globals|builtins|subclasses|mro|base|import|init|code)|\\x5f|\\u005f|\bpopen\b|\bsubprocess\b",
    re.IGNORECASE,
)
_REACHING_NAMES: Final = frozenset({"lipsum", "cycler", "joiner", "self"})


def template_findings(template: str, where: str) -> list[ScanFinding]:
    """Return what is unsafe or not understood in a chat template; nothing is run.

    Args:
        template: in Jinja.
        where: the file, and the template's name in it.
    """
    if len(template) > MOST_TEMPLATE_CHARS:
        return [
            _odd(where, f"The chat template has over {MOST_TEMPLATE_CHARS:,} characters and was not read.")
        ]
    if _REACHING.search(template):
        return [
            _unsafe(where, "names parts of Python itself (attributes with double underscores, or programs)")
        ]
    from jinja2 import Environment, TemplateError, nodes

    try:
        tree = Environment(extensions=["jinja2.ext.loopcontrols"]).parse(template)  # never rendered
        unsafe = next(_unsafe_parts(tree), "")
        turns = max((node.value for node in tree.find_all(nodes.Const) if type(node.value) is int), default=0)
    except (TemplateError, RecursionError, ValueError):
        return [_odd(where, "The chat template is not Jinja that can be read.")]
    if unsafe:
        return [_unsafe(where, unsafe)]
    if turns > _MOST_TURNS:
        return [
            _odd(where, f"The chat template holds the number {turns:,}; a loop of so many turns never ends.")
        ]
    return []


def _unsafe_parts(tree: object) -> Iterator[str]:
    from jinja2 import nodes

    if not isinstance(tree, nodes.Node):
        return
    for node in tree.find_all(
        (nodes.Getattr, nodes.Getitem, nodes.Filter, nodes.Name, nodes.Const, nodes.Stmt)
    ):
        if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
            yield f"asks for the attribute {node.attr[:40]!r}"
        elif isinstance(node, nodes.Const) and isinstance(node.value, str) and "__" in node.value:
            yield "holds a word with a double underscore"
        elif isinstance(node, nodes.Filter) and node.name == "attr":
            yield "asks for attributes by a name that is put together"
        elif isinstance(node, nodes.Name) and node.ctx == "load" and node.name in _REACHING_NAMES:
            yield f"names {node.name!r}, from which Python itself can be reached"
        elif isinstance(node, nodes.Include | nodes.Import | nodes.FromImport | nodes.Extends):
            yield "includes other files"


def _unsafe(where: str, what: str) -> ScanFinding:
    message = (
        f"The chat template {what}. No template needs that; it may run code. Delete it, or write it anew."
    )
    return ScanFinding("template-code", Severity.ERROR, message, where)


def _odd(where: str, message: str) -> ScanFinding:
    return ScanFinding("template-not-understood", Severity.WARNING, message, where)
