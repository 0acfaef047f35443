import pytest

torch = pytest.importorskip("torch")

from metier.errors import InvalidInput  # noqa: E402
from metier.training.caching import encode_in_chunks  # noqa: E402
from metier.training.losses import in_batch_contrastive  # noqa: E402


def network(dropout=0.0):
    torch.manual_seed(0)
    return torch.nn.Sequential(
        torch.nn.Linear(5, 8), torch.nn.Tanh(), torch.nn.Dropout(dropout), torch.nn.Linear(8, 4)
    ).double()


def data():
    return torch.randn(12, 5, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def loss_of(vectors):
    return in_batch_contrastive(vectors[:6], vectors[6:], symmetric=True)


def gradients(model):
    return [parameter.grad for parameter in model.parameters()]


@pytest.mark.parametrize("size", [1, 5, 12])
def test_gradients_are_those_of_one_pass_over_all(size):
    direct, chunked = network(), network()
    expected = loss_of(direct(data()))
    expected.backward()
    found = loss_of(encode_in_chunks(chunked, data().split(size), list(chunked.parameters())))
    found.backward()
    assert found.item() == pytest.approx(expected.item(), abs=1e-6)
    for one, other in zip(gradients(chunked), gradients(direct), strict=True):
        assert torch.allclose(one, other, atol=1e-6, rtol=0)


def test_dropout_falls_alike_in_both_passes():
    direct, chunked = network(0.5), network(0.5)
    torch.manual_seed(7)
    loss_of(torch.cat([direct(chunk) for chunk in data().split(4)])).backward()
    torch.manual_seed(7)
    loss_of(encode_in_chunks(chunked, data().split(4), list(chunked.parameters()))).backward()
    for one, other in zip(gradients(chunked), gradients(direct), strict=True):
        assert torch.allclose(one, other, atol=1e-6, rtol=0)


def test_the_way_back_leaves_the_random_numbers_as_they_were():
    model = network(0.5)
    loss = loss_of(encode_in_chunks(model, data().split(4), list(model.parameters())))
    state = torch.random.get_rng_state()
    loss.backward()
    assert torch.equal(torch.random.get_rng_state(), state)


def test_the_first_pass_keeps_nothing_for_gradients():
    seen = []
    model = network()

    def encode(chunk):
        seen.append((len(chunk), torch.is_grad_enabled()))
        return model(chunk)

    loss_of(encode_in_chunks(encode, data().split(6), list(model.parameters()))).backward()
    assert seen == [(6, False), (6, False), (6, True), (6, True)]


def test_half_precision_of_the_first_pass_is_that_of_the_second():
    seen = []
    model = network().float()

    def encode(chunk):
        vectors = model(chunk)
        seen.append(vectors.dtype)
        return vectors

    with torch.autocast("cpu", torch.bfloat16):
        vectors = encode_in_chunks(encode, data().float().split(6), list(model.parameters()))
    loss_of(vectors).backward()
    assert seen == [torch.bfloat16] * 4


def test_what_is_not_trained_gets_no_gradient_and_what_is_unused_none_either():
    model, unused = network(), torch.nn.Linear(2, 2)
    model[0].weight.requires_grad = False
    given = [*model.parameters(), *unused.parameters()]
    loss_of(encode_in_chunks(model, data().split(6), given)).backward()
    assert model[0].weight.grad is None
    assert unused.weight.grad is None
    assert model[3].weight.grad is not None


def test_without_gradients_it_is_one_pass():
    model = network()
    with torch.no_grad():
        vectors = encode_in_chunks(model, data().split(5), list(model.parameters()))
    assert torch.equal(vectors, torch.cat([model(chunk) for chunk in data().split(5)]))
    assert not vectors.requires_grad


def test_no_chunks_are_refused():
    with pytest.raises(InvalidInput, match="at least one chunk"):
        encode_in_chunks(network(), [], [])
