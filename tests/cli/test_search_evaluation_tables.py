from metier.cli.search_evaluation_tables import report_table
from metier.search.baselines import Saved
from metier.search.beir import Collection
from metier.search.evaluate import evaluate

COLLECTION = Collection(
    {**{f"q{i}": "x" for i in range(9)}, "none": "y"},
    {"a": "x", "b": "y"},
    {**{f"q{i}": {"a": 1} for i in range(9)}, "none": {"a": 0}},
)


def system(name, *ranked):
    return Saved({f"q{i}": [(document, 1.0) for document in ranked] for i in range(9)}, name=name)


def words(report):
    return " ".join(report_table(report).split())


def test_each_system_has_a_row_with_intervals():
    shown = report_table(evaluate(COLLECTION, [system("mine", "b", "a")]))
    assert "9 queries, 2 documents, rankings of 1,000" in shown
    assert "1 queries for which nothing is relevant are left out" in " ".join(shown.split())
    assert all(name in shown for name in ("pass@1", "MRR", "recall@10", "recall@100", "nDCG@10", "MAP"))
    row = next(line for line in shown.splitlines() if "mine" in line)
    assert row.split() == ["mine", "0.000", "0.500", "1.000", "1.000", "0.631", "0.500"]
    assert "0.500–0.500" in shown
    assert "Paired differences" not in shown


def test_differences_say_whether_systems_can_be_told_apart():
    report = evaluate(COLLECTION, [system("mine", "a", "b")], [system("old", "b", "a")])
    shown = words(report)
    assert "mine old pass@1 +1.000 +1.000 – +1.000" in shown
    assert "yes, better" in shown
    assert "recall@10 +0.000 +0.000 – +0.000 1.0000 no" in shown
    turned = words(evaluate(COLLECTION, [system("old", "b", "a")], [system("mine", "a", "b")]))
    assert "yes, worse" in turned


def test_lines_fit_a_page():
    report = evaluate(COLLECTION, [system("a-model+bm25", "a")], [system("char-tfidf", "b", "a")])
    assert max(map(len, report_table(report).splitlines())) <= 120


def test_what_rounds_to_0_is_not_negative():
    system_of = {f"q{i}": [("a", 1.0)] for i in range(9)}
    report = evaluate(COLLECTION, [Saved(system_of, name="a")], [Saved(system_of, name="b")])
    assert "-0.000" not in report_table(report)
