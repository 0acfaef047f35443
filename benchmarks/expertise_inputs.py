"""Vacancies of `expertise_data.py` as models of levels take them, read once and kept in a folder.

What is kept of a reading is what models pool of it, so that thousands fit into memory; what single words did
cannot be told from it. A kept input belongs to the text, the encoder and the features that made it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from expertise_data import Row

from metier.documents.source import Source
from metier.encoders.reading import Reading
from metier.engine import Engine
from metier.engine.expertise import InputMaker
from metier.expertise.application import Application, LevelRange
from metier.expertise.data import LevelRow
from metier.expertise.features import NAMES
from metier.expertise.model import Features, LevelInput
from metier.expertise.pooling import condense
from metier.types import Role

_SHOWN_EVERY = 100


class KeptInputs:
    """Reads vacancies, or takes from a folder what was read before.

    Args:
        engine: reads documents and finds their skills.
        encoder_sha256: of its encoder.
        cache: the folder.
    """

    def __init__(self, engine: Engine, encoder_sha256: str, cache: Path) -> None:
        self._engine = engine
        self._maker = InputMaker(engine)
        key = f"{encoder_sha256}\0{engine.provenance.model_sha256}\0{NAMES}"
        self._folder = cache / hashlib.sha256(key.encode()).hexdigest()[:16]
        self._folder.mkdir(parents=True, exist_ok=True)

    def rows(self, rows: Sequence[Row]) -> list[LevelRow]:
        """Return vacancies with their levels, as training takes them."""
        found = []
        for i, row in enumerate(rows):
            if not i % _SHOWN_EVERY:
                print(f"reading {i} of {len(rows)}", flush=True)
            found.append(LevelRow(self._item(row), LevelRange.of(row.level)))
        return found

    def _item(self, row: Row) -> LevelInput:
        path = self._folder / f"{hashlib.sha256(row.text.encode(errors='replace')).hexdigest()}.npz"
        if not path.exists():
            self._keep(row, path)
        with np.load(path) as kept:
            facts = json.loads(str(kept["facts"]))
            reading = Reading(kept["states"], kept["spans"], kept["frame"])
            features = Features(kept["features"], {})
        application = Application(row.id, {})
        return LevelInput(application, features, facts["text"], facts["language"], Role.VACANCY, reading)

    def _keep(self, row: Row, path: Path) -> None:
        document = self._engine.read(Source(row.id, text=row.text), role=Role.VACANCY)
        made = self._maker.of_document(document)
        if made.reading is None:
            raise ValueError("Vacancies must be read with an encoder.")
        reading = condense(made.reading)
        part = path.with_suffix(f".{os.getpid()}.npz")  # several runs may fill one folder
        np.savez(
            part,
            facts=json.dumps({"text": made.text, "language": made.language}),
            states=reading.states,
            spans=reading.spans,
            frame=reading.frame,
            features=made.features.values,
        )
        part.replace(path)
