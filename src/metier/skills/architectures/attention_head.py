"""Label attention over the states of an encoder: every skill's own query vector scores every token.

Let x_t be the state h_t of token t less the usual state, y_k the query vector q_k of skill k less the usual
one, both scaled to length 1. For each class c of implicit and explicit

    s_c(t, k) = a_c (x_t . y_k + (A_c x_t) . (B_c y_k)) + b_c + m_c mention(t, k)
    z_c(k)    = log(sum over t of exp s_c(t, k)) - l_c log n          n tokens
    z_none    = n_0 . (mean over t of x_t) + b_0

mention(t, k) is 1 where token t lies in a name of skill k. m_explicit is never negative and m_implicit is
0, so another name of a skill can only raise its explicit logit. A skill is seen by its query vector alone:
one that no training row held is answered as any other, and no answer depends on what else is asked.

A_c starts at zero, so that an untrained head compares a token and a skill by the encoder's own cosine, and
training adds a map of low rank.

The length correction l_c, 0 to 1, is learned. At 0 a single telling token is enough wherever it stands, but a
long text collects chance; at 1 the mean decides and one sentence in a long resume is thinned out. What is
right between the two depends on how much noise the tokens of an encoder carry, so data choose it.

All of it is one product of the (n_tokens, dim) states and a (dim, 2 n_skills) matrix, made once per list of
skills.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from metier.encoders.folder import ModelCard
from metier.encoders.pooling import unit_rows
from metier.encoders.reading import Reading
from metier.errors import InvalidInput, ModelFormatError, ModelMismatch
from metier.skills.architectures.classifier import EXPLICIT, IMPLICIT, N_CLASSES, NONE
from metier.skills.architectures.save import Parts, Saved, save_parts
from metier.training.output import Origin

ARCHITECTURE: Final = "label-attention"
EMPTY_LOGIT: Final = -30.0
"""Logit of implicit and of explicit in a text without a token: finite, and far below any other."""
_SHOWN: Final = (IMPLICIT, EXPLICIT)
MAX_HEAD_BYTES: Final = 2_000_000 - 10_000
"""Of all arrays; the rest of 2 MB is for the header of the file."""
_AT_ONCE: Final = 4_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Queries:
    """The skills' side of the scores; made by `LabelAttentionHead.prepare`.

    Attributes:
        matrix: (2, n_skills, dim) float32; its product with the states is the score less its constant terms.
    """

    matrix: NDArray[np.float32]

    def __len__(self) -> int:
        return int(self.matrix.shape[1])

    def part(self, first: int, last: int) -> Queries:
        """Return those of the skills `first` to `last`, the latter excluded."""
        return Queries(self.matrix[:, first:last])


@dataclass(frozen=True, slots=True, eq=False)
class LabelAttentionHead:
    """A fitted head, in numpy; index 0 of each pair is implicit, 1 explicit.

    Attributes:
        token_maps: (2, rank, dim) float32, A.
        query_maps: (2, rank, dim) float32, B.
        scales: (2,) float32, a, above 0.
        biases: (2,) float32, b.
        length: (2,) float32, l, 0 to 1.
        mention_weight: (1,) float32, m_explicit, at least 0.
        token_center: (dim,) float32, the usual state of a token.
        query_center: (dim,) float32, the usual query vector.
        null_weights: (dim,) float32, n_0.
        null_bias: (1,) float32, b_0.

    Raises:
        ModelFormatError: shapes that do not fit, a number that is not finite, or one out of its range.
    """

    token_maps: NDArray[np.float32]
    query_maps: NDArray[np.float32]
    scales: NDArray[np.float32]
    biases: NDArray[np.float32]
    length: NDArray[np.float32]
    mention_weight: NDArray[np.float32]
    token_center: NDArray[np.float32]
    query_center: NDArray[np.float32]
    null_weights: NDArray[np.float32]
    null_bias: NDArray[np.float32]

    def __post_init__(self) -> None:
        rank, dim = self.token_maps.shape[-2:]
        pair, vector, one = (2,), (dim,), (1,)
        maps = (2, rank, dim)
        shapes = (maps, maps, pair, pair, pair, one, vector, vector, vector, one)
        arrays = self.tensors()
        for (name, array), shape in zip(arrays.items(), shapes, strict=True):
            if array.shape != shape or not np.isfinite(array).all():
                raise ModelFormatError(f"Head: {name} must hold finite numbers of shape {shape}.")
        if self.mention_weight[0] < 0 or (self.scales <= 0).any():
            raise ModelFormatError("Head: mention_weight must be at least 0 and scales above 0.")
        if (self.length < 0).any() or (self.length > 1).any():
            raise ModelFormatError("Head: length must lie between 0 and 1.")

    @property
    def dim(self) -> int:
        """Return the length of the states that it reads."""
        return int(self.token_maps.shape[2])

    def tensors(self) -> dict[str, NDArray[np.float32]]:
        """Return all arrays by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_saved(cls, saved: Saved) -> Self:
        """Return the head of a model folder.

        Raises:
            ModelFormatError: it lacks a part.
        """
        names = {field.name for field in fields(cls)}
        if set(saved.parts.tensors) != names:
            raise ModelFormatError(
                f"Model {saved.folder.card.name}: its head must hold {', '.join(sorted(names))}."
            )
        arrays: dict[str, Any] = {
            name: np.asarray(tensor, np.float32) for name, tensor in saved.parts.tensors.items()
        }
        if arrays["token_maps"].ndim != 3 or arrays["token_maps"].shape[2] != saved.parts.dim:
            raise ModelMismatch(f"Model {saved.folder.card.name}: its head reads states of another length.")
        return cls(**arrays)

    def save(self, output: Path, origin: Origin, *, encoder_sha256: str) -> ModelCard:
        """Write the head as a model folder for the encoder that it was fitted to, and return its card.

        Numbers are kept in float32, in float16 where that would take more than 2 MB.

        Raises:
            InvalidInput: the folder is not empty, or the head takes more than 2 MB even so.
        """
        parts = Parts(ARCHITECTURE, self.stored(), self.dim, encoder_sha256=encoder_sha256)
        return save_parts(parts, output, origin)

    def stored(self) -> dict[str, NDArray[Any]]:
        """Return all arrays by name as a folder holds them: the maps in float16 if all take too much.

        Raises:
            InvalidInput: they take more than 2 MB even so.
        """
        arrays: dict[str, NDArray[Any]] = dict(self.tensors())
        if sum(array.nbytes for array in arrays.values()) > MAX_HEAD_BYTES:
            for name in ("token_maps", "query_maps"):
                arrays[name] = arrays[name].astype(np.float16)
        size = sum(array.nbytes for array in arrays.values())
        if size > MAX_HEAD_BYTES:
            raise InvalidInput(
                f"A head must take at most {MAX_HEAD_BYTES:,} bytes. Got {size:,}: train one of a lower rank."
            )
        return arrays

    def prepare(self, vectors: NDArray[np.floating]) -> Queries:
        """Return skills ready to be scored.

        Args:
            vectors: (n_skills, dim) query vectors, float32 or float16.
        """
        y = unit_rows(np.asarray(vectors, np.float32) - self.query_center)
        rows = [
            a * (y + (y @ query_map.T) @ token_map)
            for a, query_map, token_map in zip(self.scales, self.query_maps, self.token_maps, strict=True)
        ]
        return Queries(np.stack(rows).astype(np.float32))

    def center(self, reading: Reading) -> NDArray[np.float32]:
        """Return the states of a text as the head wants them, (n_tokens, dim), rows of length 1."""
        return unit_rows(reading.states - self.token_center)

    def scores(
        self, x: NDArray[np.float32], queries: Queries, mentions: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Return s_c(t, k), (2, n_skills, n_tokens).

        Args:
            x: (n_tokens, dim) from `center`.
            queries: n_skills of them.
            mentions: (n_pairs, 2) numbers of token and skill where the token lies in a name of the skill.
        """
        n_skills = len(queries)
        flat = queries.matrix.reshape(2 * n_skills, self.dim) @ x.T
        scores: NDArray[np.float32] = flat.reshape(2, n_skills, len(x)) + self.biases[:, None, None]
        scores[1, mentions[:, 1], mentions[:, 0]] += self.mention_weight[0]  # a pair twice counts once
        return scores

    def pool(self, scores: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return z of implicit and explicit, (2, n_skills), from (2, n_skills, n_tokens) scores."""
        n_tokens = scores.shape[2]
        if not n_tokens:
            return np.full(scores.shape[:2], EMPTY_LOGIT)
        top = scores.max(axis=2)
        total = np.exp(scores - top[:, :, None]).sum(axis=2, dtype=np.float64)
        pooled: NDArray[np.float64] = top + np.log(total) - self.length[:, None] * np.log(n_tokens)
        return pooled

    def null_logit(self, x: NDArray[np.float32]) -> float:
        """Return z_none of a text with centered states (n_tokens, dim)."""
        mean = x.mean(axis=0, dtype=np.float64) if len(x) else np.zeros(self.dim)
        return float(mean @ self.null_weights.astype(np.float64)) + float(self.null_bias[0])

    def logits(self, reading: Reading, queries: Queries, mentions: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the three logits of every skill in a text, (n_skills, 3).

        Args:
            reading: the text as the encoder read it.
            queries: n_skills, from `prepare`.
            mentions: as for `scores`; (0, 2) where names are not looked for.
        """
        x = self.center(reading)
        logits = np.empty((len(queries), N_CLASSES), np.float64)
        logits[:, NONE] = self.null_logit(x)
        for first, last in skill_blocks(len(x), len(queries)):
            scores = self.scores(x, queries.part(first, last), mentions_within(mentions, first, last))
            logits[first:last, list(_SHOWN)] = self.pool(scores).T
        return logits


def skill_blocks(n_tokens: int, n_skills: int) -> list[tuple[int, int]]:
    """Return ranges of skills whose scores fit into memory at once.

    >>> skill_blocks(1000, 3000)
    [(0, 2000), (2000, 3000)]
    """
    size = max(1, _AT_ONCE // (2 * max(1, n_tokens)))
    return [(first, min(first + size, n_skills)) for first in range(0, n_skills, size)]


def mentions_within(mentions: NDArray[np.int64], first: int, last: int) -> NDArray[np.int64]:
    """Return the pairs of token and skill for the skills `first` to `last`, counted from `first`."""
    own = mentions[(mentions[:, 1] >= first) & (mentions[:, 1] < last)]
    return own - np.array([0, first], np.int64)


def mention_pairs(spans: NDArray[np.int64], names: list[tuple[int, int, int]]) -> NDArray[np.int64]:
    """Return the tokens that lie in names of skills, (n_pairs, 2) of token and skill.

    Args:
        spans: (n_tokens, 2) start and end of every token in characters.
        names: start and end in characters, and number of the skill, of each name that was found.
    """
    pairs = [
        (int(token), skill)
        for start, end, skill in names
        for token in np.flatnonzero((spans[:, 0] < end) & (spans[:, 1] > start))
    ]
    return np.array(pairs, np.int64).reshape(-1, 2)
