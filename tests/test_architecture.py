"""The gates on the shape of the package: who imports whom, and what an import may cost or change."""

from __future__ import annotations

import ast
import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "src" / "metier"
FILES = sorted(PACKAGE.rglob("*.py"))

# Each layer may import the ones above it in this list, and nothing within its own line but itself.
LAYERS = [
    {"types", "errors", "limits"},
    {"_extras", "records", "plain_yaml", "wide_csv", "assessment", "dialogue", "scans"},
    {"encoders", "documents", "store"},
    {"training"},
    {"skills", "expertise", "search", "interview", "audit", "workbench"},
    {"engine"},
    {"batch", "report"},
    {"service"},
    {"config"},
    {"http", "client"},
    {"cli"},
    {"__main__"},
]
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
# A report is drawn from a finished assessment: it computes nothing, so it needs the records only.
ONLY = {"report": {"types", "errors", "_extras", "assessment", "dialogue", "scans"}}

HEAVY = ["torch", "transformers", "openvino", "sqlalchemy", "fastapi"]
HEAVY_FOR_CLI = [
    *HEAVY,
    "Stemmer",
    "ahocorasick_rs",
    "docx",
    "jinja2",
    "numpy",
    "py3langid",
    "pydantic",
    "pypdfium2",
    "yaml",
]
LIGHT_MODULES = [
    ("metier", HEAVY),
    ("metier.types", HEAVY),
    ("metier.engine", HEAVY),
    ("metier.cli", HEAVY_FOR_CLI),
]

# Ray is told of telemetry and of the secret of a cluster by variables alone; they are set for as long as it
# starts and put back after.
MAY_TOUCH_ENVIRONMENT = {"config.py", "batch/ray_cluster.py"}
ENVIRONMENT = {"environ", "environb", "getenv", "getenvb", "putenv", "unsetenv"}
MODULE_NAME = re.compile(r"metier((?:\.[A-Za-z_]\w*)+)(?::\w+)?")


def layer_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def internal_imports(source: str) -> Iterator[str]:
    """Yield the layer of each import of metier, wherever in the file it stands.

    Names of modules in strings count too: that is how a table of lazy commands or backends imports.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            yield from _from_import(node)
        elif isinstance(node, ast.Import):
            yield from _plain_import(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            named = MODULE_NAME.fullmatch(node.value)
            if named and named[1].split(".")[1] in RANK:
                yield named[1].split(".")[1]


def _from_import(node: ast.ImportFrom) -> Iterator[str]:
    assert not node.level, f"line {node.lineno}: relative import"
    for alias in node.names:
        parts = [*(node.module or "").split("."), alias.name]
        if parts[0] == "metier" and parts != ["metier", "__version__"]:
            yield parts[1]


def _plain_import(node: ast.Import) -> Iterator[str]:
    for alias in node.names:
        assert alias.name != "metier", f"line {node.lineno}: import the module that is meant"
        if alias.name.startswith("metier."):
            yield alias.name.split(".")[1]


def broken_rules(here: str, source: str) -> list[str]:
    """Return one sentence for each import in `source` that layer `here` may not have."""
    found = []
    for there in internal_imports(source):
        if there == here:
            continue
        if there not in RANK or RANK[there] >= RANK[here]:
            found.append(f"{here} imports {there}")
        elif there not in ONLY.get(here, RANK):
            found.append(f"{here} imports {there}, but may import only {sorted(ONLY[here])}")
    return found


def environment_uses(source: str) -> list[int]:
    """Return the lines that read or change the environment of the process."""
    lines = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id == "os" and node.attr in ENVIRONMENT:
                lines.append(node.lineno)
        elif isinstance(node, ast.ImportFrom) and node.module == "os":
            lines += [node.lineno for alias in node.names if alias.name in ENVIRONMENT]
    return lines


def run_python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]


def loaded_after(statement: str, watched: list[str]) -> list[str]:
    ending = f"import json, sys\nprint()\nprint(json.dumps(sorted(set({watched!r}) & sys.modules.keys())))"
    return json.loads(run_python(f"{statement}\n{ending}"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path):
    if path == PACKAGE / "__init__.py":
        assert list(internal_imports(path.read_text(encoding="utf-8"))) == []
        return
    assert layer_of(path) in RANK, f"{layer_of(path)} stands in no layer"
    assert broken_rules(layer_of(path), path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("here", "source"),
    [
        ("types", "from metier.errors import NotFound"),
        ("documents", "from metier import cli"),
        ("documents", "import metier.cli"),
        ("documents", "from metier.cli import main"),
        ("documents", "from metier.store import Store"),
        ("skills", "def f():\n    from metier.search import rank"),
        ("skills", "from metier.config import Settings"),
        ("skills", "TABLE = {'x': 'metier.http.app:build'}"),
        ("engine", "from metier import Engine"),
        ("engine", "from metier.report import html"),
        ("report", "from metier.engine import Engine"),
        ("report", "from metier.documents import read"),
        ("http", "import metier.cli"),
        ("client", "from metier.http.problems import Problem"),
        ("service", "from metier.config import Settings"),
    ],
)
def test_the_gate_catches_an_import_that_points_up_or_sideways(here, source):
    assert broken_rules(here, source)


@pytest.mark.parametrize("source", ["from . import types", "from ..types import Span", "import metier"])
def test_the_gate_catches_an_import_that_names_no_module(source):
    with pytest.raises(AssertionError, match="line 1"):
        broken_rules("cli", source)


@pytest.mark.parametrize(
    ("here", "source"),
    [
        ("cli", "from metier import __version__"),
        ("cli", "from metier.engine import Engine\nTABLE = ['metier.cli.assess']"),
        ("skills", "from metier.skills.match import find"),
        ("report", "from metier.types import Assessment"),
        ("documents", "import logging\nlog = logging.getLogger('metier.documents')"),
        ("config", "PATH = 'metier.toml'"),
    ],
)
def test_the_gate_lets_legal_imports_pass(here, source):
    assert broken_rules(here, source) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_config_touches_the_environment(path):
    if path.relative_to(PACKAGE).as_posix() not in MAY_TOUCH_ENVIRONMENT:
        assert environment_uses(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source", ["import os\nos.environ['A']", "import os\nos.getenv('A')", "\nfrom os import environ"]
)
def test_the_gate_catches_each_way_to_the_environment(source):
    assert environment_uses(source) == [2]


@pytest.mark.parametrize(("module", "heavy"), LIGHT_MODULES, ids=[name for name, _ in LIGHT_MODULES])
def test_import_stays_light(module, heavy):
    if find_spec(module) is None:
        pytest.skip(f"{module} does not exist yet")
    assert loaded_after(f"import {module}", heavy) == []


def test_help_stays_light():
    statement = (
        "import sys\nsys.argv = ['metier', '--help']\nfrom metier.cli import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code"
    )
    assert loaded_after(statement, HEAVY_FOR_CLI) == []


def test_importing_changes_nothing_in_the_process():
    changed = json.loads(run_python(IMPORT_ALL))
    assert changed == {}


IMPORT_ALL = """
import json, logging, os, pkgutil, warnings
import numpy  # adds filters for its own warnings, which is no doing of metier
from importlib import import_module

def state():
    root = logging.getLogger()
    return {
        "os.environ": dict(os.environ),
        "warnings.filters": list(warnings.filters),
        "root logger": (root.level, list(root.handlers)),
    }

def load(name):
    before = state()
    module = import_module(name)
    after = state()
    different = [key for key in before if before[key] != after[key]]
    if different:
        changed[name] = different
    return module

changed = {}
package = load("metier")
for found in pkgutil.walk_packages(package.__path__, "metier."):
    if not found.name.endswith("__main__"):
        load(found.name)
print(json.dumps(changed))
"""


def test_no_test_reaches_the_network():
    with socket.socket() as outside, pytest.raises(RuntimeError, match="no network"):
        outside.connect(("192.0.2.1", 80))
    with pytest.raises(RuntimeError, match=r"example\.org"):
        socket.getaddrinfo("example.org", 80)


def test_a_test_may_reach_its_own_machine():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()
