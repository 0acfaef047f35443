"""Rows of applications: what people hand in for roles, with or without what is known of their level."""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from metier.documents.source import Source, printable_name
from metier.errors import InvalidInput
from metier.expertise.application import SENSITIVE, Application, Field, LevelRange
from metier.expertise.job_text import JOB_KEYS, job_text
from metier.expertise.levels import parse_level, parse_range
from metier.expertise.row_files import FileRow, RowFile, fold_column, read_rows
from metier.types import Level

CLAIMED: Final = "claimed_level"
RESUME: Final = "resume"
FILE: Final = "file"
_ID: Final = "id"
_NAMES: Final = (*(field.value for field in Field), RESUME, FILE)
_EMPTY: Final = frozenset(("", "-", "–", "—", "nan", "none", "null", "n/a", "<na>", "nat"))
_YES: Final = frozenset(
    "1 1.0 true yes y confirmed да истина подтвержден подтверждена подтверждено соответствует".split()
)
_NO: Final = frozenset(
    (
        *"0 0.0 false no n unconfirmed rejected нет ложь отклонен неподтвержден".split(),
        *("not confirmed", "не подтвержден", "не подтверждена", "не подтверждено", "не соответствует"),
    )
)
_LISTED: Final = frozenset((Field.KEY_SKILLS, Field.WORK_EXPERIENCE))
_MAX_DEPTH: Final = 6
_BRACKETS: Final = re.compile(r"[\[\](){}]")
_LEVELS: Final = ", ".join(Level)


def read_applications(path: Path, *, use_sensitive: bool = False, label: str = "level") -> list[Application]:
    """Return the applications in the rows of a file, in their order.

    Columns are those of `Field`, `id`, `claimed_level` and the label; others are passed over. A whole resume
    may stand in `resume` as text, or in a file that `file` names, from the folder of the rows. Key skills may
    be a list, and work experience a list of jobs with period, position, company and duties; in CSV such a
    list stands in its cell as JSON or Python writes it. The claimed level is that of `claimed_level`, else
    what `expected_grade_salary` names.

    Args:
        path: CSV, JSON lines, a JSON list of objects, or JSON in columns as pandas writes it.
        use_sensitive: take age, city and country too.
        label: column of what is known of the level: a level, two such as "middle/senior", or whether the
            claimed one was confirmed (1, true, yes, подтверждён).

    Raises:
        NotFound: there is no such file.
        InvalidInput: the file is no table or empty; a row has neither position nor experience nor a resume,
            or two resumes; a field is no text; a level is outside the scale; an id stands twice; the label is
            a field that models read, or is named and not there.
    """
    label = fold_column(label)
    if label in (*_NAMES, _ID, CLAIMED):
        raise InvalidInput(
            f"The label must be a column that models do not read. Got {label}. Name that of the outcome."
        )
    file = read_rows(path, known=(*_NAMES, CLAIMED, label))
    if label != "level" and label not in file.columns:
        raise InvalidInput(
            f"{file.name} must have the label column {printable_name(label)!r}. It has none. Name another."
        )
    taken = [_application(row, label, path.parent, use_sensitive=use_sensitive) for row in file.rows]
    _check_ids(file, taken)
    return taken


def _application(row: FileRow, label: str, folder: Path, *, use_sensitive: bool) -> Application:
    fields: dict[Field, str] = {}
    for field in Field:
        if field in SENSITIVE and not use_sensitive:
            continue
        words = _field(field, row.fields.get(field.value), f"{row.place}, field {field}")
        if words:
            fields[field] = words
    name = printable_name(_text(row.fields.get(_ID), f"{row.place}, field {_ID}") or row.name)
    source = _source(row, name, folder)
    if source is None and Field.POSITION not in fields and Field.WORK_EXPERIENCE not in fields:
        raise InvalidInput(
            f"{row.place}: a row must have a position, work experience or a resume. It has none. Fill one "
            "in, or remove the row."
        )
    claimed = _claimed(row, fields)
    known = _label(row.fields.get(label), claimed, f"{row.place}, field {label}")
    return Application(name, fields, claimed, known, source)


def _source(row: FileRow, name: str, folder: Path) -> Source | None:
    """Return the resume that a row holds or names, or None."""
    text = _text(row.fields.get(RESUME), f"{row.place}, field {RESUME}")
    file = _text(row.fields.get(FILE), f"{row.place}, field {FILE}")
    if text and file:
        raise InvalidInput(
            f"{row.place}: a row may have one resume. It has {RESUME} and {FILE}. Empty one of them."
        )
    if file:
        return Source(name, path=folder / file)
    return Source(name, text=text) if text else None


def _check_ids(file: RowFile, taken: list[Application]) -> None:
    places: dict[str, str] = {}
    for row, application in zip(file.rows, taken, strict=True):
        if application.id in places:
            raise InvalidInput(
                f"{row.place}, field {_ID}: an id may stand once. {application.id!r} stands in "
                f"{places[application.id].rpartition(', ')[2]} too. Give each row its own."
            )
        places[application.id] = row.place


def _claimed(row: FileRow, fields: Mapping[Field, str]) -> Level | None:
    place = f"{row.place}, field {CLAIMED}"
    words = _text(row.fields.get(CLAIMED), place)
    if not words:
        # A salary alone claims no level.
        return parse_level(fields.get(Field.EXPECTED_GRADE_SALARY, ""))
    level = parse_level(words)
    if level is None:
        raise InvalidInput(f"{place}: a level must be one of {_LEVELS}. It is outside that scale. Rename it.")
    return level


def _label(value: object, claimed: Level | None, place: str) -> LevelRange | None:
    words = ("1" if value else "0") if isinstance(value, bool) else _text(value, place)
    folded = words.casefold().replace("ё", "е").strip(" .!")
    if not folded:
        return None
    if folded not in _YES | _NO:
        known = parse_range(words)
        if known is None:
            raise InvalidInput(
                f"{place}: a label must be one of {_LEVELS}, or 1 or 0 for a claimed level that was "
                "confirmed or not. It is outside that scale. Rename it, or leave it empty."
            )
        return known
    if claimed is None:
        raise InvalidInput(
            f"{place}: a label of 1 or 0 tells whether the claimed level was confirmed. The row claims none. "
            f"Name it in {CLAIMED} or {Field.EXPECTED_GRADE_SALARY}."
        )
    try:
        return LevelRange.confirmed(claimed, holds=folded in _YES)
    except InvalidInput as error:
        raise InvalidInput(f"{place}: {error}") from error


def _field(field: Field, value: object, place: str) -> str:
    if field in _LISTED and isinstance(value, str) and value.lstrip()[:1] in ("[", "{"):
        value = _unwritten(value)
    if field is Field.KEY_SKILLS and isinstance(value, list):
        return ", ".join(filter(None, (_skill(entry, place) for entry in value)))
    if field is Field.WORK_EXPERIENCE and isinstance(value, dict):
        value = [value]
    if field is Field.WORK_EXPERIENCE and isinstance(value, list):
        return "\n\n".join(filter(None, (_job(entry, place) for entry in value)))
    return _text(value, place)


def _skill(entry: object, place: str) -> str:
    return _text(entry.get("name") if isinstance(entry, dict) else entry, place)


def _job(entry: object, place: str) -> str:
    if not isinstance(entry, dict):
        return _text(entry, place)
    said = {fold_column(key): value for key, value in entry.items() if isinstance(key, str)}
    return job_text({key: list(_texts(said[key], f"{place}, {key}")) for key in said if key in JOB_KEYS})


def _texts(value: object, place: str) -> Iterator[str]:
    for entry in value if isinstance(value, list) else [value]:
        # The API of hh.ru gives {"name": ...} for a company.
        yield _text(entry.get("name") if isinstance(entry, dict) and "name" in entry else entry, place)


def _text(value: object, place: str) -> str:
    """Return a text or a number as text, without blanks around it; empty for what stands for nothing."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, str):
        words = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    elif value is None:
        words = ""
    elif isinstance(value, int | float) and not isinstance(value, bool):
        words = str(value)
    else:
        raise InvalidInput(f"{place}: the field must be a text. It is {_kind(value)}. Write it as one text.")
    return "" if words.casefold() in _EMPTY else words


def _kind(value: object) -> str:
    return {dict: "an object", list: "a list", bool: "true or false"}.get(type(value), "something else")


def _unwritten(words: str) -> Any:
    """Return the list or object that a text is as JSON or Python writes it, or the text itself."""
    try:
        return json.loads(words)
    except (ValueError, RecursionError):
        pass
    # The parser of Python is safe for any text but one nested deep or with long numbers.
    if not words.rstrip().endswith(("]", "}")) or _depth(words) > _MAX_DEPTH:
        return words
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of backslashes in the texts
        try:
            return ast.literal_eval(words.strip())
        except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            return words


def _depth(words: str) -> int:
    depth = deepest = 0
    for bracket in _BRACKETS.findall(words):
        depth = depth + 1 if bracket in "[({" else max(0, depth - 1)
        deepest = max(deepest, depth)
    return deepest
