"""`metier interview score`: scores of short answers from 0 to 5, learned from a user's own graded ones."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from metier.cli import options
from metier.cli.skill_models import SeedOption, shipped_encoder
from metier.cli.training_progress import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metier.encoders.folder import ModelCard
    from metier.interview.short_answers.rows import Columns, ScoreRow
    from metier.interview.short_answers.scorer import ScoreModel, ScorePrediction
    from metier.interview.short_answers.texts import Readings

app = typer.Typer(
    name="score",
    no_args_is_help=True,
    help="Score short answers from 0 to 5 by what a reference answer says, as your own graders did.",
    epilog="Example: metier interview score train --data graded.csv --output mine/",
)

DataOption = Annotated[
    Path,
    typer.Option(
        help="CSV or JSON lines with question, reference, answer and, but for predict, score.", metavar="FILE"
    ),
]
ModelOption = Annotated[Path, typer.Option(help="A folder that train wrote.", metavar="DIR")]
LevelOption = Annotated[
    float, typer.Option(help="Share of cases in which an interval is to hold the graders' score.")
]
QuestionOption = Annotated[str | None, typer.Option(help="Column of the question; guessed by default.")]
ReferenceOption = Annotated[str | None, typer.Option(help="Column of the reference; guessed by default.")]
AnswerOption = Annotated[str | None, typer.Option(help="Column of the answer; guessed by default.")]
ScoreOption = Annotated[str | None, typer.Option(help="Column of the score; guessed by default.")]
_LEVEL = 0.9


@app.command("train", epilog="Example: metier interview score train --data graded.csv --output mine/")
def train(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    data: DataOption,
    output: Annotated[Path, typer.Option(help="A new or empty folder.", metavar="DIR")],
    question_column: QuestionOption = None,
    reference_column: ReferenceOption = None,
    answer_column: AnswerOption = None,
    score_column: ScoreOption = None,
    seed: SeedOption = 0,
) -> None:
    """Train scores on graded answers, on the shipped encoder; takes minutes and needs no extra.

    Scores are from 0 to 5. Says how near the model comes to the graders on answers and on questions that it
    did not learn from. The folder holds hashes and vectors of the answers, none of their words.
    """
    from metier.interview.short_answers.build import train_scores
    from metier.interview.short_answers.rows import read_score_rows
    from metier.training.output import Origin, Watch

    columns = _columns(question_column, reference_column, answer_column, score_column)
    rows = read_score_rows(data, columns)
    encoder = shipped_encoder(options.load_settings())
    origin = Origin(output.resolve().name, command=shlex.join(["metier", *sys.argv[1:]]))
    card = train_scores(rows, encoder, output, origin, seed=seed, watch=Watch(say))
    say(trained_sentence(card, output))


@app.command(
    "evaluate",
    epilog="Example: metier interview score evaluate --data held-out.csv --model mine/ --format json",
)
def evaluate(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    data: DataOption,
    model: ModelOption,
    output_format: options.TableOrJsonOption = None,
    level: LevelOption = _LEVEL,
    question_column: QuestionOption = None,
    reference_column: ReferenceOption = None,
    answer_column: AnswerOption = None,
    score_column: ScoreOption = None,
    seed: SeedOption = 0,
) -> None:
    """Measure scores against those of graders: r, RMSE, QWK and r within questions, with 95 % intervals.

    Questions that the model learned answers to, and new ones, are measured apart. Answers that it learned
    from are left out.
    """
    from metier.cli.interview_score_tables import report_table
    from metier.interview.short_answers.evaluate import evaluate_scores
    from metier.interview.short_answers.rows import read_score_rows

    columns = _columns(question_column, reference_column, answer_column, score_column)
    rows = read_score_rows(data, columns)
    scorer, readings = _load(model)
    report = evaluate_scores(scorer, rows.rows, readings, level=level, seed=seed)
    if options.wants_json(output_format):
        facts = {"data": rows.name, "model": scorer.name, "sha256": scorer.sha256, **report.to_mapping()}
        options.emit(json.dumps(facts, ensure_ascii=False) + "\n", None)
    else:
        options.emit(report_table(report), None)


@app.command(
    "predict", epilog="Example: metier interview score predict --data answers.csv --model mine/ --format json"
)
def predict(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    data: DataOption,
    model: ModelOption,
    output_format: options.TableOrJsonOption = None,
    output: options.OutputOption = None,
    level: LevelOption = _LEVEL,
    question_column: QuestionOption = None,
    reference_column: ReferenceOption = None,
    answer_column: AnswerOption = None,
) -> None:
    """Score answers, each with the interval in which the graders' score would lie.

    An interval from 0 to 5 says that the model cannot tell. Rows are named by their numbers in the file.
    """
    from metier.cli.interview_score_tables import predictions_table
    from metier.interview.short_answers.rows import read_score_rows

    options.check_output(output, [data])
    columns = _columns(question_column, reference_column, answer_column, None)
    rows = read_score_rows(data, columns, graded=False).rows
    scorer, readings = _load(model)
    found = scorer.predict(rows, readings, level=level)
    as_json = output is not None or options.wants_json(output_format)
    content = _lines(rows, found) if as_json else predictions_table(rows, found)
    options.emit(content, output)


def trained_sentence(card: ModelCard, folder: Path) -> str:
    """Return where a model is, how near it comes to the graders, and what to do next."""
    parts = [
        f"{name.replace('_', ' ')} r {_shown(part['r'])}, RMSE {_shown(part['rmse'])}"
        for name, part in card.metrics.items()
        if name in {"unseen_answers", "unseen_questions"}
    ]
    return (
        f"Wrote {folder}. Out of fold: {'; '.join(parts) or 'too few answers to say'}. Measure it on other "
        f"answers: metier interview score evaluate --data FILE --model {shlex.quote(str(folder))}"
    )


def _shown(value: float | None) -> str:
    return "not defined" if value is None else f"{value:.3f}"


def _columns(question: str | None, reference: str | None, answer: str | None, score: str | None) -> Columns:
    from metier.interview.short_answers.rows import Columns

    return Columns(question, reference, answer, score)


def _load(folder: Path) -> tuple[ScoreModel, Readings]:
    from metier.interview.short_answers.scorer import ScoreModel
    from metier.interview.short_answers.texts import Readings

    encoder = shipped_encoder(options.load_settings())
    return ScoreModel.load(folder, encoder=encoder), Readings(encoder)


def _lines(rows: Sequence[ScoreRow], found: Sequence[ScorePrediction]) -> str:
    return "".join(
        json.dumps(
            {
                "row": row.number,
                "score": item.score,
                "low": item.low,
                "high": item.high,
                "n_graded": item.n_graded,
                "doubts": list(item.doubts),
            }
        )
        + "\n"
        for row, item in zip(rows, found, strict=True)
    )
