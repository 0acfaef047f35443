import math

import pytest

torch = pytest.importorskip("torch")

from metier.errors import InvalidInput  # noqa: E402
from metier.training.losses import (  # noqa: E402
    IGNORED,
    cosine_regression,
    focal_loss,
    in_batch_contrastive,
    triplet_loss,
    weighted_cross_entropy,
)

# Softmax of each row: 1/2, 1/4, 1/4 and 1/4, 1/4, 1/2.
LOGITS = torch.tensor([[2.0, 1.0, 1.0], [1.0, 1.0, 2.0]]) * math.log(2)
EXTREME = (0.0, 1e-30, 1e4, 1e18, 1e30)


def leaf(rows):
    return torch.tensor(rows, dtype=torch.float32, requires_grad=True)


def test_weighted_cross_entropy_of_the_worked_example():
    found = weighted_cross_entropy(LOGITS, torch.tensor([0, 0]), class_weights=torch.tensor([3.0, 1, 1]))
    assert float(found) == pytest.approx((math.log(2) + math.log(4)) / 2)
    found = weighted_cross_entropy(LOGITS, torch.tensor([0, 1]), class_weights=torch.tensor([3.0, 1, 1]))
    assert float(found) == pytest.approx((3 * math.log(2) + math.log(4)) / 4)


def test_weighted_cross_entropy_is_that_of_torch():
    logits, targets = torch.randn(40, 3), torch.randint(3, (40,))
    weights = torch.tensor([0.2, 1.0, 3.0])
    expected = torch.nn.functional.cross_entropy(logits, targets, weight=weights)
    torch.testing.assert_close(weighted_cross_entropy(logits, targets, class_weights=weights), expected)


def test_focal_loss_of_the_worked_example():
    found = focal_loss(LOGITS, torch.tensor([0, 0]))
    assert float(found) == pytest.approx((0.25 * math.log(2) + 0.5625 * math.log(4)) / 2)


def test_focal_loss_without_focus_is_cross_entropy():
    logits, targets, weights = torch.randn(20, 3), torch.randint(3, (20,)), torch.tensor([1.0, 2.0, 0.5])
    torch.testing.assert_close(
        focal_loss(logits, targets, class_weights=weights, gamma=0.0),
        weighted_cross_entropy(logits, targets, class_weights=weights),
    )


@pytest.mark.parametrize("loss", [weighted_cross_entropy, focal_loss])
def test_rows_of_unknown_class_count_nowhere(loss):
    targets = torch.tensor([0, IGNORED])
    torch.testing.assert_close(loss(LOGITS, targets), loss(LOGITS[:1], targets[:1]))
    logits = leaf([[1.0, 2.0, 3.0]])
    nothing = loss(logits, torch.tensor([IGNORED]))
    nothing.backward()
    assert (float(nothing.detach()), logits.grad.tolist()) == (0.0, [[0.0, 0.0, 0.0]])


@pytest.mark.parametrize("size", EXTREME)
@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 2.0])
def test_class_losses_of_extreme_logits_are_finite(size, gamma):
    logits = leaf([[size, -size, 0.0], [-size, size, 0.0]])
    loss = focal_loss(logits, torch.tensor([0, 0]), gamma=gamma)
    loss.backward()
    assert torch.isfinite(loss)
    assert torch.isfinite(logits.grad).all()


def test_half_precision_is_computed_in_float32():
    assert weighted_cross_entropy(LOGITS.bfloat16(), torch.tensor([0, 0])).dtype == torch.float32


def test_contrastive_loss_of_the_worked_example():
    eye = torch.eye(2)
    found = in_batch_contrastive(eye, eye, temperature=0.5)
    assert float(found) == pytest.approx(math.log(1 + math.exp(-2)))
    found = in_batch_contrastive(eye, eye, temperature=0.5, margin=0.3)
    assert float(found) == pytest.approx(math.log(1 + math.exp(-1.4)))


def test_further_documents_are_negatives_of_all_queries():
    eye = torch.eye(3)
    found = in_batch_contrastive(eye[:1], eye, temperature=1.0)
    assert float(found) == pytest.approx(math.log(1 + 2 * math.exp(-1)))


def test_an_entry_that_is_positive_too_is_no_negative():
    same = torch.ones(2, 4)
    marked = torch.tensor([[True, True], [False, True]])
    found = in_batch_contrastive(same, same, also_positive=marked)
    assert float(found) == pytest.approx(math.log(2) / 2)


def test_symmetric_contrast_does_not_tell_queries_from_documents():
    queries, documents = torch.randn(5, 8), torch.randn(5, 8)
    marked = torch.rand(5, 5) < 0.2
    torch.testing.assert_close(
        in_batch_contrastive(queries, documents, also_positive=marked, symmetric=True),
        in_batch_contrastive(documents, queries, also_positive=marked.T, symmetric=True),
    )


def test_triplet_loss_of_the_worked_example():
    anchors, near, far = (
        torch.eye(2)[[0, 0]],
        torch.tensor([[3.0, 4], [1, 0]]),
        torch.tensor([[4.0, 3], [0, 1]]),
    )
    assert float(triplet_loss(anchors, near, far, margin=0.5)) == pytest.approx((0.8 - 0.6 + 0.5) / 2)


def test_cosine_regression_of_the_worked_example():
    first, second = torch.eye(2), torch.tensor([[3.0, 4], [0, 2]])
    assert float(cosine_regression(first, second, torch.tensor([1.0, 0.5]))) == pytest.approx(
        (0.4**2 + 0.5**2) / 2
    )


VECTOR_LOSSES = [
    lambda a, b: in_batch_contrastive(a, b, symmetric=True),
    lambda a, b: triplet_loss(a, b, b.flip(0)),
    lambda a, b: cosine_regression(a, b, torch.zeros(len(a))),
]


@pytest.mark.parametrize("loss", VECTOR_LOSSES)
@pytest.mark.parametrize("size", EXTREME)
def test_vector_losses_of_extreme_rows_are_finite(loss, size):
    first, second = leaf([[size, -size], [0.0, size]]), leaf([[size, size], [0.0, 1.0]])
    found = loss(first, second)
    found.backward()
    assert torch.isfinite(found)
    assert torch.isfinite(first.grad).all()
    assert torch.isfinite(second.grad).all()


@pytest.mark.parametrize("loss", VECTOR_LOSSES)
def test_no_rows_lose_nothing(loss):
    assert float(loss(torch.zeros(0, 4), torch.zeros(0, 4))) == 0.0


@pytest.mark.parametrize("loss", VECTOR_LOSSES)
def test_the_length_of_a_vector_plays_no_part(loss):
    first, second = torch.randn(4, 3), torch.randn(4, 3)
    torch.testing.assert_close(loss(first, second), loss(1e10 * first, 1e-10 * second))


ROWS = torch.zeros(2, 3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: focal_loss(ROWS, torch.zeros(3).long()), r"logits must be \(n, n_classes\)"),
        (lambda: focal_loss(ROWS, torch.zeros(2).long(), class_weights=torch.ones(2)), "class_weights must"),
        (lambda: focal_loss(ROWS, torch.zeros(2).long(), gamma=-1.0), "gamma must be 0 or more. Got -1.0"),
        (lambda: in_batch_contrastive(ROWS, ROWS[:1]), "of one shape"),
        (lambda: in_batch_contrastive(ROWS, ROWS, temperature=0.0), "temperature must be above 0"),
        (lambda: in_batch_contrastive(ROWS, ROWS, also_positive=ROWS > 0), r"also_positive must be \(2, 2\)"),
        (lambda: triplet_loss(ROWS, ROWS, ROWS[:, :2]), "of one shape"),
        (lambda: cosine_regression(ROWS, ROWS, torch.zeros(3)), r"targets must be \(2,\)"),
    ],
)
def test_shapes_that_do_not_fit_are_refused(call, message):
    with pytest.raises(InvalidInput, match=message):
        call()
