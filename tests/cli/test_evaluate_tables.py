import json

from metier.cli.evaluate_tables import evaluation_table
from tests.report.test_evaluation import CONTENT


def test_the_table_shows_scores_with_differences_and_what_was_left_out():
    text = evaluation_table(CONTENT)
    for words in (
        "39.4",
        "5,123",
        "vacancies",
        "MRR",
        "1,040",
        "0.500",
        "0.400–0.600",
        "+0.200 (+0.100–+0.300) ▲",
        "paired difference to base",
        "links is left out: torch is not installed.",
    ):
        assert words in text


def test_one_model_has_no_differences():
    content = {**CONTENT, "models": CONTENT["models"][:1], "skipped": {}}
    assert "paired" not in evaluation_table(content)


def test_what_is_not_defined_has_a_mark():
    content = json.loads(json.dumps(CONTENT))
    content["sets"] = []
    content["models"][0]["mean"] = None
    content["models"][1]["mean"] = {
        "value": None,
        "low": None,
        "high": None,
        "difference": None,
        "verdict": None,
    }
    assert "?–?" in evaluation_table(content)


def test_a_difference_of_0_has_no_sign():
    content = json.loads(json.dumps(CONTENT))
    found = content["sets"][0]["figures"]["mine"]["mrr"]
    found["difference"] = {"value": -0.0001, "low": -0.05, "high": 0.0}
    assert "0.000 (-0.050–0.000)" in evaluation_table(content)
    assert "+0.000" not in evaluation_table(content)
