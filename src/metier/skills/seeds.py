"""Seeds that follow from what they are for, so that chance does not depend on the order of things."""

from __future__ import annotations

import hashlib
import json
import random


def stable_seed(*parts: str | int | float) -> int:
    """Return a seed of 63 bits for some parts; the same on every machine and in every run."""
    digest = hashlib.sha256(json.dumps(parts).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def stable_random(*parts: str | int | float) -> random.Random:
    """Return a source of chance for some parts; the same on every machine and in every run."""
    return random.Random(stable_seed(*parts))
