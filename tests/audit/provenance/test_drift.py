from dataclasses import replace

import pytest

from metier.audit.provenance.card import read_card
from metier.audit.provenance.drift import Parts, drift_findings
from metier.encoders.load import shipped_models
from metier.encoders.structure.onnx_file import read_onnx
from tests.audit.provenance.model_folders import TOKENS, clean_folder, config, tensors

IDS = {token: i for i, token in enumerate(TOKENS)}
SHAPES = {name: array.shape for name, array in tensors().items()}


@pytest.fixture
def parts(tmp_path):
    card = read_card(clean_folder(tmp_path / "m"))
    return Parts(card, config(), SHAPES, token_ids=IDS)


def said(parts):
    return [
        (finding.where, finding.facts["said"], finding.facts["found"]) for finding in drift_findings(parts)
    ]


def test_parts_that_fit_pass(parts):
    assert said(parts) == []
    assert said(Parts()) == []


def test_the_shipped_network_fits_its_card():
    folder = shipped_models()["base"]
    network = read_onnx(folder / "model.onnx")
    card = read_card(folder)
    assert drift_findings(Parts(card, network=network)) == []
    wrong = replace(card, dim=512, max_tokens=600, parameters={"all": 10})
    found = [f.facts for f in drift_findings(Parts(wrong, network=network, token_ids={"a": 70_000}))]
    assert [facts["said"] for facts in found] == [10, 512, 70_000, 600]


@pytest.mark.parametrize(
    ("changes", "contradiction"),
    [
        ({"hidden_size": 9}, ("config.json", 9, 8)),
        ({"num_hidden_layers": 3}, ("config.json", 3, 2)),
        ({"vocab_size": 41}, ("config.json", 41, 40)),
        ({"max_position_embeddings": 512}, ("config.json", 512, 16)),
        ({"id2label": {"0": "a", "1": "b", "2": "c"}}, ("config.json", 3, 2)),
    ],
)
def test_settings_that_contradict_the_weights_are_named(parts, changes, contradiction):
    assert contradiction in said(replace(parts, config=config() | changes))


@pytest.mark.parametrize(
    ("changes", "contradiction"),
    [
        ({"parameters": {"all": 5}}, ("model.json", 5, 866)),
        ({"dim": 9}, ("model.json", 9, 8)),
        ({"max_tokens": 512}, ("model.json", 512, 16)),
    ],
)
def test_a_card_that_contradicts_the_weights_is_named(parts, changes, contradiction):
    assert said(replace(parts, card=replace(parts.card, **changes))) == [contradiction]


def test_bytes_may_be_masks_that_count_for_nothing(parts):
    shapes = {**SHAPES, "embeddings.position_ids": (1, 16)}
    assert said(replace(parts, shapes=shapes)) == []
    shapes = {**SHAPES, "candidates": (100,)}
    assert len(said(replace(parts, shapes=shapes))) == 1
    assert said(replace(parts, shapes=shapes, masks=frozenset({"candidates"}))) == []


def test_ids_without_a_row_are_named(parts):
    assert said(replace(parts, token_ids={"a": 40})) == [("tokenizer.json", 40, 40)]


def test_what_an_architecture_does_by_right_passes(parts):
    shared = config() | {"model_type": "albert", "num_hidden_layers": 12}
    assert said(replace(parts, config=shared)) == []
    shifted = config() | {"max_position_embeddings": 14}
    assert said(replace(parts, config=shifted)) == []
    strange = config() | {"num_hidden_layers": "two", "id2label": 5, "architectures": None}
    assert said(replace(parts, config=strange)) == []
