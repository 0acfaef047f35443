import numpy as np
import pytest

from metier.audit.labelled_texts import LabelledText
from metier.audit.membership.blind import Blind, blind_scores
from metier.audit.roc import auroc
from metier.errors import InvalidInput
from tests.audit.membership.stand_ins import rows


def areas(members, others, groups=None, **more):
    owners = np.arange(len(members) + len(others)) if groups is None else groups
    found = blind_scores(members, others, owners, **more)
    return {kind: auroc(scores.members, scores.non_members) for kind, scores in found.items()}


def with_words(found, words):
    return [LabelledText(f"{row.text} {words}", row.label) for row in found]


def test_texts_of_one_kind_are_not_told_apart():
    found = areas(rows(200), rows(200, seed=1))
    assert set(found) == set(Blind)
    assert max(found.values()) < 0.6


def test_a_word_gives_members_away():
    found = areas(with_words(rows(100), "2019"), with_words(rows(100, seed=1), "2024"))
    assert found[Blind.WORDS] > 0.9
    assert found[Blind.LETTERS] > 0.9
    assert found[Blind.LENGTH] == 0.5


def test_the_length_gives_members_away_whichever_are_longer():
    long = with_words(rows(100), "x" * 20)
    assert areas(long, rows(100, seed=1))[Blind.LENGTH] == 1.0
    assert areas(rows(100, seed=1), long)[Blind.LENGTH] == 1.0


def test_the_label_gives_members_away():
    assert areas(rows(100, label="yes"), rows(100, seed=1, label="no"))[Blind.WORDS] > 0.95


def test_copies_do_not_stand_on_both_sides_of_a_fit():
    # Each text four times: with copies in the fit, every row would be told by its own words.
    members, others = rows(50) * 4, rows(50, seed=1) * 4
    groups = np.concatenate([np.tile(np.arange(50), 4), 50 + np.tile(np.arange(50), 4)])
    assert areas(members, others, groups)[Blind.WORDS] < 0.65
    assert areas(members, others)[Blind.WORDS] > 0.95


def test_the_same_seed_gives_the_same_scores():
    one, two = (blind_scores(rows(30), rows(30, seed=1), np.arange(60), seed=5) for _ in range(2))
    assert all((one[kind].members == two[kind].members).all() for kind in Blind)


def test_short_texts_are_read():
    short = [LabelledText(text) for text in "abcdef"]
    assert max(areas(short, short, np.arange(12), n_folds=3).values()) <= 1.0


def test_what_does_not_fit_is_refused():
    with pytest.raises(InvalidInput, match="at least 5 different members, and as many others. Got 4"):
        blind_scores(rows(4), rows(9, seed=1), np.arange(13))
    with pytest.raises(InvalidInput, match=r"the text of all 13 rows. Got shape \(3,\)"):
        blind_scores(rows(4), rows(9, seed=1), np.arange(3))
