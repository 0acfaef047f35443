import pytest

torch = pytest.importorskip("torch")

from metier.errors import InvalidInput  # noqa: E402
from metier.training.networks import Head  # noqa: E402
from metier.training.optimiser import layer_number, make_optimiser, set_rates  # noqa: E402
from metier.training.options import TrainOptions  # noqa: E402
from metier.workbench.runs import joined  # noqa: E402
from tests.training.tiny_run import tiny_model  # noqa: E402
from tests.workbench.tiny import tiny_network  # noqa: E402

OPTIONS = TrainOptions(steps=1, head_rate=0.5, weight_decay=0.1)
DECAYED = TrainOptions(steps=1, head_rate=0.5, backbone_rate=0.4, layer_decay=0.5)


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


@pytest.mark.parametrize("architecture", ["bert", "roberta", "distilbert", "deberta-v2", "electra"])
def test_each_layer_has_a_smaller_rate_than_the_one_above_it(architecture):
    network = tiny_network(architecture, Head.CLASSES, labels=("a", "b"))
    module = joined(network)
    optimiser = make_optimiser(module, DECAYED)
    rates = {id(p): group["lr"] for group in optimiser.param_groups for p in group["params"]}
    found = {name: rates[id(parameter)] for name, parameter in module.named_parameters()}
    assert {rate for name, rate in found.items() if ".layer.1." in name} == {0.4}
    assert {rate for name, rate in found.items() if ".layer.0." in name} == {0.2}
    assert {rate for name, rate in found.items() if ".embeddings." in name} == {0.1}
    assert {rate for name, rate in found.items() if "classifier" in name} == {0.5}


def test_layers_that_share_their_weights_have_one_rate():
    module = joined(tiny_network("albert", Head.CLASSES, labels=("a", "b")))
    rates = {group["lr"] for group in make_optimiser(module, DECAYED).param_groups}
    assert rates == {0.5, 0.4, 0.4 * 0.5**0}


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("bert.encoder.layer.11.attention.self.query.weight", 11),
        ("distilbert.transformer.layer.3.ffn.lin1.bias", 3),
        ("layers.7.mlp.weight", 7),
        ("albert.encoder.albert_layer_groups.0.albert_layers.0.ffn.weight", None),
        ("bert.embeddings.word_embeddings.weight", None),
    ],
)
def test_layers_are_told_by_their_names(name, number):
    assert layer_number(name) == number


def test_rates_are_shares_of_the_full_ones_however_often_they_are_set():
    optimiser = make_optimiser(tiny_model(), OPTIONS)
    for factor in (0.5, 0.1):
        set_rates(optimiser, factor)
    assert sorted({group["lr"] for group in optimiser.param_groups}) == pytest.approx([0.005, 0.05])
