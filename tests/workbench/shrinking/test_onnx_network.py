import json

import pytest

from metier.encoders.folder import ModelCard, ModelFolder
from metier.errors import ModelFormatError, ModelMismatch, NotFound
from metier.training.model_files import write_card
from metier.training.networks import Head
from metier.workbench.finetuning.measuring import logits, measure
from metier.workbench.shrinking.differences import compare_outputs
from metier.workbench.shrinking.graphs import network_graph
from metier.workbench.shrinking.onnx_folder import write_onnx
from metier.workbench.shrinking.onnx_network import Runner, onnx_network, read_onnx
from metier.workbench.shrinking.samples import random_rows
from tests.workbench.finetuning.tiny_rows import HEADS, ROWS, network_of

np = pytest.importorskip("numpy")
torch = pytest.importorskip("torch")
onnx = pytest.importorskip("onnx")

CARD = ModelCard("tiny", "encoder", "", "", (), 16, 64, {}, "", {}, {}, {})


@pytest.fixture
def folder(tmp_path):
    network = network_of("bert", Head.TAGS)
    write_onnx(tmp_path / "out", network_graph(network), network, CARD)
    return tmp_path / "out"


def test_a_folder_is_read_as_it_was_written(folder):
    network = network_of("bert", Head.TAGS)
    for runner in Runner:
        read = read_onnx(folder, runner=runner)
        assert (read.head, read.labels, read.max_tokens) == (Head.TAGS, network.labels, 64)
        assert str(read.device) == "cpu"
        assert read.backbone is read.model
        assert compare_outputs(network, read, random_rows(network, n=3)).largest < 1e-5


@pytest.mark.parametrize("head", HEADS)
def test_a_network_in_onnx_is_measured_by_the_same_code(head, one_thread):
    network = network_of("bert", head)
    content = network_graph(network).SerializeToString()
    for runner in Runner:
        read = onnx_network(content, network, runner=runner)
        assert measure(read, ROWS[head]).figures == measure(network, ROWS[head]).figures
        for one, other in zip(logits(read, ROWS[head]), logits(network, ROWS[head]), strict=True):
            assert np.allclose(one, other, atol=1e-5)


def test_mask_and_types_are_made_up_where_they_are_not_given():
    network = network_of("bert", Head.CLASSES)
    read = onnx_network(network_graph(network).SerializeToString(), network, runner=Runner.ONNX_RUNTIME)
    ids = torch.tensor([[2, 7, 8, 3]])
    with torch.inference_mode():
        assert torch.allclose(
            read.model(input_ids=ids).logits, network.model(input_ids=ids).logits, atol=1e-5
        )


@pytest.mark.parametrize("runner", list(Runner))
def test_a_file_that_is_no_network_is_refused(runner):
    with pytest.raises(ModelFormatError, match="does not accept the network"):
        onnx_network(b"\x08\x08none", network_of("bert", Head.NONE), runner=runner)


@pytest.mark.parametrize("runner", list(Runner))
def test_a_network_of_other_inputs_is_refused(runner):
    model = network_graph(network_of("bert", Head.CLASSES))
    for node in model.graph.node:
        node.input[:] = ["words" if name == "input_ids" else name for name in node.input]
    next(port for port in model.graph.input if port.name == "input_ids").name = "words"
    with pytest.raises(ModelMismatch, match="It takes attention_mask, token_type_ids, words"):
        onnx_network(model.SerializeToString(), network_of("bert", Head.CLASSES), runner=runner)


def test_a_folder_that_is_none_is_refused(tmp_path):
    with pytest.raises(NotFound, match="holds no model.json"):
        read_onnx(tmp_path)


def test_a_changed_file_is_refused(folder):
    with (folder / "model.onnx").open("ab") as file:
        file.write(b"\0")
    with pytest.raises(ModelFormatError, match="model.onnx must be a file of"):
        read_onnx(folder)


def test_a_folder_without_a_configuration_is_refused(folder):
    (folder / "config.json").write_text(json.dumps({"model_type": "none"}))
    write_card(folder, ModelFolder.peek(folder).card)
    with pytest.raises(ModelFormatError, match="cannot be loaded"):
        read_onnx(folder)
