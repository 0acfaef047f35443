import json

import pytest
from typer.testing import CliRunner

from metier.cli import interview_scores
from metier.cli.interview_scores import app, trained_sentence
from metier.encoders.fake import FakeEncoder
from metier.encoders.folder import ModelCard
from metier.errors import InvalidInput
from tests.interview.short_answers.graded import graded_rows, write_rows


def run(*arguments):
    """Run a command of the bare app; errors come through as they are."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


@pytest.fixture(autouse=True)
def _small(monkeypatch, tmp_path):
    (tmp_path / "config.toml").touch()
    monkeypatch.setenv("METIER_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setattr(interview_scores, "shipped_encoder", lambda settings: FakeEncoder(32))


@pytest.fixture
def trained(tmp_path):
    data = write_rows(tmp_path / "graded.csv", graded_rows())
    done = run("train", "--data", data, "--output", tmp_path / "mine", "--seed", 3)
    assert done.exit_code == 0
    return tmp_path / "mine", done.stderr


def test_training_says_how_near_it_comes_and_what_to_do_next(trained):
    folder, said = trained
    card = json.loads((folder / "model.json").read_bytes())
    assert (card["name"], card["task"], list(card["training_data"])) == (
        "mine",
        "short-answers",
        ["graded.csv"],
    )
    last = said.strip().splitlines()[-1]
    assert f"unseen answers r {card['metrics']['unseen_answers']['r']:.3f}" in last
    assert last.endswith(f"metier interview score evaluate --data FILE --model {folder}")


def test_evaluation_gives_figures_as_json(trained, tmp_path):
    names = ("frage", "muster", "antwort", "note")
    data = write_rows(tmp_path / "new.csv", graded_rows(3, 6, seed=9), names=names)
    options = [f"--{part}-column" for part in ("question", "reference", "answer", "score")]
    named = [word for pair in zip(options, names, strict=True) for word in pair]
    done = run("evaluate", "--data", data, "--model", trained[0], "--format", "json", "--level", 0.8, *named)
    found = json.loads(done.stdout)
    assert (found["data"], found["model"], found["level"]) == ("new.csv", "mine", 0.8)
    assert set(found["parts"]["new-questions"]) >= {"r", "rmse", "qwk", "within_r", "covered"}


def test_evaluation_gives_a_table(trained, tmp_path):
    data = write_rows(tmp_path / "new.csv", graded_rows(3, 6, seed=9))
    assert "RMSE" in run("evaluate", "--data", data, "--model", trained[0], "--format", "table").stdout


def test_answers_are_scored_by_row(trained, tmp_path):
    data = write_rows(tmp_path / "new.csv", graded_rows(1, 3, seed=9))
    done = run("predict", "--data", data, "--model", trained[0], "--format", "json")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["row"] for line in lines] == [2, 3, 4]
    assert set(lines[0]) == {"row", "score", "low", "high", "n_graded", "doubts"}
    assert "Interval" in run("predict", "--data", data, "--model", trained[0], "--format", "table").stdout


def test_scores_go_to_a_file(trained, tmp_path):
    data = write_rows(tmp_path / "new.csv", graded_rows(1, 3, seed=9))
    output = tmp_path / "scores.jsonl"
    assert run("predict", "--data", data, "--model", trained[0], "--output", output).exit_code == 0
    assert len(output.read_text().splitlines()) == 3
    with pytest.raises(InvalidInput, match="would be lost"):
        run("predict", "--data", data, "--model", trained[0], "--output", data)


def test_figures_that_are_not_defined_are_told_so(tmp_path):
    card = ModelCard("n", "t", "", "", (), 1, 0, {}, "", {}, {}, {"unseen_answers": {"r": None, "rmse": 0.5}})
    assert "unseen answers r not defined, RMSE 0.500" in trained_sentence(card, tmp_path)


@pytest.mark.parametrize("command", ["train", "evaluate", "predict"])
def test_every_command_has_an_example(command):
    assert f"Example: metier interview score {command}" in run(command, "--help").stdout.replace("\n", " ")
