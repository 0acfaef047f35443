from dataclasses import replace

import numpy as np
import pytest

from metier.errors import InvalidInput
from metier.expertise.application import LevelRange
from metier.expertise.boosting import BoostingOptions, FeatureTrainer
from metier.expertise.calibration import probabilities
from metier.expertise.data import LevelRow
from metier.expertise.feature_table import known_names
from metier.expertise.model import Calibration
from metier.expertise.ordinal import expected_ranks, softmax
from metier.training.output import Watch
from metier.types import Level
from tests.expertise.made_levels import made_item, made_rows, values_of

pytest.importorskip("sklearn")


@pytest.fixture(scope="module")
def model():
    return FeatureTrainer(BoostingOptions(trees=30), "abc").fit(made_rows(150), [], Watch())


def expected(model, **known):
    return float(expected_ranks(model.logits([made_item("", values_of(**known))]))[0])


def test_the_level_follows_from_months(model):
    levels = [expected(model, total_months=months) for months in (0, 24, 48, 72, 120)]
    assert levels[0] < 1
    assert levels[-1] > 3
    assert levels == sorted(levels)


def test_more_months_never_lower_the_level(model):
    levels = [expected(model, total_months=months) for months in range(0, 200, 3)]
    assert (np.diff(levels) >= -1e-12).all()


def test_a_document_is_told_alike_alone_and_in_company(model):
    items = [row.item for row in made_rows(40, seed=5)]
    together = model.logits(items)
    assert np.isfinite(together).all()
    assert all(model.logits([item]).tobytes() == together[i].tobytes() for i, item in enumerate(items))
    assert model.logits([]).shape == (0, 5)


def test_an_explanation_is_what_the_usual_value_would_change(model):
    months = [row.item.features.values[known_names().index("total_months")] for row in made_rows(150)]
    usual = float(np.nanmedian(months))
    item = made_item("", values_of(total_months=110.0))
    push = model.explain(item)[0]
    assert push.name == "total_months"
    assert push.effect == pytest.approx(
        expected(model, total_months=110) - expected(model, total_months=usual)
    )
    assert push.spans == ()


def test_an_explanation_speaks_of_calibrated_levels(model):
    item = made_item("", values_of(total_months=110.0))
    warm = model.with_calibration(Calibration(5.0, 0.9, 0.9, 20, ("en",), ()))
    assert 0 < warm.explain(item)[0].effect < model.explain(item)[0].effect
    assert np.allclose(probabilities(warm, [item]), softmax(model.logits([item]) / 5))


def test_what_is_usual_pushes_nothing(model):
    assert model.explain(made_item("", model.usual)) == ()


def test_the_same_rows_give_the_same_model(model):
    again = FeatureTrainer(BoostingOptions(trees=30), "abc").fit(made_rows(150), [], Watch())
    for name, array in again.forest.tensors().items():
        assert np.array_equal(array, model.forest.tensors()[name])


def test_labels_that_confirm_or_refute_a_claim_are_enough():
    above, below = LevelRange(Level.SENIOR, Level.LEAD), LevelRange(Level.INTERN, Level.MIDDLE)
    rows = [
        LevelRow(row.item, above if row.label.low.rank >= Level.SENIOR.rank else below)
        for row in made_rows(120)
    ]
    found = FeatureTrainer().fit(rows, [], Watch())
    few, many = (
        softmax(found.logits([made_item("", values_of(total_months=months))]))[0, 3:].sum()
        for months in (5, 110)
    )
    assert few < 0.2 < 0.7 < many


def test_it_needs_no_reading_and_sees_nothing_sensitive(model):
    assert (model.kind, model.reads, model.sensitive, model.sha256) == ("features", False, (), "")
    bare = replace(made_rows(1)[0].item, reading=None)
    assert model.logits([bare]).shape == (1, 5)


@pytest.mark.parametrize(
    "wrong", [{"trees": 0}, {"rate": 0.0}, {"leaves": 1}, {"leaf_rows": 0}, {"l2": -1.0}], ids=str
)
def test_options_out_of_range_are_refused(wrong):
    with pytest.raises(InvalidInput, match=f"{next(iter(wrong))} is out of its range"):
        BoostingOptions(**wrong)


def test_too_few_rows_are_refused():
    with pytest.raises(InvalidInput, match="at least 20"):
        FeatureTrainer().fit(made_rows(12), [], Watch())


def test_a_feature_that_no_row_tells_is_passed_over():
    rows = [
        replace(row, item=made_item(row.item.text, values_of(total_months=30.0 * (i % 5), jobs=np.nan)))
        for i, row in enumerate(made_rows(60))
    ]
    fitted = FeatureTrainer(BoostingOptions(trees=5)).fit(rows, [], Watch())
    told = fitted.logits([made_item("x", values_of(total_months=90.0, jobs=4.0))])
    assert np.isfinite(told).all()
