import numpy as np
import pytest

from metier.errors import InvalidInput
from metier.workbench.looking.attention import (
    attention_maps,
    attention_of_texts,
    check_place,
    cut_tokens,
)

TEXT = "The cat slept on the mat because it was tired."


@pytest.fixture(scope="module")
def maps(look):
    return attention_maps(look, TEXT)


def test_each_row_shares_out_one_whole(maps):
    n = len(maps.tokens)
    assert maps.weights.shape == (12, 12, n, n)
    assert maps.weights.dtype == np.float32
    assert maps.weights.min() >= 0
    assert np.abs(maps.weights.sum(axis=3) - 1).max() < 1e-5


def test_the_same_text_gives_the_same_bytes(look, maps):
    attention_maps(look, "Other words, to use the network in between.")
    assert attention_maps(look, TEXT).weights.tobytes() == maps.weights.tobytes()


def test_a_head_is_named_from_one(maps):
    assert np.array_equal(maps.head(1, 2), maps.weights[0, 1])
    for layer, head in ((0, 1), (13, 1)):
        with pytest.raises(InvalidInput, match="layer must be from 1 to 12 for this model"):
            maps.head(layer, head)
    with pytest.raises(InvalidInput, match="head must be from 1 to 12 for this model. Got 13"):
        maps.head(1, 13)


def test_a_head_needs_its_layer():
    check_place(None, None, (2, 2))
    check_place(2, 2, (2, 2))
    with pytest.raises(InvalidInput, match="A head needs its layer. Got head 1 alone"):
        check_place(None, 1, (2, 2))


def test_a_long_text_is_refused_for_a_map_and_cut_for_roles(look):
    text = " ".join(["word"] * 130)
    with pytest.raises(InvalidInput, match="at most 128 tokens for its attention to be shown. Got 132"):
        attention_maps(look, text)
    (cut,) = attention_of_texts(look, [text])
    assert len(cut.tokens) == 128
    assert cut.tokens[-1].special


def test_special_tokens_after_a_text_are_kept_when_it_is_cut(maps):
    assert cut_tokens(maps.tokens, 99) == maps.tokens
    assert [token.piece for token in cut_tokens(maps.tokens, 3)] == ["<s>", "▁The", "</s>"]


def test_blank_texts_are_passed_over(look):
    assert len(list(attention_of_texts(look, ["", "one", " "]))) == 1
    for texts in ([], [" "], "text"):
        with pytest.raises(InvalidInput, match="at least one that is not blank"):
            list(attention_of_texts(look, texts if texts != "text" else "text"))


@pytest.mark.parametrize("text", ["Кошка спала.", "שלום עולם", "👍", "a\ud800b", "안녕하세요", "."])
def test_any_script_has_a_map(look, text):
    found = attention_maps(look, text)
    assert np.abs(found.weights.sum(axis=3) - 1).max() < 1e-5
