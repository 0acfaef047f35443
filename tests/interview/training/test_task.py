import math

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from metier.encoders.fake import FakeEncoder  # noqa: E402
from metier.encoders.reading import TextKind  # noqa: E402
from metier.errors import InvalidInput  # noqa: E402
from metier.interview.training.rows import read_choices  # noqa: E402
from metier.interview.training.task import ChoiceTask, Loss, LossOptions, choice_loss  # noqa: E402
from metier.training.bi_encoder import ProjectedEncoder  # noqa: E402
from tests.interview.training.small import made_rows, write_rows  # noqa: E402

COSINES = [[0.5, 0.1, -0.2], [0.3, 0.4, 0.6]]
RIGHT = [[1, 0, 0], [0, 1, 0]]


@pytest.fixture
def choices(tmp_path):
    return read_choices(write_rows(tmp_path / "rows.csv", made_rows(24)))


def task_of(choices, *, tune=None, **options):
    network = ProjectedEncoder(FakeEncoder(32), choices.inputs, choices.candidates)
    return ChoiceTask(network, choices, tune, texts=choices.candidates, options=LossOptions(**options))


def lost(cosines=None, right=None, **options):
    given = torch.tensor(COSINES if cosines is None else cosines, dtype=torch.float64)
    chosen = LossOptions(**{"margin": 0.0, **options})
    return float(choice_loss(given, torch.tensor(right or RIGHT).bool(), chosen))


def test_candidates_is_the_cross_entropy_against_all_of_them():
    expected = [
        -math.log(math.exp(row[own] / 0.1) / sum(math.exp(score / 0.1) for score in row))
        for row, own in zip(COSINES, (0, 1), strict=True)
    ]
    assert lost(temperature=0.1) == pytest.approx(sum(expected) / 2)


def test_a_margin_is_taken_off_the_right_cosine():
    lower = [[0.2, 0.1, -0.2], [0.3, 0.1, 0.6]]
    assert lost(margin=0.3) == pytest.approx(lost(lower))


def test_several_right_candidates_count_together():
    row = [0.5, 0.1, -0.2]
    own = sum(math.exp(row[i] / 0.05) for i in (0, 2))
    expected = -math.log(own / sum(math.exp(score / 0.05) for score in row))
    assert lost([row], [[1, 0, 1]]) == pytest.approx(expected)


def test_regression_is_the_mean_squared_difference():
    expected = np.square(np.array(COSINES) - np.array(RIGHT)).mean()
    assert lost(loss=Loss.REGRESSION) == pytest.approx(expected)
    both = lost(loss=Loss.BOTH, regression_weight=7.0)
    assert both == pytest.approx(lost() + 7 * expected)


def test_near_wrong_candidates_count_more_and_wrong_ones_as_much_in_all():
    weight = 3.0
    shares = np.exp(weight * np.array([0.1, -0.2]))
    shares = 2 * shares / shares.sum()
    errors = np.square([0.5 - 1, 0.1, -0.2])
    expected = (errors * [1, *shares]).mean()
    assert lost([COSINES[0]], [[1, 0, 0]], loss=Loss.REGRESSION, hard_weight=weight) == pytest.approx(
        expected
    )
    scores = np.exp(np.array(COSINES[0]) / 0.05) * [1, *shares]
    assert lost([COSINES[0]], [[1, 0, 0]], hard_weight=weight) == pytest.approx(
        -math.log(scores[0] / scores.sum())
    )


@pytest.mark.parametrize("loss", list(Loss))
def test_gradients_are_finite_and_draw_the_right_candidate_near(loss):
    cosines = torch.tensor(COSINES, requires_grad=True)
    options = LossOptions(loss=loss, hard_weight=2.0, margin=0.1)
    choice_loss(cosines, torch.tensor(RIGHT).bool(), options).backward()
    assert torch.isfinite(cosines.grad).all()
    assert (cosines.grad[torch.tensor(RIGHT).bool()] < 0).all()


def test_batches_hold_every_input_once_in_another_order_each_epoch(choices):
    task = task_of(choices, batch_size=5)
    plans = [task.batches(seed=0, epoch=epoch) for epoch in (0, 0, 1)]
    assert plans[0] == plans[1] != plans[2]
    assert plans[0] != task.batches(seed=1, epoch=0)
    for plan in plans:
        assert [len(batch) for batch in plan] == [5, 5, 5, 5, 4]
        assert sorted(i for batch in plan for i in batch) == list(range(24))


def test_the_loss_of_a_batch_is_that_of_its_cosines(choices):
    task = task_of(choices, margin=0.0)
    inputs = task.network.encode([choices.inputs[i] for i in (3, 0)], TextKind.QUERY)
    candidates = task.network.encode(choices.candidates, TextKind.PASSAGE)
    expected = lost((inputs @ candidates.T).tolist(), choices.right[[3, 0]].tolist())
    assert float(task.loss([3, 0]).detach()) == pytest.approx(expected, rel=1e-4)


def test_accuracy_goes_before_the_mean_difference(choices):
    task = task_of(choices, tune=choices.part(range(8)))
    found = task.evaluate()
    report = task.measured(task.tune, task.network.encode)
    assert found["accuracy"] == report.accuracy
    assert found["mean_diff"] == report.mean_diff
    # The greatest gain in difference is worth less than one input more.
    assert 0 < found["score"] - (report.accuracy + (report.mean_diff - 1) / (8 * 8)) < 1 / 8
    with pytest.raises(InvalidInput, match="must be a tune part"):
        task_of(choices).evaluate()


def test_the_hash_of_the_data_tells_texts_and_parts_apart(choices):
    hashes = {
        task_of(choices).data_sha256,
        task_of(choices, tune=choices.part([0])).data_sha256,
        task_of(choices.part(range(20))).data_sha256,
    }
    assert len(hashes) == 3
    assert task_of(choices).data_sha256 in hashes


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"temperature": 0.0}, "temperature must be above 0"),
        ({"regression_weight": 0.0}, "regression_weight must be above 0"),
        ({"margin": 2.5}, "margin must be from 0 to 2. Got 2.5"),
        ({"hard_weight": -1.0}, "hard_weight must be 0 or more"),
        ({"batch_size": 0}, "batch_size must be at least 1. Got 0"),
    ],
)
def test_options_out_of_range_are_refused(wrong, message):
    with pytest.raises(InvalidInput, match=message):
        LossOptions(**wrong)
