"""YAML that people write, such as banks of questions and suites of tests: plain values only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import yaml

from metier.errors import InvalidInput

# What people write has some eight levels; deep nesting costs PyYAML's C parser minutes, or takes the process
# down with it.
_MAX_DEPTH: Final = 20


def parse_yaml(content: str, source: str, *, kind: str, error: type[InvalidInput] = InvalidInput) -> Any:
    """Return the values of a YAML text without aliases or deep nesting.

    Args:
        content: the text.
        source: what messages call it.
        kind: what it should be, such as `bank`; for messages.
        error: what is raised.

    Raises:
        InvalidInput: or the error named: it is no such YAML. Messages name the line, not what stands in it.
    """
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _check_events(yaml.parse(content, Loader=loader), source, kind, error)
        return yaml.load(content, Loader=loader)
    except yaml.MarkedYAMLError as exc:
        line = exc.problem_mark.line + 1 if exc.problem_mark else 1
        raise error(f"{source} is not valid YAML: {exc.problem} in line {line}.") from exc
    except (yaml.YAMLError, RecursionError, ValueError) as exc:
        if isinstance(exc, InvalidInput):
            raise
        raise error(f"{source} is not valid YAML. Check its values and nesting.") from exc


def _check_events(events: Iterable[yaml.Event], source: str, kind: str, error: type[InvalidInput]) -> None:
    """Refuse aliases and deep nesting before anything is built of them."""
    depth = 0
    for event in events:
        if isinstance(event, yaml.AliasEvent):
            raise error(f"{source} uses a YAML alias (*name). Write the value out.")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH:
            raise error(f"{source} is nested deeper than a {kind} can be. Look at its brackets.")
