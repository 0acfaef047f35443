"""Write docs/reference from the code, or with --check name the pages that no longer fit it.

A page whose module does not exist is left out. Nothing here depends on the terminal, the user's
settings or the machine, so that two people get the same bytes.
"""

from __future__ import annotations

import argparse
import ast
import dataclasses
import inspect
import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "metier"
REFERENCE = ROOT / "docs" / "reference"
HELP_WIDTH = 100
CODE_WIDTH = 88

HEADER = "<!-- Written by scripts/docs.py. Change the code, then run: make docs -->\n\n"
SECTION = re.compile(r"(Args|Attributes|Returns|Yields|Raises|Source|Note|Example|Examples):(?: +(.+))?")
ENTRY = re.compile(r"([*\w.]+(?: \([^)]*\))?): +(.+)")
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


def main() -> int:
    """Return 0 when the pages are written or fresh, 1 when --check finds one that is not."""
    parser = argparse.ArgumentParser(description="Write docs/reference from the code.")
    parser.add_argument("--check", action="store_true", help="write nothing; name the stale pages")
    check = parser.parse_args().check
    pages = {name: build() for name, build in PAGES.items() if find_spec(SUBJECT.get(name, "metier"))}
    stale = [name for name in PAGES if _on_disk(name) != pages.get(name)]
    if check:
        for name in stale:
            print(f"docs/reference/{name} does not fit the code. Run: make docs", file=sys.stderr)
        return 1 if stale else 0
    for name in stale:
        _write(name, pages.get(name))
    return 0


def _on_disk(name: str) -> str | None:
    path = REFERENCE / name
    return path.read_bytes().decode() if path.is_file() else None


def _write(name: str, text: str | None) -> None:
    path = REFERENCE / name
    if text is None:
        path.unlink()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    print(f"wrote docs/reference/{name}")


def markdown_of(docstring: str) -> str:
    """Return a Google-style docstring as Markdown: its sections become lists, its drawings code."""
    blocks: list[str] = []
    lines = docstring.splitlines()
    while lines:
        section = SECTION.fullmatch(lines[0])
        if section:
            body = [section[2]] if section[2] else []
            lines = lines[1:]
            while lines and (not lines[0] or lines[0][0] == " "):
                body.append(lines.pop(0))
            blocks.append(_section(section[1], body))
        else:
            paragraph = []
            while lines and lines[0] and not SECTION.fullmatch(lines[0]):
                paragraph.append(lines.pop(0))
            blocks.append(_paragraph(paragraph))
            lines = lines[1:] if lines and not lines[0] else lines
    return "\n\n".join(block for block in blocks if block)


def _paragraph(lines: list[str]) -> str:
    text = "\n".join(lines)
    if any(line.startswith((" ", "├", "└", "│", ">>>")) for line in lines):
        return f"```text\n{text}\n```"
    return text


def _section(title: str, lines: list[str]) -> str:
    body = inspect.cleandoc("\n".join(["", *lines]))
    if ">>>" in body:
        return f"**{title}**\n\n```python\n{body}\n```"
    entries: list[str] = []
    for line in body.splitlines():
        entry = ENTRY.fullmatch(line)
        if entry and title not in ("Returns", "Yields", "Source", "Note"):
            entries.append(f"- `{entry[1]}`: {entry[2]}")
        elif entries:
            entries[-1] += f" {line.strip()}"
        else:
            entries.append(line)
    return f"**{title}**\n\n" + "\n".join(entries).strip()


def api_page() -> str:
    """Return the public modules with their classes and functions, in alphabetical order."""
    modules = sorted(_public_modules())
    contents = "\n".join(f"- [`{name}`](#{name.replace('.', '')})" for name, _ in modules)
    intro = (
        "# Python API\n\nStart at `metier.engine`; the records it takes and returns are in `metier.types`."
    )
    return HEADER + "\n\n".join([intro, contents, *(_module(name, tree) for name, tree in modules)]) + "\n"


def _public_modules() -> Iterator[tuple[str, ast.Module]]:
    for path in PACKAGE.rglob("*.py"):
        parts = ["metier", *path.relative_to(PACKAGE).with_suffix("").parts]
        if parts[-1] == "__init__":
            parts.pop()
        if not any(part.startswith("_") for part in parts):
            yield ".".join(parts), ast.parse(path.read_text(encoding="utf-8"))


def _module(name: str, tree: ast.Module) -> str:
    blocks = [f"## {name}", markdown_of(ast.get_docstring(tree) or "")]
    for node in _public(tree.body):
        blocks += _class(node) if isinstance(node, ast.ClassDef) else _function(node, node.name, "###")
    return "\n\n".join(block for block in blocks if block)


def _public(body: list[ast.stmt]) -> Iterator[ast.ClassDef | FunctionNode]:
    for node in body:
        if isinstance(node, ast.ClassDef | FunctionNode) and not node.name.startswith("_"):
            yield node


def _class(node: ast.ClassDef) -> Iterator[str]:
    bases = ", ".join(ast.unparse(base) for base in node.bases)
    lines = [f"class {node.name}({bases}):" if bases else f"class {node.name}:", *_fields(node)]
    yield f"### {node.name}"
    yield "```python\n" + "\n    ".join(lines) + "\n```"
    yield markdown_of(ast.get_docstring(node) or "")
    for method in _public(node.body):
        if isinstance(method, FunctionNode):
            yield from _function(method, f"{node.name}.{method.name}", "####")


def _fields(node: ast.ClassDef) -> Iterator[str]:
    for child in node.body:
        if isinstance(child, FunctionNode) and child.name == "__init__":
            yield _signature(child).replace("\n", "\n    ")
        elif isinstance(child, ast.AnnAssign | ast.Assign):
            target = child.target if isinstance(child, ast.AnnAssign) else child.targets[0]
            if not ast.unparse(target).startswith("_"):
                yield ast.unparse(child)


def _function(node: FunctionNode, name: str, level: str) -> Iterator[str]:
    yield f"{level} {name}"
    decorators = "".join(f"@{text}\n" for text in map(ast.unparse, node.decorator_list) if text in SHOWN)
    yield f"```python\n{decorators}{_signature(node)}\n```"
    yield markdown_of(ast.get_docstring(node) or "")


SHOWN = ("property", "classmethod", "staticmethod", "contextmanager")


def _signature(node: FunctionNode) -> str:
    start = f"{'async ' * isinstance(node, ast.AsyncFunctionDef)}def {node.name}("
    end = f") -> {ast.unparse(node.returns)}" if node.returns else ")"
    line = start + ast.unparse(node.args) + end
    if len(line) <= CODE_WIDTH:
        return line
    return "\n".join([start, *(f"    {argument}," for argument in _arguments(node.args)), end])


def _arguments(arguments: ast.arguments) -> Iterator[str]:
    positional = arguments.posonlyargs + arguments.args
    defaults = [None] * (len(positional) - len(arguments.defaults)) + arguments.defaults
    for i, (argument, default) in enumerate(zip(positional, defaults, strict=True), start=1):
        yield _argument(argument, default)
        if i == len(arguments.posonlyargs):
            yield "/"
    if arguments.vararg:
        yield f"*{ast.unparse(arguments.vararg)}"
    elif arguments.kwonlyargs:
        yield "*"
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        yield _argument(argument, default)
    if arguments.kwarg:
        yield f"**{ast.unparse(arguments.kwarg)}"


def _argument(argument: ast.arg, default: ast.expr | None) -> str:
    equals = " = " if argument.annotation else "="
    return ast.unparse(argument) + (equals + ast.unparse(default) if default else "")


def cli_page() -> str:
    """Return the help of `metier` and of each command below it, as a wide plain terminal shows it."""
    _settle_terminal()
    typer = import_module("typer")
    runner = import_module("typer.testing").CliRunner()
    app = import_module("metier.cli.app").app
    exits = inspect.getdoc(import_module("metier.cli").main) or ""
    blocks = ["# Command line", "`metier COMMAND --help` prints what stands here.", markdown_of(exits)]
    for path in _commands(typer.main.get_command(app), ()):
        result = runner.invoke(
            app, [*path, "--help"], prog_name="metier", color=False, terminal_width=HELP_WIDTH
        )
        if result.exit_code:
            raise SystemExit(f"metier {' '.join(path)} --help failed: {result.output}")
        help_text = "\n".join(line.rstrip() for line in result.output.strip("\n").splitlines())
        blocks += [f"## {' '.join(['metier', *path])}", f"```text\n{help_text}\n```"]
    return HEADER + "\n\n".join(blocks) + "\n"


def _settle_terminal() -> None:
    """Fix width and colours. Typer reads these when it is imported, so this comes first."""
    for name in ("COLUMNS", "FORCE_COLOR", "GITHUB_ACTIONS", "PY_COLORS"):
        os.environ.pop(name, None)
    for name in [name for name in os.environ if name.startswith("METIER_")]:
        del os.environ[name]
    os.environ.update(TERMINAL_WIDTH=str(HELP_WIDTH), NO_COLOR="1", TERM="dumb", HOME="/home/you")


def _commands(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    yield path
    for name, child in getattr(command, "commands", {}).items():
        if not child.hidden:
            yield from _commands(child, (*path, name))


def errors_page() -> str:
    """Return every error with its code, the builtin it also is, and what it means."""
    errors = import_module("metier.errors")
    tree = next(part for part in (errors.__doc__ or "").split("\n\n") if "├─" in part)
    rows = ["| code | error | also a | meaning |", "|---|---|---|---|"]
    for cls in _family(errors.MetierError):
        meaning = (inspect.getdoc(cls) or "").split("\n\n")[0].replace("\n", " ")
        builtin = ", ".join(f"`{b.__name__}`" for b in cls.__bases__ if not issubclass(b, errors.MetierError))
        rows.append(f"| `{cls.code}` | `{cls.__name__}` | {builtin} | {meaning} |")
    intro = (
        "# Errors\n\nEvery error that metier raises on purpose is a `metier.errors.MetierError`. "
        "Its `code` is stable and is what JSON and logs carry."
    )
    return HEADER + "\n\n".join([intro, f"```text\n{tree}\n```", "\n".join(rows)]) + "\n"


def _family(cls: type[Any]) -> Iterator[type[Any]]:
    yield cls
    for child in cls.__subclasses__():
        if child.__module__ == cls.__module__:
            yield from _family(child)


def assessment_schema() -> str:
    """Return the JSON Schema of one assessment."""
    assessment = import_module("metier.assessment").Assessment
    schema = json.loads(import_module("metier.records").json_schema(assessment))
    for part in (schema, *schema["$defs"].values()):
        _describe(part)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _describe(part: dict[str, Any]) -> None:
    """Move what a docstring says of each attribute to that property."""
    docstring = part.pop("description", "")
    part["description"] = docstring.split("\n\n")[0].replace("\n", " ")
    meanings = _meanings(docstring)
    for name, schema in part.get("properties", {}).items():
        schema.pop("title", None)
        if name in meanings:
            schema["description"] = meanings[name]


def _meanings(docstring: str) -> dict[str, str]:
    """Return what the Attributes section of a docstring says of each name."""
    return dict(re.findall(r"^- `(\w+)`: (.+)$", markdown_of(docstring), re.MULTILINE))


def settings_page() -> str:
    """Return every setting with its type, default and meaning."""
    settings = import_module("metier.config").Settings
    rows = ["| setting | environment | type | default | meaning |", "|---|---|---|---|---|"]
    for name, kind, default, meaning in _settings(settings):
        shown = f"`{default}`" if default else ""
        rows.append(f"| `{name}` | `METIER_{name.upper()}` | `{kind}` | {shown} | {meaning} |")
    intro = markdown_of(inspect.getdoc(import_module("metier.config")) or "")
    return HEADER + "\n\n".join(["# Settings", intro, "\n".join(rows)]) + "\n"


def _settings(cls: Any) -> Iterator[tuple[str, str, str, str]]:
    """Yield name, type, default and meaning of each field."""
    meanings = _meanings(inspect.getdoc(cls) or "")
    for field in dataclasses.fields(cls):
        kind = field.type if isinstance(field.type, str) else inspect.formatannotation(field.type)
        yield field.name, _cell(kind), _default(field.default), meanings.get(field.name, "")


def _default(value: object) -> str:
    """Return a default as text; an empty path stands for a folder that depends on the system."""
    missing = value is dataclasses.MISSING or value == Path() or value is None
    return "" if missing else _cell(str(value))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def http_page() -> str:
    """Return every operation of the HTTP API with the role it needs and what it answers."""
    app = import_module("metier.http.app").create_app(
        None, import_module("metier.http.options").HttpOptions()
    )
    description = import_module("metier.http.api.description")
    titles = import_module("metier.http.problems").TITLE_OF
    document = description.describe(app)
    blocks = ["# HTTP API", document["info"]["description"].strip(), HTTP_NOTE]
    tables: dict[str, list[str]] = {}
    for method, path, operation in description.operations(document):
        rows = tables.setdefault(operation["tags"][0], [HTTP_HEAD])
        answers = " ".join(status for status in operation["responses"] if status < "300")
        refusals = " ".join(status for status in operation["responses"] if "400" <= status < "600")
        cells = [f"`{method.upper()} {path}`", operation["summary"], operation["x-role"], answers, refusals]
        rows.append(f"| {' | '.join(map(_cell, cells))} |")
    blocks += [f"## {tag}\n\n" + "\n".join(rows) for tag, rows in tables.items()]
    codes = [f"| `{code}` | {title} |" for code, title in titles.items()]
    blocks += ["## Codes of problems", "\n".join(["| code | title |", "|---|---|", *codes])]
    return HEADER + "\n\n".join(blocks) + "\n"


HTTP_HEAD = "| operation | what it does | role | answers | refuses |\n|---|---|---|---|---|"
HTTP_NOTE = (
    "A running server has the whole description, with a schema and an example of every request and answer,\n"
    "at `/api/v1/openapi.json`. Beside the API it answers `GET /healthz` (the process is up) and\n"
    "`GET /readyz` (the database answers) without a key, and `GET /metrics` (Prometheus) with a key of any\n"
    "role."
)

PAGES: dict[str, Callable[[], str]] = {
    "api.md": api_page,
    "cli.md": cli_page,
    "errors.md": errors_page,
    "http.md": http_page,
    "settings.md": settings_page,
    "assessment.schema.json": assessment_schema,
}
SUBJECT = {
    "cli.md": "metier.cli.app",
    "http.md": "metier.http.app",
    "settings.md": "metier.config",
    "assessment.schema.json": "metier.records",
}

if __name__ == "__main__":
    raise SystemExit(main())
