"""The resume headers with marked facts in tests/documents/headers/, for the tests and a benchmark."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from metier.types import Mask, MaskKind, Span

FOLDER = Path(__file__).parent / "headers"
LANGUAGES = ("en", "ru", "ko", "he")
# Rules were tuned on the first entries of each file; the others were only ever counted.
N_DEVELOPMENT = 60

_MARK = re.compile(r"\{\{(\w+)\|([^{}]*)\}\}")
_PARTING = re.compile(r"^====[ \t]*(?:\n|\Z)", re.MULTILINE)


@dataclass(frozen=True)
class Header:
    """The top of a resume as plain text, and where its facts stand."""

    text: str
    facts: tuple[Mask, ...]


def read_headers(path: Path) -> tuple[Header, ...]:
    """Return the entries of a file."""
    blocks = _PARTING.split(path.read_text(encoding="utf-8"))
    return tuple(parse_header(block.strip("\n")) for block in blocks if block.strip())


def parse_header(marked: str) -> Header:
    """Return the header that a marked text stands for: `{{kind|words}}` is a fact."""
    pieces: list[str] = []
    facts: list[Mask] = []
    length = last = 0
    for match in _MARK.finditer(marked):
        before = marked[last : match.start()]
        start = length + len(before)
        length = start + len(match[2])
        facts.append(Mask(Span(start, length), MaskKind(match[1])))
        pieces += [before, match[2]]
        last = match.end()
    pieces.append(marked[last:])
    return Header("".join(pieces), tuple(facts))


def is_covered(text: str, fact: Span, masks: tuple[Mask, ...]) -> bool:
    """Tell whether every letter and digit of a fact lies inside masks."""
    return all(
        any(mask.span.start <= i < mask.span.end for mask in masks)
        for i in range(fact.start, fact.end)
        if text[i].isalnum()
    )
