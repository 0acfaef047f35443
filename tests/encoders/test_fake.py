import numpy as np
import pytest

from metier.encoders.fake import FakeEncoder
from metier.encoders.reading import TextKind
from metier.errors import InvalidInput


def test_texts_that_share_words_are_nearer():
    a, b, c = FakeEncoder().encode(
        ["python web code", "python web pages", "night shift"], kind=TextKind.QUERY
    )
    assert a @ b > a @ c


def test_case_does_not_matter_and_the_dimension_is_kept():
    first, second = FakeEncoder(8).encode(["Python", "python"], kind=TextKind.PASSAGE)
    assert np.array_equal(first, second)
    assert first.shape == (8,)


def test_encoders_of_other_dimensions_are_other_models():
    assert FakeEncoder(8).sha256 != FakeEncoder(9).sha256


def test_a_dimension_below_one_is_refused():
    with pytest.raises(InvalidInput, match="dim must be at least 1. Got 0"):
        FakeEncoder(0)
