import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from metier.encoders.pooling import mean_of_spans, unit_rows
from metier.types import Span


@given(st.lists(st.integers(0, 60), max_size=20), st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60))))
def test_a_span_is_the_mean_of_the_tokens_that_begin_in_it(starts, edges):
    starts = sorted(starts)
    spans = [Span(min(edge), max(edge)) for edge in edges]
    states = np.random.default_rng(len(starts)).standard_normal((len(starts), 3)).astype(np.float32)
    means = mean_of_spans(states, np.array(starts, np.int64), spans)
    for mean, span in zip(means, spans, strict=True):
        inside = [states[i] for i, start in enumerate(starts) if span.start <= start < span.end]
        expected = np.mean(np.array(inside, np.float64), axis=0) if inside else np.zeros(3)
        assert np.allclose(mean, expected)


@given(arrays(np.float32, (4, 3), elements=st.floats(-1e6, 1e6, width=32)))
def test_unit_rows_have_length_one_or_zero(matrix):
    norms = np.linalg.norm(unit_rows(matrix).astype(np.float64), axis=1)
    zero = ~np.any(matrix, axis=1)
    assert np.all(norms[zero] == 0)
    assert np.allclose(norms[~zero], 1, atol=1e-5)


def test_no_rows_stay_no_rows():
    assert unit_rows(np.zeros((0, 5))).shape == (0, 5)
