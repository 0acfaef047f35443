"""Finds the words of a text that tell of a skill: a small convolution over the states of an encoder.

For token t with state h_t and layer normalisation n,

    a_t = relu(sum over k = -2..2 of W_k n(h_{t+k}) + c)
    logits_t = V a_t + d

gives for each kind of words (what a person does, what a person knows) three numbers: a span begins at t,
goes on at t, or is not there. The log-probability of a whole span is that of its beginning, of its going on,
and of its not going on after its last token.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import whitespace
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from metier.errors import ModelFormatError
from metier.types import Span

KERNEL: Final = 5
N_KINDS: Final = 2
BEGIN, INSIDE, OUTSIDE = 0, 1, 2
N_TAGS: Final = 3
MAX_WORDS: Final = 14
MAX_SPANS: Final = 16
LEAST_LOG_PROBABILITY: Final = -6.0
_EPSILON: Final = 1e-5
# A full stop parts words at the end of one only ("Node.js"), a hyphen nowhere ("full-stack").
_SIGNS: Final = ',;:!?…/|()[]{}"«»“”„•·'
_PARTING: Final = re.compile(rf"[{re.escape(_SIGNS)}]|\.(?!\w)")
_SHAPES: Final = ("norm_weight", "norm_bias", "conv_weight", "conv_bias", "out_weight", "out_bias")


@dataclass(frozen=True, slots=True, order=True)
class TaggedSpan:
    """Words that may tell of a skill, and the logarithm of the chance that they do."""

    span: Span
    log_probability: float


@dataclass(frozen=True, slots=True, eq=False)
class SpanTagger:
    """A fitted tagger.

    Attributes:
        norm_weight: (dim,) float32.
        norm_bias: (dim,) float32.
        conv_weight: (width, dim, 5) float32.
        conv_bias: (width,) float32.
        out_weight: (6, width) float32, three numbers for each of two kinds.
        out_bias: (6,) float32.
    """

    norm_weight: NDArray[np.float32]
    norm_bias: NDArray[np.float32]
    conv_weight: NDArray[np.float32]
    conv_bias: NDArray[np.float32]
    out_weight: NDArray[np.float32]
    out_bias: NDArray[np.float32]

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, NDArray[Any]], *, name: str) -> Self:
        """Return the tagger whose arrays these are.

        Args:
            tensors: arrays by the names of the attributes.
            name: of the model, for the message.

        Raises:
            ModelFormatError: an array is missing or has another shape.
        """
        try:
            tagger = cls(*(np.asarray(tensors[key], np.float32) for key in _SHAPES))
            width, dim, kernel = tagger.conv_weight.shape
        except (KeyError, ValueError) as error:
            raise ModelFormatError(f"Model {name}: its tagger lacks a part or has another shape.") from error
        shapes = [
            (dim,),
            (dim,),
            (width, dim, KERNEL),
            (width,),
            (N_KINDS * N_TAGS, width),
            (N_KINDS * N_TAGS,),
        ]
        if kernel != KERNEL or [getattr(tagger, key).shape for key in _SHAPES] != shapes:
            raise ModelFormatError(f"Model {name}: its tagger lacks a part or has another shape.")
        return tagger

    def tensors(self) -> dict[str, NDArray[np.float32]]:
        """Return the arrays by the names of the attributes."""
        return {key: getattr(self, key) for key in _SHAPES}

    def log_probabilities(self, states: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the log-probability of each tag, (n_tokens, 2, 3): begins, goes on, is not there.

        Args:
            states: (n_tokens, dim) of one text.
        """
        x = states.astype(np.float32)
        x = x - x.mean(axis=1, keepdims=True)
        x = x / np.sqrt((x**2).mean(axis=1, keepdims=True) + _EPSILON) * self.norm_weight + self.norm_bias
        half = KERNEL // 2
        padded = np.pad(x, ((half, half), (0, 0)))
        total = np.zeros((len(x), len(self.conv_bias)), np.float32)
        for k in range(KERNEL):
            total += padded[k : k + len(x)] @ self.conv_weight[:, :, k].T
        hidden = np.maximum(total + self.conv_bias, 0.0)
        logits = (hidden @ self.out_weight.T + self.out_bias).astype(np.float64).reshape(-1, N_KINDS, N_TAGS)
        shifted: NDArray[np.float64] = logits - np.logaddexp.reduce(logits, axis=2, keepdims=True)
        return shifted


def find_spans(
    log_probabilities: NDArray[np.float64], tokens: NDArray[np.int64], text: str, *, most: int = MAX_SPANS
) -> list[TaggedSpan]:
    """Return the spans of whole words that most likely tell of a skill, the likeliest first.

    Spans may overlap: which of "Java", "Java developer" and "experienced Java developer" names a skill is for
    the skills to say. Signs that part words, as in "Java/Kotlin (Android)", stand by themselves, and none is
    left at the ends of a span.

    Args:
        log_probabilities: (n_tokens, 2, 3) from `SpanTagger.log_probabilities`.
        tokens: (n_tokens, 2) start and end of every token in characters.
        text: the text.
        most: how many at most, at least 1.

    Returns:
        At most `most` spans of at most 14 words; none for no tokens.
    """
    begins = _word_starts(tokens, text)
    found: dict[Span, float] = {}
    for kind in range(N_KINDS):
        tags = log_probabilities[:, kind]
        for first, last, score in _spans_of_kind(tags, begins):
            span = _without_signs(text, int(tokens[first, 0]), int(tokens[last, 1]))
            if span is not None:
                found[span] = max(score, found.get(span, -np.inf))
    best = sorted(found.items(), key=lambda item: (-item[1], item[0]))[:most]
    return [TaggedSpan(span, score) for span, score in best]


def _word_starts(tokens: NDArray[np.int64], text: str) -> NDArray[np.bool_]:
    """Tell of each token whether a word begins with it, (n_tokens + 1,); one begins after the last."""
    parted = np.zeros(len(text) + 1, bool)
    for match in _PARTING.finditer(text):
        parted[[match.start(), match.end()]] = True
    begins = np.ones(len(tokens) + 1, bool)
    begins[1:-1] = (tokens[1:, 0] > tokens[:-1, 1]) | parted[tokens[1:, 0]]
    return begins


def _without_signs(text: str, start: int, end: int) -> Span | None:
    """Return a span without parting signs and blanks at its ends, or None where nothing is left."""
    words = text[start:end]
    left = len(words) - len(words.lstrip(_SIGNS + whitespace))
    right = len(words.rstrip(f"{_SIGNS}.{whitespace}"))
    if not any(letter.isalnum() for letter in words[left:right]):
        return None
    return Span(start + left, start + right)


def _spans_of_kind(tags: NDArray[np.float64], begins: NDArray[np.bool_]) -> Sequence[tuple[int, int, float]]:
    n_tokens = len(tags)
    ends = np.zeros(n_tokens)  # the log-probability that a span which reaches token t ends with it
    ends[:-1] = np.log1p(-np.minimum(np.exp(tags[1:, INSIDE]), 1 - 1e-6))
    spans = []
    for first in np.flatnonzero(begins[:-1] & (tags[:, BEGIN] >= LEAST_LOG_PROBABILITY)).tolist():
        score, words = float(tags[first, BEGIN]), 1
        for last in range(first, n_tokens):
            if last > first:
                score += float(tags[last, INSIDE])
                words += bool(begins[last])
            if words > MAX_WORDS or score < LEAST_LOG_PROBABILITY:
                break
            if begins[last + 1]:
                spans.append((first, last, score + float(ends[last])))
    return spans
