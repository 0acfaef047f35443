import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from metier.encoders.reading import TextKind  # noqa: E402
from metier.errors import InvalidInput  # noqa: E402
from metier.interview.short_answers.rows import ScoreRow  # noqa: E402
from metier.interview.training.answer_task import AnswerTask  # noqa: E402
from metier.training.backbone import load_backbone  # noqa: E402
from metier.training.bi_encoder import RowLimits, TrainedBackbone  # noqa: E402
from tests.skills.architectures.tiny import save_backbone  # noqa: E402

ROWS = [
    ScoreRow("w1", ("w2 w3", "w4 w5"), "w2 w3", 5.0),
    ScoreRow("w1", ("w2 w3", "w4 w5"), "w4 w5", 5.0),
    ScoreRow("w1", ("w2 w3", "w4 w5"), "w90 w91 w92", 0.0),
    ScoreRow("w1", ("w2 w3",), "w93 w94", 1.0),
]


@pytest.fixture
def network(tmp_path):
    torch.manual_seed(0)
    return TrainedBackbone(load_backbone(save_backbone(tmp_path / "bert")), limits=RowLimits())


def test_the_nearest_reference_counts(network):
    task = AnswerTask(network, ROWS[:2], ROWS)
    network.module.eval()
    with torch.no_grad():
        found = float(task.loss([1]))
        answers = network.vectors(["w4 w5"], TextKind.QUERY)
        references = network.vectors(["w2 w3", "w4 w5"], TextKind.PASSAGE)
    assert found == pytest.approx((1 - float((answers @ references.T).max())) ** 2, abs=1e-5)


def test_cosines_come_to_follow_the_scores(network):
    task = AnswerTask(network, ROWS, ROWS)
    optimiser = torch.optim.Adam([p for p in network.module.parameters() if p.requires_grad], lr=2e-3)
    for _ in range(40):
        loss = task.loss([0, 1, 2, 3])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    network.module.eval()
    with torch.no_grad():
        assert task.evaluate()["score"] > 0.95


def test_each_epoch_has_all_rows_in_an_order_of_its_own(network):
    task = AnswerTask(network, ROWS * 4, ROWS, batch_size=3)
    first, again, other = (task.batches(seed=1, epoch=epoch) for epoch in (0, 0, 1))
    assert first == again != other
    assert np.sort(np.concatenate(first)).tolist() == list(range(16))


@pytest.mark.parametrize(
    ("train", "tune"), [([], ROWS), (ROWS, ROWS[:1]), ([ScoreRow("w1", ("w2",), "w3")], ROWS)]
)
def test_too_few_rows_or_ungraded_ones_are_refused(network, train, tune):
    with pytest.raises(InvalidInput, match="Grading learns from graded answers"):
        AnswerTask(network, train, tune)
