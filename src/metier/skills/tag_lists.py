"""Texts with the tags that employers gave them, such as the key skills of a vacancy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from metier.errors import InvalidInput
from metier.skills.data import EXPLICIT, IMPLICIT, LabelledSet, LabelledText, check_text, json_kind
from metier.skills.data_rows import DataRow, field_of, json_rows
from metier.skills.skill_names import NameReader, NameSpotter
from metier.skills.taxonomy import Taxonomy


@dataclass(frozen=True, slots=True)
class TagFields:
    """The fields of a row that hold the text and its tags."""

    text: str = "text"
    tags: str = "tags"


HH_FIELDS = TagFields("description", "key_skills")
"""The fields of a vacancy of hh.ru."""


def read_tag_lists(path: Path, taxonomy: Taxonomy, *, fields: TagFields | None = None) -> LabelledSet:
    """Return the texts of a file of JSON lines that have a list of tags.

    A tag that is a name of a skill makes the skill explicit where any of its names stands in the text, else
    implicit. Of all other skills nothing is known, so no text is complete. Tags that fit no skill, or
    several, are left out and counted: nobody chose them with the taxonomy in hand.

    Args:
        path: the file; tags are strings, or objects with a `name` as hh.ru's interface has them.
        taxonomy: what the tags may name.
        fields: where text and tags stand; `text` and `tags` where it is None.

    Raises:
        NotFound: there is no such file.
        InvalidInput: the file or a row breaks the format; the message names the row.
    """
    names = NameReader(taxonomy, unknown="skip", ambiguous="skip")
    spotter = NameSpotter(taxonomy)
    where = fields or TagFields()
    rows = tuple(_labelled(row, where, names, spotter) for row in json_rows(path))
    return LabelledSet(rows, unknown=dict(names.unknown), ambiguous=dict(names.ambiguous))


def _labelled(row: DataRow, fields: TagFields, names: NameReader, spotter: NameSpotter) -> LabelledText:
    text = check_text(field_of(row, fields.text), f"{row.place}, field {fields.text}")
    place = f"{row.place}, field {fields.tags}"
    # A tag that stands twice in a list says nothing twice.
    tags = dict.fromkeys(_tags(field_of(row, fields.tags), place))
    named = spotter.names_in(text)
    labels: dict[str, float] = {}
    for tag in tags:
        skill = names.skill(tag, place)
        if skill is not None:
            labels[skill] = EXPLICIT if named.has(skill) else IMPLICIT
    return LabelledText(text, labels, complete=False)


def _tags(value: Any, place: str) -> Iterator[str]:
    if not isinstance(value, list):
        raise InvalidInput(f"{place}: the tags must be a list. Got {json_kind(value)}. Mend the row.")
    for item in value:
        tag = item.get("name") if isinstance(item, dict) else item
        if not isinstance(tag, str):
            raise InvalidInput(
                f"{place}: a tag must be a string, or an object with a string `name`. "
                f"Got {json_kind(item)}. Mend the row."
            )
        if tag.strip():
            yield tag.strip()
