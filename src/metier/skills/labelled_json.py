"""Labelled texts as JSON lines: the format that metier writes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from metier.errors import InvalidInput
from metier.skills.data import LabelledSet, LabelledText, check_label, check_text, json_kind, quoted
from metier.skills.data_rows import DataRow, field_of, json_rows
from metier.skills.skill_names import NameReader, OnUnknown
from metier.skills.taxonomy import Taxonomy
from metier.store.journal import write_atomically

TEXT_FIELDS: Final = ("text", "job_description")


def read_label_rows(path: Path, taxonomy: Taxonomy, *, unknown: OnUnknown = "error") -> LabelledSet:
    """Return the texts of a file of JSON lines `{"text": ..., "skills": {name: label}}`.

    A row may have `job_description` instead of `text`, and `complete`, which is true where it is missing.
    Other fields are passed over. Names are ids, labels or aliases. A text of which a name was left out is
    not complete: nobody knows which skills it stood for.

    Args:
        path: the file.
        taxonomy: what the names are of.
        unknown: what to do with a name that no skill has.

    Raises:
        NotFound: there is no such file.
        InvalidInput: the file or a row breaks the format; the message names the row.
    """
    names = NameReader(taxonomy, unknown=unknown)
    rows = tuple(_labelled(row, names) for row in json_rows(path))
    return LabelledSet(rows, unknown=dict(names.unknown))


def write_labelled(path: Path, rows: Iterable[LabelledText]) -> None:
    """Write texts as JSON lines that `read_label_rows` reads back to equal ones; skills by their ids.

    Raises:
        InvalidInput: the file cannot be written; there is no row.
    """
    lines = [
        json.dumps(
            {"text": row.text, "skills": dict(row.labels), "complete": row.complete}, ensure_ascii=False
        )
        for row in rows
    ]
    if not lines:
        raise InvalidInput(f"{path.name} must get at least one row. Got none.")
    write_atomically(path, "\n".join(lines) + "\n")


def _labelled(row: DataRow, names: NameReader) -> LabelledText:
    present = [name for name in TEXT_FIELDS if name in row.fields]
    if len(present) != 1:
        raise InvalidInput(
            f"{row.place}: a row must have one of the fields {' and '.join(TEXT_FIELDS)}. "
            f"It has {'both' if present else 'neither'}. Keep one."
        )
    text = check_text(row.fields[present[0]], f"{row.place}, field {present[0]}")
    complete = row.fields.get("complete", True)
    if not isinstance(complete, bool):
        raise InvalidInput(
            f"{row.place}, field complete: the value must be true or false. Got {json_kind(complete)}. "
            "Correct it."
        )
    left_out = names.unknown.total()
    labels = _labels(field_of(row, "skills"), f"{row.place}, field skills", names)
    return LabelledText(text, labels, complete and names.unknown.total() == left_out)


def _labels(skills: Any, place: str, names: NameReader) -> dict[str, float]:
    if not isinstance(skills, dict):
        raise InvalidInput(
            f"{place}: the skills must be an object of names with labels. Got {json_kind(skills)}. "
            "A list without labels belongs in a field of tags."
        )
    labels: dict[str, float] = {}
    for name, value in skills.items():
        label = check_label(value, name, place)
        skill = names.skill(name, place)
        if skill is None:
            continue
        if labels.setdefault(skill, label) != label:
            raise InvalidInput(
                f"{place}: a skill must have one label. {quoted(name)} is another name of {skill!r}, "
                f"which has {labels[skill]:g}, and has {label:g}. Keep one."
            )
    return labels
