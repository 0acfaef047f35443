import json
from dataclasses import replace

import pytest
import typer
from typer.testing import CliRunner

from metier.cli import expertise_fairness, options
from metier.engine import Engine
from metier.engine.expertise import LevelScorer
from metier.errors import InvalidInput
from metier.limits import ReadingLimits
from metier.types import YearMonth
from tests.expertise.stand_ins import MonthsModel
from tests.skills.taxonomies import small_taxonomy

RESUME = """Anna Berg
Developer
Female, 34 years old

Experience
Acme, developer, Jan 2016 - Dec 2022
Built billing in Django with SQL and unit tests, and led a team of five people.
"""


class EngineOfMonths(Engine):
    """An engine whose model of levels counts months."""

    levels = LevelScorer(MonthsModel())


@pytest.fixture(autouse=True)
def _small(monkeypatch, tmp_path):
    (tmp_path / "config.toml").touch()
    monkeypatch.setenv("METIER_CONFIG", str(tmp_path / "config.toml"))

    def opened(settings, *, taxonomy, model, as_of, expertise_model):
        assert (taxonomy, model, as_of, expertise_model) == (None, None, None, None)
        return EngineOfMonths(small_taxonomy(), limits=ReadingLimits(), as_of=YearMonth(2026, 11))

    monkeypatch.setattr(options, "open_engine", opened)


@pytest.fixture
def resume(tmp_path):
    path = tmp_path / "cv.txt"
    path.write_text(RESUME, encoding="utf-8")
    return path


def run(*arguments):
    app = typer.Typer()
    expertise_fairness.register(app)
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


def test_masked_facts_that_move_nothing_pass(resume):
    done = run(resume, "--most", 1, "--format", "json")
    found = json.loads(done.stdout)
    assert (done.exit_code, found["passed"], found["n_documents"]) == (0, True, 1)
    assert {item["trait"]: item["largest"] for item in found["traits"] if item["masked"]}["name"] == 0


def test_a_masked_fact_that_moves_the_score_fails_and_is_named(resume, monkeypatch):
    def scored(self, document, applying):
        found = Engine.score_level(self, document, applying)
        return found if "Berg" in document.text else replace(found, level=None, expected=None)

    monkeypatch.setattr(EngineOfMonths, "score_level", scored)
    done = run(resume, "--most", 1, "--format", "table")
    assert done.exit_code == 1
    assert "The bound is broken" in done.stdout
    assert "cv.txt: name to" in done.stderr
    assert "Anna" not in done.stdout + done.stderr


def test_resumes_that_tell_no_level_do_not_pass_unseen(tmp_path):
    (tmp_path / "cv.txt").write_text(
        "A note on the weather of last week, which was fine.\n" * 2, encoding="utf-8"
    )
    done = run(tmp_path / "cv.txt", "--most", 1, "--format", "table")
    assert done.exit_code == 1
    assert "Nothing was measured" in done.stdout


def test_files_that_cannot_be_read_are_named_and_left_out(resume):
    (resume.parent / "bad.pdf").write_bytes(b"%PDF-1.4 broken")
    done = run(resume.parent / "bad.pdf", resume, "--most", 1, "--format", "json")
    assert json.loads(done.stdout)["n_documents"] == 1
    assert "bad.pdf" in done.stderr


def test_without_a_resume_that_can_be_read_there_is_nothing_to_check(tmp_path):
    (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.4 broken")
    with pytest.raises(InvalidInput, match="nothing was checked"):
        run(tmp_path / "bad.pdf")


def test_standard_input_is_read_once():
    with pytest.raises(InvalidInput, match="Name - once"):
        run("-", "-")


@pytest.mark.parametrize("option", [("--bound", -1), ("--most", 0)])
def test_options_out_of_range_are_refused(resume, option):
    assert run(resume, *option).exit_code == 2
