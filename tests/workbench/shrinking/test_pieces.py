import pytest
from tokenizers import Tokenizer, models

from metier.errors import InvalidInput, ModelMismatch
from metier.training.vocabulary import count_pieces
from metier.workbench.shrinking.pieces import KINDS, Pieces
from tests.workbench.shrinking.tokenizers_of import SPECIAL, TEXTS, content_of, trained_tokenizer

pytest.importorskip("transformers")
OTHERS = [
    *TEXTS,
    "An unseen sentence with ünknown letters 中 and 12 numbers.",
    "",
    " ",
    "pumpboilers",
    "<mask>",
]


@pytest.fixture(params=KINDS)
def tokenizer(request):
    return trained_tokenizer(request.param).backend_tokenizer


def half(tokenizer, texts=TEXTS[:20]):
    pieces = Pieces(tokenizer)
    n_rows = (len(pieces.needed()) + pieces.n) // 2
    kept = pieces.choose(count_pieces(tokenizer, texts), n_rows=n_rows)
    assert len(kept) == n_rows
    return kept, Tokenizer.from_str(pieces.pruned(kept))


def test_texts_whose_pieces_are_all_kept_are_segmented_as_before(tokenizer):
    kept, pruned = half(tokenizer)
    same = 0
    for text in OTHERS:
        before, after = tokenizer.encode(text), pruned.encode(text)
        if set(before.ids) <= set(kept):
            assert after.tokens == before.tokens
            assert [kept[i] for i in after.ids] == before.ids
            same += 1
    assert same >= 10


def test_every_text_can_still_be_read(tokenizer):
    _, pruned = half(tokenizer)
    for text in TEXTS:
        assert "<unk>" not in pruned.encode(text).tokens


def test_special_pieces_keep_their_places_around_a_text(tokenizer):
    _, pruned = half(tokenizer)
    found = pruned.encode("She", "He")
    assert [pruned.id_to_token(i) for i in found.ids] == found.tokens
    assert found.tokens[0] == "<s>"
    assert found.tokens[-1] == "</s>"
    assert pruned.encode("<mask>").tokens == ["<s>", "<mask>", "</s>"]
    assert pruned.token_to_id("<mask>") == pruned.get_vocab_size() - 1
    assert [pruned.token_to_id(piece) for piece in SPECIAL] == [0, 1, 2, 3]


def test_ids_are_numbered_without_gaps_in_the_old_order(tokenizer):
    kept, pruned = half(tokenizer)
    old = {i: piece for piece, i in tokenizer.get_vocab().items()}
    assert pruned.get_vocab() == {old[i]: new for new, i in enumerate(kept)}


def test_frequent_pieces_come_first(tokenizer):
    pieces = Pieces(tokenizer)
    most, _ = count_pieces(tokenizer, ["pumps"] * 9).most_common(1)[0]
    kept = pieces.choose(count_pieces(tokenizer, ["pumps"] * 9), n_rows=len(pieces.needed()) + 12)
    assert most in kept


def test_all_pieces_are_a_choice_and_so_are_those_that_must_stay(tokenizer):
    pieces = Pieces(tokenizer)
    assert pieces.choose({}, n_rows=pieces.n) == sorted(tokenizer.get_vocab().values())
    kept = pieces.choose({}, n_rows=len(pieces.needed()))
    assert set(kept) == pieces.needed()
    assert Tokenizer.from_str(pieces.pruned(kept)).encode("She").tokens[-1] == "</s>"


def test_single_characters_always_stay(tokenizer):
    pieces = Pieces(tokenizer)
    single = {
        i for piece, i in tokenizer.get_vocab().items() if len(piece.removeprefix("##").strip("▁")) == 1
    }
    assert single <= pieces.needed()


@pytest.mark.parametrize("n_rows", [0, 5, 10**6])
def test_too_few_and_too_many_rows_are_refused(tokenizer, n_rows):
    with pytest.raises(InvalidInput, match=r"rows must be from \d+, for special pieces"):
        Pieces(tokenizer).choose({}, n_rows=n_rows)


def test_a_joined_piece_stays_with_what_it_is_joined_from():
    tokenizer = trained_tokenizer("BPE").backend_tokenizer
    kept, pruned = half(tokenizer)
    pieces = {piece for piece, i in tokenizer.get_vocab().items() if i in set(kept)}
    merges = content_of(pruned)["model"]["merges"]
    joined = {left + right for left, right in merges}
    made = [piece for piece in pieces if len(piece) > 1 and not piece.startswith("<")]
    assert set(made) <= joined
    assert all({left, right} <= pieces for left, right in merges)


def test_low_ids_stay_where_positions_are_counted_from_padding():
    tokenizer = trained_tokenizer("Unigram").backend_tokenizer
    assert set(range(30)) <= Pieces(tokenizer, least_ids=30).needed()


def test_the_lowest_score_of_unigram_stays():
    pieces = Pieces(trained_tokenizer("Unigram").backend_tokenizer)
    scores = [score for _, score in pieces.content["model"]["vocab"]]
    assert scores.index(min(scores)) in pieces.needed()


def test_bytes_that_stand_for_unknown_characters_stay():
    vocabulary = [("<unk>", 0.0), ("<0x41>", -1.0), ("▁a", -2.0), ("bc", -3.0), ("cd", -4.0)]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=0, byte_fallback=True))
    assert Pieces(tokenizer).needed() == {0, 1, 2, 4}


def test_merges_written_as_one_string_are_read_too():
    pieces = Pieces(trained_tokenizer("BPE").backend_tokenizer)
    left, right = pieces.content["model"]["merges"][0]
    assert pieces._merged_ids(f"{left} {right}") == pieces._merged_ids([left, right])


def test_other_kinds_are_refused():
    with pytest.raises(ModelMismatch, match="must be Unigram, WordPiece, BPE to be pruned. Got WordLevel"):
        Pieces(Tokenizer(models.WordLevel({"a": 0}, unk_token="a")))
