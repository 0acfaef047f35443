import json
from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import load_file, save

from metier.encoders.folder import CARD, ModelCard, file_entry
from metier.encoders.load import shipped_models
from metier.errors import InvalidInput, ModelFormatError, ModelMismatch, NotFound
from metier.skills.architectures.save import HEAD, Origin
from metier.skills.linking.head import (
    TASK,
    LinkingWeights,
    brings_encoder,
    load_linking_head,
    save_linking_head,
)
from tests.skills.linking.small import ENCODER, random_tagger

WEIGHTS = LinkingWeights(span=0.03, sentence=0.7, lexical=0.0)


@pytest.fixture
def folder(tmp_path):
    save_linking_head(
        random_tagger(), WEIGHTS, tmp_path / "head", Origin("mine"), encoder_sha256=ENCODER.sha256
    )
    return tmp_path / "head"


def rewrite(folder, *, facts=None, tensors=None):
    """Put other facts or arrays into a head whose card then lists them."""
    held = load_file(folder / HEAD) | (tensors or {})
    known = {"format": 1, "weights": {}, "encoder_sha256": ENCODER.sha256, "taxonomy_sha256": ""}
    known = {key: value for key, value in (known | (facts or {})).items() if value is not None}
    (folder / HEAD).write_bytes(save(held, metadata={"facts": json.dumps(known)}))
    card = ModelCard.parse((folder / CARD).read_bytes())
    (folder / CARD).write_bytes(replace(card, files={HEAD: file_entry(folder / HEAD)}).dump())


def test_a_saved_head_loads_in_half_precision(folder):
    head, tagger = load_linking_head(folder, encoder_sha256=ENCODER.sha256), random_tagger()
    assert (head.name, head.weights, head.encoder, head.encoder_sha256) == (
        "mine",
        WEIGHTS,
        None,
        ENCODER.sha256,
    )
    assert {array.dtype for array in load_file(folder / HEAD).values()} == {np.dtype(np.float16)}
    for name, array in tagger.tensors().items():
        assert head.tagger.tensors()[name] == pytest.approx(array, rel=1e-3, abs=1e-4)
    assert ModelCard.parse((folder / CARD).read_bytes()).task == TASK == "skills-linking"
    assert not brings_encoder(folder)


def test_a_head_of_another_encoder_is_refused_with_both_hashes(folder):
    with pytest.raises(
        ModelMismatch, match=f"{ENCODER.sha256[:12]}.*{'0' * 12}.*Use the encoder it belongs to"
    ):
        load_linking_head(folder, encoder_sha256="0" * 64)


def test_a_changed_byte_is_refused(folder):
    data = bytearray((folder / HEAD).read_bytes())
    data[-1] ^= 1
    (folder / HEAD).write_bytes(data)
    with pytest.raises(ModelFormatError, match="has changed since it was made"):
        load_linking_head(folder, encoder_sha256=ENCODER.sha256)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"facts": {"format": 2}}, "format of its head.safetensors must be 1. Got 2"),
        ({"facts": {"format": None}}, "must be 1. Got None"),
        ({"facts": {"weights": None}}, "lacks its weights or they are damaged"),
        ({"facts": {"weights": {"span": -1}}}, "lacks its weights"),
        ({"facts": {"weights": {"spam": 1}}}, "lacks its weights"),
        ({"facts": {"weights": [1]}}, "lacks its weights"),
        ({"facts": {"encoder_sha256": None}}, "lacks a part or is damaged"),
        ({"tensors": {"out_bias": np.zeros(5, np.float16)}}, "its tagger lacks a part"),
        ({"tensors": {"out_bias": np.full(6, np.nan, np.float16)}}, "finite numbers only"),
    ],
)
def test_a_damaged_head_is_refused(folder, change, message):
    rewrite(folder, **change)
    with pytest.raises(ModelFormatError, match=message):
        load_linking_head(folder, encoder_sha256=ENCODER.sha256)


def test_a_tagger_of_another_width_than_the_card_says_is_refused(folder):
    rewrite(folder, tensors={k: v.astype(np.float16) for k, v in random_tagger(dim=32).tensors().items()})
    with pytest.raises(ModelMismatch, match="does not fit its encoder"):
        load_linking_head(folder, encoder_sha256=ENCODER.sha256)


def test_a_model_for_something_else_is_refused():
    with pytest.raises(ModelFormatError, match="is for 'skills', not 'skills-linking'"):
        load_linking_head(shipped_models()["skills"], encoder_sha256=ENCODER.sha256)


def test_a_missing_folder_is_not_found(tmp_path):
    for call in (load_linking_head, brings_encoder):
        with pytest.raises(NotFound, match="holds no model.json"):
            call(tmp_path)


def test_a_full_folder_is_not_written_to(folder):
    with pytest.raises(InvalidInput, match="must be empty"):
        save_linking_head(random_tagger(), WEIGHTS, folder, Origin("x"), encoder_sha256="1" * 64)


def test_a_head_needs_an_encoder_or_a_backbone(tmp_path):
    with pytest.raises(InvalidInput, match="exactly one"):
        save_linking_head(random_tagger(), WEIGHTS, tmp_path / "x", Origin("x"))


def test_numbers_beyond_half_precision_are_refused(tmp_path):
    tagger = replace(random_tagger(), out_bias=np.full(6, 1e6, np.float32))
    with pytest.raises(InvalidInput, match="out_bias of the tagger holds a number"):
        save_linking_head(tagger, WEIGHTS, tmp_path / "x", Origin("x"), encoder_sha256="1" * 64)


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"span": -0.1}, "Weight span must be from 0"),
        ({"span": float("nan")}, "Weight span must be from 0"),
        ({"lexical": float("inf")}, "Weight lexical must be from 0"),
        ({"prior": True}, "Weight prior must be a number. Got bool"),
        ({"prior": "1"}, "Weight prior must be a number. Got str"),
        ({"sentences": 1}, "Weights of linking are span, sentence.*Got 'sentences'"),
    ],
)
def test_weights_that_break_a_rule_are_refused(mapping, message):
    with pytest.raises(InvalidInput, match=message):
        LinkingWeights.from_mapping(mapping)


def test_weights_that_are_left_out_have_their_default():
    assert LinkingWeights.from_mapping({"span": 0}) == replace(LinkingWeights(), span=0)


def test_a_tuned_backbone_lies_in_the_folder_and_is_the_encoder(tmp_path):
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    from metier.training.backbone import backbone_encoder, load_backbone
    from tests.skills.architectures import tiny

    backbone = load_backbone(tiny.save_backbone(tmp_path / "bert"))
    tagger = random_tagger(dim=backbone.dim)
    save_linking_head(tagger, WEIGHTS, tmp_path / "head", Origin("tuned"), backbone=backbone)
    head = load_linking_head(tmp_path / "head", encoder_sha256="whatever")
    assert brings_encoder(tmp_path / "head")
    assert head.encoder.sha256 == head.encoder_sha256
    text = "w1 w2 w3"
    expected = backbone_encoder(backbone, sha256="").read(text)
    assert head.encoder.read(text).states.tobytes() == expected.states.tobytes()
