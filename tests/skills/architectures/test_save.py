import json
import shutil

import numpy as np
import pytest
from safetensors.numpy import save

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from metier.encoders.folder import CARD, WEIGHTS, file_entry  # noqa: E402
from metier.errors import InvalidInput, ModelFormatError, ModelMismatch, NotFound  # noqa: E402
from metier.skills.architectures.pairwise import PairwiseClassifier  # noqa: E402
from metier.skills.architectures.save import HEAD, Parts, read_parts, save_parts  # noqa: E402
from metier.training.backbone import load_backbone  # noqa: E402
from metier.training.output import Origin  # noqa: E402
from tests.skills.architectures.tiny import save_backbone  # noqa: E402

TENSORS = {"weight": np.ones((3, 32), np.float32)}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    backbone = load_backbone(save_backbone(folder / "bert"))
    parts = Parts("pairwise", TENSORS, 32, backbone, taxonomy_sha256="t" * 64)
    origin = Origin("tiny", license="MIT", languages=("en",), command="train", metrics={"f1": 0.5})
    save_parts(parts, folder / "model", origin)
    return folder / "model"


@pytest.fixture
def model(made, tmp_path):
    return shutil.copytree(made, tmp_path / "model")


def relist(folder, **changes):
    """Write the card anew, as one who changes a file and covers it up."""
    card = json.loads((folder / CARD).read_text())
    card["files"] = {
        path.name: {"bytes": file_entry(path).bytes, "sha256": file_entry(path).sha256}
        for path in folder.iterdir()
        if path.name != CARD
    }
    (folder / CARD).write_text(json.dumps(card | changes))


def test_a_folder_holds_what_its_card_lists(model):
    names = {"model.safetensors", "tokenizer.json", "config.json", "head.safetensors", "model.json"}
    assert {path.name for path in model.iterdir()} == names
    card = read_parts(model, architecture="pairwise").folder.card
    assert (card.task, card.base, card.license) == ("skills-pairwise", "bert", "MIT")
    assert (card.parameters["head"], card.max_tokens, card.metrics) == (96, 200, {"f1": 0.5})


def test_a_file_that_changed_is_refused(model):
    content = bytearray((model / HEAD).read_bytes())
    content[-1] ^= 1
    (model / HEAD).write_bytes(content)
    with pytest.raises(ModelFormatError, match=r"head\.safetensors has changed"):
        read_parts(model, architecture="pairwise")


def test_pickled_weights_are_refused(model):
    (model / "pytorch_model.bin").write_bytes(b"\x80\x04")
    with pytest.raises(ModelFormatError, match=r"pytorch_model\.bin is not listed"):
        read_parts(model, architecture="pairwise")
    relist(model)
    with pytest.raises(ModelFormatError, match="is no name that a model file may have"):
        read_parts(model, architecture="pairwise")


def test_a_head_on_another_backbone_is_refused(model, tmp_path):
    torch.manual_seed(5)
    other = load_backbone(save_backbone(tmp_path / "other", "roberta"))
    other.model.save_pretrained(tmp_path / "weights")
    shutil.copy(tmp_path / "weights" / WEIGHTS, model / WEIGHTS)
    relist(model)
    with pytest.raises(ModelMismatch, match="Head tiny was fitted to encoder"):
        read_parts(model, architecture="pairwise")


def test_a_head_of_another_taxonomy_is_refused(model):
    assert read_parts(model, architecture="pairwise", taxonomy_sha256="t" * 64).parts.dim == 32
    with pytest.raises(ModelMismatch, match="Head tiny was fitted to taxonomy tttttttttttt"):
        read_parts(model, architecture="pairwise", taxonomy_sha256="u" * 64)


def test_another_architecture_is_refused(model):
    with pytest.raises(ModelFormatError, match="is for 'skills-pairwise', not 'skills-one-pass'"):
        read_parts(model, architecture="one-pass")


@pytest.mark.parametrize(
    ("architecture", "command"),
    [
        ("one-pass", "metier skills train --architecture one-pass"),
        ("linking", "metier skills train-linker"),
    ],
)
def test_it_is_said_which_command_makes_a_model_that_fits(model, architecture, command):
    with pytest.raises(ModelFormatError, match=f"Name a folder that `{command}` wrote"):
        read_parts(model, architecture=architecture)


def test_a_backbone_that_is_not_there_is_missed(tmp_path):
    save_parts(Parts("pairwise", TENSORS, 32, encoder_sha256="e"), tmp_path / "m", Origin("tiny"))
    saved = read_parts(tmp_path / "m", architecture="pairwise", encoder_sha256="e")
    with pytest.raises(ModelFormatError, match=r"Model tiny holds no model\.safetensors"):
        saved.own_backbone()


@pytest.mark.parametrize(
    "content", [save(TENSORS), save(TENSORS, metadata={"facts": "["}), b"\0" * 8 + b"{x"]
)
def test_a_head_without_its_facts_is_refused(model, content):
    (model / HEAD).write_bytes(content)
    relist(model)
    with pytest.raises(ModelFormatError, match=r"head\.safetensors lacks a part or is damaged"):
        read_parts(model, architecture="pairwise")


def test_a_head_that_is_not_finite_is_refused(tmp_path):
    tensors = {"weight": np.full((3, 4), np.nan, np.float32)}
    save_parts(Parts("pairwise", tensors, 4), tmp_path / "m", Origin("tiny"))
    with pytest.raises(ModelFormatError, match="must hold finite numbers only"):
        read_parts(tmp_path / "m", architecture="pairwise")


def test_a_damaged_tokenizer_is_refused(model):
    (model / "tokenizer.json").write_text("{}")
    relist(model)
    with pytest.raises(ModelFormatError, match=r"tokenizer\.json is no tokenizer"):
        read_parts(model, architecture="pairwise")


def test_a_head_that_does_not_fit_its_backbone_is_refused(model):
    with pytest.raises(ModelMismatch, match="Model tiny: its head does not fit"):
        PairwiseClassifier.load(model)


def test_a_folder_that_is_not_empty_is_left_alone(model):
    with pytest.raises(InvalidInput, match="must be empty"):
        save_parts(Parts("pairwise", TENSORS, 32), model, Origin("tiny"))


def test_a_missing_folder_is_not_found(tmp_path):
    with pytest.raises(NotFound, match="is no model folder"):
        read_parts(tmp_path, architecture="pairwise")
