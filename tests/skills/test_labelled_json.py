import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.errors import InvalidInput
from metier.skills.data import LabelledText
from metier.skills.labelled_json import read_label_rows, write_labelled
from tests.skills.taxonomies import small_taxonomy

TAXONOMY = small_taxonomy()
MARKER = "Zyxwvut"


def written(tmp_path, *rows):
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def test_labels_are_read_by_any_name(tmp_path):
    path = written(
        tmp_path,
        {"text": "Python in the cloud", "skills": {"питон": 1, "web development": 0.5, "sql": 0.0}, "id": 7},
        {"job_description": "Nothing", "skills": {}, "complete": False},
    )
    assert read_label_rows(path, TAXONOMY).rows == (
        LabelledText("Python in the cloud", {"python": 1.0, "web": 0.5, "sql": 0.0}, complete=True),
        LabelledText("Nothing", {}, complete=False),
    )


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"text": MARKER, "skills": {"SQL": 0.7}}, "field skills: the label of 'SQL' must be .* Got 0.7"),
        ({"text": MARKER, "skills": {"SQL": True}}, "the label of 'SQL' must be .* Got a boolean"),
        ({"text": MARKER, "skills": {"Cobol": 1}}, "field skills: .* 'Cobol' is none. Correct it"),
        ({"text": MARKER, "skills": ["SQL"]}, "field skills: the skills must be an object .* Got a list"),
        ({"text": MARKER}, "must have the field 'skills'"),
        ({"skills": {}}, "one of the fields text and job_description. It has neither"),
        ({"text": MARKER, "job_description": MARKER, "skills": {}}, "It has both. Keep one"),
        ({"text": " ", "skills": {}}, "field text: the text must not be empty"),
        ({"text": 5, "skills": {}}, "field text: the text must be a string. Got a number"),
        ({"text": "x" * 100_001, "skills": {}}, "field text: .* 100,000 characters. It has 100,001"),
        ({"text": "\ud800", "skills": {}}, "field text: .* half of a pair"),
        ({"text": MARKER, "skills": {}, "complete": 1}, "field complete: .* true or false. Got a number"),
        ({"text": MARKER, "skills": {"Python": 1, "питон": 0.5}}, "'питон' is another name of 'python'"),
        ({"text": "a", "skills": {MARKER * 30: 1}}, "a name of 210 characters is none"),
    ],
)
def test_a_broken_row_is_refused_with_its_number(tmp_path, row, message):
    path = written(tmp_path, {"text": "fine", "skills": {}}, row)
    with pytest.raises(InvalidInput, match=f"rows.jsonl, row 2.*{message}") as caught:
        read_label_rows(path, TAXONOMY)
    assert MARKER not in str(caught.value)


def test_two_names_of_a_skill_may_say_the_same(tmp_path):
    path = written(tmp_path, {"text": "a", "skills": {"Python": 1, "питон": 1.0}})
    assert read_label_rows(path, TAXONOMY).rows[0].labels == {"python": 1.0}


def test_unknown_names_can_be_left_out_and_then_the_rest_is_unknown(tmp_path):
    path = written(
        tmp_path,
        {"text": "a", "skills": {"SQL": 1, "Cobol": 1, "Ada": 0.5}},
        {"text": "b", "skills": {"Cobol": 1}},
        {"text": "c", "skills": {"SQL": 1}},
    )
    found = read_label_rows(path, TAXONOMY, unknown="skip")
    assert found.unknown == {"Cobol": 2, "Ada": 1}
    assert [(row.labels, row.complete) for row in found.rows] == [
        ({"sql": 1.0}, False),
        ({}, False),
        ({"sql": 1.0}, True),
    ]


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=50).filter(str.strip)
ROWS = st.builds(
    LabelledText,
    text=TEXTS,
    labels=st.dictionaries(
        st.sampled_from([entry.skill.id for entry in TAXONOMY.entries]), st.sampled_from([0.0, 0.5, 1.0])
    ),
    complete=st.booleans(),
)


@given(rows=st.lists(ROWS, min_size=1, max_size=5))
def test_what_is_written_is_read_back_the_same(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("rows") / "rows.jsonl"
    write_labelled(path, rows)
    assert list(read_label_rows(path, TAXONOMY).rows) == rows


def test_nothing_is_not_written(tmp_path):
    with pytest.raises(InvalidInput, match="out.jsonl must get at least one row"):
        write_labelled(tmp_path / "out.jsonl", [])


def test_a_folder_that_is_not_there_is_told_of(tmp_path):
    with pytest.raises(InvalidInput, match="cannot be written"):
        write_labelled(tmp_path / "no" / "out.jsonl", [LabelledText("a", {}, complete=True)])
