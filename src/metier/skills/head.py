"""The head that reads skills out of an encoder's states: weights, calibration, and the rules to apply them.

Let x be the mean state of a sentence less the usual one and less half of what all sentences of its text
have in common, v the vector of a skill less the usual one, both scaled to length 1. A sentence has

    z_k = (P x + o) . v_k        for each skill k
    z_0 = n . x + c              for "none of them"
    m_k = z_k - log(exp z_0 + sum over reference skills j of exp z_j)

P, o, n and c were fitted so that the m_k of the right skill is high, on sentences out of which the names of
skills had been cut or that were written to do without. The probability that a sentence shows skill k is

    sigmoid(w . (m_k, cosine of the sentence and the skill, two shares of words in common) + b)

with w, b and the threshold fitted to judged sentences that nothing else uses.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from metier.encoders.folder import ModelFolder
from metier.encoders.pooling import unit_rows
from metier.errors import ModelFormatError, ModelMismatch

HEAD: Final = "head.safetensors"
TASK: Final = "skills"
MIN_SENTENCES: Final = 5
COMMON_SHARE: Final = np.float32(0.5)
SETTINGS: Final = ("null_bias", "intercept", "threshold", "name_bias")
VECTORS: Final = (
    "projection_offset",
    "null_weights",
    "feature_weights",
    "sentence_center",
    "skill_center",
    "document_center",
    "name_weights",
)


@dataclass(frozen=True, slots=True, eq=False)
class SkillHead:
    """A fitted head; make one with `load`.

    Attributes:
        name: what the model is called.
        sha256: hash of its folder.
        encoder_sha256: hash of the encoder whose states it reads.
        projection: (dim, dim) float32, P.
        projection_offset: (dim,) float32, o.
        null_weights: (dim,) float32, n.
        null_bias: c.
        feature_weights: (4,) float32, w of the calibration.
        intercept: b of the calibration.
        threshold: the lowest probability at which a skill counts as shown, 0 to 1.
        sentence_center: (dim,) float32, the usual mean state of a sentence.
        skill_center: (dim,) float32, the usual vector of a skill.
        document_center: (dim,) float32, the usual vector of a whole document.
        name_weights: (dim,) float32, of "an ambiguous name stands for the skill here".
        name_bias: its constant term.
        settled_names: ids of the skills whose ambiguous names it was fitted to.
        taxonomy_sha256: hash of the taxonomy whose vectors come with the head.
        practice_vectors: (n_practices, dim) float16, of that taxonomy's practices in its order; they are
            the reference skills too.
    """

    name: str
    sha256: str
    encoder_sha256: str
    projection: NDArray[np.float32]
    projection_offset: NDArray[np.float32]
    null_weights: NDArray[np.float32]
    null_bias: float
    feature_weights: NDArray[np.float32]
    intercept: float
    threshold: float
    sentence_center: NDArray[np.float32]
    skill_center: NDArray[np.float32]
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
                    projection=_float32(file.get_tensor("projection")),
                    practice_vectors=file.get_tensor("practice_vectors"),
                    settled_names=frozenset(map(str, facts["settled_names"])),
                    **numbers,
                )
        except (SafetensorError, KeyError, TypeError, ValueError) as error:
            raise ModelFormatError(f"Model {folder.card.name}: {HEAD} lacks a part or is damaged.") from error
        if head.encoder_sha256 != encoder_sha256:
            raise ModelMismatch(
                f"Head {head.name} was fitted to encoder {head.encoder_sha256[:12]}, the encoder in use is "
                f"{encoder_sha256[:12]}. Use the encoder it belongs to, or assess with --model none."
            )
        return head

    def features(
        self, sentences: NDArray[np.float32], skills: NDArray[np.float32], overlap: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return what the calibration weighs, for each sentence of one text and each skill.

        Args:
            sentences: (n_sentences, dim) unit vectors pooled from its reading.
            skills: (n_skills, dim) from `center_skills`.
            overlap: (n_sentences, n_skills, 2) from `WordOverlap.compare`.

        Returns:
            (n_sentences, n_skills, 4): m_k, cosine, share of a name, words of the description.
        """
        x = contrast(sentences, self.sentence_center)
        inner = x @ self.projection.T + self.projection_offset
        none = (x @ self.null_weights).astype(np.float64)[:, None] + self.null_bias
        reference = self.center_skills(self.practice_vectors.astype(np.float32))
        others = np.concatenate([none, (inner @ reference.T).astype(np.float64)], axis=1)
        total = np.logaddexp.reduce(others, axis=1, keepdims=True)
        margins = (inner @ skills.T).astype(np.float64) - total
        cosines = unit_rows(sentences - self.sentence_center) @ skills.T
        return np.concatenate([margins[:, :, None], cosines[:, :, None], overlap], axis=2)

    def probabilities(
        self, sentences: NDArray[np.float32], skills: NDArray[np.float32], overlap: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the chance that each sentence of one text shows each skill, (n_sentences, n_skills).

        Args:
            sentences: as for `features`.
            skills: as for `features`.
            overlap: as for `features`.
        """
        features = self.features(sentences, skills, overlap)
        return sigmoid(features @ self.feature_weights.astype(np.float64) + self.intercept)

    def center_skills(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (n_skills, dim) vectors of skills as the head wants them."""
        return unit_rows(vectors - self.skill_center)

    def name_probability(self, state: NDArray[np.float32]) -> float:
        """Return the chance, 0 to 1, that an ambiguous name with this mean state stands for the skill."""
        logit = float(state.astype(np.float64) @ self.name_weights.astype(np.float64)) + self.name_bias
        return float(sigmoid(np.array(logit)))


def contrast(sentences: NDArray[np.float32], center: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what sets each sentence of a text apart, (n_sentences, dim), rows of length 1.

    The states of every sentence hold much of what the whole text is about; half of what they have in
    common is taken off, where there are sentences enough to tell.

    Args:
        sentences: (n_sentences, dim) unit vectors of one text.
        center: (dim,) the usual vector of a sentence.
    """
    x = sentences - center
    if len(x) >= MIN_SENTENCES:
        x = x - COMMON_SHARE * x.mean(axis=0, dtype=np.float64).astype(np.float32)
    return unit_rows(x)


def sigmoid(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 / (1 + exp(-logit)), without overflow.

    >>> sigmoid(np.array([0.0, 1000.0, -1000.0])).tolist()
    [0.5, 1.0, 0.0]
    """
    return np.exp(-np.logaddexp(0.0, -logits))


def _float32(array: Any) -> NDArray[np.float32]:
    return np.asarray(array, np.float32)
