import numpy as np
import pytest

from metier.audit.behaviour.words import add_sentence, deny, replace_words, swap_names
from metier.documents.masking.name_lists import given_names


def draws(seed=0):
    return np.random.default_rng(seed)


def test_words_become_their_synonyms_with_their_capitals():
    synonyms = {"built": ["made"], "set up": ["prepared"], "up": ["wrong"]}
    text = "Built it, BUILT it, rebuilt it and set up Docker."
    assert replace_words(text, synonyms, draws()) == "Made it, MADE it, rebuilt it and prepared Docker."
    assert replace_words(text, {}, draws()) == text


def test_given_names_become_others_of_their_language_and_the_same_everywhere():
    changed = swap_names("Anna Berg. Anna led a team. Пишите Ольге или спросите: Ольга.", draws(1)).split()
    assert changed[0] == changed[2] != "Anna"
    assert changed[0].lower() in given_names("en")
    assert changed[-1].strip(".").lower() in given_names("ru") - {"ольга"}


def test_words_that_are_no_names_stay():
    text = "Ruby and Python in May, will and grace; docker"
    assert swap_names(text, draws()) == text
    assert swap_names("", draws()) == ""


def test_a_sentence_comes_last_or_first():
    assert add_sentence("A.\n", "B.") == "A.\n\nB."
    assert add_sentence("\nA.", "B.", first=True) == "B.\n\nA."


@pytest.mark.parametrize(
    ("claim", "denial"),
    [
        ("I have used Go.", "I have never used Go."),
        ("I wrote services.", "I never wrote services."),
        ("I know Go.", "I do not know Go."),
        ("I am fluent in Go.", "I am not fluent in Go."),
        ("I can teach Go.", "I cannot teach Go."),
        ("Built a shop.\nLed a team.", "Never built a shop.\nLed a team."),
        ("Я знаю Go.", "Я не знаю Go."),
        ("Опыт работы с Go.", "Нет опыта работы с Go."),
        ("Писал на Go.", "Не писал на Go."),
        ("Go, C", "Go, C"),
        ("", ""),
    ],
)
def test_the_first_claim_is_denied(claim, denial):
    assert deny(claim) == denial
