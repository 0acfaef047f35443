import numpy as np
import pytest

torch = pytest.importorskip("torch")

from metier.errors import ModelMismatch  # noqa: E402
from metier.training.networks import Head  # noqa: E402
from metier.workbench.finetuning.classify import ClassObjective, check_labels, class_loss, label_ids, softmax  # noqa: E402
from metier.workbench.finetuning.rows import ClassRow  # noqa: E402
from tests.workbench.tiny import tiny_network  # noqa: E402

LABELS = ("a", "b", "c")
ROWS = [ClassRow("w1", "a"), ClassRow("w2", "b"), ClassRow("w3", "b"), ClassRow("w4", "c")]


@pytest.fixture(scope="module")
def objective():
    return ClassObjective(tiny_network("bert", Head.CLASSES, labels=LABELS))


def decisions(*places):
    return [np.eye(3, dtype=np.float32)[place] for place in places]


def test_figures_are_those_of_scikit_learn(objective):
    metrics = pytest.importorskip("sklearn.metrics")
    figures = objective.figures(ROWS, decisions(0, 1, 2, 2))
    found = {name: figure.value for name, figure in figures.intervals(seed=0).items()}
    gold, decided = [0, 1, 1, 2], [0, 1, 2, 2]
    assert found["macro_f1"] == pytest.approx(metrics.f1_score(gold, decided, average="macro"))
    assert found["accuracy"] == 0.75
    each = metrics.f1_score(gold, decided, average=None)
    assert [found[f"f1:{label}"] for label in LABELS] == pytest.approx(list(each))
    assert figures.values() == {"score": found["macro_f1"], "accuracy": 0.75}
    assert dict(figures.counts) == {"rows": 4}


def test_many_classes_have_no_figures_of_their_own():
    labels = [f"l{i}" for i in range(21)]
    objective = ClassObjective(tiny_network("bert", Head.CLASSES, labels=labels))
    found = objective.figures([ClassRow("w1", "l3")], [np.eye(21, dtype=np.float32)[3]])
    assert not found.details


def test_unknown_labels_are_named_with_those_that_are_known(objective):
    objective.check(ROWS)
    with pytest.raises(
        ModelMismatch, match="knows the labels a, b, c. The data hold others: d, e. .* with --new-head"
    ):
        check_labels(objective.network, {"a", "e", "d"})


def test_long_lists_of_labels_are_cut(objective):
    many = {f"x{i:02}" for i in range(25)} | {"y" * 200}
    with pytest.raises(ModelMismatch, match="x09 and 16 more. Take"):
        check_labels(objective.network, many)


def test_windows_have_the_number_of_the_label_and_cut_long_texts(objective):
    windows = objective.windows([*ROWS, ClassRow("w5 " * 500, "a")])
    assert [window.target for window in windows] == [0, 1, 1, 2, 0]
    assert len(windows[-1].ids) == objective.network.max_tokens
    assert objective.targets(windows, 66)["labels"].tolist() == [0, 1, 1, 2, 0]
    assert label_ids(objective.network) == {"a": 0, "b": 1, "c": 2}


def test_the_loss_is_the_cross_entropy_of_torch():
    logits, targets = (
        torch.randn(5, 3, generator=torch.Generator().manual_seed(0)),
        torch.tensor([0, 1, 2, 1, 0]),
    )
    functional = torch.nn.functional
    assert class_loss(logits, targets, weights=None, gamma=0) == pytest.approx(
        float(functional.cross_entropy(logits, targets))
    )
    weighted = functional.cross_entropy(logits, targets, weight=torch.tensor([1.0, 2.0, 0.5]))
    assert class_loss(logits, targets, weights=(1.0, 2.0, 0.5), gamma=0) == pytest.approx(float(weighted))
    assert class_loss(logits, targets, weights=None, gamma=2) < class_loss(
        logits, targets, weights=None, gamma=0
    )


def test_decisions_become_records(objective):
    (decision,) = objective.decide(ROWS[:1], [], [np.array([0.0, np.log(3), 0.0], np.float32)])
    assert decision == pytest.approx([0.2, 0.6, 0.2])
    assert objective.record(ROWS[0], decision) == {"predicted": "b", "score": 0.6}
    assert objective.tuned(ROWS, [decision]) is objective


def test_softmax_of_huge_logits_is_finite():
    assert softmax(np.array([1e30, 0.0], np.float32)).tolist() == [1, 0]
