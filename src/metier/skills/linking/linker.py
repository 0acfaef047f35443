"""Links sentences and whole texts to the skills of a taxonomy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.encoders.reading import Encoder
from metier.errors import InvalidInput, ModelMismatch
from metier.skills.architectures.classifier import NONE, SkillClassifier
from metier.skills.linking.head import LinkingHead, LinkingWeights
from metier.skills.linking.merging import MergedScores
from metier.skills.linking.pieces import find_pieces
from metier.skills.linking.reader import ScoredSentence, SentenceReader
from metier.skills.linking.scoring import best_first
from metier.skills.linking.skill_index import SkillIndex
from metier.types import Quote, Role, Span

TOP_K: Final = 10
RERANKED: Final = 50


@dataclass(frozen=True, slots=True)
class LinkedSkill:
    """A skill that a text is linked to.

    Attributes:
        skill: its id.
        name: its label, to show.
        score: orders the skills of one text; neither a probability nor a share.
        quotes: the words that speak for it in its best three sentences, the best first.
    """

    skill: str
    name: str
    score: float
    quotes: tuple[Quote, ...]


class Linker:
    """Links texts to skills. The same text gives the same skills, alone or in any company.

    Args:
        encoder: reads texts.
        head: fitted to that encoder.
        index: the skills, made with that encoder.
        weights: those of the head by default.
        reranker: orders the first fifty skills anew, reading each with its sentence; None for none.

    Raises:
        ModelMismatch: head, index and encoder do not belong together.
    """

    def __init__(
        self,
        encoder: Encoder,
        head: LinkingHead,
        index: SkillIndex,
        *,
        weights: LinkingWeights | None = None,
        reranker: SkillClassifier | None = None,
    ) -> None:
        for name, sha256 in ((f"Head {head.name}", head.encoder_sha256), ("The index", index.encoder_sha256)):
            if sha256 != encoder.sha256:
                raise ModelMismatch(
                    f"{name} belongs to encoder {sha256[:12]}, the encoder in use is {encoder.sha256[:12]}. "
                    "Use the encoder it belongs to."
                )
        self.encoder = encoder
        self.head = head
        self.index = index
        self.weights = weights or head.weights
        self.reranker = reranker
        self._reader = SentenceReader(encoder, head.tagger, index, self.weights)

    def link(
        self, text: str, *, top_k: int | None = None, role: Role = Role.VACANCY
    ) -> tuple[LinkedSkill, ...]:
        """Return the skills that a text speaks for most, the best first, equal ones in the taxonomy's order.

        Each sentence is linked by itself, headings and boilerplate apart; a skill has the score of its best
        sentence.

        Args:
            text: a sentence or a document of any length; memory hardly grows with it.
            top_k: how many, from 1 to the number of skills; by default 10, or all if they are fewer.
            role: sets what headings mean.

        Returns:
            `top_k` skills; none for a text that says nothing, or only boilerplate.

        Raises:
            InvalidInput: `top_k` is out of range.
        """
        n_linked = self._checked(top_k)
        pieces = find_pieces(text, role=role)
        sentences = [text[piece.start : piece.end] for piece in pieces]
        merged = MergedScores(len(self.index.skills))
        spans: list[tuple[Span, ...]] = []
        for i, read in enumerate(self._reader.read(sentences)):
            spans.append(_shifted(read, pieces[i].start))
            if read is not None:
                merged.add(i, read.scored)
        scores = self._reranked(merged, sentences)
        return self._linked(text, scores, merged, spans, n_linked)

    def link_sentences(
        self, sentences: Sequence[str], *, top_k: int | None = None
    ) -> list[tuple[LinkedSkill, ...]]:
        """Return the skills of each sentence, taken whole whatever it says; the rest is as in `link`.

        Args:
            sentences: n_sentences strings.
            top_k: how many skills each, as in `link`.

        Raises:
            InvalidInput: `sentences` is a lone string, or `top_k` is out of range.
        """
        n_linked = self._checked(top_k)
        _check_list(sentences)
        linked = []
        for sentence, read in zip(sentences, self._reader.read(sentences), strict=True):
            merged = self._alone(read)
            scores = self._reranked(merged, [sentence])
            linked.append(self._linked(sentence, scores, merged, [_shifted(read, 0)], n_linked))
        return linked

    def scores(self, sentences: Sequence[str]) -> Iterator[NDArray[np.float64]]:
        """Yield the score of every skill for each sentence, (n_skills,); -inf for one that says nothing.

        Args:
            sentences: n_sentences strings.

        Raises:
            InvalidInput: `sentences` is a lone string.
        """
        _check_list(sentences)
        for sentence, read in zip(sentences, self._reader.read(sentences), strict=True):
            yield self._reranked(self._alone(read), [sentence])

    def _alone(self, read: ScoredSentence | None) -> MergedScores:
        merged = MergedScores(len(self.index.skills))
        if read is not None:
            merged.add(0, read.scored)
        return merged

    def _checked(self, top_k: int | None) -> int:
        n_skills = len(self.index.skills)
        if top_k is None:
            return min(TOP_K, n_skills)
        if not 1 <= top_k <= n_skills:
            raise InvalidInput(
                f"top_k must be from 1 to {n_skills:,}, the skills of taxonomy {self.index.taxonomy}. "
                f"Got {top_k}."
            )
        return top_k

    def _reranked(self, merged: MergedScores, sentences: Sequence[str]) -> NDArray[np.float64]:
        """Return the scores, those of the first fifty raised by what the cross-encoder says of each.

        Each is read with its best sentence. No score falls, so the fifty stay ahead of the rest.
        """
        scores = merged.scores.copy()
        if self.reranker is None or not np.isfinite(scores).all():
            return scores
        asked: dict[int, list[int]] = {}
        for skill in best_first(scores, RERANKED).tolist():
            asked.setdefault(merged.quotes(skill)[0].sentence, []).append(skill)
        for sentence, skills in asked.items():
            wanted = [self.index.skills[skill] for skill in skills]
            found = self.reranker.classify([sentences[sentence]], wanted).probabilities[0, :, NONE]
            scores[skills] += self.weights.rerank * (1.0 - found)
        return scores

    def _linked(
        self,
        text: str,
        scores: NDArray[np.float64],
        merged: MergedScores,
        spans: Sequence[tuple[Span, ...]],
        top_k: int,
    ) -> tuple[LinkedSkill, ...]:
        linked = []
        for place in best_first(scores, top_k).tolist():
            quotes = [spans[quote.sentence][quote.span] for quote in merged.quotes(place)]
            if quotes:
                skill = self.index.skills[place]
                shown = tuple(Quote(span, text[span.start : span.end]) for span in quotes)
                linked.append(LinkedSkill(skill.id, skill.label, float(scores[place]), shown))
        return tuple(linked)


def _shifted(read: ScoredSentence | None, offset: int) -> tuple[Span, ...]:
    spans = read.spans if read is not None else ()
    return tuple(Span(span.start + offset, span.end + offset) for span in spans)


def _check_list(sentences: Sequence[str]) -> None:
    if isinstance(sentences, str):
        raise InvalidInput("sentences must be a list of strings. Got one string: put it into a list.")
