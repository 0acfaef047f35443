import numpy as np
import pytest

from metier.errors import InvalidInput
from metier.expertise.application import LevelRange
from metier.expertise.calibration import Grounds, calibrate, fit_temperature, log_loss, probabilities
from metier.expertise.data import LevelRow
from metier.expertise.model import Calibration
from metier.expertise.ordinal import allowed_levels, softmax
from metier.types import Level, Role
from tests.expertise.made_levels import made_item, made_rows


def drawn(n, temperature, *, seed=0):
    """Draw levels from logits that are too sure by a known temperature."""
    rng = np.random.default_rng(seed)
    honest = rng.normal(0, 1.5, (n, 5))
    ranks = [rng.choice(5, p=row) for row in softmax(honest)]
    return honest * temperature, [LevelRange.of(list(Level)[rank]) for rank in ranks]


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_the_temperature_is_found_that_logits_were_made_with(temperature):
    logits, labels = drawn(4000, temperature)
    assert fit_temperature(logits, allowed_levels(labels)) == pytest.approx(temperature, rel=0.08)


def test_a_handful_of_right_rows_makes_nobody_certain():
    logits = np.tile([3.0, 0, 0, 0, 0], (3, 1))
    labels = [LevelRange.of(Level.INTERN)] * 3
    assert fit_temperature(logits, allowed_levels(labels)) > 0.5


def test_a_label_of_several_levels_counts_by_their_sum():
    logits = np.log([[0.1, 0.2, 0.3, 0.25, 0.15]])
    allowed = allowed_levels([LevelRange(Level.SENIOR, Level.LEAD)])
    assert log_loss(logits, allowed) == pytest.approx(-np.log(0.4))


def test_without_rows_nothing_is_changed_and_nothing_ruled_out():
    found = calibrate(np.zeros((0, 5)), [])
    assert found == Calibration(1.0, 1.0, 0.9, 0, (), ())


def test_the_claim_is_limited_to_what_was_calibrated_on():
    rows = made_rows(40)
    logits = np.random.default_rng(0).normal(size=(40, 5))
    found = calibrate(logits, rows, coverage=0.8)
    assert (found.rows, found.coverage, found.languages, found.roles) == (40, 0.8, ("en",), (Role.RESUME,))
    assert 0 < found.quantile < 1
    assert Grounds.of([]) == Grounds((), ())


def test_a_range_is_held_by_any_level_that_it_allows():
    row = LevelRow(made_item("text"), LevelRange(Level.JUNIOR, Level.LEAD))
    logits = np.tile([3.0, 2.0, 0, 0, -3.0], (50, 1))
    likeliest_allowed = calibrate(logits, [row] * 50).quantile
    assert likeliest_allowed < 1


def test_logits_that_do_not_fit_are_refused():
    with pytest.raises(InvalidInput, match="logits for each row"):
        calibrate(np.zeros((2, 5)), made_rows(3))


class Fixed:
    def __init__(self, calibration):
        self.calibration = calibration

    def logits(self, items):
        return np.tile([2.0, 0, 0, 0, 0], (len(items), 1))


def test_probabilities_are_those_at_the_temperature():
    cold = probabilities(Fixed(None), [made_item("a")])
    warm = probabilities(Fixed(Calibration(2.0, 0.9, 0.9, 9, (), ())), [made_item("a")])
    assert cold[0, 0] == pytest.approx(np.exp(2) / (np.exp(2) + 4))
    assert warm[0, 0] == pytest.approx(np.e / (np.e + 4))
    assert probabilities(Fixed(None), []).shape == (0, 5)
