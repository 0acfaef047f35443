import numpy as np

from metier.expertise.trainable import LevelParts


def test_parts_may_be_facts_alone():
    parts = LevelParts("", 8, {"head": 3})
    assert (parts.tensors, parts.facts) == ({}, {})
    assert LevelParts("a", 8, {}, {"head": np.ones(3)}).tensors["head"].shape == (3,)
