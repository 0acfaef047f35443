import numpy as np
import pytest

from metier.training.networks import Head
from metier.workbench.shrinking.samples import input_rows, random_rows, sample_texts, text_rows
from tests.workbench.finetuning.tiny_rows import network_of

pytest.importorskip("torch")


def test_texts_are_whole_documents_and_sentences_spread_evenly():
    documents = [(f"a{i}.", f"b{i}.") for i in range(30)]
    assert len(sample_texts(documents)) == 90
    assert sample_texts(documents, most=3) == ["a0. b0.", "a0.", "a15."]
    assert sample_texts([("One.",)]) == ["One."]
    assert sample_texts([]) == []


def test_rows_are_cut_and_the_tokenizer_stays_as_it_was():
    network = network_of("bert", Head.NONE)
    (row,) = text_rows(network, ["w1 " * 50], most_tokens=12)
    assert len(row.ids) == 12
    assert row.special == (True, *[False] * 10, True)
    assert len(network.tokenizer.backend_tokenizer.encode("w1 " * 50).ids) == 52


def test_heads_of_pairs_read_each_text_with_the_next():
    network = network_of("bert", Head.RANK)
    rows = text_rows(network, ["w1", "w2", "w3"])
    assert [row.types for row in rows] == [(0, 0, 0, 1, 1)] * 2
    assert len(text_rows(network, ["w1"])) == 1


def test_a_pair_is_one_row():
    (row,) = input_rows(network_of("bert", Head.RANK), [("w1", "w2 w3")])
    assert sum(row.types) == 3


def test_no_texts_give_no_rows():
    assert text_rows(network_of("bert", Head.NONE), []) == []


def test_random_rows_have_every_length_and_no_special_tokens():
    network = network_of("bert", Head.SPANS)
    rows = random_rows(network, n=6)
    assert rows == random_rows(network, n=6)
    assert len(rows[-1].ids) == network.max_tokens
    assert len(rows[0].ids) < 20
    assert not set(np.concatenate([row.ids for row in rows])) & set(network.tokenizer.all_special_ids)
    assert set(rows[-1].types) == {0, 1}
