import json

import pytest

pytest.importorskip("torch")
pytest.importorskip("accelerate")
pytest.importorskip("matplotlib")

from metier.errors import InvalidInput
from metier.expertise.application import Field
from metier.expertise.networks.encoder import EncoderNetwork
from metier.expertise.networks.fit import FitOptions, FitPlace, fit_network, plan_of
from metier.training.backbone import load_backbone
from metier.training.options import Device, TrainOptions
from metier.training.output import Watch
from tests.encoders.hugging_face import save_tiny
from tests.expertise.networks import tiny


@pytest.fixture
def network(tmp_path):
    return EncoderNetwork(load_backbone(str(save_tiny(tmp_path / "base", "bert"))), dropout=0.0)


def fitted(network, folder, options, *, tune_rows=None, inputs=None):
    rows = tiny.rows()
    plan = plan_of(network, rows, options)
    place = FitPlace(folder, inputs or {}, Watch())
    return fit_network(network, plan, rows, rows if tune_rows is None else tune_rows, options, place)


def evaluations(folder):
    log = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    return [record["step"] for record in log if record["event"] == "evaluation"]


def test_it_is_evaluated_after_each_epoch_and_stops_by_patience(network, tmp_path):
    options = FitOptions(
        TrainOptions(epochs=20, head_rate=1e-9, device=Device.CPU),
        tiny.fit_options(batch=4).task,
        patience=2,
        max_tokens=30,
    )
    result = fitted(network, tmp_path / "run", options)
    assert result.stopped == "patience"
    found = evaluations(tmp_path / "run")
    assert found == [2 * (i + 1) for i in range(len(found))]


def test_evaluations_that_are_named_stay(network, tmp_path):
    fitted(network, tmp_path / "run", tiny.fit_options(steps=7, evaluate_every=3))
    assert evaluations(tmp_path / "run") == [3, 6, 7]


def test_without_tune_rows_the_last_weights_are_kept(network, tmp_path):
    result = fitted(network, tmp_path / "run", tiny.fit_options(steps=5), tune_rows=[])
    assert (result.best_step, result.best_score) == (5, None)


@pytest.mark.parametrize(
    "change", [{"max_tokens": 20}, {"budgets": {Field.POSITION: 3}}, {"inputs": {"x": "2"}}]
)
def test_a_run_goes_on_only_with_what_it_began_with(network, tmp_path, change):
    inputs = change.pop("inputs", {"x": "1"})
    first = tiny.fit_options(steps=2)
    fitted(network, tmp_path / "run", first, inputs={"x": "1"})
    other = FitOptions(first.train, first.task, **{"max_tokens": 100, **change})
    with pytest.raises(InvalidInput, match="resume with the same value"):
        fitted(network, tmp_path / "run", other, inputs=inputs)


def test_a_text_longer_than_a_row_is_refused(network):
    with pytest.raises(InvalidInput, match="max_tokens must be at most 198 for base. Got 500"):
        plan_of(network, tiny.rows(), FitOptions(max_tokens=500))
    assert plan_of(network, tiny.rows(), FitOptions()).max_tokens == 198


@pytest.mark.parametrize("name", ["patience", "max_tokens"])
def test_options_out_of_range_are_refused(name):
    with pytest.raises(InvalidInput, match=f"{name} must be at least 1"):
        FitOptions(**{name: 0})


def test_a_rate_that_is_given_stays():
    own = FitOptions(TrainOptions(steps=1, backbone_rate=0.5))
    assert own.at_backbone_rate(0.1) is own
    assert FitOptions().at_backbone_rate(None).train.backbone_rate is None
    assert FitOptions().at_backbone_rate(0.1).train.backbone_rate == 0.1
