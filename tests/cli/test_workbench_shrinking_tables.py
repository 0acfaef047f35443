import json

from metier.cli.workbench_shrinking_tables import difference_lines, render_comparison
from metier.training.intervals import Interval
from metier.workbench.shrinking.comparison import Bound, Comparison, Measure, Side
from metier.workbench.shrinking.differences import Differences

FOUND = Differences(40, 900, 30, 0.0123, 0.99, 0.9, 40, 2)
COMPARISON = Comparison(
    name="small",
    before=Side("float32", 4_000_000, 1000.0, {"macro_f1": Interval(0.9, 0.8, 0.95)}),
    after=Side("int8", 1_000_000, 2500.0, {"macro_f1": Interval(0.88, 0.78, 0.94)}),
    differences=FOUND,
    bound=Bound(Measure.DECISIONS, 0.1),
    score="macro_f1",
    n_labelled=40,
    notes={"inputs": ["a", "b"], "tokens_per_word_before": 1.23456},
)


def test_a_table_has_size_speed_figures_and_differences():
    lines = [" ".join(line.split()) for line in render_comparison(COMPARISON, as_json=False).splitlines()]
    assert [line for line in lines if line.strip("─")] == [
        "float32 int8 Ratio",
        "Size 4.00 MB 1.00 MB 0.25",
        "Tokens per second of one thread 1,000 2,500 2.50",
        "Macro f1 0.900 (0.800 to 0.950) 0.880 (0.780 to 0.940)",
        "Compared on 40 rows of 900 tokens.",
        "Rows that are segmented otherwise: 10 (25.0%).",
        "Largest difference of an output: 0.0123, on the 30 that are segmented as before.",
        "Cosine of outputs: 0.99000 on average, 0.90000 at least.",
        "Decisions that change: 2 of 40 (5.0%).",
        "Inputs: a, b.",
        "Tokens per word before: 1.235.",
        "Figures on 40 labelled rows, with 95 % intervals.",
    ]


def test_json_holds_all_of_it_in_one_line():
    text = render_comparison(COMPARISON, as_json=True)
    record = json.loads(text)
    assert text.count("\n") == 1
    assert (record["speed_ratio"], record["size_ratio"]) == (2.5, 0.25)
    assert record["bound"]["measured"] == record["differences"]["changed_share"] == 0.05


def test_what_was_not_measured_is_left_out():
    assert difference_lines(Differences(3, 9, 3, 0.0, None, None, 0, 0)) == [
        "Compared on 3 rows of 9 tokens.",
        "Largest difference of an output: 0.",
    ]
