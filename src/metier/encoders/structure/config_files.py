"""Looks for code that the configuration of a model asks for, and for paths that lead out of its folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any, Final

from metier.encoders.structure.chat_template import template_findings
from metier.scans import ScanFinding
from metier.types import Severity

_CODE_KEYS: Final = frozenset({"auto_map", "custom_pipelines", "custom_generate", "trust_remote_code"})
_MODULES: Final = "modules.json"
_OWN_MODULES: Final = ("sentence_transformers.", "torch.nn.modules.")
_OWN_LIBRARIES: Final = ("transformers.", "sentence_transformers.", "diffusers.", "peft.")
_MOST_NAMED: Final = 3


def config_findings(name: str, content: Any) -> list[ScanFinding]:
    """Return what is unsafe in a JSON file of a model: code of its own, templates that reach for it, paths.

    Args:
        name: of the file; `modules.json` and indexes of weights have rules of their own.
        content: what the JSON says.
    """
    findings = list(_code_findings(name, content))
    if name == _MODULES:
        findings += _module_findings(name, content)
    if name.endswith(".index.json") and isinstance(content, Mapping):
        findings += _index_findings(name, content)
    for label, template in templates_in(content):
        findings += template_findings(template, f"{name}: {label}" if label else name)
    return findings


def templates_in(content: Any) -> Iterator[tuple[str, str]]:
    """Yield the chat templates of a tokenizer's configuration, with the name of each."""
    templates = content.get("chat_template") if isinstance(content, Mapping) else None
    if isinstance(templates, str):
        yield "", templates
    elif isinstance(templates, Mapping):
        yield from ((str(name), text) for name, text in templates.items() if isinstance(text, str))
    elif isinstance(templates, list):
        for entry in templates:
            if isinstance(entry, Mapping) and isinstance(entry.get("template"), str):
                yield str(entry.get("name", "")), entry["template"]


def leads_out(path: str) -> bool:
    r"""Tell whether a path in a file would lead out of the folder, on any system.

    >>> [leads_out(path) for path in ("1_Pooling", "../x", "C:\\x", "/etc/passwd")]
    [False, True, True, True]
    """
    both = (PurePosixPath(path), PureWindowsPath(path))
    return "\0" in path or any(part.root or part.drive or ".." in part.parts for part in both)


def _code_findings(name: str, content: Any) -> Iterator[ScanFinding]:
    for key, value in _entries(content):
        if key in _CODE_KEYS and value:
            classes = _classes(value)
            message = (
                f"{key} asks for Python code that the model brings{_of(classes)}. metier never runs it; "
                "other "
                "programs do when told to trust the model. Read that code, or take a model without."
            )
            yield ScanFinding("own-code", Severity.ERROR, message, name, {"key": key, "classes": classes})
        elif (
            key == "parent_library" and isinstance(value, str) and not f"{value}.".startswith(_OWN_LIBRARIES)
        ):
            message = (
                f"parent_library asks for the Python module {value[:80]!r} to be imported when the model "
                "loads."
            )
            yield ScanFinding(
                "own-code", Severity.ERROR, message, name, {"key": key, "classes": [value[:200]]}
            )


def _entries(content: Any) -> Iterator[tuple[str, Any]]:
    """Yield the keys of all objects in JSON; its depth was checked where it was read."""
    waiting = [content]
    while waiting:
        item = waiting.pop()
        if isinstance(item, Mapping):
            yield from item.items()
            waiting += [value for value in item.values() if isinstance(value, dict | list)]
        elif isinstance(item, list):
            waiting += [value for value in item if isinstance(value, dict | list)]


def _classes(value: Any) -> list[str]:
    waiting: list[Any] = [value]
    classes: list[str] = []
    while waiting and len(classes) < 20:
        item = waiting.pop()
        if isinstance(item, str):
            classes.append(item[:200])
        elif isinstance(item, Mapping):
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item
    return sorted(classes)


def _of(classes: list[str]) -> str:
    shown = ", ".join(repr(name[:80]) for name in classes[:_MOST_NAMED])
    more = f" and {len(classes) - _MOST_NAMED} more" if len(classes) > _MOST_NAMED else ""
    return f" ({shown}{more})" if shown else ""


def _module_findings(name: str, content: Any) -> Iterator[ScanFinding]:
    for entry in content if isinstance(content, list) else []:
        if not isinstance(entry, Mapping):
            continue
        kind, path = entry.get("type"), entry.get("path", "")
        if not isinstance(kind, str) or not kind.startswith(_OWN_MODULES):
            message = (
                f"A module is of the class {str(kind)[:80]!r}, which sentence-transformers would import from "
                "elsewhere. Take a model of its own modules only."
            )
            yield ScanFinding("own-code", Severity.ERROR, message, name, {"classes": [str(kind)[:200]]})
        if not isinstance(path, str) or leads_out(path):
            yield _path_finding(name, str(path))


def _index_findings(name: str, content: Mapping[str, Any]) -> Iterator[ScanFinding]:
    places = content.get("weight_map")
    for path in sorted({str(place) for place in places.values()}) if isinstance(places, Mapping) else []:
        if leads_out(path) or "/" in path or "\\" in path:
            yield _path_finding(name, path)


def _path_finding(name: str, path: str) -> ScanFinding:
    message = (
        f"It names the path {path[:80]!r}, which leads out of the folder. A model's files are all within it."
    )
    return ScanFinding("path-outside", Severity.ERROR, message, name, {"path": path[:200]})
