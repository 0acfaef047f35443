import pytest

from metier.errors import ModelMismatch
from metier.training.networks import Head
from metier.workbench.shrinking.differences import compare_outputs
from metier.workbench.shrinking.graphs import (
    KNOWN,
    input_names,
    is_per_text,
    network_graph,
    output_axes,
)
from metier.workbench.shrinking.onnx_network import Runner, onnx_network
from metier.workbench.shrinking.samples import random_rows, text_rows
from tests.workbench.finetuning.tiny_rows import network_of
from tests.workbench.tiny import ARCHITECTURES

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

HEADS = (Head.NONE, Head.MASKED_WORDS, Head.SPANS, Head.RANK)
CASES = [(architecture, head) for architecture in ARCHITECTURES for head in HEADS]


def rows_of(network):
    return [*random_rows(network, n=5), *text_rows(network, ["w1 w2 w3", "w4 abc", ""])]


@pytest.mark.parametrize(
    ("architecture", "head"), [*CASES, ("roberta", Head.CLASSES), ("distilbert", Head.TAGS)]
)
def test_a_graph_gives_what_its_network_gives(architecture, head):
    network = network_of(architecture, head)
    content = network_graph(network).SerializeToString()
    for runner in Runner:
        found = compare_outputs(network, onnx_network(content, network, runner=runner), rows_of(network))
        assert found.largest < 1e-5
        assert found.n_changed == 0


@pytest.mark.parametrize(
    ("architecture", "head"),
    [("bert", Head.NEXT_SENTENCE), ("albert", Head.NEXT_SENTENCE), ("electra", Head.REPLACED_TOKENS)],
)
def test_heads_of_pretraining_are_written_too(architecture, head):
    network = network_of(architecture, head)
    written = onnx_network(network_graph(network).SerializeToString(), network, runner=Runner.ONNX_RUNTIME)
    assert compare_outputs(network, written, rows_of(network)).largest < 1e-5
    assert set(output_axes(network)) <= KNOWN


def test_token_types_are_taken_where_a_head_is_given_them():
    assert input_names(network_of("bert", Head.NONE)) == ("input_ids", "attention_mask")
    assert input_names(network_of("bert", Head.RANK))[-1] == "token_type_ids"
    assert len(input_names(network_of("distilbert", Head.RANK))) == 2


def test_logits_of_a_text_are_told_from_those_of_its_tokens():
    assert is_per_text("logits", Head.CLASSES)
    assert is_per_text("sop_logits", Head.NEXT_SENTENCE)
    assert not is_per_text("logits", Head.TAGS)


def test_weights_keep_their_names_and_stand_once():
    network = network_of("bert", Head.MASKED_WORDS)
    names = [tensor.name for tensor in network_graph(network).graph.initializer]
    assert "bert.embeddings.word_embeddings.weight" in names
    assert "cls.predictions.decoder.weight" not in names
    assert len(names) == len(set(names))


def test_a_folded_graph_shares_no_vectors():
    graph = network_graph(network_of("albert", Head.NONE), folded=True).graph
    vectors = {tensor.name for tensor in graph.initializer if len(tensor.dims) == 1 and tensor.dims[0] > 1}
    used = [name for node in graph.node for name in node.input if name in vectors]
    assert len(used) == len(set(used))


def test_the_network_stays_as_it_was():
    network = network_of("bert", Head.CLASSES)
    before = {name: tensor.clone() for name, tensor in network.model.state_dict().items()}
    network_graph(network)
    assert not network.model.training
    assert all(torch.equal(before[name], tensor) for name, tensor in network.model.state_dict().items())


def test_what_cannot_be_written_is_refused(monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("too large")

    monkeypatch.setattr(torch.onnx, "export", fail)
    with pytest.raises(ModelMismatch, match="cannot be written as ONNX"):
        network_graph(network_of("bert", Head.NONE))


def test_a_lack_of_memory_is_no_mismatch(monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory")

    monkeypatch.setattr(torch.onnx, "export", fail)
    with pytest.raises(RuntimeError, match="can't allocate memory"):
        network_graph(network_of("bert", Head.NONE))
