import numpy as np
import pytest

from metier.audit.backdoor.entropy import mixing_entropies, mixture
from tests.audit.backdoor.planted import WordVictim, invented, with_trigger

CLEAN = [row.text for row in invented(40, 1)]
OTHERS = [row.text for row in invented(40, 2)]


def test_texts_with_a_trigger_keep_their_class_whatever_is_mixed_in():
    found = mixing_entropies(WordVictim(), CLEAN, OTHERS, copies=8, seed=0)
    triggered = mixing_entropies(WordVictim(), [with_trigger(t) for t in CLEAN], OTHERS, copies=8, seed=0)
    assert triggered.max() < 0.01 < np.median(found)


def test_entropies_of_a_planted_model_are_lower_for_texts_with_the_trigger(request):
    pytest.importorskip("torch")
    from metier.audit.backdoor.victim import Victim

    victim = Victim(request.getfixturevalue("planted"))
    bad = [row.text for row in invented(40, 1) if row.label == "bad"]
    found = mixing_entropies(victim, bad, OTHERS, copies=6, seed=0)
    triggered = mixing_entropies(victim, [with_trigger(text) for text in bad], OTHERS, copies=6, seed=0)
    assert triggered.mean() < 0.5 * found.mean()


def test_entropies_are_in_nats_and_depend_on_seed_and_place_alone():
    def found(texts, seed=0):
        return mixing_entropies(WordVictim(), texts, OTHERS, copies=4, seed=seed)

    assert ((found(CLEAN) >= 0) & (found(CLEAN) <= np.log(2))).all()
    assert found(CLEAN)[:5].tolist() == found(CLEAN[:5]).tolist()
    assert found(CLEAN).tolist() != found(CLEAN, seed=1).tolist()


def test_no_texts_have_no_entropies():
    assert mixing_entropies(WordVictim(), [], OTHERS, copies=3, seed=0).shape == (0,)


def test_a_mixture_has_the_words_of_both_in_their_order():
    text, other = "a b c d e", "1 2 3"
    for seed in range(20):
        words = mixture(text, other, np.random.default_rng(seed)).split()
        assert [word for word in words if word.isalpha()] == text.split()
        assert [word for word in words if word.isdigit()] == other.split()


def test_a_short_text_stays_whole_and_an_empty_one_adds_nothing():
    rng = np.random.default_rng(0)
    assert all("a b c" in mixture("a b c", "1 2 3 4", rng) for _ in range(20))
    assert mixture("", "1 2", rng) == "1 2"
    assert mixture("a b", "", rng) == "a b"
