from types import SimpleNamespace

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from metier.encoders.fake import FakeEncoder  # noqa: E402
from metier.encoders.reading import TextKind  # noqa: E402
from metier.errors import InvalidInput  # noqa: E402
from metier.search.training import task as task_module  # noqa: E402
from metier.search.training.mixing import Mix, mix  # noqa: E402
from metier.search.training.pairs import Pair  # noqa: E402
from metier.search.training.task import Loss, LossOptions, PairTask, figures  # noqa: E402
from metier.training.bi_encoder import ProjectedEncoder  # noqa: E402
from metier.training.losses import cosine_regression, in_batch_contrastive, triplet_loss  # noqa: E402
from tests.search.training.small import made_pairs  # noqa: E402

TRAIN = [
    Pair("a one", "b one", ("c one", "c two"), 1.0),
    Pair("a two", "b two", (), 0.5),
    Pair("a three", "b three", ("b two",), 0.9),
]
TUNE = [Pair("q", "b four", (), 1.0)]
Q, P = TextKind.QUERY, TextKind.PASSAGE


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def network(*sets, dim=16):
    pairs = [pair for rows in sets for pair in rows]
    passages = [text for pair in pairs for text in (pair.positive, *pair.negatives)]
    return ProjectedEncoder(FakeEncoder(dim), [pair.query for pair in pairs], passages)


def made(train=TRAIN, tune=TUNE, **options):
    return PairTask(network(train, tune), train, tune, LossOptions(**options))


def whole(task):
    """Return a batch of all rows with no negatives but those that the first row gives."""
    return [(row, (0,) if row == 0 else ()) for row in range(len(task.train))]


def vectors(task):
    return (
        task.network.vectors(["a one", "a two", "a three"], Q),
        task.network.vectors(["b one", "b two", "b three", "c one"], P),
    )


def test_contrastive_is_symmetric_with_margin_and_given_negatives():
    task = made(margin=0.3, temperature=0.1)
    expected = in_batch_contrastive(*vectors(task), temperature=0.1, margin=0.3, symmetric=True)
    assert task.loss(whole(task)).item() == pytest.approx(expected.item(), abs=1e-6)


def test_a_text_known_to_be_right_is_no_negative():
    extra = Pair("A ONE", "b two")
    task = made([*TRAIN, extra])
    right = torch.zeros(3, 4, dtype=torch.bool)
    right[0, 1] = True
    expected = in_batch_contrastive(*vectors(task), margin=0.3, also_positive=right, symmetric=True)
    assert task.loss(whole(task)[:3]).item() == pytest.approx(expected.item(), abs=1e-6)


def test_triplets_take_their_own_negatives_or_the_hardest_of_the_batch():
    task = made(loss=Loss.TRIPLET, margin=0.5)
    queries, documents = vectors(task)
    scores = (queries @ documents.T).detach().numpy() - 9 * np.eye(3, 4)
    hardest = [3, int(scores[1].argmax()), int(scores[2].argmax())]
    expected = triplet_loss(queries, documents[:3], documents[hardest], margin=0.5)
    assert task.loss(whole(task)).item() == pytest.approx(expected.item(), abs=1e-6)


def test_a_row_alone_without_negatives_costs_nothing_but_has_a_gradient():
    for loss in (Loss.TRIPLET, Loss.CONTRASTIVE):
        task = made(loss=loss)
        found = task.loss([(1, ())])
        found.backward()
        assert found.item() == 0
        assert task.network.module.change.grad.abs().sum() == 0


def test_regression_is_of_cosines_on_scores():
    task = made(loss=Loss.REGRESSION)
    queries, documents = vectors(task)
    expected = cosine_regression(queries, documents[:3], torch.tensor([1.0, 0.5, 0.9]))
    assert task.loss([(row, ()) for row in range(3)]).item() == pytest.approx(expected.item(), abs=1e-6)


def test_positive_mixing_adds_the_loss_of_queries_moved_towards_their_positives():
    task = made(mix=Mix.POSITIVE, mix_ratio=0.3)
    queries, documents = vectors(task)
    moved = mix(queries, documents[:3], ratio=0.3)
    losses = [in_batch_contrastive(each, documents, margin=0.3, symmetric=True) for each in (queries, moved)]
    assert task.loss(whole(task)).item() == pytest.approx(sum(losses).item() / 2, abs=1e-6)


@pytest.mark.parametrize("loss", [Loss.CONTRASTIVE, Loss.TRIPLET])
def test_mixed_negatives_make_the_task_harder(loss):
    plain, mixed = (made(loss=loss, mix=kind, mix_ratio=0.5) for kind in (None, Mix.NEGATIVE))
    assert mixed.loss(whole(mixed)) > plain.loss(whole(plain))


def test_negatives_take_turns_from_epoch_to_epoch():
    rows = [Pair(f"q{word}", f"p{word}", tuple(f"n{word}{i}" for i in range(4))) for word in "abc"]
    task = made(rows, n_negatives=2)
    taken = [dict(task.batches(seed=1, epoch=epoch)[0])[0] for epoch in range(2)]
    assert sorted(i for own in taken for i in own) == [0, 1, 2, 3]
    assert task.batches(seed=1, epoch=1) == task.batches(seed=1, epoch=1)
    assert all(own == () for _, own in made(rows, n_negatives=0).batches(seed=1, epoch=0)[0])


def test_pairs_of_low_score_become_negatives_except_in_regression():
    rows = [*TRAIN, Pair("a two", "c nine", (), 0.1)]
    assert [pair.negatives for pair in made(rows).train] == [("c one", "c two"), ("c nine",), ("b two",)]
    assert len(made(rows, loss=Loss.REGRESSION).train) == 4


def test_the_tune_queries_search_all_tune_positives_and_some_of_the_training_part(monkeypatch):
    monkeypatch.setattr(task_module, "N_DISTRACTORS", 2)
    task = made()
    assert (task.n_queries, task.n_documents) == (1, 3)
    assert set(task.evaluate()) == {"score", "pass@1"}


def axes(*numbers):
    return np.eye(8, dtype=np.float32)[list(numbers)]


def test_the_rank_is_that_of_the_first_right_text_and_ties_count_against_it():
    tune = [Pair("x", "a"), Pair("x", "b"), Pair("y", "c"), Pair("z", "d")]
    task = made(TRAIN[1:2], tune)
    # Documents are a, b, c, d and "b two" of the training part.
    queries = np.array([[0.1, 0.9, 0.2, 0, 0], [0.5, 0, 0.5, 0, 0.6], [0, 0, 0, 1, 0]], np.float32)

    def encode(texts, kind):
        return queries if kind is Q else np.eye(5, dtype=np.float32)

    ranks = task.ranks(encode)
    assert ranks.tolist() == [1, 3, 1]
    assert figures(ranks) == {"score": pytest.approx((1 + 1 / 3 + 1) / 3), "pass@1": pytest.approx(2 / 3)}


def test_vectors_that_are_all_alike_look_bad():
    task = made(tune=[Pair(f"q{i}", f"p{i}") for i in "abc"])
    ranks = task.ranks(lambda texts, kind: np.ones((len(texts), 1), np.float32))
    assert ranks.tolist() == [6, 6, 6]


def test_the_hash_of_the_data_sees_every_field():
    hashes = {
        made(rows).data_sha256
        for rows in (
            TRAIN,
            TRAIN[::-1],
            [*TRAIN[:2], Pair("a three", "b three", ("b one",), 0.9)],
            [*TRAIN[:2], Pair("a three", "b three", ("b two",), 0.8)],
        )
    }
    assert len(hashes) == 4


def test_a_lone_surrogate_is_no_reason_to_stop():
    assert made([Pair("a \ud800", "b")]).data_sha256


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"margin": -0.1}, "margin must be from 0 to 2. Got -0.1"),
        ({"temperature": 0.0}, "temperature must be above 0"),
        ({"batch_size": 0}, "batch_size must be at least 1. Got 0"),
        ({"n_negatives": -1}, "n_negatives must be at least 0. Got -1"),
        ({"mix": Mix.NEGATIVE, "mix_ratio": 0.7}, "at most 0.5 for negatives. Got 0.7"),
        ({"mix": Mix.POSITIVE, "loss": Loss.REGRESSION}, "mix needs the contrastive or the triplet loss"),
    ],
)
def test_options_out_of_range_are_refused(options, message):
    with pytest.raises(InvalidInput, match=message):
        LossOptions(**options)


def test_data_that_the_loss_cannot_use_is_refused():
    with pytest.raises(InvalidInput, match="needs a score in every row"):
        made([Pair("a", "b")], loss=Loss.REGRESSION)
    with pytest.raises(InvalidInput, match="1 pairs to train and 1 to tune on hold no match on one side"):
        PairTask(SimpleNamespace(), [Pair("a", "b")], [Pair("c", "d", (), 0.1)], LossOptions())


def test_a_head_learns_made_pairs():
    pairs = made_pairs(120)
    task = PairTask(network(pairs, dim=64), pairs[:100], pairs[100:], LossOptions())
    before = task.evaluate()["score"]
    optimiser = torch.optim.Adam(task.network.module.parameters(), lr=0.02)
    for epoch in range(8):
        for batch in task.batches(seed=0, epoch=epoch):
            optimiser.zero_grad()
            task.loss(batch).backward()
            optimiser.step()
    assert task.evaluate()["score"] > before + 0.2
