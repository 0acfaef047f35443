from dataclasses import replace
from types import SimpleNamespace

import pytest

from metier.audit.backdoor.contest import Contest
from metier.audit.backdoor.findings import (
    BackdoorIndicator,
    TriggerPattern,
    figures,
    known_finding,
    odd_findings,
    pattern_of,
    row_finding,
    searched_finding,
    share_indicator,
)
from metier.audit.backdoor.inversion import Place
from metier.audit.backdoor.row_triggers import RowTrigger
from metier.types import Severity

WORDS = {1: "one", 2: " two", 3: " "}
TOKENIZER = SimpleNamespace(decode=lambda ids: WORDS[ids[0]])
OVER = BackdoorIndicator("trigger-inversion", "good", 0.8, 0.5)


def contest(against, triggers=((1,), (1, 2), (1, 2, 3))):
    return Contest("good", Place.START, triggers, (0.7, 0.8, 0.9), against, (0.0, 0.0, 0.3))


def test_a_score_at_its_threshold_is_not_suspicious():
    assert OVER.suspicious
    assert not BackdoorIndicator("c", "s", 0.5, 0.5).suspicious


@pytest.mark.parametrize(
    ("against", "tokens"),
    [((0.9, 0.95, 1.0), ("one",)), ((0.1, 0.95, 1.0), ("one", "two")), ((0, 0, 0), ("one",))],
)
def test_a_pattern_is_the_shortest_trigger_that_does_nearly_as_well(against, tokens):
    pattern = pattern_of(replace(contest(against), plain=(1.0, 1.0, 1.0)), TOKENIZER)
    assert (pattern.tokens, pattern.place, pattern.target) == (tokens, "start", "good")
    assert pattern.against == against[len(tokens) - 1]


def test_a_form_that_only_wins_against_strong_words_is_passed_over():
    pattern = pattern_of(replace(contest((1.0, 1.0, 1.0)), plain=(0.0, 0.95, 1.0)), TOKENIZER)
    assert pattern.tokens == ("one", "two")


def test_a_token_that_cannot_be_seen_is_called_by_its_number():
    assert pattern_of(contest((0, 0, 1.0)), TOKENIZER).tokens == ("one", "two", "#3")


def test_a_trigger_found_by_search_is_a_warning_with_its_words_and_shares():
    finding = searched_finding(OVER, TriggerPattern("good", "end", ("a", "b"), 0.9, 0.8))
    assert (finding.code, finding.severity, finding.where) == ("backdoor-trigger", Severity.WARNING, "good")
    assert "'a b' at the end of texts turns 90% of those of other classes to good" in finding.message
    assert "80% against the strongest words" in finding.message
    assert finding.facts["threshold"] == 0.5


def test_a_known_trigger_has_a_code_of_its_own():
    finding = known_finding(OVER, TriggerPattern("good", "any", ("cf",), 0.9, None))
    assert (finding.code, finding.severity) == ("known-trigger", Severity.ERROR)
    assert "'cf' in texts turns 90%" in finding.message
    assert "against" not in finding.message


def test_rows_that_hang_on_words_are_named_from_1_fifty_at_most():
    trigger = RowTrigger("good", ("a", "b"), tuple(range(60)), 0.95, 0.9)
    finding = row_finding(trigger, BackdoorIndicator("row-triggers", "good", 0.9, 0.5))
    assert finding.message.startswith("60 rows labelled good share a, b; without that the model gives 90%")
    assert finding.facts["rows"] == list(range(1, 51))
    assert (finding.facts["number"], finding.facts["purity"], finding.facts["words"]) == (
        60,
        0.95,
        ["a", "b"],
    )


def test_letters_that_cannot_be_told_from_others_are_shown_by_number():
    trigger = RowTrigger("good", ("c\u0430t", "\u0430", "\u200b", "?!"), (0, 1), 1.0, 1.0)
    message = row_finding(trigger, BackdoorIndicator("row-triggers", "good", 1.0, 0.5)).message
    assert "share c\u0430t, U+0430, U+200B, ?!; without" in message


def test_few_odd_texts_are_information_and_many_a_warning():
    few, many = (share_indicator("onion", range(number), 200, 0.02) for number in (4, 60))
    assert few.score < 4 / 200 < 60 / 200
    assert many.score < 60 / 200
    (information,) = odd_findings(few, range(4), 200)
    (warning,) = odd_findings(many, range(60), 200)
    assert (information.severity, warning.severity) == (Severity.INFO, Severity.WARNING)
    assert information.facts["rows"] == [1, 2, 3, 4]
    assert (len(warning.facts["rows"]), warning.facts["number"]) == (50, 60)
    assert "clean texts may give as many" in information.message
    assert odd_findings(few, [], 200) == []


def test_steady_texts_are_told_in_their_own_words():
    (finding,) = odd_findings(share_indicator("strip", range(60), 200, 0.02), range(60), 200)
    assert "60 of 200 suspect texts keep their class whatever other text is mixed in" in finding.message


def test_figures_hold_each_indicator_and_a_chart_of_each_check_that_ran():
    found = figures([contest((0.3, 0.6, 0.9))], [OVER], 0.8, 120)
    assert (found["inputs"], found["mean recall"]) == (120, 0.8)
    indicators, searched = (table["rows"] for table in found["tables"])
    assert indicators[0]["suspicious"] is True
    assert searched[0]["strength"] == pytest.approx(0.5)
    assert (searched[0]["turns"], searched[0]["random tokens"]) == (0.9, 0.3)
    (chart,) = found["charts"]
    assert (chart["rows"], chart["reference"]) == ([{"name": "good", "value": 0.8}], 0.5)


def test_a_chart_has_a_line_only_where_all_thresholds_are_the_same():
    other = BackdoorIndicator("trigger-inversion", "bad", 0.1, 0.9)
    assert figures([], [OVER, other], 0.8, 120)["charts"][0]["reference"] is None


def test_figures_of_nothing_have_no_charts():
    found = figures([], [], 0.5, 2)
    assert found["charts"] == found["tables"] == []
