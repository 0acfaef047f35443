"""A text with its masks written into it, so that tests can be read."""

from __future__ import annotations

from metier.documents.masking.find import find_masks
from metier.documents.sections import find_sections
from metier.types import Role


def shown(text: str, language: str = "en") -> str:
    """Return a resume with each masked stretch as `{kind|words}`."""
    pieces: list[str] = []
    last = 0
    for mask in find_masks(text, find_sections(text, Role.RESUME), language=language):
        words = text[mask.span.start : mask.span.end]
        pieces += [text[last : mask.span.start], f"{{{mask.kind}|{words}}}"]
        last = mask.span.end
    return "".join([*pieces, text[last:]])


def below(line: str, language: str = "en") -> str:
    """Return a line that stands in the experience of a resume, with its masks."""
    heading = {"en": "Experience", "ru": "Опыт работы", "ko": "경력", "he": "ניסיון"}[language]
    return shown(f"{heading}\n\n{line}\n", language).removeprefix(f"{heading}\n\n").rstrip("\n")
