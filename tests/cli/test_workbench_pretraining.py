import json

import pytest
import typer

from metier.cli.workbench_pretraining import register

TEXT = """The river rises in the hills. It flows past three mills. Boats go there in summer.

A baker gets up at three. He heats the oven. The first loaves are ready at six.

Our train was late again. We waited for an hour. Then a bus came.

Анна чинит часы. Утром приходят первые люди. Вечером она закрывает дверь.

Зимой река замерзает. Дети катаются на коньках. Весной лёд уходит.

Мы едем на поезде. За окном лес и поле. Ночью все спят.
"""


@pytest.fixture
def workbench(metier, monkeypatch):
    """Run the commands of this part alone."""
    app = typer.Typer(name="workbench")
    register(app)
    monkeypatch.setattr("metier.cli.app.app", app)
    return metier


@pytest.fixture
def corpus(tmp_path):
    path = tmp_path / "texts.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture
def trains():
    torch = pytest.importorskip("torch")
    for module in ("transformers", "accelerate", "matplotlib"):
        pytest.importorskip(module)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def config(tmp_path):
    """Write the configuration of a tiny network and return its path."""

    def write(architecture, **changes):
        from tests.workbench.pretraining.tiny_texts import small_config

        return small_config(tmp_path, architecture, **changes)

    return write


def test_help_names_every_choice(workbench, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    for command, words in (
        ("tokenizer", ("wordpiece", "bpe", "unigram", "metier workbench tokenizer --corpus")),
        ("pretrain", ("mlm+nsp", "replaced-tokens", "whole-word", "static", "bert-tiny")),
    ):
        result = workbench(command, "--help")
        assert result.code == 0
        told = " ".join(result.out.split())
        assert all(word in told for word in words)


def test_a_tokenizer_is_trained_and_its_figures_told(workbench, corpus, tmp_path, trains):
    command = ("tokenizer", "--corpus", corpus, "--kind", "wordpiece", "--size", 200, "--lowercase")
    result = workbench(*command, "--output", tmp_path / "mine")
    assert result.code == 0
    (row,) = result.rows
    assert (row["kind"], row["size"]) == ("wordpiece", 200)
    assert row["tokens_per_word"] > 1
    assert f"--tokenizer {tmp_path / 'mine'}" in result.err
    assert (tmp_path / "mine/tokenizer.json").is_file()
    table = workbench(*command, "--output", tmp_path / "other", "--format", "table")
    assert "Tokens in a word" in table.out
    again = workbench(*command, "--output", tmp_path / "mine")
    assert (again.code, again.out) == (2, "")
    assert "must be empty" in again.err


def test_a_network_is_pretrained_and_each_epoch_told(workbench, corpus, config, tmp_path, trains):
    command = ("pretrain", "--corpus", corpus, "--from-scratch", config("bert"), "--vocabulary", 200)
    command += ("--max-tokens", 24, "--batch-size", 2, "--epochs", 2, "--seed", 4, "--output", tmp_path / "a")
    result = workbench(*command)
    assert result.code == 0
    assert [row["epoch"] for row in result.rows] == [1, 2]
    assert sum(row["kept"] for row in result.rows) == 1
    assert {"step", "loss", "perplexity", "masked_accuracy"} <= result.rows[0].keys()
    assert f"Wrote {tmp_path / 'a/model'}: the weights of step" in result.err
    card = json.loads((tmp_path / "a/model/model.json").read_text())
    assert (card["name"], card["task"]) == ("a", "masked-words")
    assert card["command"].startswith("metier pretrain --corpus")
    assert next(iter(card["training_data"])).endswith("texts.txt")
    options = json.loads((tmp_path / "a/run/config.json").read_text())["options"]
    assert (options["seed"], options["head_rate"], options["backbone_rate"]) == (4, 5e-4, 5e-4)
    again = workbench(*command, "--format", "table")
    assert "Masked words right" in again.out
    assert "kept" in again.out


def test_a_network_goes_on_with_pairs_and_other_texts_to_measure_on(
    workbench, corpus, config, tmp_path, trains
):
    scratch = ("pretrain", "--corpus", corpus, "--from-scratch", config("bert"), "--output", tmp_path / "a")
    assert workbench(*scratch, "--max-tokens", 24, "--steps", 1).code == 0
    dev = tmp_path / "dev.txt"
    dev.write_text(
        "One more text. It has two sentences.\n\nAnother one. It has two as well.\n", encoding="utf-8"
    )
    command = ("pretrain", "--corpus", corpus, "--model", tmp_path / "a", "--output", tmp_path / "b")
    result = workbench(*command, "--objective", "mlm+nsp", "--dev", dev, "--steps", 2, "--max-tokens", 24)
    assert result.code == 0
    assert 0 <= result.rows[-1]["nsp_accuracy"] <= 1
    assert json.loads((tmp_path / "b/model/model.json").read_text())["base"] == str(tmp_path / "a")


def test_replaced_tokens_have_figures_of_their_own(workbench, corpus, config, tmp_path, trains):
    command = ("pretrain", "--corpus", corpus, "--from-scratch", config("electra"), "--max-tokens", 24)
    result = workbench(*command, "--objective", "replaced-tokens", "--steps", 2, "--output", tmp_path / "a")
    assert result.code == 0
    assert {"generator_perplexity", "detector_accuracy", "replaced_f1"} <= result.rows[0].keys()
    assert (tmp_path / "a/generator/model.safetensors").is_file()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "texts.txt held 0"),
        (b"one line of words", "texts.txt held 1"),
        (b"word " * 100_000, "texts.txt held 1"),
        (b"\xff\xfe\x00bad", "texts.txt must be UTF-8"),
        (None, "There is no text file"),
    ],
)
@pytest.mark.parametrize("command", ["tokenizer", "pretrain"])
def test_texts_that_cannot_be_learned_from_are_refused(
    workbench, corpus, tmp_path, trains, content, message, command
):
    corpus.unlink()
    if content is not None:
        corpus.write_bytes(content)
    more = ("--kind", "bpe") if command == "tokenizer" else ("--from-scratch", "bert-tiny")
    result = workbench(command, "--corpus", corpus, *more, "--output", tmp_path / "out")
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ((), "Got neither"),
        (("--from-scratch", "bert-tiny", "--model", "x"), "Got both"),
        (("--from-scratch", "bert-tiny", "--mlm-probability", 0), "mlm_probability must be above 0"),
        (("--from-scratch", "bert-tiny", "--mlm-probability", 1), "mlm_probability must be above 0"),
        (("--from-scratch", "bert-tiny", "--max-tokens", 10_000), "max_tokens must be from 8 to 512"),
        (("--from-scratch", "unheard-of"), "There is no configuration unheard-of"),
        (("--from-scratch", "distilbert-tiny", "--objective", "mlm+nsp"), "has no head for"),
        (("--from-scratch", "bert-tiny", "--steps", 1, "--epochs", 1), "Give either steps or epochs"),
        (("--from-scratch", "bert-tiny", "--tokenizer", "nowhere"), "There is no tokenizer.json in nowhere"),
        (("--from-scratch", "bert-tiny", "--generator", "x"), "A generator is for the objective"),
        (("--model", "/nowhere/at/all"), "There is no model folder /nowhere/at/all"),
    ],
)
def test_options_that_make_no_sense_are_refused(workbench, corpus, tmp_path, trains, more, message):
    result = workbench("pretrain", "--corpus", corpus, "--output", tmp_path / "out", *more)
    assert result.code in {2, 4}
    assert result.out == ""
    assert message in result.err
    assert not (tmp_path / "out").exists()
