"""Fits the head for skills: projection and null term by gradient descent, names by logistic regression."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.skills.examples import Examples

EPOCHS: Final = 6
BATCH: Final = 512
LEARNING_RATE: Final = 1e-3
SCALE_RATE: Final = 3e-2
DECAY: Final = 3e-3
FIRST_SCALE: Final = 15.0
FIRST_NULL: Final = 6.0
_NAME_PENALTY: Final = 0.01
_CALIBRATION_PENALTY: Final = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """Examples with the skills that their labels stand for.

    Attributes:
        examples: sentences and labels.
        skills: (n_skills, dim) float32, centered vectors of those skills.
        weight: how much one of its sentences counts.
    """

    examples: Examples
    skills: NDArray[np.float32]
    weight: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """What `fit_projection` finds; the names are those of `SkillHead`."""

    projection: NDArray[np.float32]
    projection_offset: NDArray[np.float32]
    null_weights: NDArray[np.float32]
    null_bias: float


def fit_projection(tasks: Sequence[Task], *, seed: int, epochs: int = EPOCHS) -> Projection:
    """Return the projection under which sentences lie near the skills that they show.

    For each label of a sentence the softmax cross-entropy over the skills of its task and "none of them";
    the sentence's other labels are no wrong answers. Sentences without a label have "none" for one.

    Args:
        tasks: the first one's null bias is the one that is returned.
        seed: of the order of the examples. The same seed and machine give the same result.
        epochs: passes over all examples.

    Raises:
        MissingExtra: torch is not installed.
    Source: the loss as in CLIP's one side, Radford et al. 2021 (arXiv:2103.00020), with a null class.
    """
    torch = require("torch")
    torch.manual_seed(seed)
    dim = tasks[0].skills.shape[1]
    identity = torch.eye(dim)
    weights = identity.clone().requires_grad_()
    offset, null = (torch.zeros(dim, requires_grad=True) for _ in range(2))
    scale = torch.tensor(FIRST_SCALE, requires_grad=True)
    biases = torch.full((len(tasks),), FIRST_NULL, requires_grad=True)
    optimiser = torch.optim.AdamW(
        [
            {"params": [weights, offset, null], "lr": LEARNING_RATE},
            {"params": [scale, biases], "lr": SCALE_RATE},
        ],
        weight_decay=0.0,
    )
    x = torch.from_numpy(np.concatenate([task.examples.x for task in tasks]))
    labels = [label for task in tasks for label in task.examples.labels]
    which = torch.from_numpy(np.repeat(np.arange(len(tasks)), [len(task.examples) for task in tasks]))
    skills = [torch.from_numpy(task.skills) for task in tasks]
    for _ in range(epochs):
        for batch in torch.randperm(len(x)).split(BATCH):
            loss = DECAY * (((weights - identity) ** 2).sum() + (offset**2).sum() + (null**2).sum())
            for t, task in enumerate(tasks):
                rows = batch[which[batch] == t]
                if len(rows):
                    inner = x[rows] @ weights.T + offset
                    none = biases[t] + scale * (x[rows] @ null)
                    logits = torch.cat([none[:, None], scale * (inner @ skills[t].T)], dim=1)
                    loss = loss + task.weight * _loss(logits, [labels[i] for i in rows.tolist()]) / BATCH
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    size = float(scale.detach())
    return Projection(
        projection=size * weights.detach().numpy(),
        projection_offset=size * offset.detach().numpy(),
        null_weights=size * null.detach().numpy(),
        null_bias=float(biases.detach()[0]),
    )


def _loss(logits: Any, labels: Sequence[tuple[int, ...]]) -> Any:
    """Return the summed cross-entropy; column 0 of the logits is "none of them"."""
    torch = require("torch")
    pairs = [(i, 1 + label) for i, found in enumerate(labels) for label in found]
    pairs += [(i, 0) for i, found in enumerate(labels) if not found]
    rows, columns = torch.tensor(pairs).T
    right = torch.zeros_like(logits, dtype=torch.bool)
    right[rows, columns] = True
    wrong = logits.masked_fill(right, -torch.inf).logsumexp(dim=1)
    return (torch.logaddexp(wrong[rows], logits[rows, columns]) - logits[rows, columns]).sum()


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
