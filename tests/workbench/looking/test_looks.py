from types import SimpleNamespace

import numpy as np
import pytest

from metier.encoders.folder import ModelFolder
from metier.encoders.openvino_network import without_telemetry
from metier.errors import ModelFormatError, ModelMismatch
from metier.workbench.looking.attention import attention_maps
from metier.workbench.looking.looks import OnnxLook, TorchLook, is_onnx, open_look
from metier.workbench.looking.tokens import read_splitter
from tests.workbench.looking.conftest import BASE

IDS = [0, 581, 41, 1001, 5, 2]


def graph_of(outputs=(), inputs=("input_ids", "attention_mask")):
    """Return a graph with softmax operations of some numbers of heads."""
    with without_telemetry():
        import openvino
        from openvino import opset13 as ops
    given = []
    for name in inputs:
        given.append(ops.parameter([-1, -1], np.int64, name=name))
        given[-1].output(0).set_names({name})
    found = []
    for heads in outputs:
        table = ops.constant(np.zeros((1, heads, 4, 4), np.float32))
        wide = ops.convert(ops.reduce_sum(given[0], [0, 1], keep_dims=False), np.float32)
        found.append(ops.softmax(ops.add(table, wide), 3))
    ends = found or [ops.convert(given[0], np.float32)]
    return openvino.Model([ops.result(end) for end in ends], given, "graph")


def test_the_shipped_encoder_is_looked_into_without_torch(look):
    folder = ModelFolder.peek(BASE)
    assert (look.name, look.sha256) == (folder.card.name, folder.sha256)
    assert (look.n_layers, look.n_heads, look.max_tokens) == (12, 12, 512)
    assert look.attention(IDS).shape == (12, 12, 6, 6)


def test_padding_gets_no_attention(look):
    found = look.attention(IDS)
    assert np.abs(found.sum(axis=3) - 1).max() < 1e-5
    assert look.attention(IDS).tobytes() == found.tobytes()


@pytest.mark.parametrize(
    ("outputs", "inputs"),
    [
        ((), ("input_ids", "attention_mask")),
        ((2, 3), ("input_ids", "attention_mask")),
        ((2,), ("input_ids",)),
    ],
)
def test_a_graph_without_attention_of_equal_heads_is_refused(outputs, inputs):
    graph = graph_of(outputs, inputs)
    with pytest.raises(ModelMismatch, match="take input_ids and attention_mask and have layers of equally"):
        OnnxLook(read_splitter(str(BASE)), graph, ModelFolder.peek(BASE))


def test_a_file_that_openvino_refuses_is_damaged(monkeypatch):
    import openvino

    def refuse(self, path):
        raise RuntimeError(path)

    monkeypatch.setattr(openvino.Core, "read_model", refuse)
    with pytest.raises(ModelFormatError, match="model.onnx cannot be read: OpenVINO does not accept it"):
        OnnxLook.load(BASE)


def test_a_source_is_told_by_its_card(tmp_path):
    assert is_onnx(str(BASE))
    assert not is_onnx(str(tmp_path))
    assert isinstance(open_look(str(BASE)), OnnxLook)


ARCHITECTURES = ("bert", "roberta", "distilbert", "albert", "electra", "deberta-v2")


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_every_architecture_shows_its_attention(architecture):
    pytest.importorskip("torch")
    from metier.training.networks import Head
    from tests.workbench.tiny import tiny_network

    look = TorchLook(tiny_network(architecture, Head.NONE))
    maps = attention_maps(look, "w1 w2 abc")
    assert maps.weights.shape == (look.n_layers, look.n_heads, 7, 7) == (2, 2, 7, 7)
    assert np.abs(maps.weights.sum(axis=3) - 1).max() < 1e-5
    assert attention_maps(look, "w1 w2 abc").weights.tobytes() == maps.weights.tobytes()
    assert [token.piece for token in maps.tokens if token.special] == ["[CLS]", "[SEP]"]
    assert look.max_tokens >= 60


def test_a_network_is_named_by_its_weights(tmp_path):
    pytest.importorskip("torch")
    from metier.encoders.folder import ModelCard
    from metier.training.networks import Head, write_network
    from tests.workbench.tiny import tiny_network

    one, other = (TorchLook(tiny_network("bert", Head.NONE, seed=seed)) for seed in (0, 1))
    assert one.sha256 == one.sha256 != other.sha256
    card = ModelCard("tiny", "classify", "", "", (), 0, 0, {}, "", {}, {}, {})
    write_network(tiny_network("bert", Head.CLASSES, labels=("a", "b")), tmp_path / "m", card)
    look = open_look(str(tmp_path / "m"))
    assert isinstance(look, TorchLook)
    assert look.name == "m"


def test_a_network_without_attention_is_refused():
    torch = pytest.importorskip("torch")
    model = SimpleNamespace(
        base_model=lambda **_: SimpleNamespace(attentions=(None,)),
        parameters=lambda: iter([torch.zeros(1)]),
    )
    network = SimpleNamespace(
        name="state-space", backbone=model.base_model, device=torch.device("cpu"), max_tokens=8
    )
    with pytest.raises(ModelMismatch, match="state-space gives no attention"):
        TorchLook(network).attention([1, 2])
