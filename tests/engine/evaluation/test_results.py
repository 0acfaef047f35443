import json

import numpy as np
import pytest

from metier.engine.evaluation.protocol import Outcomes
from metier.engine.evaluation.results import ModelRun, SetRun, side_by_side
from metier.engine.evaluation.suite import MEASURES
from metier.errors import InvalidInput
from tests.engine.evaluation.made_sets import Folder, pair_rows, score_rows


@pytest.fixture
def sets(tmp_path):
    folder = Folder(tmp_path)
    search = folder.add("search", "pairs", report=pair_rows())
    return [search, folder.add("grades", "scores", train=score_rows(3), report=score_rows(3))]


def ranks(values, groups=None):
    column = np.array(values, np.float64)
    groups = np.arange(len(column)) if groups is None else np.array(groups)
    return SetRun(Outcomes(("mrr", "pass@1"), {"mrr": column, "pass@1": column}, groups, "queries"), 1.0)


def grades(told):
    told = np.array(told, np.float64)
    columns = {"gold": np.arange(len(told), dtype=np.float64), "told": told}
    return SetRun(Outcomes(("r", "rmse"), columns, np.arange(len(told)), "answers", {"rows": 3}), 2.0)


def run(name, **found):
    return ModelRun(name, f"metier-{name}", name * 64, 2_000_000, found, 1234.56)


def compared(sets, *runs):
    return side_by_side(sets, runs, MEASURES, seed=0)


def test_others_are_held_against_the_first_model(sets):
    found = compared(
        sets[:1],
        run("a", search=ranks([0.5] * 20)),
        run("b", search=ranks([0.6] * 20)),
        run("c", search=ranks([0.5] * 20)),
    )
    figures = found.sets[0].figures
    assert figures["a"]["mrr"].difference is None
    assert figures["b"]["mrr"].difference.value == pytest.approx(0.1)
    assert [figures[name]["mrr"].verdict for name in "abc"] == [None, "better", "not told apart"]


def test_a_lower_error_is_better(sets):
    true, off = np.arange(20.0), np.arange(20.0) + 1
    found = compared(sets[1:], run("a", grades=grades(off)), run("b", grades=grades(true)))
    assert found.sets[0].figures["b"]["rmse"].verdict == "better"
    assert found.sets[0].figures["b"]["rmse"].difference.value == pytest.approx(-1.0)


def test_the_mean_is_that_of_the_scores(sets):
    found = compared(
        sets,
        run("a", search=ranks([0.5] * 9), grades=grades(np.arange(9.0))),
        run("b", search=ranks([0.7] * 9), grades=grades(np.arange(9.0))),
    )
    assert found.models[0].mean.interval.value == pytest.approx(0.75)
    assert found.models[1].mean.difference.value == pytest.approx(0.1)
    assert found.models[1].mean.verdict == "better"


def test_a_set_that_one_model_lacks_is_left_out_for_all(sets):
    gone = SetRun(None, 0.0, "torch is not installed")
    found = compared(
        sets,
        run("a", search=ranks([0.5] * 3), grades=grades(np.arange(3.0))),
        run("b", search=gone, grades=grades(np.arange(3.0))),
    )
    assert [each.data.name for each in found.sets] == ["grades"]
    assert found.skipped == {"search": "torch is not installed"}


def test_models_without_a_common_set_have_no_mean(sets):
    found = compared(sets[:1], run("a", search=SetRun(None, 0.0, "it is empty")))
    assert found.models[0].mean is None
    assert found.to_mapping()["models"][0]["mean"] is None


def test_models_are_compared_on_the_same_rows_only(sets):
    with pytest.raises(InvalidInput, match="Set search: models are compared on the same rows. Those of b"):
        compared(sets[:1], run("a", search=ranks([1.0, 0.5])), run("b", search=ranks([1.0, 0.5], [0, 0])))


def test_the_mapping_is_json_with_timing_apart(sets):
    found = compared(sets, run("a", search=ranks([0.5, 1.0]), grades=grades([0.5, 1.0])))
    content = json.loads(json.dumps(found.to_mapping(), allow_nan=False))
    assert content["timing"] == {
        "a": {"tokens_per_second": 1234.6, "seconds": {"search": 1.0, "grades": 2.0}}
    }
    assert content["models"][0]["megabytes"] == 2.0
    assert content["sets"][1]["figures"]["a"]["r"]["value"] == pytest.approx(1.0)
    assert set(content["figures"]) == {"mrr", "pass@1", "r", "rmse"}
    assert content["sets"][0]["parts"] == {"report": 6}


def test_a_run_says_its_score_or_why_it_has_none():
    assert ranks([0.5, 1.0]).words == "MRR 0.7500, 1 s"
    assert SetRun(None, 0.0, "it is empty").words == "not measured, since it is empty"


def test_a_set_whose_rows_define_no_score_is_left_out_and_the_mean_stands(sets):
    found = compared(
        sets,
        run("a", search=ranks([0.5] * 9), grades=grades(np.ones(9))),
        run("b", search=ranks([0.7] * 9), grades=grades(np.arange(9.0))),
    )
    assert found.skipped == {"grades": "its rows do not define r of a"}
    assert found.models[0].mean.interval.value == pytest.approx(0.5)
