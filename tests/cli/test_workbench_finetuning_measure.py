import json

import pytest

pytest.importorskip("torch")

from metier.training.networks import Head
from tests.workbench.finetuning.tiny_rows import network_of, save_network

CLASSES = "text,label\nw1 w2,yes\nw3,no\nw4 w5,no\n"


@pytest.fixture
def model(tmp_path):
    return save_network(network_of("bert", Head.CLASSES), tmp_path / "model")


@pytest.fixture
def data(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text(CLASSES, encoding="utf-8")
    return path


def test_figures_come_as_lines_or_as_a_table(metier, model, data):
    result = metier("workbench", "measure", model, "--data", data)
    assert (result.code, result.err) == (0, "")
    assert [(row["part"], row["figure"]) for row in result.rows] == [
        ("rows.csv", "macro_f1"),
        ("rows.csv", "accuracy"),
    ]
    table = metier("workbench", "measure", model, "--data", data, "--format", "table").out
    assert "rows.csv: 3 rows" in table


def test_predictions_are_written_row_by_row(metier, model, data, tmp_path):
    path = tmp_path / "said.jsonl"
    result = metier("workbench", "measure", model, "--data", data, "--predictions", path)
    assert result.code == 0
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["number"] for line in lines] == [1, 2, 3]
    assert {line["predicted"] for line in lines} <= {"yes", "no"}
    assert all(0 < line["score"] <= 1 for line in lines)


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        ("text,label\nw1,maybe\n", (), "knows the labels no, yes. The data hold others: maybe"),
        ("", (), "rows.csv must hold at least one row"),
        (CLASSES, ("--batch-size", 0), "--batch-size must be at least 1. Got 0"),
    ],
)
def test_what_cannot_be_measured_is_said(metier, model, data, content, options, message):
    data.write_text(content, encoding="utf-8")
    result = metier("workbench", "measure", model, "--data", data, *options)
    assert result.code in {2, 4}
    assert message in result.err


def test_a_model_without_such_a_head_is_refused(metier, data, tmp_path):
    from tests.workbench.tiny import tiny_network

    plain = save_network(tiny_network("bert", Head.MASKED_WORDS), tmp_path / "plain")
    result = metier("workbench", "measure", plain, "--data", data)
    assert result.code == 4
    assert "has no head that is fine-tuned: masked-words. Fine-tune it first" in result.err


def test_predictions_never_overwrite_the_data(metier, model, data):
    result = metier("workbench", "measure", model, "--data", data, "--predictions", data)
    assert result.code == 2
    assert "is one of the inputs" in result.err
    assert data.read_text() == CLASSES
