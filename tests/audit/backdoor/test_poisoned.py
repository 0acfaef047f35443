import pytest

from metier.audit.backdoor.options import BackdoorOptions
from metier.audit.backdoor.poisoned import find_odd_inputs
from tests.audit.backdoor.planted import WordVictim, invented, with_trigger

CLEAN = [row.text for row in invented(100, 1)]
OTHERS = [row.text for row in invented(40, 2)]
OPTIONS = BackdoorOptions(copies=6)


def test_texts_with_a_trigger_are_steadier_than_clean_ones():
    suspects = [*OTHERS[:10], *(with_trigger(text) for text in OTHERS[10:20])]
    found = find_odd_inputs(WordVictim(), suspects, CLEAN, OPTIONS)
    assert set(found.steady) >= set(range(10, 20))
    assert len(found.steady) < 14
    assert found.entropies[10:].max() < found.entropies[:10].min()


def test_a_word_that_does_not_belong_stands_out():
    suspects = [*OTHERS[:10], *(f"{text} zqxv" for text in OTHERS[10:20])]
    found = find_odd_inputs(None, suspects, CLEAN, OPTIONS)
    assert set(found.odd) >= set(range(10, 20))
    assert len(found.odd) < 14
    assert found.gains[10:].min() > found.gains[:10].mean()


def test_without_a_model_there_are_no_entropies():
    found = find_odd_inputs(None, OTHERS, CLEAN, OPTIONS)
    assert found.steady == ()
    assert found.entropies.shape == (0,)
    assert found.gains.shape == (40,)


def test_a_class_that_no_clean_text_is_of_has_no_usual_entropy():
    good = [row.text for row in invented(100, 1) if row.label == "good"]
    bad = [row.text for row in invented(40, 2) if row.label == "bad"]
    assert find_odd_inputs(WordVictim(), bad, good, OPTIONS).steady == ()


@pytest.mark.parametrize("model", [None, WordVictim()])
def test_the_same_seed_finds_the_same(model):
    first, second = (find_odd_inputs(model, OTHERS, CLEAN, OPTIONS) for _ in range(2))
    assert (first.steady, first.odd) == (second.steady, second.odd)
    assert first.entropies.tolist() == second.entropies.tolist()
