"""Label attention as a classifier: an encoder reads a text once, and a head scores all skills on its tokens.

The encoder is any of metier's, left as it is, or one that was trained along and lies in the same folder.
`attention_head` has the formulas, `attention_network` the training.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from metier.encoders.folder import WEIGHTS, ModelFolder
from metier.encoders.reading import Encoder, Reading, TextKind
from metier.encoders.windowed import OVERLAP, WindowedEncoder
from metier.encoders.windows import plan_windows
from metier.errors import ModelMismatch
from metier.skills.architectures.attention_head import (
    ARCHITECTURE,
    LabelAttentionHead,
    Queries,
    mention_pairs,
    mentions_within,
    skill_blocks,
)
from metier.skills.architectures.classifier import (
    N_CLASSES,
    NONE,
    Classified,
    Evidence,
    check_request,
    softmax,
)
from metier.skills.architectures.evidence import evidence_spans, token_shares, word_spans
from metier.skills.architectures.save import read_parts
from metier.skills.mentions import MentionFinder
from metier.skills.vectors import skill_text
from metier.training.backbone import backbone_encoder
from metier.types import Skill

QueryVectors = Callable[[Sequence[Skill]], NDArray[np.floating]]
"""Returns the (n_skills, dim) query vectors of some skills, for one from a cache."""


class LabelAttentionClassifier:
    """Implements `SkillClassifier` with an encoder and a head.

    Args:
        encoder: reads texts, and skills where `vectors` is None.
        head: fitted to that encoder.
        finder: finds the names of skills in a text; None to go by meaning alone.
        vectors: query vectors of skills, as `query_vectors` makes them; by default the encoder makes them,
            and each is kept.
        name: what to call it in results; the encoder's name by default.
        sha256: hash of its folder; empty for a model that was not saved.

    Raises:
        ModelMismatch: the head reads states of another length.
    """

    architecture: Final = ARCHITECTURE

    def __init__(
        self,
        encoder: Encoder,
        head: LabelAttentionHead,
        *,
        finder: MentionFinder | None = None,
        vectors: QueryVectors | None = None,
        name: str = "",
        sha256: str = "",
    ) -> None:
        if head.dim != encoder.dim:
            raise ModelMismatch(
                f"The head reads states of length {head.dim}, {encoder.name} makes them of length "
                f"{encoder.dim}. Use the encoder it belongs to."
            )
        self.encoder = encoder
        self.head = head
        self.name = name or encoder.name
        self.sha256 = sha256
        self._finder = finder
        self._vectors = vectors
        self._known: dict[str, NDArray[np.float16]] = {}

    @classmethod
    def load(
        cls,
        path: Path,
        *,
        encoder: Encoder | None = None,
        finder: MentionFinder | None = None,
        vectors: QueryVectors | None = None,
    ) -> Self:
        """Load a model from its folder, after checking every byte.

        Args:
            path: a model folder.
            encoder: the one in use, for a head without a backbone of its own; else it is left aside.
            finder: as for the class.
            vectors: as for the class.

        Raises:
            NotFound: no model folder.
            ModelFormatError: it is damaged, changed, or no label-attention model.
            ModelMismatch: it was fitted to another encoder, or to one and none is given.
            MissingExtra: it holds a backbone, and torch is not installed.
        """
        saved = read_parts(path, architecture=ARCHITECTURE, encoder_sha256=encoder.sha256 if encoder else "")
        head, card = LabelAttentionHead.from_saved(saved), saved.folder.card
        reads = encoder
        if saved.parts.backbone is not None:
            reads = backbone_encoder(saved.parts.backbone, sha256=_weights_sha256(saved.folder))
        if reads is None:
            raise ModelMismatch(f"Head {card.name} comes without a backbone. Give the encoder it belongs to.")
        return cls(reads, head, finder=finder, vectors=vectors, name=card.name, sha256=saved.folder.sha256)

    def classify(self, texts: Sequence[str], skills: Sequence[Skill]) -> Classified:
        """Return probabilities and evidence; `SkillClassifier.classify` is the contract.

        `passes` counts the windows of the texts, and the skills whose query vectors were made now.
        """
        check_request(texts, skills)
        made = len(self._known)
        queries = self.head.prepare(self._query_vectors(skills))
        passes = len(self._known) - made
        place = {skill.id: k for k, skill in enumerate(skills)}
        probabilities = np.zeros((len(texts), len(skills), N_CLASSES), np.float64)
        evidence: list[tuple[Evidence, ...]] = []
        for i, text in enumerate(texts):
            reading = self.encoder.read(text)
            passes += count_windows(self.encoder, reading)
            probabilities[i], found = self._classify_one(
                text, reading, queries, self._pairs(text, reading, place)
            )
            evidence.append(tuple(found))
        return Classified(probabilities, tuple(evidence), passes)

    def logits(self, texts: Sequence[str], skills: Sequence[Skill]) -> NDArray[np.float64]:
        """Return the three logits of every text and skill, (n_texts, n_skills, 3).

        Raises:
            InvalidInput: `texts` is a lone string, or a skill occurs twice.
        """
        check_request(texts, skills)
        queries = self.head.prepare(self._query_vectors(skills))
        place = {skill.id: k for k, skill in enumerate(skills)}
        logits = np.zeros((len(texts), len(skills), N_CLASSES), np.float64)
        for i, text in enumerate(texts):
            reading = self.encoder.read(text)
            logits[i] = self.head.logits(reading, queries, self._pairs(text, reading, place))
        return logits

    def _classify_one(
        self, text: str, reading: Reading, queries: Queries, mentions: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], list[Evidence]]:
        """Return probabilities (n_skills, 3) and evidence in one text, a block of skills at a time."""
        x = self.head.center(reading)
        none = self.head.null_logit(x)
        words = word_spans(text)
        logits = np.full((len(queries), N_CLASSES), none)
        evidence: list[Evidence] = []
        for first, last in skill_blocks(len(x), len(queries)):
            scores = self.head.scores(x, queries.part(first, last), mentions_within(mentions, first, last))
            logits[first:last, 1:] = self.head.pool(scores).T
            for k, decided in enumerate(logits[first:last].argmax(axis=1).tolist()):
                shown = decided != NONE and len(x) > 0
                evidence.append(
                    evidence_spans(token_shares(scores[decided - 1, k]), reading.spans, words)
                    if shown
                    else ()
                )
        return softmax(logits), evidence

    def _pairs(self, text: str, reading: Reading, place: dict[str, int]) -> NDArray[np.int64]:
        return find_mentions(self._finder, text, reading.spans, place)

    def _query_vectors(self, skills: Sequence[Skill]) -> NDArray[np.floating]:
        if self._vectors is not None:
            return self._vectors(skills)
        new = {skill_text(skill): skill for skill in skills if skill_text(skill) not in self._known}
        made = query_vectors(self.encoder, list(new.values()))
        self._known.update(zip(new, made, strict=True))
        rows = [self._known[skill_text(skill)] for skill in skills]
        return np.array(rows, np.float16).reshape(len(skills), self.head.dim)


def query_vectors(encoder: Encoder, skills: Sequence[Skill]) -> NDArray[np.float16]:
    """Return the query vectors of skills from "label: description", (n_skills, dim).

    Half precision is what a cache holds, so it is what is used everywhere.
    """
    return encoder.encode([skill_text(skill) for skill in skills], kind=TextKind.QUERY).astype(np.float16)


def find_mentions(
    finder: MentionFinder | None, text: str, spans: NDArray[np.int64], place: dict[str, int]
) -> NDArray[np.int64]:
    """Return which tokens of a text lie in names of which skills, (n_pairs, 2) of token and skill.

    Args:
        finder: finds the names; None finds none.
        text: the text.
        spans: (n_tokens, 2) of its tokens.
        place: number of each skill by id; names of others are left out.
    """
    found = [] if finder is None else finder.find(text)
    names = [(m.span.start, m.span.end, place[m.skill]) for m in found if m.skill in place]
    return mention_pairs(spans, names)


def count_windows(encoder: Encoder, reading: Reading) -> int:
    """Return how many rows an encoder made of a text; 1 where it does not tell how long its rows are."""
    if not isinstance(encoder, WindowedEncoder):
        return 1
    room = encoder.spec.max_tokens - len(reading.frame)
    return len(plan_windows(len(reading.states), size=room, overlap=OVERLAP))


def _weights_sha256(folder: ModelFolder) -> str:
    return folder.card.files[WEIGHTS].sha256
