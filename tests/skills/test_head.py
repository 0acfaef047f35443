import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save

from metier.encoders.folder import CARD, ModelCard
from metier.encoders.load import shipped_models
from metier.errors import ModelFormatError, ModelMismatch, NotFound
from metier.skills.build_head import HeadOptions, write_head
from metier.skills.head import HEAD, SkillHead, sigmoid
from metier.skills.taxonomy_files import default_taxonomy
from tests.skills.heads import ENCODER, fake_head


@pytest.fixture
def folder(tmp_path):
    write_head(fake_head(), tmp_path / "head", HeadOptions(()), {})
    return tmp_path / "head"


def rehash(folder):
    from dataclasses import replace

    from metier.encoders.folder import file_entry

    card = ModelCard.parse((folder / CARD).read_bytes())
    (folder / CARD).write_bytes(replace(card, files={HEAD: file_entry(folder / HEAD)}).dump())


def test_a_written_head_loads_and_says_the_same(folder):
    head, loaded = fake_head(), SkillHead.load(folder, encoder_sha256=ENCODER.sha256)
    sentences = [ENCODER.read("Teaching newcomers."), ENCODER.read("")]
    overlap = np.zeros((2, 3, 2))
    queries = head.prepare(head.practice_vectors)
    first, second = (each.probabilities(sentences, queries, overlap) for each in (head, loaded))
    assert np.array_equal(first, second)
    assert loaded.settled_names == {"go"}
    assert loaded.threshold == head.threshold


def test_a_head_of_another_encoder_is_refused(folder):
    with pytest.raises(ModelMismatch, match="was fitted to encoder .* --model none"):
        SkillHead.load(folder, encoder_sha256="0" * 64)


def test_a_changed_byte_is_refused(folder):
    data = bytearray((folder / HEAD).read_bytes())
    data[-1] ^= 1
    (folder / HEAD).write_bytes(data)
    with pytest.raises(ModelFormatError, match="has changed since it was made"):
        SkillHead.load(folder, encoder_sha256=ENCODER.sha256)


def test_a_head_without_a_part_is_refused(folder):
    (folder / HEAD).write_bytes(save({"name_weights": np.eye(2, dtype=np.float32)}, metadata={"facts": "{}"}))
    rehash(folder)
    with pytest.raises(ModelFormatError, match="lacks a part or is damaged"):
        SkillHead.load(folder, encoder_sha256=ENCODER.sha256)


def test_a_model_for_something_else_is_refused():
    with pytest.raises(ModelFormatError, match="is for 'encoder', not for 'skills'"):
        SkillHead.load(shipped_models()["base"], encoder_sha256="0" * 64)


def test_a_missing_folder_is_not_found(tmp_path):
    with pytest.raises(NotFound, match="holds no model.json"):
        SkillHead.load(tmp_path, encoder_sha256="0" * 64)


def test_the_shipped_head_belongs_to_the_shipped_encoder_and_taxonomy():
    shipped = shipped_models()
    from metier.encoders.folder import ModelFolder

    head = SkillHead.load(shipped["skills"], encoder_sha256=ModelFolder.open(shipped["base"]).sha256)
    assert head.taxonomy_sha256 == default_taxonomy().sha256
    assert 0 < head.threshold < 1
    assert sum(file.stat().st_size for file in shipped["skills"].iterdir()) < 2_000_000
    facts = json.loads((shipped["skills"] / CARD).read_text())
    assert facts["training_data"]


def test_probabilities_are_what_the_formula_says():
    weights = np.array([2.0, 1.0, -0.25], np.float32)
    head = fake_head(feature_weights=weights, intercept=-0.5)
    sentences = [ENCODER.read("Teaching newcomers"), ENCODER.read("Walked the dog")]
    vectors = head.practice_vectors.astype(np.float64)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    overlap = np.random.default_rng(1).random((2, 3, 2))
    found = head.probabilities(sentences, head.prepare(head.practice_vectors), overlap)
    for i, sentence in enumerate(sentences):
        x = sentence.states / np.linalg.norm(sentence.states, axis=1, keepdims=True)
        margin = np.log(np.exp(4 * x @ vectors.T).mean(axis=0)) - 1
        weighed = 2 * margin + overlap[i, :, 0] - 0.25 * overlap[i, :, 1] - 0.5
        assert found[i] == pytest.approx(1 / (1 + np.exp(-weighed)), abs=1e-4)


def test_the_most_telling_skill_of_a_sentence_is_the_largest_margin():
    head = fake_head()
    sentence, queries = ENCODER.read("Teaching newcomers"), head.prepare(head.practice_vectors)
    margins = head.features([sentence], queries, np.zeros((1, 3, 2)))[0, :, 0]
    assert head.most_telling(sentence, queries) == margins.max()


@given(st.floats(-1e6, 1e6))
def test_sigmoid_stays_within_0_and_1_and_is_symmetric(logit):
    low, high = sigmoid(np.array([-logit, logit]))
    assert 0 <= low <= 1
    assert low + high == pytest.approx(1)


def test_a_name_probability_follows_its_weights():
    weights = np.zeros(ENCODER.dim, np.float32)
    weights[0] = 1
    head = fake_head(name_weights=weights, name_bias=0.0)
    state = np.zeros(ENCODER.dim, np.float32)
    assert head.name_probability(state) == 0.5
    state[0] = 3
    assert head.name_probability(state) == pytest.approx(1 / (1 + np.exp(-3)))
