"""How near the sections of a resume are in meaning to a vacancy: a score to look at, not a probability.

    score = cosine of (vector of the section - c) and (vector of the vacancy - c)

where c is the usual vector of a document. Without taking it off, the cosine of any two texts is near 0.9,
since this family of encoders puts all texts into a narrow cone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from metier.encoders.pooling import unit_rows
from metier.encoders.reading import Reading
from metier.types import Section, SectionSimilarity, Similarity


def compare(
    reading: Reading,
    sections: Sequence[Section],
    vacancy: NDArray[np.float32],
    center: NDArray[np.float32],
) -> Similarity:
    """Return how near a resume and each of its sections are to a vacancy.

    Args:
        reading: the resume as the encoder read it.
        sections: its sections; one without a word is left out.
        vacancy: (dim,) vector of the vacancy's reading.
        center: (dim,) the usual vector of a document.

    Returns:
        Scores from -1 to 1, rounded to four places; sections in order of the text.
    """
    vectors = np.concatenate([reading.vector[None], reading.pool([section.span for section in sections])])
    scores = unit_rows(vectors - center) @ unit_rows((vacancy - center)[None])[0]
    return Similarity(
        score=_rounded(scores[0]),
        sections=tuple(
            SectionSimilarity(section.kind, section.span, _rounded(score))
            for section, score, vector in zip(sections, scores[1:], vectors[1:], strict=True)
            if vector.any()
        ),
    )


def _rounded(score: np.float32) -> float:
    return max(-1.0, min(1.0, round(float(score), 4)))
