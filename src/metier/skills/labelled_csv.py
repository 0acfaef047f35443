"""Labelled sentences as CSV: one label per row, or a list of labels as in SkillSkape.

Source: Magron et al. 2024, JobSkape (arXiv:2402.03242), whose files have the columns sentence and skills.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from metier.documents.source import printable_name
from metier.errors import InvalidInput
from metier.skills.data import EXPLICIT, IMPLICIT, LabelledSet, LabelledText, check_text
from metier.skills.data_rows import csv_rows
from metier.skills.skill_names import NameReader, NameSpotter, OnUnknown
from metier.skills.taxonomy import Taxonomy

SENTENCE: Final = "sentence"
LABEL_COLUMNS: Final = ("label", "skills")
NO_SKILL: Final = "UNK"

_STRING: Final = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
_PYTHON_LIST: Final = re.compile(rf"\[\s*(?:(?:{_STRING})\s*(?:,\s*(?:{_STRING})\s*)*,?)?\s*\]")
_PYTHON_STRING: Final = re.compile(_STRING)
_ESCAPED: Final = re.compile(r"\\(.)")


def read_label_table(path: Path, taxonomy: Taxonomy, *, unknown: OnUnknown = "error") -> LabelledSet:
    """Return the sentences of a CSV file with a column `sentence` and one of `label` and `skills`.

    `label` holds one name or nothing, `skills` a list of names as JSON or Python writes it; the word UNK
    stands for no skill. Rows of the same sentence are one text. A skill is explicit where any of its names
    stands in the sentence, else implicit. The texts are complete, but for those of which a name was left
    out: nobody knows which skills it stood for.

    Args:
        path: the file; other columns are passed over.
        taxonomy: what the names are of.
        unknown: what to do with a name that no skill has.

    Raises:
        NotFound: there is no such file.
        InvalidInput: the file or a row breaks the format; the message names the row.
    """
    names = NameReader(taxonomy, unknown=unknown)
    sentences: dict[str, _Found] = {}
    for row in csv_rows(path, check_header=lambda columns: _check_header(columns, path)):
        column = next(column for column in LABEL_COLUMNS if column in row.fields)
        sentence = check_text(row.fields[SENTENCE], f"{row.place}, field {SENTENCE}")
        found = sentences.setdefault(sentence, _Found())
        place = f"{row.place}, field {column}"
        for name in _names(row.fields[column], column, place):
            skill = names.skill(name, place)
            if skill is None:
                found.complete = False
            else:
                found.skills[skill] = None
    spotter = NameSpotter(taxonomy)
    rows = tuple(_labelled(sentence, found, spotter) for sentence, found in sentences.items())
    return LabelledSet(rows, unknown=dict(names.unknown))


@dataclass(slots=True)
class _Found:
    skills: dict[str, None] = field(default_factory=dict)
    complete: bool = True


def _labelled(sentence: str, found: _Found, spotter: NameSpotter) -> LabelledText:
    named = spotter.names_in(sentence)
    labels = {skill: EXPLICIT if named.has(skill) else IMPLICIT for skill in found.skills}
    return LabelledText(sentence, labels, found.complete)


def _check_header(columns: Sequence[str], path: Path) -> None:
    if SENTENCE not in columns or sum(column in columns for column in LABEL_COLUMNS) != 1:
        raise InvalidInput(
            f"{printable_name(path.name)}: the header must have the column {SENTENCE} and one of "
            f"{' and '.join(LABEL_COLUMNS)}. It has not. Rename the columns."
        )


def _names(content: str, column: str, place: str) -> list[str]:
    found = [content] if column == "label" else _listed(content.strip(), place)
    return [name for name in found if name.strip() not in ("", NO_SKILL)]


def _listed(content: str, place: str) -> list[str]:
    """Return the strings of a list; Python's is read by its own few rules, for text is no code to run."""
    if not content:
        return []
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return value
    if _PYTHON_LIST.fullmatch(content):
        return [_ESCAPED.sub(r"\1", name[1:-1]) for name in _PYTHON_STRING.findall(content)]
    raise InvalidInput(
        f"{place}: the skills must be a list of strings in brackets. They are not. "
        """Write ["first", "second"], or name the column label for one name per row."""
    )
