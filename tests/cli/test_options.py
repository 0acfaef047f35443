from pathlib import Path

import pytest

from metier.cli.options import OutputFormat, choose_format, parse_month
from metier.errors import InvalidInput
from metier.types import YearMonth


@pytest.mark.parametrize(
    ("wanted", "output", "expected"),
    [
        (None, None, OutputFormat.JSON),
        (OutputFormat.CSV, None, OutputFormat.CSV),
        (None, Path("a.HTML"), OutputFormat.HTML),
        (None, Path("a.jsonl"), OutputFormat.JSON),
        (OutputFormat.JSON, Path("a.html"), OutputFormat.JSON),
    ],
)
def test_the_form_is_as_asked_or_as_the_output_says(wanted, output, expected):
    assert choose_format(wanted, output) is expected


@pytest.mark.parametrize("text", ["2026", "2026-13", "2026-1", "26-01", "", "2026-01-01"])
def test_a_month_has_one_form(text):
    with pytest.raises(InvalidInput, match="must be a month"):
        parse_month(text)
    assert parse_month("2026-01") == YearMonth(2026, 1)
