import json
from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import load_file, save

from metier.encoders.folder import CARD, ModelCard, ModelFolder, file_entry
from metier.errors import InvalidInput, ModelFormatError
from metier.expertise.boosting import FeatureLevels
from metier.expertise.feature_table import known_names
from metier.expertise.folder import LEVELS, read_parts, save_levels
from metier.expertise.model import Calibration
from metier.expertise.trees import forest_of
from metier.training.output import Origin
from metier.types import Role

CALIBRATION = Calibration(1.5, 0.8, 0.9, 40, ("en", "ru"), (Role.RESUME,))
FOREST = forest_of([None] * 4, [2.0, 1.0, -1.0, -2.0])
MODEL = FeatureLevels(known_names(), np.full(len(known_names()), np.nan), FOREST, "abc", CALIBRATION)
ORIGIN = Origin("mine", license="MIT", languages=("en",), metrics={"qwk": 0.5})


@pytest.fixture
def folder(tmp_path):
    save_levels(MODEL, tmp_path / "model", ORIGIN)
    return tmp_path / "model"


def rewrite(folder, **facts):
    """Put other facts into a model whose card then lists them; None takes one away."""
    tensors = load_file(folder / LEVELS)
    known = {
        "format": 1,
        "kind": "features",
        "encoder_sha256": "abc",
        "calibration": json.loads(json.dumps(dict(zip(CALIBRATION.__slots__, values(), strict=True)))),
        "model": {"features": list(known_names())},
    }
    known = {key: value for key, value in {**known, **facts}.items() if value is not None}
    (folder / LEVELS).write_bytes(save(tensors, metadata={"facts": json.dumps(known)}))
    relist(folder)


def values():
    return [getattr(CALIBRATION, name) for name in CALIBRATION.__slots__]


def relist(folder, **changes):
    card = ModelCard.parse((folder / CARD).read_bytes())
    (folder / CARD).write_bytes(replace(card, files={LEVELS: file_entry(folder / LEVELS)}, **changes).dump())


def test_a_saved_model_is_read_as_it_was(folder):
    kind, parts, calibration = read_parts(ModelFolder.open(folder))
    assert (kind, parts.encoder_sha256, calibration) == ("features", "abc", CALIBRATION)
    assert parts.facts == {"features": list(known_names())}
    assert np.array_equal(parts.tensors["trees.base"], FOREST.base)


def test_the_card_says_what_the_model_is(folder):
    card = ModelCard.parse((folder / CARD).read_bytes())
    assert (card.name, card.task, card.license, card.metrics) == ("mine", "expertise", "MIT", {"qwk": 0.5})
    assert card.base == "head for encoder abc"
    assert list(card.files) == [LEVELS]


def test_a_model_that_was_not_calibrated_is_saved_too(tmp_path):
    save_levels(replace(MODEL, calibration=None), tmp_path / "bare", ORIGIN)
    assert read_parts(ModelFolder.open(tmp_path / "bare"))[2] is None


def test_equal_models_give_equal_folders(folder, tmp_path):
    save_levels(MODEL, tmp_path / "again", ORIGIN)
    assert ModelFolder.open(tmp_path / "again").sha256 == ModelFolder.open(folder).sha256


def test_a_folder_with_something_in_it_is_left_alone(folder):
    with pytest.raises(InvalidInput, match="must be empty"):
        save_levels(MODEL, folder, ORIGIN)


def test_infinite_numbers_are_not_saved(tmp_path):
    wrong = replace(MODEL, usual=np.full(len(known_names()), np.inf))
    with pytest.raises(InvalidInput, match="usual holds others"):
        save_levels(wrong, tmp_path / "model", ORIGIN)


def test_a_model_for_another_task_is_refused(folder):
    relist(folder, task="grading")
    with pytest.raises(ModelFormatError, match="is for 'grading', not 'expertise'"):
        read_parts(ModelFolder.open(folder))


@pytest.mark.parametrize(
    "facts",
    [
        {"kind": None},
        {"kind": 3},
        {"model": [1]},
        {"calibration": {"temperature": 1.0}},
        *(
            {"calibration": {**dict(zip(CALIBRATION.__slots__, values(), strict=True)), name: value}}
            for name, value in (
                ("temperature", 0.0),
                ("temperature", "warm"),
                ("quantile", 1.5),
                ("coverage", 1.0),
                ("rows", -1),
                ("roles", ["boss"]),
                ("languages", [1]),
                ("more", 1),
            )
        ),
    ],
    ids=str,
)
def test_damaged_facts_are_refused(folder, facts):
    rewrite(folder, **facts)
    with pytest.raises(ModelFormatError, match="lacks a part or is damaged"):
        read_parts(ModelFolder.open(folder))


def test_another_format_is_refused(folder):
    rewrite(folder, format=9)
    with pytest.raises(ModelFormatError, match="must have format 1. Got 9"):
        read_parts(ModelFolder.open(folder))


def test_a_file_that_is_no_safetensors_is_refused(folder):
    (folder / LEVELS).write_bytes(b"nonsense")
    relist(folder)
    with pytest.raises(ModelFormatError, match="does not hold what its name says"):
        read_parts(ModelFolder.open(folder))
