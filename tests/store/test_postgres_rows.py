import struct

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from metier.store.postgres_rows import (
    DOCUMENT_PLACEHOLDERS,
    ENTRY_COLUMNS,
    TEXT_PLACEHOLDERS,
    document_row,
    entry_of,
    halves_of,
    read_halfvec,
    text_row,
)
from tests.store.samples import make_entry, unit


def test_rows_have_a_value_for_each_placeholder():
    entry = make_entry("a")
    assert len(document_row(entry)) == DOCUMENT_PLACEHOLDERS.count("%")
    assert len(text_row(entry)) == TEXT_PLACEHOLDERS.count("%")


def test_what_a_document_lacks_is_null():
    entry = make_entry("a", level=None, place=None, years=None, date=None)
    assert document_row(entry).count(None) == 4
    assert text_row(entry).count(None) == 2


def test_an_entry_comes_back_from_what_is_read_of_its_rows():
    entry = make_entry("a", title="Ünï \0 \ud800", level="Lead", years=2.5, place="Berlin", date="2026-01-02")
    hot, cold = document_row(entry), text_row(entry)
    vector = struct.pack(f">HH{len(hot[1])}e", len(hot[1]), 0, *hot[1])
    read = dict(
        id=hot[0], role=hot[9], source=cold[1], language=hot[10], title=cold[4], text=cold[5], digest=hot[11],
        skills=cold[6], vector=vector, spans=cold[7], passage_vectors=cold[8], years=hot[6], level=cold[2],
        place=cold[3], date=hot[7],
    )  # fmt: skip
    found = entry_of(list(read.values()))
    for name in ("id", "role", "source", "title", "text", "digest", "skills", "passages", "level", "place"):
        assert getattr(found, name) == getattr(entry, name)
    assert (found.years, found.date, found.language) == (2.5, "2026-01-02", "en")
    assert np.array_equal(found.vector, entry.vector.astype(np.float16).astype(np.float32))
    columns = ENTRY_COLUMNS.replace("halfvec_send(vector)", "vector").split(", ")
    assert columns == list(read)


@given(st.integers(1, 50), st.integers(0, 99))
def test_vectors_are_rounded_to_half_precision(dim, seed):
    vector = unit(seed, dim)
    halves = halves_of(vector)
    sent = struct.pack(f">HH{dim}e", dim, 0, *halves)
    assert np.array_equal(read_halfvec(sent), vector.astype(np.float16))
