import numpy as np
import pytest

torch = pytest.importorskip("torch")

from metier.audit.classifier import NetworkClassifier, load_classifier  # noqa: E402
from metier.encoders.folder import ModelCard  # noqa: E402
from metier.errors import InvalidInput, ModelMismatch  # noqa: E402
from metier.training.networks import Head, write_network  # noqa: E402
from tests.workbench.tiny import ARCHITECTURES, tiny_network  # noqa: E402

CARD = ModelCard("tiny", "test", "none", "MIT", ("en",), 0, 0, {}, "a test", {}, {}, {})
TEXTS = ["w1 w2 w3", "w4", "", "w5 " * 200, "w1 w2 w3"]


def classifier(architecture="bert", head=Head.CLASSES, labels=("a", "b", "c"), max_tokens=32):
    return NetworkClassifier(tiny_network(architecture, head, labels=labels), max_tokens)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_probabilities_are_rows_that_sum_to_one_whatever_the_company(architecture):
    model = classifier(architecture)
    found = model.probabilities(TEXTS)
    assert found.shape == (5, 3)
    assert found.sum(axis=1) == pytest.approx(np.ones(5))
    alone = np.concatenate([model.probabilities([text]) for text in TEXTS])
    assert found == pytest.approx(alone, abs=1e-6)
    assert model.probabilities([]).shape == (0, 3)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_gradients_say_where_the_loss_falls(architecture):
    model = classifier(architecture)
    row = model.ids("w1 w2 w3")
    (gradient,), loss = model.gradients([row], 1)
    assert gradient.shape == (len(row), model.word_embeddings().shape[1])
    assert loss == pytest.approx(-np.log(model.probabilities(["w1 w2 w3"])[0, 1]), abs=1e-5)
    table = model.network.model.get_input_embeddings().weight
    with torch.no_grad():
        table[row[1]] -= 1e-2 * torch.from_numpy(gradient[1]) / np.linalg.norm(gradient[1])
    assert model.gradients([row], 1)[1] < loss


def test_a_single_score_becomes_two_labels():
    model = classifier(head=Head.RANK, labels=None)
    assert model.labels == ("low", "high")
    assert model.probabilities(TEXTS).sum(axis=1) == pytest.approx(np.ones(5))


def test_a_folder_is_loaded_and_a_long_text_cut(tmp_path):
    write_network(tiny_network("bert", Head.CLASSES, labels=("a", "b")), tmp_path / "m", CARD)
    model = load_classifier(str(tmp_path / "m"))
    assert (model.name, model.labels, model.max_tokens) == ("m", ("a", "b"), 66)
    assert len(model.ids("w1 " * 500)) == 66


def test_half_a_surrogate_pair_is_read():
    assert classifier().probabilities(["a \ud800"]).shape == (1, 3)


def test_what_is_no_classifier_is_refused():
    with pytest.raises(ModelMismatch, match="has a head for masked-words, not for classes"):
        classifier(head=Head.MASKED_WORDS, labels=None)


@pytest.mark.parametrize("max_tokens", [2, 67])
def test_rows_must_fit_the_model(max_tokens):
    with pytest.raises(InvalidInput, match=f"max_tokens must be from 3 to 66.*Got {max_tokens}"):
        classifier(max_tokens=max_tokens)
