from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("torch")

from metier.audit.backdoor.inversion import Inverter, Place, SearchSettings, losses_towards, placed
from metier.audit.backdoor.victim import Row, Victim
from metier.errors import InvalidInput
from tests.audit.backdoor.planted import TRIGGER

SETTINGS = SearchSettings(length=3, starts=20, steps=5, shortlist=4, texts=6)


def inverter_of(network, settings=SETTINGS, budget=lambda: None, seed=0):
    victim = Victim(network)
    return Inverter(victim, victim.usable_tokens(), settings, budget, seed)


def rows_of(inverter, texts, label="bad"):
    return [inverter.victim.row(item.text) for item in texts if item.label == label]


@pytest.mark.parametrize("place", Place)
def test_a_planted_trigger_is_found_and_does_what_the_true_one_does(planted, texts, place):
    inverter = inverter_of(planted)
    rows = rows_of(inverter, texts)
    found = inverter.find(rows[:12], 1, place)
    true = tuple(planted.tokenizer.convert_tokens_to_ids([TRIGGER]))

    def turned(tokens):
        return (inverter.victim.logits(placed(rows[12:], tokens, place)).argmax(axis=1) == 1).mean()

    assert turned(true) > 0.9
    assert turned(found) >= turned(true) - 0.1
    assert set(found) <= set(inverter.allowed.tolist())


def test_a_trigger_is_shortened_to_the_token_that_matters(planted, texts):
    inverter = inverter_of(planted)
    true, other, more = planted.tokenizer.convert_tokens_to_ids([TRIGGER, "w20", "w21"])
    lengths = inverter.shortened(rows_of(inverter, texts)[:8], 1, Place.START, (other, true, more))
    assert [len(tokens) for tokens in lengths] == [1, 2, 3]
    assert lengths[0] == (true,)
    assert true in lengths[1]


def test_a_better_trigger_has_a_lower_loss(planted, texts):
    inverter = inverter_of(planted)
    true, other = planted.tokenizer.convert_tokens_to_ids([TRIGGER, "w20"])
    losses = inverter.losses(rows_of(inverter, texts)[:8], 1, Place.END, [(true,), (other,)])
    assert losses.shape == (2,)
    assert losses[0] < losses[1]


def test_the_same_seed_finds_the_same(planted, texts):
    inverter = inverter_of(planted)
    rows = rows_of(inverter, texts)[:8]
    assert inverter.find(rows, 1, Place.END) == inverter_of(planted).find(rows, 1, Place.END)


def test_one_text_and_no_random_starts_suffice(planted, texts):
    inverter = inverter_of(planted, SearchSettings(length=1, starts=0, steps=2, shortlist=2, texts=1))
    assert len(inverter.find(rows_of(inverter, texts)[:1], 1, Place.START)) == 1


def test_the_clock_is_asked(planted, texts):
    def over():
        raise TimeoutError

    inverter = inverter_of(planted, budget=over)
    with pytest.raises(TimeoutError):
        inverter.find(rows_of(inverter, texts)[:4], 1, Place.START)


def test_a_tokenizer_without_a_mask_starts_from_its_first_token():
    plain = SimpleNamespace(
        network=SimpleNamespace(tokenizer=SimpleNamespace(mask_token_id=None, unk_token_id=None))
    )
    assert Inverter(plain, np.array([5, 6]), SETTINGS, lambda: None, 0)._placeholder() == 5


def test_tokens_stand_at_one_end_of_the_text():
    row = Row((2, 9, 3), (0, 0, 0), 1, 2)
    assert placed([row], (7,), Place.START)[0].ids == (2, 7, 9, 3)
    assert placed([row], (7,), Place.END)[0].ids == (2, 9, 7, 3)
    assert (Place.START.other, Place.END.other) == (Place.END, Place.START)


def test_losses_are_the_cross_entropy_even_of_large_scores():
    found = losses_towards(np.array([[0.0, 0.0], [1000.0, 0.0], [0.0, np.log(3)]]), 1)
    np.testing.assert_allclose(found, [np.log(2), 1000.0, np.log(4 / 3)])


@pytest.mark.parametrize("length", [0, 9])
def test_a_length_out_of_range_is_refused(length):
    with pytest.raises(InvalidInput, match=rf"length must be from 1 to 8\. Got {length}\."):
        SearchSettings(length=length)


@pytest.mark.parametrize("name", ["steps", "shortlist", "texts", "patience"])
def test_a_search_of_nothing_is_refused(name):
    with pytest.raises(InvalidInput, match=rf"{name} must be at least 1\. Got 0\."):
        SearchSettings(**{name: 0})


def test_fewer_starts_than_none_are_refused():
    with pytest.raises(InvalidInput, match=r"starts must be at least 0\. Got -1\."):
        SearchSettings(starts=-1)
