import json
import shutil
import sys

import huggingface_hub
import numpy as np
import pytest
from safetensors.numpy import save

from metier.encoders.folder import CARD, ModelFolder
from metier.encoders.install import install_model, remove_model
from metier.encoders.load import installed_models, shipped_models
from metier.errors import InvalidInput, ModelFormatError, NotFound


@pytest.fixture
def backbone(tmp_path):
    """Return a folder as Hugging Face writes it, with things in it that are not to be taken."""
    folder = tmp_path / "tiny-bert"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"hidden_size": 4, "max_position_embeddings": 1024}))
    (folder / "tokenizer.json").write_text("{}")
    (folder / "modeling.py").write_text("raise SystemExit")
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04")
    weights = {"embeddings.word_embeddings.weight": np.zeros((5, 4), np.float32)}
    (folder / "model.safetensors").write_bytes(save(weights))
    return folder


def test_a_metier_folder_is_copied_whole(tmp_path):
    installed = install_model(str(shipped_models()["skills"]), tmp_path / "models", name="mine")
    assert installed.path == tmp_path / "models" / "mine"
    assert ModelFolder.open(installed.path).sha256 == ModelFolder.open(shipped_models()["skills"]).sha256


def test_a_hugging_face_folder_gets_a_card_and_loses_what_could_run(backbone, tmp_path):
    installed = install_model(str(backbone), tmp_path / "models")
    card = ModelFolder.open(installed.path).card
    assert (card.name, card.dim, card.max_tokens) == ("tiny-bert", 4, 512)
    assert card.parameters == {"word embeddings": 20}
    assert set(card.files) == {"config.json", "tokenizer.json", "model.safetensors"}


@pytest.mark.parametrize("missing", ["model.safetensors", "config.json", "tokenizer.json"])
def test_a_backbone_without_a_part_is_refused_and_leaves_nothing(backbone, tmp_path, missing):
    (backbone / missing).unlink()
    with pytest.raises(ModelFormatError, match="Other formats can run code when loaded"):
        install_model(str(backbone), tmp_path / "models")
    assert list((tmp_path / "models").iterdir()) == []


@pytest.mark.parametrize(
    "config", ["{}", "[]", "not json", '{"hidden_size": "wide"}', '{"hidden_size": 1e999}', "[" * 100_000]
)
def test_a_configuration_that_is_no_encoders_is_refused(backbone, tmp_path, config):
    (backbone / "config.json").write_text(config)
    with pytest.raises(ModelFormatError, match="must name hidden_size"):
        install_model(str(backbone), tmp_path / "models")


def test_a_changed_model_is_not_installed(tmp_path):
    shutil.copytree(shipped_models()["skills"], tmp_path / "changed")
    (tmp_path / "changed" / "extra.json").write_text("{}")
    with pytest.raises(ModelFormatError, match=r"extra\.json is not listed"):
        install_model(str(tmp_path / "changed"), tmp_path / "models")
    assert installed_models(tmp_path / "models") == shipped_models()


@pytest.mark.parametrize("name", ["base", "mine"])
def test_a_name_that_is_taken_is_refused(tmp_path, name):
    install_model(str(shipped_models()["skills"]), tmp_path / "models", name="mine")
    with pytest.raises(InvalidInput, match=f"There is a model {name} already"):
        install_model(str(shipped_models()["skills"]), tmp_path / "models", name=name)


@pytest.mark.parametrize("name", ["..", ".hidden", "a/b", "x" * 65, "name with blanks", "-"])
def test_names_follow_a_rule(tmp_path, name):
    with pytest.raises(InvalidInput, match="A model's name must be"):
        install_model(str(shipped_models()["skills"]), tmp_path / "models", name=name)


def test_a_model_is_removed_whole(tmp_path):
    install_model(str(shipped_models()["skills"]), tmp_path, name="mine")
    remove_model("mine", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_shipped_and_unknown_models_cannot_be_removed(tmp_path):
    with pytest.raises(InvalidInput, match="Model base comes with metier"):
        remove_model("base", tmp_path)
    with pytest.raises(NotFound, match="There is no model 'nope'"):
        remove_model("nope", tmp_path)


def test_a_name_that_is_no_hub_name_is_told_the_form(tmp_path):
    with pytest.raises(NotFound, match="A hub name has the form owner/model"):
        install_model("nowhere", tmp_path)


def test_a_folder_in_the_way_is_not_overwritten(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes").write_text("of the user")
    with pytest.raises(InvalidInput, match="Remove it, or choose another name: --name"):
        install_model(str(shipped_models()["skills"]), tmp_path, name="mine")
    assert (tmp_path / "mine" / "notes").read_text() == "of the user"


def test_a_failure_half_way_leaves_nothing_behind(backbone, tmp_path, monkeypatch):
    copied = []

    def fail_later(source, target):
        if copied:
            raise OSError(28, "No space left on device")
        copied.append(target)
        return copyfile(source, target)

    copyfile = shutil.copyfile
    monkeypatch.setattr(shutil, "copyfile", fail_later)
    with pytest.raises(OSError, match="No space left"):
        install_model(str(backbone), tmp_path / "models")
    assert copied
    assert list((tmp_path / "models").iterdir()) == []


def test_files_behind_links_are_copied_as_files(backbone, tmp_path):
    shutil.move(backbone / "model.safetensors", tmp_path / "blob")
    (backbone / "model.safetensors").symlink_to(tmp_path / "blob")
    installed = install_model(str(backbone), tmp_path / "models")
    assert not (installed.path / "model.safetensors").is_symlink()


@pytest.mark.parametrize("weights", [b"\x80\x04 a pickle", b"\x02\0\0\0\0\0\0\0[]"])
def test_weights_that_are_no_safetensors_are_refused(backbone, tmp_path, weights):
    (backbone / "model.safetensors").write_bytes(weights)
    with pytest.raises(ModelFormatError, match=r"model\.safetensors is no safetensors file"):
        install_model(str(backbone), tmp_path / "models")
    assert list((tmp_path / "models").iterdir()) == []


def test_a_hub_model_is_taken_without_the_hubs_own_files(backbone, tmp_path, monkeypatch):
    def snapshot(name, *, local_dir, allow_patterns):
        assert name == "owner/tiny"
        shutil.copytree(backbone, local_dir)
        (local_dir / ".cache").mkdir()

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot)
    installed = install_model("owner/tiny", tmp_path / "models")
    assert installed.card.name == "tiny"
    assert {path.name for path in (tmp_path / "models").iterdir()} == {"tiny"}
    assert set(ModelFolder.open(installed.path).card.files) == {
        "config.json",
        "tokenizer.json",
        "model.safetensors",
    }


def test_a_hub_out_of_reach_says_the_way_out(tmp_path, monkeypatch):
    def offline(*args, **kwargs):
        raise huggingface_hub.errors.LocalEntryNotFoundError("no outgoing traffic")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", offline)
    with pytest.raises(NotFound, match="Check the name and the connection"):
        install_model("owner/model", tmp_path)


def test_an_unreachable_hub_is_not_found(tmp_path, monkeypatch):
    class Errors:
        HfHubHTTPError = RuntimeError

    class Hub:
        errors = Errors

        @staticmethod
        def snapshot_download(*args, **kwargs):
            assert "*.bin" not in kwargs["allow_patterns"]
            raise OSError("no route")

    monkeypatch.setitem(sys.modules, "huggingface_hub", Hub)
    with pytest.raises(NotFound, match="No hub was reached that has a model owner/model"):
        install_model("owner/model", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_card_of_a_copy_is_the_original(tmp_path):
    install_model(str(shipped_models()["skills"]), tmp_path, name="mine")
    assert (tmp_path / "mine" / CARD).read_bytes() == (shipped_models()["skills"] / CARD).read_bytes()
