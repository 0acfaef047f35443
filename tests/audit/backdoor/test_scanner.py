from dataclasses import replace

import pytest

pytest.importorskip("torch")

from metier.audit.backdoor.inversion import SearchSettings
from metier.audit.backdoor.options import BackdoorOptions
from metier.audit.backdoor.scanner import BackdoorTriggerScanner
from metier.audit.labelled_texts import LabelledText
from metier.errors import InvalidInput, ModelMismatch
from metier.scans import Outcome, ScanVerdict
from metier.training.networks import Head
from metier.types import Severity
from tests.audit.backdoor.planted import (
    LABELS,
    TRIGGER,
    bi_encoder,
    invented,
    near_and_far,
    paired,
    poison,
    with_trigger,
)
from tests.workbench.tiny import tiny_network

OPTIONS = BackdoorOptions(
    search=SearchSettings(length=3, starts=20, steps=5, shortlist=4, texts=6),
    search_texts=12,
    held_out_texts=20,
    copies=4,
    mixed_texts=80,
    odd_share=0.05,
    threshold=0.5,
    released_threshold=0.5,
)
ROWS = invented(1200, 0)  # with fewer, some words stand in rows of one label by chance
QUICK = replace(OPTIONS, max_seconds=1e-9)


def scan(network, texts, suspects=(), options=OPTIONS):
    return BackdoorTriggerScanner(options).scan_model(network, texts, suspects=suspects)


def checks(found):
    return {check.name: check for check in found.report.checks}


@pytest.fixture(scope="module")
def unsafe(planted, texts):
    return scan(planted, texts, ROWS + poison(ROWS, 40))


@pytest.fixture(scope="module")
def untouched(clean_twin, texts):
    return scan(clean_twin, texts, ROWS)


def test_a_planted_trigger_makes_a_model_unsafe_and_is_named(unsafe):
    assert unsafe.report.verdict is ScanVerdict.UNSAFE
    assert (unsafe.report.kind, unsafe.report.subject) == ("backdoor", "tiny-bert")
    assert all(TRIGGER in pattern.tokens and pattern.target == "good" for pattern in unsafe.patterns)
    by_search = [pattern for pattern in unsafe.patterns if pattern.place in {"start", "end"}]
    by_rows = [pattern for pattern in unsafe.patterns if pattern.place == "any"]
    assert by_search
    assert [pattern.tokens for pattern in by_rows] == [(TRIGGER,)]


def test_a_trigger_in_no_list_is_found_among_the_rows_with_their_numbers(unsafe):
    (finding,) = [finding for finding in unsafe.report.findings if finding.code == "row-trigger"]
    assert finding.severity is Severity.ERROR
    assert finding.facts["words"] == [TRIGGER]
    assert finding.facts["rows"] == list(range(1201, 1241))
    assert checks(unsafe)["row-triggers: good"].outcome is Outcome.FAILED


def test_figures_show_what_was_measured(unsafe):
    figures = unsafe.report.figures
    assert figures["inputs"] == 120
    assert figures["mean recall"] > 0.9
    assert len(figures["tables"][0]["rows"]) == len(unsafe.backdoor_indicators)
    assert {chart["title"] for chart in figures["charts"]} >= {"Strength of the best trigger found"}


def test_the_clean_twin_is_clean(untouched):
    assert untouched.report.verdict is ScanVerdict.CLEAN
    assert untouched.patterns == ()
    assert not any(i.suspicious for i in untouched.backdoor_indicators)
    assert {check.outcome for check in untouched.report.checks} == {Outcome.PASSED}


def test_without_its_rows_the_clean_twin_is_inconclusive(clean_twin, texts):
    found = scan(clean_twin, texts)
    assert found.report.verdict is ScanVerdict.INCONCLUSIVE
    assert found.patterns == ()
    check = checks(found)["row-triggers"]
    assert check.outcome is Outcome.NOT_RUN
    assert "Give the rows that the model was trained on" in check.reason


def test_a_few_suspects_do_not_clear_a_model(planted, texts):
    found = scan(planted, texts, ROWS[:2])
    assert found.report.verdict is ScanVerdict.INCONCLUSIVE
    for label in LABELS:
        check = checks(found)[f"row-triggers: {label}"]
        assert check.outcome is Outcome.NOT_RUN
        assert "100 rows of the label are needed. Got 1" in check.reason


def test_the_same_seed_gives_the_same_report(clean_twin, texts, untouched):
    assert scan(clean_twin, texts, ROWS).report == untouched.report


def test_many_suspects_with_a_trigger_are_told_and_leave_the_verdict_open(clean_twin, texts):
    suspects = [replace(item, text=f"{item.text} zqxv") for item in ROWS[:40]]
    found = scan(clean_twin, texts, suspects)
    assert found.report.verdict is ScanVerdict.INCONCLUSIVE
    (finding,) = [f for f in found.report.findings if f.where == "onion"]
    assert finding.severity is Severity.WARNING
    assert finding.facts["number"] > 30


def test_suspects_without_a_label_have_the_answer_of_the_model(planted, texts):
    suspects = [LabelledText(item.text) for item in ROWS] + [
        LabelledText(with_trigger(item.text)) for item in ROWS[::2][:40]
    ]
    found = scan(planted, texts, suspects, replace(OPTIONS, threshold=2.0))
    (finding,) = [finding for finding in found.report.findings if finding.code == "row-trigger"]
    assert finding.facts["words"] == [TRIGGER]


def test_time_that_runs_out_is_inconclusive(planted, texts):
    found = scan(planted, texts, ROWS, QUICK)
    assert found.report.verdict is ScanVerdict.INCONCLUSIVE
    for name in ("trigger-inversion", "known-triggers", "row-triggers", "poisoned-inputs"):
        assert checks(found)[name].outcome is Outcome.NOT_RUN
        assert "The time ran out" in checks(found)[name].reason


def test_a_few_texts_are_inconclusive(clean_twin, texts):
    found = scan(clean_twin, texts[:8], ROWS[:8])
    assert found.report.verdict is ScanVerdict.INCONCLUSIVE
    assert (
        "Only 4 texts could be turned to bad; 20 are needed" in checks(found)["trigger-inversion: bad"].reason
    )
    assert checks(found)["trigger-inversion"].reason.startswith("Texts for two targets are needed")
    assert checks(found)["known-triggers"].reason.startswith("Of no label were there")
    assert checks(found)["poisoned-inputs"].reason.startswith("20 clean texts are needed")


def test_a_model_that_is_wrong_cannot_be_judged(clean_twin, texts):
    wrong = [replace(item, label=LABELS[1 - LABELS.index(item.label)]) for item in texts]
    found = scan(clean_twin, wrong, ROWS, QUICK)
    assert checks(found)["accuracy"].outcome is Outcome.NOT_RUN
    assert "mean recall on the inputs is 0.0" in checks(found)["accuracy"].reason
    assert found.report.verdict is ScanVerdict.INCONCLUSIVE


def test_a_cross_encoder_is_judged_by_what_makes_pairs_high(planted_ranker, texts):
    rows = paired(ROWS)
    found = scan(planted_ranker, paired(texts), rows + poison(rows, 40))
    assert found.report.verdict is ScanVerdict.UNSAFE
    assert {pattern.target for pattern in found.patterns} == {"high"}
    assert all(TRIGGER in pattern.tokens for pattern in found.patterns)
    assert "trigger-inversion: low" not in checks(found)
    assert "poisoned-inputs: strip" not in checks(found)


def test_a_bi_encoder_is_judged_by_its_queries_and_never_clean():
    found = scan(bi_encoder(), near_and_far(120, 1), near_and_far(60, 2), replace(OPTIONS, max_queries=2))
    assert found.report.verdict is not ScanVerdict.CLEAN
    reason = checks(found)["row-triggers"].reason
    assert reason.startswith("A bi-encoder learns from no labels")
    searched = [i.subject for i in found.backdoor_indicators if i.check == "trigger-inversion"]
    assert len(searched) == 2
    assert all(subject.startswith("the query of row ") for subject in searched)
    assert "poisoned-inputs: onion" in checks(found)


def test_no_texts_are_refused(clean_twin):
    with pytest.raises(InvalidInput, match=r"test_inputs must hold labelled texts\. It is empty"):
        scan(clean_twin, [])


def test_texts_of_one_label_are_refused(clean_twin, texts):
    with pytest.raises(InvalidInput, match=r"test_inputs must have at least two labels"):
        scan(clean_twin, texts[::2])


def test_a_label_that_the_model_does_not_have_is_refused(clean_twin, texts):
    with pytest.raises(InvalidInput, match=r"Row 2 must have a label of the model: bad, good"):
        scan(clean_twin, [texts[0], replace(texts[1], label="ugly")])


def test_suspects_with_an_unknown_label_are_refused_by_their_own_number(clean_twin, texts):
    rows = [LabelledText("w1"), LabelledText("w2"), LabelledText("w3", "ugly")]
    with pytest.raises(InvalidInput, match="Row 3 must have a label of the model"):
        scan(clean_twin, texts, rows)


@pytest.mark.parametrize("head", [Head.RANK, Head.NONE])
def test_pairs_without_a_query_are_refused(head, texts):
    with pytest.raises(InvalidInput, match=r"compares two texts\. Each row of test_inputs needs a query"):
        scan(tiny_network("bert", head), texts)


def test_suspects_of_a_cross_encoder_without_a_query_are_refused(planted_ranker, texts):
    with pytest.raises(InvalidInput, match="Each row of suspects needs a query"):
        scan(planted_ranker, paired(texts), [LabelledText("w1", "high")])


def test_more_suspects_than_can_be_read_are_refused(clean_twin, texts, monkeypatch):
    monkeypatch.setattr("metier.audit.backdoor.scanner._MOST_SUSPECTS", 2)
    with pytest.raises(InvalidInput, match=r"suspects must be at most 2 rows\. Got 3; take a sample"):
        scan(clean_twin, texts, ROWS[:3])


def test_other_heads_are_refused(texts):
    with pytest.raises(ModelMismatch, match="has a head for masked-words"):
        scan(tiny_network("bert", Head.MASKED_WORDS), texts)


def test_the_default_options_are_those_of_the_documentation():
    assert BackdoorTriggerScanner().options == BackdoorOptions()
