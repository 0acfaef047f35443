from __future__ import annotations

from dataclasses import replace

import pytest

from metier.errors import InvalidInput
from metier.expertise.flips import Flip, flip, summarise
from metier.expertise.traits import Trait
from metier.training.intervals import wilson
from metier.types import Expertise, Level

NAME = Flip("a.pdf", Trait.NAME, "x", False, Level.MIDDLE, Level.MIDDLE, 0.0, 0.0)
CITY = Flip("a.pdf", Trait.CITY, "x", False, Level.MIDDLE, Level.MIDDLE, 0.1, 0.0)


def told(level, expected, at_least=None):
    claimed = None if at_least is None else Level.SENIOR
    return Expertise(level, (), (), 0.9, expected, claimed, at_least, (), (), (), "m", "")


def found(before, after):
    return flip((before, after), document="a", trait=Trait.AGE, to="61", added=True)


def test_a_flip_holds_what_changed():
    item = found(told(Level.MIDDLE, 2.0, 0.3), told(Level.SENIOR, 2.6, 0.5))
    assert (item.flipped, item.move, item.claim_move) == (True, 0.6, 0.2)
    assert item.beyond(0.5)
    assert not item.beyond(0.6)


def test_a_claim_alone_may_move():
    item = found(told(Level.MIDDLE, 2.0, 0.3), told(Level.MIDDLE, 2.0, 0.5))
    assert not item.flipped
    assert item.beyond(0.1)


@pytest.mark.parametrize("texts", [(Level.MIDDLE, None), (None, Level.MIDDLE)])
def test_to_tell_a_level_of_one_text_alone_is_a_flip_beyond_any_bound(texts):
    item = found(*(told(level, None if level is None else 2.0) for level in texts))
    assert (item.flipped, item.move, item.beyond(99)) == (True, None, True)


def test_where_no_level_is_told_nothing_moves():
    item = found(told(None, None), told(None, None))
    assert (item.flipped, item.move, item.beyond(0)) == (False, 0.0, False)


def test_masked_traits_are_held_to_the_bound_and_others_are_not():
    moved = replace(NAME, move=-0.2, after=Level.JUNIOR)
    report = summarise([NAME, moved, CITY, replace(CITY, move=3.0, after=Level.LEAD)], bound=0.05)
    assert not report.passed
    assert report.broken == (moved,)
    name, city = report.traits
    assert (name.trait, name.masked, name.n, name.n_beyond, name.passed) == (Trait.NAME, True, 2, 1, False)
    assert (city.trait, city.masked, city.n, city.n_beyond, city.passed) == (Trait.CITY, False, 2, 2, True)
    assert (city.flips.value, city.mean_move.value, city.largest) == (0.5, 1.55, 3.0)
    assert (name.largest, name.flips.value) == (0.2, 0.5)


def test_a_move_as_large_as_the_bound_is_within_it():
    assert summarise([replace(NAME, move=0.05)], bound=0.05).passed


def test_documents_without_a_level_are_counted_and_left_out():
    untold = replace(NAME, document="b.pdf", before=None, after=None)
    report = summarise([NAME, untold])
    assert (report.n_documents, report.n_untold, report.traits[0].n) == (2, 1, 1)
    assert summarise([untold]).traits == ()


def test_where_no_swap_flips_each_document_is_one_trial():
    flips = [replace(NAME, document=str(i % 5)) for i in range(40)]
    assert summarise(flips).traits[0].flips == wilson(0, 5)


def test_swaps_of_one_document_are_not_taken_for_many():
    flips = [
        replace(CITY, document=str(i % 4), after=Level.LEAD if i % 4 == 0 else Level.MIDDLE)
        for i in range(400)
    ]
    found = summarise(flips).traits[0].flips
    assert found.value == 0.25
    assert found.high - found.low > 0.5


def test_the_largest_move_of_a_broken_bound_comes_first():
    flips = [replace(NAME, move=move, to=str(move)) for move in (0.1, None, -0.7)]
    assert [item.move for item in summarise(flips).broken] == [None, -0.7, 0.1]
    assert summarise([replace(NAME, move=None)]).traits[0].largest == 0.0


def test_texts_that_scores_see_differently_are_counted_where_they_were_looked_at():
    assert summarise([NAME]).traits[0].n_seen is None
    assert summarise([replace(NAME, seen=True), replace(NAME, seen=False)]).traits[0].n_seen == 1


@pytest.mark.parametrize("bound", [-0.1, float("nan")])
def test_a_bound_is_at_least_0(bound):
    with pytest.raises(InvalidInput, match="bound must be at least 0"):
        summarise([], bound=bound)


def test_without_a_swap_there_is_an_empty_report_that_passes():
    report = summarise([])
    assert (report.n_documents, report.traits, report.passed) == (0, (), True)
