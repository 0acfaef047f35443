import io
import json
import sys

import pytest

pytest.importorskip("trl")
pytest.importorskip("peft")
pytest.importorskip("openai")

import typer

from metier.cli import interview_writer
from metier.cli.exits import exit_on_error
from metier.encoders.fake import FakeEncoder
from metier.interview.writer_training.rows import QuestionRow, write_rows
from tests.cli.conftest import Result
from tests.interview.writer_training.small import ROWS
from tests.training.chat_server import Reply, chat_server
from tests.training.tiny_causal import save_tiny

QUICK = ("--r", "2", "--alpha", "4", "--epochs", "1", "--batch-size", "3")


@pytest.fixture
def writer(monkeypatch, capsys, tmp_path):
    """Run one of the commands in this process, with the test's own settings and a fake encoder."""
    (tmp_path / "config.toml").touch()
    monkeypatch.setenv("METIER_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("METIER_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(interview_writer, "shipped_encoder", lambda settings: FakeEncoder(64))
    app = typer.Typer(pretty_exceptions_enable=False, rich_markup_mode=None, add_completion=False)
    app.add_typer(interview_writer.app)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["metier", "interview", "writer", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b""), encoding="utf-8"))
        code = 0
        try:
            with exit_on_error():
                app(["writer", *map(str, arguments)])
        except SystemExit as exc:
            code = exc.code if isinstance(exc.code, int) else int(bool(exc.code))
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return run


@pytest.fixture
def rows(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text(write_rows(ROWS), encoding="utf-8")
    return path


def test_a_model_is_trained_and_measured(writer, rows, tmp_path):
    base = save_tiny(tmp_path / "tiny")
    output = tmp_path / "mine"
    result = writer(
        *("train", "--data", rows, "--model", base, "--output", output, *QUICK),
        *("--held-out", "0.5", "--dropout", "0", "--learning-rate", "0.01", "--seed", "3"),
    )
    assert result.code == 0, result.err
    assert "rows held out. Measure it: metier interview writer evaluate --model" in result.err
    card = json.loads((output / "model" / "model.json").read_text(encoding="utf-8"))
    assert card["name"] == "mine"
    assert card["command"].startswith("metier interview writer train --data")
    measured = writer(
        *("evaluate", "--data", rows, "--model", output, "--held-out", "0.5", "--n", "2"),
        *("--max-tokens", "8", "--format", "json"),
    )
    assert measured.code == 0, measured.err
    (report,) = measured.rows
    assert report["questions"] == 2 * card["metrics"]["training"]["held_out"]
    assert (report["model"], report["fit"], report["n"]) == ("mine", False, 2)
    assert report["data"]["file"] == "rows.csv"


def test_a_merged_model_is_saved_whole(writer, rows, tmp_path):
    base = save_tiny(tmp_path / "tiny")
    result = writer("train", "--data", rows, "--model", base, "--output", tmp_path / "m", "--merge", *QUICK)
    assert result.code == 0, result.err
    assert (tmp_path / "m" / "model" / "model.safetensors").is_file()


def asked_well(request):
    topic = request["messages"][1]["content"].partition("Next topic: ")[2].partition("\n")[0]
    return Reply(f"How would you explain {topic} to a colleague?")


def test_an_endpoint_is_measured_as_a_table(writer, rows, tmp_path):
    (tmp_path / "key").write_text("secret-key")
    with chat_server(asked_well) as server:
        result = writer(
            *("evaluate", "--data", rows, "--model", "kanana", "--endpoint", server.url, "--n", "1"),
            *("--api-key-file", tmp_path / "key", "--output", tmp_path / "said.jsonl", "--format", "table"),
        )
    assert result.code == 0, result.err
    assert server.authorizations[0] == "Bearer secret-key"
    assert "kanana: 6 wordings of 6 rows" in result.out
    assert "in form" in result.out
    assert "6 of 6" in result.out
    assert "\nFIT: at least 97.5% must be in form; 97.8% of 324 was published." in result.out
    assert len((tmp_path / "said.jsonl").read_text(encoding="utf-8").splitlines()) == 6


def test_rules_that_are_broken_are_counted_in_the_table(writer, rows):
    with chat_server(lambda _: Reply("1. An index")) as server:
        result = writer(
            *("evaluate", "--data", rows, "--model", "m", "--endpoint", server.url, "--n", "1"),
            *("--format", "table"),
        )
    assert "UNFIT" in result.out
    assert "leading-number" in result.out
    assert "1.000" in result.out


def test_an_interruption_says_how_to_go_on(writer, rows, tmp_path, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("metier.interview.writer_training.evaluate.generate_questions", interrupt)
    there = ("evaluate", "--data", rows, "--model", "m", "--endpoint", "http://localhost:1/v1")
    result = writer(*there)
    assert result.code == 130
    assert "Name an --output, and a run can be gone on with." in result.err
    result = writer(*there, "--output", tmp_path / "said.jsonl")
    assert "Interrupted. Run the same command again to go on." in result.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("train", "--output", "out", "--data", "absent.csv"), "There is no file absent.csv with rows"),
        (("train", "--output", "out", "--r", "0"), "rank must be from 1 to 1024. Got 0"),
        (("train", "--output", "out", "--model", "absent.gguf"), "There is no file absent.gguf"),
        (("evaluate", "--model", "absent"), "There is no writer 'absent'"),
        (("evaluate", "--model", "m", "--n", "0"), "n must be from 1 to 100"),
        (("evaluate", "--model", "m", "--endpoint", "ftp://x"), "base_url must be an http or https address"),
        (
            ("evaluate", "--model", "m", "--endpoint", "http://x/v1", "--api-key-file", "absent"),
            "no file absent with a key",
        ),
    ],
)
def test_wrong_use_is_said_without_a_traceback(writer, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    result = writer(*arguments)
    assert result.code == 2
    assert message in result.err
    assert "Traceback" not in result.err


def test_words_of_the_rows_show_up_in_no_message(writer, tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text(write_rows([QuestionRow("", "Zyxwvut", "", "Zyxwvut", "")]), encoding="utf-8")
    result = writer("train", "--output", tmp_path / "out", "--data", path)
    assert (result.code, "Zyxwvut" in result.err) == (2, False)
