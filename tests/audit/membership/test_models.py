import pytest

from metier.audit.labelled_texts import LabelledText
from metier.audit.membership.losses import Attack, ClassifierLoss, KnownLosses
from metier.audit.membership.models import load_loss_model, loss_model_of
from metier.errors import InvalidInput, ModelMismatch
from tests.audit.confidence.stand_ins import Known


def test_what_gives_losses_is_taken_as_it_is():
    model = KnownLosses("m", {})
    assert loss_model_of(model) is model


def test_a_classifier_gives_its_cross_entropy():
    assert isinstance(loss_model_of(Known({})), ClassifierLoss)


def test_anything_else_is_refused():
    with pytest.raises(InvalidInput, match="or be a network. Got str"):
        loss_model_of("folder")


def network(head, labels=None):
    pytest.importorskip("torch")
    from metier.training.networks import Head
    from tests.workbench.tiny import tiny_network

    return tiny_network("bert", Head(head), labels=labels)


@pytest.mark.parametrize(
    ("head", "labels", "attack", "label"),
    [
        ("classify", ("a", "b"), Attack.LOSS, "b"),
        ("rank", None, Attack.LOSS, "high"),
        ("masked-words", None, Attack.MASKS, ""),
    ],
)
def test_a_folder_is_opened_by_its_head(tmp_path, head, labels, attack, label):
    pytest.importorskip("torch")
    from metier.encoders.folder import ModelCard
    from metier.training.networks import write_network

    card = ModelCard("tiny", "test", "none", "MIT", ("en",), 0, 0, {}, "a test", {}, {}, {})
    write_network(network(head, labels), tmp_path / "m", card)
    model = load_loss_model(str(tmp_path / "m"), max_tokens=16)
    assert (model.name, model.attack) == ("m", attack)
    row = LabelledText("w1 w2 w3", label)
    assert model.losses([row]) == pytest.approx(loss_model_of(network(head, labels)).losses([row]), abs=1e-6)


def test_other_heads_are_refused():
    with pytest.raises(ModelMismatch, match="has a head for tag. Membership is audited of classifiers"):
        loss_model_of(network("tag", ("a", "b")))


def test_a_length_of_nothing_is_refused(tmp_path):
    pytest.importorskip("torch")
    from metier.encoders.folder import ModelCard
    from metier.training.networks import write_network

    card = ModelCard("tiny", "test", "none", "MIT", ("en",), 0, 0, {}, "a test", {}, {}, {})
    write_network(network("classify", ("a", "b")), tmp_path / "m", card)
    with pytest.raises(InvalidInput, match="max_tokens must be from 3"):
        load_loss_model(str(tmp_path / "m"), max_tokens=0)
