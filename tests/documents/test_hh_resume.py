import json
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.documents.build import build_document
from metier.documents.hh_resume import extract_hh_resume, without_tags
from metier.documents.json_file import json_kind
from metier.errors import CorruptDocument, LimitExceeded, UnsupportedFormat
from metier.limits import ReadingLimits
from metier.types import Role, SectionKind, YearMonth

LIMITS = ReadingLimits()
AS_OF = YearMonth(2026, 11)
RESUME = {
    "id": "0123",
    "last_name": "Петров",
    "first_name": "Иван",
    "middle_name": "Сергеевич",
    "age": 34,
    "birth_date": "1992-05-12",
    "gender": {"id": "male", "name": "Мужской"},
    "area": {"id": "1", "name": "Москва"},
    "metro": {"id": "2.1", "name": "Сокол"},
    "citizenship": [{"id": "113", "name": "Россия"}],
    "work_ticket": [{"id": "113", "name": "Россия"}],
    "title": "Python-разработчик",
    "photo": {"small": "https://photo.example/1.png", "medium": "https://photo.example/2.png"},
    "salary": {"amount": 150000, "currency": "RUR"},
    "total_experience": {"months": 122},
    "experience": [
        {
            "start": "2019-03-01",
            "end": None,
            "company": "Ромашка",
            "company_id": "1",
            "company_url": "https://romashka.example",
            "industry": None,
            "industries": [{"id": "7", "name": "Информационные технологии"}],
            "area": {"id": "1", "name": "Москва"},
            "position": "Разработчик",
            "description": "<p>Писал <b>API</b> на Python &amp; Go.</p><ul><li>Ускорил</li></ul>\n"
            "Стек: Django",
            "employer": None,
        },
        {
            "start": "2016-09-01",
            "end": "2019-02-01",
            "company": None,
            "employer": {"name": "Образование"},
            "position": "Тестировщик",
            "description": "Проверял.\n\nОбразование\nПовышал.",
        },
    ],
    "skills": "Люблю тесты.\n\nУмею учиться.",
    "skill_set": ["Python", "Django", {"name": "Docker", "level": {"name": "Продвинутый"}}],
    "education": {
        "level": {"id": "higher", "name": "Высшее"},
        "primary": [{"name": "МГУ", "organization": "ВМК", "result": "Прикладная математика", "year": 2014}],
        "additional": [{"name": "Курс", "organization": "Школа данных", "result": "ML", "year": 2018}],
        "attestation": [{"name": "Экзамен", "organization": "Центр", "result": None, "year": 2019}],
        "elementary": [{"name": "Школа 5", "year": 2009}],
    },
    "language": [{"id": "eng", "name": "Английский", "level": {"id": "c1", "name": "C1 — Продвинутый"}}],
    "certificate": [{"title": "AWS Architect", "achieved_at": "2020-01-01", "url": "https://a.example/1"}],
    "contact": [
        {
            "type": {"id": "cell", "name": "Мобильный телефон"},
            "value": {"country": "7", "city": "999", "number": "1234567", "formatted": "+7 (999) 123-45-67"},
            "preferred": True,
            "comment": "после 18",
        },
        {"type": {"id": "home"}, "value": {"country": "7", "city": "495", "number": "7654321"}},
        {"type": {"id": "email", "name": "Эл. почта"}, "value": "ivan@example.org", "preferred": False},
    ],
    "site": [{"type": {"id": "personal", "name": "Портфолио"}, "url": "https://ivan.example"}],
    "driver_license_types": [{"id": "B"}, {"id": "C"}],
    "has_vehicle": True,
    "employments": [{"id": "full", "name": "полная занятость"}],
    "schedules": [{"id": "remote", "name": "удаленная работа"}],
    "relocation": {"type": {"id": "no", "name": "не могу переехать"}, "area": []},
    "business_trip_readiness": {"id": "never", "name": "не готов к командировкам"},
    "recommendation": [{"name": "Сидор Сидоров", "position": "Директор", "organization": "Лютик"}],
    "portfolio": [{"small": "https://p.example/1", "description": "Макет магазина"}],
    "hidden_fields": [],
    "unknown_field": "Секрет",
}
EXPECTED = """\
Петров Иван Сергеевич
Мужчина, 34 года, родился 12 мая 1992

+7 (999) 123-45-67 — предпочитаемый способ связи
после 18
+7 495 7654321
ivan@example.org
Ссылка: Портфолио: https://ivan.example

Проживает: Москва, м. Сокол
Гражданство: Россия, есть разрешение на работу: Россия
Не могу переехать, не готов к командировкам

Желаемая должность и зарплата
Python-разработчик
150 000 руб.
Занятость: полная занятость
График работы: удаленная работа

Опыт работы — 10 лет 2 месяца
Март 2019 — по настоящее время
Ромашка
Разработчик
Москва, https://romashka.example
Информационные технологии
Писал API на Python & Go.
• Ускорил

Стек: Django

Сентябрь 2016 — Февраль 2019
Организация: Образование
Тестировщик
Проверял.

Образование: Повышал.

Образование
Уровень: Высшее

2014
МГУ
ВМК, Прикладная математика

2009
Школа 5

Повышение квалификации, курсы
2018
Курс
Школа данных, ML

Тесты, экзамены
2019
Экзамен
Центр

Электронные сертификаты
AWS Architect, 2020
https://a.example/1

Ключевые навыки
Python, Django, Docker

Знание языков
Английский — C1 — Продвинутый

Опыт вождения
Имеется собственный автомобиль
Права категории B, C

Портфолио
Макет магазина

Обо мне
Люблю тесты.

Умею учиться."""


def extract(value, limits=LIMITS):
    return extract_hh_resume(json.dumps(value).encode(), "hh.json", limits)


def built(value):
    return build_document(extract(value), content="0" * 16, source="hh.json", role=Role.RESUME, as_of=AS_OF)


def nulled(value):
    return dict.fromkeys(value)


def test_a_full_resume_is_laid_out_as_hh_prints_it():
    extracted = extract(RESUME)
    assert extracted.text == EXPECTED
    assert extracted.findings == ()
    assert extracted.excluded == ()


def test_the_program_understands_the_layout():
    document = built(RESUME)
    counted = [document.text[p.span.start : p.span.end] for p in document.periods if p.counted]
    assert counted == ["Март 2019 — по настоящее время", "Сентябрь 2016 — Февраль 2019"]
    assert document.months == 123
    assert document.language == "ru"
    kinds = [section.kind for section in document.sections]
    assert kinds.count(SectionKind.EDUCATION) >= 2
    assert {SectionKind.SKILLS, SectionKind.LANGUAGES, SectionKind.CERTIFICATES} <= set(kinds)


def test_people_who_recommend_photographs_and_unknown_fields_are_left_out():
    text = extract(RESUME).text
    assert not any(word in text for word in ("Сидор", "Лютик", "photo.example", "Секрет", "p.example"))


def test_a_resume_whose_owner_hides_everything_is_read_in_silence():
    assert extract(nulled(RESUME)) == extract(dict.fromkeys(["first_name", "title", "area"]))
    assert extract(nulled(RESUME)).text == ""
    assert extract(nulled(RESUME)).findings == ()


def test_every_inner_field_may_be_null():
    value = deepcopy(RESUME)
    for key, inner in value.items():
        if isinstance(inner, dict):
            value[key] = nulled(inner)
        if isinstance(inner, list):
            value[key] = [nulled(item) if isinstance(item, dict) else None for item in inner] + [None]
    assert extract(value).findings == ()


def test_hidden_jobs_leave_the_length_of_the_experience():
    document = built({**nulled(RESUME), "total_experience": {"months": 110}, "title": "Инженер"})
    assert document.text.endswith("Опыт работы — 9 лет 2 месяца\nМеста работы скрыты.")
    assert document.months == 110


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"gender": {"id": "female", "name": "Женский"}}, "Женщина, 34 года, родилась 12 мая 1992"),
        ({"gender": None}, "34 года, дата рождения 12 мая 1992"),
        ({"age": None, "birth_date": None}, "Мужчина"),
        ({"age": 21}, "Мужчина, 21 год, родился 12 мая 1992"),
        ({"age": 45, "birth_date": "1981"}, "Мужчина, 45 лет, родился 1981"),
        ({"birth_date": "1992-13-12"}, "Мужчина, 34 года, родился 1992-13-12"),
    ],
)
def test_the_line_of_personal_facts(changes, line):
    assert extract({**RESUME, **changes}).text.split("\n")[1] == line


@pytest.mark.parametrize(
    ("start", "end", "line"),
    [
        ("2019-03-01", "2021-05-01", "Март 2019 — Май 2021"),
        ("2019-03", None, "Март 2019 — по настоящее время"),
        ("2019-13-01", None, "2019-13-01 — по настоящее время"),
        (None, "2021-05-01", "Окончание: Май 2021"),
    ],
)
def test_dates_of_a_job(start, end, line):
    job = {"start": start, "end": end, "company": "Ромашка"}
    assert line in extract({**RESUME, "experience": [job]}).text.split("\n")


@pytest.mark.parametrize(
    ("months", "heading"),
    [
        (1, "Опыт работы — 1 месяц"),
        (12, "Опыт работы — 1 год"),
        (264, "Опыт работы — 22 года"),
        (0, "Опыт работы"),
        (10**9, "Опыт работы"),
    ],
)
def test_the_heading_tells_the_total(months, heading):
    assert heading in extract({**RESUME, "total_experience": {"months": months}}).text.split("\n")


def test_an_entry_of_a_search_is_read():
    keys = ("id", "title", "first_name", "last_name", "age", "gender", "area", "total_experience", "salary")
    item = {key: RESUME[key] for key in keys}
    item |= {"education": {"level": {"name": "Высшее"}, "primary": []}, "experience": RESUME["experience"]}
    answer = {"items": [item], "found": 1, "page": 0, "pages": 1, "per_page": 20}
    assert extract(answer) == extract(item)
    assert "Март 2019 — по настоящее время" in extract(item).text


def test_a_resume_in_english_keeps_its_words():
    job = {
        "start": "2019-03-01",
        "end": None,
        "company": "Acme",
        "position": "Engineer",
        "description": "APIs",
    }
    document = built({"first_name": "Anna", "last_name": "Petrova", "title": "Engineer", "experience": [job]})
    assert "Acme\nEngineer\nAPIs" in document.text
    assert document.months == 93


def test_several_resumes_are_refused():
    with pytest.raises(UnsupportedFormat, match="holds 2 entries"):
        extract([RESUME, RESUME])


def test_a_skill_that_is_called_like_a_heading_is_a_skill():
    document = built({**RESUME, "skill_set": ["Обучение"]})
    at = document.text.index("Навык: Обучение")
    (kind,) = [s.kind for s in document.sections if s.span.start <= at < s.span.end]
    assert kind is SectionKind.SKILLS


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("<p>Led a team</p><ul><li>of five</li><li>of six</li></ul>", "Led a team\n• of five\n• of six"),
        ("a<br>b<br/>c<br />d", "a\nb\nc\nd"),
        ("List<String> and a < b > c", "List<String> and a < b > c"),
        ("<highlighttext>Python</highlighttext> &amp; &lt;b&gt;", "Python & <b>"),
        ('<a href="https://a.example">site</a>', "site"),
        ("&#0;&#27;x", "\ufffdx"),
        ("", ""),
    ],
)
def test_tags_are_taken_out(text, plain):
    assert without_tags(text) == plain


def test_many_open_brackets_take_linear_time():
    assert len(without_tags("<a <p " * 50_000)) > 100_000


def test_a_text_over_the_limit_is_refused():
    with pytest.raises(LimitExceeded, match="hh.json may have 1,000 characters. It has more"):
        extract({**RESUME, "skills": "слово " * 1000}, ReadingLimits(max_chars=1000))


def test_deep_nesting_is_refused():
    data = b'{"first_name": null, "title": null, "experience": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    with pytest.raises(CorruptDocument, match="nested deeper"):
        extract_hh_resume(data, "hh.json", LIMITS)


def test_wrong_types_are_skipped_and_told_without_values():
    value = {**RESUME, "title": 7, "area": "Москва-Маркер", "experience": [{"company": ["Маркер"]}, "Маркер"]}
    extracted = extract(value)
    assert "Маркер" not in extracted.text
    (finding,) = extracted.findings
    assert finding.message.endswith("not read: area, title, experience[], experience[].company.")


SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
ANY_JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)


def shaken(value):
    """Return a strategy of values shaped like one, any part of which may be anything."""
    if isinstance(value, dict):
        own = st.fixed_dictionaries({key: shaken(inner) for key, inner in value.items()})
    elif isinstance(value, list):
        own = st.tuples(*map(shaken, value)).map(list)
    else:
        own = st.just(value)
    return own | ANY_JSON


@given(st.fixed_dictionaries({key: shaken(inner) for key, inner in RESUME.items()}))
def test_whatever_the_fields_hold_a_text_comes_out(value):
    data = json.dumps(value).encode()
    assert json_kind(data) == "hh-resume"
    extracted = extract_hh_resume(data, "hh.json", LIMITS)
    assert extracted.pages[0].end == len(extracted.text)
    extracted.text.encode("utf-8")
