"""What the features of expertise are told from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metier.encoders.reading import Reading
from metier.types import Period, Quote, Role, Section, SkillEvidence, Span, YearMonth


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """The role that experience is held against.

    Attributes:
        words: its title; may be empty.
        vector: (dim,) float32 unit vector of the title, encoded as a query by the encoder of the reading, or
            None.
        skills: ids of the skills that it asks for; may be empty.
        center: (dim,) float32 mean of the vectors of documents, by the same encoder, taken off before
            vectors are compared: without it all are near to each other, so none is compared where it is None.
    """

    words: str
    vector: NDArray[np.float32] | None = None
    skills: frozenset[str] = frozenset()
    center: NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """A document as scores see it, with what was found in it; no field holds a masked fact.

    Attributes:
        text: what is scored; all offsets are of it.
        sections: in order of the text.
        language: ISO 639-1 code, or `und`.
        role: resume or vacancy.
        as_of: the month that "present" stands for.
        months: total experience with overlaps merged, or None where the document does not tell.
        periods: stretches of time, in order of the text.
        skills: what is shown of each skill.
        reading: the text as the encoder read it, or None.
        target: the role to hold the experience against; None for the stated title.
        title: where the document says what job it is about, or None.
        employer_score: of a table of employers, or None.
        quote: leads words of the text back to the document.
    """

    text: str
    sections: tuple[Section, ...]
    language: str
    role: Role
    as_of: YearMonth
    months: int | None
    periods: tuple[Period, ...]
    skills: tuple[SkillEvidence, ...]
    reading: Reading | None
    target: Target | None
    title: Span | None
    employer_score: float | None
    quote: Callable[[Span], Quote]
