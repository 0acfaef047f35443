"""Rows and models whose losses are known."""

import numpy as np

from metier.audit.labelled_texts import LabelledText
from metier.audit.membership.losses import Attack, KnownLosses
from tests.audit.confidence.stand_ins import made_texts


def rows(n, seed=0, label="yes"):
    """Return n rows of random words, no two nearly the same."""
    return [LabelledText(text, label) for text in made_texts(n, seed)]


def known(members, others, *, gap, seed=0, attack=Attack.LOSS, hardness=0.0):
    """Return a model whose losses are higher by a gap for rows that it did not see.

    Args:
        members: rows that it saw.
        others: rows that it did not see.
        gap: in standard deviations of its own noise.
        seed: of the noise.
        attack: name of the attack by the loss.
        hardness: spread of what makes a row hard for every model.
    """
    rng = np.random.default_rng([seed, 1])
    hard = np.random.default_rng(99).normal(0, hardness, len(members) + len(others))
    losses = 5 + rng.normal(0, 1, len(members) + len(others)) + hard
    losses[len(members) :] += gap
    return KnownLosses("known", dict(zip([*members, *others], losses.tolist(), strict=True)), attack)
