import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from metier.errors import ModelFormatError
from metier.training.vocabulary import choose_pieces, count_pieces, prune_tokenizer, tokens_per_word

SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
LATIN = "abcdefghijklmnopqrstuvwxyz"
CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
HEBREW = ("א", "ב", "ג", "▁של", "מפתח")
HANGUL = ("개", "발", "▁개발", "개발자")
CJK = ("開", "発", "▁開発")
GREEK = ("α", "αβ")
OTHER = ("▁", ":", ".", ",", "7", "12", "\ue000")
WORDS = ("▁py", "thon", "▁python", "▁ja", "va", "▁java", "ing", "▁the", "er", "он", "▁раз", "работ", "ка")
PIECES = (*SPECIAL, *LATIN, *CYRILLIC, *HEBREW, *HANGUL, *CJK, *GREEK, *OTHER, *WORDS, "<mask>")
ALPHABET = "".join(sorted({letter for piece in PIECES[4:-1] for letter in piece if letter != "▁"})) + " é"


def unigram(pieces=PIECES):
    """Return the content of a tokenizer.json: later pieces are rarer, as in the large one."""
    vocab = [(piece, 0.0 if piece.startswith("<") else -2 - i / 16) for i, piece in enumerate(pieces)]
    tokenizer = Tokenizer(models.Unigram(vocab, unk_id=3, byte_fallback=False))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.add_special_tokens([*SPECIAL, "<mask>"])
    return json.loads(tokenizer.to_str())


CONTENT = unigram()
VOCAB = CONTENT["model"]["vocab"]
BEFORE = Tokenizer.from_str(json.dumps(CONTENT))
NO_COUNTS: Counter[int] = Counter()
N_FIXED = 5 + len(LATIN) + len(CYRILLIC) + len(HEBREW) + len(HANGUL) + 1 + 5  # one of GREEK, five of OTHER


def id_of(piece):
    return PIECES.index(piece)


def chosen(n_rows, counts=NO_COUNTS):
    return [PIECES[i] for i in choose_pieces(VOCAB, counts, n_rows=n_rows)]


def pruned(kept):
    return prune_tokenizer(CONTENT, kept)


def after(kept):
    return Tokenizer.from_str(json.dumps(pruned(kept)))


def test_whole_scripts_single_letters_and_special_tokens_are_always_kept():
    kept = chosen(N_FIXED)
    assert set(kept) == {*SPECIAL, "<mask>", *LATIN, *CYRILLIC, *HEBREW, *HANGUL, "α", *OTHER[:5]}


def test_letters_of_other_scripts_long_numbers_and_unassigned_letters_have_to_be_seen():
    counts = Counter({id_of("発"): 3, id_of("12"): 2, id_of("\ue000"): 1})
    assert set(chosen(N_FIXED + 3, counts)) - set(chosen(N_FIXED)) == {"発", "12", "\ue000"}


def test_the_rest_is_filled_by_frequency_then_by_score():
    counts = Counter({id_of("▁開発"): 2, id_of("ing"): 9, id_of("er"): 9, id_of("ка"): 1})
    base = set(chosen(N_FIXED, counts))
    order = ["ing", "er", "▁開発", "ка", "12", "\ue000", "▁py"]
    for n in range(1, len(order) + 1):
        assert set(chosen(N_FIXED + n, counts)) - base == set(order[:n])


def test_frequent_pieces_that_are_kept_anyway_take_no_second_place():
    counts = Counter({id_of("a"): 99, id_of("개발자"): 50, id_of("ing"): 1})
    assert set(chosen(N_FIXED + 1, counts)) - set(chosen(N_FIXED)) == {"ing"}


def test_ids_rise_and_the_special_tokens_stay_first():
    kept = choose_pieces(VOCAB, NO_COUNTS, n_rows=N_FIXED + 2)
    assert kept == sorted(set(kept))
    assert kept[:4] == [0, 1, 2, 3]


def test_all_rows_may_be_kept():
    counts = Counter(dict.fromkeys(range(len(PIECES)), 1))
    assert chosen(len(PIECES), counts) == list(PIECES)


@pytest.mark.parametrize("n_rows", [0, N_FIXED - 1, len(PIECES) + 1])
def test_too_few_or_too_many_rows_are_refused(n_rows):
    with pytest.raises(ModelFormatError, match=f"Rows must be {N_FIXED} to {len(PIECES)}. Got {n_rows}"):
        choose_pieces(VOCAB, NO_COUNTS, n_rows=n_rows)


@pytest.mark.parametrize(
    "pieces",
    [(*PIECES[1:],), PIECES[:-1], ("<pad>", "<s>", *PIECES[2:]), ()],
    ids=["no <s>", "no <mask>", "another order", "empty"],
)
def test_a_tokenizer_of_another_kind_is_refused(pieces):
    with pytest.raises(ModelFormatError, match="must begin with <s>, <pad>, </s>, <unk> and hold <mask>"):
        choose_pieces([(piece, 0.0) for piece in pieces], NO_COUNTS, n_rows=5)


def test_special_tokens_keep_their_place_and_the_mask_is_numbered_anew():
    kept = choose_pieces(VOCAB, NO_COUNTS, n_rows=N_FIXED)
    content = pruned(kept)
    ids = {token["content"]: token["id"] for token in content["added_tokens"]}
    assert ids == {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "<mask>": N_FIXED - 1}
    assert content["model"]["vocab"] == [VOCAB[i] for i in kept]
    tokenizer = after(kept)
    assert tokenizer.get_vocab_size() == N_FIXED
    assert tokenizer.token_to_id("<mask>") == N_FIXED - 1
    assert tokenizer.encode("a<mask>").tokens == ["<s>", "▁", "a", "<mask>", "</s>"]


def test_the_original_is_left_as_it_was():
    before = json.dumps(CONTENT)
    pruned(choose_pieces(VOCAB, NO_COUNTS, n_rows=N_FIXED))
    assert json.dumps(CONTENT) == before


LOWEST = min(range(len(PIECES)), key=lambda i: VOCAB[i][1])


@given(
    st.text(ALPHABET, max_size=40) | st.lists(st.sampled_from(PIECES[4:-1])).map("".join),
    st.sets(st.integers(0, len(PIECES) - 1)),
)
def test_a_text_whose_pieces_are_all_kept_is_segmented_as_before(text, others):
    encoding = BEFORE.encode(text)
    kept = sorted({0, 1, 2, 3, len(PIECES) - 1, LOWEST} | set(encoding.ids) | others)
    found = after(kept).encode(text)
    assert found.tokens == encoding.tokens
    assert found.offsets == encoding.offsets
    assert [kept[i] for i in found.ids] == encoding.ids


def test_a_dropped_piece_is_spelled_with_shorter_ones():
    kept = [i for i in range(len(PIECES)) if PIECES[i] != "▁python"]
    assert BEFORE.encode("python", add_special_tokens=False).tokens == ["▁python"]
    assert after(kept).encode("python", add_special_tokens=False).tokens == ["▁py", "thon"]


@pytest.mark.parametrize("n_texts", [0, 1, 3, 512, 1030])
def test_pieces_are_counted_over_all_texts_without_special_tokens(n_texts):
    counts = count_pieces(BEFORE, iter(["python java"] * n_texts))
    expected = {id_of("▁python"): n_texts, id_of("▁java"): n_texts} if n_texts else {}
    assert counts == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([], 0.0),
        (["", "  "], 0.0),
        (["python"], 1.0),
        (["python java", "the java"], 1.0),
        (["the python x"], 4 / 3),
    ],
)
def test_tokens_per_word_is_a_mean_over_all_words(texts, expected):
    assert tokens_per_word(BEFORE, texts) == pytest.approx(expected)
