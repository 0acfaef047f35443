import pytest

from metier.encoders.folder import ModelCard
from metier.errors import InvalidInput, ModelFormatError, ModelMismatch, NotFound
from metier.training.networks import Head, write_network
from metier.workbench.finetuning.rows import AnswerRow, ClassRow, RankRow, TagRow
from metier.workbench.shrinking.options import ShrinkOptions
from metier.workbench.shrinking.sources import (
    check_measured,
    labelled_texts,
    open_source,
    read_labelled,
    shrunk_card,
)
from tests.workbench.finetuning.tiny_rows import network_of, save_network
from tests.workbench.shrinking.samples_of import write_classes, write_corpus

pytest.importorskip("torch")


def test_a_folder_and_what_a_training_wrote_are_the_same_source(tmp_path):
    save_network(network_of("bert", Head.CLASSES), tmp_path / "run" / "model")
    one, other = open_source(str(tmp_path / "run")), open_source(str(tmp_path / "run" / "model"))
    assert one.label == other.label
    assert one.label.startswith("tiny (sha256 ")
    assert one.network.head is Head.CLASSES
    assert one.bytes == sum(path.stat().st_size for path in (tmp_path / "run" / "model").iterdir())


def test_a_folder_without_a_card_is_called_by_its_name(tmp_path):
    save_network(network_of("bert", Head.NONE), tmp_path / "plain")
    (tmp_path / "plain" / "model.json").unlink()
    found = open_source(str(tmp_path / "plain"))
    assert (found.name, found.label, found.card) == ("plain", "plain", None)


def test_the_hub_tells_no_size_of_files(tmp_path, monkeypatch):
    network = network_of("bert", Head.NONE)
    monkeypatch.setattr("metier.workbench.shrinking.sources.load_network", lambda *_: network)
    found = open_source("someone/tiny")
    assert found.bytes == 4 * sum(tensor.numel() for tensor in network.model.parameters())
    assert found.label == "tiny-bert"


def test_a_network_in_onnx_is_no_source(tmp_path):
    (tmp_path / "model.onnx").touch()
    with pytest.raises(ModelMismatch, match="holds a network in ONNX alone"):
        open_source(str(tmp_path))


def test_folders_that_are_no_networks_are_refused(tmp_path):
    with pytest.raises(NotFound, match="no model folder"):
        open_source(str(tmp_path / "none" / "such"))
    with pytest.raises(ModelFormatError, match="holds no .safetensors"):
        open_source(str(tmp_path))


def test_the_card_tells_where_the_network_comes_from(tmp_path):
    old = ModelCard("old", "encoder", "older", "MIT", ("en",), 0, 0, {"query": "q: "}, "", {"a": "b"}, {}, {})
    write_network(network_of("bert", Head.NONE), tmp_path / "old", old)
    corpus = write_corpus(tmp_path)
    options = ShrinkOptions("old", tmp_path / "new", corpus=(corpus,), command="metier workbench x")
    card = shrunk_card(open_source(str(tmp_path / "old")), options, name="new", made="in int8")
    assert card.base.startswith("old (sha256 ")
    assert card.base.endswith("), in int8")
    assert (card.license, card.languages, card.prefixes) == ("MIT", ("en",), {"query": "q: "})
    assert set(card.training_data) == {"a", f"{tmp_path.name}/texts.txt"}
    assert card.parameters["word embeddings"] > 0


def test_labelled_rows_are_of_the_networks_own_task(tmp_path):
    data = write_classes(tmp_path, n=4)
    assert len(read_labelled(network_of("bert", Head.CLASSES), data)) == 4
    assert read_labelled(network_of("bert", Head.NONE), None) == []
    with pytest.raises(InvalidInput, match="gives encoder: leave --data out"):
        read_labelled(network_of("bert", Head.NONE), data)
    with pytest.raises(InvalidInput, match="gives masked-words"):
        check_measured(network_of("bert", Head.MASKED_WORDS))


def test_rows_give_the_texts_that_are_read():
    rows = [
        ClassRow("a", "x"),
        TagRow(("b", "c"), ("O", "O")),
        AnswerRow("1", "d", "e", ()),
        RankRow("f", "g", 1),
    ]
    assert labelled_texts(rows) == [("a",), ("b c",), ("d", "e"), ("f", "g")]
