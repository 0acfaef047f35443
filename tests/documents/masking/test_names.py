from __future__ import annotations

import pytest

from tests.documents.masking.shown import shown


@pytest.mark.parametrize(
    ("language", "marked"),
    [
        ("en", "{name|Anna Lindqvist}\nBackend developer"),
        ("en", "{name|ANNA LINDQVIST}\nBackend developer"),
        ("en", "Curriculum vitae\n{name|Ngozi Okonkwo-Adeyemi}\nLagos"),
        ("en", "{name|Anna Lindqvist} | Backend developer | Malmö"),
        ("en", "Backend developer\n{name|Anna Lindqvist}\nMalmö"),
        ("en", "{name|O'Brien, Patrick James}\nChef"),
        ("en", "{name|Muhammad bin Abdullah al-Rashid}\nChemist"),
        ("en", "{name|Jan van der Berg}\nChemist"),
        ("en", "{name|Alexander (Sasha) Petrov}\nQA engineer"),
        ("en", '{name|Robert "Bob" Smith}\nQA engineer'),
        ("en", "{name|Mr. John Q. Smith}\nQA engineer"),
        ("en", "{name|Li Wu}\nData scientist"),
        ("en", "{name|Grace Hope}\nNurse"),
        ("en", "{name|Mark Jenkins}\nDevOps engineer"),
        ("en", "Name: {name|josé da silva}\nWelder"),
        ("en", "Full name\t{name|Chidi Obi}\tPhone\t-"),
        ("en", "My name is {name|Anna Lindqvist}, a developer from Malmö"),
        ("en", "Resume of {name|Anna Lindqvist}\nDeveloper"),
        ("ru", "{name|Вера Лев}\nМенеджер по продажам"),
        ("ru", "{name|ИВАНОВ ИВАН ИВАНОВИЧ}\nВодитель"),
        ("ru", "{name|Мамедов Эльчин Рашид оглы}\nИнженер"),
        ("ru", "{name|Иванов И. И.}\nИнженер"),
        ("ru", "ФИО: {name|Ким Роман}\nИнженер"),
        ("ru", "{name|Ян Слава} — Java-разработчик"),
        ("ru", "{name|Салтыкова-Щедрина Анна}\nЛогист"),
        ("ru", "Резюме\n{name|Анна Кирова}\nЭкономист"),
        ("ru", "{name|Анна Петрова} ({name|Anna Petrova})\nЭкономист"),
        ("ko", "{name|홍 길 동}\n개발자"),
        ("ko", "성명: {name|남궁민수}\n개발자"),
        ("ko", "{name|김민준} | 백엔드 개발자"),
        ("ko", "{name|응우옌 티 란} ({name|Nguyen Thi Lan})\n생산관리"),
        ("ko", "{name|홍길동}님의 이력서\n개발자"),
        ("ko", "이력서 - {name|홍길동}\n개발자"),
        ("ko", "{name|데이비드 김}\n영어 강사"),
        ("ko", "새한건설 현장소장 {name|변상욱}"),
        ("he", "{name|דנה לוי}\nמפתחת תוכנה"),
        ("he", "שם: {name|יוסי כהן}\nמהנדס"),
    ],
)
def test_the_name_in_the_header_is_found(language, marked):
    assert shown(marked.replace("{name|", "").replace("}", ""), language) == marked


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Backend developer\nBerlin, Germany"),
        ("en", "HR GENERALIST\nSummary"),
        ("en", "Senior Ruby Developer\nNew York"),
        ("en", "Registered Nurse\nSaint Joseph Hospital"),
        ("en", "Sales Manager, Acme Holdings Ltd\nLondon"),
        ("ru", "Ведущий инженер-программист\nг. Казань"),
        ("ru", "Менеджер по продажам\nСанкт-Петербург\nОпыт работы 5 лет"),
        ("ru", "Резюме\nБухгалтер, ООО «Ромашка»"),
        ("ko", "백엔드 개발자\n서울시 강남구"),
        ("ko", "이력서\n지원분야: 마케팅"),
        ("ko", "하늘을 나는 일이 좋아 정비사가 되었습니다."),
        ("ko", "클라우드 인프라 전문\n서울"),
        ("he", "מפתח תוכנה בכיר\nתל אביב"),
    ],
)
def test_jobs_places_and_firms_are_no_names(language, text):
    assert shown(text, language) == text


def test_a_name_below_the_first_headings_is_found_where_the_address_supports_it():
    text = "Skills\nPython\nSQL\nAnna Lindqvist\nanna.lindqvist@example.com\n"
    assert "{name|Anna Lindqvist}" in shown(text)


@pytest.mark.parametrize("name", ["Anna Lindqvist", "Oluwaseun Adeyemi", "Mehmet Yıldırım"])
@pytest.mark.parametrize("place", ["", "São Paulo, Brazil\n"])
def test_a_known_name_above_a_job_is_found_behind_a_column_of_other_things(name, place):
    text = f"Contact\nkitty85@example.com\n\nSkills\nSQL\n\n{name}\nSenior Engineer\n{place}\nProfile\n"
    assert f"{{name|{name}}}" in shown(text)


@pytest.mark.parametrize(
    "entry",
    [
        "Morgan Stanley\nSenior Analyst, 2019 - 2021\n- Built reports",
        "Morgan Stanley\nSenior Analyst\nLed reports\nBuilt more reports",
        "Design Systems\nSenior Designer",
    ],
)
def test_a_firm_above_a_job_is_no_name(entry):
    text = f"Skills\nPython\n\nExperience\n\n{entry}\n\nEducation\nBSc\n"
    assert shown(text) == text


def test_without_such_support_nothing_below_the_header_is_taken_for_the_name():
    text = "Skills\nPython\nMorgan Stanley\nExperience\nAnna Lindqvist was my manager\n"
    assert shown(text) == text
