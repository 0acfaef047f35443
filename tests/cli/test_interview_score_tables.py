from metier.cli.interview_score_tables import predictions_table, report_table
from metier.interview.short_answers.evaluate import ScoreFigures, ScoreReport
from metier.interview.short_answers.features import ScoreDoubt
from metier.interview.short_answers.rows import ScoreRow
from metier.interview.short_answers.scorer import ScorePrediction
from metier.training.intervals import Interval

FIGURES = {name: Interval(0.5, 0.4, 0.6) for name in ("r", "rmse", "qwk", "within_r")}


def test_a_report_shows_each_part_with_intervals():
    report = ScoreReport({"new-questions": ScoreFigures(1200, 3, FIGURES, 0.905)}, 0.9, 7, 0)
    shown = report_table(report)
    assert "new questions" in shown
    assert "1,200" in shown
    assert "0.400–0.600" in shown
    assert "90.5%" in shown
    assert "7 answers that the model learned from are left out" in " ".join(shown.split())
    assert "blank" not in shown


def test_blank_answers_are_told_of():
    assert "2 are blank" in report_table(ScoreReport({}, 0.9, 0, 2))


def test_predictions_are_shown_by_row():
    found = ScorePrediction(3.256, 2.0, 4.5, 8, (ScoreDoubt.NEGATION,))
    shown = predictions_table([ScoreRow("q", ("r",), "a", None, 17)], [found])
    assert all(words in shown for words in ("17", "3.26", "2.0–4.5", "8", "negation"))
