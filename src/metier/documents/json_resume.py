"""JSON Resume, schema v1.0.0, to a text that is read like any resume.

Left out on the way in: `references` (other people's names and words, no evidence of what the person can do),
`image`, `meta` and whatever the schema does not know. Volunteering is no employment: its months do not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from metier.documents.entries import names_itself
from metier.documents.extracted import Extracted
from metier.documents.json_file import (
    Fields,
    TextLines,
    entry_prose,
    load_json,
    one_line,
    paragraphs,
    plain_line,
)
from metier.limits import ReadingLimits

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "present": ("present", "настоящее время"),
    "until": ("Until", "Окончание"),
    "summary": ("Summary", "О себе"),
    "work": ("Experience", "Опыт работы"),
    "volunteer": ("Volunteering", "Волонтёрство"),
    "projects": ("Projects", "Проекты"),
    "skills": ("Skills", "Навыки"),
    "education": ("Education", "Образование"),
    "certificates": ("Certificates", "Сертификаты"),
    "languages": ("Languages", "Языки"),
    "awards": ("Awards", "Награды"),
    "publications": ("Publications", "Публикации"),
    "interests": ("Interests", "Интересы"),
    "organization": ("Organization", "Организация"),
    "position": ("Position", "Должность"),
    "institution": ("Institution", "Учебное заведение"),
    "area": ("Field of study", "Специальность"),
    "degree": ("Degree", "Степень"),
    "score": ("Score", "Балл"),
    "location": ("Location", "Место"),
    "roles": ("Roles", "Роли"),
    "keywords": ("Technologies", "Технологии"),
    "link": ("Link", "Ссылка"),
    "skill": ("Skill", "Навык"),
    "project": ("Project", "Проект"),
    "point": ("Point", "Пункт"),
    "name": ("Name", "Имя"),
}
_ENGLISH, _RUSSIAN = ({key: words[i] for key, words in _WORDS.items()} for i in (0, 1))
_Words = Mapping[str, str]

_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LATIN = re.compile(r"[A-Za-z]")
_ADDRESS = re.compile(r"\S*(?:@|://)\S*")
_ISO_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})T\S{0,40}")


def extract_json_resume(data: bytes, name: str, limits: ReadingLimits) -> Extracted:
    """Return the text of a JSON Resume, with headings in the language of most of its letters.

    Args:
        data: the whole file.
        name: its name, for messages.
        limits: `max_bytes` and `max_chars` apply.

    Raises:
        CorruptDocument: no whole JSON.
        UnsupportedFormat: JSON of another kind.
        LimitExceeded: larger or longer than allowed.
    """
    resume = Fields(load_json(data, name, limits))
    english = _written(resume, _ENGLISH, TextLines(name, limits))
    words = _RUSSIAN if _is_cyrillic(english.text) else _ENGLISH
    return english if words is _ENGLISH else _written(resume, words, TextLines(name, limits))


def _is_cyrillic(text: str) -> bool:
    words = _ADDRESS.sub("", text)
    return len(_CYRILLIC.findall(words)) > len(_LATIN.findall(words))


def _written(resume: Fields, words: _Words, out: TextLines) -> Extracted:
    basics = resume.record("basics")
    out.section("", [_contacts(basics, words)])
    out.section(words["summary"], paragraphs(basics.prose("summary").split("\n")))
    jobs = (_job(job, words, ("name", "company")) for job in resume.records("work"))
    out.section(words["work"], jobs)
    posts = (_job(post, words, ("organization",)) for post in resume.records("volunteer"))
    out.section(words["volunteer"], posts)
    out.section(words["projects"], (_project(project, words) for project in resume.records("projects")))
    out.section(words["skills"], [_grouped(resume.records("skills", plain="name"), words)])
    out.section(words["education"], (_school(school, words) for school in resume.records("education")))
    certificates = resume.records("certificates", plain="name")
    out.section(words["certificates"], [_issued(certificates, "name", "issuer", "date")])
    out.section(words["languages"], [_languages(resume.records("languages", plain="language"))])
    awards = resume.records("awards", plain="title")
    out.section(words["awards"], [_issued(awards, "title", "awarder", "date")])
    publications = resume.records("publications", plain="name")
    out.section(words["publications"], [_issued(publications, "name", "publisher", "releaseDate")])
    out.section(words["interests"], [_grouped(resume.records("interests", plain="name"), words)])
    return out.extracted(resume.findings())


def _contacts(basics: Fields, words: _Words) -> Iterator[str]:
    yield plain_line(basics.line("name"), words["name"])
    yield plain_line(basics.line("label"), words["position"])
    yield basics.line("email")
    yield basics.figure("phone")
    yield basics.line("url", "website")
    location = basics.record("location")
    parts = (location.figure(key) for key in ("address", "postalCode", "city", "region", "countryCode"))
    yield plain_line(", ".join(filter(None, parts)), words["location"])
    for profile in basics.records("profiles"):
        target = profile.line("url") or profile.line("username")
        network = profile.line("network")
        yield plain_line(f"{network}: {target}" if network and target else network or target, words["link"])


def _job(job: Fields, words: _Words, names: tuple[str, ...]) -> Iterator[str]:
    yield from _title(job.line(*names), job.line("position"), words, ("organization", "position"))
    yield _period(job, words)
    yield job.line("url", "website")
    yield _labelled(words["location"], job.line("location"))
    yield from entry_prose(job.paragraph("description"), words["point"])
    yield from entry_prose(job.paragraph("summary"), words["point"])
    yield from _points(job.lines("highlights"), words)


def _school(school: Fields, words: _Words) -> Iterator[str]:
    names = ("institution", "area")
    yield from _title(school.line("institution"), school.line("area"), words, names)
    yield _period(school, words) if school.figure("startDate") else _date(school, "endDate")
    yield _labelled(words["degree"], school.line("studyType"))
    yield _labelled(words["score"], school.figure("score", "gpa"))
    yield school.line("url")
    yield from _points(school.lines("courses"), words)


def _project(project: Fields, words: _Words) -> Iterator[str]:
    yield plain_line(project.line("name"), words["project"])
    yield _period(project, words)
    yield project.line("url")
    yield _labelled(words["roles"], ", ".join(project.lines("roles")))
    yield _labelled(words["organization"], project.line("entity"))
    yield from entry_prose(project.paragraph("description"), words["point"])
    yield from _points(project.lines("highlights"), words)
    yield _labelled(words["keywords"], ", ".join(project.lines("keywords")))


def _title(name: str, role: str, words: _Words, keys: tuple[str, str]) -> Iterator[str]:
    """Yield "Name — Role" where that can be read back, and each with its label elsewhere."""
    title = f"{name} — {role}" if name and role else name
    if (
        title
        and names_itself(title, name, role, school=keys[0] == "institution")
        and title == plain_line(title, "")
    ):
        yield title
        return
    yield _labelled(words[keys[0]], name)
    yield _labelled(words[keys[1]], role)


def _labelled(label: str, value: str) -> str:
    return f"{label}: {value}" if value else ""


def _period(fields: Fields, words: _Words) -> str:
    start, end = _date(fields, "startDate"), _date(fields, "endDate")
    if start:
        return f"{start} – {end or words['present']}"
    return _labelled(words["until"], end)


def _date(fields: Fields, key: str) -> str:
    return _ISO_TIME.sub(r"\1", fields.figure(key))


def _points(lines: Iterable[str], words: _Words) -> Iterator[str]:
    for line in lines:
        yield f"• {plain_line(line, words['point'])}"


def _grouped(groups: Iterable[Fields], words: _Words) -> Iterator[str]:
    """Yield a line for each group of skills or interests: "Web (expert) — HTML, CSS"."""
    for group in groups:
        name, level = group.line("name"), group.figure("level")
        title = f"{name} ({level})" if name and level else name
        keywords = ", ".join(group.lines("keywords"))
        yield plain_line(" — ".join(filter(None, (title, keywords))), words["skill"])


def _languages(languages: Iterable[Fields]) -> Iterator[str]:
    for language in languages:
        yield " — ".join(filter(None, (language.line("language"), language.line("fluency"))))


def _issued(things: Iterable[Fields], name: str, issuer: str, date: str) -> Iterator[str]:
    """Yield "Name — Issuer, date" and what else is said, without empty lines between."""
    for thing in things:
        title = " — ".join(filter(None, (thing.line(name), thing.line(issuer))))
        yield ", ".join(filter(None, (title, _date(thing, date))))
        yield thing.line("url", "website")
        yield one_line(thing.prose("summary"))
