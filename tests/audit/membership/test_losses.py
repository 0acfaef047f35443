import numpy as np
import pytest

from metier.audit.labelled_texts import LabelledText
from metier.audit.membership.losses import Attack, ClassifierLoss, KnownLosses
from metier.errors import InvalidInput, ModelMismatch
from tests.audit.confidence.stand_ins import Known


def test_the_loss_of_a_classifier_is_that_of_the_rows_own_label():
    model = ClassifierLoss(Known({"a": (0.25, 0.75), "b": (1.0, 0.0)}))
    found = model.losses([LabelledText("a", "yes"), LabelledText("a", "no"), LabelledText("b", "yes")])
    assert found == pytest.approx([-np.log(0.75), -np.log(0.25), -np.log(1e-12)])
    assert (model.name, model.attack, model.of_one_label) == ("known", Attack.LOSS, True)
    assert model.losses([]).shape == (0,)


def test_a_row_needs_a_label_of_the_classifier():
    with pytest.raises(InvalidInput, match="Row 2 must have a label of the model"):
        ClassifierLoss(Known({})).losses([LabelledText("a", "yes"), LabelledText("b", "")])


def test_a_model_without_probabilities_is_refused():
    model = Known({}, other=(0.1, 0.2, 0.7), labels=("a", "b", "c"))
    model.labels = ("a", "b")
    model.probabilities = lambda texts: np.ones((len(texts), 3)) / 3
    with pytest.raises(ModelMismatch, match="known must give each text probabilities of its 2 labels"):
        ClassifierLoss(model).losses([LabelledText("x", "a")])


def test_known_losses_are_looked_up():
    row = LabelledText("a")
    model = KnownLosses("m", {row: 2.5}, Attack.MASKS)
    assert model.losses([row, row]).tolist() == [2.5, 2.5]
    with pytest.raises(InvalidInput, match="m: the loss of row 2 is not known") as caught:
        model.losses([row, LabelledText("SECRET")])
    assert "SECRET" not in str(caught.value)
