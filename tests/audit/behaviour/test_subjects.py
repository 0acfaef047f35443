import numpy as np
import pytest

from metier.audit.behaviour.subjects import ClassifierSubject, FunctionSubject, checked_answers
from metier.errors import InvalidInput, ModelMismatch


class Classifier:
    name = "lengths"
    labels = ("short", "long")

    def probabilities(self, texts):
        return np.array([[1.0, 0.0] if len(text) < 5 else [0.0, 1.0] for text in texts])


def constant(array):
    return FunctionSubject("constant", ("a", "b"), lambda texts: np.array(array))


def test_a_classifier_answers_with_the_probabilities_of_its_labels():
    subject = ClassifierSubject(Classifier())
    assert (subject.name, subject.figures) == ("lengths", ("short", "long"))
    assert checked_answers(subject, ["a", "a long one"]).tolist() == [[1, 0], [0, 1]]


def test_any_function_is_a_subject():
    subject = FunctionSubject("letters", ("n",), lambda texts: np.array([[len(text)] for text in texts]))
    assert checked_answers(subject, ["a", "abc"]).tolist() == [[1], [3]]
    assert checked_answers(subject, []).shape == (0, 1)


@pytest.mark.parametrize("answer", [[[1.0, 2.0], [1.0, 2.0]], [[1.0]], [1.0, 2.0]])
def test_an_answer_of_another_shape_is_refused(answer):
    with pytest.raises(ModelMismatch, match="must answer 1 texts with 2 figures"):
        checked_answers(constant(answer), ["a"])


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_an_answer_that_is_no_number_is_refused(number):
    with pytest.raises(ModelMismatch, match="no finite number"):
        checked_answers(constant([[1.0, number]]), ["a"])


@pytest.mark.parametrize("figures", [(), ("a", "a")])
def test_figures_need_names_of_their_own(figures):
    with pytest.raises(InvalidInput, match="figures must be one name or more"):
        FunctionSubject("f", figures, lambda texts: np.zeros((len(texts), len(figures))))
