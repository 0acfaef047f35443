"""Which section an offset lies in."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from metier.types import Section, SectionKind


class SectionIndex:
    """Finds the section of an offset in logarithmic time.

    Args:
        sections: in order of the text, without overlaps; none is fine.
    """

    def __init__(self, sections: Sequence[Section]) -> None:
        self._sections = sections
        self._starts = [section.span.start for section in sections]

    def at(self, offset: int) -> Section | None:
        """Return the section that holds an offset, or None."""
        i = bisect_right(self._starts, offset) - 1
        return self._sections[i] if i >= 0 and offset < self._sections[i].span.end else None

    def kind_at(self, offset: int) -> SectionKind | None:
        """Return the kind of the section that holds an offset, or None."""
        section = self.at(offset)
        return section.kind if section is not None else None
