"""A resume as JSON Resume, schema v1.0.0."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Any, Final

from metier.documents.entries import Entry, job_entries, part_entries
from metier.documents.headings import heading_kind
from metier.documents.json_file import one_line
from metier.documents.section_index import SectionIndex
from metier.types import (
    Document,
    EvidenceLabel,
    ExclusionReason,
    Mask,
    MaskKind,
    Period,
    SectionKind,
    SkillEvidence,
    Span,
)

SCHEMA_URL: Final = "https://raw.githubusercontent.com/jsonresume/resume-schema/v1.0.0/schema.json"

_FIELD_MASKS = frozenset({MaskKind.NAME, MaskKind.EMAIL, MaskKind.PHONE, MaskKind.LINK})
_NETWORKS = {
    "github.com": "GitHub",
    "gitlab.com": "GitLab",
    "bitbucket.org": "Bitbucket",
    "linkedin.com": "LinkedIn",
    "t.me": "Telegram",
    "twitter.com": "Twitter",
    "x.com": "X",
    "facebook.com": "Facebook",
    "vk.com": "VK",
    "career.habr.com": "Habr Career",
    "habr.com": "Habr",
    "stackoverflow.com": "Stack Overflow",
    "kaggle.com": "Kaggle",
    "medium.com": "Medium",
    "behance.net": "Behance",
    "dribbble.com": "Dribbble",
}
_LINK = re.compile(r"(?P<scheme>https?://)?(?:www\.)?(?P<host>[^\s/@:]+\.[^\s/@:]+)(?P<path>(?:[/?#]\S*)?)")
_NOTHING = "\x00"  # in no text that was read; stands for characters of no width within a word
_NOT_LINE_END = re.compile(r"[^\n]")
_COLON = re.compile(r"[ \t]*[:：]")
_EMPTY_LINE_BEFORE = re.compile(r"\n[ \t]*\n\Z")
_GAP_REACH = 50
_LABEL_CHARS = 80
_LANGUAGE_CHARS = 40
_LISTED = re.compile(r";|,(?![^()]{0,60}\))")
_FLUENCY = re.compile(r" — | – | - |: | ?\(")
_DATE_AT_END = re.compile(
    r"[,\s]\s?(?P<date>(?:19[5-9]\d|20[0-4]\d)(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?)\Z"
)


def to_json_resume(document: Document, skills: Sequence[SkillEvidence] = ()) -> dict[str, Any]:
    """Return a resume as JSON Resume, schema v1.0.0; fields that it does not tell are left out.

    Dates are months, or years where the document has years; the days of a date are not kept. Excluded words,
    and masked facts that the schema has no field for (birth, gender, citizenship ...), are in no field. Name,
    email, phone and links are what `document.masks` says they are.

    Args:
        document: a resume.
        skills: what it shows. Only what it says outright becomes a skill: a JSON Resume is a person's own
            statement, and an implied skill was never stated.
    """
    text = _shown(document)
    periods = [period for period in document.periods if _is_shown(document, text, period.span)]
    names = _skill_names(document, text, skills)
    resume: dict[str, Any] = {
        "$schema": SCHEMA_URL,
        "basics": _basics(document, text),
        "work": [_job_fields(entry) for entry in _jobs(document, text, periods)],
        "education": [_school_fields(entry) for entry in _parts(document, text, periods, school=True)],
        "certificates": _certificate_fields(_body(document, text, SectionKind.CERTIFICATES)),
        "skills": [{"name": name} for name in names],
        "languages": _language_fields(_body(document, text, SectionKind.LANGUAGES), set(names)),
        "projects": [_project_fields(entry) for entry in _parts(document, text, periods, school=False)],
        "meta": {"canonical": SCHEMA_URL, "version": "v1.0.0"},
    }
    return {key: value for key, value in resume.items() if value or key == "basics"}


def _shown(document: Document) -> str:
    """Return the text with excluded words and facts that have no field as blanks; offsets stay."""
    within_words = (ExclusionReason.HIDDEN_CHARACTERS,)
    fills = [
        (exclusion.span, _NOTHING if exclusion.reason in within_words else " ")
        for exclusion in document.excluded
    ]
    fills += [(mask.span, " ") for mask in document.masks if mask.kind not in _FIELD_MASKS]
    parts: list[str] = []
    done = 0
    for span, fill in sorted(fills):
        start, end = max(span.start, done), max(span.end, done)
        parts += [document.text[done:start], _NOT_LINE_END.sub(fill, document.text[start:end])]
        done = end
    return "".join([*parts, document.text[done:]])


def _is_shown(document: Document, text: str, span: Span) -> bool:
    return text[span.start : span.end] == document.text[span.start : span.end]


def _skill_names(document: Document, text: str, skills: Sequence[SkillEvidence]) -> list[str]:
    stated = (
        evidence.name
        for evidence in skills
        if evidence.label is EvidenceLabel.EXPLICIT
        and any(_is_shown(document, text, quote.span) for quote in evidence.quotes)
    )
    return list(dict.fromkeys(stated))


def _basics(document: Document, text: str) -> dict[str, Any]:
    masks = [mask for mask in document.masks if text[mask.span.start : mask.span.end].strip()]
    kinds = SectionIndex(document.sections)
    in_header = [mask for mask in masks if kinds.kind_at(mask.span.start) is SectionKind.HEADER]
    # Under other headings ("References") stand the addresses of other people.
    own = [
        *in_header,
        *(mask for mask in masks if kinds.kind_at(mask.span.start) is not SectionKind.OTHER),
    ]
    first = {mask.kind: mask for mask in reversed(own)}
    facts = {
        kind: one_line(text[mask.span.start : mask.span.end])
        for kind, mask in first.items()
        if kind is not MaskKind.LINK
    }
    links = [text[mask.span.start : mask.span.end] for mask in in_header if mask.kind is MaskKind.LINK]
    profiles, addresses = _profiles(links)
    name = first.get(MaskKind.NAME)
    return _filled(
        {
            "name": facts.get(MaskKind.NAME),
            "label": _label(text, name.span.end, document.masks) if name is not None else "",
            "email": facts.get(MaskKind.EMAIL),
            "phone": facts.get(MaskKind.PHONE),
            "url": addresses[0] if addresses else "",
            "summary": "\n".join(_body(document, text, SectionKind.SUMMARY)),
            "profiles": profiles,
        }
    )


def _label(text: str, name_end: int, masks: Sequence[Mask]) -> str:
    """Return the line after the name where it is short, no heading, and states no personal fact."""
    line_end = text.find("\n", name_end)
    if line_end < 0:
        return ""
    line = text[line_end + 1 : line_end + 2 + _LABEL_CHARS].partition("\n")[0]
    span = Span(line_end + 1, line_end + 1 + len(line))
    masked = any(mask.span.start < span.end and span.start < mask.span.end for mask in masks)
    known = heading_kind(line) is not None
    return "" if masked or known or len(line) > _LABEL_CHARS else one_line(line)


def _profiles(links: Iterable[str]) -> tuple[list[dict[str, str]], list[str]]:
    """Return the links to networks that are known as profiles, and the others as addresses."""
    profiles, addresses = [], []
    for link in dict.fromkeys(one_line(link) for link in links):
        match = _LINK.fullmatch(link)
        if match is None:
            continue
        url = link if match["scheme"] else f"https://{link}"
        network = _NETWORKS.get(match["host"].lower())
        if network is None:
            addresses.append(url)
        else:
            username = match["path"].strip("/").rpartition("/")[2]
            profiles.append(_filled({"network": network, "username": username, "url": url}))
    return profiles, addresses


def _jobs(document: Document, text: str, periods: Sequence[Period]) -> Iterator[Entry]:
    for start, end in _stretches(document, SectionKind.EXPERIENCE):
        yield from job_entries(text, start, end, _between(periods, start, end))


def _parts(document: Document, text: str, periods: Sequence[Period], *, school: bool) -> Iterator[Entry]:
    for start, end in _stretches(document, SectionKind.EDUCATION if school else SectionKind.PROJECTS):
        yield from part_entries(text, start, end, _between(periods, start, end), school=school)


def _body(document: Document, text: str, kind: SectionKind) -> list[str]:
    """Return the lines of all sections of a kind, without their headings."""
    bodies = (text[start:end] for start, end in _stretches(document, kind))
    return [line for body in bodies for raw in body.split("\n") if (line := one_line(raw))]


def _between(periods: Sequence[Period], start: int, end: int) -> Sequence[Period]:
    first = bisect_left(periods, start, key=lambda period: period.span.start)
    return periods[first : bisect_left(periods, end, key=lambda period: period.span.start)]


def _stretches(document: Document, kind: SectionKind) -> Iterator[tuple[int, int]]:
    """Yield where the bodies of a kind of section stand, with what passes within their entries."""
    sections = document.sections
    i = 0
    while i < len(sections):
        section = sections[i]
        i += 1
        if section.kind is not kind:
            continue
        end = section.span.end
        while i < len(sections) and _goes_on(document, i, kind):
            end = sections[i].span.end
            i += 1
        start = section.heading.end if section.heading is not None else section.span.start
        colon = _COLON.match(document.text, start)
        yield colon.end() if colon else start, end


def _goes_on(document: Document, i: int, kind: SectionKind) -> bool:
    """Tell whether section `i` stands within an entry of the section before it."""
    section, text = document.sections[i], document.text
    if section.heading is None or section.kind is kind:
        return section.heading is None and section.kind is kind
    following = document.sections[i + 1] if i + 1 < len(document.sections) else None
    if following is not None and following.heading is None and following.kind is kind:
        return True
    apart = _EMPTY_LINE_BEFORE.search(text, max(0, section.span.start - _GAP_REACH), section.span.start)
    inline = _COLON.match(text, section.heading.end) is not None
    return apart is None and (inline or section.kind is SectionKind.DUTIES)


def _job_fields(entry: Entry) -> dict[str, Any]:
    return _filled(
        {
            "name": entry.name,
            "position": entry.role,
            "url": entry.facts.get("url"),
            "location": entry.facts.get("location"),
            "startDate": entry.start,
            "endDate": entry.end,
            "summary": "\n".join(entry.summary),
            "highlights": list(entry.highlights),
        }
    )


def _school_fields(entry: Entry) -> dict[str, Any]:
    return _filled(
        {
            "institution": entry.name,
            "area": entry.role,
            "studyType": entry.facts.get("degree"),
            "score": entry.facts.get("score"),
            "url": entry.facts.get("url"),
            "startDate": entry.start,
            "endDate": entry.end,
            "courses": list(entry.highlights),
        }
    )


def _project_fields(entry: Entry) -> dict[str, Any]:
    return _filled(
        {
            "name": entry.name,
            "description": "\n".join([*filter(None, [entry.role]), *entry.summary]),
            "startDate": entry.start,
            "endDate": entry.end,
            "url": entry.facts.get("url"),
            "roles": _listed(entry.facts.get("roles", "")),
            "highlights": list(entry.highlights),
            "keywords": _listed(entry.facts.get("keywords", "")),
        }
    )


def _certificate_fields(lines: Iterable[str]) -> list[dict[str, str]]:
    """Return "Name — Issuer, date" of each line; an address belongs to the line before it."""
    certificates: list[dict[str, str]] = []
    for line in lines:
        link = _LINK.fullmatch(line)
        if link and link["scheme"]:
            if certificates:
                certificates[-1]["url"] = line
            continue
        dated = _DATE_AT_END.search(line)
        title = line[: dated.start()] if dated else line
        name, _, issuer = title.lstrip("•-– ").partition(" — ")
        fields = {"name": name.strip(), "date": dated["date"] if dated else "", "issuer": issuer.strip()}
        certificates.append(_filled(fields))
    return [fields for fields in certificates if "name" in fields]


def _language_fields(lines: Iterable[str], skills: Set[str]) -> list[dict[str, str]]:
    """Return the languages of each line; "Languages: Python" within a job names a skill, no language."""
    languages = []
    for line in lines:
        for part in [line] if " — " in line else _LISTED.split(line):
            language, _, fluency = _FLUENCY.sub("\n", part.strip(" •.)"), count=1).partition("\n")
            if language and len(language) <= _LANGUAGE_CHARS and language not in skills:
                languages.append(_filled({"language": language, "fluency": fluency}))
    return languages


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _filled(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that hold something, without what stands for characters of no width."""
    plain = {key: _plain(value) for key, value in fields.items()}
    return {key: value for key, value in plain.items() if value}


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.replace(_NOTHING, "").strip() if isinstance(value, str) else value
