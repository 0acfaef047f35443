import numpy as np
import pytest

from metier.encoders.reading import Reading
from metier.types import Span


def reading():
    states = np.array([[1, 0], [0, 1], [0, 3]], np.float32)
    return Reading(states, np.array([[0, 2], [3, 5], [6, 8]]), np.array([[4, 0]], np.float32))


def test_the_vector_is_the_mean_of_all_states_frame_included():
    assert reading().vector == pytest.approx(np.array([5, 4]) / np.hypot(5, 4))
    assert reading().vector.dtype == np.float32


def test_a_pooled_span_leaves_the_frame_out():
    pooled = reading().pool([Span(0, 3), Span(3, 8), Span(1, 2)])
    assert pooled == pytest.approx(np.array([[1, 0], [0, 1], [0, 0]]))


def test_no_spans_give_no_vectors():
    assert reading().pool([]).shape == (0, 2)


def test_a_text_without_tokens_has_the_vector_of_its_frame():
    empty = Reading(np.zeros((0, 2), np.float32), np.zeros((0, 2), np.int64), np.array([[0, 2]], np.float32))
    assert empty.vector.tolist() == [0, 1]
