from dataclasses import replace

import numpy as np
import pytest

from metier.errors import InvalidInput
from metier.expertise.baselines import Baseline, BaselineTrainer
from metier.expertise.data import LevelRow, exact_ranks
from metier.expertise.ordinal import softmax
from metier.training.output import Watch
from metier.types import Level
from tests.expertise.made_levels import made_item, made_rows, values_of

pytest.importorskip("sklearn")


def fitted(knows, rows):
    return BaselineTrainer(knows).fit(rows, [], Watch())


def test_the_majority_says_the_same_of_all():
    rows = [
        *made_rows(40, levels=(Level.MIDDLE, Level.SENIOR)),
        *made_rows(40, seed=1, levels=(Level.MIDDLE,)),
    ]
    logits = fitted(Baseline.MAJORITY, rows).logits([row.item for row in rows])
    assert (logits == logits[0]).all()
    assert list(Level)[int(logits[0].argmax())] is Level.MIDDLE


def test_the_length_tells_where_levels_differ_in_it():
    rows = [
        LevelRow(replace(row.item, text=row.item.text * (1 + 2 * row.label.low.rank)), row.label)
        for row in made_rows(100)
    ]
    logits = fitted(Baseline.LENGTH, rows).logits([row.item for row in rows])
    assert (np.abs(logits.argmax(axis=1) - exact_ranks(rows)) <= 1).mean() > 0.8


def test_years_tell_and_may_be_missing():
    model = fitted(Baseline.YEARS, made_rows(150))
    items = [
        made_item("", values_of(**known)) for known in ({"total_months": 2.0}, {"total_months": 120.0}, {})
    ]
    chances = softmax(model.logits(items))
    assert chances[0].argmax() < chances[1].argmax()
    assert np.isfinite(chances).all()


def test_no_documents_have_no_logits():
    for knows in Baseline:
        assert fitted(knows, made_rows(30)).logits([]).shape == (0, 5)


def test_a_baseline_says_what_it_is_and_is_not_saved(tmp_path):
    model = fitted(Baseline.YEARS, made_rows(30))
    assert (model.kind, model.name, model.reads, model.sensitive) == (
        "baseline",
        "years of experience",
        False,
        (),
    )
    assert model.explain(made_item("a")) == ()
    with pytest.raises(InvalidInput, match="baseline is not saved"):
        model.write(tmp_path)
