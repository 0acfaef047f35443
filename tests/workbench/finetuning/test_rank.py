import numpy as np
import pytest

torch = pytest.importorskip("torch")

from metier.errors import InvalidInput  # noqa: E402
from metier.training.networks import Head  # noqa: E402
from metier.workbench.finetuning.rank import RankObjective, n_choices  # noqa: E402
from metier.workbench.finetuning.rows import RankRow  # noqa: E402
from tests.workbench.tiny import tiny_network  # noqa: E402

ROWS = [
    RankRow("w1", "w2", 0.0),
    RankRow("w1", "w3", 2.0),
    RankRow("w4", "w5", 1.0),
    RankRow("w4", "w6", 0.0),
    RankRow("w7", "w8", 0.0),
]


@pytest.fixture(scope="module")
def objective():
    return RankObjective(tiny_network("bert", Head.RANK), top=2.0)


def test_figures_are_means_over_queries_that_a_text_answers(objective):
    figures = objective.figures(ROWS, [0.3, 0.1, 0.9, 0.2, 0.5])
    values = figures.values()
    assert values["score"] == pytest.approx((1 / 2 + 1) / 2)
    assert values["ndcg@10"] == pytest.approx((1 / np.log2(3) + 1) / 2)
    assert values["average_precision"] == pytest.approx(0.75)
    assert dict(figures.counts) == {"rows": 5, "queries": 2, "queries_left_out": 1}
    assert len(figures.groups) == 2


def test_grades_become_shares_of_the_highest(objective):
    windows = objective.windows(ROWS)
    targets = objective.targets(windows, 9)
    assert targets["shares"].tolist() == [0, 1, 0.5, 0, 0]
    outputs = type("O", (), {"logits": torch.zeros(5, 1)})
    assert float(objective.loss_of(outputs, targets)) == pytest.approx(np.log(2))
    assert objective.logits_of(outputs, targets)[0].shape == (5, 1)


def test_a_higher_grade_than_in_training_counts_as_the_highest(objective):
    assert objective.targets(objective.windows([RankRow("w1", "w2", 9.0)]), 5)["shares"].tolist() == [1]


def test_query_and_text_stand_in_one_row(objective):
    (window,) = objective.windows(ROWS[:1])
    assert objective.network.tokenizer.convert_ids_to_tokens(window.ids) == [
        "[CLS]",
        "w1",
        "[SEP]",
        "w2",
        "[SEP]",
    ]


def test_rows_without_a_right_text_cannot_be_measured(objective):
    objective.check(ROWS)
    with pytest.raises(InvalidInput, match="At least one text must answer its query: a label above 0"):
        objective.check(ROWS[-1:])


def test_logits_are_the_scores(objective):
    (score,) = objective.decide(ROWS[:1], [], [np.array([1.5], np.float32)])
    assert objective.record(ROWS[0], score) == {"score": 1.5}
    assert objective.tuned(ROWS, [score]) is objective


def test_queries_with_a_choice_are_counted():
    assert n_choices(ROWS) == 2
    assert n_choices(ROWS[-1:]) == 0
