import pytest

torch = pytest.importorskip("torch")

from metier.errors import InvalidInput  # noqa: E402
from metier.training.optimiser import make_optimiser, set_rates  # noqa: E402
from metier.training.options import TrainOptions  # noqa: E402
from tests.training.tiny_run import tiny_model  # noqa: E402

OPTIONS = TrainOptions(steps=1, head_rate=0.5, weight_decay=0.1)


def settings(optimiser):
    return sorted((g["lr"], g["weight_decay"], len(g["params"])) for g in optimiser.param_groups)


def test_backbone_and_head_have_their_rates_and_vectors_no_decay():
    assert settings(make_optimiser(tiny_model(), OPTIONS)) == [
        (0.05, 0.0, 1),
        (0.05, 0.1, 1),
        (0.5, 0.0, 2),
        (0.5, 0.1, 2),
    ]


def test_without_a_backbone_all_is_head():
    assert settings(make_optimiser(torch.nn.Linear(2, 2), OPTIONS)) == [(0.5, 0.0, 1), (0.5, 0.1, 1)]


def test_frozen_parameters_are_left_out():
    model = tiny_model()
    model.body.requires_grad_(False)
    assert [rate for rate, _, _ in settings(make_optimiser(model, OPTIONS))] == [0.5, 0.5]
    model.requires_grad_(False)
    with pytest.raises(InvalidInput, match="must have a parameter that wants a gradient"):
        make_optimiser(model, OPTIONS)


def test_rates_are_shares_of_the_full_ones_however_often_they_are_set():
    optimiser = make_optimiser(tiny_model(), OPTIONS)
    for factor in (0.5, 0.1):
        set_rates(optimiser, factor)
    assert sorted({group["lr"] for group in optimiser.param_groups}) == pytest.approx([0.005, 0.05])
