from dataclasses import replace

import numpy as np
import pytest

from metier.errors import InvalidInput
from metier.expertise.application import LevelRange
from metier.expertise.data import LevelRow, exact_ranks
from metier.expertise.fit_read_once import ReadOnceOptions, ReadOnceTrainer
from metier.training.output import Watch
from metier.types import Level
from tests.expertise.made_levels import made_rows

pytest.importorskip("sklearn")


def fitted(rows, **options):
    return ReadOnceTrainer(ReadOnceOptions(**options), "abc").fit(rows, [], Watch())


def right(model, rows):
    return (model.logits([row.item for row in rows]).argmax(axis=1) == exact_ranks(rows)).mean()


@pytest.mark.parametrize(
    "blocks", [("reading",), ("words",), ("features",), ("reading", "words", "features")]
)
def test_every_block_tells_levels_of_other_rows(blocks):
    model = fitted(made_rows(120), blocks=blocks)
    assert right(model, made_rows(60, seed=9)) > (0.27 if blocks == ("reading",) else 0.45)
    for name in {"reading", "words", "features"} - set(blocks):
        assert not getattr(model.weights, name).any()


def test_the_blocks_together_do_better_than_features_alone():
    rows, others = made_rows(100), made_rows(100, seed=9)
    assert right(fitted(rows), others) > right(fitted(rows, blocks=("features",)), others)


def test_the_same_rows_give_the_same_model():
    rows = made_rows(60)
    one, other = (fitted(rows, blocks=("words",)).weights for _ in range(2))
    assert all(
        np.array_equal(one.tensors()[name], array, equal_nan=True) for name, array in other.tensors().items()
    )


def test_tune_rows_are_learned_from_too():
    rows, options = made_rows(80), ReadOnceOptions(blocks=("reading",))
    whole = ReadOnceTrainer(options).fit(rows, [], Watch()).weights
    parted = ReadOnceTrainer(options).fit(rows[:50], rows[50:], Watch()).weights
    assert np.array_equal(whole.reading, parted.reading)


def test_a_level_that_never_comes_is_hardly_told():
    rows = made_rows(60, levels=(Level.JUNIOR, Level.MIDDLE, Level.SENIOR))
    logits = fitted(rows).logits([row.item for row in rows])
    assert set(logits.argmax(axis=1)) <= {1, 2, 3}


def test_half_lines_can_be_learned_from():
    above, below = LevelRange(Level.SENIOR, Level.LEAD), LevelRange(Level.INTERN, Level.MIDDLE)
    rows = [LevelRow(r.item, above if r.label.low.rank >= 3 else below) for r in made_rows(100)]
    model = fitted(rows)
    logits = model.logits([row.item for row in rows])
    told = logits[:, 3:].max(axis=1) > logits[:, :3].max(axis=1)
    assert (told == [row.label is above for row in rows]).mean() > 0.7


def test_rows_without_a_reading_are_refused():
    rows = made_rows(30)
    rows[3] = replace(rows[3], item=replace(rows[3].item, reading=None))
    with pytest.raises(InvalidInput, match="1 of 30 have none"):
        fitted(rows)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [({"folds": 1}, "folds must be"), ({"blocks": ()}, "Got none"), ({"blocks": ("ink",)}, "Got ink")],
)
def test_options_out_of_range_are_refused(wrong, words):
    with pytest.raises(InvalidInput, match=words):
        ReadOnceOptions(**wrong)
