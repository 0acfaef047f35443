import json

import numpy as np
import pytest

from metier.errors import InvalidInput, NotFound
from metier.skills.evaluate_classifier import (
    COMPARED,
    Costs,
    Predictions,
    differences,
    draw_pictures,
    predict_pairs,
    report,
    shown_precision,
)
from metier.skills.lexical_classifier import LexicalClassifier
from metier.skills.negatives import LabelledPair
from tests.skills.taxonomies import small_taxonomy

TAXONOMY = small_taxonomy()
PAIRS = [
    LabelledPair("Django at work", "django", 1.0),
    LabelledPair("Django at work", "python", 0.5),
    LabelledPair("Java", "java", 1.0),
    LabelledPair("Django at work", "java", 0.0),
    LabelledPair("Java", "python", 0.5),
]


def predicted(**more):
    return predict_pairs(LexicalClassifier(TAXONOMY), PAIRS, TAXONOMY, **more)


def test_each_pair_gets_its_own_answer_whatever_the_order():
    found = predicted()
    assert found.gold.tolist() == [2, 1, 2, 0, 1]
    assert found.probabilities.argmax(axis=1).tolist() == [2, 1, 2, 0, 0]
    assert found.groups.tolist() == [0, 0, 1, 0, 1]
    assert found.n_texts == 2
    assert found.costs.seconds.sum() == pytest.approx(found.seconds)


def test_every_text_is_told_once():
    told = []
    predicted(on_text=lambda: told.append(1))
    assert len(told) == 2


def test_every_figure_but_the_counts_has_an_interval():
    found = report(predicted())
    named = {"macro_f1", "accuracy", "calibration_error", "average_precision"}
    named |= {"seconds_per_text", "passes_per_text", "microseconds_per_pair"}
    scores = {
        f"{score}_{kind}"
        for score in ("precision", "recall", "f1")
        for kind in ("none", "implicit", "explicit")
    }
    assert set(found["intervals"]) == named | scores
    for name in named:
        low, high = found["intervals"][name]
        assert low <= high
    assert found["classes"]["implicit"] == {
        "precision": 1.0,
        "recall": 0.5,
        "f1": pytest.approx(2 / 3),
        "support": 2,
    }
    assert found["confusion"] == [[1, 0, 0], [1, 1, 0], [0, 0, 2]]
    assert report(predicted())["intervals"]["macro_f1"] == found["intervals"]["macro_f1"]


def test_a_report_is_json_even_where_nothing_is_shown():
    rows = np.eye(3)[[0, 0]]
    found = report(Predictions(np.zeros(2, np.int64), rows, np.arange(2), 1.0, 2))
    assert found["average_precision"] is None
    assert found["intervals"]["recall_explicit"] is None
    assert "seconds_per_text" not in found["intervals"]
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_a_part_keeps_its_pairs():
    whole = predicted()
    part = whole.part(whole.gold > 0)
    assert len(part.gold) == 4
    assert part.costs is None


def test_a_model_does_not_differ_from_itself():
    first = predicted()
    assert set(differences(first, first)) == set(COMPARED)
    assert differences(first, first)["macro_f1"] == [0.0, 0.0, 0.0]


def test_a_better_model_is_told_apart():
    random = np.random.default_rng(0)
    gold = random.integers(0, 3, 300)
    groups = np.arange(300)
    good = np.eye(3)[gold] * 0.8 + 0.2 / 3
    bad = np.eye(3)[random.integers(0, 3, 300)] * 0.8 + 0.2 / 3
    found = differences(Predictions(gold, good, groups, 1.0, 1), Predictions(gold, bad, groups, 1.0, 1))[
        "macro_f1"
    ]
    assert 0 < found[1] <= found[0] <= found[2]


def test_other_pairs_are_not_compared():
    whole = predicted()
    with pytest.raises(InvalidInput, match="same pairs in the same order"):
        differences(whole, whole.part(whole.gold > 0))


def test_pairs_that_cannot_be_measured_are_refused():
    model = LexicalClassifier(TAXONOMY)
    with pytest.raises(InvalidInput, match="at least one labelled pair"):
        predict_pairs(model, [], TAXONOMY)
    with pytest.raises(InvalidInput, match="Got 'java' twice"):
        predict_pairs(model, [PAIRS[2], PAIRS[2]], TAXONOMY)
    with pytest.raises(NotFound, match="no skill 'cobol'"):
        predict_pairs(model, [LabelledPair("x", "cobol", 1.0)], TAXONOMY)


def test_shown_precision_counts_both_kinds_as_shown():
    # Three right ones first; then one of two equals is right: (3 * 1 + 4 / 5) / 4.
    assert shown_precision(predicted()) == pytest.approx(0.95)


def test_costs_vary_over_texts():
    found = Predictions(
        np.array([0, 2, 1]),
        np.eye(3)[[0, 2, 1]],
        np.arange(3),
        6.0,
        3,
        Costs(np.array([1.0, 2.0, 3.0]), np.ones(3)),
    )
    intervals = report(found)["intervals"]
    assert intervals["seconds_per_text"][0] < 2.0 < intervals["seconds_per_text"][1]
    assert intervals["passes_per_text"] == [1.0, 1.0]


def test_pictures_are_drawn(tmp_path):
    pytest.importorskip("matplotlib")
    draw_pictures(predicted(), tmp_path / "pictures")
    assert sorted(path.name for path in (tmp_path / "pictures").iterdir()) == [
        "confusion.svg",
        "reliability.svg",
    ]
