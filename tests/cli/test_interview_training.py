import json

import pytest
import typer
from typer.testing import CliRunner

from metier.cli import interview_training
from metier.errors import InvalidInput, NotFound
from tests.interview.training.small import made_rows, write_rows

KEYS = [
    *("accuracy", "correct", "total", "mean_diff", "mse", "mae", "correlation", "accuracy_low"),
    *("accuracy_high", "wrong"),
]


def run(*arguments):
    """Run a command of a bare app; errors come through as they are."""
    app = typer.Typer()
    interview_training.register(app)
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


@pytest.fixture
def data(monkeypatch, tmp_path):
    """Give rows to train on, and a tiny encoder in place of the shipped one."""
    torch = pytest.importorskip("torch")
    for module in ("transformers", "accelerate", "matplotlib"):
        pytest.importorskip(module)
    from metier.encoders.fake import FakeEncoder

    (tmp_path / "config.toml").touch()
    monkeypatch.setenv("METIER_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setattr(interview_training, "shipped_encoder", lambda settings: FakeEncoder(48))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield write_rows(tmp_path / "rows.csv", made_rows(32))
    torch.set_num_threads(threads)


@pytest.fixture
def held_out(tmp_path):
    return write_rows(tmp_path / "held-out.csv", made_rows(24, seed=5), encoding="utf-8-sig")


def test_a_backbone_is_trained_and_then_evaluated_on_other_rows(data, held_out, tmp_path):
    from tests.interview.training.small import save_backbone

    trained = run(
        *("train", "--data", data, "--target", "answer-type", "--backbone", save_backbone(tmp_path / "tiny")),
        *("--epochs", 20, "--learning-rate", 3e-3, "--output", tmp_path / "mine"),
    )
    assert trained.exit_code == 0
    last = trained.stderr.strip().splitlines()[-1]
    assert "On the train part" in last
    assert "32 after it" in last
    assert last.endswith(f"metier interview evaluate --data FILE --model {tmp_path / 'mine'}")
    shown = run("evaluate", "--data", held_out, "--model", tmp_path / "mine", "--format", "json")
    found = json.loads(shown.stdout)
    assert list(found) == KEYS
    assert found["total"] == 24
    assert found["accuracy"] == found["correct"] / 24 > 0.7
    assert found["accuracy_low"] < found["accuracy"] <= found["accuracy_high"]
    assert len(found["wrong"]) == 24 - found["correct"]


def test_a_head_is_trained_with_the_options_that_were_given(data, tmp_path):
    labels = tmp_path / "labels.csv"
    labels.write_text('candidate,text\n"' + made_rows(1)[0][1] + '",more words\n', encoding="utf-8")
    done = run(
        *("train", "--data", data, "--output", tmp_path / "mine", "--epochs", 2, "--loss", "both"),
        *("--regression-weight", 3, "--hard-weight", 1, "--margin", 0.1, "--labels", labels, "--seed", 7),
        *("--label-examples", 1, "--no-label-questions", "--average-seeds", 2, "--tune-share", 0.3),
        *("--patience", 2),
    )
    assert done.exit_code == 0
    config = json.loads((tmp_path / "mine" / "run" / "seed-7" / "config.json").read_bytes())["options"]
    expected = {"loss": "both", "regression_weight": "3.0", "hard_weight": "1.0", "margin": "0.1"}
    assert expected.items() <= config["inputs"].items()
    assert (config["epochs"], config["patience"], config["head_rate"]) == (2.0, 2, 1e-3)
    candidates = json.loads((tmp_path / "mine" / "model" / "candidates.json").read_bytes())["candidates"]
    assert any(": more words (" in row["text"] for row in candidates)
    shown = run("evaluate", "--data", data, "--model", tmp_path / "mine", "--seeds", "--format", "json")
    assert list(json.loads(shown.stdout)["seeds"]) == ["seed-7", "seed-8"]
    shown = run("evaluate", "--data", data, "--model", tmp_path / "mine", "--seeds", "--format", "table")
    assert "seed-8" in shown.stdout


def test_a_trained_model_is_evaluated_instead_unless_it_is_forced(data, tmp_path):
    given = ("train", "--data", data, "--output", tmp_path / "mine", "--epochs", 1, "--format", "json")
    assert run(*given).stdout == ""
    card = (tmp_path / "mine" / "model" / "model.json").read_bytes()
    again = run(*given)
    assert "holds a trained model; it is evaluated" in again.stderr
    assert list(json.loads(again.stdout)) == KEYS
    assert (tmp_path / "mine" / "model" / "model.json").read_bytes() == card
    forced = run(*given, "--force", "--seed", 3)
    assert "Wrote" in forced.stderr
    assert (tmp_path / "mine" / "model" / "model.json").read_bytes() != card


def test_wrong_choices_are_shown_with_both_cosines(data, tmp_path):
    run("train", "--data", data, "--output", tmp_path / "mine", "--epochs", 1)
    rows = [(words, topic, 1 - float(right)) for words, topic, right in made_rows(8)]
    shown = run(
        *("evaluate", "--data", write_rows(tmp_path / "upside-down.csv", rows), "--format", "table"),
        *("--model", tmp_path / "mine"),
    )
    assert "Accuracy" in shown.stdout
    assert "choices are wrong" in shown.stdout or "No wrong choice." in shown.stdout


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (("--frozen-layers", 1), "--frozen-layers is about a backbone that is trained. Got 1 without"),
        (("--dropout",), "--dropout is about a backbone"),
        (("--query-prefix", "q: "), "--query-prefix is about a backbone"),
        (("--max-tokens", 9), "--max-tokens is about a backbone"),
        (("--patience", 2), "patience needs a tune part. Got 2 with tune_share 0"),
        (("--temperature", 0), "temperature must be above 0"),
        (("--average-seeds", 0), "average_seeds must be at least 1"),
        (("--label-examples", -1), "label_examples must be 0 or more"),
    ],
)
def test_options_that_make_no_sense_are_refused_before_anything_is_read(tmp_path, given, message):
    pytest.importorskip("torch")
    with pytest.raises(InvalidInput, match=message):
        run("train", "--data", tmp_path / "absent.csv", "--output", tmp_path / "mine", *given)


def test_a_model_or_file_that_is_not_there_is_not_found(data, tmp_path):
    with pytest.raises(NotFound, match="no model"):
        run("evaluate", "--data", data, "--model", tmp_path / "absent")
    with pytest.raises(NotFound, match="no data file"):
        run("evaluate", "--data", tmp_path / "absent.csv", "--model", "base")


@pytest.mark.parametrize("command", ["train", "evaluate"])
def test_help_has_an_example(command):
    done = run(command, "--help")
    assert f"Example: metier interview {command}" in " ".join(done.output.split())
