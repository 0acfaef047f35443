import math

import pytest

from metier.audit.backdoor.options import BackdoorOptions
from metier.errors import InvalidInput


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("search_texts", 6),
        ("held_out_texts", 6),
        ("least_texts", 12),
        ("max_queries", 1),
        ("row_tokens", 8),
        ("judged_rows", 8),
        ("mixed_texts", 1),
        ("copies", 1),
    ],
)
def test_numbers_out_of_range_are_refused_by_name(name, least):
    for value in (least, 1000):
        assert getattr(BackdoorOptions(**{name: value}), name) == value
    for value in (least - 1, 1001):
        with pytest.raises(InvalidInput, match=rf"{name} must be from {least} to 1,000\. Got {value}\."):
            BackdoorOptions(**{name: value})


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("odd_share", 0.49),
        ("least_share", 0.49),
        ("known_threshold", 1),
        ("least_purity", 1),
        ("released_threshold", 1),
        ("max_seconds", 1_000_000),
    ],
)
def test_shares_out_of_range_are_refused_by_name(name, most):
    assert getattr(BackdoorOptions(**{name: most}), name) == most
    for value in (0, most * 1.1, math.nan, math.inf, -0.1):
        with pytest.raises(InvalidInput, match=f"{name} must be above 0 and at most {most}"):
            BackdoorOptions(**{name: value})


@pytest.mark.parametrize("value", [-0.1, 1, math.nan])
def test_an_accuracy_out_of_range_is_refused(value):
    with pytest.raises(InvalidInput, match="least_accuracy must be from 0 to below 1"):
        BackdoorOptions(least_accuracy=value)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_threshold_is_a_number(value):
    with pytest.raises(InvalidInput, match="threshold must be a finite number"):
        BackdoorOptions(threshold=value)


def test_a_seed_below_0_is_refused():
    with pytest.raises(InvalidInput, match=r"seed must be at least 0\. Got -1\."):
        BackdoorOptions(seed=-1)
