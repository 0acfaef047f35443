import json

import pytest
import typer
from typer.testing import CliRunner

from metier.cli import audit_behaviour, options
from metier.engine import Engine
from metier.errors import InvalidInput, NotFound
from metier.limits import ReadingLimits
from metier.types import YearMonth
from tests.skills.taxonomies import small_taxonomy

LONG = "Keeps the books of a shop, and has done so for many years without a mistake that anyone noticed."
SUITE = """
name: own
subject: skills
tests:
  - name: claims
    kind: minimum
    templates: ["Wrote {skill} for years."]
    fill: {skill: {python: Python, sql: SQL}}
    figure: "{skill}"
    at_least: 0.5
  - name: case
    kind: invariance
    texts: ["Wrote Python."]
    figure: python
    edits: [upper-case]
"""
FAILING = SUITE.replace("at_least: 0.5", "at_least: 0.99")
COVERAGE = """
name: covers
subject: skills
tests:
  - name: covers
    kind: directional
    direction: up
    texts: [{before: "LONG", after: "LONG Wrote Python."}]
    figure: coverage
    least: 0.1
""".replace("LONG", LONG)
LABELS = SUITE.replace("subject: skills", "subject: labels")


@pytest.fixture(autouse=True)
def opened(monkeypatch, tmp_path):
    (tmp_path / "config.toml").touch()
    monkeypatch.setenv("METIER_CONFIG", str(tmp_path / "config.toml"))
    asked = []

    def open_engine(settings, *, taxonomy, model, as_of):
        asked.append(model)
        return Engine(small_taxonomy(), limits=ReadingLimits(), as_of=YearMonth(2026, 11))

    monkeypatch.setattr(options, "open_engine", open_engine)
    return asked


def run(*arguments):
    app = typer.Typer()
    audit_behaviour.register(app)
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


def write(folder, content, name="suite.yaml"):
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def test_the_exit_code_is_the_verdict(tmp_path):
    done = run("--suite", write(tmp_path, SUITE), "--format", "json")
    assert done.exit_code == 0
    report = json.loads(done.stdout)
    assert (report["subject"], report["kind"], report["verdict"]) == (
        "skills of lexical",
        "behaviour",
        "clean",
    )
    assert run("--suite", write(tmp_path, FAILING)).exit_code == 1


def test_it_can_be_a_table_and_a_page(tmp_path):
    page = tmp_path / "audit.html"
    done = run("--suite", write(tmp_path, FAILING), "--format", "table", "--page", page)
    assert "2 of 2 cases of claims fail" in " ".join(done.stdout.split())
    assert "Failures by test" in page.read_text(encoding="utf-8")


def test_two_versions_are_compared(tmp_path, opened):
    done = run("--suite", write(tmp_path, SUITE), "--model", "new", "--against", "old", "--format", "json")
    assert opened == ["new", "old"]
    first, second = map(json.loads, done.stdout.splitlines())
    assert first["subject"] == "skills of new"
    assert second["subject"] == "skills of new against skills of old"
    assert second["verdict"] == "clean"


def test_coverage_is_of_the_vacancy_that_is_named(tmp_path):
    vacancy = write(tmp_path, f"{LONG}\nRequirements:\n- Python\n- SQL\n", "job.txt")
    suite = write(tmp_path, COVERAGE)
    assert run("--suite", suite, "--vacancy", vacancy).exit_code == 0
    with pytest.raises(InvalidInput, match="Coverage is of a vacancy"):
        run("--suite", suite)


def test_what_cannot_be_done_is_said(tmp_path):
    with pytest.raises(NotFound, match="no suite 'nothing'"):
        run("--suite", "nothing")
    with pytest.raises(InvalidInput, match="Name its folder with --model"):
        run("--suite", write(tmp_path, LABELS))


def test_a_classifier_is_loaded_from_its_folder(tmp_path, monkeypatch):
    import numpy as np

    class Classifier:
        name, labels = "small", ("python", "sql")

        def probabilities(self, texts):
            return np.array([[0.9, 0.1] if "Python" in text else [0.1, 0.9] for text in texts])

    loaded = []
    monkeypatch.setattr(
        "metier.audit.classifier.load_classifier", lambda folder: loaded.append(folder) or Classifier()
    )
    done = run("--suite", write(tmp_path, LABELS), "--model", tmp_path / "net", "--format", "json")
    assert loaded == [str(tmp_path / "net")]
    rows = {row["name"]: row["failed"] for row in json.loads(done.stdout)["figures"]["tests"]}
    assert rows == {"claims": [], "case": ["1/upper-case"]}
