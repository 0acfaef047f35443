"""An encoder whose vectors are counts of words, a question, and heads made by hand: grades that are exact."""

from __future__ import annotations

import re

import numpy as np

from metier.encoders.pooling import unit_rows
from metier.encoders.reading import Reading
from metier.interview.bank import Point, Question
from metier.interview.features import NAMES
from metier.interview.grading_head import (
    CONTRADICTED,
    EARNED,
    MANNERS,
    N_CLUES,
    TOUCHED,
    GradingHead,
    GradingWeights,
    Thresholds,
)
from metier.interview.manner_words import CLUES

VOCABULARY = "amber birch cedar delta ember fjord grove heath inlet jetty kelp lagoon".split()
QUESTION = Question(
    "woods",
    ("Which trees keep their leaves in winter here?", "Name the evergreens."),
    (
        Point(
            "first", "names amber", ("amber birch",), ("amber kelp",), ("lagoon jetty",), 3.0, "And first?"
        ),
        Point("second", "names cedar", ("cedar delta",), (), ("heath inlet",), 1.0, "And second?"),
    ),
    unknown=("fjord grove",),
    off_topic=("grove heath",),
)
NEVER = -40.0


class BagEncoder:
    """Implements `Encoder`: each word of the vocabulary is an axis; other words are nothing."""

    name = "bag"
    dim = len(VOCABULARY)
    sha256 = "b" * 64

    def encode(self, texts, *, kind):
        del kind
        return np.array([self.read(text).vector for text in texts], np.float32).reshape(len(texts), self.dim)

    def read(self, text):
        matches = list(re.finditer(r"\w+", text))
        states = np.zeros((len(matches), self.dim), np.float32)
        for row, match in zip(states, matches, strict=True):
            if match[0].lower() in VOCABULARY:
                row[VOCABULARY.index(match[0].lower())] = 1
        spans = np.array([match.span() for match in matches], np.int64).reshape(-1, 2)
        return Reading(unit_rows(states), spans, np.zeros((1, self.dim), np.float32))

    def read_all(self, texts):
        return [self.read(text) for text in texts]


def weights(dim=BagEncoder.dim, points=None, manners=None):
    """Return weights that say nothing of any point or manner, but for what is given.

    Args:
        points: by class, what a feature of some name weighs; `bias` is the constant.
        manners: by manner, likewise: `clue` weighs its own clue.
    """
    point_map = np.zeros((4, len(NAMES) + 1), np.float32)
    point_map[[TOUCHED, CONTRADICTED, EARNED], -1] = NEVER
    for kind, parts in (points or {}).items():
        point_map[kind, -1] = parts.get("bias", NEVER)
        for name, weight in parts.items():
            if name != "bias":
                point_map[kind, NAMES.index(name)] = weight
    manner_map = np.zeros((len(MANNERS), dim + N_CLUES + 1), np.float32)
    manner_map[:, -1] = NEVER
    for manner, parts in (manners or {}).items():
        row = manner_map[MANNERS.index(manner)]
        row[-1] = parts.get("bias", NEVER)
        if "clue" in parts:
            row[dim + list(CLUES).index(manner)] = parts["clue"]
    zeros = np.zeros(len(NAMES), np.float32)
    return GradingWeights(np.zeros(dim, np.float32), zeros, np.ones_like(zeros), point_map, manner_map)


def head(points=None, manners=None, **limits):
    """Return a head with weights as above and thresholds of 0.5, and sure of all, but for what is given."""
    return GradingHead(
        "hand", "c" * 64, BagEncoder.sha256, weights(points=points, manners=manners), _at(limits)
    )


def by_words(manners=None, **limits):
    """Return a head that goes by the share of a reference's words that are said.

    A point is earned at sigmoid(20 share - 12): with both of two words, not with one.
    """
    return head({EARNED: {"stems_of_reference": 20.0, "bias": -12.0}}, manners, **limits)


def fixed(earned, *, touched=1e-9, contradicted=1e-9, earned_at=0.5, sure=0.0):
    """Return a head that gives every point the same chances, whatever is said."""
    none = 1.0 - earned - touched - contradicted
    odds = {EARNED: earned, TOUCHED: touched, CONTRADICTED: contradicted}
    return head(
        {kind: {"bias": float(np.log(value / none))} for kind, value in odds.items()},
        earned=earned_at,
        sure=sure,
    )


def _at(limits):
    return Thresholds(**({"earned": 0.5, "wrong": 0.5, "manner": 0.5, "sure": 0.0} | limits))
