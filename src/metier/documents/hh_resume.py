"""Resumes as the API of hh.ru gives them, to the text that hh.ru itself would print.

The full resume and the shorter entry of a search are both read. Any field may be null: the API nulls what
its owner hides. Left out are photographs, the people who recommend the person (their names are nobody's
business here and their words are no evidence), and the ids of dictionaries.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from typing import Final

from metier.documents.extracted import Extracted
from metier.documents.json_file import (
    Fields,
    TextLines,
    cleaned,
    entry_prose,
    load_json,
    paragraphs,
    plain_line,
)
from metier.limits import ReadingLimits

_MONTHS: Final = (
    "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь".split(),
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split(),
)
_DATE = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?")
_GENDERS = {"male": "Мужчина", "female": "Женщина", "мужской": "Мужчина", "женский": "Женщина"}
_BORN = {"Мужчина": "родился", "Женщина": "родилась"}
_CURRENCIES = {"RUR": "руб.", "RUB": "руб."}
_POINT = "Пункт"
# Only tags that descriptions use: "List<String>" and "a < b" are words of the resume.
_LINE_TAG = re.compile(r"<(?:br\s{0,3}/?|/?(?:p|div|ul|ol|h[1-6])(?:\s[^<>]{0,200})?)>", re.IGNORECASE)
_ITEM_TAG = re.compile(r"\s{0,9}<li(?:\s[^<>]{0,200})?>", re.IGNORECASE)
_INLINE_TAG = re.compile(
    r"</?(?:li|b|strong|i|em|u|s|span|a|font|small|code|pre|highlighttext)(?:\s[^<>]{0,200})?/?>",
    re.IGNORECASE,
)


def extract_hh_resume(data: bytes, name: str, limits: ReadingLimits) -> Extracted:
    """Return the text of a resume of the hh.ru API, in Russian headings, whatever language it is in.

    Args:
        data: the whole file: one resume, or a list or a search's answer that holds one.
        name: its name, for messages.
        limits: `max_bytes` and `max_chars` apply.

    Raises:
        CorruptDocument: no whole JSON.
        UnsupportedFormat: JSON of another kind, or several resumes.
        LimitExceeded: larger or longer than allowed.
    """
    resume = Fields(load_json(data, name, limits))
    out = TextLines(name, limits)
    out.section("", [_person(resume), _contacts(resume), _whereabouts(resume)])
    out.section("Желаемая должность и зарплата", [_wish(resume)])
    out.section(_experience_heading(resume), _experience(resume))
    _education(resume, out)
    skills = (skill.line("name") for skill in resume.records("skill_set", plain="name"))
    out.section("Ключевые навыки", [_listed(skills)])
    out.section("Знание языков", [_languages(resume)])
    out.section("Опыт вождения", [_driving(resume)])
    out.section("Портфолио", [_portfolio(resume)])
    out.section("Обо мне", paragraphs(without_tags(resume.prose("skills")).split("\n")))
    return out.extracted(resume.findings())


def _person(resume: Fields) -> Iterator[str]:
    yield " ".join(filter(None, (resume.line(key) for key in ("last_name", "first_name", "middle_name"))))
    gender_field = resume.record("gender")
    said = gender_field.line("id").lower(), gender_field.line("name").lower()
    gender = next((_GENDERS[word] for word in said if word in _GENDERS), "")
    age, born = resume.number("age"), _day(resume.figure("birth_date"))
    born_word = _BORN.get(gender, "дата рождения")
    parts = (
        gender,
        _counted(age, "год", "года", "лет") if age else "",
        f"{born_word} {born}" if born else "",
    )
    yield _capitalised(", ".join(filter(None, parts)))


def _contacts(resume: Fields) -> Iterator[str]:
    for contact in resume.records("contact"):
        value = contact.line("contact_value") or _contact_value(contact)
        if not value:
            continue
        preferred = "предпочитаемый способ связи" if contact.flag("preferred") else ""
        yield " — ".join(filter(None, (value, preferred)))
        yield plain_line(contact.line("comment"), "Примечание")
    for site in resume.records("site", plain="url"):
        kind, url = site.record("type").line("name"), site.line("url")
        yield plain_line(": ".join(filter(None, (kind, url))) if url else "", "Ссылка")


def _contact_value(contact: Fields) -> str:
    if contact.is_text("value"):
        return contact.line("value")
    number = contact.record("value")
    country, city, own = (number.figure(key) for key in ("country", "city", "number"))
    spelled = " ".join(filter(None, (f"+{country.lstrip('+')}" if country else "", city, own)))
    return number.line("formatted") or number.line("email") or (spelled if own else "")


def _whereabouts(resume: Fields) -> Iterator[str]:
    metro = resume.record("metro").line("name")
    place = ", ".join(filter(None, (resume.record("area").line("name"), f"м. {metro}" if metro else "")))
    yield _labelled("Проживает", place)
    permit = _labelled("есть разрешение на работу", _names(resume, "work_ticket"))
    citizenship = _labelled("Гражданство", _names(resume, "citizenship"))
    yield _capitalised(", ".join(filter(None, (citizenship, permit))))
    moving = (
        resume.record("relocation").record("type").line("name"),
        resume.record("business_trip_readiness").line("name"),
    )
    yield _capitalised(", ".join(filter(None, moving)))


def _wish(resume: Fields) -> Iterator[str]:
    yield plain_line(resume.line("title"), "Должность")
    salary = resume.record("salary")
    amount, currency = salary.number("amount"), salary.line("currency")
    if amount:
        # Parted by blanks, so that no amount is taken for a year.
        yield f"{amount:,} {_CURRENCIES.get(currency, currency)}".replace(",", " ").strip()
    yield _labelled("Занятость", _names(resume, "employments"))
    yield _labelled("График работы", _names(resume, "schedules"))


def _experience_heading(resume: Fields) -> str:
    months = resume.record("total_experience").number("months")
    return f"Опыт работы — {_length(months)}" if months and months < 1200 else "Опыт работы"


def _experience(resume: Fields) -> Iterator[Iterable[str]]:
    jobs = resume.records("experience")
    if not jobs and resume.record("total_experience").number("months"):
        # The heading tells the length of what is hidden.
        yield ["Места работы скрыты."]
    for job in jobs:
        description = entry_prose(without_tags(job.prose("description")), _POINT)
        yield from paragraphs([*filter(None, _job(job)), *description])


def _job(job: Fields) -> Iterator[str]:
    yield _period(job)
    yield plain_line(job.line("company") or job.record("employer").line("name"), "Организация")
    yield plain_line(job.line("position"), "Должность")
    place = (job.record("area").line("name"), job.line("company_url"))
    yield plain_line(", ".join(filter(None, place)), "Место")
    industries = [job.record("industry").line("name"), _names(job, "industries")]
    yield plain_line(next(filter(None, industries), ""), "Отрасль")


def _education(resume: Fields, out: TextLines) -> None:
    education = resume.record("education")
    level = _labelled("Уровень", education.record("level").line("name"))
    schools = [_school(school) for key in ("primary", "elementary") for school in education.records(key)]
    out.section("Образование", [[level], *schools])
    courses, exams = education.records("additional"), education.records("attestation")
    out.section("Повышение квалификации, курсы", map(_school, courses))
    out.section("Тесты, экзамены", map(_school, exams))
    certificates = [_certificate(certificate) for certificate in resume.records("certificate")]
    out.section("Электронные сертификаты", certificates)


def _school(school: Fields) -> list[str]:
    field = ", ".join(filter(None, (school.line("organization"), school.line("result"))))
    return [
        school.figure("year"),
        plain_line(school.line("name"), "Учебное заведение"),
        plain_line(field, "Специальность"),
    ]


def _certificate(certificate: Fields) -> list[str]:
    title, year = certificate.line("title"), certificate.figure("achieved_at")[:4]
    return [", ".join(filter(None, (title, year))), certificate.line("url")]


def _listed(skills: Iterable[str]) -> Iterator[str]:
    yield plain_line(", ".join(filter(None, skills)), "Навык")


def _languages(resume: Fields) -> Iterator[str]:
    for language in resume.records("language"):
        parts = (language.line("name"), language.record("level").line("name"))
        yield " — ".join(filter(None, parts))


def _driving(resume: Fields) -> Iterator[str]:
    types = [licence.line("id") for licence in resume.records("driver_license_types", plain="id")]
    yield "Имеется собственный автомобиль" if resume.flag("has_vehicle") else ""
    yield _spaced("Права категории", ", ".join(filter(None, types)))


def _portfolio(resume: Fields) -> Iterator[str]:
    for picture in resume.records("portfolio"):
        yield plain_line(picture.line("description"), "Работа")


def without_tags(text: str) -> str:
    """Return a text without the tags that descriptions hold; items of lists begin with a bullet.

    Example: "<p>Led a team</p><ul><li>of five</li></ul>" is "Led a team" and "• of five" on two lines.
    """
    text = _LINE_TAG.sub("\n", text)
    text = _INLINE_TAG.sub("", _ITEM_TAG.sub("\n• ", text))
    lines = [line.strip() for line in cleaned(html.unescape(text)).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _period(job: Fields) -> str:
    start, end = _month(job.figure("start")), _month(job.figure("end"))
    if start:
        return f"{start} — {end or 'по настоящее время'}"
    return _labelled("Окончание", end)


def _month(date: str) -> str:
    """Return "Март 2019" of "2019-03-01"; a date of another form stays as it is."""
    match = _DATE.fullmatch(date)
    if match is None or not 1 <= int(match[2]) <= 12:
        return date
    return f"{_MONTHS[0][int(match[2]) - 1].capitalize()} {match[1]}"


def _day(date: str) -> str:
    match = _DATE.fullmatch(date)
    if match is None or not match[3] or not 1 <= int(match[2]) <= 12:
        return date
    return f"{int(match[3])} {_MONTHS[1][int(match[2]) - 1]} {match[1]}"


def _length(months: int) -> str:
    years, rest = divmod(months, 12)
    parts = (
        _counted(years, "год", "года", "лет") if years else "",
        _counted(rest, "месяц", "месяца", "месяцев") if rest else "",
    )
    return " ".join(filter(None, parts))


def _counted(number: int, one: str, few: str, many: str) -> str:
    """Return a number with its noun: 1 год, 3 года, 11 лет, 25 лет."""
    if number % 10 == 1 and number % 100 != 11:
        return f"{number} {one}"
    return f"{number} {few if 2 <= number % 10 <= 4 and not 12 <= number % 100 <= 14 else many}"


def _names(fields: Fields, key: str) -> str:
    return ", ".join(filter(None, (item.line("name") for item in fields.records(key, plain="name"))))


def _labelled(label: str, value: str) -> str:
    return f"{label}: {value}" if value else ""


def _spaced(label: str, value: str) -> str:
    return f"{label} {value}" if value else ""


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
