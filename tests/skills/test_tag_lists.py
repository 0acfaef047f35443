import json

import pytest

from metier.errors import InvalidInput
from metier.skills.data import LabelledText
from metier.skills.tag_lists import HH_FIELDS, TagFields, read_tag_lists
from metier.skills.taxonomy import Taxonomy
from tests.skills.taxonomies import entry, small_taxonomy


def read(tmp_path, *rows, taxonomy=None, fields=None):
    path = tmp_path / "tags.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return read_tag_lists(path, taxonomy or small_taxonomy(), fields=fields)


def test_tags_are_explicit_where_the_text_has_a_name_of_them(tmp_path):
    found = read(tmp_path, {"text": "Пишем на питоне", "tags": ["Python", "SQL"]})
    assert found.rows == (LabelledText("Пишем на питоне", {"python": 1.0, "sql": 0.5}, complete=False),)


def test_tags_that_name_no_skill_are_counted(tmp_path):
    found = read(
        tmp_path,
        {"text": "a", "tags": ["Drive", "Drive", " ", "SQL"]},
        {"text": "b", "tags": ["Drive", "Care"]},
        {"text": "c", "tags": []},
    )
    assert found.unknown == {"Drive": 2, "Care": 1}
    assert [dict(row.labels) for row in found.rows] == [{"sql": 0.5}, {}, {}]


def test_tags_that_name_two_skills_are_counted_apart(tmp_path):
    taxonomy = Taxonomy("two", [entry("a", "A one", "Models"), entry("b", "B one", "Models")])
    found = read(tmp_path, {"text": "a", "tags": ["models"]}, taxonomy=taxonomy)
    assert (found.unknown, found.ambiguous, found.rows[0].labels) == ({}, {"models": 1}, {})


@pytest.mark.parametrize("fields", [HH_FIELDS, TagFields("description", "key_skills")])
def test_fields_can_have_other_names(tmp_path, fields):
    row = {"description": "SQL", "key_skills": [{"name": "SQL"}, "HTTP"]}
    assert read(tmp_path, row, fields=fields).rows[0].labels == {"sql": 1.0, "http": 0.5}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"text": "a"}, "must have the field 'tags'"),
        ({"tags": []}, "must have the field 'text'"),
        ({"text": "a", "tags": "SQL"}, "field tags: the tags must be a list. Got a string"),
        ({"text": "a", "tags": [1]}, "field tags: a tag must be a string, or .* Got a number"),
        ({"text": "a", "tags": [{"id": "x"}]}, "field tags: a tag must be a string, or .* Got an object"),
        ({"text": "", "tags": []}, "field text: the text must not be empty"),
    ],
)
def test_a_broken_row_is_refused_with_its_number(tmp_path, row, message):
    with pytest.raises(InvalidInput, match=f"tags.jsonl, row 2.*{message}"):
        read(tmp_path, {"text": "fine", "tags": []}, row)
