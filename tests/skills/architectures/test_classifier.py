import numpy as np
import pytest

from metier.errors import InvalidInput
from metier.skills.architectures.classifier import check_request, no_evidence, softmax
from metier.types import Skill


def test_a_lone_string_is_refused():
    with pytest.raises(InvalidInput, match="texts must be a list of strings"):
        check_request("text", [])


def test_a_skill_asked_twice_is_refused():
    with pytest.raises(InvalidInput, match="Got 'go' twice"):
        check_request([], [Skill("go", "Go"), Skill("go", "Golang")])


def test_probabilities_sum_to_one_and_do_not_overflow():
    found = softmax(np.array([[1e4, 0.0, -1e4], [1.0, 1.0, 1.0]], np.float32))
    assert found.dtype == np.float64
    assert found.sum(axis=1) == pytest.approx([1, 1])
    assert found[1] == pytest.approx([1 / 3] * 3)


def test_softmax_of_nothing_is_nothing():
    assert softmax(np.zeros((0, 4, 3))).shape == (0, 4, 3)


def test_no_evidence_has_a_place_for_every_text_and_skill():
    assert no_evidence(2, 3) == (((), (), ()),) * 2
