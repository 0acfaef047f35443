import numpy as np
import pytest

from metier.errors import InvalidInput
from metier.workbench.looking.attention import AttentionMaps, attention_maps
from metier.workbench.looking.roles import BROAD, Target, head_roles, links, targets_of, word_tokens
from metier.workbench.looking.tokens import Token

TEXT = "The cat, a big cat, slept."
PIECES = [
    ("[CLS]", 0, 0, True, None),
    ("the", 0, 3, False, 0),
    ("cat", 4, 7, False, 1),
    (",", 7, 8, False, None),
    ("a", 9, 10, False, 2),
    ("big", 11, 14, False, 3),
    ("cat", 15, 18, False, 4),
    (",", 18, 19, False, None),
    ("sle", 20, 23, False, 5),
    ("##pt", 23, 25, False, 5),
    (".", 25, 26, False, None),
    ("[SEP]", 0, 0, True, None),
]
IDS = {piece: i for i, piece in enumerate(dict.fromkeys(row[0] for row in PIECES))}
TOKENS = tuple(
    Token(piece, piece if special else TEXT[start:end], IDS[piece], start, end, special, word)
    for piece, start, end, special, word in PIECES
)
N = len(TOKENS)


def maps_of(*heads, tokens=TOKENS, text=TEXT):
    weights = np.array([heads], np.float32)
    return AttentionMaps(text, tokens, weights, "made", "a" * 64)


def looking_at(*columns):
    """Return a head in which every token looks at the same places."""
    found = np.zeros((N, N))
    found[:, list(columns)] = 1 / len(columns)
    return found


def shifted(by):
    """Return a head in which every token looks at the one so many places on, and else at the first."""
    found = np.zeros((N, N))
    for i in range(N):
        found[i, i + by if 0 <= i + by < N else 0] = 1
    return found


EQUAL = np.full((N, N), 1 / N)


@pytest.mark.parametrize(
    ("head", "role"),
    [
        (np.eye(N), "itself"),
        (shifted(-1), "previous token"),
        (shifted(1), "next token"),
        (looking_at(0), "first special token"),
        (looking_at(N - 1), "last special token"),
        (looking_at(3, 7, 10), "punctuation"),
        (EQUAL, BROAD),
    ],
)
def test_a_head_is_named_by_where_its_attention_goes(head, role):
    (found,) = head_roles([maps_of(head)])
    assert found.role == role
    assert (found.layer, found.head, found.n_tokens) == (1, 1, N - 2)


def test_equal_tokens_and_the_rest_of_a_word_name_a_head():
    equal, word = np.eye(N), np.eye(N)
    for i, j in ((2, 6), (6, 2), (3, 7), (7, 3)):
        equal[i] = np.eye(N)[j]
    for i, j in ((8, 9), (9, 8)):
        word[i] = np.eye(N)[j]
    found = head_roles([maps_of(equal, word), maps_of(equal, word)])
    assert [role.role for role in found] == ["equal tokens", "rest of its word"]
    assert found[1].shares[Target.WORD] == 1.0


def test_a_target_that_few_tokens_have_names_no_head():
    word = EQUAL.copy()
    word[8], word[9] = np.eye(N)[9], np.eye(N)[8]
    (found,) = head_roles([maps_of(word)])
    assert found.shares[Target.WORD] == 1.0
    assert found.role == BROAD


def test_what_stays_in_the_text_is_told_apart_from_special_tokens():
    (found,) = head_roles([maps_of(0.9 * looking_at(0) + 0.1 * shifted(-1))])
    assert (found.role, found.role_in_text) == ("first special token", "previous token")


def test_shares_of_equal_attention_are_those_of_chance():
    (found,) = head_roles([maps_of(EQUAL)])
    assert found.shares == pytest.approx(found.chance)
    assert found.entropy == pytest.approx(1)
    (sharp,) = head_roles([maps_of(np.eye(N))])
    assert sharp.entropy == pytest.approx(0)


def test_every_token_of_every_text_counts_once():
    once = head_roles([maps_of(np.eye(N), EQUAL)])
    twice = head_roles([maps_of(np.eye(N), EQUAL)] * 2)
    assert [role.shares for role in once] == [pytest.approx(role.shares) for role in twice]
    assert twice[0].n_tokens == 2 * once[0].n_tokens


def test_roles_need_a_token_of_a_text():
    special = (TOKENS[0], TOKENS[-1])
    for texts in ([], [maps_of(np.eye(2), tokens=special, text=" ")]):
        with pytest.raises(InvalidInput, match="need a text with at least one token"):
            head_roles(texts)


def test_targets_are_where_they_should_be():
    found = targets_of(TOKENS)
    assert set(found) == set(Target)
    assert np.flatnonzero(found[Target.EQUAL][2]).tolist() == [6]
    assert np.flatnonzero(found[Target.WORD][8]).tolist() == [9]
    assert np.flatnonzero(found[Target.PUNCTUATION][3]).tolist() == [7, 10]
    assert not found[Target.PREVIOUS][1].any()
    assert not found[Target.NEXT][N - 2].any()
    assert np.flatnonzero(found[Target.FIRST][5]).tolist() == [0]
    assert np.flatnonzero(found[Target.LAST][5]).tolist() == [N - 1]


def test_a_tokenizer_without_special_tokens_has_no_such_targets():
    found = targets_of(TOKENS[1:-1])
    assert not found[Target.FIRST].any()
    assert not found[Target.LAST].any()


def test_a_link_is_measured_against_what_other_tokens_give():
    special, everywhere = EQUAL.copy(), looking_at(2)
    special[8:10] = np.eye(N)[2]
    found = links(maps_of(everywhere, special), "slept", "cat")
    first = found[0]
    assert (first.layer, first.head, first.source, first.target) == (1, 2, "slept", "cat")
    assert (first.share, first.others) == (pytest.approx(1), pytest.approx(1 / N))
    assert first.over_uniform == pytest.approx(N)
    plain = next(link for link in found if link.head == 1 and link.source == "slept")
    assert plain.share == plain.others == pytest.approx(1)
    assert len(found) == 4


def test_both_directions_are_measured():
    back = EQUAL.copy()
    back[2] = np.eye(N)[8] / 2 + np.eye(N)[9] / 2
    assert (links(maps_of(back), "slept", "cat")[0].source) == "cat"


def test_a_word_is_found_with_all_its_pieces():
    maps = maps_of(EQUAL)
    assert word_tokens(maps, "slept") == [8, 9]
    assert word_tokens(maps, "CAT") == word_tokens(maps, "cat#1") == [2]
    assert word_tokens(maps, "cat#2") == [6]


@pytest.mark.parametrize("word", ["dog", "ca", "", " ", "#2"])
def test_a_word_that_is_not_there_is_refused(word):
    with pytest.raises(InvalidInput, match="must hold the word that is asked for"):
        word_tokens(maps_of(EQUAL), word)


def test_a_number_beyond_the_last_is_refused():
    with pytest.raises(InvalidInput, match="holds 'cat' 2 times. Got number 3"):
        word_tokens(maps_of(EQUAL), "cat#3")


def test_a_word_without_a_token_is_refused():
    with pytest.raises(InvalidInput, match="No token stands for 'slept'"):
        word_tokens(maps_of(np.eye(2), tokens=TOKENS[:2]), "slept")


@pytest.mark.parametrize("words", [("cat", "cat"), ("cat", "Cat"), ("cat", "cat#1")])
def test_a_link_joins_two_words(words):
    with pytest.raises(InvalidInput, match="join two different words"):
        links(maps_of(EQUAL), *words)


def test_a_text_of_two_words_alone_has_no_other_tokens():
    tokens = (TOKENS[0], TOKENS[1], TOKENS[2], TOKENS[-1])
    found = links(maps_of(np.full((4, 4), 0.25), tokens=tokens, text="The cat"), "the", "cat")
    assert [link.others for link in found] == [0.0, 0.0]


def test_a_head_of_the_shipped_encoder_links_a_pronoun_to_its_noun(look):
    maps = attention_maps(look, "Кошка спала на ковре, потому что она устала.")
    best = links(maps, "она", "кошка")[0]
    assert (best.source, best.target) == ("она", "кошка")
    assert best.share > 0.3 > best.others
