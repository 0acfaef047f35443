"""Any file of labelled texts: its format is told by its ending and its first row."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from metier.documents.source import printable_name
from metier.errors import InvalidInput
from metier.skills.data import LabelledSet
from metier.skills.data_rows import json_rows, read_lines
from metier.skills.labelled_csv import read_label_table
from metier.skills.labelled_json import read_label_rows
from metier.skills.skill_names import OnUnknown
from metier.skills.tag_lists import HH_FIELDS, TagFields, read_tag_lists
from metier.skills.taxonomy import Taxonomy

_JSON_SUFFIXES: Final = (".jsonl", ".ndjson", ".json")
_TABLE_SUFFIXES: Final = (".csv",)
_KNOWN_TAG_FIELDS: Final = (TagFields(), HH_FIELDS)


def read_labelled(
    path: Path, taxonomy: Taxonomy, *, unknown: OnUnknown = "error", fields: TagFields | None = None
) -> LabelledSet:
    """Return the labelled texts of a file, whatever its format.

    A file that ends in .csv is a table, one in .jsonl, .ndjson or .json has JSON lines, and one with another
    ending is what its first line looks like. JSON lines hold labels where the first row has `skills`, and
    tag lists where it has `text` and `tags`, or `description` and `key_skills`.

    Args:
        path: the file.
        taxonomy: what the names are of.
        unknown: what to do with a name that no skill has; in tag lists it is always left out.
        fields: where text and tags stand, for tag lists with other names of fields.

    Raises:
        NotFound: there is no such file.
        InvalidInput: none of the formats, or the file breaks its own; the message names the row.
    """
    if fields is not None:
        return read_tag_lists(path, taxonomy, fields=fields)
    if not _is_json(path):
        return read_label_table(path, taxonomy, unknown=unknown)
    first = next(iter(json_rows(path))).fields
    if "skills" in first:
        return read_label_rows(path, taxonomy, unknown=unknown)
    for known in _KNOWN_TAG_FIELDS:
        if known.text in first and known.tags in first:
            return read_tag_lists(path, taxonomy, fields=known)
    if "tokens" in first:
        raise InvalidInput(
            f"{printable_name(path.name)} holds spans, which name no skill of a taxonomy. "
            "Labelled texts are asked for. Read it as a span set."
        )
    return read_label_rows(path, taxonomy, unknown=unknown)


def _is_json(path: Path) -> bool:
    suffix = path.suffix.lower()
    if suffix in (*_JSON_SUFFIXES, *_TABLE_SUFFIXES):
        return suffix in _JSON_SUFFIXES
    line = next((line for _, line in read_lines(path) if line.strip()), "")
    return line.lstrip().startswith("{")
