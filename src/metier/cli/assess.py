"""`metier assess`: the main job."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from metier.cli import options
from metier.cli.audit_summary import tell_audit, tell_decisions
from metier.cli.options import OutputFormat
from metier.cli.runs import finish, run_assessments
from metier.documents.source import STANDARD_INPUT, Source, find_sources
from metier.errors import InvalidInput
from metier.types import AssessmentStatus, Role

EXAMPLE = "Example: metier assess resumes/ --vacancy vacancy.txt --output report.html"


class ReportLanguage(StrEnum):
    """Language of the words in an HTML report."""

    EN = "en"
    RU = "ru"


def assess(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    targets: Annotated[
        list[str],
        typer.Argument(help="Files, folders or JSON-lines files; - is standard input.", metavar="FILE..."),
    ],
    vacancy: Annotated[
        str | None, typer.Option(help="Hold the resumes against this vacancy and rank them.", metavar="FILE")
    ] = None,
    taxonomy: options.TaxonomyOption = None,
    model: options.ModelOption = None,
    output_format: options.FormatOption = None,
    output: options.OutputOption = None,
    as_of: options.AsOfOption = None,
    language: Annotated[ReportLanguage | None, typer.Option(help="Language of the HTML report.")] = None,
) -> None:
    """Assess resumes: skills with evidence, experience, and the fit to a vacancy.

    PDF, DOCX, ODT, RTF, HTML, Markdown, text, JSON Resume and the hh.ru API's resumes are read; pictures and
    scans where tesseract is installed. Several documents in one run are ranked. A run with --output that was
    interrupted goes on where it stopped when it is started again.
    """
    from metier.cli.results import render

    options.check_output(output, [*targets, vacancy, taxonomy])
    chosen = options.choose_format(output_format, output)
    settings = options.load_settings()
    report_language = language.value if language else settings.language
    with options.open_engine(settings, taxonomy=taxonomy, model=model, as_of=as_of) as engine:
        sources = named_sources(targets, vacancy)
        wanted = None
        if vacancy is not None:
            wanted = engine.prepare_vacancy(engine.read(options.source_of(vacancy), role=Role.VACANCY))
        keep_text = chosen is OutputFormat.HTML or len(sources) == 1
        with run_assessments(engine, sources, vacancy=wanted, keep_text=keep_text, output=output) as result:
            tell_audit(item for item in result.assessments if item.status is AssessmentStatus.SCORED)
            if wanted is not None and output is not None and len(sources) > 1:
                tell_decisions(engine, sources, len(sources), wanted)
            options.emit(render(result, chosen, vacancy=wanted, language=report_language), output)
    finish(result)


def named_sources(targets: Sequence[str], vacancy: str | None) -> list[Source]:
    """Return the documents that the arguments name; files of the same name are told apart by their path.

    Args:
        targets: files, folders, or - for standard input.
        vacancy: of the same command, which may be standard input too.

    Raises:
        InvalidInput: standard input is named twice, or a folder holds no document.
        NotFound: nothing is there.
    """
    if [*targets, vacancy].count(STANDARD_INPUT) > 1:
        raise InvalidInput("Standard input can be read once. Name - once.")
    found: list[Source] = []
    for target in targets:
        if target == STANDARD_INPUT:
            found.append(options.source_of(target))
        else:
            found.extend(find_sources(Path(target)))
    found = _without_repeats(found)
    names = Counter(source.name for source in found)
    return [
        replace(source, name=str(source.path)) if source.path and names[source.name] > 1 else source
        for source in found
    ]


def _without_repeats(sources: Sequence[Source]) -> list[Source]:
    """Return the sources without files that were named more than once."""
    seen: set[Path] = set()
    kept = []
    for source in sources:
        place = source.path.resolve() if source.path else None
        if place is None or place not in seen:
            kept.append(source)
        if place is not None:
            seen.add(place)
    return kept
