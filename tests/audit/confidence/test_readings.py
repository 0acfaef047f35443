import numpy as np
import pytest

from metier.audit.confidence.options import Pooling
from metier.audit.confidence.readings import read_texts
from metier.errors import ModelMismatch
from tests.audit.confidence.stand_ins import Known

TEXTS = ["w1 w2 w3", "w4", "", "w5 " * 200, "w1 w2 w3"]


def test_a_model_seen_from_outside_shows_probabilities_alone():
    found = read_texts(Known({"a": (0.9, 0.1)}), ["a", "b"])
    assert found.probabilities.tolist() == [[0.9, 0.1], [0.5, 0.5]]
    assert found.logits is None
    assert found.states is None
    assert len(read_texts(Known({}), [])) == 0


@pytest.mark.parametrize("other", [(0.5, 0.6), (np.nan, 1.0), (0.2, 0.3, 0.5)])
def test_what_is_no_probability_is_refused(other):
    model = Known({}, other=other, labels=("a", "b", "c")[: len(other)])
    model.labels = ("a", "b")
    with pytest.raises((ModelMismatch, ValueError), match="known must give|reshape"):
        read_texts(model, ["x"])


def classifier(architecture="bert", head="classify", labels=("a", "b", "c")):
    pytest.importorskip("torch")
    from metier.audit.classifier import NetworkClassifier
    from metier.training.networks import Head
    from tests.workbench.tiny import tiny_network

    return NetworkClassifier(tiny_network(architecture, Head(head), labels=labels), 32)


@pytest.mark.parametrize("architecture", ["bert", "roberta", "distilbert", "albert", "electra", "deberta-v2"])
@pytest.mark.parametrize("pooling", Pooling)
def test_a_network_shows_logits_and_states_that_are_each_texts_own(architecture, pooling):
    model = classifier(architecture)
    found = read_texts(model, TEXTS, pooling=pooling)
    assert found.logits == pytest.approx(model.logits(TEXTS), abs=1e-5)
    assert found.probabilities == pytest.approx(model.probabilities(TEXTS), abs=1e-5)
    assert found.states.shape == (5, 16)
    alone = np.concatenate([read_texts(model, [text], pooling=pooling).states for text in TEXTS])
    assert found.states == pytest.approx(alone, abs=1e-5)
    assert found.states[0] == pytest.approx(found.states[4])
    assert read_texts(model, []).states.shape == (0, 16)


def test_the_states_are_those_of_the_first_token_or_the_mean():
    torch = pytest.importorskip("torch")
    model = classifier()
    with torch.inference_mode():
        ids = torch.tensor([model.ids("w1 w2 w3")])
        last = model.network.model(input_ids=ids, output_hidden_states=True).hidden_states[-1][0].numpy()
    assert read_texts(model, ["w1 w2 w3", "w4 w5 w6 w7"]).states[0] == pytest.approx(last[0], abs=1e-5)
    mean = read_texts(model, ["w1 w2 w3", "w4 w5 w6 w7"], pooling=Pooling.MEAN).states[0]
    assert mean == pytest.approx(last.mean(axis=0), abs=1e-5)


def test_a_single_score_has_no_logits_of_classes():
    found = read_texts(classifier(head="rank", labels=None), TEXTS)
    assert found.logits is None
    assert found.probabilities.shape == (5, 2)


def test_rows_are_taken_together():
    found = read_texts(classifier(), TEXTS).rows(np.array([1, 0]))
    assert len(found) == 2
    assert found.states.shape == (2, 16)
    assert found.probabilities[1] == pytest.approx(read_texts(classifier(), TEXTS[:1]).probabilities[0])
