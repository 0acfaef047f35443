import json

import pytest

from metier.errors import InvalidInput, ModelDiffers
from metier.training.networks import Head
from metier.workbench.shrinking.comparison import (
    Bound,
    Contender,
    Limits,
    Measure,
    compare_networks,
    folder_bytes,
    task_figures,
)
from metier.workbench.shrinking.differences import Differences, compare_outputs
from metier.workbench.shrinking.options import ShrinkOptions
from metier.workbench.shrinking.samples import text_rows
from tests.workbench.finetuning.tiny_rows import ROWS, network_of

pytest.importorskip("torch")

FOUND = Differences(10, 50, 10, 0.5, 0.9, 0.8, 20, 3)
LIMITS = Limits(decisions=0.05, cosine=0.02)


@pytest.mark.parametrize(
    ("measure", "measured"), [(Measure.LARGEST, 0.5), (Measure.DECISIONS, 0.15), (Measure.COSINE, 0.1)]
)
def test_a_network_beyond_its_bound_is_refused_with_the_value_and_the_way_out(measure, measured):
    assert Bound(measure, 1.0).measured(FOUND) == pytest.approx(measured)
    Bound(measure, measured + 1e-9).check("small", FOUND)
    Bound(measure, 0.0, accept=True).check("small", FOUND)
    with pytest.raises(
        ModelDiffers, match=rf"{measure} must be at most 0\.01\. Got {measured:g}.*--accept-diff"
    ):
        Bound(measure, 0.01).check("small", FOUND)


def test_nothing_decided_and_no_cosine_is_no_difference():
    none = Differences(1, 1, 1, 0.0, None, None, 0, 0)
    assert [Bound(measure, 0.0).measured(none) for measure in Measure] == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("most", [-0.1, float("nan")])
def test_a_bound_that_is_none_is_refused(most):
    with pytest.raises(InvalidInput, match="must be 0 or more"):
        Bound(Measure.LARGEST, most)


def test_the_bound_is_on_what_the_head_gives(tmp_path):
    options = ShrinkOptions("source", tmp_path)
    assert LIMITS.bound(Head.NONE, options) == Bound(Measure.COSINE, 0.02)
    assert LIMITS.bound(Head.CLASSES, options) == Bound(Measure.DECISIONS, 0.05)
    told = ShrinkOptions("source", tmp_path, most_difference=0.3, accept_difference=True)
    assert LIMITS.bound(Head.RANK, told) == Bound(Measure.DECISIONS, 0.3, accept=True)


def test_size_speed_and_figures_are_told_of_both(one_thread):
    network = network_of("bert", Head.CLASSES)
    rows = text_rows(network, ["w1 w2", "w3"])
    before, after = Contender("large", network, 200, rows), Contender("small", network, 100, rows)
    found = compare_networks(
        before,
        after,
        compare_outputs(network, network, rows),
        bound=Bound(Measure.DECISIONS, 0.0),
        labelled=ROWS[Head.CLASSES],
        notes={"told": 1},
    )
    assert found.before.figures == found.after.figures
    assert found.score in found.before.figures
    record = json.loads(json.dumps(found.record()))
    assert record["size_ratio"] == 0.5
    assert record["bound"] == {
        "measure": "share of decisions that change",
        "most": 0.0,
        "accept": False,
        "measured": 0.0,
    }
    assert record["n_labelled"] == 4
    assert 0.1 < record["speed_ratio"] < 10


def test_a_network_beyond_its_bound_is_not_measured_further():
    network = network_of("bert", Head.CLASSES)
    one = Contender("large", network, 200, text_rows(network, ["w1"]))
    with pytest.raises(ModelDiffers, match="was not written"):
        compare_networks(one, one, FOUND, bound=Bound(Measure.DECISIONS, 0.0))


def test_without_labelled_rows_there_are_no_figures():
    assert task_figures([network_of("bert", Head.CLASSES)], []) == ([{}], "")


def test_the_size_of_a_folder_is_that_of_its_files(tmp_path):
    (tmp_path / "a").write_bytes(b"123")
    (tmp_path / "b").mkdir()
    assert folder_bytes(tmp_path) == 3
