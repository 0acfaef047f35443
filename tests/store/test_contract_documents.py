import numpy as np
import pytest

from metier.store.contract_documents import DIM, DOCUMENTS, FILTERS, document, vector_of
from metier.store.filters import Field, Operator, parse_filter


def test_a_vector_is_the_same_each_time_and_of_length_one():
    assert np.array_equal(vector_of("a"), vector_of("a"))
    assert not np.array_equal(vector_of("a"), vector_of("b"))
    assert np.linalg.norm(vector_of("a", 300)) == pytest.approx(1, abs=1e-6)


def test_a_document_stands_for_its_text():
    assert document("a", text="One.").digest != document("a", text="Two.").digest
    assert np.array_equal(document("a", text="One.").vector, document("b", text="One.").vector)


def test_every_field_and_operator_is_among_the_filters():
    conditions = [one for expressions in FILTERS for one in parse_filter(expressions).conditions]
    pairs = {(one.field, one.operator) for one in conditions}
    plain = {(field, operator) for field in Field for operator in (Operator.EQUAL, Operator.UNEQUAL)}
    ordered = {(field, end) for field in (Field.YEARS, Field.DATE) for end in (Operator.LEAST, Operator.MOST)}
    assert pairs == plain | ordered


def test_filters_tell_the_documents_apart():
    passed = [sum(parse_filter(one).holds(entry) for entry in DOCUMENTS) for one in FILTERS]
    assert passed.count(0) == 2
    assert passed.count(len(DOCUMENTS)) == 2
    assert len({entry.id for entry in DOCUMENTS}) == len(DOCUMENTS)
    assert {len(entry.vector) for entry in DOCUMENTS} == {DIM}
