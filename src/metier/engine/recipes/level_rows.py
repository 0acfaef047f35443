"""Texts of vacancies with a level, as models of levels take them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from metier.documents.source import Source
from metier.encoders.load import shipped_models
from metier.encoders.reading import Encoder
from metier.engine.assess import SKILLS_HEAD, Engine, Models
from metier.engine.expertise import InputMaker
from metier.errors import InvalidInput, ModelMismatch
from metier.expertise.application import Application, LevelRange
from metier.expertise.data import LevelRow
from metier.expertise.fit_read_once import BLOCKS
from metier.expertise.level_texts import read_level_texts
from metier.expertise.pooling import condense
from metier.limits import ReadingLimits
from metier.skills.head import SkillHead
from metier.skills.taxonomy_files import default_taxonomy
from metier.training.sets import DataSet, SetPart
from metier.types import Role, YearMonth

_AS_OF: Final = YearMonth(2026, 11)
"""A fixed one: vacancies hardly tell of time up to now, and the same sets must give the same rows."""
_PARTS: Final = (SetPart.TRAIN, SetPart.TUNE)
_WITHOUT_SKILLS: Final = tuple(block for block in BLOCKS if block != "features")


@dataclass(frozen=True, slots=True, eq=False)
class LevelRows:
    """What a model of levels learns from.

    Attributes:
        rows: with readings.
        blocks: what a read-once model may use of them; features only where the encoder has the shipped head
            for skills, as it will have when the model is used.
    """

    rows: list[LevelRow]
    blocks: tuple[str, ...]


def read_level_rows(
    sets: Sequence[DataSet], encoder: Encoder, say: Callable[[str], None] = lambda _: None
) -> LevelRows:
    """Return the rows of the train and tune parts of some sets, read as vacancies.

    Texts that cannot be read are left out and counted.

    Args:
        sets: of kind levels.
        encoder: reads them.
        say: told how many there are and what is left out.

    Raises:
        NotFound: a file is missing.
        InvalidInput: a file breaks its format.
    """
    given = [row for data in sets for row in _applications(data)]
    models = _models(encoder)
    say(f"Reading {len(given):,} texts with {encoder.name}.")
    if models is None:
        say(f"Encoder {encoder.name} has no head for skills: levels go by wording, without features.")
    rows: list[LevelRow] = []
    reasons: list[str] = []
    with Engine(default_taxonomy(), limits=ReadingLimits(), as_of=_AS_OF, models=models) as engine:
        maker = InputMaker(engine)
        for application, label in given:
            try:
                item = maker.of_application(application, role=Role.VACANCY)
            except InvalidInput as error:
                reasons.append(str(error))
                continue
            reading = item.reading if item.reading is not None else encoder.read(item.text)
            rows.append(LevelRow(replace(item, reading=condense(reading)), label))
    if reasons:
        say(f"{len(reasons):,} of {len(given):,} texts are left out. The first: {reasons[0]}")
    return LevelRows(rows, BLOCKS if models is not None else _WITHOUT_SKILLS)


def _applications(data: DataSet) -> list[tuple[Application, LevelRange]]:
    found = []
    for part in _PARTS:
        if part not in data.files:
            continue
        for number, row in enumerate(read_level_texts(data.file(part)), 1):
            name = f"{data.name}, {part} row {number}"
            application = Application(name, {}, source=Source(name, text=row.text))
            found.append((application, LevelRange.of(row.level)))
    return found


def _models(encoder: Encoder) -> Models | None:
    """Return the encoder with the shipped head for skills, or None where that belongs to another one."""
    try:
        head = SkillHead.load(shipped_models()[SKILLS_HEAD], encoder_sha256=encoder.sha256)
    except ModelMismatch:
        return None
    return Models(encoder, head)
