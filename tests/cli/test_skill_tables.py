import csv
import io
import json

import pytest

from metier.cli.skill_tables import data_sentence, render_comparison, render_report, render_side_by_side
from metier.skills.evaluate_classifier import differences, predict_pairs, report
from metier.skills.lexical_classifier import LexicalClassifier
from metier.skills.negatives import LabelledPair
from metier.types import EvidenceLabel, Quote, SkillEvidence, Span
from tests.skills.taxonomies import small_taxonomy

TAXONOMY = small_taxonomy()
PAIRS = [
    LabelledPair("Django at work", "django", 1.0),
    LabelledPair("Django at work", "java", 0.0),
    LabelledPair("Java", "java", 1.0),
]
PREDICTIONS = predict_pairs(LexicalClassifier(TAXONOMY), PAIRS, TAXONOMY)
DATA = {"texts": 2, "pairs": 3, "sampled_texts": 1, "sampled_pairs": 2, "ratio": 4, "seed": 7}
REPORT = {
    "model": {"name": "mine", "architecture": "lexical", "sha256": ""},
    "data": DATA,
    **report(PREDICTIONS),
}


def test_a_report_is_one_json_object():
    assert json.loads(render_report(REPORT, "json"))["macro_f1"] == 1.0


def test_a_report_is_a_table_with_intervals_and_how_negatives_came_about():
    text = render_report(REPORT, "table")
    for words in ("mine (lexical)", "macro-F1", "1.0000 to 1.0000", "were sampled (ratio 4, seed 7)"):
        assert words in " ".join(text.split())
    assert "precision implicit" in text


def test_a_report_is_csv_with_a_row_for_each_figure():
    rows = {row["figure"]: row for row in csv.DictReader(io.StringIO(render_report(REPORT, "csv")))}
    assert rows["recall_explicit"] == {
        "figure": "recall_explicit",
        "value": "1.0",
        "low": "1.0",
        "high": "1.0",
        "support": "2",
    }
    assert {"macro_f1", "calibration_error", "seconds_per_text", "passes_per_text"} <= rows.keys()


def test_complete_data_says_so():
    assert data_sentence({**DATA, "sampled_texts": 0}).endswith("asked of every text.")


COMPARISON = {
    "data": {
        "measured_pairs": 3,
        "measured_texts": 2,
        "texts_with_sampled_negatives": 0,
        "sampled_negatives": 0,
        "ratio": 4,
        "seed": 0,
    },
    "models": {"lexical": report(PREDICTIONS), "pairwise": report(PREDICTIONS)},
    "differences": [
        {"first": "pairwise", "second": "lexical", **differences(PREDICTIONS, PREDICTIONS)},
        {
            "first": "better",
            "second": "worse",
            "macro_f1": [0.2, 0.1, 0.3],
            "average_precision": None,
            "calibration_error": [-0.1, -0.2, 0.1],
        },
    ],
}


def test_a_comparison_marks_differences_that_tell_models_apart():
    lines = render_comparison(COMPARISON, "table").splitlines()
    (same,) = [line for line in lines if "pairwise less lexical" in line]
    assert "*" not in same
    (other,) = [line for line in lines if "better less worse" in line]
    assert "+0.200 (+0.100 to +0.300) *" in other
    assert "-0.100 (-0.200 to +0.100)" in other
    assert json.loads(render_comparison(COMPARISON, "json")) == json.loads(json.dumps(COMPARISON))


def evidence(skill, label=EvidenceLabel.EXPLICIT, quotes=()):
    return SkillEvidence(skill, skill.title(), label, 0.9, tuple(quotes), "Because.")


ANSWERS = {
    "pairwise (a)": [evidence("java")],
    "label-attention (b)": [
        evidence("java", quotes=[Quote(Span(0, 4), "Java")]),
        evidence("python", EvidenceLabel.IMPLICIT),
    ],
}


def test_answers_stand_side_by_side():
    text = render_side_by_side(ANSWERS, "table")
    (java,) = [line for line in text.splitlines() if line.strip().startswith("Java")]
    assert "explicit 0.90 " in java
    assert "explicit 0.90: Java" in java
    (python,) = [line for line in text.splitlines() if line.strip().startswith("Python")]
    assert "-" in python
    assert "implicit" in python


@pytest.mark.parametrize("chosen", ["json", "csv"])
def test_answers_for_programs_name_their_model(chosen):
    text = render_side_by_side(ANSWERS, chosen)
    rows = (
        [json.loads(line) for line in text.splitlines()]
        if chosen == "json"
        else list(csv.DictReader(io.StringIO(text)))
    )
    assert [(row["model"], row["skill"]) for row in rows] == [
        ("pairwise (a)", "java"),
        ("label-attention (b)", "java"),
        ("label-attention (b)", "python"),
    ]


def test_no_answer_is_said():
    assert "No model says" in render_side_by_side({"a": [], "b": []}, "table")
    assert render_side_by_side({"a": []}, "json") == ""
