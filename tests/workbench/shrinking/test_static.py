from collections import Counter
from importlib.util import find_spec

import pytest

from metier.errors import InvalidInput
from metier.training.networks import Head
from metier.workbench.shrinking.differences import compare_outputs
from metier.workbench.shrinking.graphs import network_graph
from metier.workbench.shrinking.onnx_network import Runner, onnx_network
from metier.workbench.shrinking.samples import random_rows
from metier.workbench.shrinking.static import quantise_graph, shares_matrices
from tests.workbench.finetuning.tiny_rows import network_of
from tests.workbench.tiny import ARCHITECTURES

pytest.importorskip("torch")
onnx = pytest.importorskip("onnx")
# Looked for, not imported: `import nncf` by itself tells its makers.
needs_nncf = pytest.mark.skipif(not find_spec("nncf"), reason="nncf is not installed")


@needs_nncf
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_every_architecture_stays_near_float32_in_both_runtimes(architecture, capsys):
    network = network_of(architecture, Head.SPANS)
    rows = random_rows(network, n=12)
    graph = quantise_graph(network_graph(network, folded=True), rows)
    operators = Counter(node.op_type for node in graph.graph.node)
    assert operators["QuantizeLinear"] > 10
    assert operators["DynamicQuantizeLinear"] == 0
    for runner in Runner:
        small = onnx_network(graph.SerializeToString(), network, runner=runner)
        assert compare_outputs(network, small, rows).mean_cosine > 0.98
    assert capsys.readouterr().out == ""  # results go there


@needs_nncf
def test_word_embeddings_are_small_too():
    network = network_of("bert", Head.NONE)
    graph = quantise_graph(network_graph(network, folded=True), random_rows(network, n=6))
    kinds = Counter(tensor.data_type for tensor in graph.graph.initializer if len(tensor.dims) == 2)
    assert kinds[onnx.TensorProto.INT8] >= 13  # six matrices in each of two layers, and the words


def test_shared_matrices_are_told():
    assert shares_matrices(network_graph(network_of("albert", Head.NONE), folded=True))
    assert not shares_matrices(network_graph(network_of("bert", Head.NONE), folded=True))


def test_no_rows_are_refused():
    with pytest.raises(InvalidInput, match="at least one text"):
        quantise_graph(network_graph(network_of("bert", Head.NONE), folded=True), [])
