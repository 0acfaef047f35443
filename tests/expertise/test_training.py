from dataclasses import replace

import pytest

from metier.errors import InvalidInput
from metier.expertise.application import LevelRange
from metier.expertise.boosting import BoostingOptions, FeatureTrainer
from metier.expertise.calibration import probabilities
from metier.expertise.conformal import level_set
from metier.expertise.data import LevelRow
from metier.expertise.fit_read_once import ReadOnceTrainer
from metier.expertise.training import LevelOptions, train_levels
from metier.training.output import Watch
from metier.training.splits import Part
from metier.types import Level, Role
from tests.expertise.made_levels import made_rows

pytest.importorskip("sklearn")
LEARNER = FeatureTrainer(BoostingOptions(trees=20), "abc")


def trained(rows, **options):
    return train_levels(rows, LevelOptions(LEARNER, resamples=30, **options), Watch())


@pytest.fixture(scope="module")
def training():
    return trained(made_rows(250))


def test_a_model_is_fitted_calibrated_and_reported(training):
    report = training.report
    assert sum(report.parts.values()) == 250
    assert report.counts == {level.value: 50 for level in Level}
    assert (report.kind, report.ranges, report.sensitive, report.notes) == ("features", 0, (), ())
    assert training.model.calibration == report.calibration
    assert report.calibration.rows == report.parts["calibrate"]
    assert (report.calibration.languages, report.calibration.roles) == (("en",), (Role.RESUME,))
    assert report.figures.rows == report.parts["report"] == len(training.table.labels)


def test_it_is_held_against_every_baseline(training):
    report = training.report
    assert list(report.baselines) == list(report.beats) == ["majority", "text length", "years of experience"]
    assert report.beats["majority"].low > 0
    assert report.baselines["majority"].roc_auc.value == pytest.approx(0.5)


def test_sets_hold_about_what_they_claim(training):
    assert training.report.figures.coverage.value > 0.8
    item = made_rows(3, seed=8)[2].item
    found = level_set(probabilities(training.model, [item])[0], training.report.calibration)
    assert 1 <= len(found) <= 5


def test_what_is_reported_was_used_for_nothing_else():
    seen = []

    class Spy:
        kind, reads = "features", False

        def fit(self, rows, tune_rows, watch):
            seen.extend(row.item.text for row in [*rows, *tune_rows])
            return LEARNER.fit(rows, tune_rows, watch)

    rows = made_rows(120)
    found = train_levels(rows, LevelOptions(Spy(), resamples=5), Watch())
    assert len(seen) == found.report.parts["train"] + found.report.parts["tune"]
    unseen = {row.item.text for row in rows} - set(seen)
    assert len(unseen) == found.report.parts["calibrate"] + found.report.parts["report"]


def test_few_rows_are_reported_with_what_that_means():
    notes = trained(made_rows(50)).report.notes
    assert any("too few to make sets" in note for note in notes)
    assert any("rows say little" in note for note in notes)


def test_all_rows_may_be_learned_from():
    found = trained(made_rows(40), shares={Part.TRAIN: 1.0})
    assert found.report.figures is found.table is None
    assert found.report.baselines == {}
    assert found.report.calibration.quantile == 1.0


def test_claims_alone_are_reported_by_claims():
    above, below = LevelRange(Level.SENIOR, Level.LEAD), LevelRange(Level.INTERN, Level.MIDDLE)
    rows = [LevelRow(row.item, above if row.label.low.rank >= 3 else below) for row in made_rows(200)]
    report = trained(rows).report
    assert (report.ranges, report.counts, report.figures.roc_auc) == (200, {}, None)
    assert report.figures.claims_auc.value > 0.7
    assert report.beats["majority"].value > 0.2


def test_twelve_rows_are_refused_with_the_number_that_is_needed():
    with pytest.raises(InvalidInput, match=r"at least 20 labelled rows.* about 31 in all. Got 7"):
        trained(made_rows(12))


def test_rows_without_readings_are_refused_before_anything_is_done():
    rows = [LevelRow(replace(row.item, reading=None), row.label) for row in made_rows(40)]
    with pytest.raises(InvalidInput, match="40 of 40 have none"):
        train_levels(rows, LevelOptions(ReadOnceTrainer()), Watch())


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"coverage": 1.0}, "coverage must lie"),
        ({"shares": {Part.REPORT: 1.0}}, "must name the part to train on"),
        ({"resamples": 0}, "resamples must be"),
    ],
)
def test_options_out_of_range_are_refused(wrong, words):
    with pytest.raises(InvalidInput, match=words):
        LevelOptions(LEARNER, **wrong)
