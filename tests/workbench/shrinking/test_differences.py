import numpy as np
import pytest

from metier.errors import InvalidInput, ModelMismatch
from metier.training.networks import Head
from metier.workbench.shrinking.differences import (
    compare_outputs,
    decisions,
    largest_difference,
    mean_states,
    read_rows,
    vector_cosines,
)
from metier.workbench.shrinking.samples import TokenRow, text_rows
from tests.workbench.finetuning.tiny_rows import network_of

torch = pytest.importorskip("torch")

TEXTS = ["w1 w2 w3 w4", "w5", "w6 abc w7", "w8 w9"]
HEADS = (Head.NONE, Head.MASKED_WORDS, Head.CLASSES, Head.TAGS, Head.SPANS, Head.RANK)


@pytest.mark.parametrize("head", HEADS)
def test_a_network_does_not_differ_from_itself(head, one_thread):
    network = network_of("bert", head)
    found = compare_outputs(network, network, text_rows(network, TEXTS))
    assert (found.largest, found.n_changed) == (0.0, 0)
    assert found.mean_cosine == (None if head is Head.RANK else 1.0)
    assert (found.changed_share is None) == (head is Head.NONE)


def test_a_change_is_seen():
    one, other = network_of("bert", Head.CLASSES), network_of("bert", Head.CLASSES)
    with torch.no_grad():
        other.model.classifier.bias += torch.tensor([0.0, 100.0])
    found = compare_outputs(one, other, text_rows(one, TEXTS))
    assert found.largest == pytest.approx(100, abs=0.01)
    assert (found.n_rows, found.n_same, found.n_decisions) == (4, 4, 4)


def test_padding_changes_nothing():
    network = network_of("bert", Head.NONE)
    rows = text_rows(network, ["w1 w2 w3 w4 w5 w6", "w7"])
    alone = [said["last_hidden_state"] for row in rows for said in read_rows(network, [row])]
    together = [said["last_hidden_state"] for said in read_rows(network, rows)]
    assert all(np.allclose(a, b, atol=1e-5) for a, b in zip(alone, together, strict=True))


def test_special_tokens_decide_nothing():
    row = TokenRow((2, 7, 8, 3), (0,) * 4, (True, False, False, True))
    said = {"logits": np.eye(4, dtype=np.float32)}
    assert decisions(said, row, Head.TAGS) == [(1,), (2,)]
    assert decisions({"logits": np.array([-1.0, 1, -1, 1], np.float32)}, row, Head.REPLACED_TOKENS) == [
        (1,),
        (0,),
    ]
    assert decisions({"logits": np.array([0.1, 0.9], np.float32)}, row, Head.CLASSES) == [(1,)]
    spans = {"start_logits": np.array([0.0, 1, 0, 0]), "end_logits": np.array([0.0, 0, 1, 0])}
    assert decisions(spans, row, Head.SPANS) == [(1, 2)]
    assert decisions({"prediction_logits": np.eye(4)}, row, Head.NEXT_SENTENCE) == [(1,), (2,)]
    assert decisions({"last_hidden_state": np.eye(4)}, row, Head.NONE) == []


def test_scores_decide_which_row_comes_first(monkeypatch):
    network = network_of("bert", Head.RANK)
    rows = text_rows(network, ["w1", "w2", "w3", "w4"])
    scores = iter([[1.0, 2.0, 3.0], [1.0, 2.0, 1.5]])
    monkeypatch.setattr(
        "metier.workbench.shrinking.differences.read_rows",
        lambda *_: iter([{"logits": np.array([score], np.float32)} for score in next(scores)]),
    )
    found = compare_outputs(network, network, rows)
    assert (found.n_decisions, found.n_changed) == (2, 1)


def test_what_is_no_number_is_as_far_away_as_can_be():
    one = np.array([[1.0, 0.0]], np.float32)
    assert largest_difference(one, np.array([[np.nan, 0.0]], np.float32)) == np.inf
    assert vector_cosines(one, np.array([[np.nan, 0.0]], np.float32)).tolist() == [-1.0]


def test_cosines_of_zeros_and_of_single_numbers():
    zeros = np.zeros((1, 3), np.float32)
    assert vector_cosines(zeros, zeros).tolist() == [1.0]
    assert vector_cosines(zeros, zeros + 1).tolist() == [0.0]
    assert vector_cosines(zeros[:, :1], zeros[:, :1]).shape == (0,)


def test_mean_states_are_those_of_each_row():
    network = network_of("bert", Head.CLASSES)
    found = mean_states(network, text_rows(network, TEXTS))
    assert found.shape == (4, 16)
    with torch.inference_mode():
        ids = torch.tensor([text_rows(network, TEXTS)[1].ids])
        states = network.backbone(input_ids=ids).last_hidden_state[0]
    assert np.allclose(found[1], states.mean(dim=0).numpy(), atol=1e-6)


def test_no_rows_are_refused():
    network = network_of("bert", Head.NONE)
    with pytest.raises(InvalidInput, match="at least one row"):
        compare_outputs(network, network, [])


def test_networks_of_other_outputs_are_not_compared():
    one, other = network_of("bert", Head.NONE), network_of("bert", Head.NONE, hidden_size=32)
    with pytest.raises(ModelMismatch, match="has the shape"):
        compare_outputs(one, other, text_rows(one, TEXTS))
    with pytest.raises(ModelMismatch, match="gives encoder"):
        compare_outputs(one, network_of("bert", Head.CLASSES), text_rows(one, TEXTS))
