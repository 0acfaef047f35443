import pytest

from metier.errors import InvalidInput
from metier.training.networks import Head
from metier.workbench.shrinking.block_graph import block_graph
from metier.workbench.shrinking.blocks import quantise_blocks
from metier.workbench.shrinking.differences import compare_outputs
from metier.workbench.shrinking.graphs import network_graph
from metier.workbench.shrinking.onnx_network import Runner, onnx_network
from metier.workbench.shrinking.samples import random_rows
from tests.workbench.finetuning.tiny_rows import network_of
from tests.workbench.tiny import ARCHITECTURES

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")
LEAST = 64


def rounded(network, names, bits, size):
    """Return the network with the weights that its blocks stand for."""
    tensors = dict(network.model.state_dict())
    with torch.no_grad():
        for name in names:
            found = quantise_blocks(tensors[name].numpy(), bits=bits, size=size).dequantise()
            tensors[name].copy_(torch.from_numpy(found))
    return network


@pytest.mark.parametrize(
    ("architecture", "bits", "size"),
    [
        *((architecture, 4, 32) for architecture in ARCHITECTURES),
        ("bert", 8, 32),
        ("albert", 4, 6),
        ("bert", 8, 6),
    ],
)
def test_a_graph_computes_with_what_its_blocks_stand_for(architecture, bits, size):
    network = network_of(architecture, Head.MASKED_WORDS)
    graph, names = block_graph(network_graph(network), bits=bits, size=size, least=LEAST)
    assert any("word_embeddings" in name for name in names)
    written = [onnx_network(graph.SerializeToString(), network, runner=runner) for runner in Runner]
    rows = random_rows(network, n=4)
    assert compare_outputs(network, written[0], rows).largest > 1e-6
    network = rounded(network, names, bits, size)
    for each in written:
        assert compare_outputs(network, each, rows).largest < 1e-5


def test_matrices_are_small_and_the_rest_stays():
    model = network_graph(network_of("bert", Head.CLASSES))
    before = model.SerializeToString()
    graph, names = block_graph(model, bits=4, least=LEAST)
    kinds = {tensor.name: tensor.data_type for tensor in graph.graph.initializer}
    assert all(f"{name}.codes" in kinds and name not in kinds for name in names)
    assert "classifier.weight" in kinds
    assert model.SerializeToString() == before
    assert graph.SerializeToString() == block_graph(model, bits=4, least=LEAST)[0].SerializeToString()


def test_small_matrices_stay_as_they_are():
    assert block_graph(network_graph(network_of("bert", Head.NONE)), least=10**6)[1] == []


def test_a_matrix_that_is_looked_up_and_multiplied_stands_once():
    graph, names = block_graph(network_graph(network_of("bert", Head.MASKED_WORDS)), least=LEAST)
    stored = [tensor.name for tensor in graph.graph.initializer if tensor.name.endswith(".codes")]
    assert len(stored) == len(names) == len(set(names))


def test_blocks_that_cannot_be_made_are_refused():
    with pytest.raises(InvalidInput, match="bits must be"):
        block_graph(network_graph(network_of("bert", Head.NONE)), bits=3, least=LEAST)
