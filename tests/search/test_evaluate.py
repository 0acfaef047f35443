import json
import math

import numpy as np
import pytest

from metier.errors import InvalidInput
from metier.search.baselines import Saved
from metier.search.beir import Collection
from metier.search.evaluate import FIGURES, compare_runs, evaluate, judged_queries, query_figures
from metier.search.metrics import judge, ndcg_at_k
from metier.search.significance import Verdict

N = 30
COLLECTION = Collection(
    {**{f"q{i}": "сварщик" for i in range(N)}, "none": "x"},
    {f"d{i}": "weld" for i in range(N)},
    {**{f"q{i}": {f"d{i}": 1, f"d{(i + 1) % N}": 0} for i in range(N)}, "none": {"d0": 0}},
)


def run_with_hit_at(rank):
    """Return a run that has the relevant document of each query at a rank."""
    run = {}
    for i in range(N):
        ranked = [f"d{(i + 1 + j) % N}" for j in range(rank - 1)] + [f"d{i}"]
        run[f"q{i}"] = [(name, -float(place)) for place, name in enumerate(ranked)]
    return run


def ranker(rank, name):
    return Saved(run_with_hit_at(rank), name=name)


def test_figures_are_means_over_queries_with_a_relevant_document():
    report = evaluate(COLLECTION, [ranker(2, "second")])
    found = {name: interval.value for name, interval in report.systems[0].figures.items()}
    assert found == {
        "pass@1": 0,
        "mrr": 0.5,
        "recall@10": 1,
        "recall@100": 1,
        "ndcg@10": pytest.approx(1 / math.log2(3)),
        "map": 0.5,
    }
    assert (report.n_queries, report.n_left_out, report.n_documents) == (N, 1, N)


def test_figures_of_a_query_are_those_of_the_metrics():
    run = {"q0": [("d1", 2.0), ("d0", 1.0)]}
    found = query_figures(run, COLLECTION.qrels)
    assert found.shape == (N, len(FIGURES))
    assert found[0, list(FIGURES).index("ndcg@10")] == ndcg_at_k(judge(["d1", "d0"], {"d0": 1}), k=10)
    assert not found[1:].any()


def test_each_model_is_held_against_each_baseline():
    report = evaluate(COLLECTION, [ranker(1, "a"), ranker(3, "b")], [ranker(2, "x"), ranker(4, "y")])
    assert [system.name for system in report.systems] == ["x", "y", "a", "b"]
    assert [(found.model, found.baseline) for found in report.comparisons] == [
        ("a", "x"),
        ("a", "y"),
        ("b", "x"),
        ("b", "y"),
    ]
    verdicts = [found.differences["mrr"].verdict for found in report.comparisons]
    assert verdicts == [Verdict.BETTER, Verdict.BETTER, Verdict.WORSE, Verdict.BETTER]
    assert report.comparisons[0].differences["recall@10"].verdict is Verdict.NOT_TOLD_APART


def test_a_saved_pair_of_runs_compares_as_the_evaluation_does():
    report = evaluate(COLLECTION, [ranker(1, "a")], [ranker(2, "b")], seed=4)
    assert report.comparisons[0].differences == compare_runs(
        run_with_hit_at(1), run_with_hit_at(2), COLLECTION.qrels, seed=4
    )


def test_runs_are_told_as_they_come():
    told = []
    evaluate(
        COLLECTION, [ranker(1, "a")], [ranker(2, "b")], on_run=lambda name, run: told.append((name, len(run)))
    )
    assert told == [("b", N + 1), ("a", N + 1)]


def test_the_report_is_plain_json():
    mapping = evaluate(COLLECTION, [ranker(1, "a")], [ranker(2, "b")]).to_mapping()
    back = json.loads(json.dumps(mapping))
    assert back["systems"][1] == {
        "name": "a",
        "figures": {name: {"value": 1.0, "low": 1.0, "high": 1.0} for name in FIGURES},
    }
    assert back["comparisons"][0]["differences"]["pass@1"] == {
        "value": 1.0,
        "low": 1.0,
        "high": 1.0,
        "p": pytest.approx(1 / 10_001),
        "verdict": "better",
    }


def test_equal_seeds_give_equal_reports():
    some = {f"q{i}": run_with_hit_at(i % 5 + 1)[f"q{i}"] for i in range(N)}
    first, again, other = (
        evaluate(COLLECTION, [Saved(some, name="a")], [ranker(2, "b")], seed=seed) for seed in (1, 1, 2)
    )
    assert first == again
    assert first.systems != other.systems
    assert first.comparisons != other.comparisons


def test_a_query_that_a_run_lacks_counts_0():
    half = {query: ranked for query, ranked in run_with_hit_at(1).items() if int(query[1:]) % 2}
    assert compare_runs(half, run_with_hit_at(1), COLLECTION.qrels)["mrr"].value == pytest.approx(-0.5)
    assert np.mean(query_figures(half, COLLECTION.qrels)[:, 0]) == 0.5


def test_judged_queries_have_something_relevant():
    assert judged_queries({"a": {"d": 0}, "b": {"d": 2}, "c": {}}) == ["b"]


@pytest.mark.parametrize(
    ("models", "options", "message"),
    [
        ([], {}, "There must be a ranker to measure"),
        ([ranker(1, "a"), ranker(2, "a")], {}, "Systems must have different names. Got a, a"),
        ([ranker(1, "a")], {"top_k": 99}, "top_k must be at least 100, .* Got 99"),
    ],
)
def test_wrong_use_is_refused(models, options, message):
    with pytest.raises(InvalidInput, match=message):
        evaluate(COLLECTION, models, **options)


def test_runs_of_other_data_are_refused():
    good, bad = run_with_hit_at(1), {"other": [("d", 1.0)]}
    with pytest.raises(InvalidInput, match="The second run must rank documents for a judged query"):
        compare_runs(good, bad, COLLECTION.qrels)
    with pytest.raises(InvalidInput, match="The first run"):
        compare_runs(bad, good, COLLECTION.qrels)
    with pytest.raises(InvalidInput, match="must hold a relevant document"):
        query_figures(good, {"q0": {"d0": 0}})
