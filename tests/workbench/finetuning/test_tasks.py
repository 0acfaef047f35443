import pytest

torch = pytest.importorskip("torch")

from metier.errors import InvalidInput, ModelMismatch  # noqa: E402
from metier.training.networks import Head  # noqa: E402
from metier.workbench.finetuning.batches import Batch  # noqa: E402
from metier.workbench.finetuning.options import BALANCED, TaskOptions  # noqa: E402
from metier.workbench.finetuning.rows import ClassRow, RankRow, TagRow  # noqa: E402
from metier.workbench.finetuning.tasks import TIE_BREAK, make_task, objective_of, with_max_tokens  # noqa: E402
from tests.workbench.finetuning.tiny_rows import HEADS, LABELS, ROWS, network_of  # noqa: E402
from tests.workbench.tiny import ARCHITECTURES, tiny_network  # noqa: E402

N_LOGITS = {Head.CLASSES: [(4, 2)], Head.TAGS: [(8, 5)], Head.RANK: [(4, 1)]}


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_parts_of_a_loss_fit_together(architecture, head):
    network = network_of(architecture, head)
    task = make_task(network, ROWS[head], ROWS[head], options=TaskOptions(batch_size=9))
    (batch,) = task.batches(seed=0, epoch=0)
    assert isinstance(batch, Batch)
    outputs = task.network.model(**batch.inputs)
    loss = task.loss(batch)
    assert loss.ndim == 0
    assert torch.equal(loss, task.loss_of(outputs, batch.targets))
    loss.backward()
    shapes = [tuple(logits.shape) for logits in task.logits_of(outputs, batch.targets)]
    width = batch.inputs["input_ids"].shape[1]
    assert shapes == N_LOGITS.get(head, [(3, width)] * 2)
    assert task.name == str(head)


def test_batches_follow_from_seed_and_epoch():
    head = Head.CLASSES
    task = make_task(network_of("bert", head), ROWS[head], ROWS[head], options=TaskOptions(batch_size=1))

    def order(seed, epoch):
        return [batch.inputs["input_ids"].tolist() for batch in task.batches(seed=seed, epoch=epoch)]

    assert order(0, 0) == order(0, 0)
    assert len({str(order(0, epoch)) for epoch in range(6)}) > 1
    assert sorted(map(str, order(0, 0))) == sorted(map(str, order(0, 1)))


def test_data_have_a_hash_of_all_rows():
    network = network_of("bert", Head.RANK)
    rows = ROWS[Head.RANK]
    hashes = {
        make_task(network, *parts).data_sha256 for parts in ((rows, rows), (rows, rows[:2]), (rows[:2], rows))
    }
    assert len(hashes) == 3


def test_of_equal_figures_that_with_the_lower_loss_scores_better():
    head = Head.CLASSES
    task = make_task(network_of("bert", head), ROWS[head], ROWS[head])
    found = []
    for factor in (1.0, 50.0):
        task.network.model.classifier.weight.data *= factor
        found.append(task.evaluate())
    small, large = sorted(found, key=lambda each: each["loss"])
    assert small["accuracy"] == large["accuracy"]
    assert 0 < small["score"] - large["score"] < TIE_BREAK


def test_balanced_weights_make_classes_count_alike():
    rows = [ClassRow("w1", "no")] * 3 + [ClassRow("w2", "yes")]
    task = make_task(
        network_of("bert", Head.CLASSES), rows, rows, options=TaskOptions(class_weights=BALANCED)
    )
    assert task.objective.weights == pytest.approx((4 / 6, 4 / 2))
    tags = make_task(
        network_of("bert", Head.TAGS),
        [TagRow(("w1", "w2"), ("O", "B-X"))],
        [TagRow(("w1",), ("O",))],
        options=TaskOptions(class_weights=BALANCED),
    )
    assert tags.objective.weights == pytest.approx((0.4,) * 5)


def test_given_weights_and_gamma_reach_the_loss():
    head = Head.CLASSES
    network = network_of("bert", head)
    plain, other = (
        make_task(network, ROWS[head], ROWS[head], options=TaskOptions(class_weights=weights, gamma=gamma))
        for weights, gamma in ((None, 0.0), ((1.0, 5.0), 2.0))
    )
    (batch,) = plain.batches(seed=0, epoch=0)
    assert float(plain.loss(batch).detach()) != float(other.loss(batch).detach())


def test_rank_targets_are_shares_of_the_highest_grade_learned_from():
    rows = [RankRow("w1", "w2", 3.0), RankRow("w1", "w3", 1.5)]
    assert make_task(network_of("bert", Head.RANK), rows, rows).objective.top == 3
    assert make_task(network_of("bert", Head.RANK), [RankRow("w1", "w2", 0.5)], rows).objective.top == 1


def test_answers_have_a_threshold_where_some_have_none():
    network = network_of("bert", Head.SPANS)
    rows = ROWS[Head.SPANS]
    assert make_task(network, rows, rows).objective.threshold == 0
    answered = [row for row in rows if row.answers]
    assert make_task(network, answered, answered).objective.threshold is None


@pytest.mark.parametrize(
    ("head", "rows", "options", "message"),
    [
        (
            Head.CLASSES,
            [],
            None,
            "The task classify needs ClassRows, at least one to learn from .* Got 0 rows",
        ),
        (Head.CLASSES, ROWS[Head.RANK], None, "Got 4 rows, of another kind"),
        (Head.RANK, [RankRow("w1", "w2", 0.0)], None, "At least one text must answer its query"),
        (
            Head.CLASSES,
            ROWS[Head.CLASSES],
            TaskOptions(class_weights=(1.0, 2.0, 3.0)),
            "class_weights must be 2 numbers, one for each of no, yes. Got 3",
        ),
        (
            Head.RANK,
            ROWS[Head.RANK],
            TaskOptions(gamma=2.0),
            "class_weights and gamma are for classes and tags",
        ),
    ],
)
def test_rows_and_options_must_fit_the_head(head, rows, options, message):
    with pytest.raises(InvalidInput, match=message):
        make_task(network_of("bert", head), rows, rows, options=options)


def test_labels_must_be_the_networks():
    rows = [ClassRow("w1", "maybe")]
    with pytest.raises(ModelMismatch, match="knows the labels no, yes. The data hold others: maybe"):
        make_task(network_of("bert", Head.CLASSES), rows, rows)


def test_other_heads_have_no_task():
    with pytest.raises(ModelMismatch, match="has no head that is fine-tuned: masked-words"):
        objective_of(tiny_network("bert", Head.MASKED_WORDS))


def test_rows_may_be_no_longer_than_the_network_takes():
    network = network_of("roberta", Head.CLASSES)
    assert with_max_tokens(network, None) is network
    assert with_max_tokens(network, 20).max_tokens == 20
    with pytest.raises(ModelMismatch, match="max_tokens must be at most 65, the longest row .* Got 66"):
        with_max_tokens(network, 66)


def test_labels_of_the_rows_are_enough():
    assert set(LABELS) == {Head.CLASSES, Head.TAGS}
