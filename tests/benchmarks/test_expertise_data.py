import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("sklearn")

from expertise_data import NOISY, load
from expertise_systems import years_stated

from metier.types import Level

LONG = " ".join(f"word{chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(60))


def linkedin(title: str, level: str, text: str = "Some text.") -> dict[str, str]:
    return {"title": title, "description": text, "experienceLevel": level}


def hh(title: str, experience: str, text: str) -> dict[str, Any]:
    return {"title": title, "description": text, "key_skills": ["SQL"], "experience_id": experience}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, "vacancies-en/linkedin_2024", [
        linkedin("Senior R&amp;D Engineer", "Mid-Senior level", "5+ years of C++ &amp; Qt"),
        linkedin("Cook", "Full-time"),
        linkedin("Clerk", "Executive", "Files letters."),
    ])  # fmt: skip
    write(tmp_path, "vacancies-en/nofluffjobs_2022", [
        {"position": "Junior Tester", "seniority": "Junior", "main_skill": "java", "main_category": "Testing",
         "description": "Tests our shop."},
    ])  # fmt: skip
    write(tmp_path, "vacancies-ru/habr_2024", [
        {"title": "Тимлид", "grade": "lead", "specialisation": "Разработчик", "skills": ["Go"],
         "conditions": ["Москва"]},
        {"title": "Повар", "grade": None, "specialisation": None, "skills": [], "conditions": []},
    ])  # fmt: skip
    write(tmp_path, "vacancies-ru/hh_2022", [hh("Аналитик", "noExperience", f"Считает. {LONG}")])
    write(tmp_path, "vacancies-ru/hh_2025", [hh("Инженер", "moreThan6", "Чинит станки.")])
    write(tmp_path, "vacancies-ru/hh_2022_noisy", [
        hh("Другой аналитик", "between1And3", f"Пишет. {LONG}"),
        hh("Водитель", "between1And3", "Возит людей по городу каждый день."),
    ])  # fmt: skip
    return tmp_path


def write(folder: Path, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
    path = folder / f"{name}.jsonl"
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n", encoding="utf-8")


def test_rows_without_a_level_are_left_out_and_counted(folder: Path) -> None:
    found = load(folder)
    assert found.left_out["linkedin_2024", "labelled Full-time"] == 1
    assert found.left_out["habr_2024", "labelled none"] == 1
    assert [found.rows[i].level for i in found.numbers("linkedin_2024")] == [Level.SENIOR, Level.LEAD]


def test_entities_are_read_and_levels_are_masked(folder: Path) -> None:
    row = load(folder).rows[0]
    assert row.title == "R&D Engineer"
    assert row.body == "of C++ & Qt"
    assert row.stated.startswith("Senior R&D Engineer")
    assert "Senior" not in row.text


def test_years_that_are_asked_for_are_levels_in_their_order(folder: Path) -> None:
    found = load(folder)
    assert [found.rows[i].level for i in found.numbers("hh")] == [Level.INTERN, Level.SENIOR]


def test_damaged_rows_that_share_text_with_what_is_measured_are_left_out(folder: Path) -> None:
    found = load(folder)
    assert [found.rows[i].title for i in found.numbers(NOISY)] == ["Водитель"]
    assert found.left_out[NOISY, "shares text with hh"] == 1


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("3-5 years of Java, 2 years of SQL", [2.0, 5.0, 1.0]),
        ("опыт от 3-х лет", [3.0, 3.0, 1.0]),
        ("founded 40 years ago", [0.0, 0.0, 0.0]),
        ("", [0.0, 0.0, 0.0]),
    ],
)
def test_stated_years_are_the_fewest_and_the_most(text: str, years: list[float]) -> None:
    assert years_stated(text) == years
