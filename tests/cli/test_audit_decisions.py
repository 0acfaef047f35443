import json

import pytest
import typer
from typer.testing import CliRunner

from metier.cli import audit_decisions, options
from metier.engine import Engine
from metier.errors import InvalidInput
from metier.limits import ReadingLimits
from metier.types import YearMonth
from tests.skills.taxonomies import small_taxonomy

RESUME = """{name}
Developer
City: London

Experience
Acme, developer, Jan 2016 - Dec 2022
Built billing in {skill} with unit tests, and led a team of five people at a bank in the city.
"""
VACANCY = "Python developer\nRequirements:\n- Python\n- SQL\nNice to have:\n- Java\n- Django\n"


@pytest.fixture(autouse=True)
def _small(monkeypatch, tmp_path):
    (tmp_path / "config.toml").touch()
    monkeypatch.setenv("METIER_CONFIG", str(tmp_path / "config.toml"))

    def opened(settings, *, taxonomy, model, as_of, expertise_model):
        return Engine(small_taxonomy(), limits=ReadingLimits(), as_of=YearMonth(2026, 11))

    monkeypatch.setattr(options, "open_engine", opened)


@pytest.fixture
def documents(tmp_path):
    folder = tmp_path / "cvs"
    folder.mkdir()
    for name, skill in (("Anna Berg", "Django"), ("Ben Craft", "SQL")):
        path = folder / f"{name.split()[0].lower()}.txt"
        path.write_text(RESUME.format(name=name, skill=skill), encoding="utf-8")
    vacancy = tmp_path / "job.txt"
    vacancy.write_text(VACANCY, encoding="utf-8")
    return ("--documents", folder, "--vacancy", vacancy)


def run(*arguments):
    app = typer.Typer()
    audit_decisions.register(app)
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


def table(tmp_path, **groups):
    rows = [f"{name},{'yes' if i < k else 'no'}" for name, (k, n) in groups.items() for i in range(n)]
    path = tmp_path / "outcomes.csv"
    path.write_text("gender,selected\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("groups", "code"),
    [
        ({"a": (3000, 10_000), "b": (2900, 10_000)}, 0),
        ({"a": (300, 1000), "b": (150, 1000)}, 1),
        ({"a": (30, 100), "b": (29, 100)}, 3),
    ],
)
def test_the_exit_code_is_the_verdict(tmp_path, groups, code):
    assert run(table(tmp_path, **groups), "--group", "gender").exit_code == code


def test_columns_are_named_by_options(tmp_path):
    path = tmp_path / "итоги.csv"
    rows = "".join(f"{i};{'мж'[i % 2]};0,{i};{i};{'да' if i < 20 else 'нет'}\n" for i in range(1, 100))
    path.write_text(f"номер;пол;балл;место;отобран\n{rows}", encoding="utf-8-sig")
    named = ("--group", "пол", "--score", "балл", "--rank", "место", "--selected", "отобран", "--id", "номер")
    done = run(path, *named, "--format", "json")
    report = json.loads(done.stdout)
    assert [check["name"] for check in report["checks"]] == [
        "selection-rate: пол",
        "scoring-rate: пол",
        "exposure: пол",
        "scores: пол",
    ]
    assert report["subject"] == "итоги.csv"


def test_it_can_be_a_table_and_a_page(tmp_path):
    path, page = table(tmp_path, a=(300, 1000), b=(150, 1000)), tmp_path / "audit.html"
    done = run(path, "--group", "gender", "--format", "table", "--page", page)
    assert "impact-ratio-below" in done.stdout
    assert "impact-ratio-below" in page.read_text(encoding="utf-8")
    assert "complian" not in (done.stdout + page.read_text(encoding="utf-8")).lower()


def test_the_engine_is_run_over_resumes_and_swaps(documents):
    done = run(*documents, "--most", 1, "--format", "json")
    report = json.loads(done.stdout)
    assert done.exit_code == 0
    assert report["figures"]["resumes"] == 2
    rows = {row["trait"]: row for row in report["figures"]["tables"][1]["rows"]}
    assert rows["name"]["coverage"] == {"value": 0, "low": 0, "high": 0}


def test_groups_of_a_table_meet_the_resumes(documents, tmp_path):
    path = tmp_path / "groups.csv"
    path.write_text("file,gender\nanna,f\nben,m\n", encoding="utf-8")
    done = run(
        path, "--group", "gender", "--id", "file", *documents, "--top", 1, "--most", 1, "--format", "json"
    )
    names = [check["name"] for check in json.loads(done.stdout)["checks"]]
    assert done.exit_code == 3
    assert {"swaps: name", "selection-rate: gender", "scoring-rate: gender"} <= set(names)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Name a table of outcomes, or resumes"),
        (("{table}",), "at least one column to group people by"),
        (("{table}", "--group", "age"), "no column 'age'"),
        (("{table}", "--group", "gender", "--vacancy", "x"), "run the engine"),
        (("{table}", "--group", "gender", "--top", "3"), "run the engine"),
        (("--documents", "x"), "needs a --vacancy"),
        (("--group", "gender"), "Name the table that holds them"),
        (("{table}", "--group", "gender", "--documents", "x", "--vacancy", "y"), "needs --id"),
        (
            (
                "{table}",
                "--group",
                "gender",
                "--documents",
                "x",
                "--vacancy",
                "y",
                "--score",
                "s",
                "--id",
                "i",
            ),
            "--score: with --documents the engine says this",
        ),
    ],
)
def test_wrong_use_is_said(tmp_path, arguments, message):
    path = table(tmp_path, a=(3, 10), b=(2, 10))
    with pytest.raises(InvalidInput, match=message):
        run(*(path if argument == "{table}" else argument for argument in arguments))


def test_an_output_never_overwrites_the_table(tmp_path):
    path = table(tmp_path, a=(3, 10), b=(2, 10))
    with pytest.raises(InvalidInput, match="one of the inputs"):
        run(path, "--group", "gender", "--output", path)
