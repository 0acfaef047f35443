import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.errors import InvalidInput
from metier.skills.data import LabelledText
from metier.skills.labelled_csv import read_label_table
from tests.skills.taxonomies import small_taxonomy

TAXONOMY = small_taxonomy()
MARKER = "Zyxwvut"


def read(tmp_path, content, **options):
    path = tmp_path / "t.csv"
    path.write_text(content, encoding="utf-8")
    return read_label_table(path, TAXONOMY, **options)


def test_rows_of_a_sentence_are_one_text(tmp_path):
    found = read(tmp_path, "sentence,label\nSQL on servers,SQL\nNothing,\nSQL on servers,HTTP\nNothing,UNK\n")
    assert found.rows == (
        LabelledText("SQL on servers", {"sql": 1.0, "http": 0.5}, complete=True),
        LabelledText("Nothing", {}, complete=True),
    )


def test_a_skill_is_explicit_by_any_of_its_names(tmp_path):
    found = read(tmp_path, "sentence,label\nПишем на питоне,Python\nWe use Go daily,Go\nwe go,Go\n")
    assert [list(row.labels.items()) for row in found.rows] == [
        [("python", 1.0)],
        [("go", 1.0)],
        [("go", 0.5)],
    ]


@pytest.mark.parametrize(
    "listed",
    [
        "['SQL', 'HTTP']",
        '["SQL", "HTTP"]',
        "['SQL', \"HTTP\",]",
        '[ "SQL" , "UNK", "HTTP" ]',
        "['S\\QL', 'HTTP']",
    ],
)
def test_lists_are_read_as_python_and_json_write_them(tmp_path, listed):
    quoted = listed.replace('"', '""')
    (row,) = read(tmp_path, f',sentence,skills\n0,Servers,"{quoted}"\n').rows
    assert row.labels == {"sql": 0.5, "http": 0.5}


@pytest.mark.parametrize("listed", ["['UNK']", "[]", '[""]', ""])
def test_no_skill_is_written_in_several_ways(tmp_path, listed):
    quoted = listed.replace('"', '""')
    assert read(tmp_path, f'sentence,skills\nServers,"{quoted}"\n').rows == (
        LabelledText("Servers", {}, complete=True),
    )


@pytest.mark.parametrize(
    "listed",
    [
        "SQL",
        "['SQL' 'HTTP']",
        "['SQL'",
        "[SQL]",
        "[1]",
        "{'SQL'}",
        "[['SQL']]",
        "['a'] + ['b']",
        "[" * 9999,
        "null",
    ],
)
def test_what_is_no_list_of_strings_is_refused(tmp_path, listed):
    with pytest.raises(InvalidInput, match="t.csv, row 2, field skills: .* list of strings in brackets"):
        read(tmp_path, f'sentence,skills\n{MARKER},"{listed}"\n')


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=8).filter(str.strip), max_size=4
    )
)
def test_lists_of_python_are_read_as_python_reads_them(tmp_path_factory, names):
    # repr writes other characters than letters as numbers, which no name of a skill has.
    names = [name for name in names if name.isprintable()]
    path = tmp_path_factory.mktemp("t") / "t.csv"
    path.write_text("sentence,skills\n" + 'a,"' + repr(names).replace('"', '""') + '"\n', encoding="utf-8")
    expected = {}
    for name in names:
        if name.strip() != "UNK":
            expected[name.strip()] = expected.get(name.strip(), 0) + 1
    found = read_label_table(path, TAXONOMY, unknown="skip")
    known = {skill for row in found.rows for skill in row.labels}
    assert known or found.unknown == expected


def test_names_that_are_left_out_leave_the_rest_unknown(tmp_path):
    content = "sentence,skills\nA,['Cobol']\nB,['SQL']\nA,['SQL']\n"
    found = read(tmp_path, content, unknown="skip")
    assert [(row.labels, row.complete) for row in found.rows] == [({"sql": 0.5}, False), ({"sql": 0.5}, True)]
    assert found.unknown == {"Cobol": 1}
    with pytest.raises(InvalidInput, match="t.csv, row 2, field skills: .*'Cobol' is none"):
        read(tmp_path, content)


@pytest.mark.parametrize("header", ["text,label", "sentence,tags", "sentence,label,skills"])
def test_the_header_must_have_the_columns(tmp_path, header):
    with pytest.raises(
        InvalidInput, match="t.csv: the header must have the column sentence and one of label"
    ):
        read(tmp_path, f"{header}\n1,2\n")


@pytest.mark.parametrize(
    ("sentence", "message"),
    [(" ", "must not be empty"), ("x" * 100_001, "may have 100,000 characters. It has 100,001")],
)
def test_a_sentence_keeps_to_the_rules_of_texts(tmp_path, sentence, message):
    with pytest.raises(InvalidInput, match=f"t.csv, row 2, field sentence: .*{message}"):
        read(tmp_path, f"sentence,label\n{sentence},SQL\n")


def test_columns_that_were_swapped_quote_no_text(tmp_path):
    sentence = f"{MARKER} " * 20
    with pytest.raises(InvalidInput, match="a name of 160 characters is none") as caught:
        read(tmp_path, f"sentence,label\nSQL,{sentence}\n")
    assert MARKER not in str(caught.value)
    assert json.dumps(sentence) not in str(caught.value)
