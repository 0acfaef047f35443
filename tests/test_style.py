"""The gates on size and names: CONVENTIONS.md gives the reasons."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "metier"
TESTS = ROOT / "tests"
FILES = sorted(PACKAGE.rglob("*.py"))
SCRIPTS = sorted(
    path for folder in ("scripts", "benchmarks", "examples") for path in (ROOT / folder).rglob("*.py")
)

MAX_BODY_LINES = 50
MAX_FILE_LINES = 500
MAX_PUBLIC_METHODS = 15
BANNED_WORDS = ("manager", "helper", "utils")
BANNED_STARTS = ("do_", "process_", "handle_")

# "file::name": why it may be over a limit. A test fails when an entry is no longer needed.
TOO_LONG: dict[str, str] = {}

# Modules without a test file of their own, and why.
UNMIRRORED = {
    "__init__.py": "holds the version; its import is tested in test_architecture.py",
    "cli/__init__.py": "only main, which test_architecture.py runs for --help",
    "documents/extracted.py": "one record without behaviour; every format reader's test builds it",
}

TypeDef = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


class Definition(NamedTuple):
    """A function or class, where it stands, and the class around it."""

    name: str
    node: TypeDef
    owner: ast.ClassDef | None
    nested: bool


def definitions(source: str) -> Iterator[Definition]:
    """Yield every function and class of a file with its dotted name."""
    yield from _within(ast.parse(source), "", None, nested=False)


def _within(node: ast.AST, prefix: str, owner: ast.ClassDef | None, *, nested: bool) -> Iterator[Definition]:
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, TypeDef):
            yield from _within(child, prefix, owner, nested=nested)
            continue
        yield Definition(prefix + child.name, child, owner, nested)
        inner_owner = child if isinstance(child, ast.ClassDef) else None
        inside = nested or not isinstance(child, ast.ClassDef)
        yield from _within(child, f"{prefix}{child.name}.", inner_owner, nested=inside)


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count lines from the first statement after the docstring to the last."""
    body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def oversized(label: str, source: str) -> list[str]:
    """Return `file::name` of everything in a file that is over a limit."""
    found = [label] if len(source.splitlines()) > MAX_FILE_LINES else []
    for name, node, _, _ in definitions(source):
        if isinstance(node, ast.ClassDef):
            methods = [m for m in node.body if isinstance(m, ast.FunctionDef | ast.AsyncFunctionDef)]
            if sum(not m.name.startswith("_") for m in methods) > MAX_PUBLIC_METHODS:
                found.append(f"{label}::{name}")
        elif body_lines(node) > MAX_BODY_LINES:
            found.append(f"{label}::{name}")
    return found


def vague_names(label: str, source: str) -> list[str]:
    """Return the names of a file that say nothing of what the thing is for."""
    names = [(Path(label).stem, False)]
    for name, node, owner, _ in definitions(source):
        names.append((name, _named_by_html_parser(node, owner)))
    return [
        f"{label}::{name}"
        for name, excused in names
        if not excused and _is_vague(name.rpartition(".")[2].lstrip("_").lower())
    ]


def _is_vague(name: str) -> bool:
    return name.startswith(BANNED_STARTS) or any(word in name for word in BANNED_WORDS)


def _named_by_html_parser(node: TypeDef, owner: ast.ClassDef | None) -> bool:
    """Tell whether the standard library chose the name: HTMLParser calls `handle_data` and its kin."""
    bases = [ast.unparse(base).rpartition(".")[2] for base in owner.bases] if owner else []
    return "HTMLParser" in bases and node.name.startswith("handle_")


def open_keywords(label: str, source: str) -> list[str]:
    """Return the public functions of a file that swallow misspelled keywords in `**kwargs`."""
    found = []
    for name, node, _, nested in definitions(source):
        private = any(part.startswith("_") and part != "__init__" for part in name.split("."))
        if not isinstance(node, ast.ClassDef) and not nested and not private and node.args.kwarg:
            found.append(f"{label}::{name}")
    return found


def mirror_of(path: Path) -> Path:
    """Return where the tests of a module stand; a leading underscore is left out."""
    inside = path.relative_to(PACKAGE)
    if inside.name == "__init__.py":
        return TESTS / inside.parent / f"test_{inside.parent.name}.py"
    return TESTS / inside.parent / f"test_{inside.stem.strip('_')}.py"


def needs_mirror(path: Path) -> bool:
    """Tell whether a module holds code of its own.

    An `__init__` with a docstring alone does not, nor does `__main__`, one call of the command line.
    """
    if path.name == "__main__.py" or str(path.relative_to(PACKAGE)) in UNMIRRORED:
        return False
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return path.name != "__init__.py" or any(isinstance(node, TypeDef) for node in tree.body)


def label_of(path: Path) -> str:
    return str(path.relative_to(PACKAGE if path.is_relative_to(PACKAGE) else ROOT))


@pytest.mark.parametrize("path", FILES + SCRIPTS, ids=label_of)
def test_functions_classes_and_files_stay_small(path):
    found = oversized(label_of(path), path.read_text(encoding="utf-8"))
    assert [name for name in found if name not in TOO_LONG] == []


@pytest.mark.parametrize("path", FILES + SCRIPTS, ids=label_of)
def test_names_say_what_a_thing_does(path):
    assert vague_names(label_of(path), path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", FILES, ids=label_of)
def test_public_functions_name_their_keywords(path):
    assert open_keywords(label_of(path), path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", [path for path in FILES if needs_mirror(path)], ids=label_of)
def test_every_module_has_its_tests(path):
    assert mirror_of(path).is_file(), f"{mirror_of(path).relative_to(ROOT)} is missing"


def test_no_exception_outlives_its_need():
    over = [name for path in FILES + SCRIPTS for name in oversized(label_of(path), path.read_text("utf-8"))]
    assert set(TOO_LONG) - set(over) == set()
    assert [name for name in UNMIRRORED if not (PACKAGE / name).is_file()] == []


def shared_clocks(source: str) -> list[str]:
    """Return where a test replaces a clock of the whole process, which its other threads read too."""
    return re.findall(r"setattr\(\s*(?:\w+\.)?time,.*|setattr\(\s*[\"'](?:[\w.]+\.)?time\..*", source)


def test_no_test_replaces_the_clock_of_the_process():
    paths = (path for path in TESTS.rglob("*.py") if path != Path(__file__))
    assert [str(path) for path in paths if shared_clocks(path.read_text("utf-8"))] == []


@pytest.mark.parametrize(
    ("source", "n_found"),
    [
        ('monkeypatch.setattr(module.time, "monotonic", clock)', 1),
        ('monkeypatch.setattr(\n    time, "sleep", clock)', 1),
        ('monkeypatch.setattr("metier.documents.ocr.time.monotonic", clock)', 1),
        ('monkeypatch.setattr("time.sleep", clock)', 1),
        ('monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=clock))', 0),
        ('monkeypatch.setattr(module, "lifetime", 1)', 0),
    ],
)
def test_the_clock_gate_sees_each_way(source, n_found):
    assert len(shared_clocks(source)) == n_found


def function_of(lines: int) -> str:
    return "def f():\n    '''Doc.'''\n" + "    x = 1\n" * lines


@pytest.mark.parametrize(
    ("source", "found"),
    [
        (function_of(50), []),
        (function_of(51), ["m.py::f"]),
        ("x = 1\n" * 501, ["m.py"]),
        ("class C:\n" + "".join(f"    def m{i}(self): ...\n" for i in range(16)), ["m.py::C"]),
        ("class C:\n" + "".join(f"    def _m{i}(self): ...\n" for i in range(16)), []),
    ],
    ids=["50 lines", "51 lines", "501 lines", "16 methods", "16 private methods"],
)
def test_the_size_gate_counts_right(source, found):
    assert oversized("m.py", source) == found


@pytest.mark.parametrize(
    ("label", "source", "found"),
    [
        ("utils.py", "", ["utils.py::utils"]),
        ("m.py", "class StoreManager: ...", ["m.py::StoreManager"]),
        ("m.py", "class C:\n    def _handle_x(self): ...", ["m.py::C._handle_x"]),
        ("m.py", "class C(HTMLParser):\n    def handle_data(self): ...", []),
        ("m.py", "def undo_it(): ...", []),
    ],
)
def test_the_name_gate_catches_each_banned_word(label, source, found):
    assert vague_names(label, source) == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("def f(**kwargs): ...", ["m.py::f"]),
        ("class C:\n    def __init__(self, **kwargs): ...", ["m.py::C.__init__"]),
        ("def _f(**kwargs): ...", []),
        ("def f():\n    def inner(**kwargs): ...", []),
    ],
)
def test_the_keyword_gate_catches_public_functions(source, found):
    assert open_keywords("m.py", source) == found
