"""Skills that sentences show without naming them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.documents.section_index import SectionIndex
from metier.documents.sentences import find_sentences
from metier.encoders.reading import Encoder, Reading
from metier.skills.architectures.attention_head import Queries
from metier.skills.context import MentionContext, mention_context
from metier.skills.head import SkillHead
from metier.skills.overlap import WordOverlap
from metier.types import Section, SectionKind, Skill, Span

MIN_WORDS: Final = 4
MAX_QUOTES: Final = 3
MAX_READ: Final = 32
_CLOSING: Final = " .!?…;:\"'»”)]"
# What stands there is said of others, or of what the person was taught rather than did.
_SILENT: Final = frozenset(
    {
        SectionKind.HEADER,
        SectionKind.EDUCATION,
        SectionKind.LANGUAGES,
        SectionKind.INTERESTS,
        SectionKind.OFFER,
        SectionKind.EMPLOYER,
    }
)


@dataclass(frozen=True, slots=True)
class ImpliedSkill:
    """A skill that sentences show by what they say.

    Attributes:
        skill: index of the skill in its taxonomy.
        probability: of the sentence that shows it best, 0 to 1.
        spans: the sentences that show it, at most three, the best ones, in order of the text.
    """

    skill: int
    probability: float
    spans: tuple[Span, ...]


class ImplicitDetector:
    """Finds skills by the meaning of sentences.

    Args:
        encoder: what reads.
        head: fitted to it.
        skills: the practices of the taxonomy.
        vectors: (n_skills, dim), their query vectors.
    """

    def __init__(
        self, encoder: Encoder, head: SkillHead, skills: Sequence[Skill], vectors: NDArray[np.floating]
    ) -> None:
        self._encoder = encoder
        self._head = head
        self._queries = head.prepare(vectors)
        self._overlap = WordOverlap(skills)

    def detect(
        self,
        text: str,
        sections: Sequence[Section],
        reading: Reading,
        *,
        named: Sequence[Span] = (),
        known: Collection[int] = (),
    ) -> list[ImpliedSkill]:
        """Return the skills that sentences of a text show, in the order of the taxonomy.

        At most 32 sentences are read by themselves; of more, those that look most telling as they were read
        within the text.

        Args:
            text: the text.
            sections: its sections, where known.
            reading: the text as the encoder read it.
            named: where the text names skills; a sentence that names one shows no other by its meaning.
            known: indices of skills that are not asked for, since the text says of them what it says.
        """
        spans = telling_sentences(text, sections)
        names = _name_some(spans, named)
        spans = self._likeliest([span for span, name in zip(spans, names, strict=True) if not name], reading)
        if not spans:
            return []
        probabilities = self.probabilities([text[span.start : span.end] for span in spans])
        shown = np.flatnonzero(probabilities.max(axis=0) >= self._head.threshold)
        return [self._implied(int(i), probabilities[:, i], spans) for i in shown if int(i) not in set(known)]

    def probabilities(self, sentences: Sequence[str]) -> NDArray[np.float64]:
        """Return the chance that each sentence shows each skill, (n_sentences, n_skills)."""
        return self._head.probabilities(*self._inputs(sentences))

    def features(self, sentences: Sequence[str]) -> NDArray[np.float64]:
        """Return what the head's calibration weighs, (n_sentences, n_skills, 3)."""
        return self._head.features(*self._inputs(sentences))

    def _inputs(self, sentences: Sequence[str]) -> tuple[list[Reading], Queries, NDArray[np.float64]]:
        return self._encoder.read_all(sentences), self._queries, self._overlap.compare(sentences)

    def _likeliest(self, spans: Sequence[Span], reading: Reading) -> list[Span]:
        """Return at most `MAX_READ` sentences, in order of the text."""
        if len(spans) <= MAX_READ:
            return list(spans)
        starts = reading.spans[:, 0]
        scores = []
        for span in spans:
            first, last = np.searchsorted(starts, [span.start, span.end])
            part = Reading(reading.states[first:last], reading.spans[first:last], reading.frame)
            scores.append(self._head.most_telling(part, self._queries))
        best = sorted(range(len(spans)), key=lambda i: (-scores[i], i))[:MAX_READ]
        return [spans[i] for i in sorted(best)]

    def _implied(self, skill: int, column: NDArray[np.float64], spans: Sequence[Span]) -> ImpliedSkill:
        best = sorted(range(len(spans)), key=lambda i: (-column[i], i))[:MAX_QUOTES]
        kept = sorted(spans[i] for i in best if column[i] >= self._head.threshold)
        return ImpliedSkill(skill, float(column.max()), tuple(kept))


def _name_some(sentences: Sequence[Span], named: Sequence[Span]) -> NDArray[np.bool_]:
    """Tell of each sentence whether it names a skill, (n_sentences,)."""
    starts = np.sort([span.start for span in named])
    first = np.searchsorted(starts, [span.start for span in sentences], side="left")
    last = np.searchsorted(starts, [span.end for span in sentences], side="left")
    return first < last


def telling_sentences(text: str, sections: Sequence[Section] = ()) -> list[Span]:
    """Return the sentences that can show a skill: four words or more, claimed, of the person's own work."""
    index = SectionIndex(sections)
    return list(_telling(text, index))


def _telling(text: str, index: SectionIndex) -> Iterator[Span]:
    for span in find_sentences(text):
        section = index.at(span.start)
        if section is not None and section.kind in _SILENT:
            continue
        if section is not None and section.heading is not None and span.start < section.heading.end:
            continue
        if len(text[span.start : span.end].split()) < MIN_WORDS:
            continue
        said = span.start + len(text[span.start : span.end].rstrip(_CLOSING))
        if mention_context(text, Span(said, said), section) is MentionContext.CLAIMED:
            yield span
