"""Where in a resume something stands: in its header, on its own between separators, after a label."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from metier.types import Mask, Section, SectionKind, Span

# What is found takes the place of its words before the next kind is looked for, so that no two overlap.
TAKEN = "\x00"

_HEADER_LINES = 25
_HEADER_CHARS = 2_500
_PERSONAL_CHARS = 1_200
_OF_ONESELF = frozenset({SectionKind.HEADER, SectionKind.SUMMARY, SectionKind.INTERESTS, SectionKind.OTHER})
# Between facts stand all kinds of marks; these stand inside words, names and numbers.
_INSIDE = frozenset("'’\"“”„#&+.%$€£₽_@")
_LINE = re.compile(r"[^\n]+")
# As the first line these head the whole resume, and the person's details follow.
_TITLE_LINE = re.compile(r"(?i)profile|cv|resume|профиль|анкета|резюме|프로필|이력서|소개서|פרופיל|קורות")


@dataclass(frozen=True, slots=True)
class Region:
    """The parts of a resume that speak of the person: the header, and sections of personal details.

    Attributes:
        header_end: where the header at the top ends; 0 where a resume starts with something else.
        parts: sections such as "Contact" and "Personal details", in order, without overlaps.
    """

    header_end: int
    parts: tuple[Span, ...]

    def holds(self, offset: int) -> bool:
        """Tell whether an offset lies in the header or in a section of personal details."""
        if offset < self.header_end:
            return True
        i = bisect_right(self.parts, offset, key=lambda part: part.start) - 1
        return i >= 0 and offset < self.parts[i].end

    def matches(self, pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
        """Yield the matches of a pattern in these parts of a text, in order."""
        yield from pattern.finditer(text, 0, self.header_end)
        for part in self.parts:
            yield from pattern.finditer(
                text, max(part.start, self.header_end), max(part.end, self.header_end)
            )


def find_region(text: str, sections: Sequence[Section]) -> Region:
    """Return the parts of a text that speak of the person.

    The header ends at the first line that is a heading of something else, and after 25 lines at most.
    """
    end = len(text)
    for section in sections:
        if section.heading is not None and _ends_header(text, section, section.heading):
            end = section.span.start
            break
    lines = 0
    for line in _LINE.finditer(text, 0, min(end, _HEADER_CHARS)):
        lines += bool(line.group().strip())
        if lines > _HEADER_LINES:
            end = line.start()
            break
    end = min(end, _HEADER_CHARS)
    parts = tuple(
        Span(section.span.start, min(section.span.end, section.span.start + _PERSONAL_CHARS))
        for section in sections
        if section.kind is SectionKind.HEADER and section.heading is not None
    )
    return Region(end, parts)


def find_personal_region(region: Region, sections: Sequence[Section]) -> Region:
    """Return a region with the sections in which people speak of themselves, for facts said freely."""
    spans = [
        Span(section.span.start, min(section.span.end, section.span.start + _PERSONAL_CHARS))
        for section in sections
        if section.kind in _OF_ONESELF and section.span.start >= region.header_end
    ]
    joined: list[Span] = []
    for span in sorted({*spans, *region.parts}):
        if joined and span.start < joined[-1].end:
            span = Span(joined.pop().start, max(span.end, span.start))
        joined.append(span)
    return Region(region.header_end, tuple(joined))


def _ends_header(text: str, section: Section, heading: Span) -> bool:
    if section.kind is SectionKind.HEADER or not _whole_line(text, heading):
        return False
    return bool(text[: heading.start].strip()) or not _TITLE_LINE.search(text[heading.start : heading.end])


def _whole_line(text: str, heading: Span) -> bool:
    end = text.find("\n", heading.end)
    rest = text[heading.end : end if end >= 0 else len(text)]
    return not rest.strip(" \t:：-—–=_*#|.")


def stands_alone(text: str, start: int, end: int) -> bool:
    """Tell whether separators or line ends stand on both sides of some words."""
    before, after = start - 1, end
    while before >= 0 and text[before] in " \u00a0":
        before -= 1
    ends = text[after : after + 1] == "."
    while after < len(text) and text[after] in " \u00a0.":
        after += 1
    ends = ends and (after == len(text) or text[after - 1] != ".")
    return (before < 0 or _parts_facts(text[before])) and (
        ends or after == len(text) or _parts_facts(text[after])
    )


def _parts_facts(char: str) -> bool:
    return not char.isalnum() and char not in _INSIDE


def mentions(text: str, hints: str) -> bool:
    """Tell whether a text holds one of some words in any case; it saves most texts a slower search."""
    lowered = text.lower()
    return any(hint in lowered for hint in hints.split())


def line_before(text: str, offset: int, most: int = 40) -> str:
    """Return what stands before an offset on its line, the last `most` characters of it."""
    before = text[max(0, offset - most) : offset]
    return before[before.rfind("\n") + 1 :]


def without(text: str, masks: Iterable[Mask]) -> str:
    """Return the text, as long as before, with the words of the masks taken out; lines stay."""
    spans = sorted(mask.span for mask in masks)
    if not spans:
        return text
    edges = [Span(0, 0), *spans, Span(len(text), len(text))]
    pieces: list[str] = []
    for left, right in pairwise(edges):
        pieces.append(text[left.end : right.start])
        taken = text[right.start : right.end]
        pieces.append(TAKEN * len(taken) if "\n" not in taken else re.sub(r"[^\n]", TAKEN, taken))
    return "".join(pieces)


def tight(text: str, start: int, end: int) -> Span:
    """Return a span without blanks at its ends."""
    words = text[start:end]
    start += len(words) - len(words.lstrip())
    return Span(start, start + len(words.strip()))
