from __future__ import annotations

import csv
import io
import json

import pytest

from metier.types import Level

AS_OF = ("--as-of", "2026-11")
LEVELS = {level.value for level in Level}
LEADER = """Regional sales director
Director with profit and loss responsibility for four countries and a team of 45 people.

Experience
Jan 2016 - Present
Acme, Director of sales
Manages a department of 45 people, hires and dismisses, sets the strategy and answers for a budget of
12 million euros. Doubled the result of the region in four years.

Mar 2009 - Dec 2015
Borea, Sales manager
Managed a team of nine account managers, set their targets and answered for the result of the branch.
"""
STUDENT = """Student of economics
Second-year student who looks for a first internship in the field of accounting and finance.

Education
University of Lund, bachelor of economics, studying now

Experience
Jun 2026 - Aug 2026
Acme, Intern
Helped the accountants to sort invoices under supervision, and answered the phone.
"""
JOB = "Jan 2016 - Dec 2022\nAcme, developer\nBuilt billing in Django with SQL and led a team of five."
RUSSIAN = """Бухгалтер
Опыт работы
Акме, бухгалтер, январь 2019 — настоящее время
Веду учёт расчётов с поставщиками, сдаю отчётность, помогаю с подготовкой к аудиту.
"""


@pytest.fixture
def resume(tmp_path):
    def write(text, name="cv.txt"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def score(metier, path, *arguments):
    result = metier("expertise", "score", path, *AS_OF, *arguments)
    assert result.code == 0, result.err
    return result


def test_a_level_comes_with_its_set_its_reasons_and_its_model(metier, resume):
    found = score(metier, resume(LEADER), "--level", "senior").rows[0]
    assert found["id"] == "cv.txt"
    assert found["level"] in found["level_set"]
    assert found["claimed"] == "senior"
    assert found["at_least"] == pytest.approx(sum(found["probabilities"][3:]), abs=1e-3)
    assert found["model"] == "expertise"
    assert any(factor["effect"] > 0 and factor["quotes"] for factor in found["factors"])


def test_a_director_stands_above_a_student(metier, resume):
    high, low = (score(metier, resume(text)).rows[0] for text in (LEADER, STUDENT))
    assert high["expected"] > low["expected"] + 1.5


def test_the_same_resume_gives_the_same_bytes(metier, resume):
    path = resume(LEADER)
    assert score(metier, path).out == score(metier, path).out


def test_a_table_says_what_speaks_for_and_against(metier, resume):
    out = score(metier, resume(LEADER), "--format", "table", "--level", "lead").out
    for words in ("cv.txt", "Level:", "not ruled out", "At least lead", "Speaks for a higher level", "“"):
        assert words in out


def test_a_vacancy_is_the_role(metier, resume):
    vacancy = resume(
        "Sales director of a region\nRequirements:\n- Data analysis\n- SQL and reports\n", "job.txt"
    )
    with_role = score(metier, resume(LEADER), "--vacancy", vacancy).rows[0]
    assert set(with_role["level_set"]) <= LEVELS


def test_russian_resumes_are_read_and_the_claim_is_withheld(metier, resume):
    found = score(metier, resume(RUSSIAN)).rows[0]
    assert found["level"] in LEVELS | {None}
    assert "coverage of the set is not known" in found["notes"][0] or found["level"] is None


@pytest.mark.parametrize(
    "text",
    ["Head of everything", "Head of everything\nLund, Sweden\nAn experienced leader of many things in life."],
)
def test_a_title_alone_is_not_enough_to_tell(metier, resume, text):
    result = metier("expertise", "score", resume(text), *AS_OF)
    told = "cannot be read" in result.err if result.code else result.rows[0]["level"] is None
    assert told


def test_an_unreadable_file_and_a_missing_one_are_refused(metier, resume, tmp_path):
    assert metier("expertise", "score", resume("x"), *AS_OF).code == 2
    missing = metier("expertise", "score", tmp_path / "no.pdf", *AS_OF)
    assert missing.code == 2
    assert "no.pdf" in missing.err


def test_words_alone_tell_no_level(metier, resume):
    result = metier("expertise", "score", resume(LEADER), *AS_OF, "--model", "none")
    assert result.code == 2
    assert "no model of levels" in result.err


def test_a_level_outside_the_scale_is_refused(metier, resume):
    result = metier("expertise", "score", resume(LEADER), "--level", "guru")
    assert result.code == 2


def test_html_is_not_a_form_of_levels(metier, resume, tmp_path):
    result = metier("expertise", "score", resume(LEADER), *AS_OF, "--output", tmp_path / "x.html")
    assert (result.code, "written as table, json, csv" in result.err) == (2, True)


@pytest.fixture
def rows(tmp_path):
    path = tmp_path / "rows.json"
    rows = [
        {"id": "a", "position": "Developer", "work_experience": JOB, "expected_grade_salary": "Senior, 5000"},
        {"id": "bad", "position": "Zz"},
        {"id": "c", "resume": STUDENT},
    ]
    path.write_text(json.dumps(rows), encoding="utf-8")
    return path


def test_many_rows_are_scored_in_their_order(metier, rows, tmp_path):
    output = tmp_path / "levels.jsonl"
    result = metier("expertise", "batch", rows, "--output", output, *AS_OF)
    assert result.code == 1
    assert "1 could not be taken" in result.err
    found = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in found] == ["a", "bad", "c"]
    assert found[0]["claimed"] == "senior"
    assert found[1]["error"]["code"] == "invalid_input"
    assert not output.with_name("levels.jsonl.journal").exists()


def test_rows_as_csv_have_a_cell_for_each_answer(metier, rows, tmp_path):
    output = tmp_path / "levels.csv"
    metier("expertise", "batch", rows, "--output", output, *AS_OF, "--level", "lead")
    found = list(csv.DictReader(io.StringIO(output.read_text(encoding="utf-8"))))
    assert [row["id"] for row in found] == ["a", "bad", "c"]
    assert {row["claimed"] for row in found} == {"lead", ""}
    assert found[1]["error"].startswith("invalid_input")


def test_a_table_that_is_none_loses_nothing(metier, tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("", encoding="utf-8")
    output = tmp_path / "levels.jsonl"
    result = metier("expertise", "batch", path, "--output", output)
    assert result.code == 2
    assert not output.exists()


def test_assess_shows_the_level_and_the_strongest_reasons(metier, resume):
    path = resume(LEADER)
    row = metier("assess", path, *AS_OF).rows[0]
    assert row["expertise"]["level"] in LEVELS
    out = metier("assess", path, *AS_OF, "--format", "table").out
    assert "Level:" in out
    assert "Speaks for a higher level" in out
