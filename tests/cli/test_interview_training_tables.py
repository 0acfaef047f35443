import numpy as np

from metier.cli.interview_training_tables import report_table, seeds_table
from metier.interview.evaluation import measure_choices


def report(cosines):
    right = np.eye(len(cosines), dtype=bool)
    return measure_choices(
        np.array(cosines), right, rows=range(2, 2 + len(cosines)), candidates=["[b]one", "two, more"]
    )


def test_figures_and_wrong_choices_stand_in_the_table():
    shown = report_table(report([[0.9, 0.2], [0.65, 0.5]]))
    assert "1/2 0.500" in shown
    (line,) = [line.split() for line in shown.splitlines() if "two, more" in line]
    assert line == ["3", "two,", "more", "0.5000", "[b]one", "0.6500"]
    assert "1 of 2 choices are wrong." in shown


def test_a_report_without_wrong_choices_says_so():
    shown = report_table(report([[0.9, 0.2], [0.1, 0.5]]))
    assert "No wrong choice." in shown
    assert "Wrong choices" not in shown


def test_equal_cosines_have_no_correlation_to_show():
    figures = report_table(report([[0.5, 0.5], [0.5, 0.5]])).splitlines()
    assert any(line.split()[-1:] == ["-"] for line in figures)


def test_each_run_has_a_row():
    shown = seeds_table(
        {"seed-0": report([[0.9, 0.2], [0.1, 0.5]]), "seed-1": report([[0.1, 0.2], [0.1, 0.5]])}
    )
    assert [line.split()[0] for line in shown.splitlines() if "seed-" in line] == ["seed-0", "seed-1"]
