import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("peft")

from metier.errors import InvalidInput  # noqa: E402
from metier.training.lora import LoraOptions, add_lora, merge_lora  # noqa: E402


class Attention(torch.nn.Module):
    """Layers of the names that BERT has."""

    def __init__(self):
        super().__init__()
        self.query, self.value, self.dense = (torch.nn.Linear(6, 6) for _ in range(3))

    def forward(self, x):
        return self.dense(torch.relu(self.query(x)) + self.value(x))


def test_only_the_additions_are_trained_and_they_begin_as_nothing():
    backbone, x = Attention(), torch.randn(3, 6)
    before = backbone(x)
    found = add_lora(backbone, LoraOptions(rank=2))
    torch.testing.assert_close(found(x), before)
    trained = [name for name, parameter in found.named_parameters() if parameter.requires_grad]
    assert len(trained) == 4
    assert all("lora_" in name and "dense" not in name for name in trained)


def test_merged_additions_give_the_same_answers():
    found, x = add_lora(Attention(), LoraOptions(rank=2)), torch.randn(3, 6)
    with torch.no_grad():
        for parameter in found.parameters():
            if parameter.requires_grad:
                parameter.normal_()
    after = found(x)
    merged = merge_lora(found)
    torch.testing.assert_close(merged(x), after, atol=1e-5, rtol=1e-5)
    assert {name.split(".")[0] for name in merged.state_dict()} == {"query", "value", "dense"}


def test_the_backbone_rate_is_alpha_over_rank_of_the_heads():
    assert LoraOptions(rank=8, alpha=16.0).backbone_rate(1e-3) == 2e-3


def test_layers_that_are_not_there_are_refused():
    with pytest.raises(InvalidInput, match="target_modules must name linear layers of the backbone. Got key"):
        add_lora(Attention(), LoraOptions(target_modules=("key",)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rank": 0}, "rank must be at least 1"),
        ({"alpha": 0.0}, "alpha above 0"),
        ({"target_modules": ()}, "at least one layer"),
        ({"target_modules": "query"}, "must be a tuple"),
    ],
)
def test_options_out_of_range_are_refused(change, message):
    with pytest.raises(InvalidInput, match=message):
        LoraOptions(**change)
