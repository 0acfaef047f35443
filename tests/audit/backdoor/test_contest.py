from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")

from metier.audit.backdoor.contest import Contest, contests
from metier.audit.backdoor.inversion import Inverter, Place, SearchSettings
from metier.audit.backdoor.options import BackdoorOptions
from metier.audit.backdoor.sources import make_sources
from metier.audit.backdoor.victim import Victim
from tests.audit.backdoor.planted import LABELS, TRIGGER

SETTINGS = SearchSettings(length=3, starts=20, steps=5, shortlist=4, texts=6)


def prepared(network, texts):
    victim = Victim(network)
    gold = np.array([LABELS.index(item.label) for item in texts])
    options = BackdoorOptions(search_texts=12, held_out_texts=20)
    sources = make_sources(victim, victim.read(texts, gold), gold, options).usable
    return Inverter(victim, victim.usable_tokens(), SETTINGS, lambda: None, 0), sources


def test_strength_is_the_mean_over_all_lengths_of_what_goes_beyond_random_tokens():
    found = Contest("good", Place.END, ((1,), (1, 2)), (1.0, 1.0), (0.4, 0.8), (0.6, 0.0))
    assert found.strength == pytest.approx(0.4)


def test_a_planted_trigger_wins_against_the_strongest_words_and_others_do_not(planted, texts):
    inverter, sources = prepared(planted, texts)
    found = contests(inverter, sources)
    assert [(c.target, c.place) for c in found] == [(label, place) for label in LABELS for place in Place]
    best = max(found, key=lambda contest: contest.strength)
    (trigger,) = planted.tokenizer.convert_tokens_to_ids([TRIGGER])
    assert best.target == "good"
    assert best.triggers[0] == (trigger,)
    assert best.against[-1] > 0.9
    # Of a hundred tokens some random draws hold the trigger, so its strength is less.
    assert best.strength > 0.5 > 0.2 > max(c.strength for c in found if c.target == "bad")
    assert all(len(c.triggers) == len(c.plain) == len(c.against) == len(c.random) == 3 for c in found)


def test_words_of_a_clean_twin_do_not_win(clean_twin, texts):
    assert max(contest.strength for contest in contests(*prepared(clean_twin, texts))) < 0.5


def test_a_target_that_is_not_judged_only_stands_against_others(clean_twin, texts):
    inverter, (bad, good) = prepared(clean_twin, texts)
    found = contests(inverter, (replace(bad, judged=False), good))
    assert {contest.target for contest in found} == {"good"}
