import numpy as np
import pytest

from metier.encoders.contract import check_encoder
from metier.encoders.folder import ModelFolder
from metier.encoders.load import Runtime, load_encoder
from metier.encoders.reading import TextKind
from metier.errors import InvalidInput, ModelMismatch, OutOfMemory
from metier.training.networks import Head
from metier.workbench.shrinking import export as exports
from metier.workbench.shrinking.export import export_network
from metier.workbench.shrinking.onnx_network import read_onnx
from metier.workbench.shrinking.options import ShrinkOptions
from tests.workbench.finetuning.tiny_rows import network_of, save_network
from tests.workbench.shrinking.samples_of import write_classes
from tests.workbench.tiny import ARCHITECTURES

pytest.importorskip("torch")
runtime = pytest.importorskip("onnxruntime")
pytest.importorskip("onnx")


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_an_exported_encoder_is_read_by_metier_as_the_one_it_came_from(architecture, tmp_path):
    source = save_network(
        network_of(architecture, Head.NONE, max_position_embeddings=160), tmp_path / "source"
    )
    found = export_network(ShrinkOptions(source, tmp_path / "out"))
    assert found.differences.largest < 1e-5
    encoders = [load_encoder(path, Runtime(threads=1)) for path in (tmp_path / "source", tmp_path / "out")]
    texts = ["w1 w2 abc", "w3", ""]
    one, other = (encoder.encode(texts, kind=TextKind.PASSAGE) for encoder in encoders)
    assert np.allclose(one, other, atol=1e-5)


def test_an_exported_encoder_keeps_the_contract_of_encoders(tmp_path):
    network = network_of("bert", Head.NONE, max_position_embeddings=160)
    export_network(ShrinkOptions(save_network(network, tmp_path / "source"), tmp_path / "out"))
    check_encoder(load_encoder(tmp_path / "out", Runtime(threads=1)))


def test_the_card_and_the_comparison_tell_what_was_measured(tmp_path):
    source = save_network(network_of("bert", Head.CLASSES), tmp_path / "source")
    data, said = write_classes(tmp_path), []
    options = ShrinkOptions(
        source, tmp_path / "out", data=data, name="mine", command="metier workbench export"
    )
    found = export_network(options, say=said.append)
    assert found.notes == {
        "inputs": ["input_ids", "attention_mask", "token_type_ids"],
        "outputs": ["logits"],
    }
    assert found.before.figures == found.after.figures
    assert (found.score, found.n_labelled) == ("macro_f1", 40)
    card = ModelFolder.open(tmp_path / "out").card
    assert (card.name, card.task, card.command) == ("mine", "classify", "metier workbench export")
    assert card.metrics["comparison"]["differences"]["n_changed"] == 0
    assert read_onnx(tmp_path / "out").labels == ("no", "yes")
    assert said == ["Writing tiny as ONNX.", "Comparing it with the network in torch."]


def test_onnx_runtime_opens_the_file_by_itself(tmp_path):
    source = save_network(network_of("roberta", Head.SPANS), tmp_path / "source")
    export_network(ShrinkOptions(source, tmp_path / "out"))
    session = runtime.InferenceSession(
        str(tmp_path / "out" / "model.onnx"), providers=["CPUExecutionProvider"]
    )
    given = {port.name: np.ones((3, 7), np.int64) for port in session.get_inputs()}
    assert [array.shape for array in session.run(["start_logits", "end_logits"], given)] == [(3, 7)] * 2


def test_a_network_that_differs_is_not_written_unless_told(tmp_path, monkeypatch):
    source = save_network(network_of("bert", Head.CLASSES), tmp_path / "source")
    changed = network_of("bert", Head.CLASSES)
    changed.model.classifier.bias.data += 1
    graph = exports.network_graph
    monkeypatch.setattr(exports, "network_graph", lambda _: graph(changed))
    with pytest.raises(
        ModelMismatch, match=r"largest difference of an output must be at most 0\.001\. Got 1 "
    ):
        export_network(ShrinkOptions(source, tmp_path / "out"))
    assert not (tmp_path / "out").exists()
    assert list(tmp_path.iterdir()) == [tmp_path / "source"]
    found = export_network(ShrinkOptions(source, tmp_path / "out", accept_difference=True))
    assert found.differences.largest == pytest.approx(1, abs=1e-3)
    assert ModelFolder.open(tmp_path / "out")


def test_an_output_that_holds_something_is_refused_at_once(tmp_path):
    (tmp_path / "note").touch()
    with pytest.raises(InvalidInput, match="must be empty"):
        export_network(ShrinkOptions("none", tmp_path))


def test_a_lack_of_memory_leaves_nothing(tmp_path, monkeypatch):
    def fail(_):
        raise MemoryError

    source = save_network(network_of("bert", Head.NONE), tmp_path / "source")
    monkeypatch.setattr(exports, "network_graph", fail)
    with pytest.raises(OutOfMemory, match="nothing was written"):
        export_network(ShrinkOptions(source, tmp_path / "out"))
    assert not (tmp_path / "out").exists()
