import numpy as np
import pytest

from metier.errors import InvalidInput
from metier.expertise.application import LevelRange
from metier.expertise.data import (
    SHARES,
    LevelRow,
    check_enough,
    exact_ranks,
    fold_rows,
    group_rows,
    part_rows,
    rows_sha256,
)
from metier.training.splits import Part
from metier.types import Level
from tests.expertise.made_levels import made_item, made_rows


def test_every_level_comes_in_like_shares_in_every_part():
    parts = part_rows(made_rows(200))
    assert sum(map(len, parts.values())) == 200
    for part, share in SHARES.items():
        counts = np.bincount(exact_ranks(parts[part]), minlength=5)
        assert np.abs(counts - 40 * share).max() <= 1


def test_texts_that_are_nearly_the_same_stay_together():
    rows = made_rows(60)
    twins = [LevelRow(made_item(row.item.text + " Now."), row.label) for row in rows]
    groups = group_rows([*rows, *twins])
    folds = fold_rows([*rows, *twins], n_folds=5)
    assert np.array_equal(groups[:60], groups[60:])
    assert np.array_equal(folds[:60], folds[60:])
    parts = part_rows([*rows, *twins])
    for own in parts.values():
        texts = {row.item.text for row in own}
        assert all(text + " Now." in texts for text in texts if not text.endswith("Now."))


def test_parts_follow_from_the_seed_and_not_from_the_order():
    rows = made_rows(80)
    there = {row.item.text for row in part_rows(rows)[Part.TRAIN]}
    assert {row.item.text for row in part_rows(rows[::-1])[Part.TRAIN]} == there
    assert {row.item.text for row in part_rows(rows, seed=1)[Part.TRAIN]} != there


def test_no_rows_have_no_parts():
    assert part_rows([]) == {part: [] for part in Part}
    assert exact_ranks([]).shape == group_rows([]).shape == (0,)


def test_a_range_has_no_rank():
    rows = [LevelRow(made_item("a"), LevelRange(Level.SENIOR, Level.LEAD)), made_rows(1)[0]]
    assert exact_ranks(rows).tolist() == [-1, 0]


def test_the_hash_follows_texts_and_labels_in_any_order():
    rows = made_rows(10)
    assert rows_sha256(rows) == rows_sha256(rows[::-1])
    changed = [*rows[1:], LevelRow(rows[0].item, LevelRange.of(Level.LEAD))]
    assert rows_sha256(changed) != rows_sha256(rows)


def test_twelve_rows_are_refused_with_the_number_that_is_needed():
    with pytest.raises(InvalidInput, match=r"at least 20 .* takes about 31 in all. Got 12"):
        check_enough(made_rows(12), share=0.65)


@pytest.mark.parametrize(
    "label", [LevelRange.of(Level.SENIOR), LevelRange(Level.SENIOR, Level.LEAD)], ids=["level", "range"]
)
def test_labels_that_tell_no_levels_apart_are_refused(label):
    rows = [LevelRow(row.item, label) for row in made_rows(30)]
    with pytest.raises(InvalidInput, match="at least 2 levels apart. All 30 rows"):
        check_enough(rows)


def test_a_level_with_a_single_row_is_refused():
    rows = [*made_rows(30, levels=(Level.JUNIOR, Level.SENIOR)), made_rows(1)[0]]
    with pytest.raises(InvalidInput, match=r"at least 2 rows to learn from. intern has 1"):
        check_enough(rows)


def test_half_lines_on_both_sides_are_enough():
    above, below = LevelRange(Level.SENIOR, Level.LEAD), LevelRange(Level.INTERN, Level.MIDDLE)
    rows = [LevelRow(row.item, above if i % 2 else below) for i, row in enumerate(made_rows(30))]
    check_enough(rows)
