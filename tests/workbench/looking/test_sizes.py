import json
from types import SimpleNamespace

import numpy as np
import pytest
from safetensors.numpy import save

from metier.encoders.folder import ModelFolder
from metier.errors import InvalidInput, MissingExtra, ModelFormatError, NotFound
from metier.workbench.looking import sizes as module
from metier.workbench.looking.sizes import network_size
from tests.workbench.looking.conftest import BASE


def test_the_shipped_model_is_counted_by_its_card():
    size = network_size(str(BASE))
    assert size.name == "metier-small"
    assert size.total == sum(ModelFolder.peek(BASE).card.parameters.values())
    assert size.megabytes("float32") == 4 * size.megabytes("int8") == pytest.approx(4 * size.total / 1e6)
    assert size.megabytes("float16") == pytest.approx(2 * size.total / 1e6)


def test_weights_are_counted_by_their_headers(tmp_path, without):
    without("torch", module)
    tensors = {"embeddings.word_embeddings.weight": np.zeros((10, 4), np.float32)}
    (tmp_path / "model.safetensors").write_bytes(save(tensors))
    size = network_size(str(tmp_path))
    assert (size.components, size.counted) == ({"word embeddings": 40}, "all tensors of the file")
    (tmp_path / "more.safetensors").write_bytes(save({"pooler.dense.bias": np.zeros(4, np.float32)}))
    assert network_size(str(tmp_path)).total == 44
    assert network_size(str(tmp_path)).counted == "all tensors of 2 files"


def test_damaged_weights_are_refused(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"12345678{")
    with pytest.raises(ModelFormatError, match="is no safetensors file"):
        network_size(str(tmp_path))


def test_presets_need_the_train_extra(without):
    from metier.workbench import architectures

    without("transformers", architectures)
    with pytest.raises(MissingExtra, match="transformers is not installed"):
        network_size("bert-base")


@pytest.mark.parametrize(
    ("name", "total"),
    [
        # Those of the published checkpoints, with pooler where the encoder has one.
        ("bert-base", 109_482_240),
        ("bert-large", 335_141_888),
        ("roberta-base", 124_645_632),
        ("distilbert-base", 66_362_880),
        ("albert-base", 11_683_584),
        ("electra-small", 13_483_008),
        ("deberta-v3-base", 183_831_552),
    ],
)
def test_presets_have_the_parameters_of_the_published_models(name, total):
    pytest.importorskip("transformers")
    size = network_size(name)
    assert size.total == total
    assert ("with a pooler" in size.counted) == (
        name in {"bert-base", "bert-large", "roberta-base", "albert-base"}
    )


def test_a_configuration_is_counted_without_its_weights(tmp_path):
    pytest.importorskip("transformers")
    config = {"model_type": "bert", "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2}
    config |= {"intermediate_size": 16, "vocab_size": 50, "max_position_embeddings": 16}
    (tmp_path / "config.json").write_text(json.dumps(config))
    by_file, by_folder = network_size(str(tmp_path / "config.json")), network_size(str(tmp_path))
    assert by_file.components == by_folder.components
    assert by_file.components["word embeddings"] == 400
    (tmp_path / "config.json").write_text(json.dumps(config | {"num_attention_heads": 3}))
    with pytest.raises(InvalidInput, match="no network can be made from its configuration"):
        network_size(str(tmp_path))


@pytest.mark.parametrize("name", ["/none", "./none", "~/none", "a/b/c"])
def test_what_is_neither_folder_nor_hub_name_is_not_found(name):
    with pytest.raises(NotFound, match="There is no model, folder or configuration"):
        network_size(name)


def test_the_hub_is_asked_for_a_configuration_alone(monkeypatch):
    transformers = pytest.importorskip("transformers")

    def answer(found):
        def from_pretrained(name):
            assert name == "someone/model"
            if isinstance(found, Exception):
                raise found
            return found

        monkeypatch.setattr(transformers.AutoConfig, "from_pretrained", from_pretrained)
        return network_size("someone/model")

    from tests.workbench.tiny import tiny_config

    assert answer(tiny_config("bert")).name == "model"
    with pytest.raises(NotFound, match="no hub was reached that has one"):
        answer(OSError("offline"))
    with pytest.raises(ModelFormatError, match="a configuration that transformers does not read: ValueError"):
        answer(ValueError("unknown"))
    with pytest.raises(ImportError, match="broken"):
        answer(ImportError("broken"))


def test_a_broken_install_keeps_its_own_error(monkeypatch):
    transformers = pytest.importorskip("transformers")

    def broken(config):
        raise ImportError("broken")

    monkeypatch.setattr(transformers.AutoModel, "from_config", broken)
    with pytest.raises(ImportError, match="broken"):
        module._from_config("any", SimpleNamespace())
