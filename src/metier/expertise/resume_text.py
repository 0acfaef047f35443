"""Applications as texts that are read like any resume, and resumes as the fields of an application."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from metier.documents.json_file import cleaned, entry_prose, one_line, plain_line
from metier.documents.placeholders import PLACEHOLDERS
from metier.documents.view import ScoringView
from metier.expertise.application import Application, Field
from metier.types import Document, Level, Role, Section, SectionKind

_CYRILLIC: Final = re.compile(r"[\u0400-\u04ff]")
_LATIN: Final = re.compile(r"[A-Za-z]")
_WORDS: Final = {
    False: ("Position", "Skills", "Skill", "Experience", "Point"),
    True: ("Должность", "Навыки", "Навык", "Опыт работы", "Пункт"),
}
_MAX_TITLE_CHARS: Final = 120
_TITLE_LINES: Final = 6
_NO_TITLE: Final = re.compile(r"[:;.,]\s|[:;.·|@]$|[·|@\d]")
_WISH: Final = re.compile(r"желаемая должность|objective|цель", re.IGNORECASE)
_INLINE: Final = re.compile(r"[ \t]*[:：][ \t]*\S")
_STANDING: Final = re.compile(r"skills|навыки|компетенц|competenc", re.IGNORECASE)
_LABELLED: Final = re.compile(r"(?:position|должность): (\S.*)", re.IGNORECASE)
_SALARY_TAIL: Final = re.compile(r"\s+\d[\d\s\u00a0]{3,}.*$")
# Sections that an entry of a job may hold: the experience goes on after them.
_WITHIN: Final = frozenset({SectionKind.DUTIES, SectionKind.OTHER, SectionKind.SKILLS})
_NO_EXPERIENCE: Final = frozenset(
    {
        SectionKind.SKILLS,
        SectionKind.EDUCATION,
        SectionKind.LANGUAGES,
        SectionKind.CERTIFICATES,
        SectionKind.INTERESTS,
    }
)
_ASKED: Final = frozenset({SectionKind.REQUIRED, SectionKind.PREFERRED, SectionKind.SKILLS})
_NOT_THE_JOB: Final = frozenset({SectionKind.OFFER, SectionKind.EMPLOYER})


def resume_text(application: Application) -> str:
    """Return an application as the text of a resume: position, skills and work experience under headings.

    Headings are in the language of most of its letters, English or Russian. Company, salary, age and place
    are no part of it. `application_of` finds the same fields again.

    Returns:
        Lines; empty where none of the three fields has a word.
    """
    position, skills, experience = (
        cleaned(application.text(field))
        for field in (Field.POSITION, Field.KEY_SKILLS, Field.WORK_EXPERIENCE)
    )
    letters = f"{position}\n{skills}\n{experience}"
    words = _WORDS[len(_CYRILLIC.findall(letters)) > len(_LATIN.findall(letters))]
    title = plain_line(one_line(position), words[0])
    if title and not _could_be_title(title, Role.RESUME):
        title = f"{words[0]}: {one_line(position)}"
    parts = [title]
    if skills.strip():
        parts.append("\n".join([words[1], *_skill_lines(skills, words[2])]))
    if experience.strip():
        parts.append("\n".join([words[3], *entry_prose(experience.strip(), words[4])]))
    return "\n\n".join(part for part in parts if part)


def application_of(
    document: Document,
    view: ScoringView,
    *,
    id: str,
    company: str = "",
    salary: str = "",
    claimed: Level | None = None,
) -> Application:
    """Return the fields of a document as scores see it: personal facts are placeholders in them.

    The position of a resume is its title, key skills are its sections on skills, work experience those on
    experience with what stands within the entries of jobs. Without a heading on experience, all that is about
    neither skills nor education is taken. Of a vacancy, key skills are what it asks for, and work experience
    is what the job is.

    Args:
        document: as it was read.
        view: of the document.
        id: the name that results give it.
        company: who is hiring, or empty.
        salary: what is asked for, or empty.
        claimed: the level to test for, or None.
    """
    title = _title(document, view)
    split = _of_vacancy if document.role is Role.VACANCY else _of_resume
    skills, experience = split(view)
    fields = {
        Field.POSITION: title,
        Field.KEY_SKILLS: _body(view, skills),
        Field.CLIENT_NAME: company.strip(),
        Field.EXPECTED_GRADE_SALARY: salary.strip(),
        Field.WORK_EXPERIENCE: _without_title(_body(view, experience), title),
    }
    return Application(id, {field: text for field, text in fields.items() if text}, claimed)


def _skill_lines(skills: str, label: str) -> Iterator[str]:
    """Yield the lines of skills without empty ones, after which the section would end."""
    for line in skills.split("\n"):
        if line.strip():
            yield plain_line(line.strip(), label)


def _title(document: Document, view: ScoringView) -> str:
    """Return the first line that could be a title, or what a label or a heading says is the wanted post."""
    for section in view.sections:
        heading = view.text[section.heading.start : section.heading.end] if section.heading else ""
        if _WISH.match(heading):
            lines = view.text[_below_heading(section) : section.span.end].strip(" \t:：\n").split("\n")
            wanted = _SALARY_TAIL.sub("", lines[0].strip())
            if _could_be_title(wanted, document.role):
                return wanted
    headings = {section.heading.start for section in view.sections if section.heading}
    start = 0
    for line in view.text.split("\n", _TITLE_LINES)[:_TITLE_LINES]:
        first = start + len(line) - len(line.lstrip())
        start += len(line) + 1
        labelled = _LABELLED.match(line.strip())
        if labelled:
            return labelled[1]
        if first not in headings and _could_be_title(line.strip(), document.role):
            return line.strip()
    return ""


def _could_be_title(line: str, role: Role) -> bool:
    if not 2 <= len(line) <= _MAX_TITLE_CHARS or not any(letter.isalpha() for letter in line):
        return False
    if any(placeholder in line for placeholder in PLACEHOLDERS.values()):
        return False
    # Above the experience of a resume stand addresses and sentences too.
    return role is Role.VACANCY or not _NO_TITLE.search(line)


def _of_resume(view: ScoringView) -> tuple[list[Section], list[Section]]:
    """Return the sections on skills and those on experience."""
    sections = list(view.sections)
    experience = [sections[i] for i in _jobs(view.text, sections)]
    if not experience:
        experience = [section for section in sections if section.kind not in _NO_EXPERIENCE]
    skills = [
        section for section in sections if section.kind is SectionKind.SKILLS and section not in experience
    ]
    return skills, experience


def _jobs(text: str, sections: Sequence[Section]) -> list[int]:
    """Return the places of sections on experience, and of those within the entries of jobs."""
    taken: list[int] = []
    pending: list[int] | None = None
    for i, section in enumerate(sections):
        if section.kind is SectionKind.EXPERIENCE:
            # Without a heading it goes on after what stood within an entry.
            taken += [*(pending or ()), i] if section.heading is None else [i]
            pending = []
        elif pending is not None and (section.kind is SectionKind.DUTIES or _is_of_job(text, section)):
            taken += [*pending, i]
            pending = []
        elif pending is not None:
            pending = [*pending, i] if section.kind in _WITHIN else None
    return taken


def _is_of_job(text: str, section: Section) -> bool:
    """Tell whether a section is a line such as "Technologies: Python" in the paragraph of a job."""
    if section.kind not in _WITHIN or section.heading is None:
        return False
    start, end = section.heading.start, section.heading.end
    inline = _INLINE.match(text, end) is not None
    in_paragraph = text[max(0, start - 2) : start].strip(" \t\r") != "\n\n"
    return inline and in_paragraph and not _STANDING.search(text, start, end)


def _of_vacancy(view: ScoringView) -> tuple[list[Section], list[Section]]:
    """Return the sections on what is asked for, and those on the job."""
    asked = [section for section in view.sections if section.kind in _ASKED]
    rest = [section for section in view.sections if section.kind not in _ASKED | _NOT_THE_JOB]
    return asked, rest


def _body(view: ScoringView, sections: Sequence[Section]) -> str:
    """Return the texts of sections, with the headings that stand within the entries of jobs."""
    among_jobs = any(section.kind is SectionKind.EXPERIENCE for section in sections)
    texts = []
    for section in sections:
        keeps_heading = section.kind in _WITHIN and (among_jobs or section.kind is not SectionKind.SKILLS)
        start = section.span.start if keeps_heading else _below_heading(section)
        texts.append(view.text[start : section.span.end].lstrip(" \t:：\n"))
    return "".join(text if text.endswith("\n") else f"{text}\n" for text in texts if text).strip()


def _below_heading(section: Section) -> int:
    return section.heading.end if section.heading else section.span.start


def _without_title(text: str, title: str) -> str:
    first, _, rest = text.partition("\n")
    said = _LABELLED.sub(r"\1", first.strip())
    return rest.strip() if title and said == title else text
