"""`metier interview`: hold one, go on with it, read its report, grade a single answer."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from metier.cli import (
    interview_bank,
    interview_making,
    interview_scores,
    interview_training,
    interview_writer,
    options,
)
from metier.errors import InvalidInput

if TYPE_CHECKING:
    from metier.config import Settings
    from metier.dialogue import InterviewReport
    from metier.encoders.reading import Encoder
    from metier.interview.grading import AnswerGrader
    from metier.interview.policy import TopicChooser
    from metier.interview.writer import QuestionWriter
    from metier.store.interviews import InterviewStore

DEFAULT_BANK = "machine-learning"
INTERVIEW_FOLDER = "interviews"
BANK_WRITER = "bank"

app = typer.Typer(
    name="interview",
    invoke_without_command=True,
    help="Hold a technical interview; see what it came to.",
    epilog="Example: metier interview --bank machine-learning --language ru --output report.html",
)
app.add_typer(interview_bank.app)


class ReportFormat(StrEnum):
    """A form of the report of an interview."""

    TABLE = "table"
    JSON = "json"
    HTML = "html"


class WriterFlags(NamedTuple):
    """Who words the questions, and what that one needs."""

    name: str
    base_url: str | None
    model: str | None
    api_key_file: Path | None


BankOption = Annotated[
    str | None,
    typer.Option(help="A bank that comes with metier, or the YAML file of one.", metavar="NAME|FILE"),
]
LanguageOption = Annotated[
    str | None, typer.Option(help="en, ru or ko, where a bank is there in several.", metavar="CODE")
]
SessionsOption = Annotated[
    Path | None,
    typer.Option(
        help="Where interviews are kept: a folder, or a .sqlite file. Default: in metier's data folder.",
        metavar="PLACE",
    ),
]
ReportFormatOption = Annotated[
    ReportFormat | None,
    typer.Option("--format", help="Default: by the ending of --output; else table in a terminal, JSON."),
]
GraderOption = Annotated[
    Path | None,
    typer.Option(
        help="A grading model of `metier interview fit-grader` instead of the shipped one.", metavar="DIR"
    ),
]
SessionArgument = Annotated[str, typer.Argument(help="The id of an interview.", metavar="SESSION")]


@app.callback()
def hold(  # noqa: PLR0913, PLR0917 - each option is a flag of the command line
    context: typer.Context,
    bank: BankOption = None,
    language: LanguageOption = None,
    session: Annotated[
        str | None, typer.Option(help="Go on with this interview, or call a new one so.", metavar="ID")
    ] = None,
    sessions: SessionsOption = None,
    minutes: Annotated[float | None, typer.Option(help="Ask nothing new after so long.")] = None,
    max_questions: Annotated[int | None, typer.Option(help="Ask at most so many, talk not counted.")] = None,
    follow_ups: Annotated[
        int | None, typer.Option(help="Most further questions about what one left open. Default: 1.")
    ] = None,
    answers: Annotated[
        Path | None, typer.Option(help="Read the answers from this file, one on each line.", metavar="FILE")
    ] = None,
    writer: Annotated[
        str,
        typer.Option(
            help="Who words the questions: 'bank', 'endpoint', 'smollm2', a GGUF file or a model folder.",
            metavar="NAME",
        ),
    ] = BANK_WRITER,
    writer_url: Annotated[
        str | None, typer.Option(help="Address of a server that speaks OpenAI's protocol.", metavar="URL")
    ] = None,
    writer_model: Annotated[str | None, typer.Option(help="The model's name there.", metavar="NAME")] = None,
    writer_key_file: Annotated[
        Path | None, typer.Option(help="File with the key of the endpoint; none is sent without.")
    ] = None,
    model: options.ModelOption = None,
    grader: GraderOption = None,
    topic_model: Annotated[
        Path | None,
        typer.Option(
            help="A model of `metier interview train --target next-topic` that draws topics forward.",
            metavar="DIR",
        ),
    ] = None,
    feedback: Annotated[
        bool | None,
        typer.Option(help="Show after each answer what it covered. Default: in a terminal."),
    ] = None,
    output: options.OutputOption = None,
    output_format: ReportFormatOption = None,
) -> None:
    """Hold an interview: typed, from a file, or from standard input with one answer on each line."""
    if context.invoked_subcommand is not None:
        return
    from metier.cli.interview_holding import Wanted, hold_interview

    report_format(output_format, output)
    options.check_output(output, [answers, bank])
    settings = options.load_settings()
    wanted = Wanted(
        bank=bank,
        language=language or settings.language,
        session=session,
        sessions=sessions,
        store=open_store(sessions, settings),
        minutes=minutes,
        max_questions=max_questions,
        follow_ups=follow_ups,
        answers=answers,
        feedback=feedback,
    )
    flags = WriterFlags(writer, writer_url, writer_model, writer_key_file)
    held = hold_interview(
        wanted,
        grader=lambda: _grader(settings, model, grader),
        writer=lambda: _writer(settings, model, flags),
        chooser=lambda: _chooser(settings, topic_model),
    )
    if held.ended or output is not None or output_format is not None:
        emit_report(held.report(), output_format, output, held.language)


@app.command("report", epilog="Example: metier interview report 2026-11-21-3f9a1c --output report.html")
def report(
    session: SessionArgument,
    bank: BankOption = None,
    language: Annotated[
        str | None, typer.Option(help="Of the report's own words: en, ru or ko. Default: the interview's.")
    ] = None,
    sessions: SessionsOption = None,
    output: options.OutputOption = None,
    output_format: ReportFormatOption = None,
) -> None:
    """Show what an interview came to, ended or not, with the candidate's own words for each line."""
    from metier.cli.interview_holding import bank_of
    from metier.interview.reporting import make_report

    report_format(output_format, output)
    options.check_output(output, [bank])
    interview = open_store(sessions, options.load_settings()).get(session)
    made = make_report(interview, bank_of(interview, bank))
    emit_report(made, output_format, output, language or interview.language)


@app.command("sessions", epilog="Example: metier interview sessions")
def list_sessions(sessions: SessionsOption = None, output_format: options.TableOrJsonOption = None) -> None:
    """List the interviews that are kept, the latest first."""
    from metier.records import to_json

    found = open_store(sessions, options.load_settings()).list()
    if options.wants_json(output_format):
        options.emit("".join(f"{to_json(item)}\n" for item in found), None)
        return
    from metier.cli.interview_tables import sessions_table

    options.emit(sessions_table(found), None)


@app.command("delete", epilog="Example: metier interview delete 2026-11-21-3f9a1c")
def delete(session: SessionArgument, sessions: SessionsOption = None) -> None:
    """Delete an interview with all that was said in it."""
    open_store(sessions, options.load_settings()).delete(session)
    typer.echo(f"Deleted interview {session}.", err=True)


@app.command(
    "grade",
    epilog='Example: metier interview grade --question lora-idea --text "It trains two small matrices."',
)
def grade(  # noqa: PLR0913, PLR0917 - each option is a flag of the command line
    question: Annotated[str, typer.Option(help="The id of a question of the bank.", metavar="ID")],
    bank: BankOption = None,
    language: LanguageOption = None,
    text: Annotated[str | None, typer.Option(help="The answer; standard input without it.")] = None,
    model: options.ModelOption = None,
    grader: GraderOption = None,
    output_format: options.TableOrJsonOption = None,
) -> None:
    """Grade one answer: which key points it makes, with what words, and whether a person should look."""
    from metier.interview.bank_files import find_bank
    from metier.records import to_json

    settings = options.load_settings()
    found = find_bank(bank or DEFAULT_BANK, language=language or settings.language)
    asked = found.question(question)
    answer = options.read_standard_input().decode("utf-8", "backslashreplace") if text is None else text
    graded = _grader(settings, model, grader).grade(asked, answer, language=found.language)
    if options.wants_json(output_format):
        options.emit(to_json(graded) + "\n", None)
        return
    from metier.cli.interview_tables import grade_table
    from metier.report.interview_words import InterviewWords

    options.emit(grade_table(graded, answer, InterviewWords(found.language)), None)


def open_store(place: Path | None, settings: Settings) -> InterviewStore:
    """Return the store of interviews at a place, or the one in metier's data folder."""
    from metier.store.interviews import open_interview_store

    return open_interview_store(place or settings.data_dir / INTERVIEW_FOLDER)


def report_format(wanted: ReportFormat | None, output: Path | None) -> ReportFormat:
    """Return the form of a report: as asked, by the ending of the output, or by where it goes."""
    if wanted is not None:
        return wanted
    chosen = options.choose_format(None, output).value
    if chosen not in set(ReportFormat):
        raise InvalidInput(f"A report of an interview is table, json or html. Got {chosen}.")
    return ReportFormat(chosen)


def emit_report(
    made: InterviewReport, wanted: ReportFormat | None, output: Path | None, language: str
) -> None:
    """Write a report in the form that was asked for."""
    chosen = report_format(wanted, output)
    if chosen is ReportFormat.HTML:
        from metier.report.interview import render_interview_html

        options.emit(render_interview_html(made, language=language), output)
    elif chosen is ReportFormat.JSON:
        import json

        from metier.records import to_mapping

        # Halves of surrogate pairs are written as the escapes that JSON has for them.
        options.emit(json.dumps(to_mapping(made), ensure_ascii=False) + "\n", output)
    else:
        from metier.cli.interview_tables import report_table
        from metier.report.interview_words import InterviewWords

        options.emit(report_table(made, InterviewWords(language)), output)


@lru_cache(maxsize=1)
def _encoder(settings: Settings, name: str) -> Encoder | None:
    """Return the encoder of a name or folder, or None for `none`; one for grader and writer."""
    if name == options.NO_MODEL:
        return None
    from metier.encoders.load import find_model, load_encoder

    return load_encoder(find_model(name, options.models_dir(settings)), options.runtime(settings))


def _grader(settings: Settings, model: str | None, grader: Path | None) -> AnswerGrader:
    """Return what grades answers, with an encoder or by words alone."""
    from metier.interview.load import load_grader

    return load_grader(_encoder(settings, model or settings.model), grader)


def _chooser(settings: Settings, model: Path | None) -> TopicChooser | None:
    """Return what draws topics forward, or None for the order of the bank."""
    if model is None:
        return None
    from metier.interview.choice_model import load_choice_model
    from metier.interview.chooser import ModelChooser

    return ModelChooser(load_choice_model(model, options.runtime(settings)))


def _writer(settings: Settings, model: str | None, flags: WriterFlags) -> QuestionWriter:
    """Return who words the questions."""
    from metier.interview.load_writer import WriterSettings, load_writer

    needed = WriterSettings(
        cache=settings.cache_dir,
        base_url=flags.base_url or "",
        model=flags.model or "",
        api_key_file=flags.api_key_file,
        threads=settings.threads,
    )
    encoder = None if flags.name == BANK_WRITER else _encoder(settings, model or settings.model)
    return load_writer(flags.name, settings=needed, encoder=encoder)


interview_training.register(app)
interview_making.register(app, interview_bank.app)
app.add_typer(interview_writer.app)
app.add_typer(interview_scores.app)
