import json

import pytest

pytest.importorskip("torch")

from metier.cli import audit_membership
from metier.encoders.folder import ModelCard
from metier.errors import InvalidInput
from metier.training.networks import Head, write_network
from tests.audit.confidence.stand_ins import made_texts
from tests.workbench.tiny import tiny_network

CARD = ModelCard("tiny", "test", "none", "MIT", ("en",), 0, 0, {}, "a test", {}, {}, {})


@pytest.fixture
def run(lone_command):
    return lone_command(audit_membership, "membership")


def folder(path, head, labels=None, seed=0):
    write_network(tiny_network("bert", head, labels=labels, seed=seed), path, CARD)
    return path


def written(path, n, seed=0, label="a"):
    rows = [{"text": text, "label": label} if label else {"text": text} for text in made_texts(n, seed)]
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


@pytest.mark.parametrize(
    ("head", "labels", "attack"),
    [(Head.CLASSES, ("a", "b"), "loss"), (Head.MASKED_WORDS, None, "mask-prediction")],
)
def test_a_random_network_knows_nobody(run, tmp_path, head, labels, attack):
    model, other = (folder(tmp_path / name, head, labels, seed) for seed, name in enumerate("mr"))
    label = "a" if labels else ""
    files = [written(tmp_path / f"{seed}.jsonl", 110, seed, label) for seed in (0, 1)]
    result = run(
        model, "--members", files[0], "--non-members", files[1], "--reference", other, "--max-tokens", 10
    )
    assert result.exit_code in {0, 3}, result.output
    report = json.loads(result.stdout.splitlines()[0])
    assert report["kind"] == "membership"
    assert set(report["figures"]["attacks"]) == {attack, "likelihood-ratio"}
    assert report["figures"]["references"] == 1


def test_a_few_rows_are_inconclusive(run, tmp_path):
    model = folder(tmp_path / "m", Head.CLASSES, ("a", "b"))
    files = [written(tmp_path / f"{seed}.jsonl", 5, seed) for seed in (0, 1)]
    result = run(model, "--members", files[0], "--non-members", files[1], "--format", "table")
    assert result.exit_code == 3, result.output
    assert "Not checked: loss" in result.stdout


def test_rows_of_a_classifier_need_labels(run, tmp_path):
    model = folder(tmp_path / "m", Head.CLASSES, ("a", "b"))
    files = [written(tmp_path / f"{seed}.jsonl", 120, seed, "") for seed in (0, 1)]
    result = run(model, "--members", files[0], "--non-members", files[1])
    assert isinstance(result.exception, InvalidInput)
    assert "must have a label of the model" in str(result.exception)


def test_no_tokens_are_no_default(run, tmp_path):
    file = written(tmp_path / "a.jsonl", 5)
    result = run(tmp_path, "--members", file, "--non-members", file, "--max-tokens", 0)
    assert result.exit_code == 2
    assert "--max-tokens" in result.stderr


def test_what_is_read_is_not_written_over(run, tmp_path):
    model = folder(tmp_path / "m", Head.CLASSES, ("a", "b"))
    file = written(tmp_path / "a.jsonl", 5)
    result = run(model, "--members", file, "--non-members", file, "--page", file)
    assert isinstance(result.exception, InvalidInput)
    assert "is one of the inputs" in str(result.exception)
