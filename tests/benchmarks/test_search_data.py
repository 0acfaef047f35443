import json
import random
from collections import Counter

import pytest
import search_data as data
from search_data import Vacancy, cut_skill_line, divide, made, mend_title, near_any, pairs_of, without_title

from metier.training.splits import Part

WORDS = "river stone cloud engine paper market silver garden window bridge copper harbour letter".split()


def text_of(seed, n=60):
    return " ".join(random.Random(seed).choices(WORDS, k=n))


def vacancy(identifier, text, *, title="Baker"):
    return Vacancy(identifier, "en", identifier.rpartition("-")[0], title, (), text)


@pytest.mark.parametrize(
    ("text", "title", "left"),
    [
        ("We seek a Java Developer. Join!", "Java Developer", "We seek a . Join!"),
        ("JAVA\n developer or java&nbsp;developer", "Java Developer", "or"),
        ("a front\u2011end dev", "Front-End dev", "a"),
        ("R&amp;D lead, R&D lead", "R&D Lead", ","),
        ("C++ engineer in a C++ shop", "C++ Engineer", "in a C++ shop"),
        ("Javanese art", "Java", "Javanese art"),
        ("ищем: Бизнес-аналитик", "Бизнес–аналитик", "ищем:"),
        ("a Data Engineer", "Data Engineer (remote)", "a"),
        ("an Analyst of ours", "Analyst (team X)", "an Analyst of ours"),
        ("same text", "", "same text"),
    ],
)
def test_every_whole_occurrence_of_the_title_is_taken_out(text, title, left):
    assert without_title(text, title) == left


def test_lines_of_the_description_stay_lines():
    assert without_title("Cook\n\n\n\n - soup\n - bread", "Cook") == "- soup\n - bread"


@pytest.mark.parametrize(
    ("text", "skills", "left"),
    [
        ("Skill: css , html; Exp: 1-2 years; Job text", [" css ", " html"], "Job text"),
        ("Skills: a\n\n, b; exp: 0-3 years;\n * more", [" a\n\n", " b"], "* more"),
        ("We want skill: css; Exp: 1 year; yes", [], "We want skill: css; Exp: 1 year; yes"),
        ("Skill: React, Redux. Exp later", [], "Skill: React, Redux. Exp later"),
    ],
)
def test_a_first_line_of_skills_is_cut_off(text, skills, left):
    assert cut_skill_line(text) == (skills, left)


def test_a_query_is_the_title_with_the_skills_that_the_row_lists():
    row = made("en", "x-1", " R&amp;D  lead ", ["css ", "", "css", "a &lt; b"], "An R&amp;D lead &amp; more")
    assert row.query == "R&D lead, css, a < b"
    assert row.text == "An & more"
    assert row.source == "x"
    assert made("en", "x-2", "Cook", [""], "text").query == "Cook"


@pytest.mark.parametrize(
    ("title", "text", "mended"),
    [
        ("Специа", 'ист в отделл"Обязанности: - одно', ("Специалист в отдел", "Обязанности: - одно")),
        ("Нача", 'ьник смены (цех);"Мы ищем', ("Начальник смены (цех)", "Мы ищем")),
        ("Ана", "итикЛюди нужны", ("Ана", "итикЛюди нужны")),
        ("Повар", "Обязанности: супл", ("Повар", "Обязанности: супл")),
    ],
)
def test_a_title_that_was_cut_is_joined_with_its_rest(title, text, mended):
    assert mend_title(title, text) == mended


def test_parts_share_no_document_and_no_near_duplicate():
    rows = [vacancy(f"a-{i}", text_of(i // 2) + (" one more" if i % 2 else "")) for i in range(80)]
    found = divide(rows, Counter())
    where = {row.id: part for part, rows in found.parts.items() for row in rows}
    assert len(where) == len(rows)
    assert all(where[f"a-{i}"] == where[f"a-{i + 1}"] for i in range(0, 80, 2))
    assert all(found.parts.values())


def test_damaged_rows_are_trained_on_only_and_never_when_near_to_a_measured_one():
    clean = [vacancy(f"a-{i}", text_of(i)) for i in range(60)]
    noisy = [vacancy(f"{data.NOISY}-{i}", text_of(i) + " end") for i in range(80)]
    left_out = Counter()
    found = divide([*clean, *noisy], left_out)
    assert not any(row.source == data.NOISY for part in (Part.TUNE, Part.REPORT) for row in found.parts[part])
    used = {row.id.rpartition("-")[2] for row in found.parts[Part.TRAIN] if row.source == data.NOISY}
    measured = {row.id.rpartition("-")[2] for part in (Part.TUNE, Part.REPORT) for row in found.parts[part]}
    assert not used & measured
    assert left_out[data.NOISY, "near a measured one"] == len(measured) == 80 - len(used)


def test_a_text_that_holds_passages_of_a_measured_one_is_found():
    other, shared = text_of(100, 40), text_of(101, 40)
    assert near_any([other, f"{other} {shared}"], [shared + text_of(102, 300)]) == [False, True]


def test_copies_of_a_document_are_known_and_trained_on_once():
    text = text_of(1, 200)
    rows = [vacancy("a-1", text), vacancy("a-2", text + " indeed", title="Cook"), vacancy("a-3", text_of(2))]
    found = divide(rows, Counter())
    assert found.same["a-1"] == found.same["a-2"] == {"a-1", "a-2"}
    assert found.same["a-3"] == {"a-3"}
    ids = [row.id for part in found.parts for row in pairs_of(found, part)]
    assert sorted(ids) == ["a-1", "a-3"]


def test_all_sets_are_read_and_flaws_counted(tmp_path):
    write_sets(tmp_path)
    found = data.load(tmp_path)
    rows = {row.id: row for rows in found.parts.values() for row in rows}
    assert rows["linkedin_2024-0"].skills == ("css", "html")
    assert rows["nofluffjobs_2022-0"].query == "Go dev, golang"
    assert rows["superjob_2018-0"].text.count("\n") == 1
    assert found.left_out["dice", "short"] == 1
    assert found.left_out["hh_2025", "another language"] == 1
    data.write_pairs(found, tmp_path / "pairs")
    lines = (tmp_path / "pairs/train.jsonl").read_text("utf-8").splitlines()
    assert all(json.loads(line).keys() == {"query", "positive", "language", "id"} for line in lines)


ENGLISH = "The work is with the people of the town and of the river. " * 5
RUSSIAN = "Мы ищем человека, который был бы рад работать с людьми этого города. " * 5


def write_sets(folder):
    sets = {
        "vacancies-en/linkedin_2024": [
            {"title": "Dev", "description": f"Skill: css , html; Exp: 1 year; {ENGLISH}"},
        ],
        "vacancies-en/nofluffjobs_2022": [
            {"position": "Go dev", "main_skill": "golang", "description": ENGLISH + text_of(3)},
        ],
        "vacancies-ru/superjob_2018": [{"name": "Повар", "duties": RUSSIAN, "requirements": "Есть ключи."}],
        "vacancies-ru/hh_2022": [{"title": "Врач", "key_skills": ["Чуткость"], "description": RUSSIAN * 2}],
        "vacancies-ru/hh_2025": [{"title": "Врач", "key_skills": [], "description": ENGLISH}],
        "vacancies-ru/hh_2022_noisy": [],
    }
    for name, rows in sets.items():
        path = folder / f"{name}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    (folder / "vacancies-en/dice.csv").write_text(",jobdescription,jobtitle\n0,short,Cook\n", "utf-8")
