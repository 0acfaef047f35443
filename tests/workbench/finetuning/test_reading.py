import numpy as np
import pytest

torch = pytest.importorskip("torch")

from metier.errors import OutOfMemory  # noqa: E402
from metier.training.networks import Head  # noqa: E402
from metier.workbench.finetuning.reading import read_windows  # noqa: E402
from metier.workbench.finetuning.tasks import objective_of  # noqa: E402
from tests.workbench.finetuning.tiny_rows import HEADS, ROWS, network_of  # noqa: E402
from tests.workbench.tiny import ARCHITECTURES  # noqa: E402


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_neither_padding_nor_the_size_of_a_batch_changes_outputs(architecture, head):
    objective = objective_of(network_of(architecture, head))
    windows = objective.windows(ROWS[head])
    alone, together = (read_windows(objective, windows, batch_size=size) for size in (1, 9))
    for a, b in zip(alone.raws, together.raws, strict=True):
        assert a.dtype == np.float32
        assert a.shape == b.shape
        np.testing.assert_allclose(a, b, atol=1e-5)
    assert together.loss > 0


def test_dropout_is_off_and_the_mode_put_back():
    objective = objective_of(network_of("bert", Head.CLASSES))
    windows = objective.windows(ROWS[Head.CLASSES])
    objective.network.model.train()
    first, second = (read_windows(objective, windows, batch_size=2) for _ in range(2))
    assert objective.network.model.training
    assert all(np.array_equal(a, b) for a, b in zip(first.raws, second.raws, strict=True))
    assert first.loss == second.loss


def test_no_windows_give_nothing():
    assert read_windows(objective_of(network_of("bert", Head.RANK)), [], batch_size=2) == ([], 0)


def test_what_does_not_fit_into_memory_is_told(monkeypatch):
    objective = objective_of(network_of("bert", Head.RANK))
    windows = objective.windows(ROWS[Head.RANK])

    def full(**inputs):
        raise MemoryError

    monkeypatch.setattr(objective.network.model, "forward", full)
    with pytest.raises(OutOfMemory, match="2 rows of 6 tokens do not fit into memory. Lower the batch size"):
        read_windows(objective, windows, batch_size=2)
