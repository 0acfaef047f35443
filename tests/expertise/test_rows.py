import csv
import json

import pytest

from metier.errors import InvalidInput
from metier.expertise.application import Field, LevelRange
from metier.expertise.rows import read_applications
from metier.types import Level

MARKER = "Zyxwvut"


def written(tmp_path, rows, name="rows.json"):
    path = tmp_path / name
    path.write_text(rows if isinstance(rows, str) else json.dumps(rows), encoding="utf-8")
    return path


def one(tmp_path, **row):
    return read_applications(written(tmp_path, [{"position": "Nurse", **row}]))[0]


def test_a_row_becomes_an_application(tmp_path):
    row = {
        "id": 7,
        "position": " Nurse ",
        "key_skills": ["triage", {"name": "first aid"}, None, "triage"],
        "work_experience": [
            {
                "period": "2019 - 2021",
                "position": "Nurse",
                "company": {"name": "Acme"},
                "duties": ["Cared", "Led"],
            },
            None,
            "Volunteer work",
        ],
        "client_name": "Clinic",
        "expected_grade_salary": "Senior, 250 000",
        "salary": 1,
        "photo": {"url": "x"},
        "level": "middle",
    }
    found = read_applications(written(tmp_path, [row]))[0]
    assert found.id == "7"
    assert dict(found.fields) == {
        Field.POSITION: "Nurse",
        Field.KEY_SKILLS: "triage, first aid, triage",
        Field.CLIENT_NAME: "Clinic",
        Field.EXPECTED_GRADE_SALARY: "Senior, 250 000",
        Field.WORK_EXPERIENCE: "Acme — Nurse\n2019 - 2021\nCared\nLed\n\nVolunteer work",
    }
    assert (found.claimed, found.label) == (Level.SENIOR, LevelRange.of(Level.MIDDLE))


def test_all_forms_of_a_file_give_the_same_applications(tmp_path):
    jobs = [{"period": "2019 - 2021", "position": "Nurse", "duties": 'Cared; "led"'}]
    rows = [
        {
            "position": "Nurse",
            "key_skills": ["a", "b"],
            "work_experience": jobs,
            "expected_grade_salary": 1000.0,
        },
        {"position": "Doctor", "key_skills": "c", "work_experience": None, "expected_grade_salary": "junior"},
    ]
    wanted = [(item.fields, item.claimed) for item in read_applications(written(tmp_path, rows))]
    assert wanted[0][0][Field.EXPECTED_GRADE_SALARY] == "1000"
    columns = {name: {str(i): row[name] for i, row in enumerate(rows)} for name in rows[0]}
    assert [(i.fields, i.claimed) for i in read_applications(written(tmp_path, columns))] == wanted
    for write in (json.dumps, str):
        path = tmp_path / "rows.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]), delimiter=";")
            writer.writeheader()
            for row in rows:
                writer.writerow({k: write(v) if isinstance(v, list) else v for k, v in row.items()})
        found = read_applications(path)
        assert [item.claimed for item in found] == [None, Level.JUNIOR]
        assert [item.text(Field.WORK_EXPERIENCE) for item in found] == [
            fields.get(Field.WORK_EXPERIENCE, "") for fields, _ in wanted
        ]
        assert found[0].text(Field.KEY_SKILLS) == "a, b"


def test_sensitive_fields_are_taken_only_where_they_are_asked_for(tmp_path):
    path = written(tmp_path, [{"position": "Nurse", "age": 40, "city": "Berlin", "country": {"id": 1}}])
    assert set(read_applications(path)[0].fields) == {Field.POSITION}
    path = written(tmp_path, [{"position": "Nurse", "age": 40.0, "city": "Berlin"}])
    found = read_applications(path, use_sensitive=True)[0]
    assert (found.text(Field.AGE), found.text(Field.CITY)) == ("40", "Berlin")


@pytest.mark.parametrize("nothing", [None, "", " ", "nan", "None", "NULL", "—", [], [None, ""]])
def test_what_stands_for_nothing_is_not_there(tmp_path, nothing):
    assert set(one(tmp_path, key_skills=nothing, work_experience=nothing).fields) == {Field.POSITION}


@pytest.mark.parametrize("skills", ["[Senior] Python", "[not, a list", "['a', b]", "{x}", "[" * 300 + "]"])
def test_a_text_in_brackets_that_is_no_list_stays(tmp_path, skills):
    assert one(tmp_path, key_skills=skills).text(Field.KEY_SKILLS) == skills


@pytest.mark.parametrize(
    ("label", "claimed", "low", "high"),
    [
        ("Senior", "", "senior", "senior"),
        ("ведущий", "junior", "lead", "lead"),
        ("middle/senior", "", "middle", "senior"),
        ("between1And3", "", "junior", "junior"),
        (1, "senior", "senior", "lead"),
        (True, "middle", "middle", "lead"),
        ("Подтверждён", "Senior", "senior", "lead"),
        ("yes", "lead", "lead", "lead"),
        (0, "senior", "intern", "middle"),
        ("0.0", "junior", "intern", "intern"),
        (False, "lead", "intern", "senior"),
        ("не подтверждён", "middle", "intern", "junior"),
    ],
)
@pytest.mark.parametrize("column", ["claimed_level", "expected_grade_salary"])
def test_labels_name_levels_or_judge_the_claimed_one(tmp_path, label, claimed, low, high, column):
    found = one(tmp_path, level=label, **{column: claimed})
    assert found.label == LevelRange(Level(low), Level(high))


@pytest.mark.parametrize("label", [None, "", "nan", " "])
def test_a_row_without_a_label_has_none(tmp_path, label):
    assert one(tmp_path, level=label).label is None
    assert one(tmp_path).label is None


def test_that_somebody_is_an_intern_at_least_says_nothing(tmp_path):
    assert one(tmp_path, level=1, claimed_level="intern").label is None


def test_another_column_can_hold_the_label(tmp_path):
    path = written(tmp_path, "position;Verified Level\nNurse;lead\n", "a.csv")
    assert read_applications(path, label="verified level")[0].label == LevelRange.of(Level.LEAD)
    with pytest.raises(InvalidInput, match="must have the label column 'other'. It has none"):
        read_applications(path, label="other")
    with pytest.raises(InvalidInput, match="a column that models do not read. Got position"):
        read_applications(path, label="position")


def test_ids_are_those_of_rows_or_their_numbers(tmp_path):
    path = written(tmp_path, [{"position": "a", "id": "x\x1b"}, {"position": "b"}])
    assert [item.id for item in read_applications(path)] == ["x\ufffd", "2"]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            {"key_skills": MARKER},
            "rows.json, row 2: a row must have a position, work experience or a resume",
        ),
        ({"position": {"a": MARKER}}, "row 2, field position: the field must be a text. It is an object"),
        ({"position": [MARKER]}, "row 2, field position: the field must be a text. It is a list"),
        ({"position": True}, "row 2, field position: .* It is true or false"),
        ({"position": "a", "key_skills": [[MARKER]]}, "row 2, field key_skills: .* It is a list"),
        ({"position": "a", "key_skills": {"a": MARKER}}, "row 2, field key_skills: .* It is an object"),
        (
            {"work_experience": [{"duties": {"a": MARKER}}]},
            "field work_experience, duties: .* It is an object",
        ),
        ({"work_experience": [[MARKER]]}, "field work_experience: .* It is a list"),
        (
            {"position": "a", "claimed_level": MARKER},
            "field claimed_level: a level must be one of intern, junior",
        ),
        ({"position": "a", "level": MARKER}, "field level: a label must be one of intern, junior"),
        ({"position": "a", "level": 7}, "field level: a label must be one of"),
        ({"position": "a", "level": {"a": 1}}, "field level: the field must be a text"),
        (
            {"position": "a", "level": 1, "expected_grade_salary": "250 000"},
            "The row claims none. Name it in claimed",
        ),
        ({"position": "a", "level": 0, "claimed_level": "intern"}, "field level: Nobody is below intern"),
        (
            {"position": "a", "id": "first"},
            "row 2, field id: an id may stand once. 'first' stands in row 1 too",
        ),
        ({"position": "a", "id": {"a": 1}}, "row 2, field id: the field must be a text"),
    ],
)
def test_a_row_that_cannot_be_taken_is_named_without_its_words(tmp_path, row, message):
    path = written(tmp_path, [{"position": "ok", "id": "first"}, row])
    with pytest.raises(InvalidInput, match=message) as caught:
        read_applications(path)
    assert MARKER not in str(caught.value)


def test_a_row_may_hold_a_whole_resume_or_name_its_file(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text(
        "id,resume,file,level\na,Developer at Acme,,senior\nb,,cvs/b.pdf,lead\n", encoding="utf-8"
    )
    whole, named = read_applications(path)
    assert (whole.source.text, whole.label.exact) == ("Developer at Acme", Level.SENIOR)
    assert (named.source.path, named.source.name) == (tmp_path / "cvs" / "b.pdf", "b")


def test_a_row_with_two_resumes_is_refused(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("resume,file\nDeveloper at Acme,b.pdf\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="may have one resume"):
        read_applications(path)
