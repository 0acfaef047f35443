import pytest

torch = pytest.importorskip("torch")

from metier.errors import InvalidInput  # noqa: E402
from metier.search.training.mixing import Mix, check_ratio, mix, mixed_negatives  # noqa: E402


def unit(*rows):
    return torch.nn.functional.normalize(torch.tensor(rows, dtype=torch.float32), dim=-1)


def test_a_mixed_vector_lies_between_its_parts_by_the_ratio():
    mixed = mix(unit([1, 0]), unit([0, 1]), ratio=0.25)
    assert mixed.tolist()[0] == pytest.approx([0.75 / 0.625**0.5, 0.25 / 0.625**0.5], abs=1e-6)


def test_mixing_has_a_gradient_to_both_parts():
    first, second = unit([1, 0]).requires_grad_(), unit([0, 1]).requires_grad_()
    mix(first, second, ratio=0.3).sum().backward()
    assert first.grad.abs().sum() > 0
    assert second.grad.abs().sum() > 0


def test_made_negatives_are_harder_than_those_they_are_made_of():
    queries = unit([1, 0, 0])
    documents = unit([3, 1, 0], [1, 2, 0], [1, 0, 3], [0, 0, 1])
    right = torch.zeros(1, 4, dtype=torch.bool)
    made, owner = mixed_negatives(queries, documents, right, ratio=0.3)
    assert owner.tolist() == [0, 0]
    hardest, own, second = documents[1], documents[0], documents[2]
    expected = torch.nn.functional.normalize(
        torch.stack([0.7 * hardest + 0.3 * own, 0.7 * hardest + 0.3 * second]), dim=-1
    )
    assert made.numpy() == pytest.approx(expected.numpy(), abs=1e-6)
    assert float(made[0] @ queries[0]) > float(hardest @ queries[0])


def test_documents_known_to_be_right_are_no_part_of_negatives():
    queries = unit([1, 0], [0, 1])
    documents = unit([1, 0], [0, 1], [1, 1])
    right = torch.tensor([[False, True, False], [True, False, True]])
    made, owner = mixed_negatives(queries, documents, right, ratio=0.5)
    assert owner.tolist() == [0]
    assert made.numpy() == pytest.approx(mix(documents[2:], documents[:1], ratio=0.5).numpy())


def test_made_negatives_carry_no_gradient():
    queries, documents = unit([1, 0], [0, 1]).requires_grad_(), unit([1, 0], [0, 1]).requires_grad_()
    made, _ = mixed_negatives(queries, documents, torch.zeros(2, 2, dtype=torch.bool), ratio=0.5)
    assert not made.requires_grad


def test_one_row_without_a_wrong_document_makes_none():
    made, owner = mixed_negatives(unit([1, 0]), unit([0, 1]), torch.zeros(1, 1, dtype=torch.bool), ratio=0.5)
    assert (tuple(made.shape), len(owner)) == ((0, 2), 0)


@pytest.mark.parametrize(("ratio", "kind"), [(0.0, Mix.POSITIVE), (1.0, Mix.POSITIVE), (0.6, Mix.NEGATIVE)])
def test_ratios_out_of_range_are_refused(ratio, kind):
    with pytest.raises(InvalidInput, match=f"mix_ratio must be above 0 .*Got {ratio}"):
        check_ratio(ratio, kind)


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(InvalidInput, match=r"Got \(1, 2\) and \(2, 2\)"):
        mix(unit([1, 0]), unit([1, 0], [0, 1]), ratio=0.5)
    with pytest.raises(InvalidInput, match=r"right must be \(1, 1\).*Got \(2, 2\)"):
        mixed_negatives(unit([1, 0]), unit([1, 0]), torch.zeros(2, 2, dtype=torch.bool), ratio=0.5)
