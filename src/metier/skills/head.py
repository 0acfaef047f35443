"""The head that reads skills out of an encoder's states: weights, calibration, and the rules to apply them.

A sentence is read by itself: within a document its states lean towards what all of the document is about, and
nearly any sentence of a developer's resume looks like development. Label attention
(`architectures/attention_head.py`) scores every token of it for every skill; with z_implicit(k) and z_none as
there, the probability that a sentence shows skill k is

    sigmoid(w . (z_implicit(k) - z_none, two shares of words in common) + b)

with w, b and the threshold fitted to judged sentences that nothing else uses.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from metier.encoders.folder import ModelFolder
from metier.encoders.reading import Reading
from metier.errors import ModelFormatError, ModelMismatch
from metier.skills.architectures.attention_head import LabelAttentionHead, Queries
from metier.skills.architectures.classifier import IMPLICIT, NONE

HEAD: Final = "head.safetensors"
TASK: Final = "skills"
SETTINGS: Final = ("intercept", "threshold", "name_bias")
VECTORS: Final = ("feature_weights", "document_center", "name_weights")
ATTENTION: Final = "attention."
N_FEATURES: Final = 3
_NO_NAMES: Final = np.zeros((0, 2), np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class SkillHead:
    """A fitted head; make one with `load`.

    Attributes:
        name: what the model is called.
        sha256: hash of its folder.
        encoder_sha256: hash of the encoder whose states it reads.
        attention: scores the tokens of a sentence for every skill.
        feature_weights: (3,) float32, w of the calibration.
        intercept: b of the calibration.
        threshold: the lowest probability at which a skill counts as shown, 0 to 1.
        document_center: (dim,) float32, the usual vector of a whole document.
        name_weights: (dim,) float32, of "an ambiguous name stands for the skill here".
        name_bias: its constant term.
        settled_names: ids of the skills whose ambiguous names it was fitted to.
        taxonomy_sha256: hash of the taxonomy whose vectors come with the head.
        practice_vectors: (n_practices, dim) float16, query vectors of that taxonomy's practices in its order.
    """

    name: str
    sha256: str
    encoder_sha256: str
    attention: LabelAttentionHead
    feature_weights: NDArray[np.float32]
    intercept: float
    threshold: float
    document_center: NDArray[np.float32]
    name_weights: NDArray[np.float32]
    name_bias: float
    settled_names: frozenset[str]
    taxonomy_sha256: str
    practice_vectors: NDArray[np.float16]

    @classmethod
    def load(cls, path: Path, *, encoder_sha256: str) -> Self:
        """Load a head from its model folder, after checking every byte.

        Args:
            path: a model folder with `head.safetensors`.
            encoder_sha256: hash of the encoder that it is to be used with.

        Raises:
            NotFound: no model folder.
            ModelFormatError: it is damaged, changed, or no head for skills.
            ModelMismatch: it was fitted to another encoder.
        """
        folder = ModelFolder.open(path)
        if folder.card.task != TASK:
            raise ModelFormatError(f"Model {folder.card.name} is for {folder.card.task!r}, not for {TASK!r}.")
        try:
            with safe_open(folder.file(HEAD), framework="np") as file:
                facts = json.loads(file.metadata()["facts"])
                numbers: dict[str, Any] = {name: float(facts[name]) for name in SETTINGS}
                numbers |= {name: _float32(file.get_tensor(name)) for name in VECTORS}
                head = cls(
                    name=folder.card.name,
                    sha256=folder.sha256,
                    encoder_sha256=str(facts["encoder_sha256"]),
                    taxonomy_sha256=str(facts["taxonomy_sha256"]),
                    attention=LabelAttentionHead(**_attention(file)),
                    practice_vectors=file.get_tensor("practice_vectors"),
                    settled_names=frozenset(map(str, facts["settled_names"])),
                    **numbers,
                )
        except (SafetensorError, KeyError, TypeError, ValueError, ModelFormatError) as error:
            raise ModelFormatError(f"Model {folder.card.name}: {HEAD} lacks a part or is damaged.") from error
        if head.encoder_sha256 != encoder_sha256:
            raise ModelMismatch(
                f"Head {head.name} was fitted to encoder {head.encoder_sha256[:12]}, the encoder in use is "
                f"{encoder_sha256[:12]}. Use the encoder it belongs to, or assess with --model none."
            )
        return head

    def features(
        self, sentences: Sequence[Reading], queries: Queries, overlap: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return what the calibration weighs, for each sentence and each skill.

        Args:
            sentences: n_sentences, each read by itself.
            queries: n_skills, from `prepare`.
            overlap: (n_sentences, n_skills, 2) from `WordOverlap.compare`.

        Returns:
            (n_sentences, n_skills, 3): z_implicit - z_none, share of a name, words of the description.
        """
        features = np.zeros((len(sentences), len(queries), N_FEATURES))
        for i, sentence in enumerate(sentences):
            logits = self.attention.logits(sentence, queries, _NO_NAMES)
            features[i, :, 0] = logits[:, IMPLICIT] - logits[:, NONE]
        features[:, :, 1:] = overlap
        return features

    def probabilities(
        self, sentences: Sequence[Reading], queries: Queries, overlap: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the chance that each sentence shows each skill, (n_sentences, n_skills).

        Args:
            sentences: as for `features`.
            queries: as for `features`.
            overlap: as for `features`.
        """
        features = self.features(sentences, queries, overlap)
        return sigmoid(features @ self.feature_weights.astype(np.float64) + self.intercept)

    def most_telling(self, sentence: Reading, queries: Queries) -> float:
        """Return z_implicit - z_none of the skill that a sentence shows most, by any reading of it."""
        logits = self.attention.logits(sentence, queries, _NO_NAMES)
        return float((logits[:, IMPLICIT] - logits[:, NONE]).max(initial=-np.inf))

    def prepare(self, vectors: NDArray[np.floating]) -> Queries:
        """Return (n_skills, dim) query vectors as `features` wants them."""
        return self.attention.prepare(vectors)

    def name_probability(self, state: NDArray[np.float32]) -> float:
        """Return the chance, 0 to 1, that an ambiguous name with this mean state stands for the skill."""
        logit = float(state.astype(np.float64) @ self.name_weights.astype(np.float64)) + self.name_bias
        return float(sigmoid(np.array(logit)))


def sigmoid(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 / (1 + exp(-logit)), without overflow.

    >>> sigmoid(np.array([0.0, 1000.0, -1000.0])).tolist()
    [0.5, 1.0, 0.0]
    """
    return np.exp(-np.logaddexp(0.0, -logits))


def _attention(file: Any) -> dict[str, NDArray[np.float32]]:
    """Return the arrays of label attention; some may be stored in half precision."""
    names = [field.name for field in fields(LabelAttentionHead)]
    return {name: _float32(file.get_tensor(ATTENTION + name)) for name in names}


def _float32(array: Any) -> NDArray[np.float32]:
    return np.asarray(array, np.float32)
