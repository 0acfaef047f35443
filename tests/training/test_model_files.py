import json

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer

from metier.encoders.folder import ModelFolder
from metier.errors import ModelFormatError, NotFound
from metier.training.model_files import (
    differing,
    read_float32,
    tokenizer_sha256,
    write_card,
    write_documents,
    write_float32,
    write_network,
)
from tests.audit.provenance.model_folders import network
from tests.training.float_models import CARD, write_tiny


@pytest.fixture
def tiny(tmp_path):
    return write_tiny(tmp_path / "tiny")


def relist(folder):
    """Make the card of a folder fit what stands in it."""
    write_card(folder, ModelFolder.peek(folder).card)
    return folder


def test_a_model_is_read_with_its_configuration_and_card(tiny):
    model = read_float32(tiny)
    assert model.config["num_hidden_layers"] == 2
    assert model.tensors.keys() == load_file(tiny / "model.safetensors").keys()
    assert model.label == f"tiny (sha256 {model.folder.sha256})"


def test_other_models_are_named_without_the_suffix_that_says_float32(tmp_path):
    for name, stem in (("a-float32", "a"), ("b", "b")):
        assert read_float32(write_tiny(tmp_path / name)).stem == stem


def test_what_shapes_no_state_is_left_out(tiny):
    tensors = load_file(tiny / "model.safetensors")
    unused = {"pooler.dense.bias": np.zeros(64, np.float32), "embeddings.position_ids": np.arange(9)}
    save_file({**tensors, **unused}, tiny / "model.safetensors")
    assert read_float32(relist(tiny)).tensors.keys() == tensors.keys()


def test_what_is_written_can_be_read_and_equal_weights_give_equal_bytes(tiny, tmp_path):
    (tiny / "LICENSE").write_text("mine")
    (tiny / "README.md").write_text("of the old model")
    model = read_float32(relist(tiny))
    transposed = {name: np.ascontiguousarray(tensor.T).T for name, tensor in model.tensors.items()}
    for name, tensors in (("a", model.tensors), ("b", transposed)):
        card = write_float32(tmp_path / name, model, tensors, card=CARD, config={**model.config, "new": 1})
        assert ModelFolder.open(tmp_path / name).card == card
    again = read_float32(tmp_path / "a")
    assert again.config == {**model.config, "new": 1}
    for name, tensor in model.tensors.items():
        np.testing.assert_array_equal(again.tensors[name], tensor, err_msg=name)
    assert again.folder.sha256 == ModelFolder.open(tmp_path / "b").sha256
    assert set(again.folder.card.files) == {
        "LICENSE",
        "config.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
    }


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_folder_without_a_needed_file_is_refused(tiny, name):
    (tiny / name).unlink()
    with pytest.raises(ModelFormatError, match=f"Model tiny holds no {name}. Name a folder of float32"):
        read_float32(relist(tiny))


def test_a_folder_that_is_none_or_has_changed_is_refused(tiny, tmp_path):
    with pytest.raises(NotFound, match=r"model\.json"):
        read_float32(tmp_path / "nothing")
    (tiny / "config.json").write_text("{}")
    with pytest.raises(ModelFormatError, match=r"config\.json must be a file of"):
        read_float32(tiny)


@pytest.mark.parametrize(("content", "rule"), [("{", "must be JSON"), ("[]", "must be a JSON object")])
def test_a_configuration_that_is_none_is_refused(tiny, content, rule):
    (tiny / "config.json").write_text(content)
    with pytest.raises(ModelFormatError, match=rf"Model tiny: config\.json {rule}"):
        read_float32(relist(tiny))


def test_weights_that_are_damaged_or_not_float32_are_refused(tiny):
    path = tiny / "model.safetensors"
    whole = path.read_bytes()
    path.write_bytes(whole[:-8])
    with pytest.raises(ModelFormatError, match=r"Model tiny: model\.safetensors is damaged"):
        read_float32(relist(tiny))
    save_file({"embeddings.LayerNorm.bias": np.zeros(64, np.float16)}, path)
    with pytest.raises(ModelFormatError, match=r"embeddings\.LayerNorm\.bias is float16; save the model in"):
        read_float32(relist(tiny))


def test_the_hash_of_a_tokenizer_is_that_of_what_it_does(tiny, tmp_path):
    before = tokenizer_sha256(ModelFolder.open(tiny))
    tokenizer = Tokenizer.from_file(str(tiny / "tokenizer.json"))
    tokenizer.enable_padding()
    tokenizer.enable_truncation(8)
    tokenizer.save(str(tiny / "tokenizer.json"), pretty=True)
    assert tokenizer_sha256(ModelFolder.open(relist(tiny))) == before
    tokenizer.add_tokens(["another"])
    tokenizer.save(str(tiny / "tokenizer.json"))
    assert tokenizer_sha256(ModelFolder.open(relist(tiny))) != before


def test_a_file_that_is_no_tokenizer_has_no_hash(tiny):
    (tiny / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelFormatError, match=r"Model tiny: tokenizer\.json is no tokenizer"):
        tokenizer_sha256(ModelFolder.open(relist(tiny)))
    (tiny / "tokenizer.json").unlink()
    with pytest.raises(ModelFormatError, match=r"Model tiny holds no tokenizer\.json"):
        tokenizer_sha256(ModelFolder.open(relist(tiny)))


def test_a_network_stands_beside_its_tokenizer_and_documents(tmp_path):
    class Network:
        def SerializeToString(self, *, deterministic):
            return network() if deterministic else b""

    folder = tmp_path / "new" / "model"
    write_network(folder, Network(), "{}")
    write_documents(folder, license_text="free\n", readme="# ж\n")
    card = write_card(folder, CARD)
    assert write_card(folder, card) == card == ModelFolder.open(folder).card
    assert (folder / "model.onnx").read_bytes() == network()
    assert (folder / "README.md").read_bytes() == "# ж\n".encode()
    assert json.loads((folder / "model.json").read_bytes())["files"].keys() == {
        "LICENSE",
        "README.md",
        "model.onnx",
        "tokenizer.json",
    }


def test_keys_that_one_mapping_lacks_differ():
    assert differing({"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 0, "d": 3}) == ["b", "c", "d"]
    assert differing({}, {}) == []
