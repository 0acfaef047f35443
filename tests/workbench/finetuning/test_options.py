import pytest

from metier.errors import InvalidInput
from metier.workbench.finetuning.options import FinetuneOptions, TaskOptions


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"batch_size": 0}, "batch_size must be at least 1. Got 0"),
        ({"max_tokens": 15}, "max_tokens must be at least 16. Got 15"),
        ({"overlap": -1}, "overlap must be at least 0"),
        ({"gamma": -1.0}, "gamma must be 0 or more and finite"),
        ({"gamma": float("nan")}, "gamma must be 0 or more and finite"),
        ({"class_weights": "even"}, "class_weights must be 'balanced' or numbers. Got 'even'"),
        ({"class_weights": ()}, "class_weights must be 0 or more, finite and not all 0"),
        ({"class_weights": (0.0, 0.0)}, "not all 0"),
        ({"class_weights": (1.0, -1.0)}, "0 or more"),
    ],
)
def test_task_options_are_checked(changes, message):
    with pytest.raises(InvalidInput, match=message):
        TaskOptions(**changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"epochs": 0.0}, "epochs must be above 0 and finite. Got 0.0"),
        ({"rate": -1e-3}, "rate must be above 0"),
        ({"head_rate": float("inf")}, "head_rate must be above 0 and finite"),
        ({"layer_decay": 1.5}, "layer_decay must be above 0 and at most 1"),
        ({"frozen_layers": -1}, "frozen_layers must be 0 or more"),
        ({"lora_rank": 0}, "lora_rank must be at least 1"),
        ({"accumulate": 0}, "accumulate must be at least 1"),
        ({"patience": 0}, "patience must be at least 1"),
        ({"max_seconds": 0.0}, "max_seconds must be above 0"),
        ({"seed": -1}, "seed must be 0 or more"),
        ({"lora_rank": 2, "frozen_layers": 0}, "Got frozen_layers 0 too: drop one of the two"),
        ({"lora_alpha": 4.0}, "lora_alpha is of LoRA. Got 4.0 without lora_rank"),
    ],
)
def test_options_are_checked(changes, message):
    with pytest.raises(InvalidInput, match=message):
        FinetuneOptions(**changes)


def test_rates_follow_from_each_other():
    plain, lora = FinetuneOptions(), FinetuneOptions(lora_rank=4)
    assert (plain.rate_used, plain.head_rate_used) == (5e-5, 5e-4)
    assert (lora.rate_used, lora.head_rate_used) == (5e-4, 5e-4)
    assert FinetuneOptions(rate=1e-3).head_rate_used == 1e-2
    assert FinetuneOptions(rate=1e-3, head_rate=2e-3).head_rate_used == 2e-3
