import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from metier.errors import InvalidInput  # noqa: E402
from metier.expertise.networks.loss import balanced_weights, range_focal_loss  # noqa: E402
from metier.training.losses import focal_loss  # noqa: E402

LOGITS = torch.tensor([[1.0, -2.0, 0.5], [0.0, 3.0, 1.0]])


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
@pytest.mark.parametrize("weights", [None, torch.tensor([0.5, 1.0, 4.0])])
def test_rows_of_one_class_have_the_ordinary_focal_loss(gamma, weights):
    targets = torch.tensor([2, 1])
    allowed = torch.nn.functional.one_hot(targets, 3).bool()
    found = range_focal_loss(LOGITS, allowed, class_weights=weights, gamma=gamma)
    expected = focal_loss(LOGITS, targets, class_weights=weights, gamma=gamma)
    torch.testing.assert_close(found, expected)


def test_the_chance_of_a_set_is_the_sum_of_its_classes():
    allowed = torch.tensor([[True, False, True], [False, True, True]])
    p = (LOGITS.softmax(dim=1) * allowed).sum(dim=1)
    expected = (-((1 - p) ** 2) * p.log()).mean()
    torch.testing.assert_close(range_focal_loss(LOGITS, allowed), expected)


def test_a_row_that_allows_all_teaches_nothing_and_breaks_nothing():
    logits = LOGITS.clone().requires_grad_()
    loss = range_focal_loss(logits, torch.ones(2, 3, dtype=torch.bool), gamma=0.5)
    loss.backward()
    assert float(loss.detach()) == pytest.approx(0.0, abs=1e-6)
    assert torch.isfinite(logits.grad).all()


def test_a_set_weighs_as_much_as_its_rows_would_as_one_class():
    labels = np.array([[1, 0, 0], [1, 0, 0], [1, 0, 0], [0, 1, 0]], bool)
    weights = torch.from_numpy(balanced_weights(labels))
    either = torch.tensor([[True, True, False], [False, False, True]])
    logits = torch.tensor([[0.0, 0.0, 5.0], [0.0, 0.0, 0.0]])
    first, second = (range_focal_loss(logits[i : i + 1], either[i : i + 1], gamma=0.0) for i in range(2))
    found = range_focal_loss(logits, either, class_weights=weights, gamma=0.0)
    mean_weight = 4 / 2 * 2 / 4  # two classes in four rows, of even weight in sum
    torch.testing.assert_close(found, (mean_weight * first + 2 * second) / (mean_weight + 2))


@given(st.lists(st.sampled_from([(1, 0, 0), (0, 1, 0), (0, 1, 1), (1, 1, 1)]), min_size=1, max_size=30))
def test_balanced_classes_count_the_same(labels):
    allowed = np.array(labels, bool)
    counts = (allowed / allowed.sum(axis=1, keepdims=True)).sum(axis=0)
    sums = (counts * balanced_weights(allowed))[counts > 0]
    assert sums == pytest.approx(len(labels) / len(sums))


def test_no_rows_have_no_loss_and_even_weights():
    assert float(range_focal_loss(torch.zeros(0, 3), torch.zeros(0, 3, dtype=torch.bool))) == 0.0
    assert balanced_weights(np.zeros((0, 3), bool)).tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"allowed": torch.ones(2, 2, dtype=torch.bool)}, "must both be"),
        ({"allowed": torch.zeros(2, 3, dtype=torch.bool)}, "at least one class"),
        ({"class_weights": torch.ones(2)}, "class_weights must be"),
        ({"class_weights": torch.zeros(3)}, "must all be above 0"),
        ({"gamma": -1.0}, "gamma must be 0 or more"),
    ],
)
def test_what_does_not_fit_is_told(change, message):
    given = {"allowed": torch.eye(3, dtype=torch.bool)[:2], "class_weights": None, "gamma": 2.0, **change}
    with pytest.raises(InvalidInput, match=message):
        range_focal_loss(LOGITS, **given)
