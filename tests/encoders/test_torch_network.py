import json
import pickle
import sys

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from metier.encoders.install import install_model  # noqa: E402
from metier.encoders.load import Runtime, load_encoder  # noqa: E402
from metier.encoders.reading import TextKind  # noqa: E402
from metier.encoders.torch_network import load_torch_encoder  # noqa: E402
from metier.errors import ModelFormatError, ModelMismatch, NotFound  # noqa: E402
from tests.encoders.hugging_face import ARCHITECTURES, save_tiny  # noqa: E402


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.fixture
def bert(tmp_path):
    return save_tiny(tmp_path / "bert", "bert")


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_states_are_those_of_the_model(architecture, tmp_path):
    folder = save_tiny(tmp_path / architecture, architecture)
    encoder = load_torch_encoder(str(folder))
    reading = encoder.read("w1 w2 w3")
    model = transformers.AutoModel.from_pretrained(folder, dtype="float32").eval()
    ids = torch.tensor([[0, 7, 8, 9, 1]])
    with torch.no_grad():
        states = model(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state[0].numpy()
    assert reading.states == pytest.approx(states[1:4], abs=1e-6)
    assert reading.spans.tolist() == [[0, 2], [3, 5], [6, 8]]


def edit_json(path, **changes):
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.mark.parametrize(
    ("architecture", "limit", "longest"),
    [
        ("bert", 10**30, 202),
        ("deberta-v2", 10**30, 202),
        ("roberta", 10**30, 200),
        ("xlm-roberta", 10**30, 200),
        ("mpnet", 10**30, 200),
        ("bert", 150, 150),
    ],
)
def test_long_texts_fit_the_positions_of_the_model(architecture, limit, longest, tmp_path):
    folder = save_tiny(tmp_path / architecture, architecture)
    edit_json(folder / "tokenizer_config.json", model_max_length=limit)
    encoder = load_torch_encoder(str(folder))
    assert encoder.spec.max_tokens == longest
    reading = encoder.read(" ".join(["w1", "w2"] * 300))
    assert len(reading.states) == 600
    assert np.all(np.isfinite(reading.states))


def test_prefixes_go_before_the_text(bert):
    plain = load_torch_encoder(str(bert))
    prefixed = load_torch_encoder(str(bert), prefixes={TextKind.QUERY: "query: "})
    first, second = (encoder.encode(["w1"], kind=TextKind.QUERY) for encoder in (plain, prefixed))
    assert not np.allclose(first, second)


def test_the_hash_follows_the_weights(bert, tmp_path):
    same = load_torch_encoder(str(bert))
    assert same.sha256 == load_torch_encoder(str(bert)).sha256
    other = load_torch_encoder(str(save_tiny(tmp_path / "roberta", "roberta")))
    assert other.sha256 != same.sha256


def test_weights_that_torch_makes_up_for_the_pooler_are_no_part_of_the_hash(tmp_path):
    folder = save_tiny(tmp_path / "bert", "bert")
    weights = load_file(folder / "model.safetensors")
    kept = {name: tensor for name, tensor in weights.items() if not name.startswith("pooler.")}
    assert len(kept) == len(weights) - 2
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})
    first, second = (load_torch_encoder(str(folder)) for _ in range(2))
    assert first.sha256 == second.sha256
    assert first.read("w1").vector.tobytes() == second.read("w1").vector.tobytes()


def test_weights_that_are_missing_are_not_made_up(bert):
    weights = load_file(bert / "model.safetensors")
    del weights["encoder.layer.0.attention.self.query.weight"]
    save_file(weights, bert / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelFormatError, match="no weights for encoder.layer.0.attention.self.query.weight"):
        load_torch_encoder(str(bert))


@pytest.mark.parametrize("change", [{"hidden_size": 64}, {"hidden_size": "wide"}])
def test_weights_that_do_not_fit_the_configuration_are_refused(bert, change):
    edit_json(bert / "config.json", **change)
    with pytest.raises(ModelFormatError, match="cannot be loaded"):
        load_torch_encoder(str(bert))


def test_a_folder_without_a_tokenizer_is_refused(bert):
    (bert / "tokenizer.json").unlink()
    with pytest.raises(ModelFormatError, match=r"holds no tokenizer\.json"):
        load_torch_encoder(str(bert))


@pytest.mark.parametrize("content", ["{}", "not json", '{"version": "1.0"}'])
def test_a_damaged_tokenizer_is_refused(bert, content):
    (bert / "tokenizer.json").write_text(content)
    with pytest.raises(ModelFormatError, match="cannot be loaded"):
        load_torch_encoder(str(bert))


def test_nothing_is_unpickled(bert, monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("unpickled")

    (bert / "pytorch_model.bin").write_bytes(b"\x80\x04")
    for module in (torch, pickle):
        monkeypatch.setattr(module, "load", refuse)
    monkeypatch.setattr(pickle, "loads", refuse)
    monkeypatch.setattr(pickle, "Unpickler", refuse)
    assert load_torch_encoder(str(bert)).dim == 32


def test_a_pulled_model_loads_by_its_folder(bert, tmp_path):
    installed = install_model(str(bert), tmp_path / "models", name="tiny")
    encoder = load_encoder(installed.path, Runtime())
    assert (encoder.name, encoder.sha256) == ("tiny", installed.sha256)
    assert encoder.encode(["w1"], kind=TextKind.QUERY).shape == (1, 32)


def test_pickled_weights_are_refused(bert):
    (bert / "model.safetensors").unlink()
    (bert / "pytorch_model.bin").write_bytes(b"\x80\x04")
    with pytest.raises(ModelFormatError, match=r"holds no \.safetensors weights. Other formats can run code"):
        load_torch_encoder(str(bert))


def test_code_of_the_repository_is_not_run_unasked(bert, tmp_path, monkeypatch):
    trace = tmp_path / "ran"
    auto_map = {"AutoConfig": "own.OwnConfig", "AutoModel": "own.OwnModel"}
    edit_json(bert / "config.json", model_type="strange", auto_map=auto_map)
    (bert / "own.py").write_text(f"open({str(trace)!r}, 'w').close()\nraise RuntimeError('broken')")
    with pytest.raises(ModelFormatError, match="brings Python code of its own.*--trust-remote-code"):
        load_torch_encoder(str(bert))
    assert not trace.exists()
    monkeypatch.setattr(transformers.dynamic_module_utils, "HF_MODULES_CACHE", str(tmp_path / "modules"))
    monkeypatch.setattr(sys, "path", [*sys.path])
    with pytest.raises(ModelFormatError, match="cannot be loaded: RuntimeError"):
        load_torch_encoder(str(bert), trust_remote_code=True)
    assert trace.exists()


def test_code_beside_a_known_architecture_is_not_run(bert):
    edit_json(bert / "config.json", auto_map={"AutoModel": "own.OwnModel"})
    (bert / "own.py").write_text("raise RuntimeError('ran')")
    assert load_torch_encoder(str(bert)).dim == 32


def test_a_damaged_configuration_is_refused(bert):
    (bert / "config.json").write_text("{")
    with pytest.raises(ModelFormatError, match="cannot be loaded"):
        load_torch_encoder(str(bert))


def test_a_template_that_reaches_for_python_is_refused(bert):
    (bert / "chat.json").write_text(json.dumps({"chat_template": "{{ ''.__class__ }}"}))
    with pytest.raises(ModelFormatError, match=r"cannot be loaded: chat\.json\. The chat template"):
        load_torch_encoder(str(bert))


def test_cut_off_weights_are_refused(bert):
    data = (bert / "model.safetensors").read_bytes()
    (bert / "model.safetensors").write_bytes(data[: len(data) // 2])
    with pytest.raises(ModelFormatError, match="A file is missing or damaged"):
        load_torch_encoder(str(bert))


@pytest.mark.parametrize("name", ["./nowhere", "/no/such/folder"])
def test_a_missing_folder_is_not_found(name):
    with pytest.raises(NotFound, match=f"There is no model folder {name}"):
        load_torch_encoder(name)


def test_a_hub_name_without_a_hub_is_not_found():
    with pytest.raises(NotFound, match="no hub was reached"):
        load_torch_encoder("owner/model")


def test_too_few_positions_are_refused(tmp_path, monkeypatch):
    from tests.encoders import hugging_face

    monkeypatch.setitem(hugging_face.SIZES, "max_position_embeddings", 64)
    with pytest.raises(ModelMismatch, match="takes rows of 64 tokens"):
        load_torch_encoder(str(save_tiny(tmp_path / "short", "bert")))


def test_a_folder_with_onnx_alone_is_told_from_one_with_pickles(bert):
    (bert / "model.safetensors").rename(bert / "model.onnx")
    with pytest.raises(ModelFormatError, match="holds a network in ONNX alone, which can only be run"):
        load_torch_encoder(str(bert))
