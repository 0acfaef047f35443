import numpy as np
import pytest

from metier.encoders.load import Runtime, load_encoder
from metier.errors import InvalidInput, ModelFormatError, ModelMismatch
from metier.workbench.looking import layer_states as module
from metier.workbench.looking.layer_states import LayerStates
from tests.workbench.looking.conftest import BASE


def test_the_last_layer_gives_the_states_of_the_encoder():
    encoder = load_encoder(BASE, Runtime(threads=1))
    states = LayerStates.load(BASE, layer=12, threads=1)
    ids = states.splitter.tokenizer.encode("passage: The cat slept.").ids
    (found,) = states.network.states([ids])
    assert np.array_equal(found[3:-1], encoder.read("The cat slept.").states)
    assert (states.name, states.sha256, states.dim) == (encoder.name, encoder.sha256, encoder.dim)


def test_word_embeddings_come_from_the_network_itself(states):
    found = states.embeddings(np.array([5, 5, 6]))
    assert found.shape == (3, 384)
    assert found.dtype == np.float32
    assert np.array_equal(found[0], found[1])
    assert not np.array_equal(found[0], found[2])


def test_the_blocks_are_those_that_went_into_the_graph():
    onnx = pytest.importorskip("onnx")
    from metier.training.onnx_graph import word_blocks

    blocks = word_blocks(onnx.load(BASE / "model.onnx"))
    words = LayerStates.load(BASE, layer=1).words
    assert np.array_equal(words.nibbles, blocks.nibbles)
    assert np.array_equal(words.scales, blocks.scales)


def test_a_place_comes_with_its_neighbours(states):
    rows = [[0, 10, 20, 30, 2], [0, 11, 2], [0, 12, 13, 2]]
    found = states.around(rows, [[1, 3], [], [2]])
    whole = states.network.states(rows)
    assert found.shape == (3, 3 * 384)
    assert np.array_equal(found[1], np.concatenate([whole[0][3], whole[0][2], whole[0][4]]))
    assert np.array_equal(found[2], np.concatenate([whole[2][2], whole[2][1], whole[2][3]]))
    assert states.around([], []).shape == (0, 3 * 384)


@pytest.mark.parametrize("layer", [0, 13, -1])
def test_a_layer_that_is_not_there_is_refused(layer):
    with pytest.raises(InvalidInput, match=f"layer must be from 1 to 12 for metier-small. Got {layer}"):
        LayerStates.load(BASE, layer=layer)


def test_a_network_of_another_maker_is_refused(monkeypatch):
    monkeypatch.setattr(module, "_NIBBLES", "none")
    with pytest.raises(ModelMismatch, match="holds no word embeddings in blocks of 4 bits"):
        LayerStates.load(BASE, layer=1)


def test_a_network_that_openvino_refuses_is_a_damaged_file(monkeypatch):
    import openvino

    def refuse(self, path):
        raise RuntimeError(path)

    monkeypatch.setattr(openvino.Core, "read_model", refuse)
    with pytest.raises(ModelFormatError, match="model.onnx cannot be read"):
        LayerStates.load(BASE, layer=1)
