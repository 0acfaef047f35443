import numpy as np
import pytest

pytest.importorskip("sklearn")

from metier.encoders.fake import FakeEncoder
from metier.engine.evaluation.figures import CHANCES, GOLD
from metier.engine.evaluation.levels import LevelsMeasure, level_chances
from metier.engine.evaluation.memory import RememberingEncoder
from metier.engine.evaluation.protocol import Bench, CannotMeasure
from metier.types import Level
from tests.engine.evaluation.made_sets import Folder, level_rows


def measured(tmp_path, train):
    data = Folder(tmp_path).add("levels", "levels", train=train, report=level_rows(4, start=50))
    return LevelsMeasure().measure(data, Bench(RememberingEncoder(FakeEncoder(32)), {}))


def test_levels_are_learned_from_their_words(tmp_path):
    found = measured(tmp_path, level_rows(8))
    assert found.figures == ("roc_auc", "qwk", "adjacent")
    chances = np.stack([found.columns[name] for name in CHANCES], axis=1)
    assert np.allclose(chances.sum(axis=1), 1)
    assert (chances.argmax(axis=1) == found.columns[GOLD]).mean() > 0.8


def test_one_level_alone_teaches_nothing(tmp_path):
    with pytest.raises(CannotMeasure, match="fewer than two levels"):
        measured(tmp_path, [{"text": "a task", "level": "lead"}])


def test_a_level_that_no_row_has_is_hardly_told():
    rng = np.random.default_rng(0)
    pooled = rng.standard_normal((40, 6)).astype(np.float32)
    pooled[:, 0] = np.where(pooled[:, 0] < 0, -4, 4)
    levels = [Level.JUNIOR if row[0] < 0 else Level.SENIOR for row in pooled]
    chances = level_chances(pooled, levels, pooled, seed=0)
    assert chances[:, Level.LEAD.rank].max() < 0.1
    assert (chances[:, Level.SENIOR.rank] > chances[:, Level.JUNIOR.rank]).tolist() == [
        level is Level.SENIOR for level in levels
    ]
