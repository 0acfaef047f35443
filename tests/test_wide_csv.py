import csv

import pytest

from metier.wide_csv import next_row


def test_a_long_field_is_read_and_the_limit_stays():
    before = csv.field_size_limit()
    rows = csv.reader(["a,b", "x" * (before + 1) + ",2"])
    assert next_row(rows, before) == ["a", "b"]
    assert len(next_row(rows, before + 10)[0]) == before + 1
    assert csv.field_size_limit() == before
    assert next_row(rows, before) is None


def test_a_field_beyond_the_limit_is_refused_and_the_limit_stays():
    before = csv.field_size_limit()
    with pytest.raises(csv.Error, match="field larger than field limit"):
        next_row(csv.reader(["xxxx"]), 3)
    assert csv.field_size_limit() == before
