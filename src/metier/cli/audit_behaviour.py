"""`metier audit behaviour`: what a model must and must not do, tested, and two versions compared."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from metier.cli import options
from metier.cli.audit_output import AuditFormatOption, PageOption, emit_reports
from metier.cli.network_source import network_source
from metier.cli.training_progress import counted
from metier.errors import InvalidInput
from metier.types import Role

if TYPE_CHECKING:
    from metier.audit.behaviour.subjects import Subject
    from metier.audit.behaviour.suite import Suite
    from metier.scans import ScanReport

EXAMPLE = "Example: metier audit behaviour --suite tests.yaml --model ./new --against ./old --page audit.html"


def register(app: typer.Typer) -> None:
    """Add the command to `metier audit`."""
    app.command("behaviour", epilog=EXAMPLE)(behaviour)


def behaviour(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    suite: Annotated[
        str,
        typer.Option(help="A YAML file of tests, or the name of a suite of ours.", metavar="NAME|FILE"),
    ] = "skills",
    model: Annotated[
        str | None,
        typer.Option(
            help="For skills an encoder, by name or folder, or 'none' for words only; for labels a "
            "classifier's folder.",
            metavar="NAME|DIR",
        ),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(help="The older version, to compare with case by case.", metavar="NAME|DIR"),
    ] = None,
    vacancy: Annotated[
        str | None,
        typer.Option(help="What the figure `coverage` of a suite is of.", metavar="FILE"),
    ] = None,
    taxonomy: options.TaxonomyOption = None,
    seed: Annotated[int, typer.Option(help="Seed of the edits.", min=0)] = 0,
    output_format: AuditFormatOption = None,
    output: options.OutputOption = None,
    page: PageOption = None,
) -> None:
    """Test what must change nothing, what must raise or lower a figure, and what must be right at least.

    Without options: the skills that come with metier, in English and Russian. A test is a few lines of YAML;
    docs/concepts/behaviour-and-shift.md has the format. Each test has a share of failures with its interval
    and examples. Exit codes: 0 clean, 1 unsafe, 3 inconclusive.
    """
    from metier.audit.behaviour.comparison import compare
    from metier.audit.behaviour.suite_files import find_suite

    for path in (output, page):
        options.check_output(path, [suite, vacancy, taxonomy])
    found = find_suite(suite)
    reports = [_report(found, model, vacancy, taxonomy, seed)]
    if against is not None:
        before = _report(found, against, vacancy, taxonomy, seed)
        reports.append(compare(before, reports[0]))
    emit_reports(reports, output_format=output_format, output=output, page=page)


def _report(
    suite: Suite, model: str | None, vacancy: str | None, taxonomy: str | None, seed: int
) -> ScanReport:
    from metier.audit.behaviour.validator import BehaviorConsistencyValidator

    validator = BehaviorConsistencyValidator(seed=seed)
    with (
        _subject(suite, model, vacancy, taxonomy) as subject,
        counted("Asking", len(validator.texts_of(suite))) as on_text,
    ):
        return validator.validate(subject, suite, on_text=on_text)


@contextmanager
def _subject(suite: Suite, model: str | None, vacancy: str | None, taxonomy: str | None) -> Iterator[Subject]:
    from metier.audit.behaviour.suite_files import SKILLS

    if suite.subject == SKILLS:
        with _skills(suite, model, vacancy, taxonomy) as subject:
            yield subject
        return
    from metier.audit.behaviour.subjects import ClassifierSubject
    from metier.audit.classifier import load_classifier

    if model is None:
        raise InvalidInput(
            f"Suite {suite.name} tests the labels of a classifier. Name its folder with --model."
        )
    yield ClassifierSubject(load_classifier(network_source(model)))


@contextmanager
def _skills(suite: Suite, model: str | None, vacancy: str | None, taxonomy: str | None) -> Iterator[Subject]:
    from metier.engine.audit_behaviour import SkillSubject

    opened = options.open_engine(options.load_settings(), taxonomy=taxonomy, model=model, as_of=None)
    with opened as engine:
        wanted = None
        if vacancy is not None:
            document = engine.read(options.source_of(vacancy), role=Role.VACANCY)
            wanted = engine.prepare_vacancy(document)
        name = f"skills of {Path(model).name if model else engine.provenance.model}"
        yield SkillSubject(engine, suite.figures, wanted, name)
