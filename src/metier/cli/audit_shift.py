"""`metier audit shift`: how far an edit moves a document's vector, skills and scores, and by which words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from metier.cli import options
from metier.cli.audit_output import AuditFormatOption, PageOption, emit_reports
from metier.cli.network_source import network_source
from metier.cli.training_progress import counted, say
from metier.errors import InvalidInput, ModelMismatch

if TYPE_CHECKING:
    from metier.audit.behaviour.subjects import Subject
    from metier.audit.shift.calibration import Calibration
    from metier.audit.shift.judge import EditedDocument
    from metier.audit.shift.measures import Measures
    from metier.encoders.reading import Encoder
    from metier.engine import Engine
    from metier.types import Document

EXAMPLE = "Example: metier audit shift cv-of-march.pdf cv-of-june.pdf --page audit.html"
_FALSE_ALARMS = 0.01
_LEFT_OUT = 64


def register(app: typer.Typer) -> None:
    """Add the command to `metier audit`."""
    app.command("shift", epilog=EXAMPLE)(shift)


def shift(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    original: Annotated[str, typer.Argument(help="The document before the edit.", metavar="ORIGINAL")],
    modified: Annotated[str, typer.Argument(help="The document after it.", metavar="MODIFIED")],
    model: Annotated[
        str | None,
        typer.Option(help="Encoder whose vectors are compared: a name or a folder.", metavar="NAME|DIR"),
    ] = None,
    classifier: Annotated[
        str | None,
        typer.Option(help="Judge its scores too, and rank words by what they do to them.", metavar="DIR"),
    ] = None,
    calibration: Annotated[
        Path | None,
        typer.Option(help="What ordinary edits do to the model; written by --calibrate-on.", metavar="FILE"),
    ] = None,
    calibrate_on: Annotated[
        list[Path] | None,
        typer.Option(
            help="Texts to calibrate on first, a line each; name it again for more.", metavar="FILE"
        ),
    ] = None,
    false_alarms: Annotated[
        float, typer.Option(help="Share of ordinary edits that may be called unsafe.", min=0.0001, max=0.49)
    ] = _FALSE_ALARMS,
    most: Annotated[int, typer.Option(help="Words to leave out in turn; each costs a reading.", min=2)] = (
        _LEFT_OUT
    ),
    taxonomy: options.TaxonomyOption = None,
    output_format: AuditFormatOption = None,
    output: options.OutputOption = None,
    page: PageOption = None,
) -> None:
    """Say whether an edit moves a document farther than ordinary edits of its size do, and which words do it.

    Measured are the vector, the skills that come and, with a classifier, its scores; words that no score
    counts, as hidden text, are told too. Whole documents are read, with words in them that nobody sees. Words
    are named by their places. Exit codes: 0 clean, 1 unsafe, 3 inconclusive.
    """
    from metier.audit.shift.detector import EmbeddingShiftDetector, ShiftOptions
    from metier.audit.shift.judge import shift_report
    from metier.audit.shift.measures import Measures
    from metier.engine.audit_behaviour import skill_changes

    for path in (output, page, calibration if calibrate_on else None):
        options.check_output(path, [original, modified, taxonomy, *(calibrate_on or ())])
    chosen = ShiftOptions(false_alarms=false_alarms, most_left_out=most)
    opened = options.open_engine(
        options.load_settings(), taxonomy=taxonomy, model=options.NO_MODEL, as_of=None
    )
    with opened as engine:
        before, after = _read(engine, original), _read(engine, modified)
        encoder, measures = _encoder(model), Measures(_scores(classifier), _skills(engine))
        known = _calibration(encoder, measures, calibration, calibrate_on or ())
        detector = EmbeddingShiftDetector(chosen, known)
        analysis = detector.analyze(before.text, after.text, encoder, measures=measures)
        changes = skill_changes(engine, before, after)
    edited = _edited(before, after)
    report = shift_report(analysis, edited, calibration=known, false_alarms=false_alarms)
    skills = {"skills_that_came": list(changes.came), "skills_that_went": list(changes.went)}
    report = replace(report, figures={**report.figures, **skills})
    emit_reports([report], output_format=output_format, output=output, page=page)


def _edited(before: Document, after: Document) -> EditedDocument:
    from metier.audit.shift.judge import EditedDocument

    grown = _uncounted(after) - _uncounted(before)
    reasons = dict.fromkeys(item.reason.value for item in after.excluded)
    return EditedDocument(f"{before.source} to {after.source}", len(before.text), grown, tuple(reasons))


def _uncounted(document: Document) -> int:
    """Return how many characters no score counts; exclusions may overlap."""
    end = n = 0
    for item in document.excluded:
        n += max(0, item.span.end - max(end, item.span.start))
        end = max(end, item.span.end)
    return n


def _skills(engine: Engine) -> Subject:
    from metier.engine.audit_behaviour import SkillSubject

    figures = tuple(entry.skill.id for entry in engine.taxonomy.entries)
    return SkillSubject(engine, figures, name=f"skills of taxonomy {engine.taxonomy.name}")


def _read(engine: Engine, path: str) -> Document:
    document = engine.read(options.source_of(path))
    if not document.readable:
        raise InvalidInput(f"{document.source} cannot be read. {document.findings[0].message}")
    return document


def _encoder(name: str | None) -> Encoder:
    from metier.encoders.load import find_model, load_encoder

    settings = options.load_settings()
    wanted = name or settings.model
    if wanted == options.NO_MODEL:
        raise InvalidInput("A shift is one of vectors, so it needs an encoder. Name one with --model.")
    return load_encoder(find_model(wanted, options.models_dir(settings)), options.runtime(settings))


def _scores(folder: str | None) -> Subject | None:
    if folder is None:
        return None
    from metier.audit.behaviour.subjects import ClassifierSubject
    from metier.audit.classifier import load_classifier

    return ClassifierSubject(load_classifier(network_source(folder)))


def _calibration(
    encoder: Encoder, measures: Measures, file: Path | None, texts: Sequence[Path]
) -> Calibration:
    from metier.audit.behaviour.suite_files import read_texts
    from metier.audit.shift.calibration import (
        calibrate,
        read_calibration,
        shipped_calibration,
        write_calibration,
    )

    if texts:
        lines = [line for path in texts for line in read_texts(path)]
        with counted("Calibrating", len(lines)) as on_text:
            made = calibrate(encoder, lines, measures=measures, on_text=on_text)
        if file is not None:
            write_calibration(made, file)
            say(f"Wrote {file}.")
        return made
    found = read_calibration(file) if file is not None else shipped_calibration(encoder)
    if found is None:
        raise ModelMismatch(
            f"No calibration comes with metier for {encoder.name}. Name texts of the kind that you judge: "
            "--calibrate-on texts.txt."
        )
    return found
