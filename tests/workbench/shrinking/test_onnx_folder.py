import contextlib

import pytest

from metier.encoders.folder import ModelCard, ModelFolder
from metier.training.networks import Head
from metier.workbench.shrinking.graphs import network_graph
from metier.workbench.shrinking.onnx_folder import write_onnx, written_at_the_end
from tests.workbench.finetuning.tiny_rows import network_of

pytest.importorskip("torch")
pytest.importorskip("onnx")

CARD = ModelCard("tiny", "encoder", "", "", (), 16, 64, {}, "", {}, {}, {})


def test_a_folder_has_what_runtimes_and_metier_need(tmp_path):
    network = network_of("bert", Head.TAGS)
    card = write_onnx(tmp_path / "out", network_graph(network), network, CARD)
    assert {"model.onnx", "tokenizer.json", "config.json"} <= set(card.files)
    assert ModelFolder.open(tmp_path / "out").card == card
    assert network.model.config.architectures is None  # the network stays as it was


def test_equal_networks_give_equal_files(tmp_path):
    network = network_of("roberta", Head.NONE)
    one, other = (write_onnx(tmp_path / name, network_graph(network), network, CARD) for name in "ab")
    assert one == other


def test_a_folder_is_there_whole_or_not_at_all(tmp_path):
    with written_at_the_end(tmp_path / "out") as place:
        place.mkdir()
        (place / "a").write_text("1")
        assert not (tmp_path / "out").exists()
    assert (tmp_path / "out" / "a").read_text() == "1"
    with contextlib.suppress(ValueError), written_at_the_end(tmp_path / "other") as place:
        place.mkdir()
        raise ValueError
    assert list(tmp_path.iterdir()) == [tmp_path / "out"]
