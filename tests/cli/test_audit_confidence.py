import json

import pytest

pytest.importorskip("torch")

from metier.cli import audit_confidence
from metier.encoders.folder import ModelCard
from metier.errors import InvalidInput
from metier.training.networks import Head, write_network
from tests.audit.confidence.stand_ins import made_texts
from tests.workbench.tiny import tiny_network

CARD = ModelCard("tiny", "test", "none", "MIT", ("en",), 0, 0, {}, "a test", {}, {}, {})


@pytest.fixture
def run(lone_command):
    return lone_command(audit_confidence, "confidence")


@pytest.fixture
def model(tmp_path):
    write_network(tiny_network("bert", Head.CLASSES, labels=("a", "b")), tmp_path / "m", CARD)
    return tmp_path / "m"


def written(path, n, seed=0, label="a"):
    lines = [json.dumps({"text": text, "label": label}) for text in made_texts(n, seed)]
    path.write_text("\n".join(lines))
    return path


def test_a_model_that_is_always_wrong_by_half_is_unsafe(run, model, tmp_path):
    data = written(tmp_path / "data.jsonl", 240)
    others = written(tmp_path / "others.jsonl", 150, seed=1, label="")
    result = run(
        model, "--data", data, "--out-of-domain", others, "--max-tokens", 12, "--page", tmp_path / "p.html"
    )
    assert result.exit_code == 1, result.output
    report = json.loads(result.stdout.splitlines()[0])
    assert (report["kind"], report["subject"]) == ("confidence", "m")
    assert {check["name"] for check in report["checks"]} == {"calibration", "out-of-domain", "abstention"}
    assert "<svg" in (tmp_path / "p.html").read_text()


def test_a_few_texts_without_others_are_inconclusive(run, model, tmp_path):
    result = run(model, "--data", written(tmp_path / "d.jsonl", 20), "--format", "table")
    assert result.exit_code == 3, result.output
    assert "Not checked: calibration" in result.stdout


def test_texts_to_fit_on_and_a_target_are_taken(run, model, tmp_path):
    data, fit = written(tmp_path / "d.jsonl", 20), written(tmp_path / "f.jsonl", 20, seed=3)
    result = run(model, "--data", data, "--fit", fit, "--target-risk", 0.5, "--seed", 3)
    assert result.exit_code == 3, result.output


@pytest.mark.parametrize(
    ("option", "value", "message"), [("--target-risk", 2, "target_risk must be above 0")]
)
def test_options_out_of_range_are_named(run, model, tmp_path, option, value, message):
    result = run(model, "--data", written(tmp_path / "d.jsonl", 5), option, value)
    assert isinstance(result.exception, InvalidInput)
    assert message in str(result.exception)


def test_no_tokens_are_no_default(run, model, tmp_path):
    result = run(model, "--data", written(tmp_path / "d.jsonl", 5), "--max-tokens", 0)
    assert result.exit_code == 2
    assert "--max-tokens" in result.stderr


def test_the_data_is_not_written_over(run, model, tmp_path):
    data = written(tmp_path / "d.jsonl", 5)
    result = run(model, "--data", data, "--output", data)
    assert isinstance(result.exception, InvalidInput)
    assert "is one of the inputs" in str(result.exception)
