import math

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from metier.errors import InvalidInput  # noqa: E402
from metier.expertise.application import LevelRange  # noqa: E402
from metier.expertise.networks.task import (  # noqa: E402
    LevelTask,
    LevelTaskOptions,
    TokenRows,
    TuneScore,
    macro_auc,
)
from metier.expertise.ordinal import allowed_levels  # noqa: E402
from metier.types import Level  # noqa: E402

EXACT = allowed_levels([LevelRange.of(level) for level in (*Level, Level.JUNIOR)])


class ByFirstToken:
    """Likes the level that the first token of a row names."""

    def __init__(self):
        self.module = torch.nn.Linear(5, 5)
        with torch.no_grad():
            self.module.weight.copy_(torch.eye(5))
            self.module.bias.zero_()

    def forward(self, rows):
        return self.module(torch.eye(5)[[row[0] for row in rows]] * 9)


def token_rows(firsts, allowed=EXACT):
    return TokenRows([(first, *range(place)) for place, first in enumerate(firsts)], allowed)


RIGHT = token_rows([0, 1, 2, 3, 4, 1])
NONE = TokenRows([], np.zeros((0, 5), bool))


def task(train=RIGHT, tune=RIGHT, **options):
    return LevelTask(ByFirstToken(), train, tune, LevelTaskOptions(**options))


def scores(**options):
    with torch.no_grad():
        return task(**options).evaluate()


def test_right_levels_have_a_small_loss_and_the_best_scores():
    assert float(task().loss((0, 1, 2)).detach()) < 0.01
    found = scores()
    assert (found["score"], found["auc"], found["accuracy"]) == (1.0, 1.0, 1.0)
    assert scores(score=TuneScore.NLL)["score"] == -found["nll"]


def test_wrong_levels_have_a_large_loss_and_bad_scores():
    wrong = token_rows([4, 3, 1, 0, 2, 0])
    assert float(task(train=wrong).loss((0, 1, 2)).detach()) > 2
    found = scores(tune=wrong)
    assert found["auc"] < 0.6
    assert found["accuracy"] == 0


def test_what_seldom_levels_gained_is_taken_off_the_tune_figures():
    often = token_rows(
        [0] * 8 + [4], allowed_levels([LevelRange.of(Level.INTERN)] * 8 + [LevelRange.of(Level.LEAD)])
    )
    shift = task(train=often).prior_shift
    assert shift[0] > shift[4] == shift[1]
    assert shift[0] - shift[4] == pytest.approx(math.log(8))
    assert not task(train=often, balanced=False).prior_shift.any()
    unsure = token_rows([2, 2], allowed_levels([LevelRange.of(Level.INTERN), LevelRange.of(Level.LEAD)]))
    even, shifted = (scores(train=often, tune=unsure, balanced=flag)["nll"] for flag in (False, True))
    assert shifted != even


def test_every_row_comes_once_in_an_epoch_and_the_order_follows_from_the_seed():
    one = task(batch_size=4)
    first = one.batches(seed=1, epoch=0)
    assert sorted(i for batch in first for i in batch) == list(range(6))
    assert first == one.batches(seed=1, epoch=0)
    assert any(first != one.batches(seed=1, epoch=epoch) for epoch in range(1, 6))


def test_other_rows_have_another_hash():
    assert task().data_sha256 == task().data_sha256
    assert task().data_sha256 != task(train=token_rows([0, 1, 2, 3, 4, 4])).data_sha256


def test_a_row_of_several_levels_says_nothing_between_them():
    allowed = allowed_levels([LevelRange.of(Level.INTERN), LevelRange(Level.SENIOR, Level.LEAD)])
    liked = np.array([[2.0, 0, 0, 0, 0], [1.0, 0, 0, 9, 0]])
    assert macro_auc(allowed, liked) == 1.0
    assert math.isnan(macro_auc(allowed[1:], liked[1:]))


def test_rows_that_draw_no_curve_are_refused_unless_likelihood_is_enough():
    same = token_rows([0, 0], allowed_levels([LevelRange.of(Level.INTERN)] * 2))
    with pytest.raises(InvalidInput, match="tell no level from the others"):
        task(tune=same)
    assert math.isnan(scores(tune=same, score=TuneScore.NLL)["auc"])
    task(tune=NONE)


def test_nothing_to_train_on_is_refused():
    with pytest.raises(InvalidInput, match="needs rows to train on"):
        task(train=NONE)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"batch_size": 0}, "batch_size must be"),
        ({"gamma": -1}, "gamma 0 or more"),
        ({"score": "f1"}, "one of auc"),
    ],
)
def test_options_out_of_range_are_refused(change, message):
    with pytest.raises(InvalidInput, match=message):
        LevelTaskOptions(**change)
