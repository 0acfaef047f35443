"""Edits of a document's form: the order of its sections, and the language of its headings."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

import numpy as np

from metier.documents.headings import fold, heading_kind

HEADINGS: Final = (
    ("Summary", "Обо мне"),
    ("About me", "О себе"),
    ("Profile", "Профиль"),
    ("Experience", "Опыт"),
    ("Work experience", "Опыт работы"),
    ("Professional experience", "Профессиональный опыт"),
    ("Employment history", "Трудовая деятельность"),
    ("Education", "Образование"),
    ("Courses", "Курсы"),
    ("Skills", "Навыки"),
    ("Key skills", "Ключевые навыки"),
    ("Technical skills", "Технические навыки"),
    ("Technologies", "Технологии"),
    ("Projects", "Проекты"),
    ("Certificates", "Сертификаты"),
    ("Languages", "Языки"),
    ("Interests", "Интересы"),
    ("Responsibilities", "Обязанности"),
    ("Requirements", "Требования"),
    ("Nice to have", "Будет плюсом"),
    ("We offer", "Мы предлагаем"),
    ("About the company", "О компании"),
    ("Additional information", "Дополнительная информация"),
)
"""Headings that mean the same in English and in Russian."""

_OTHER: Final = MappingProxyType(
    {
        fold(own): other
        for english, russian in HEADINGS
        for own, other in ((english, russian), (russian, english))
    }
)
_BLANK_LINES: Final = re.compile(r"\n[^\S\n]*\n\s*")
_DECORATED: Final = re.compile(r"^(\W*)(.*?)(\W*)$", re.DOTALL)


def find_parts(text: str) -> list[str]:
    r"""Return the parts of a text: what stands before the first known heading, and each headed section.

    Without a known heading the parts are the blocks between blank lines.

    >>> find_parts("Anna\n\nSkills\nGo\n\nC\n\nEducation\nMSc")
    ['Anna', 'Skills\nGo\n\nC', 'Education\nMSc']
    """
    blocks = [block for block in _BLANK_LINES.split(text.strip()) if block]
    if not any(heading_kind(block.split("\n", 1)[0]) for block in blocks):
        return blocks
    parts: list[str] = []
    for block in blocks:
        if not parts or heading_kind(block.split("\n", 1)[0]):
            parts.append(block)
        else:
            parts[-1] += f"\n\n{block}"
    return parts


def reorder_sections(text: str, rng: np.random.Generator) -> str:
    """Return a text with its parts, the first one excepted, in another order; as it is if it has no two."""
    parts = find_parts(text)
    if len(set(parts[1:])) < 2:
        return text
    order = list(range(1, len(parts)))
    while [parts[i] for i in order] == parts[1:]:
        order = [int(i) for i in rng.permutation(order)]
    return "\n\n".join([parts[0], *(parts[i] for i in order)])


def translate_headings(text: str) -> str:
    r"""Return a text whose known headings are in the other language, English or Russian.

    >>> translate_headings("Skills:\nGo\n\nОБРАЗОВАНИЕ\nМГУ")
    'Навыки:\nGo\n\nEDUCATION\nМГУ'
    """
    return "\n".join(_translated(line) for line in text.split("\n"))


def _translated(line: str) -> str:
    other = _OTHER.get(fold(line))
    if other is None:
        return line
    match = _DECORATED.match(line)
    before, words, after = match.groups() if match else ("", line, "")
    return f"{before}{other.upper() if words.isupper() else other}{after}"
