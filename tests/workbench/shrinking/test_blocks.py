import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.errors import InvalidInput, ModelFormatError
from metier.workbench.shrinking.blocks import BlockMatrix, quantise_blocks


def matrix_of(rows, columns, seed=0):
    return np.random.default_rng(seed).standard_normal((rows, columns)).astype(np.float32)


@given(
    rows=st.integers(1, 5), columns=st.integers(1, 70), bits=st.sampled_from([8, 4]), half=st.integers(1, 20)
)
def test_no_number_moves_by_more_than_its_block_allows(rows, columns, bits, half):
    matrix = matrix_of(rows, columns)
    found = quantise_blocks(matrix, bits=bits, size=2 * half)
    assert found.dequantise().shape == matrix.shape
    scales = np.repeat(found.scales.astype(np.float32), found.size, axis=1)[:, :columns]
    # A cut block leaves out up to three tenths of its range, and its positive end is a code short.
    steps = 0.51 if bits == 8 else 8 * 0.3 / 0.7 + 1
    assert (np.abs(found.dequantise() - matrix) <= steps * np.abs(scales) + 1e-4).all()


@pytest.mark.parametrize(("bits", "most"), [(8, 0.006), (4, 0.085)])
def test_the_error_is_that_of_the_bits(bits, most):
    matrix = matrix_of(200, 384)
    assert np.sqrt(((quantise_blocks(matrix, bits=bits).dequantise() - matrix) ** 2).mean()) < most


def test_the_search_over_scales_is_better_than_the_largest_number_alone():
    matrix = matrix_of(200, 32)
    largest = np.take_along_axis(matrix, np.abs(matrix).argmax(axis=1)[:, None], axis=1)
    scales = -largest / 8
    plain = np.clip(np.rint(matrix / scales), -8, 7) * scales
    found = quantise_blocks(matrix, bits=4).dequantise()
    assert ((found - matrix) ** 2).sum() < 0.95 * ((plain - matrix) ** 2).sum()


def test_four_bits_are_laid_out_as_said():
    found = quantise_blocks(np.array([[-8.0, 1.0, 2.0, 7.0]], np.float32), bits=4, size=4)
    assert found.scales.tolist() == [[1.0]]
    assert found.codes.tolist() == [[[0 | 10 << 4, 9 | 15 << 4]]]
    assert found.dequantise().tolist() == [[-8.0, 1.0, 2.0, 7.0]]


def test_zeros_stay_zeros_and_tiny_numbers_do_no_harm():
    matrix = np.array([[0.0, 0.0, 1e-12, -1e-12]], np.float32)
    for bits in (8, 4):
        assert np.abs(quantise_blocks(matrix, bits=bits, size=2).dequantise()).max() < 1e-6


def test_a_short_row_is_one_block():
    found = quantise_blocks(matrix_of(3, 5), size=32)
    assert (found.size, found.scales.shape, found.columns) == (6, (3, 1), 5)


def test_equal_input_gives_equal_bytes():
    one, other = (quantise_blocks(matrix_of(9, 64), bits=4) for _ in range(2))
    assert isinstance(one, BlockMatrix)
    assert one.codes.tobytes() == other.codes.tobytes()


@pytest.mark.parametrize(
    ("bits", "size", "words"), [(5, 32, "bits must be 8 or 4"), (8, 3, "even"), (8, 0, "even")]
)
def test_blocks_that_cannot_be_made_are_refused(bits, size, words):
    with pytest.raises(InvalidInput, match=words):
        quantise_blocks(matrix_of(2, 4), bits=bits, size=size)


@pytest.mark.parametrize(("value", "words"), [(np.nan, "must be finite"), (1e38, "scales in float16")])
def test_numbers_that_fit_no_block_are_refused(value, words):
    with pytest.raises(ModelFormatError, match=words):
        quantise_blocks(np.array([[1.0, value]], np.float32))
