"""The sections of a resume or a vacancy, told by their headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from metier.documents.headings import heading_kind
from metier.types import Role, Section, SectionKind, Span

_LINE = re.compile(r"[^\n]*\n?")
# "Skills: Python, SQL" on one line.
_INLINE = re.compile(r"([^:：\n]{2,70})[:：]\s*(?=\S)")
_BEFORE_FIRST = {
    Role.RESUME: SectionKind.HEADER,
    Role.VACANCY: SectionKind.OTHER,
    Role.ANSWER: SectionKind.OTHER,
}
# In a resume these stand inside an entry of a job: they hold for their paragraph, then the job goes on.
_PASSING = frozenset({SectionKind.SKILLS, SectionKind.DUTIES, SectionKind.OTHER})
_PASSING_INSIDE = frozenset({SectionKind.EXPERIENCE, SectionKind.PROJECTS})
_STANDING_SKILLS = re.compile(
    r"(?i)skills|навыки|компетенции|competenc|기술|כישורים|highlights|qualifications|expertise"
)
# What a vacancy's headings mean in a resume, where nobody asks for anything.
_IN_RESUME = {
    SectionKind.REQUIRED: SectionKind.SKILLS,
    SectionKind.PREFERRED: None,
    SectionKind.OFFER: None,
    SectionKind.EMPLOYER: None,
}
_IN_VACANCY: dict[SectionKind, SectionKind | None] = {
    SectionKind.EXPERIENCE: SectionKind.REQUIRED,
    SectionKind.EDUCATION: SectionKind.REQUIRED,
    SectionKind.SKILLS: SectionKind.REQUIRED,
    SectionKind.LANGUAGES: SectionKind.REQUIRED,
    SectionKind.CERTIFICATES: SectionKind.REQUIRED,
    SectionKind.HEADER: SectionKind.OTHER,
    SectionKind.INTERESTS: SectionKind.OTHER,
    SectionKind.PROJECTS: SectionKind.OTHER,
}


@dataclass(frozen=True, slots=True)
class _Heading:
    kind: SectionKind
    span: Span
    inline: bool


def find_sections(text: str, role: Role) -> tuple[Section, ...]:
    """Return the sections of a text.

    A heading is a line of its own that says a known phrase, or such a phrase before a colon. In a resume a
    heading such as "Technologies" inside the entry of a job holds for its paragraph; the experience goes on
    after it as a section without heading.

    Args:
        text: the whole text.
        role: in a vacancy, headings such as "Experience" and "Skills" say what is required.

    Returns:
        Sections in order that cover the text without gap or overlap; none for an empty text. What stands
        before the first heading is `header` in a resume and `other` elsewhere.
    """
    sections: list[Section] = []
    start, kind, heading = 0, _BEFORE_FIRST[role], None
    enclosing = kind
    for event in _events(text, role):
        if event.start > start:
            sections.append(Section(kind, Span(start, event.start), heading))
        start = event.start
        if event.heading is None:
            kind, heading = enclosing, None
            continue
        passing = role is Role.RESUME and _passes(event.heading, enclosing, text)
        kind, heading = event.heading.kind, event.heading.span
        if not passing:
            enclosing = kind
    if len(text) > start:
        sections.append(Section(kind, Span(start, len(text)), heading))
    return tuple(_joined(sections))


@dataclass(frozen=True, slots=True)
class _Event:
    """Something that may end a section: a heading, or an empty line."""

    start: int
    heading: _Heading | None


def _events(text: str, role: Role) -> Iterator[_Event]:
    for match in _LINE.finditer(text):
        line = match.group()
        if not line:
            continue
        if not line.strip():
            yield _Event(match.end(), None)
            continue
        heading = _heading(line, match.start(), role)
        if heading is not None:
            yield _Event(match.start(), heading)


def _heading(line: str, offset: int, role: Role) -> _Heading | None:
    content = line.strip()
    kind = _in_role(heading_kind(content), role)
    if kind is not None:
        start = offset + line.index(content)
        return _Heading(kind, Span(start, start + len(content)), inline=False)
    match = _INLINE.match(content)
    if match is None:
        return None
    kind = _in_role(heading_kind(match[1]), role)
    if kind is None or (role is Role.RESUME and kind in (SectionKind.HEADER, SectionKind.EXPERIENCE)):
        return None
    start = offset + line.index(content)
    return _Heading(kind, Span(start, start + len(match[1])), inline=True)


def _in_role(kind: SectionKind | None, role: Role) -> SectionKind | None:
    if kind is None:
        return None
    return {Role.RESUME: _IN_RESUME, Role.VACANCY: _IN_VACANCY, Role.ANSWER: {}}[role].get(kind, kind)


def _passes(heading: _Heading, enclosing: SectionKind, text: str) -> bool:
    """Tell whether a heading belongs to the entry of a job and not to the document."""
    if heading.inline:
        return True
    if enclosing not in _PASSING_INSIDE or heading.kind not in _PASSING:
        return False
    words = text[heading.span.start : heading.span.end]
    return not (heading.kind is SectionKind.SKILLS and _STANDING_SKILLS.search(words))


def _joined(sections: list[Section]) -> Iterator[Section]:
    """Join a section that went on after an empty line with what it goes on from."""
    pending: Section | None = None
    for section in sections:
        if pending is not None and section.heading is None and section.kind is pending.kind:
            pending = Section(pending.kind, Span(pending.span.start, section.span.end), pending.heading)
            continue
        if pending is not None:
            yield pending
        pending = section
    if pending is not None:
        yield pending
