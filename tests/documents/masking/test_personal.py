from __future__ import annotations

import pytest

from tests.documents.masking.shown import below, shown


@pytest.mark.parametrize(
    "marked",
    [
        "Date of birth: {birth_date|12 May 1990}", "DOB {birth_date|05/12/1990}",
        "Born: {birth_date|May 12, 1990}", "born {birth_date|1990}",
        "Born in Kyiv on {birth_date|12th of May 1990}", "Дата рождения: {birth_date|12.05.1992 г.}",
        "родился {birth_date|12 мая 1992}",
        "{birth_date|1992} г.р.", "Год рождения: {birth_date|1992}", "생년월일 {birth_date|1992.05.12}",
        "{birth_date|1990년생}",
        "{birth_date|92년생}", "תאריך לידה: {birth_date|12.5.1992}", "יליד {birth_date|1992}",
        "{birth_date|12.05.1992}", "Date of birth\n{birth_date|1990-05-12}",
    ],
)  # fmt: skip
def test_a_birth_date_is_found_in_the_header(marked):
    assert in_header(marked)


@pytest.mark.parametrize(
    "marked",
    [
        "Age: {age|34}", "{age|36 years old}", "{age|34 y.o.}", "aged {age|34}".replace("aged {age|34}",
        "{age|aged 34}"), "Возраст: {age|34 года}",
        "{gender|Мужчина}, {age|34 года}", "{age|21 год}", "{age|만 34세}", "나이 : {age|29세}",
        "{age|בן 34}",
        "גיל: {age|34}",
    ],
)  # fmt: skip
def test_an_age_is_found_in_the_header(marked):
    assert in_header(marked)


@pytest.mark.parametrize(
    "marked",
    [
        "Gender: {gender|female}", "Sex: {gender|M}", "Пол: {gender|женский}", "{gender|Женщина}",
        "성별: {gender|여}", "מין: {gender|נקבה}",
        "Berlin | {gender|Male} | Java", "{gender|she/her}",
    ],
)  # fmt: skip
def test_a_gender_is_found_in_the_header(marked):
    assert in_header(marked)


@pytest.mark.parametrize(
    "marked",
    ["Photo: {photo|anna.jpg}", "Фото: {photo|photos/1.png}", "![me]({photo|https://example.com/a.jpg})"],
)
def test_a_photo_is_found_in_the_header(marked):
    assert in_header(marked)


def in_header(marked: str) -> bool:
    plain = marked
    for kind in ("birth_date", "age", "gender", "photo"):
        plain = plain.replace(f"{{{kind}|", "")
    header = "Java developer\nBerlin\n"
    return shown(header + plain.replace("}", "")) == header + marked


@pytest.mark.parametrize(
    "line",
    [
        "12 years of experience", "Опыт работы: 12 лет", "стаж 15 лет", "경력 6년",
        "Available from 01.09.2009", "2001 - 2009", "20 years in IT",
        "Experience: 16 years", "ניסיון של 20 שנה", "over 20 years", "Male fashion buyer",
    ],
)  # fmt: skip
def test_experience_and_periods_in_the_header_are_no_facts(line):
    assert shown(f"Java developer\n{line}\n") == f"Java developer\n{line}\n"


def test_a_labelled_line_counts_below_the_header_too():
    assert below("Date of birth: 12.05.1992") == "Date of birth: {birth_date|12.05.1992}"
    assert below("Gender: Male") == "Gender: {gender|Male}"
    assert below("I am 34 years old") == "I am {age|34 years old}"


@pytest.mark.parametrize(
    "line",
    [
        "taught students born post 1982", "the birthday ball in 2005", "a company that is 34 years old",
        "children aged 15", "male and female",
        "age 18-34 audience", "logo.png and banner.jpg", "Male, Female", "12.05.1992",
    ],
)  # fmt: skip
def test_prose_below_the_header_states_no_facts(line):
    assert below(line) == line
