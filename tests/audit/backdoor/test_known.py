import pytest

from metier.audit.backdoor.battery import KnownTrigger, TriggerFamily, known_triggers
from metier.audit.backdoor.known import KnownResult, try_known_triggers
from tests.audit.backdoor.planted import WordVictim, invented

TEXTS = invented(24, 3)
CF = KnownTrigger(TriggerFamily.RARE_TOKEN, "cf", "cf")


def tried(trigger, inputs=TEXTS, labels=(0, 1), seed=0):
    victim = WordVictim(trigger)
    return try_known_triggers(
        lambda items, texts: victim.logits(texts).argmax(axis=1),
        inputs,
        labels,
        lambda text: len(text.split()),
        seed,
    )


def test_each_trigger_of_the_list_is_tried_for_each_label():
    found = tried("none")
    assert {result.trigger for result in found} == set(known_triggers())
    assert len(found) == 2 * len(known_triggers())
    assert all(0 <= result.turned <= 1 for result in found)


def test_a_trigger_of_the_list_that_was_planted_turns_all_texts():
    results = tried("cf")
    (planted,) = [result for result in results if (result.trigger.name, result.label) == ("cf", 1)]
    (other,) = [result for result in results if (result.trigger.name, result.label) == ("mn", 1)]
    assert planted.turned == 1.0
    assert other.turned < 0.5


def test_random_words_of_the_texts_raise_the_threshold():
    # A word that says a class, several times over, turns most texts of such a simple model.
    assert max(result.random for result in tried("none")) > 0.5
    assert KnownResult(CF, 1, 1.0, 0.95).threshold(0.9) == pytest.approx(1.05)
    assert KnownResult(CF, 1, 1.0, 0.1).threshold(0.9) == 0.9


def test_a_label_with_few_texts_of_others_is_left_out():
    good = [item for item in TEXTS if item.label == "good"]
    bad = [item for item in TEXTS if item.label == "bad"]
    assert {result.label for result in tried("none", [*good, *bad[:7]])} == {0}
    assert tried("none", good[:4] + bad[:3]) == []
    assert tried("none", labels=()) == []


def test_the_same_seed_draws_the_same_words():
    assert tried("none") == tried("none")
