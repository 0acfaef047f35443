from __future__ import annotations

import pytest

from tests.documents.masking.shown import shown


def after(name: str, line: str, language: str = "en") -> str:
    heading = {"en": "Experience", "ru": "Опыт работы", "ko": "경력", "he": "ניסיון"}[language]
    return shown(f"{name}\n\n{heading}\n\n{line}", language).rpartition("\n")[2]


@pytest.mark.parametrize(
    ("line", "masked"),
    [
        ("Anna Lindqvist - page 2", "{name|Anna Lindqvist} - page 2"),
        ("ANNA LINDQVIST", "{name|ANNA LINDQVIST}"),
        ("Lindqvist, Anna", "{name|Lindqvist, Anna}"),
        ("A. Lindqvist wrote it", "{name|A. Lindqvist} wrote it"),
        ("Anna led a team", "{name|Anna} led a team"),
        ("Ms. Lindqvist joined", "Ms. {name|Lindqvist} joined"),
        ("Joanna and Lindqvistson", "Joanna and Lindqvistson"),
    ],
)
def test_a_name_is_masked_wherever_it_stands_again(line, masked):
    assert after("Anna Lindqvist", line) == masked


@pytest.mark.parametrize(
    ("line", "masked"),
    [
        ("Передали Иванову", "Передали {name|Иванову}"),
        ("под началом И. И. Иванова", "под началом {name|И. И. Иванова}"),
        ("Иванов Иван вел проект", "{name|Иванов Иван} вел проект"),
        ("Ивановский район", "Ивановский район"),
    ],
)
def test_russian_names_are_found_in_their_cases(line, masked):
    assert after("Иванов Иван Иванович", line, "ru") == masked


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("Ruby Rose", "Ruby on Rails, Rose garden"),
        ("Mark Jenkins", "Jenkins pipelines. Mark the date"),
        ("Will Chase", "Will grow. Chase Bank"),
        ("Julia Ford", "Julia language, Ford Motor"),
        ("Anna Kettle", "Kettle of fish, kettle on"),
    ],
)
def test_a_part_that_is_a_word_or_a_technology_is_left_alone(name, line):
    assert after(name, line) == line


def test_the_full_name_is_masked_even_where_its_parts_are_words():
    assert after("Ruby Rose", "Ruby Rose wrote Ruby") == "{name|Ruby Rose} wrote Ruby"


def test_a_korean_name_is_found_whole():
    assert after("홍길동", "홍길동은 개발자", "ko") in ("{name|홍길동}은 개발자", "홍길동은 개발자")
    assert after("홍길동", "지원자 홍길동", "ko") == "지원자 {name|홍길동}"
