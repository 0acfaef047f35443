import numpy as np
import pytest

pytest.importorskip("torch")

from metier.errors import InvalidInput, ModelMismatch
from metier.training.networks import Head
from metier.workbench.finetuning.measuring import judge, logits, measure
from metier.workbench.finetuning.rows import ClassRow
from tests.workbench.finetuning.tiny_rows import HEADS, ROWS, network_of
from tests.workbench.tiny import ARCHITECTURES, tiny_network

SCORES = {Head.CLASSES: "macro_f1", Head.TAGS: "f1", Head.SPANS: "f1", Head.RANK: "mrr@10"}
SHAPES = {
    Head.CLASSES: [(2,)] * 4,
    Head.TAGS: [(3, 5), (2, 5), (3, 5)],
    Head.SPANS: [(10, 2), (8, 2), (7, 2)],
    Head.RANK: [(1,)] * 4,
}


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_every_network_is_measured(architecture, head):
    network = network_of(architecture, head)
    found = measure(network, ROWS[head])
    assert (found.n, found.score) == (len(ROWS[head]), SCORES[head])
    for figure in found.figures.values():
        assert 0 <= figure.value <= 1
    assert found == measure(network, ROWS[head], batch_size=1)


@pytest.mark.parametrize("head", HEADS)
def test_outputs_come_row_by_row(head):
    found = logits(network_of("bert", head), ROWS[head])
    assert [each.shape for each in found] == SHAPES[head]
    assert {each.dtype for each in found} == {np.dtype(np.float32)}


@pytest.mark.parametrize("head", HEADS)
def test_each_row_has_a_record(head):
    measures, records = judge(network_of("bert", head), ROWS[head])
    assert len(records) == measures.n


def test_the_seed_draws_the_intervals():
    rows = [ClassRow(f"w{i}", "no" if i % 3 else "yes") for i in range(37)]
    network = network_of("bert", Head.CLASSES)
    first, second = (measure(network, rows, seed=seed).figures["macro_f1"] for seed in (0, 1))
    assert first.value == second.value
    assert (first.low, first.high) != (second.low, second.high)


def test_what_cannot_be_measured_is_refused():
    network = network_of("bert", Head.CLASSES)
    with pytest.raises(InvalidInput, match="The task classify needs ClassRows"):
        measure(network, [])
    with pytest.raises(ModelMismatch, match="The data hold others: maybe"):
        measure(network, [ClassRow("w1", "maybe")])
    with pytest.raises(ModelMismatch, match="has no head that is fine-tuned"):
        logits(tiny_network("bert", Head.NONE), ROWS[Head.CLASSES])
