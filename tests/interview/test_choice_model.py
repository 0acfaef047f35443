import json
from dataclasses import replace

import numpy as np
import pytest

from metier.encoders.fake import FakeEncoder
from metier.encoders.folder import CARD, ModelCard, ModelFolder, file_entry
from metier.encoders.load import Runtime
from metier.encoders.reading import TextKind
from metier.errors import ModelFormatError, ModelMismatch, NotFound
from metier.interview.choice_model import (
    CANDIDATES,
    TASK,
    ChoiceModel,
    load_choice_model,
    model_folder,
    read_candidates,
    write_candidates,
)
from metier.training.output import Origin
from metier.training.projection import save_projection

ENCODER = FakeEncoder(16)
TEXTS = {"a": "a: what is meant", "b, too": "b, too"}


@pytest.fixture
def folder(tmp_path):
    """Give what a training of a head leaves behind."""
    place = tmp_path / "mine" / "model"
    place.mkdir(parents=True)
    write_candidates(place, "answer-type", TEXTS)
    projection = np.random.default_rng(0).normal(size=(16, 16)).astype(np.float32)
    center = np.full(16, 0.01, np.float32)
    save_projection(projection, center, place, Origin("mine"), task=TASK, encoder_sha256=ENCODER.sha256)
    return place


def rewritten(folder, content):
    (folder / CANDIDATES).write_text(content, encoding="utf-8")
    card = ModelCard.parse((folder / CARD).read_bytes())
    entries = {**card.files, CANDIDATES: file_entry(folder / CANDIDATES)}
    (folder / CARD).write_bytes(replace(card, files=entries).dump())


def test_a_head_is_loaded_with_its_candidates(folder):
    model = load_choice_model(folder.parent, Runtime(), encoder=ENCODER)
    assert (model.name, model.target, dict(model.texts)) == ("mine", "answer-type", TEXTS)
    assert model.sha256 == ModelFolder.open(folder).sha256
    given = ENCODER.encode(["x y"], kind=TextKind.QUERY)
    passages = ENCODER.encode([TEXTS["a"], "new"], kind=TextKind.PASSAGE)
    expected = model.head.apply(given) @ model.head.apply(passages).T
    assert model.cosines(["x y"], ["a", "new"]) == pytest.approx(expected, abs=1e-6)
    assert load_choice_model(folder, Runtime(), encoder=ENCODER).sha256 == model.sha256


def test_equal_texts_have_equal_cosines_wherever_they_stand():
    names = [str(i) for i in range(37)]
    model = ChoiceModel("any", "", ENCODER, texts=dict.fromkeys(names, "the same text"))
    found = model.cosines([f"input {i}" for i in range(5)], names)
    assert (found == found[:, :1]).all()
    assert found.shape == (5, 37)
    assert model.cosines([], names).shape == (0, 37)


def test_a_head_of_another_encoder_is_refused(folder):
    with pytest.raises(ModelMismatch, match="was fitted to encoder"):
        load_choice_model(folder, Runtime(), encoder=FakeEncoder(8))


def test_a_folder_without_a_model_is_not_found(tmp_path):
    assert model_folder(tmp_path) == tmp_path
    with pytest.raises(NotFound, match="is no model folder"):
        load_choice_model(tmp_path, Runtime())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[]", "candidates.json lacks a part or is damaged"),
        ('{"format": 1, "target": "x"}', "lacks a part"),
        (json.dumps({"format": 1, "target": "x", "candidates": ["a"]}), "lacks a part"),
        (json.dumps({"format": 2, "target": "x", "candidates": []}), "must be 1. Got 2"),
    ],
)
def test_damaged_candidates_are_refused(folder, content, message):
    rewritten(folder, content)
    with pytest.raises(ModelFormatError, match=message):
        read_candidates(ModelFolder.open(folder))
    with pytest.raises(ModelFormatError, match=message):
        load_choice_model(folder, Runtime(), encoder=ENCODER)


def test_changed_candidates_are_noticed(folder):
    (folder / CANDIDATES).write_text((folder / CANDIDATES).read_text().replace("meant", "means"))
    with pytest.raises(ModelFormatError, match="has changed"):
        load_choice_model(folder, Runtime(), encoder=ENCODER)
