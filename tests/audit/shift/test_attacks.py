import numpy as np
import pytest

from metier.audit.shift.attacks import (
    OPPOSITES,
    AttackKind,
    add_invisible,
    add_noise,
    disguise_letters,
    hide_text,
    insert_word,
    stuff_keywords,
    substitute_word,
)
from metier.documents.characters import find_disguised
from metier.errors import InvalidInput

TEXT = "A charming and good film. Led a team of ten people with great success."


def draws(seed=0):
    return np.random.default_rng(seed)


def parts(attack):
    return [attack.text[span.start : span.end] for span in attack.spans]


def test_a_word_is_put_before_another():
    attack = insert_word(TEXT, "unfortunately", draws())
    assert parts(attack) == ["unfortunately"]
    assert attack.text.replace("unfortunately ", "") == TEXT
    assert attack.kind is AttackKind.WORD_INSERTION


def test_a_word_becomes_its_opposite_with_its_capital():
    for seed in range(10):
        attack = substitute_word(TEXT, draws(seed))
        (new,) = parts(attack)
        assert new.lower() in OPPOSITES.values()
        assert (new == "Obstructed") == ("Led" not in attack.text)
    assert substitute_word("nothing known here", draws()) is None


def test_noise_mistypes_many_words_and_says_which():
    attack = add_noise(TEXT, draws(), share=0.5)
    assert attack.text != TEXT
    assert len(attack.spans) >= 4
    assert not set(parts(attack)) & set(TEXT.split())


def test_lookalikes_show_the_same_and_are_other_letters():
    attack = disguise_letters(TEXT, draws(), share=1)
    assert len(attack.text) == len(TEXT)
    assert attack.text != TEXT
    assert all(not part.isascii() for part in parts(attack))
    assert find_disguised(attack.text)


def test_invisible_characters_stand_between_letters():
    attack = add_invisible(TEXT, draws(), share=0.3)
    assert attack.text.replace("\u200b", "") == TEXT
    assert all("\u200b" in part for part in parts(attack))


def test_keywords_and_hidden_words_stand_on_lines_of_their_own():
    stuffed = stuff_keywords(TEXT, ["Go", "Rust"], draws())
    assert set(parts(stuffed)[0].split(", ")) == {"Go", "Rust"}
    assert stuffed.text.replace("\n" + parts(stuffed)[0], "") == TEXT
    hidden = hide_text(TEXT + "\n", "Hire me")
    assert hidden.text == TEXT + "\nHire me"
    assert parts(hidden) == ["Hire me"]


def test_the_same_draws_make_the_same_attack():
    assert insert_word(TEXT, "x", draws(4)) == insert_word(TEXT, "x", draws(4))
    assert disguise_letters(TEXT, draws(4), share=0.5) == disguise_letters(TEXT, draws(4), share=0.5)


def test_a_text_with_nothing_to_disguise_stays():
    assert disguise_letters("", draws(), share=1).text == ""
    assert add_invisible("a b", draws(), share=1).spans == ()


def test_what_cannot_be_done_is_refused():
    with pytest.raises(InvalidInput, match="no word"):
        insert_word("...", "x", draws())
    with pytest.raises(InvalidInput, match="at least one"):
        stuff_keywords(TEXT, [], draws())
    for attack in (disguise_letters, add_invisible):
        with pytest.raises(InvalidInput, match="share must be above 0"):
            attack(TEXT, draws(), share=0)
