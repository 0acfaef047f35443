import json

import numpy as np
import pytest

from metier.cli.expertise_training_tables import (
    comparison_table,
    evaluation_table,
    plain,
    plain_json,
    training_table,
)
from metier.expertise.application import LevelRange
from metier.expertise.comparison import Comparison, Gap
from metier.expertise.evaluation import LevelEvaluation
from metier.expertise.metrics import LevelTable, evaluate_levels
from metier.expertise.model import Calibration
from metier.expertise.training import LevelReport
from metier.training.intervals import Interval
from metier.types import Level, Role

CALIBRATION = Calibration(1.0, 0.7, 0.9, 9, ("en",), (Role.RESUME,))
TABLE = LevelTable(
    np.tile(np.eye(5) * 0.5 + 0.1, (4, 1)), [LevelRange.of(level) for level in Level] * 4, np.arange(20)
)
FIGURES = evaluate_levels(TABLE, CALIBRATION, n=20)
REPORT = LevelReport(
    kind="features",
    parts={"train": 30, "report": 20},
    counts={"intern": 4},
    ranges=0,
    rows_sha256="ab",
    calibration=CALIBRATION,
    figures=FIGURES,
    baselines={"majority": FIGURES},
    beats={"majority": Interval(0.3, 0.1, 0.5)},
    sensitive=("age",),
    notes=("Mind this.",),
)


def test_a_training_is_shown_beside_its_baselines():
    shown = training_table(REPORT)
    for words in (
        "features",
        "majority",
        "ROC-AUC",
        "Set coverage",
        "lead",
        "+0.300",
        "yes, better",
        "Mind this.",
    ):
        assert words in shown
    assert "Trained with age." in shown
    assert "Claims" not in shown


def test_a_training_without_a_report_part_is_shown_by_its_notes():
    bare = LevelReport("features", {}, {}, 0, "ab", CALIBRATION, None, {}, {}, (), ("Nothing was measured.",))
    assert training_table(bare).strip() == "Nothing was measured."


def test_an_evaluation_is_shown():
    shown = evaluation_table(LevelEvaluation("mine", "cd", "ab", FIGURES, ()))
    assert "mine" in shown
    assert "Trained with" not in shown


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        (Interval(0.1, 0.05, 0.2), "yes, better"),
        (Interval(-0.1, -0.2, -0.05), "yes, worse"),
        (Interval(0.0, -0.1, 0.1), " no"),
    ],
)
def test_a_comparison_says_which_are_told_apart(gap, words):
    found = Comparison(20, 5, "ab", {"features": FIGURES, "llm": FIGURES}, (Gap("features", "llm", gap),))
    shown = comparison_table(found)
    assert "20 rows, 5 folds" in shown
    assert words in shown


def test_json_has_no_numbers_that_are_none():
    found = plain({"a": (float("nan"), 0.12345678), "b": Interval(1.0, float("-inf"), 2.0), "c": None})
    assert found == {"a": [None, 0.123457], "b": {"value": 1.0, "low": None, "high": 2.0}, "c": None}
    assert json.loads(plain_json(REPORT))["figures"]["counts"]["lead"] == 4
