import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.training.masked_words import MaskTokens, n_masked
from metier.workbench.pretraining.masking import Masking, choose_words, dev_seed, mask_row, mask_seed
from metier.workbench.pretraining.rows import NO_WORD, TextRow

TOKENS = MaskTokens(4, np.arange(10, 90))


def row_of(ids, words=None):
    ids = np.array(ids, np.int32)
    words = np.arange(len(ids)) if words is None else words
    return TextRow(ids, np.zeros(len(ids), np.int8), np.array(words, np.int32))


def framed_row(n, *, per_word=1):
    """A row of n tokens between two special ones; words have `per_word` tokens."""
    words = [NO_WORD, *(i // per_word for i in range(n)), NO_WORD]
    return row_of([2, *(10 + i % 80 for i in range(n)), 3], words)


@given(st.integers(0, 80), st.integers(0, 9), st.sampled_from([0.01, 0.15, 0.5]), st.booleans())
def test_special_tokens_are_never_masked_and_the_rest_stays(n, seed, share, whole):
    row = framed_row(n, per_word=2)
    read, places = mask_row(row, TOKENS, np.random.default_rng(seed), share=share, whole_words=whole)
    assert (row.ids[places] >= 10).all()
    assert (np.diff(places) > 0).all()
    assert (np.delete(read, places) == np.delete(row.ids, places)).all()
    assert len(places) >= min(1, n)


@pytest.mark.parametrize("whole", [False, True])
def test_of_15_percent_eight_of_ten_are_masked_one_is_replaced_and_one_stays(whole):
    n_words = n_chosen = n_mask = n_same = 0
    for seed in range(400):
        row = framed_row(124, per_word=2)
        read, places = mask_row(row, TOKENS, np.random.default_rng(seed), share=0.15, whole_words=whole)
        n_words += 124
        n_chosen += len(places)
        n_mask += int((read[places] == TOKENS.mask).sum())
        n_same += int((read[places] == row.ids[places]).sum())
    # 18.6 of 124 tokens, rounded; with whole words of two tokens 18 or 19.
    assert n_chosen / n_words == pytest.approx(0.15, abs=0.006)
    assert n_mask / n_chosen == pytest.approx(0.8, abs=0.015)
    # One in 80 random words is the one that stood there.
    assert n_same / n_chosen == pytest.approx(0.1 + 0.1 / 80, abs=0.012)


def test_every_place_is_chosen_about_as_often_as_any_other():
    counts = np.zeros(102)
    for seed in range(2000):
        _, places = mask_row(framed_row(100), TOKENS, np.random.default_rng(seed), share=0.15)
        counts[places] += 1
    assert counts[[0, -1]].tolist() == [0, 0]
    assert counts[1:-1].min() > 230
    assert counts[1:-1].max() < 370


def test_words_are_chosen_whole():
    row = framed_row(60, per_word=3)
    for seed in range(50):
        _, places = mask_row(row, TOKENS, np.random.default_rng(seed), share=0.2, whole_words=True)
        assert len(places) == 12
        for word in set(row.words[places].tolist()):
            assert np.isin(np.flatnonzero(row.words == word), places).all()


def test_a_word_too_long_for_the_share_is_passed_over():
    words = np.array([NO_WORD, 0, 1, 1, 1, 1, 1, 1, 1, 1, NO_WORD], np.int32)
    for seed in range(30):
        found = choose_words(words, np.full(11, True), np.random.default_rng(seed), share=0.1)
        assert found.tolist() == [1]


def test_of_a_row_that_is_one_long_word_a_part_is_taken():
    words = np.zeros(40, np.int32)
    found = choose_words(words, np.full(40, True), np.random.default_rng(0), share=0.15)
    assert found.tolist() == [0, 1, 2, 3, 4, 5]


def test_words_of_two_documents_with_one_number_are_two_words():
    words = np.array([5, 5, NO_WORD, 5, 5], np.int32)
    found = {
        tuple(choose_words(words, np.full(5, True), np.random.default_rng(seed), share=0.5).tolist())
        for seed in range(20)
    }
    assert found == {(0, 1), (3, 4)}


def test_a_row_without_words_has_nothing_to_guess():
    row = row_of([2, 3], [NO_WORD, NO_WORD])
    for whole in (False, True):
        read, places = mask_row(row, TOKENS, np.random.default_rng(0), share=0.15, whole_words=whole)
        assert (read.tolist(), places.tolist()) == ([2, 3], [])


def test_the_share_is_rounded_but_not_to_nothing():
    assert [n_masked(n, 0.15) for n in (0, 1, 3, 10, 100)] == [0, 1, 1, 2, 15]


def test_a_static_seed_stays_over_epochs_and_others_change():
    for masking in Masking:
        seeds = {mask_seed(masking, seed=0, row=7, epoch=epoch) for epoch in range(5)}
        assert len(seeds) == (1 if masking is Masking.STATIC else 5)
    assert mask_seed(Masking.STATIC, seed=0, row=1, epoch=0) != mask_seed(
        Masking.STATIC, seed=0, row=2, epoch=0
    )
    assert mask_seed(Masking.STATIC, seed=0, row=1, epoch=0) != mask_seed(
        Masking.STATIC, seed=1, row=1, epoch=0
    )
    assert dev_seed(1) != dev_seed(2)
