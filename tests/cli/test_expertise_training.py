import csv
import json
import random

import pytest
import typer
from typer.testing import CliRunner

from metier.cli import expertise_training
from metier.cli.expertise_training import RowsGiven, RowsRead
from metier.errors import InvalidInput, ModelMismatch, NotFound
from metier.types import Level

DUTIES = {
    Level.INTERN: "Watched and studied",
    Level.JUNIOR: "Fixed small defects",
    Level.MIDDLE: "Built services alone",
    Level.SENIOR: "Designed large systems and mentored two engineers",
    Level.LEAD: "Led a team of 8 engineers and owned the budget",
}

WORDS = (
    "the a with for and of in to report project client market data site bank shop plan meeting design code "
    "test server invoice letter call team office sales stock price road house water light paper garden"
).split()


def run(*arguments):
    """Run a command of a bare app; errors come through as they are."""
    app = typer.Typer()
    expertise_training.register(app)
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


def write_rows(path, n, *, seed=0, label="level"):
    rng = random.Random(seed)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "position", "key_skills", "work_experience", label])
        for i in range(n):
            level = list(Level)[i % 5]
            filler = " ".join(rng.choices(WORDS, k=40))
            months = f"01.{2020 - 2 * level.rank} - 12.2021"
            writer.writerow(
                [f"r{i}", "engineer", "Python, SQL", f"{months} Acme. {DUTIES[level]}. {filler}", level]
            )
    return path


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch):
    """Let intervals be wide and soon there."""
    from metier.expertise import metrics
    from metier.training import intervals

    for name in ("bootstrap", "paired_bootstrap"):
        plain = getattr(intervals, name)
        monkeypatch.setattr(metrics, name, lambda *told, n, plain=plain, **more: plain(*told, n=20, **more))


@pytest.fixture
def rows(monkeypatch, tmp_path):
    for module in ("transformers", "sklearn", "matplotlib"):
        pytest.importorskip(module)
    (tmp_path / "config.toml").touch()
    monkeypatch.setenv("METIER_CONFIG", str(tmp_path / "config.toml"))
    return write_rows(tmp_path / "rows.csv", 60)


@pytest.fixture
def read(monkeypatch):
    """Let made-up documents stand for the rows, as an encoder would have read them."""
    from tests.expertise.made_levels import made_rows

    monkeypatch.setattr(RowsGiven, "read", lambda self, **_: RowsRead(made_rows(60), "abc"))


def test_a_model_is_trained_and_then_evaluated_on_other_rows(rows, tmp_path):
    mine = tmp_path / "mine"
    trained = run(
        *("train", rows, "--kind", "features", "--model", "none", "--output", mine, "--format", "json"),
        *("--as-of", "2026-11"),
    )
    assert trained.exit_code == 0
    report = json.loads(trained.stdout)
    assert report == json.loads((mine / "report.json").read_text())
    assert report["figures"]["mae"]["value"] < 1.5
    assert sorted(path.name for path in mine.iterdir()) == [
        *("confusion.svg", "model", "reliability.svg", "report.json")
    ]
    assert f"--expertise-model {mine}" in trained.stderr
    card = json.loads((mine / "model" / "model.json").read_text())
    assert (card["task"], list(card["training_data"]), card["languages"]) == (
        "expertise",
        ["rows.csv"],
        ["en"],
    )

    held_out = write_rows(tmp_path / "held-out.csv", 25, seed=5)
    shown = run(
        *("evaluate", held_out, "--expertise-model", mine, "--model", "none", "--format", "table"),
        *("--as-of", "2026-11"),
    )
    assert shown.exit_code == 0
    assert "ROC-AUC" in shown.stdout


def test_a_head_on_a_reading_is_trained_where_no_kind_is_named(rows, read, tmp_path):
    shown = run("train", rows, "--output", tmp_path / "mine", "--format", "table")
    assert shown.exit_code == 0
    assert "read-once" in shown.stdout
    from metier.expertise.load import load_levels

    with pytest.raises(ModelMismatch, match="fitted to encoder abc"):
        load_levels(tmp_path / "mine", encoder_sha256="other")


def test_kinds_are_compared_on_the_same_rows(rows, read):
    shown = run("compare", rows, "--kind", "features", "--folds", 2, "--format", "json")
    found = json.loads(shown.stdout)
    assert list(found["figures"]) == ["features", "majority", "text length", "years of experience"]
    assert "features: fold 2 of 2." in shown.stderr
    assert found["gaps"][0]["second"] == "majority"


def test_rows_without_a_label_are_left_out_and_counted(rows, tmp_path):
    lines = rows.read_text().splitlines()
    some = tmp_path / "some.csv"
    some.write_text("\n".join([*lines[:41], *(line.rpartition(",")[0] + "," for line in lines[41:])]))
    shown = run(
        *("train", some, "--kind", "features", "--model", "none", "--output", tmp_path / "mine"),
        *("--format", "json"),
    )
    assert "20 of 60 rows have no label" in shown.stderr
    assert sum(json.loads(shown.stdout)["parts"].values()) == 40


def test_rows_of_which_none_has_a_label_are_refused(rows, tmp_path):
    bare = write_rows(tmp_path / "bare.csv", 3, label="said")
    with pytest.raises(InvalidInput, match=r"bare.csv must have a label in column level. None of its 3 rows"):
        run("train", bare, "--output", tmp_path / "mine")


def test_twelve_rows_are_refused_with_the_number_that_is_needed(rows, tmp_path):
    few = write_rows(tmp_path / "few.csv", 12)
    with pytest.raises(InvalidInput, match="at least 20 labelled rows"):
        run("train", few, "--kind", "features", "--model", "none", "--output", tmp_path / "mine")
    assert not (tmp_path / "mine").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--kind", "encoder"], "Name one with --backbone"),
        (["--backbone", "e5"], "--backbone is about an encoder or llm"),
        (["--kind", "features", "--four-bit"], "--four-bit is about an encoder or llm"),
        (["--use-sensitive"], "Kind read-once never sees age, city or country"),
        (["--coverage", "1.5"], "coverage must lie between 0 and 1"),
        (["--kind", "llm", "--backbone", "b", "--train-layers", "2"], "--train-layers is about an encoder"),
        (["--kind", "encoder", "--backbone", "b", "--four-bit"], "--four-bit is about an llm"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_options_that_do_not_fit_are_refused(rows, read, tmp_path, arguments, words):
    with pytest.raises(InvalidInput, match=words):
        run("train", rows, "--output", tmp_path / "mine", *arguments)


def test_a_folder_with_a_model_is_left_alone(rows, tmp_path):
    (tmp_path / "mine" / "model").mkdir(parents=True)
    with pytest.raises(InvalidInput, match="holds a model"):
        run("train", rows, "--output", tmp_path / "mine")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--kind", "encoder", "--backbone", "b"], "Name a folder for that with --runs"),
        (["--kind", "encoder", "--kind", "llm", "--backbone", "b"], "Compare them in two runs"),
    ],
    ids=["runs", "two"],
)
def test_networks_are_compared_one_at_a_time_with_a_place_for_runs(rows, arguments, words):
    with pytest.raises(InvalidInput, match=words):
        run("compare", rows, *arguments)


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("encoder", {"epochs": 2.0, "rate": 0.01, "batch": 4, "rank": 3}),
        ("llm", {"epochs": 2.0, "rate": 0.01, "batch": 4, "rank": 3}),
    ],
)
def test_what_a_network_is_told_reaches_it(kind, facts, tmp_path):
    pytest.importorskip("torch")
    given = expertise_training.NetworkGiven("base", 2.0, 0.01, 4, 64, 3, None, False)
    learner = given.learner(expertise_training.Kind(kind), tmp_path, seed=7, encoder_sha256="")
    options = learner.options
    fit = options.fit
    rank = options.rank if kind == "llm" else options.lora.rank
    assert (learner.kind, learner.run, fit.train.seed, fit.max_tokens) == (kind, tmp_path, 7, 64)
    assert facts == {
        "epochs": fit.train.epochs,
        "rate": fit.train.head_rate,
        "batch": fit.task.batch_size,
        "rank": rank,
    }


def test_a_file_that_is_not_there_is_named(rows, tmp_path):
    with pytest.raises(NotFound):
        run("train", tmp_path / "none.csv", "--output", tmp_path / "mine")


@pytest.mark.parametrize("command", ["train", "evaluate", "compare"])
def test_every_command_has_an_example(command):
    assert f"metier expertise {command}" in run(command, "--help").stdout
