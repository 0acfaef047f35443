"""Reads sentences and says how much each speaks for every skill."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.encoders.reading import Encoder, Reading, TextKind
from metier.skills.linking.head import LinkingWeights
from metier.skills.linking.pieces import says_something
from metier.skills.linking.scoring import Candidates, Scored, score_skills
from metier.skills.linking.skill_index import SkillIndex
from metier.skills.linking.tagger import LEAST_LOG_PROBABILITY, SpanTagger, TaggedSpan, find_spans
from metier.types import Span

_AT_ONCE: Final = 32


@dataclass(frozen=True, slots=True, eq=False)
class ScoredSentence:
    """A sentence's scores for all skills, and the candidate spans, at least one, that they come from."""

    spans: tuple[Span, ...]
    scored: Scored


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """A sentence as it was read, with its candidate spans."""

    text: str
    reading: Reading
    tagged: tuple[TaggedSpan, ...]

    @property
    def spans(self) -> tuple[Span, ...]:
        return tuple(item.span for item in self.tagged)

    @property
    def words(self) -> list[str]:
        return [self.text[span.start : span.end] for span in self.spans]


class SentenceReader:
    """Scores sentences against skills; what comes out for one depends on it alone.

    Args:
        encoder: reads sentences and words.
        tagger: finds candidate spans; fitted to that encoder.
        index: the skills, made with that encoder.
        weights: of what speaks for a skill.
    """

    def __init__(
        self, encoder: Encoder, tagger: SpanTagger, index: SkillIndex, weights: LinkingWeights
    ) -> None:
        self._encoder = encoder
        self._tagger = tagger
        self._index = index
        self._weights = weights

    def read(self, sentences: Sequence[str]) -> Iterator[ScoredSentence | None]:
        """Yield the scores of each sentence in order, or None for one without a letter or digit.

        Args:
            sentences: n_sentences strings.
        """
        for first in range(0, len(sentences), _AT_ONCE):
            yield from self._some(sentences[first : first + _AT_ONCE])

    def _some(self, sentences: Sequence[str]) -> Iterator[ScoredSentence | None]:
        read = [self._read(sentence) for sentence in sentences]
        words = list(dict.fromkeys(name for item in read if item for name in item.words))
        vectors = dict(zip(words, self._encoder.encode(words, kind=TextKind.QUERY), strict=True))
        spellings: dict[str, NDArray[np.float64]] = {}
        for item in read:
            yield None if item is None else self._scored(item, vectors, spellings)

    def _read(self, sentence: str) -> _Read | None:
        if not says_something(sentence):
            return None
        reading = self._encoder.read(sentence)
        if not len(reading.states):
            return None
        tags = self._tagger.log_probabilities(reading.states)
        tagged = find_spans(tags, reading.spans, sentence)
        # Without a candidate the whole sentence stands in, as the least likely of all.
        whole = TaggedSpan(Span(0, len(sentence)), LEAST_LOG_PROBABILITY)
        return _Read(sentence, reading, tuple(tagged) or (whole,))

    def _scored(
        self,
        item: _Read,
        vectors: dict[str, NDArray[np.float32]],
        spellings: dict[str, NDArray[np.float64]],
    ) -> ScoredSentence:
        alone = np.stack([vectors[name] for name in item.words])
        pooled = item.reading.pool([*item.spans, Span(0, len(item.text))])
        candidates = Candidates(
            meanings=alone + pooled[:-1],
            log_probabilities=np.array([tagged.log_probability for tagged in item.tagged]),
            sentence=pooled[-1],
            spellings=self._spelled(item.words, spellings),
        )
        index = self._index
        return ScoredSentence(
            item.spans, score_skills(candidates, index.vectors, self._weights, priors=index.priors)
        )

    def _spelled(
        self, words: Sequence[str], known: dict[str, NDArray[np.float64]]
    ) -> NDArray[np.float64] | None:
        names = self._index.names
        if names is None or not self._weights.lexical:
            return None
        for name in words:
            if name not in known:
                known[name] = names.compare(name)
        return np.stack([known[name] for name in words])
