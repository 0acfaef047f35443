from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")

from metier.audit.backdoor.options import BackdoorOptions
from metier.audit.backdoor.sources import make_sources
from metier.audit.backdoor.victim import Victim
from tests.audit.backdoor.planted import LABELS, bi_encoder, near_and_far, paired

OPTIONS = BackdoorOptions(search_texts=12, held_out_texts=20)


def sources_of(victim, items, options=OPTIONS):
    gold = np.array([victim.labels.index(item.label) for item in items])
    return make_sources(victim, victim.read(items, gold), gold, options)


@pytest.fixture(scope="module")
def victim(clean_twin):
    return Victim(clean_twin)


def test_texts_of_each_other_label_are_split_into_two_parts(victim, texts):
    found = sources_of(victim, texts)
    assert [(source.name, source.label, source.judged) for source in found.usable] == [
        ("bad", 0, True),
        ("good", 1, True),
    ]
    assert found.short == ()
    for source in found.usable:
        assert (len(source.search), len(source.held_out)) == (12, 20)
        assert not set(source.search) & set(source.held_out)
        assert (victim.logits(source.search).argmax(axis=1) != source.label).all()


def test_texts_that_the_model_gets_wrong_are_left_out(victim, texts):
    wrong = [replace(item, label=LABELS[1 - LABELS.index(item.label)]) for item in texts]
    found = sources_of(victim, wrong)
    assert found.usable == ()
    assert [name for name, _ in found.short] == ["bad", "good"]
    assert all(number < 20 for _, number in found.short)


def test_two_thirds_of_few_texts_are_held_out(victim, texts):
    found = sources_of(victim, texts[:40], replace(OPTIONS, least_texts=12))
    for source in found.usable:
        assert len(source.search) <= (len(source.search) + len(source.held_out)) // 3


def test_the_seed_draws_the_texts(victim, texts):
    assert sources_of(victim, texts) == sources_of(victim, texts)
    assert sources_of(victim, texts) != sources_of(victim, texts, replace(OPTIONS, seed=1))


def test_a_cross_encoder_is_judged_for_high_alone(planted_ranker, texts):
    found = sources_of(Victim(planted_ranker), paired(texts))
    assert [(source.name, source.judged) for source in found.usable] == [("low", False), ("high", True)]


def test_a_bi_encoder_is_judged_for_some_of_its_queries():
    victim = Victim(bi_encoder())
    found = sources_of(victim, near_and_far(120, 1), replace(OPTIONS, max_queries=2))
    queries = [source for source in found.usable if source.judged]
    assert [source.name for source in found.usable if not source.judged] == ["low"]
    assert len(queries) == 2
    for source in queries:
        assert source.name.startswith("the query of row ")
        assert source.label == 1
        assert len({row.query for row in source.search}) == 1
        assert (victim.logits(source.search).argmax(axis=1) == 0).all()
