from dataclasses import replace

import pytest

from metier.audit.decisions.moves import (
    Move,
    Standing,
    move_checks,
    move_findings,
    move_tables,
    summarise_moves,
)
from metier.errors import InvalidInput
from metier.scans import Outcome
from metier.types import Severity

HERE = Standing(coverage=0.5, similarity=0.3, level=2.0, told="middle", rank=3, exposure=0.5)


def move(document="a", trait="name", *, masked=True, seen=False, **after):
    return Move(document, trait, masked, "british-female", False, seen, HERE, replace(HERE, **after))


def test_swaps_that_move_nothing_pass():
    moves = [move(name) for name in "abc"]
    (row,) = summarise_moves(moves)
    assert (row.swaps, row.documents, row.beyond, row.most_places) == (3, 3, 0, 0)
    assert (row.moved.value, row.coverage.value, row.exposure.value) == (0, 0, 0)
    assert row.moved.high > 0.5
    assert move_findings(moves) == ()
    assert move_checks(["name"], [row], [])[0].outcome is Outcome.PASSED


@pytest.mark.parametrize("after", [{"coverage": 0.6}, {"similarity": 0.32}, {"level": 2.1}, {"level": None}])
def test_a_masked_fact_that_moves_a_score_is_an_error(after):
    moves = [move("a"), move("b", **after)]
    (finding,) = move_findings(moves)
    assert (finding.code, finding.severity, finding.where) == ("swap-moves-score", Severity.ERROR, "name")
    assert finding.message.startswith("1 of 2 swaps of name")
    assert ": b." in finding.message
    assert move_checks(["name"], summarise_moves(moves), [finding])[0].outcome is Outcome.FAILED


def test_a_masked_fact_that_a_score_sees_is_a_warning():
    (finding,) = move_findings([move(seen=True)])
    assert (finding.code, finding.severity) == ("swap-seen", Severity.WARNING)


def test_what_is_not_masked_may_move_nearness_but_not_the_decision():
    assert move_findings([move(trait="city", masked=False, seen=True, similarity=0.4, level=2.2)]) == ()
    for after in ({"rank": 4}, {"told": "senior"}, {"coverage": 0.55}):
        (finding,) = move_findings([move(trait="city", masked=False, **after)])
        assert (finding.code, finding.severity) == ("swap-moves-decision", Severity.WARNING)
        assert (
            move_checks(["city"], summarise_moves([move(trait="city")]), [finding])[0].outcome is Outcome.OPEN
        )


def test_moves_within_the_bound_are_no_finding():
    assert move_findings([move(coverage=0.505)]) == ()
    assert move_findings([move(coverage=0.505)], bound=0) != ()


def test_places_and_levels_are_counted():
    (row,) = summarise_moves([move("a"), move("b", rank=7, exposure=0.3, told="senior", level=2.6)])
    assert (row.most_places, row.other_place.value, row.other_level.value) == (4, 0.5, 0.5)
    assert row.exposure.value == pytest.approx(0.1)
    assert row.level.value == pytest.approx(0.3)


def test_without_levels_or_nearness_there_is_no_figure_of_them():
    bare = replace(HERE, similarity=None, level=None, told="")
    (row,) = summarise_moves([Move("a", "name", True, "x", False, False, bare, bare)])
    assert (row.similarity, row.level) == (None, None)
    many, far = move_tables([row])
    assert (many["rows"][0]["swaps"], far["rows"][0]["level"]) == (1, None)
    assert far["rows"][0]["coverage"] == {"value": 0, "low": 0, "high": 0}
    assert move_tables([]) == []


def test_one_document_gives_no_false_certainty():
    (row,) = summarise_moves([move("a"), move("a", coverage=0.9)])
    assert row.moved.low < 0.2
    assert row.moved.high > 0.8


def test_a_trait_without_swaps_was_not_checked():
    (check,) = move_checks(["birth_date"], [], [])
    assert (check.name, check.outcome) == ("swaps: birth-date", Outcome.NOT_RUN)


def test_many_documents_are_named_in_part():
    (finding,) = move_findings([move(f"cv {i}", coverage=0.9) for i in range(12)])
    assert "and 4 more" in finding.message
    assert len(finding.facts["largest"]) == 8


def test_a_bound_is_no_less_than_zero():
    with pytest.raises(InvalidInput, match="bound must be at least 0"):
        summarise_moves([], bound=-1)
    assert summarise_moves([]) == ()
