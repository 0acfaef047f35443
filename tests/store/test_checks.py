import numpy as np
import pytest

from metier.errors import InvalidInput, ModelMismatch
from metier.store.checks import check_identity, check_ids, check_query, check_top_k, checked
from metier.store.contract_documents import DIM, document
from metier.store.entries import Identity

OWN = Identity("own", "a" * 64, DIM)


def test_entries_that_fit_pass_one_by_one():
    entries = [document("a", text="One."), document("b", text="Two.")]
    assert list(checked(iter(entries), OWN)) == entries


@pytest.mark.parametrize(
    ("entries", "rule"),
    [
        ([document("a", text="One."), document("a", text="Two.")], "Document a: comes twice"),
        ([document("a", text="One.", dim=DIM + 1)], f"must have {DIM} numbers.* Got {DIM + 1}"),
    ],
)
def test_entries_that_do_not_fit_are_refused(entries, rule):
    with pytest.raises(InvalidInput, match=rule):
        list(checked(entries, OWN))


def test_a_vector_beyond_half_precision_is_refused():
    entry = document("a", text="One.")
    entry.passage_vectors[0, 0] = 1e6
    with pytest.raises(InvalidInput, match="Document a: vectors must have L2 norm 1"):
        list(checked([entry], OWN))


def test_another_encoder_is_refused_and_the_way_out_named():
    check_identity(None, OWN, place="here")
    check_identity(OWN, OWN, place="here")
    with pytest.raises(
        ModelMismatch, match="here was indexed with .*own.*other.*metier search index --rebuild"
    ):
        check_identity(OWN, Identity("other", "b" * 64, DIM), place="here")


def test_fewer_than_one_result_is_refused():
    check_top_k(1)
    with pytest.raises(InvalidInput, match="top_k must be at least 1. Got 0"):
        check_top_k(0)


@pytest.mark.parametrize(
    ("vector", "rule"),
    [
        (np.ones(3, np.float32), r"shape \(4,\). Got \(3,\)"),
        (np.ones((1, 4), np.float32), r"Got \(1, 4\)"),
        (np.full(4, np.nan, np.float32), "must be finite"),
    ],
)
def test_a_query_that_cannot_be_compared_is_refused(vector, rule):
    with pytest.raises(InvalidInput, match=rule):
        check_query(vector, 4)


def test_a_lone_string_is_no_list_of_ids():
    assert check_ids(["a"]) == ["a"]
    with pytest.raises(InvalidInput, match="ids must be a list of strings"):
        check_ids("a")
