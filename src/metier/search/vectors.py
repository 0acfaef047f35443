"""The vector of a whole document, made of all its tokens; what tells most of a person or a job counts more.

    vector = unit(projection(sum(weight x state) / sum(weight)))   over the tokens of all windows

    weight   of the token's section, below; the tokens of the title together count for a tenth of the rest

A text without sections and without a title has the vector that its encoder gives it. The weights say what
a reader would say: skills, tasks and experience first, the benefits and the employer's praise last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.encoders.pooling import unit_rows
from metier.encoders.reading import Encoder, Reading, TextKind
from metier.search.head import SearchHead
from metier.types import Section, SectionKind, Span

SECTION_WEIGHTS: Final = {
    SectionKind.SKILLS: 2.0,
    SectionKind.REQUIRED: 2.0,
    SectionKind.DUTIES: 1.5,
    SectionKind.EXPERIENCE: 1.5,
    SectionKind.SUMMARY: 1.5,
    SectionKind.PROJECTS: 1.5,
    SectionKind.EDUCATION: 0.5,
    SectionKind.LANGUAGES: 0.5,
    SectionKind.INTERESTS: 0.25,
    SectionKind.OFFER: 0.25,
    SectionKind.EMPLOYER: 0.25,
}
"""How much a token counts by its section; 1 in all others."""
TITLE_SHARE: Final = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class DocumentVectors:
    """A document as search compares it: (dim,) of the whole, (n_passages, dim) of its passages; unit rows."""

    whole: NDArray[np.float32]
    passages: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class SearchEncoder:
    """An encoder with the projection that was trained for search on it, if there is one."""

    encoder: Encoder
    head: SearchHead | None = None

    @property
    def name(self) -> str:
        """Return what the two are called together."""
        return f"{self.encoder.name}+{self.head.name}" if self.head else self.encoder.name

    @property
    def sha256(self) -> str:
        """Return a hash of all that makes a vector of a text, the rules of this module apart."""
        return self.head.sha256 if self.head else self.encoder.sha256

    @property
    def dim(self) -> int:
        """Return the length of a vector."""
        return self.head.dim if self.head else self.encoder.dim

    def encode(self, texts: Sequence[str], *, kind: TextKind) -> NDArray[np.float32]:
        """Return one unit vector per text, (n_texts, dim); `Encoder.encode` has the errors."""
        return self._projected(self.encoder.encode(texts, kind=kind))

    def embed(
        self, text: str, *, sections: Sequence[Section] = (), title: Span | None = None,
        passages: Sequence[Span] = (),
    ) -> DocumentVectors:  # fmt: skip
        """Return the vectors of a document, which is read once.

        Args:
            text: the whole text.
            sections: its sections, where known.
            title: where the title stands, if it is in the text.
            passages: pieces of the text.
        """
        reading = self.encoder.read(text)
        whole = weighted_mean(reading, sections, title)
        return DocumentVectors(self._projected(whole[None])[0], self._projected(reading.pool(passages)))

    def _projected(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        return self.head.apply(vectors) if self.head else vectors


def weighted_mean(
    reading: Reading, sections: Sequence[Section], title: Span | None = None
) -> NDArray[np.float32]:
    """Return the unit mean of a document's states, weighted by section and title, (dim,)."""
    starts = reading.spans[:, 0]
    weights = np.ones(len(starts), np.float64)
    for section in sections:
        inside = (starts >= section.span.start) & (starts < section.span.end)
        weights[inside] = SECTION_WEIGHTS.get(section.kind, 1.0)
    if title is not None:
        inside = (starts >= title.start) & (starts < title.end)
        if inside.any() and not inside.all():
            weights[inside] = TITLE_SHARE * weights[~inside].sum() / inside.sum()
    total = weights @ reading.states.astype(np.float64) + reading.frame.sum(axis=0, dtype=np.float64)
    mean: NDArray[np.float32] = unit_rows((total / (weights.sum() + len(reading.frame)))[None])[0]
    return mean
