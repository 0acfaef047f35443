import json

import numpy as np
import pytest

from metier.encoders.load import shipped_models

BASE = shipped_models()["base"]
TEXT = "The cat slept on the mat because it was tired."


@pytest.fixture(autouse=True)
def own_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("METIER_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture
def workbench(metier):
    return lambda *words, **more: metier("workbench", *words, **more)


def test_the_shipped_model_guesses_masked_words(workbench):
    (row,) = workbench("fill-mask", "We look for a [MASK] with experience.", "--top-k", 3).rows
    assert (row["start"], row["end"], len(row["guesses"])) == (14, 20, 3)
    table = workbench("fill-mask", "<mask> and [MASK]", "--format", "table").out
    assert "Mask 2, characters 11 to 17" in table
    assert "%" in table


def test_a_text_without_a_mask_is_an_error_of_the_caller(workbench):
    found = workbench("fill-mask", "nothing to guess")
    assert found.code == 2
    assert "must have a place to guess" in found.err


def test_guesses_come_from_a_folder_too(workbench, tmp_path):
    pytest.importorskip("torch")
    from metier.encoders.folder import ModelCard
    from metier.training.networks import Head, write_network
    from tests.workbench.tiny import tiny_network

    card = ModelCard("tiny", "masked-words", "", "", (), 0, 0, {}, "", {}, {}, {})
    write_network(tiny_network("bert", Head.MASKED_WORDS), tmp_path / "bert", card)
    (row,) = workbench("fill-mask", "w1 <mask>", "--model", tmp_path / "bert").rows
    assert len(row["guesses"]) == 5


def test_roles_of_all_heads_are_told(workbench):
    rows = workbench("attention", TEXT).rows
    assert len(rows) == 144
    assert rows[0].keys() >= {"layer", "head", "role", "role_in_text", "shares", "entropy"}
    table = workbench("attention", TEXT, "--layer", 2, "--format", "table").out
    assert "2-12" in table
    assert "3-1 " not in table
    assert "by chance" in table


def test_roles_are_told_from_the_texts_of_a_file(workbench, tmp_path):
    (tmp_path / "t.txt").write_text("One cat.\nTwo cats sleep.\n")
    rows = workbench("attention", "--file", tmp_path / "t.txt").rows
    assert rows[0]["n_tokens"] > 6
    assert len(rows) == 144


def test_a_map_of_one_head_is_printed(workbench):
    (row,) = workbench("attention", TEXT, "--layer", 12, "--head", 4).rows
    weights = np.array(row["weights"])
    assert weights.shape == (len(row["tokens"]),) * 2
    assert weights.sum(axis=1) == pytest.approx(np.ones(len(weights)), abs=1e-4)
    assert (
        "Layer 12, head 4"
        in workbench("attention", TEXT, "--layer", 12, "--head", 4, "--format", "table").out
    )


def test_heads_that_link_two_words_are_ranked(workbench):
    rows = workbench("attention", TEXT, "--link", "it", "cat").rows
    gains = [row["share"] - row["others"] for row in rows]
    assert len(rows) == 288
    assert gains == sorted(gains, reverse=True)
    table = workbench("attention", TEXT, "--link", "it", "cat", "--format", "table").out
    assert table.count("cat") == 10
    assert len(workbench("attention", TEXT, "--link", "it", "cat", "--layer", 3, "--head", 2).rows) == 2


def test_a_page_of_all_heads_is_written(workbench, tmp_path):
    page = tmp_path / "heads.html"
    found = workbench("attention", f"{TEXT} <script>", "--link", "it", "cat", "--page", page)
    assert found.code == 0
    assert f"Wrote {page}" in found.err
    html = page.read_text(encoding="utf-8")
    assert html.count('<button type="button"') == 144
    assert "Heads that link the words" in html
    assert html.count("<script") == 2


def test_pictures_are_drawn(workbench, tmp_path):
    pytest.importorskip("matplotlib")
    for name, words in (("all.svg", ()), ("one.png", ("--layer", 1, "--head", 2))):
        found = workbench("attention", "A cat.", *words, "--picture", tmp_path / name)
        assert found.code == 0
        assert (tmp_path / name).stat().st_size > 1000


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "need a TEXT"),
        (("--picture", "a.png"), "need a TEXT"),
        (("--head", "1", "--file", "a.txt"), "need a TEXT"),
        ((TEXT, "--head", "1"), "A head needs its layer"),
        ((TEXT, "--layer", "13"), "layer must be from 1 to 12"),
        ((TEXT, "--layer", "1", "--head", "0"), "head must be from 1 to 12"),
        ((TEXT, "--picture", "a.gif"), "must end in .svg or .png. Got .gif"),
        ((TEXT, "--page", "a.txt"), "must end in .html. Got .txt"),
        ((TEXT, "--link", "it", "dog"), "must hold the word that is asked for"),
        (("word " * 200,), "at most 128 tokens"),
        ((" ",), "more than white space"),
    ],
)
def test_what_cannot_be_shown_is_an_error_of_the_caller(workbench, words, message):
    found = workbench("attention", *words)
    assert found.code == 2
    assert message in found.err
    assert not found.out


def test_a_folder_that_is_not_there_is_an_error_of_the_caller(workbench):
    pytest.importorskip("transformers")
    found = workbench("attention", TEXT, "--model", "/no/such/folder")
    assert found.code == 2
    assert "There is no model folder" in found.err


def test_a_picture_is_of_one_head_or_of_all(workbench, tmp_path):
    pytest.importorskip("matplotlib")
    result = workbench("attention", "The cat slept.", "--layer", 2, "--picture", tmp_path / "a.png")
    assert result.code == 2
    assert "give both --layer and --head, or neither" in result.err


def test_texts_are_put_on_a_map(workbench, tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("text,label\nA cat,animal\nA dog,animal\nPython,language\nJava,language\n")
    (row,) = workbench("embed", table).rows
    assert (row["model"], len(row["points"])) == ("metier-small", 4)
    assert row["points"][0].keys() == {"text", "label", "x", "y"}
    assert sum(row["explained"]) <= 1
    assert workbench("embed", table).rows == [row]
    shown = workbench("embed", table, "--format", "table").out
    assert "animal" in shown
    assert "Share of the variance along the axes" in shown


def test_a_map_is_drawn(workbench, tmp_path):
    pytest.importorskip("matplotlib")
    pytest.importorskip("sklearn")
    (tmp_path / "t.txt").write_text("\n".join(f"text {i}" for i in range(6)))
    picture = tmp_path / "map.svg"
    found = workbench(
        "embed", tmp_path / "t.txt", "--method", "tsne", "--picture", picture, "--format", "table"
    )
    assert "Only near points can be compared" in found.out
    assert picture.stat().st_size > 1000
    assert workbench("embed", tmp_path / "t.txt", "--picture", tmp_path / "a.gif").code == 2


def test_tokens_are_listed(workbench):
    (row,) = workbench("tokens", "Unbelievably long, Москва 👍 שלום").rows
    assert row["model"] == "metier-small"
    assert row["tokens"][0]["special"]
    assert row["n_words"] == 4
    table = workbench("tokens", "Unbelievably long", "--format", "table").out
    assert "special" in table
    assert "tokens per word" in table


def test_models_are_compared_side_by_side(workbench, tmp_path):
    import shutil

    shutil.copyfile(BASE / "tokenizer.json", tmp_path / "tokenizer.json")
    words = ("tokens", "Unbelievably", "--model", "base", "--model", tmp_path)
    rows = workbench(*words).rows
    assert [row["model"] for row in rows] == ["metier-small", tmp_path.name]
    assert rows[0]["tokens"] == rows[1]["tokens"]
    assert "Per word" in workbench(*words, "--format", "table").out


def test_a_text_comes_from_standard_input(workbench):
    (row,) = workbench("tokens", "-", stdin="два слова\n".encode()).rows
    assert row["n_words"] == 2
    found = workbench("tokens", "-", stdin=b"\xff\xfe")
    assert (found.code, "must be UTF-8" in found.err) == (2, True)


def test_parameters_of_the_shipped_model_are_counted(workbench):
    (row,) = workbench("parameters", "base").rows
    assert row["total"] == sum(row["components"].values())
    assert row["megabytes"]["float32"] == pytest.approx(4 * row["total"] / 1e6, abs=1e-3)
    assert "MB in int8" in workbench("parameters", "base", "--format", "table").out
    assert workbench("parameters", "./none").code == 2


def test_presets_are_counted_without_a_download(workbench):
    pytest.importorskip("transformers")
    rows = workbench("parameters", "bert-base", "distilbert-base").rows
    assert [row["total"] for row in rows] == [109_482_240, 66_362_880]


@pytest.fixture
def corpus(tmp_path):
    path = tmp_path / "texts.txt"
    words = ("cat", "dog", "bird", "fish", "horse", "cow")
    path.write_text(
        "\n\n".join(f"The {a} saw the {b} and ran to the {a} again." for a in words for b in words)
    )
    return path


def test_a_head_for_masked_words_is_trained_and_used(workbench, corpus, tmp_path):
    pytest.importorskip("torch")
    output = tmp_path / "head"
    words = ("--corpus", corpus, "--output", output, "--layer", 1, "--epochs", 8, "--batch-size", 16)
    found = workbench("mask-head", *words, "--rate", "0.005")
    assert found.code == 0, found.err
    (row,) = found.rows
    assert row["accuracy"]["value"] > row["unigram_accuracy"]["value"]
    assert "Guess with it" in found.err
    assert "among five" in workbench("mask-head", *words, "--rate", "0.005", "--format", "table").out
    (guess,) = workbench("fill-mask", "The [MASK] saw the dog.", "--model", output, "--top-k", 1).rows
    assert guess["guesses"][0]["probability"] > 0
    card = json.loads((output / "model" / "model.json").read_bytes())
    assert card["command"].startswith("metier workbench mask-head")
    assert list(card["training_data"]) == [f"{tmp_path.name}/texts.txt"]


def test_a_head_of_another_encoder_is_refused(workbench, tmp_path):
    import shutil
    from dataclasses import replace

    from metier.encoders.folder import CARD, ModelCard, file_entry

    shutil.copytree(shipped_models()["mask-words"], tmp_path / "head")
    file = tmp_path / "head" / "head.safetensors"
    encoder = json.loads((BASE.parent / "mask-words" / CARD).read_bytes())["base"].split()[-1]
    file.write_bytes(file.read_bytes().replace(encoder.encode(), b"f" * 64))
    card = ModelCard.parse((tmp_path / "head" / CARD).read_bytes())
    (tmp_path / "head" / CARD).write_bytes(replace(card, files={file.name: file_entry(file)}).dump())
    found = workbench("fill-mask", "a [MASK]", "--model", tmp_path / "head")
    assert found.code == 4
    assert "was fitted to encoder ffffffffffff" in found.err


@pytest.mark.parametrize("name", ["fill-mask", "attention", "embed", "tokens", "parameters", "mask-head"])
def test_every_command_has_an_example(workbench, name):
    assert f"Example: metier workbench {name}" in " ".join(workbench(name, "--help").out.split())
