import pytest

from metier.errors import InvalidInput
from metier.skills.classifier_choices import TrainingChoices, options_for
from metier.training.schedule import Decay


@pytest.mark.parametrize(
    ("architecture", "backbone", "epochs", "batch_size", "none_share", "head_rate"),
    [
        ("pairwise", "bb", 3, 32, None, 1e-3),
        ("one-pass", "bb", 3, 16, 4.0, 1e-3),
        ("label-attention", "bb", 3, 16, 4.0, 1e-3),
        ("label-attention", None, 30, 16, 4.0, 2e-3),
    ],
)
def test_each_architecture_gets_what_suits_it(
    architecture, backbone, epochs, batch_size, none_share, head_rate
):
    found = options_for(architecture, backbone, TrainingChoices())
    assert (found.train.epochs, found.train.steps) == (epochs, None)
    assert (found.task.batch_size, found.task.none_share) == (batch_size, none_share)
    assert (found.train.head_rate, found.train.decay) == (head_rate, Decay.LINEAR)


def test_what_is_chosen_counts():
    choices = TrainingChoices(
        steps=7, batch_size=3, head_rate=0.1, gamma=2.0, class_weights=(1.0, 2.0, 3.0), patience=0, seed=5
    )
    found = options_for("one-pass", "bb", choices)
    assert (found.train.steps, found.train.head_rate, found.train.seed) == (7, 0.1, 5)
    assert (found.task.batch_size, found.task.gamma) == (3, 2.0)
    assert (found.task.class_weights, found.task.none_share) == ((1.0, 2.0, 3.0), None)
    assert found.train.patience is None


def test_time_alone_ends_the_run_at_constant_rates():
    timed = options_for("pairwise", "bb", TrainingChoices(max_seconds=60)).train
    assert (timed.decay, timed.epochs, timed.max_seconds) == (Decay.CONSTANT, None, 60)
    assert round(timed.warmup_share * timed.steps) == 30
    both = options_for("pairwise", "bb", TrainingChoices(max_seconds=60, epochs=2)).train
    assert (both.decay, both.epochs) == (Decay.LINEAR, 2)


def test_lora_learns_at_alpha_over_rank():
    found = options_for("pairwise", "bb", TrainingChoices(lora_rank=4, head_rate=0.01))
    assert (found.lora.rank, found.lora.alpha) == (4, 8.0)
    assert found.train_used.backbone_rate == pytest.approx(0.02)
    given = TrainingChoices(lora_rank=4, lora_alpha=4, backbone_rate=0.5)
    assert options_for("pairwise", "bb", given).train_used.backbone_rate == 0.5


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"lora_alpha": 2.0}, "lora_alpha needs lora_rank"),
        ({"lora_rank": 0}, "rank must be at least 1"),
        ({"lora_rank": 2, "frozen_layers": 1}, "drop one of the two"),
        ({"epochs": 1, "steps": 1}, "either steps or epochs"),
        ({"none_share": 2.0, "class_weights": (1.0, 1.0, 1.0)}, "without class_weights"),
        ({"frozen_layers": -1}, "frozen_layers must be 0 or more"),
        ({"evaluate_every": 0}, "evaluate_every must be"),
    ],
)
def test_choices_that_cannot_be_are_refused(values, message):
    with pytest.raises(InvalidInput, match=message):
        options_for("pairwise", "bb", TrainingChoices(**values))
