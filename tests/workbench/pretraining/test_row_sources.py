import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from metier.errors import InvalidInput
from metier.training.networks import Head
from metier.workbench.pretraining.row_sources import make_rows
from metier.workbench.pretraining.rows import NO_LABEL, read_documents
from tests.workbench.pretraining.tiny_texts import documents
from tests.workbench.tiny import SPECIAL, tiny_network


def source_of(head, *, n=10, anew=True, max_tokens=32):
    network = tiny_network("bert", head)
    read = read_documents(network.tokenizer.backend_tokenizer, documents(n))
    return make_rows(network, read, max_tokens=max_tokens, anew=anew)


def ids(rows):
    return [row.ids.tolist() for row in rows]


def test_a_masked_word_head_reads_full_rows_with_the_end_token_between_documents():
    source = source_of(Head.MASKED_WORDS)
    rows = source.rows(seed=0, epoch=0)
    end = SPECIAL.index("[SEP]")
    assert ids(rows) == ids(source.rows(seed=5, epoch=9))
    assert all(row.label == NO_LABEL for row in rows)
    assert sum(row.ids.tolist().count(end) - 1 for row in rows) > 3


def test_a_next_sentence_head_reads_pairs_that_are_drawn_anew():
    source = source_of(Head.NEXT_SENTENCE)
    first = source.rows(seed=0, epoch=0)
    assert all(row.label != NO_LABEL for row in first)
    assert ids(source.rows(seed=0, epoch=1)) != ids(first)
    assert ids(source.rows(seed=1, epoch=0)) != ids(first)
    assert ids(source.rows(seed=0, epoch=0)) == ids(first)


def test_pairs_can_stay_as_they_are():
    source = source_of(Head.NEXT_SENTENCE, anew=False)
    assert ids(source.rows(seed=0, epoch=0)) == ids(source.rows(seed=0, epoch=1))


def test_no_pairs_are_told_before_the_first_epoch():
    with pytest.raises(InvalidInput, match="Next-sentence pairs need at least two documents"):
        source_of(Head.NEXT_SENTENCE, n=1)


def test_rows_beyond_the_positions_are_refused():
    with pytest.raises(InvalidInput, match="max_tokens must be from 8 to 66"):
        source_of(Head.MASKED_WORDS, max_tokens=10_000)
