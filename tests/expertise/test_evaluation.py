import numpy as np
import pytest

from metier.errors import InvalidInput
from metier.expertise.application import LevelRange
from metier.expertise.data import LevelRow
from metier.expertise.evaluation import beats, draw_levels, evaluate_model, level_reliability, level_table
from metier.expertise.metrics import LevelTable
from metier.types import Level
from tests.expertise.made_levels import made_item, made_rows
from tests.expertise.test_folder import MODEL


def table(chances, labels):
    return LevelTable(np.asarray(chances, float), labels, np.arange(len(labels)))


def test_a_model_is_measured_on_labelled_rows():
    found = evaluate_model(MODEL, made_rows(50), n=20)
    assert (found.model, found.model_sha256, found.sensitive) == ("features", "", ())
    assert found.figures.rows == 50
    assert found.figures.coverage is not None
    assert len(found.rows_sha256) == 64


def test_no_rows_are_refused():
    with pytest.raises(InvalidInput, match="labelled rows. Got none"):
        evaluate_model(MODEL, [])


def test_rows_that_are_nearly_the_same_are_one_group():
    row = made_rows(1)[0]
    twin = LevelRow(made_item(row.item.text + " Now."), row.label)
    assert len(set(level_table(MODEL, [row, twin]).groups)) == 1


def test_models_are_held_against_each_other_by_what_is_known():
    levels = [LevelRange.of(level) for level in Level] * 4
    good = table(np.tile(np.eye(5) * 0.5 + 0.1, (4, 1)), levels)
    flat = table(np.full((20, 5), 0.2), levels)
    assert beats(good, flat, n=50).low > 0
    claims = [LevelRange(Level.SENIOR, Level.LEAD), LevelRange(Level.INTERN, Level.MIDDLE)] * 10
    sure = table([[0.1, 0.1, 0.1, 0.2, 0.5], [0.5, 0.2, 0.1, 0.1, 0.1]] * 10, claims)
    assert beats(sure, table(np.full((20, 5), 0.2), claims), n=50).value == 0.5
    same = table(np.full((3, 5), 0.2), [LevelRange.of(Level.LEAD)] * 3)
    assert beats(same, same, n=50) is None


def test_confidence_is_held_against_what_is_right():
    labels = [LevelRange.of(Level.INTERN), LevelRange.of(Level.LEAD)]
    found = level_reliability(table([[0.8, 0.05, 0.05, 0.05, 0.05]] * 2, labels))
    assert (found.confidence.tolist(), found.accuracy.tolist()) == ([0.8], [0.5])
    assert level_reliability(table(np.zeros((0, 5)), [])).count.sum() == 0


def test_levels_are_drawn(tmp_path):
    pytest.importorskip("matplotlib")
    rows = made_rows(30)
    draw_levels(level_table(MODEL, rows), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["confusion.svg", "reliability.svg"]
    assert "intern" in (tmp_path / "confusion.svg").read_text()


def test_without_known_levels_nothing_is_drawn(tmp_path):
    draw_levels(table([[0.2] * 5], [LevelRange(Level.SENIOR, Level.LEAD)]), tmp_path)
    assert not list(tmp_path.iterdir())
