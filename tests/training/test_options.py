from dataclasses import fields

import pytest

from metier.errors import InvalidInput
from metier.training.options import TrainOptions
from metier.training.schedule import Decay


def test_the_backbone_learns_at_a_tenth_unless_told():
    assert TrainOptions(steps=1, head_rate=0.5).backbone_rate_used == 0.05
    assert TrainOptions(steps=1, head_rate=0.5, backbone_rate=0.2).backbone_rate_used == 0.2


@pytest.mark.parametrize("decay", ["linear", "cosine", "constant"])
def test_a_decay_may_be_given_by_name(decay):
    assert TrainOptions(steps=1, decay=decay).decay == Decay(decay)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("steps", 0),
        ("steps", 1.5),
        ("steps", True),
        ("epochs", 0.0),
        ("head_rate", 0.0),
        ("layer_decay", 0.0),
        ("layer_decay", 1.5),
        ("head_rate", float("nan")),
        ("backbone_rate", -1.0),
        ("accumulate", 0),
        ("clip_norm", 0.0),
        ("warmup_share", 1.1),
        ("decay", "steep"),
        ("weight_decay", -0.1),
        ("seed", -1),
        ("evaluate_every", 0),
        ("patience", 0),
        ("checkpoint_every", 0),
        ("max_seconds", 0.0),
        ("precision", "float16"),
        ("device", "abacus"),
    ],
)
def test_a_value_out_of_range_is_refused_by_name(name, value):
    given = {"epochs": 1.0} if name != "steps" and name != "epochs" else {}
    with pytest.raises(InvalidInput, match=f"{name} must be .* Got {value!r}"):
        TrainOptions(**{**given, "evaluate_every": 5, name: value})


def test_every_option_is_explained():
    assert all(f"\n        {field.name}: " in TrainOptions.__doc__ for field in fields(TrainOptions))


@pytest.mark.parametrize("length", [{}, {"steps": 1, "epochs": 1.0}])
def test_either_steps_or_epochs(length):
    with pytest.raises(InvalidInput, match="either steps or epochs"):
        TrainOptions(**length)


def test_patience_needs_evaluations():
    with pytest.raises(InvalidInput, match="patience needs evaluate_every"):
        TrainOptions(steps=1, patience=2)
