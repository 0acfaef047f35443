import numpy as np
import pytest

from metier.errors import InvalidInput
from metier.store.entries import check_id
from metier.types import Span
from tests.store.samples import make_entry, unit


def test_a_whole_entry_is_taken():
    entry = make_entry("a", years=3.5, date="2026-11-30", level="senior", place="Berlin")
    assert (entry.years, entry.date) == (3.5, "2026-11-30")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"text": " \n"}, "text must hold a word"),
        ({"years": -1.0}, "years must be 0 or more"),
        ({"years": float("nan")}, "years must be 0 or more"),
        ({"date": "30.11.2026"}, "date must be like 2026-11-30"),
        ({"date": "2026-02-31"}, "date must be like 2026-11-30"),
        ({"passages": (Span(0, 1), Span(1, 2))}, "passage_vectors"),
        ({"vector": np.array([np.nan] * 8, np.float32)}, "vectors must be finite"),
        ({"vector": unit(1)[None]}, r"vector must be \(dim,\)"),
    ],
)
def test_a_field_that_breaks_its_rule_is_named(fields, message):
    with pytest.raises(InvalidInput, match=message):
        make_entry("a", **fields)


@pytest.mark.parametrize("identifier", ["", "x" * 201, "a\nb", "a\x00"])
def test_an_id_that_cannot_be_shown_is_refused_without_repeating_it(identifier):
    with pytest.raises(InvalidInput, match="1 to 200 printable characters") as caught:
        check_id(identifier)
    assert not identifier or identifier not in str(caught.value)


@pytest.mark.parametrize("identifier", ["a", "резюме 7.pdf", "folder/file.jsonl:3", "x" * 200])
def test_usual_ids_are_taken(identifier):
    check_id(identifier)
