import numpy as np
import pytest

from metier.audit.shift.difference import DifferenceKind, find_difference
from metier.audit.shift.ordinary import EDITS, FILLERS, FUNCTION_WORDS, SIZES

TEXT = (
    "Anna Berg\n\nExperience\nBuilt the services of a bank and led a team of five. She tests with care. "
    "Then the release is written.\n\nSkills\nPython and Go.\n\nEducation\nMSc in Leeds, with honours."
)
RUSSIAN = "Анна писала сервисы на Java. Потом она работала в банке и руководила командой из пяти человек."
OTHERS = ["The train to the coast was late.", "Bread is baked at night"]
KINDS = {
    "capitals": {DifferenceKind.CAPITALS},
    "blanks": {DifferenceKind.BLANKS},
    "typos": {DifferenceKind.RESPELLED, DifferenceKind.REWORDED},
    "small-words": {DifferenceKind.REWORDED, DifferenceKind.RESPELLED, DifferenceKind.WORDS_INSERTED},
    "filler-words": {DifferenceKind.WORDS_INSERTED, DifferenceKind.PASSAGE_INSERTED},
    "another-sentence": {DifferenceKind.PASSAGE_INSERTED},
    "repeated-sentence": {DifferenceKind.PASSAGE_INSERTED, DifferenceKind.WORDS_INSERTED},
    "without-sentence": {DifferenceKind.PASSAGE_DELETED, DifferenceKind.WORDS_DELETED},
    "without-words": {DifferenceKind.WORDS_DELETED},
    "other-order": {DifferenceKind.REORDERED},
}


def test_every_edit_is_of_its_kind_whatever_its_size():
    assert KINDS.keys() == EDITS.keys()
    for name, edit in EDITS.items():
        for size in SIZES:
            for seed in range(3):
                after = edit(TEXT, np.random.default_rng(seed), size, OTHERS)
                kind = find_difference(TEXT, after).kind
                assert kind in KINDS[name] | {DifferenceKind.SAME}, (name, size, seed)


@pytest.mark.parametrize("text", ["", "Go", "...", RUSSIAN, "One sentence of words"])
@pytest.mark.parametrize("name", EDITS)
def test_any_text_can_be_given(text, name):
    for size in (SIZES[0], SIZES[-1]):
        assert isinstance(EDITS[name](text, np.random.default_rng(0), size, []), str)


@pytest.mark.parametrize("name", ["typos", "filler-words", "without-words", "another-sentence"])
def test_larger_edits_change_more(name):
    long = "\n".join([TEXT] * 4)
    small, large = (
        find_difference(long, EDITS[name](long, np.random.default_rng(0), size, OTHERS)).share
        for size in (0.01, 0.1)
    )
    assert 0 < small < large


def test_filler_words_are_those_of_the_language():
    after = EDITS["filler-words"](RUSSIAN, np.random.default_rng(0), 0.05, [])
    (run,) = find_difference(RUSSIAN, after).inserted
    assert after[run.start : run.end] in FILLERS["ru"]


def test_the_same_draws_make_the_same_edit():
    for edit in EDITS.values():
        first, second = (edit(TEXT, np.random.default_rng(5), 0.1, OTHERS) for _ in range(2))
        assert first == second


def test_small_words_stand_in_small_letters():
    assert all(word == word.lower() and choices for word, choices in FUNCTION_WORDS.items())
