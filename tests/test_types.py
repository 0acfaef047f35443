"""What the records check and derive by themselves."""

from __future__ import annotations

import dataclasses
import inspect
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier import types
from metier.types import Document, Finding, Role, Severity, Span, YearMonth

GLOSSARY = Path(__file__).parent.parent / "docs" / "glossary.md"
TYPES = [name for name, cls in inspect.getmembers(types, inspect.isclass) if cls.__module__ == types.__name__]
RECORDS = [cls for _, cls in inspect.getmembers(types, inspect.isclass) if dataclasses.is_dataclass(cls)]
MONTHS = st.builds(YearMonth, year=st.integers(1900, 2100), month=st.integers(1, 12))


def a_document(*severities: Severity) -> Document:
    findings = tuple(Finding("code", severity, "A message.") for severity in severities)
    return Document("0" * 16, "cv.txt", Role.RESUME, "en", "", (), (), None, findings, (Span(0, 0),))


@pytest.mark.parametrize("cls", RECORDS)
def test_every_record_is_frozen_and_slotted(cls):
    assert cls.__dataclass_params__.frozen
    assert "__slots__" in vars(cls)


@given(text=st.text(), data=st.data())
def test_a_span_slices_as_many_characters_as_it_counts(text, data):
    start = data.draw(st.integers(0, len(text)))
    span = Span(start, data.draw(st.integers(start, len(text))))
    assert len(text[span.start : span.end]) == span.end - span.start


@pytest.mark.parametrize(("start", "end"), [(-1, 0), (2, 1), (-3, -2)])
def test_a_span_that_runs_backwards_is_refused(start, end):
    with pytest.raises(ValueError, match=f"0 <= start <= end. Got {start} and {end}"):
        Span(start, end)


@pytest.mark.parametrize("month", [0, 13, -1])
def test_a_month_outside_the_calendar_is_refused(month):
    with pytest.raises(ValueError, match=f"A month is 1 to 12. Got {month}"):
        YearMonth(2026, month)


@given(MONTHS, MONTHS)
def test_months_are_ordered_as_their_ordinals_and_as_their_text(one, other):
    assert (one < other) == (one.ordinal < other.ordinal) == (str(one) < str(other))


@given(MONTHS)
def test_the_next_month_is_one_ordinal_away(month):
    years, months = divmod(month.ordinal + 1, 12)
    assert YearMonth(years, months + 1).ordinal - month.ordinal == 1


def test_a_month_is_written_year_first():
    assert str(YearMonth(2026, 3)) == "2026-03"


@pytest.mark.parametrize(
    ("severities", "readable"),
    [
        ([], True),
        ([Severity.INFO, Severity.WARNING], True),
        ([Severity.WARNING, Severity.ERROR], False),
    ],
)
def test_one_error_makes_a_document_unreadable(severities, readable):
    assert a_document(*severities).readable is readable


def test_the_glossary_explains_every_type():
    words = GLOSSARY.read_text(encoding="utf-8")
    assert [name for name in TYPES if f"`{name}`" not in words] == []
