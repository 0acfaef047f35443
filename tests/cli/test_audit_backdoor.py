import json

import pytest

pytest.importorskip("torch")

from metier.cli import audit_backdoor
from metier.encoders.folder import ModelCard
from metier.errors import InvalidInput
from metier.training.networks import Head, write_network
from tests.audit.backdoor.planted import LABELS, invented
from tests.workbench.tiny import tiny_network

CARD = ModelCard("tiny", "test", "none", "MIT", ("en",), 0, 0, {}, "a test", {}, {}, {})


@pytest.fixture
def run(lone_command):
    return lone_command(audit_backdoor, "backdoor")


@pytest.fixture
def model(tmp_path):
    write_network(tiny_network("bert", Head.CLASSES, labels=LABELS), tmp_path / "m", CARD)
    return tmp_path / "m"


def written(path, n, seed=0, **fields):
    rows = [{"text": item.text, "label": item.label, **fields} for item in invented(n, seed)]
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


def test_a_model_that_has_learned_nothing_is_inconclusive(run, model, tmp_path):
    data = written(tmp_path / "d.jsonl", 24)
    result = run(model, "--data", data, "--max-tokens", 12, "--page", tmp_path / "p.html")
    assert result.exit_code == 3, result.output
    report = json.loads(result.stdout.splitlines()[0])
    assert (report["kind"], report["subject"]) == ("backdoor", "m")
    outcomes = {check["name"]: check["outcome"] for check in report["checks"]}
    assert outcomes["accuracy"] == outcomes["row-triggers"] == "not-run"
    assert "<html" in (tmp_path / "p.html").read_text()


def test_suspects_may_have_no_label(run, model, tmp_path):
    data = written(tmp_path / "d.jsonl", 24)
    suspects = written(tmp_path / "s.jsonl", 20, seed=1, label="")
    result = run(model, "--data", data, "--suspects", suspects, "--seed", 3, "--format", "table")
    assert result.exit_code in {1, 3}, result.output
    assert "accuracy" in result.stdout


def test_data_without_labels_are_refused(run, model, tmp_path):
    result = run(model, "--data", written(tmp_path / "d.jsonl", 4, label=""))
    assert isinstance(result.exception, InvalidInput)
    assert "the field label must name a class" in str(result.exception)


@pytest.mark.parametrize(("option", "value"), [("--max-seconds", 0), ("--max-tokens", 7), ("--seed", -1)])
def test_options_out_of_range_are_named(run, model, tmp_path, option, value):
    result = run(model, "--data", written(tmp_path / "d.jsonl", 4), option, value)
    assert result.exit_code == 2
    assert option in result.stderr


@pytest.mark.parametrize("option", ["--output", "--page"])
def test_the_data_is_not_written_over(run, model, tmp_path, option):
    data, suspects = written(tmp_path / "d.jsonl", 4), written(tmp_path / "s.jsonl", 4)
    result = run(model, "--data", data, "--suspects", suspects, option, suspects)
    assert isinstance(result.exception, InvalidInput)
    assert "is one of the inputs" in str(result.exception)
