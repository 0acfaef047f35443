import pytest

from metier.errors import InvalidInput, NotFound
from metier.skills.labelled_files import read_labelled
from metier.skills.tag_lists import TagFields
from tests.skills.taxonomies import small_taxonomy

LABELS = '{"text": "Servers", "skills": {"SQL": 0.5}}\n'
TABLE = "sentence,label\nServers,SQL\n"
TAGS = '{"text": "Servers", "tags": ["SQL", "Drive"]}\n'
HH = '{"description": "Servers", "key_skills": ["SQL"]}\n'


def read(tmp_path, name, content, **options):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    return read_labelled(path, small_taxonomy(), **options)


@pytest.mark.parametrize(
    ("name", "content", "complete"),
    [
        ("a.jsonl", LABELS, True),
        ("a.JSON", LABELS, True),
        ("a.txt", f"\n{LABELS}", True),
        ("a.csv", TABLE, True),
        ("a", TABLE, True),
        ("a.jsonl", TAGS, False),
        ("a.ndjson", HH, False),
    ],
)
def test_the_format_is_told_by_ending_and_first_row(tmp_path, name, content, complete):
    (row,) = read(tmp_path, name, content).rows
    assert (row.text, row.labels, row.complete) == ("Servers", {"sql": 0.5}, complete)


def test_fields_of_tag_lists_can_be_given(tmp_path):
    found = read(
        tmp_path, "a.jsonl", '{"duties": "SQL", "skills": ["SQL"]}', fields=TagFields("duties", "skills")
    )
    assert found.rows[0].labels == {"sql": 1.0}


def test_unknown_names_are_taken_as_told(tmp_path):
    content = '{"text": "a", "skills": {"Cobol": 1}}'
    assert read(tmp_path, "a.jsonl", content, unknown="skip").unknown == {"Cobol": 1}
    with pytest.raises(InvalidInput, match="'Cobol' is none"):
        read(tmp_path, "a.jsonl", content)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.json", '{"tokens": []}', "a.json holds spans, which name no skill"),
        ("a.json", '[{"text": "a", "skills": {}}]', "a.json, row 1: .* It is a list"),
        ("a.jsonl", '{"title": "a"}', "row 1: .* text and job_description. It has neither"),
        ("a.txt", "just words", "a.txt: the header must have the column sentence"),
        ("a.txt", "", "a.txt must hold a header"),
    ],
)
def test_other_files_are_refused(tmp_path, name, content, message):
    with pytest.raises(InvalidInput, match=message):
        read(tmp_path, name, content)


@pytest.mark.parametrize("name", ["none.csv", "none.jsonl", "none"])
def test_a_missing_file_is_not_found(tmp_path, name):
    with pytest.raises(NotFound, match=f"no data file at .*{name}"):
        read_labelled(tmp_path / name, small_taxonomy())
