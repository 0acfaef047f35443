import csv
from importlib.util import find_spec

import pytest

from tests.workbench.shrinking.samples_of import write_classes, write_corpus

pytest.importorskip("torch")
pytest.importorskip("onnx")

from metier.training.networks import Head, load_network
from tests.workbench.finetuning.tiny_rows import network_of, save_network

ONE = ("--batch-size", 8, "--steps", 2, "--max-tokens", 32)


@pytest.fixture
def source(tmp_path):
    return save_network(network_of("bert", Head.CLASSES), tmp_path / "source")


@pytest.fixture
def corpus(tmp_path):
    return write_corpus(tmp_path)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("distill", ("--teacher", "--layers", "--keep", "--temperature", "--attention-weight", "--data")),
        ("prune-vocabulary", ("--model", "--corpus", "--rows", "--output")),
        ("quantize", ("--kind", "--bits", "--block-size", "--accept-difference")),
        ("export", ("--model", "--output", "--most-difference", "--data")),
    ],
)
def test_every_command_has_help_with_an_example(metier, command, words):
    result = metier("workbench", command, "--help")
    assert result.code == 0
    for word in (*words, f"Example: metier workbench {command}"):
        assert word in " ".join(result.out.split())


def test_an_export_prints_how_it_compares(metier, source, tmp_path):
    data = write_classes(tmp_path)
    result = metier("workbench", "export", "--model", source, "--output", tmp_path / "out", "--data", data)
    (row,) = result.rows
    assert (result.code, row["name"], row["n_labelled"]) == (0, "tiny-onnx", 40)
    assert row["differences"]["largest"] < 1e-3
    assert f"Wrote {tmp_path / 'out'}: tiny-onnx." in result.err


def test_a_table_is_printed_where_it_is_asked_for(metier, source, tmp_path):
    result = metier(
        "workbench", "export", "--model", source, "--output", tmp_path / "out", "--format", "table"
    )
    assert "Tokens per second of one thread" in result.out
    assert "Largest difference of an output" in result.out


@pytest.mark.skipif(not find_spec("nncf"), reason="nncf is not installed")
def test_int8_prints_results_alone_to_standard_output(metier, source, corpus, tmp_path):
    arguments = ("--model", source, "--corpus", corpus, "--output", tmp_path / "out", "--accept-difference")
    (row,) = metier("workbench", "quantize", *arguments).rows
    assert row["after"]["label"] == "int8"
    assert row["bound"]["measure"] == "share of decisions that change"


def test_blocks_are_of_the_bits_that_are_asked_for(metier, source, corpus, tmp_path):
    arguments = ("--model", source, "--corpus", corpus, "--output", tmp_path / "out", "--accept-difference")
    (row,) = metier(
        "workbench", "quantize", *arguments, "--kind", "blocks", "--bits", 4, "--block-size", 16
    ).rows
    assert row["after"]["label"] == "4 bits in blocks of 16"


@pytest.mark.parametrize(("option", "value"), [("--bits", 4), ("--block-size", 16)])
def test_int8_has_no_blocks(metier, source, corpus, tmp_path, option, value):
    result = metier(
        "workbench",
        "quantize",
        "--model",
        source,
        "--corpus",
        corpus,
        "--output",
        tmp_path / "o",
        option,
        value,
    )
    assert result.code == 2
    assert f"{option} is about --kind blocks. Got {value} for int8" in result.err
    assert not (tmp_path / "o").exists()


def test_a_refusal_says_the_value_the_bound_and_the_way_out(metier, corpus, tmp_path):
    source = save_network(network_of("bert", Head.NONE), tmp_path / "bare")
    arguments = ("--model", source, "--corpus", corpus, "--output", tmp_path / "out")
    result = metier("workbench", "prune-vocabulary", *arguments, "--rows", 90, "--most-difference", 0)
    words = " ".join(result.err.split())
    assert (result.code != 0, result.out) == (True, "")
    assert "tiny-90-words was not written: 1 - mean cosine of outputs must be at most 0. Got 0.0" in words
    assert "Write it all the same: --accept-difference" in words
    assert not (tmp_path / "out").exists()


def test_words_are_pruned(metier, source, corpus, tmp_path):
    arguments = ("--model", source, "--corpus", corpus, "--output", tmp_path / "out", "--accept-difference")
    (row,) = metier("workbench", "prune-vocabulary", *arguments, "--rows", 100, "--name", "mine").rows
    assert (row["name"], row["after"]["label"]) == ("mine", "100 words")
    assert len(load_network(str(tmp_path / "out")).tokenizer) == 100


def test_layers_are_counted_from_1(metier, source, tmp_path):
    data = ("--data", write_classes(tmp_path), "--dev", write_classes(tmp_path, "dev.csv", 8))
    arguments = ("--teacher", source, *data, "--output", tmp_path / "out", "--accept-difference", *ONE)
    (row,) = metier("workbench", "distill", *arguments, "--keep", "2").rows
    assert row["notes"] == {"layers_of_teacher": "2"}
    assert load_network(str(tmp_path / "out")).model.config.num_hidden_layers == 1


def test_text_teaches_a_bare_encoder(metier, corpus, tmp_path):
    source = save_network(network_of("bert", Head.NONE), tmp_path / "bare")
    losses = ("--hidden-loss", "mse", "--attention-loss", "mse")
    arguments = ("--teacher", source, "--corpus", corpus, "--output", tmp_path / "out", "--accept-difference")
    result = metier("workbench", "distill", *arguments, "--layers", 1, *losses, *ONE)
    assert (result.code, result.rows[0]["before"]["label"]) == (0, "2 layers")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "either --layers"),
        (("--layers", 1, "--keep", "1"), "either --layers"),
        (("--keep", "one"), "--keep must be numbers"),
        (("--keep", "1,5"), "1 to 2, rising, each once. Got 1, 5"),
        (("--layers", 9), "from 1 to the teacher's 2. Got 9"),
        (("--layers", 0), "from 1 to the teacher's 2. Got 0"),
        (("--layers", 1, "--temperature", 0), "temperature must be above 0"),
    ],
)
def test_students_that_cannot_be_are_wrong_use(metier, source, tmp_path, options, words):
    arguments = ("--teacher", source, "--data", write_classes(tmp_path), "--output", tmp_path / "out")
    result = metier("workbench", "distill", *arguments, *options)
    assert result.code == 2
    assert words in " ".join(result.err.split())
    assert not (tmp_path / "out").exists()


def test_no_text_of_a_row_is_in_a_message(metier, source, tmp_path):
    path = tmp_path / "rows.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("text", "label"), ("SECRET-WORDS", "perhaps")])
    result = metier("workbench", "export", "--model", source, "--output", tmp_path / "out", "--data", path)
    assert result.code != 0
    assert "SECRET-WORDS" not in result.err + result.out
