import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from metier.documents.exclusions import CODES
from metier.documents.source import Source
from metier.engine import STUFFING_CODE, Engine
from metier.limits import ReadingLimits
from metier.records import to_json
from metier.skills.taxonomy_files import default_taxonomy, load_taxonomy
from metier.types import Role, YearMonth

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def label(path):
    return path.relative_to(ROOT).as_posix()


def blocks(path, language):
    return re.findall(
        rf"^```{language}\n(.*?)^```", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )


@pytest.mark.parametrize("page", PAGES, ids=label)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


HAND_WRITTEN = [page for page in PAGES if page.name != "api.md"]


@pytest.mark.parametrize("page", [page for page in HAND_WRITTEN if blocks(page, "python")], ids=label)
def test_python_in_the_docs_runs(page):
    for code in blocks(page, "python"):
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stderr
        assert run.stdout.strip()


@pytest.mark.parametrize("language", ["yaml", "csv"])
def test_taxonomies_in_the_docs_can_be_loaded(tmp_path, language):
    (content,) = blocks(ROOT / "docs" / "how-to" / "own-taxonomy.md", language)
    path = tmp_path / f"taxonomy.{language}"
    path.write_text(content, encoding="utf-8")
    assert load_taxonomy(path).implied_by("reach-truck").keys() == {"forklift"}


def test_every_finding_of_the_code_is_explained():
    source = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "src" / "metier" / "documents").glob("*.py")
    )
    codes = set(re.findall(r'Finding\(\s*"(\w+)"', source)) | set(re.findall(r'code="(\w+)"', source))
    explained = (ROOT / "docs" / "reference" / "findings.md").read_text(encoding="utf-8")
    codes |= {*CODES.values(), STUFFING_CODE}
    assert {"needs_ocr", "garbled_text", "almost_no_text"} <= codes
    assert {code for code in codes if f"`{code}`" not in explained} == set()


def test_a_real_assessment_fits_the_published_schema():
    schema = json.loads((ROOT / "docs" / "reference" / "assessment.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    examples = ROOT / "examples"
    with Engine(default_taxonomy(), limits=ReadingLimits(), as_of=YearMonth(2026, 11)) as engine:
        path = examples / "vacancies" / "backend-python.txt"
        vacancy = engine.prepare_vacancy(engine.read(Source(path.name, path=path), role=Role.VACANCY))
        for name in ("anna-lindqvist.pdf", "scan.pdf"):
            document = engine.read(Source(name, path=examples / "resumes" / name))
            Draft202012Validator(schema).validate(
                json.loads(to_json(engine.assess(document, vacancy=vacancy)))
            )


def test_the_readme_shows_what_the_demo_prints():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    command = re.search(r"^    \$ metier (assess .+)$", readme, re.MULTILINE)
    shown = readme[command.end() :].partition("\n\n![")[0]
    run = subprocess.run(
        [sys.executable, "-m", "metier", *command[1].split()],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        # The same on machines with tesseract and without.
        env={**os.environ, "METIER_OCR_LANGUAGES": "none"},
    )
    assert run.returncode == 1
    assert [line.rstrip() for line in shown.strip("\n").splitlines()] == [
        f"    {line}".rstrip() for line in run.stdout.rstrip("\n").splitlines()
    ]
