from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metier.errors import StoreDamaged
from metier.store.contract import IDENTITY
from metier.store.contract_documents import DIM, DOCUMENTS, document
from metier.store.entries import EntrySkill
from metier.store.sqlite_connection import Connections
from metier.store.sqlite_rows import (
    from_half,
    insert,
    numbers_of,
    read_entries,
    read_head,
    to_bytes,
    to_half,
    to_text,
    write_head,
)
from metier.store.sqlite_schema import prepare
from metier.types import EvidenceLabel, Importance, Span

TEXTS = st.text(st.characters(), max_size=20)


@pytest.fixture(scope="module")
def connections(tmp_path_factory):
    path = tmp_path_factory.mktemp("rows") / "index.db"
    prepare(path, timeout_s=1)
    connections = Connections(path, timeout_s=1, read_only=False)
    yield connections
    connections.close()


@pytest.fixture
def writer(connections):
    """Give a connection whose changes are undone after the test."""
    with connections.reading() as connection:
        yield connection


@given(TEXTS)
def test_any_text_survives_as_bytes(text):
    assert to_text(to_bytes(text)) == text


def test_vectors_survive_in_half_precision():
    vectors = np.array([[1 / 3, -1], [65504, 6e-8]], np.float32)
    assert np.array_equal(from_half(to_half(vectors), 2), vectors.astype(np.float16).astype(np.float32))
    assert from_half(b"", 2).shape == (0, 2)


@pytest.mark.parametrize("data", [b"\0\0\0", b"\0\0", b"\0\x7c\0\0"], ids=["odd", "half a row", "infinite"])
def test_bytes_that_are_no_vectors_are_refused(data):
    with pytest.raises(ValueError, match=r"."):
        from_half(data, 2)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=TEXTS, text=TEXTS.filter(str.strip), place=st.none() | TEXTS, skill=TEXTS, n=st.integers(0, 4))
def test_a_document_comes_back_as_it_was_given(connections, title, text, place, skill, n):
    entry = replace(
        document("one", text=text, title=title),
        place=place,
        level=place,
        years=1.5,
        date="2026-01-01",
        skills=(
            EntrySkill(skill, title, EvidenceLabel.IMPLICIT, Importance.REQUIRED, 3),
            EntrySkill(skill, "again", EvidenceLabel.NONE),
        ),
        passages=tuple(Span(i, i + 2**20) for i in range(n)),
        passage_vectors=np.full((n, DIM), 0.25, np.float32),
    )
    with connections.reading() as connection:
        number = insert(connection, entry)
        (found,) = read_entries(connection, [number], DIM)
    for name in entry.__slots__:
        own, given_value = getattr(found, name), getattr(entry, name)
        if isinstance(given_value, np.ndarray):
            assert np.array_equal(own, given_value.astype(np.float16).astype(np.float32))
        else:
            assert own == given_value


def test_more_documents_than_fit_into_a_statement_come_in_the_order_that_is_asked(writer):
    numbers = [insert(writer, document(f"id-{i}", text=f"Text {i}.")) for i in range(1100)]
    order = np.random.default_rng(0).permutation(numbers).tolist()
    assert [int(entry.id[3:]) for entry in read_entries(writer, order, DIM)] == [
        numbers.index(number) for number in order
    ]
    found = numbers_of(writer, [f"id-{i}" for i in range(1200)])
    assert found == {f"id-{i}": number for i, number in enumerate(numbers)}


def test_an_id_that_no_document_can_have_is_unknown(writer):
    insert(writer, document("one", text="Text."))
    assert list(numbers_of(writer, ["one", "\ud800", "\0"])) == ["one"]


def test_a_number_is_never_used_twice(writer):
    first = insert(writer, document("one", text="Text."))
    writer.execute("DELETE FROM documents WHERE number = ?", (first,))
    assert insert(writer, document("one", text="Text.")) > first


def test_what_belongs_to_a_document_goes_with_it(writer):
    number = insert(writer, DOCUMENTS[0])
    writer.execute("DELETE FROM documents WHERE number = ?", (number,))
    for table in ("texts", "vectors", "skills"):
        assert writer.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_the_head_counts_writes_and_removals(writer):
    head = read_head(writer)
    assert (head.identity, head.change, head.removal, head.unerased) == (None, 0, 0, None)
    write_head(writer, IDENTITY, removed=False)
    write_head(writer, None, removed=True)
    write_head(writer, None, removed=False)
    head = read_head(writer)
    assert (head.identity, head.change, head.removal, head.unerased) == (IDENTITY, 3, 2, 2)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE texts SET vectors = x'00'",
        "UPDATE texts SET spans = x'00'",
        "UPDATE texts SET spans = x'ffffffff00000000'",
        "UPDATE texts SET text = x'ff'",
        "UPDATE texts SET text = 7",
        "UPDATE vectors SET vector = x''",
        "UPDATE documents SET role = x'00'",
        "UPDATE documents SET years = -1",
        "UPDATE documents SET date = 'never'",
        "UPDATE skills SET label = 'none of them'",
        "DELETE FROM texts",
    ],
)
def test_rows_that_make_no_document_are_told_by_number(writer, damage):
    number = insert(writer, DOCUMENTS[0])
    writer.execute(damage)
    with pytest.raises(StoreDamaged, match=f"Document number {number} of the index is damaged"):
        list(read_entries(writer, [number], DIM))


def test_a_store_without_its_head_is_damaged(writer):
    writer.execute("DELETE FROM meta")
    with pytest.raises(StoreDamaged, match="lost its head"):
        read_head(writer)
