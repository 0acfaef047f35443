"""Made-up labelled documents: texts, features and readings that tell the level, none of anybody."""

from __future__ import annotations

import numpy as np

from metier.encoders.fake import FakeEncoder
from metier.expertise.application import Application, LevelRange
from metier.expertise.data import LevelRow
from metier.expertise.feature_table import known_names
from metier.expertise.model import Features, LevelInput
from metier.types import Level, Role

ENCODER = FakeEncoder(16)
_TELLING = {
    Level.INTERN: "studied and watched",
    Level.JUNIOR: "fixed small defects",
    Level.MIDDLE: "built services alone",
    Level.SENIOR: "designed large systems",
    Level.LEAD: "led several teams",
}
_USUAL = "the a with for project client report data code test meeting plan site shop bank".split()


def values_of(**known: float) -> np.ndarray:
    """Return features of which only some are told."""
    values = np.full(len(known_names()), np.nan)
    for name, value in known.items():
        values[known_names().index(name)] = value
    return values


def made_item(text: str, values: np.ndarray | None = None, *, with_reading: bool = True) -> LevelInput:
    return LevelInput(
        application=Application("row", {}),
        features=Features(values_of() if values is None else values, {}),
        text=text,
        language="en",
        role=Role.RESUME,
        reading=ENCODER.read(text) if with_reading else None,
    )


def made_rows(
    n: int, *, seed: int = 0, levels: tuple[Level, ...] = tuple(Level), noise: float = 0.3
) -> list[LevelRow]:
    """Return n rows, levels in turn; each text says the level in words, but for a share `noise` of them."""
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(n):
        level = levels[i % len(levels)]
        said = level if rng.random() > noise else levels[rng.integers(len(levels))]
        words = " ".join(rng.choice(_USUAL, 25))
        serial = "".join(rng.choice(list("bcdfghjklmnpqrstvwxz"), 60))
        text = f"{_TELLING[said].capitalize()} {words}.\n{serial[:20]} {serial[20:40]} {serial[40:]}."
        months = np.nan if i % 7 == 0 else max(0.0, 24.0 * level.rank + rng.normal(0, 20))
        rows.append(LevelRow(made_item(text, values_of(total_months=months)), LevelRange.of(level)))
    return rows
