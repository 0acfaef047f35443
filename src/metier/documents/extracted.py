"""What a format reader hands on, before anything is understood."""

from __future__ import annotations

from dataclasses import dataclass

from metier.types import Exclusion, Finding, Span, TextRun


@dataclass(frozen=True, slots=True)
class Extracted:
    """The text of a file in reading order, with what its format tells.

    Attributes:
        text: lines end in a line feed; paragraphs, entries and columns are parted by an empty line.
        pages: the span of each page, in order; one span for formats without pages.
        runs: the look of the text, where the format has one.
        findings: what the format alone reveals, such as pages that hold only an image.
        excluded: words that a program reads and a person cannot see. They stay in the text, so that they
            can be shown; neighbours of one reason and page are one exclusion.
        has_pages: the format has pages; else `pages` is one span over all.
    """

    text: str
    pages: tuple[Span, ...]
    runs: tuple[TextRun, ...] = ()
    findings: tuple[Finding, ...] = ()
    excluded: tuple[Exclusion, ...] = ()
    has_pages: bool = False
