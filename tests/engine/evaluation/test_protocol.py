import json
from dataclasses import replace

import numpy as np
import pytest

from metier.engine.evaluation.protocol import HeadSteps, Outcomes, data_sha256, made_once
from metier.errors import InvalidInput
from metier.training.sets import SetPart
from tests.engine.evaluation.made_sets import Folder, pair_rows


def outcomes(**changes):
    made = Outcomes(
        ("mrr",), {"mrr": np.array([1.0, 1 / 3])}, np.array([0, 1]), "queries", {"texts": 4, "penalty": 0.3}
    )
    return replace(made, **changes)


def test_outcomes_come_back_from_their_plain_values():
    made = outcomes()
    found = Outcomes.from_mapping(json.loads(json.dumps(made.to_mapping())))
    assert (found.figures, found.rows, found.facts) == (made.figures, made.rows, made.facts)
    assert found.columns["mrr"].tolist() == made.columns["mrr"].tolist()
    assert found.groups.tolist() == [0, 1]


@pytest.mark.parametrize(
    "changes",
    [
        {"groups": np.zeros(0, np.int64)},
        {"groups": np.zeros(3, np.int64)},
        {"figures": ()},
        {"figures": ("beauty",)},
    ],
)
def test_outcomes_that_do_not_fit_together_are_refused(changes):
    with pytest.raises(InvalidInput, match="Outcomes must"):
        outcomes(**changes)


@pytest.mark.parametrize("name", ["spans", "skills"])
def test_a_head_takes_at_least_one_step(name):
    with pytest.raises(InvalidInput, match=f"Steps of {name}"):
        HeadSteps(**{name: 0})


def test_what_is_shared_is_made_once():
    kept = {}
    assert [made_once(kept, "one", lambda value=value: value) for value in (1, 2)] == [1, 1]


def test_the_hash_of_sets_follows_from_their_files(tmp_path):
    folder = Folder(tmp_path)
    one = folder.add("one", "pairs", report=pair_rows())
    other = folder.add("other", "pairs", report=pair_rows()[:3])
    same = folder.add("same", "pairs", report=pair_rows())
    assert data_sha256([one]) == data_sha256([same]) != data_sha256([other])
    changed = replace(one, files={SetPart.TRAIN: one.files[SetPart.REPORT]})
    assert data_sha256([changed]) != data_sha256([one])
