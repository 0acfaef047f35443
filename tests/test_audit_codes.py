import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "docs/reference" / name for name in ("audit.md", "audit-model.md")]
# Those of a model's files are found and checked by tests/audit/provenance/test_codes.py.
SOURCES = [
    *(path for path in sorted((ROOT / "src/metier/audit").rglob("*.py")) if path.parent.name != "provenance"),
    *sorted((ROOT / "src/metier/engine").glob("audit*.py")),
]


def strings(node, named):
    """Return what an expression may be, through names that its module gives values."""
    match node:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.IfExp():
            return strings(node.body, named) | strings(node.orelse, named)
        case ast.Dict():
            return {text for value in node.values for text in strings(value, named)}
        case ast.Call():
            return {text for argument in node.args for text in strings(argument, named)}
        case ast.Subscript():
            return strings(node.value, named)
        case ast.Name(id=name):
            return {text for value in named.get(name, ()) for text in strings(value, {})}
    return set()


def codes_of(path):
    named, calls = {}, []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "ScanFinding":
            calls.append(node)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Name):
                    named.setdefault(target.id, []).append(node.value)
    return {code for call in calls for code in strings(call.args[0], named)}


CODES = {path: found for path in SOURCES if (found := codes_of(path))}


def test_codes_are_found_however_they_are_given():
    assert {
        *("miscalibrated", "members-found", "exact-copy", "swap-seen", "unknown", "many-unknown"),
        *("behaviour-fails", "vector-shift", "shift-unknown", "backdoor-trigger", "known-trigger"),
    } <= set().union(*CODES.values())


@pytest.mark.parametrize("path", CODES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_code_of_an_audit_is_explained(path):
    explained = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert {code for code in CODES[path] if f"`{code}`" not in explained} == set()


def test_every_code_that_is_explained_exists():
    sections = re.split(
        r"^## `metier audit (\w+)`$", PAGES[0].read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    tables = dict(zip(sections[1::2], sections[2::2], strict=True))
    del tables["document"]  # Its codes are those of findings.md.
    cells = [row.split("|")[2] for table in tables.values() for row in table.splitlines() if "|" in row]
    explained = {code for cell in cells for code in re.findall(r"`([^`]+)`", cell)}
    assert explained - set().union(*CODES.values()) == set()
