import math

import pytest

from metier.errors import InvalidInput
from metier.workbench.shrinking.distillation_losses import (
    AttentionLoss,
    StateLoss,
    attention_distance,
    logit_divergence,
    state_distance,
)

torch = pytest.importorskip("torch")


def random(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_a_teacher_that_is_followed_costs_nothing():
    logits, states, mask = [random(3, 4)], [random(2, 5, 8)] * 2, torch.ones(2, 5)
    shares = [random(2, 3, 5, 5).softmax(-1)]
    assert logit_divergence(logits, logits, temperature=2.0) == 0
    for kind in StateLoss:
        assert state_distance(states, states, mask, kind=kind).item() == pytest.approx(0, abs=1e-6)
    for kind in AttentionLoss:
        assert attention_distance(shares, shares, mask, kind=kind).item() == pytest.approx(0, abs=1e-6)


def test_the_divergence_is_that_of_softened_shares_times_the_squared_temperature():
    one, other = torch.tensor([[0.0, 0.0]]), torch.tensor([[2 * math.log(3.0), 0.0]])
    # Softened by 2, the teacher says 3/4 and 1/4, the student a half each.
    wanted = 4 * (0.75 * math.log(1.5) + 0.25 * math.log(0.5))
    assert logit_divergence([one], [other], temperature=2.0).item() == pytest.approx(wanted, rel=1e-5)


def test_a_single_number_counts_as_yes_or_no():
    one, other = torch.tensor([[0.0]]), torch.tensor([[math.log(3.0)]])
    wanted = 0.75 * math.log(1.5) + 0.25 * math.log(0.5)
    assert logit_divergence([one], [other], temperature=1.0).item() == pytest.approx(wanted, rel=1e-5)


def test_what_can_be_no_answer_adds_nothing():
    one, other = torch.tensor([[1.0, 2.0, -1e4]]), torch.tensor([[2.0, 1.0, -1e4]])
    both = logit_divergence([one], [other], temperature=2.0)
    assert both.item() == pytest.approx(
        logit_divergence([one[:, :2]], [other[:, :2]], temperature=2.0).item()
    )


def test_no_decisions_cost_nothing_and_keep_the_gradient_whole():
    empty = torch.zeros(0, 3, requires_grad=True)
    loss = logit_divergence([empty], [torch.zeros(0, 3)], temperature=2.0)
    loss.backward()
    assert loss == 0


@pytest.mark.parametrize("kind", list(StateLoss))
def test_states_of_padding_do_not_count(kind):
    one, other, mask = random(2, 4, 8), random(2, 4, 8, seed=1), torch.tensor([[1, 1, 1, 0], [1, 1, 0, 0]])
    before = state_distance([one], [other], mask, kind=kind)
    one[0, 3] = 1e6
    other[1, 2:] = -1e6
    assert torch.equal(before, state_distance([one], [other], mask, kind=kind))


def test_states_are_compared_as_asked():
    one, other, mask = torch.ones(1, 1, 2), torch.tensor([[[3.0, 3.0]]]), torch.ones(1, 1)
    assert state_distance([one], [other], mask, kind=StateLoss.COSINE).item() == pytest.approx(0, abs=1e-6)
    assert state_distance([one], [other], mask, kind=StateLoss.MSE).item() == pytest.approx(4)


@pytest.mark.parametrize("kind", list(AttentionLoss))
def test_attention_of_and_to_padding_does_not_count(kind):
    one, other = (random(2, 3, 4, 4, seed=seed).softmax(-1) for seed in (0, 1))
    mask = torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0]])
    before = attention_distance([one], [other], mask, kind=kind)
    one[1, :, 2:], one[1, :, :, 2:] = 0.9, 0.9
    assert torch.equal(before, attention_distance([one], [other], mask, kind=kind))
    assert before > 0


def test_attention_is_compared_as_asked():
    one, other = torch.tensor([[[[0.5, 0.5]] * 2]]), torch.tensor([[[[1.0, 0.0]] * 2]])
    mask = torch.ones(1, 2)
    assert attention_distance([one], [other], mask, kind=AttentionLoss.KL).item() == pytest.approx(
        math.log(2)
    )
    assert attention_distance([one], [other], mask, kind=AttentionLoss.MSE).item() == pytest.approx(0.5)


def test_shares_of_nothing_have_an_end():
    one, other = torch.tensor([[[[0.0, 1.0]]]]), torch.tensor([[[[1.0, 0.0]]]])
    one = torch.cat([one, one], dim=2)
    loss = attention_distance(
        [one], [torch.cat([other, other], dim=2)], torch.ones(1, 2), kind=AttentionLoss.KL
    )
    assert 1 < loss.item() < 20


def test_shapes_that_differ_and_temperatures_that_are_none_are_refused():
    for ours, theirs in (([random(2, 3)], [random(2, 4)]), ([], [])):
        with pytest.raises(InvalidInput, match="tensors of the same shapes"):
            logit_divergence(ours, theirs, temperature=1.0)
    with pytest.raises(InvalidInput, match="temperature must be above 0. Got 0"):
        logit_divergence([random(1, 2)], [random(1, 2)], temperature=0.0)
    with pytest.raises(InvalidInput, match="tensors of the same shapes"):
        state_distance([random(1, 2, 3)], [], torch.ones(1, 2), kind=StateLoss.MSE)
    with pytest.raises(InvalidInput, match="tensors of the same shapes"):
        attention_distance(
            [random(1, 2, 3, 3)], [random(1, 1, 3, 3)], torch.ones(1, 3), kind=AttentionLoss.KL
        )
