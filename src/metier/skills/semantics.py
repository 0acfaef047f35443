"""What an encoder adds to the words of a text: names settled by context, and skills shown without a name."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from metier.documents.sentences import find_sentences
from metier.encoders.reading import Encoder, Reading
from metier.skills.head import SkillHead
from metier.skills.implicit import ImplicitDetector, ImpliedSkill
from metier.skills.taxonomy import Taxonomy
from metier.skills.vectors import practices, skill_vectors
from metier.types import Section, Span

# A sentence this long or longer is read this far around the name.
_REACH: Final = 400


class Semantics:
    """An encoder with its head for skills, at work on one taxonomy.

    Args:
        taxonomy: the skills.
        encoder: what reads.
        head: what was fitted to that encoder.
        cache: folder for the vectors of the skills, or None.
    """

    def __init__(
        self, taxonomy: Taxonomy, encoder: Encoder, head: SkillHead, *, cache: Path | None = None
    ) -> None:
        self.encoder = encoder
        self.head = head
        skills = practices(taxonomy)
        self._ids = [skill.id for skill in skills]
        vectors = skill_vectors(taxonomy, encoder, head, cache=cache)
        self.detector = ImplicitDetector(encoder, head, skills, vectors)

    @property
    def name(self) -> str:
        """Return what encoder and head are called together."""
        return f"{self.encoder.name}+{self.head.name}"

    @property
    def sha256(self) -> str:
        """Return a hash over encoder and head."""
        return hashlib.sha256(f"{self.encoder.sha256} {self.head.sha256}".encode()).hexdigest()

    def index(self, skill: str) -> int:
        """Return the place of a practice among those of the taxonomy, by its id."""
        return self._ids.index(skill)

    def settles(self, skill: str) -> bool:
        """Tell whether the head was fitted to the ambiguous name of a skill."""
        return skill in self.head.settled_names

    def means_skill(self, text: str, span: Span) -> bool:
        """Tell whether an ambiguous name stands for the skill, by the sentence around it.

        The sentence is read once more by itself: within a whole resume the states of a name take on so
        much of the trade around it that nearly every name looks like a technology.
        """
        sentence = _sentence_around(text, span)
        reading = self.encoder.read(text[sentence.start : sentence.end])
        starts = reading.spans[:, 0] + sentence.start
        inside = (starts >= span.start) & (starts < span.end)
        if not inside.any():
            return False
        state = reading.states[inside].mean(axis=0, dtype=np.float64).astype(np.float32)
        return self.head.name_probability(state) >= 0.5

    def implied(
        self,
        text: str,
        sections: Sequence[Section],
        reading: Reading,
        *,
        named: Sequence[Span],
        known: Collection[str],
    ) -> dict[str, ImpliedSkill]:
        """Return the skills that sentences show without naming any, by id, in the order of the taxonomy.

        Args:
            text: the text.
            sections: its sections.
            reading: the text as the encoder read it.
            named: where the text names skills; such sentences speak for those and their like.
            known: ids of skills that are not asked for.
        """
        skip = {i for i, skill in enumerate(self._ids) if skill in known}
        found = self.detector.detect(text, sections, reading, named=named, known=skip)
        return {self._ids[item.skill]: item for item in found}


def _sentence_around(text: str, span: Span) -> Span:
    start, end = max(0, span.start - _REACH), min(len(text), span.end + _REACH)
    for sentence in find_sentences(text[start:end]):
        if sentence.start + start <= span.start and span.end <= sentence.end + start:
            return Span(sentence.start + start, sentence.end + start)
    return span
