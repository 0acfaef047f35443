"""Fits the head for skills: label attention by gradient descent, names and calibration by regression."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.encoders.reading import Encoder
from metier.errors import InvalidInput
from metier.skills.architectures.attention_head import LabelAttentionHead
from metier.skills.architectures.attention_network import LabelAttentionNetwork
from metier.skills.architectures.classifier import IMPLICIT, NONE
from metier.skills.architectures.rows import Example
from metier.skills.architectures.task import SkillRows, SkillTask, SkillTaskOptions
from metier.skills.architectures.token_states import FrozenStates
from metier.skills.examples import WrittenSentence
from metier.training.options import TrainOptions
from metier.training.trainer import train
from metier.types import Skill

EPOCHS: Final = 10
BATCH: Final = 32
LEARNING_RATE: Final = 3e-3
NONE_SHARE: Final = 4.0
_DECAY: Final = 0.05
_TUNED: Final = 100
_NAME_PENALTY: Final = 0.01
_CALIBRATION_PENALTY: Final = 0.3


def fit_attention(
    sentences: Sequence[WrittenSentence],
    skills: Sequence[Skill],
    encoder: Encoder,
    *,
    seed: int,
    say: Callable[[str], None] = lambda _: None,
) -> LabelAttentionHead:
    """Return label attention fitted to sentences of which each shows one skill or none.

    All other skills count as none for a sentence, together four times as much as the one that it shows.

    Args:
        sentences: to fit to, each read by itself.
        skills: the practices that they are of.
        encoder: what reads; it stays as it is.
        seed: of first weights and order. The same seed and machine give the same result.
        say: told how it goes.

    Raises:
        InvalidInput: a sentence is for none of the skills, or there are no sentences.
        MissingExtra: the `train` extra is not installed.
    """
    place = {skill.id: i for i, skill in enumerate(skills)}
    network = LabelAttentionNetwork(FrozenStates(encoder), seed=seed)
    network.set_centers([sentence.text for sentence in sentences], skills)
    examples = [_example(sentence, place) for sentence in sentences]
    rows = SkillRows(skills, examples, examples[:_TUNED])
    task = SkillTask(network, rows, SkillTaskOptions(batch_size=BATCH, none_share=NONE_SHARE))
    options = TrainOptions(epochs=EPOCHS, head_rate=LEARNING_RATE, weight_decay=_DECAY, seed=seed)
    with TemporaryDirectory() as folder:
        train(network.module, [task], options, Path(folder), say=say)
    return network.head()


def _example(sentence: WrittenSentence, place: dict[str, int]) -> Example:
    if sentence.skill and sentence.skill not in place:
        raise InvalidInput(f"A sentence is for {sentence.skill!r}, which is no practice of the taxonomy.")
    classes = np.full(len(place), NONE, np.int64)
    if sentence.skill:
        classes[place[sentence.skill]] = IMPLICIT
    return Example(sentence.text, np.arange(len(place)), classes)


def fit_names(states: NDArray[np.float32], labels: NDArray[np.int64]) -> tuple[NDArray[np.float32], float]:
    """Return weights (dim,) and constant of "this name stands for the skill here".

    Logistic regression over the standardised states, folded back onto the states themselves.

    Args:
        states: (n, dim) mean states of the names, each sentence read by itself.
        labels: (n,) 1 where the name stands for the skill, else 0.

    Raises:
        MissingExtra: scikit-learn is not installed.
    """
    linear = require("sklearn.linear_model")
    mean, deviation = states.mean(axis=0), states.std(axis=0) + 1e-8
    model = linear.LogisticRegression(C=_NAME_PENALTY, max_iter=2000).fit((states - mean) / deviation, labels)
    weights = model.coef_[0] / deviation
    return weights.astype(np.float32), float(model.intercept_[0] - weights @ mean)


def fit_calibration(
    features: NDArray[np.float64], labels: NDArray[np.int64], *, precision: float
) -> tuple[NDArray[np.float32], float, float]:
    """Return weights, constant and threshold for pairs of sentence and skill that a reader judged.

    Args:
        features: (n, n_features) of judged pairs.
        labels: (n,) 1 where the reader agreed that the sentence shows the skill, else 0.
        precision: the threshold is the lowest probability from which on at least this share of the judged
            pairs is right.

    Returns:
        Weights (n_features,) and constant of a logistic regression (Platt 1999, on several features), and
        the threshold, 0 to 1; 1 where no pair reaches the precision.

    Raises:
        MissingExtra: scikit-learn is not installed.
    """
    linear = require("sklearn.linear_model")
    mean, deviation = features.mean(axis=0), features.std(axis=0) + 1e-8
    model = linear.LogisticRegression(C=_CALIBRATION_PENALTY).fit((features - mean) / deviation, labels)
    weights = (model.coef_[0] / deviation).astype(np.float32)
    constant = float(model.intercept_[0] - weights.astype(np.float64) @ mean)
    probabilities = 1 / (1 + np.exp(-(features @ weights.astype(np.float64) + constant)))
    order = np.argsort(-probabilities, kind="stable")
    right = np.cumsum(labels[order]) / np.arange(1, len(labels) + 1)
    enough = np.flatnonzero(right >= precision)
    threshold = float(probabilities[order[enough[-1]]]) if len(enough) else 1.0
    return weights, constant, threshold
