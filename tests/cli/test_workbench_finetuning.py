import json

import pytest

pytest.importorskip("torch")
for module in ("transformers", "accelerate", "matplotlib"):
    pytest.importorskip(module)

from metier.training.networks import Head, load_network  # noqa: E402
from tests.workbench.finetuning.tiny_rows import network_of, save_network  # noqa: E402
from tests.workbench.tiny import tiny_network  # noqa: E402

LETTERS = "abcdefghijklmnopqrst"  # numbers alone do not tell texts apart when parts are made
QUESTION = {"question": "w1 ?", "context": "w2 w3", "answers": [{"text": "w3", "answer_start": 3}]}
FILES = {
    "classify": (
        "rows.csv",
        "text,label\n"
        + "".join(f"{letter * 6},{('no', 'yes')[i % 2]}\n" for i, letter in enumerate(LETTERS)),
    ),
    "tag": ("rows.conll", "\n".join(f"{letter * 20} O\nabc B-X\nw1 I-X\n" for letter in LETTERS)),
    "answer": (
        "rows.jsonl",
        "".join(
            json.dumps({"id": i, **QUESTION, "context": f"w2 w3 w{i}{' abc' * i}"}) + "\n" for i in range(8)
        ),
    ),
    "rank": (
        "rows.tsv",
        "query\ttext\tlabel\n"
        + "".join(f"q{chr(97 + i)}\tw{i}\t1\nq{chr(97 + i)}\tw9\t0\n" for i in range(12)),
    ),
}
FIGURES = {"classify": "macro_f1", "tag": "precision", "answer": "f1", "rank": "mrr@10"}


@pytest.fixture
def base(tmp_path):
    return save_network(tiny_network("bert", Head.MASKED_WORDS), tmp_path / "base")


@pytest.fixture
def file(tmp_path):
    def write(task, content=None):
        name, usual = FILES[task]
        path = tmp_path / name
        path.write_text(usual if content is None else content, encoding="utf-8")
        return path

    return write


def options_of(output):
    return json.loads((output / "run/config.json").read_text())["options"]


@pytest.mark.parametrize("task", FILES)
def test_each_task_is_learned_and_measured(metier, base, file, tmp_path, task):
    data, output = file(task), tmp_path / "my out"
    command = (
        "workbench",
        "finetune",
        task,
        "--data",
        data,
        "--model",
        base,
        "--output",
        output,
        "--epochs",
        1,
    )
    result = metier(*command, "--test", data)
    assert result.code == 0
    assert (result.rows[0]["part"], result.rows[0]["figure"]) == ("dev", FIGURES[task])
    assert {row["part"] for row in result.rows} == {"dev", "test"}
    assert f"rows of {data.name} as dev" in result.err
    assert f"metier workbench measure '{output / 'model'}' --data FILE" in result.err
    card = json.loads((output / "model/model.json").read_text())
    assert (card["name"], card["task"], card["base"]) == ("my out", task, base)
    assert card["command"].startswith(f"metier workbench finetune {task}")
    assert list(card["training_data"]) == [f"{tmp_path.name}/{data.name}"]
    measured = metier("workbench", "measure", output, "--data", data)
    wanted = [{**row, "part": data.name} for row in result.rows if row["part"] == "test"]
    assert measured.rows == wanted
    assert metier(*command, "--test", data).rows == result.rows


def test_options_reach_the_run(metier, base, file, tmp_path):
    data, output = file("classify"), tmp_path / "out"
    result = metier(
        *("workbench", "finetune", "classify", "--data", data, "--dev", data, "--model", base),
        *("--output", output, "--epochs", 1, "--batch-size", 5, "--max-tokens", 20, "--rate", 1e-3),
        *("--head-rate", 2e-3, "--layer-decay", 0.5, "--frozen-layers", 1, "--accumulate", 2),
        *("--patience", 3, "--max-seconds", 99, "--seed", 7, "--class-weights", "1,2", "--loss", "focal"),
        *("--precision", "bfloat16", "--format", "table"),
    )
    assert result.code == 0
    assert "95 % interval" in result.out
    assert "20 of 20 dev rows have a text that is learned from too" in result.err
    kept = options_of(output)
    wanted = {
        "epochs": 1,
        "backbone_rate": 1e-3,
        "head_rate": 2e-3,
        "layer_decay": 0.5,
        "accumulate": 2,
        "patience": 3,
        "max_seconds": 99,
        "seed": 7,
        "precision": "bfloat16",
    }
    assert {name: kept[name] for name in wanted} == wanted
    for words in ("'batch_size': 5", "'max_tokens': 20", "'class_weights': (1.0, 2.0)", "'gamma': 2.0"):
        assert words in kept["inputs"]["task"]
    assert load_network(str(output)).max_tokens == 20


def test_lora_and_balanced_weights_are_options(metier, base, file, tmp_path):
    data, output = file("tag"), tmp_path / "out"
    result = metier(
        *("workbench", "finetune", "tag", "--data", data, "--model", base, "--output", output),
        *("--epochs", 1, "--lora-rank", 2, "--class-weights", "balanced"),
    )
    assert result.code == 0
    kept = options_of(output)
    assert kept["backbone_rate"] == kept["head_rate"] == 5e-4
    assert "'balanced'" in kept["inputs"]["task"]


@pytest.mark.parametrize(
    ("task", "content", "options", "message"),
    [
        ("classify", "text,label\na,b\n", (), "must hold at least|at least two labels|too few"),
        ("classify", None, ("--class-weights", "1;2"), "--class-weights must be balanced, or numbers"),
        ("classify", None, ("--class-weights", "1,2,3"), "class_weights must be 2 numbers"),
        ("classify", None, ("--gamma", 1), "--gamma is of the focal loss. Got 1.0 without --loss focal"),
        ("classify", None, ("--epochs", 0), "epochs must be above 0"),
        ("classify", None, ("--max-tokens", 67), "max_tokens must be at most 66, the longest row that base"),
        ("tag", "w1 NOUN\n", (), "rows.conll, line 1: a tag must be O"),
        ("answer", "", (), "rows.jsonl must hold at least one row"),
        ("rank", "query\ttext\n", (), "must have the columns query, text, label. It lacks label"),
    ],
)
def test_what_cannot_be_learned_is_said(metier, base, file, tmp_path, task, content, options, message):
    import re

    data, output = file(task, content), tmp_path / "out"
    result = metier(
        "workbench", "finetune", task, "--data", data, "--model", base, "--output", output, *options
    )
    assert result.code in {2, 4}
    assert re.search(message, result.err)
    assert not output.exists()


def test_another_set_of_labels_is_named_with_the_way_out(metier, file, tmp_path):
    source = save_network(network_of("bert", Head.CLASSES), tmp_path / "saved")
    data = file("classify", FILES["classify"][1].replace("no", "a").replace("yes", "b"))
    command = ("workbench", "finetune", "classify", "--data", data, "--model", source, "--epochs", 1)
    refused = metier(*command, "--output", tmp_path / "out")
    assert refused.code == 4
    assert "saved knows the labels no, yes. The data hold others: a, b." in refused.err
    assert "--new-head" in refused.err
    assert metier(*command, "--output", tmp_path / "out", "--new-head").code == 0
    assert load_network(str(tmp_path / "out")).labels == ("a", "b")
