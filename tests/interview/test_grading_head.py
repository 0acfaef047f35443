import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from safetensors.numpy import load_file, save

from metier.dialogue import Manner
from metier.encoders.folder import CARD, ModelCard, file_entry
from metier.errors import InvalidInput, ModelFormatError, ModelMismatch, NotFound
from metier.interview.features import NAMES
from metier.interview.grading_head import (
    EARNED,
    HEAD,
    MANNERS,
    N_CLUES,
    NONE,
    GradingHead,
    Thresholds,
    save_grading_head,
)
from metier.training.output import Origin
from tests.interview import bags

ENCODER = bags.BagEncoder.sha256
LIMITS = Thresholds(earned=0.6, wrong=0.7, manner=0.4, sure=0.1)
WEIGHTS = bags.weights(points={EARNED: {"nearest_reference": 2.0, "bias": -1.0}})


@pytest.fixture
def folder(tmp_path):
    origin = Origin("mine", license="MIT", languages=("en",), metrics={"f1": 0.5})
    save_grading_head(WEIGHTS, LIMITS, tmp_path / "head", origin, encoder_sha256=ENCODER)
    return tmp_path / "head"


def rewrite(folder, *, facts=None, tensors=None):
    """Put other facts or arrays into a head whose card then lists them; None takes one away."""
    held = {
        key: value for key, value in (load_file(folder / HEAD) | (tensors or {})).items() if value is not None
    }
    known = {
        "format": 1,
        "encoder_sha256": ENCODER,
        "features": list(NAMES),
        "manners": [manner.value for manner in MANNERS],
        "thresholds": {"earned": 0.5, "wrong": 0.5, "manner": 0.5, "sure": 0.1},
    } | (facts or {})
    known = {key: value for key, value in known.items() if value is not None}
    (folder / HEAD).write_bytes(save(held, metadata={"facts": json.dumps(known)}))
    relist(folder)


def relist(folder, **changes):
    card = ModelCard.parse((folder / CARD).read_bytes())
    (folder / CARD).write_bytes(replace(card, files={HEAD: file_entry(folder / HEAD)}, **changes).dump())


def load(folder):
    return GradingHead.load(folder, encoder_sha256=ENCODER)


def test_a_saved_head_is_loaded_as_it_was(folder):
    head = load(folder)
    assert (head.name, head.encoder_sha256, head.thresholds, len(head.sha256)) == (
        "mine",
        ENCODER,
        LIMITS,
        64,
    )
    for name in ("center", "mean", "scale", "points", "manners"):
        assert np.array_equal(getattr(head.weights, name), getattr(WEIGHTS, name))


def test_the_card_says_what_the_head_is(folder):
    card = ModelCard.parse((folder / CARD).read_bytes())
    assert (card.task, card.dim, card.license, card.languages) == ("grading", 12, "MIT", ("en",))
    assert card.base == f"head for encoder {ENCODER}"
    assert card.metrics["f1"] == 0.5
    assert card.parameters["head"] > 0


def test_the_same_weights_give_the_same_bytes(folder, tmp_path):
    load(folder)
    save_grading_head(WEIGHTS, LIMITS, tmp_path / "again", Origin("mine"), encoder_sha256=ENCODER)
    assert (tmp_path / "again" / HEAD).read_bytes() == (folder / HEAD).read_bytes()


def test_a_folder_in_use_is_not_written_to(folder):
    with pytest.raises(InvalidInput, match="must be empty. Name another folder"):
        save_grading_head(WEIGHTS, LIMITS, folder, Origin("mine"), encoder_sha256=ENCODER)


@pytest.mark.parametrize(
    "changes",
    [
        {"center": np.zeros(11, np.float32)},
        {"mean": np.zeros(len(NAMES) + 1, np.float32)},
        {"scale": np.zeros(len(NAMES), np.float32)},
        {"scale": -np.ones(len(NAMES), np.float32)},
        {"points": np.zeros((3, len(NAMES) + 1), np.float32)},
        {"points": np.full((4, len(NAMES) + 1), np.nan, np.float32)},
        {"manners": np.full((len(MANNERS), 12 + N_CLUES + 1), np.inf, np.float32)},
    ],
)
def test_weights_that_do_not_fit_are_neither_written_nor_read(folder, tmp_path, changes):
    with pytest.raises(InvalidInput, match="must fit together. Got center"):
        save_grading_head(
            replace(WEIGHTS, **changes), LIMITS, tmp_path / "new", Origin("x"), encoder_sha256=ENCODER
        )
    assert not (tmp_path / "new").exists()
    rewrite(folder, tensors=changes)
    with pytest.raises(ModelFormatError, match="finite numbers whose shapes fit together"):
        load(folder)


def test_another_encoder_is_refused(folder):
    with pytest.raises(
        ModelMismatch, match="fitted to encoder bbbbbbbbbbbb, the encoder in use is aaaaaaaaaaaa"
    ):
        GradingHead.load(folder, encoder_sha256="a" * 64)
    with pytest.raises(ModelMismatch, match="in use is none"):
        GradingHead.load(folder, encoder_sha256="")


@pytest.mark.parametrize(
    "facts",
    [
        {"format": None},
        {"encoder_sha256": None},
        {"features": None},
        {"manners": None},
        {"thresholds": None},
        {"thresholds": [1]},
        {"thresholds": {"earnt": 0.5}},
        {"thresholds": {"earned": "much"}},
    ],
)
def test_lacking_facts_are_told(folder, facts):
    rewrite(folder, facts=facts)
    with pytest.raises(ModelFormatError, match="Model mine: head.safetensors lacks a part or is damaged"):
        load(folder)


@pytest.mark.parametrize(
    "facts",
    [{"format": 2}, {"features": ["length"]}, {"manners": ["sings"]}, {"features": list(NAMES)[::-1]}],
)
def test_a_head_of_another_metier_is_told(folder, facts):
    rewrite(folder, facts=facts)
    with pytest.raises(ModelFormatError, match="must have format 1 and the features and manners of this"):
        load(folder)


@pytest.mark.parametrize("limits", [{"earned": 1.5}, {"sure": -0.1}])
def test_thresholds_out_of_range_are_told(folder, limits):
    rewrite(folder, facts={"thresholds": limits})
    with pytest.raises(ModelFormatError, match="thresholds from 0 to 1"):
        load(folder)


@pytest.mark.parametrize("name", ["center", "mean", "scale", "points", "manners"])
def test_a_lacking_tensor_is_told(folder, name):
    rewrite(folder, tensors={name: None})
    with pytest.raises(ModelFormatError, match="lacks a part or is damaged"):
        load(folder)


def test_a_head_without_facts_is_told(folder):
    (folder / HEAD).write_bytes(save(load_file(folder / HEAD)))
    relist(folder)
    with pytest.raises(ModelFormatError, match="lacks a part or is damaged"):
        load(folder)


def test_a_file_that_is_cut_short_is_told(folder):
    (folder / HEAD).write_bytes((folder / HEAD).read_bytes()[:-4])
    relist(folder)
    with pytest.raises(ModelFormatError, match="lacks a part or is damaged"):
        load(folder)


def test_a_changed_byte_is_told(folder):
    data = bytearray((folder / HEAD).read_bytes())
    data[-1] ^= 1
    (folder / HEAD).write_bytes(data)
    with pytest.raises(ModelFormatError, match="mine"):
        load(folder)


def test_a_model_for_something_else_is_told(folder):
    relist(folder, task="search")
    with pytest.raises(ModelFormatError, match="Model mine is for 'search', not 'grading'"):
        load(folder)


def test_no_folder_is_told(tmp_path):
    with pytest.raises(NotFound):
        load(tmp_path / "none")


FEATURES = arrays(np.float32, (3, len(NAMES)), elements=st.floats(-1e4, 1e4, width=32))


@given(FEATURES)
def test_what_is_done_to_a_point_is_one_of_four_things(features):
    found = bags.by_words().points(features)
    assert found.shape == (3, 4)
    assert found.sum(axis=1) == pytest.approx(1)
    assert (found >= 0).all()


def test_no_points_give_no_chances():
    assert bags.by_words().points(np.zeros((0, len(NAMES)), np.float32)).shape == (0, 4)


def test_each_point_is_judged_by_its_own_features():
    features = np.random.default_rng(0).normal(size=(4, len(NAMES))).astype(np.float32)
    together = bags.by_words().points(features)
    for i in range(4):
        assert np.array_equal(bags.by_words().points(features[i : i + 1])[0], together[i])


def test_features_are_standardised_before_they_are_weighed():
    features = np.full((1, len(NAMES)), 3.0, np.float32)
    weights = replace(
        WEIGHTS, mean=np.ones(len(NAMES), np.float32), scale=np.full(len(NAMES), 2.0, np.float32)
    )
    found = GradingHead("x", "", "", weights, LIMITS).points(features)[0]
    assert found[EARNED] == pytest.approx(np.e / (1 + np.e))  # 2 * (3 - 1) / 2 - 1 = 1
    assert found[NONE] == pytest.approx(1 / (1 + np.e))


@given(arrays(np.float32, 12, elements=st.floats(-1, 1, width=32)), st.floats(-1e6, 1e6))
def test_chances_of_manners_lie_between_0_and_1(vector, weight):
    head = bags.head(manners={Manner.ENDS: {"clue": weight, "bias": 0.0}})
    found = head.manners(vector, np.ones(N_CLUES, np.float32))
    assert found.shape == (len(MANNERS),)
    assert ((found >= 0) & (found <= 1)).all()


def test_a_manner_is_told_by_its_clue():
    head = bags.head(manners={Manner.ENDS: {"clue": 4.0, "bias": -2.0}})
    clues = np.ones(N_CLUES, np.float32)
    found = dict(zip(MANNERS, head.manners(np.zeros(12, np.float32), clues), strict=True))
    assert found[Manner.ENDS] == pytest.approx(1 / (1 + np.exp(-2)))
    assert found[Manner.PAUSES] < 1e-9
