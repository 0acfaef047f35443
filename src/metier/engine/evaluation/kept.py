"""Results of an evaluation kept as files, so that another run with one more model measures that one alone."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from metier.engine.evaluation.protocol import PROTOCOL, Bench, Outcomes, data_sha256
from metier.errors import InvalidInput
from metier.store.journal import write_atomically
from metier.training.sets import DataSet

_NOT_IN_NAME: Final = re.compile(r"[^\w.-]+")


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """What was noted of a set with an encoder, and the seconds that it took."""

    outcomes: Outcomes
    seconds: float


@dataclass(frozen=True, slots=True)
class ResultKey:
    """What outcomes follow from.

    Attributes:
        encoder: hash of it.
        name: of the set.
        data: hash of the sets that were read.
        seed: of folds and first weights.
        steps: of heads.
        protocol: version of how figures are made.
    """

    encoder: str
    name: str
    data: str
    seed: int
    steps: str
    protocol: int = PROTOCOL

    @classmethod
    def of(cls, data: DataSet, inputs: list[DataSet], bench: Bench) -> ResultKey:
        """Return the key of a set on a bench."""
        steps = json.dumps(asdict(bench.steps), sort_keys=True)
        return cls(bench.encoder.sha256, data.name, data_sha256(inputs), bench.seed, steps)

    @property
    def file_name(self) -> str:
        """Return what the file of such a result is called."""
        digest = hashlib.sha256(repr(self).encode()).hexdigest()
        return f"{_NOT_IN_NAME.sub('_', self.name)}-{self.encoder[:12]}-{digest[:16]}.json"


def read_kept(folder: Path | None, key: ResultKey) -> Kept | None:
    """Return a result that was kept, or None where none was, or it is damaged."""
    if folder is None:
        return None
    try:
        content = json.loads((folder / key.file_name).read_bytes())
        if content["key"] != asdict(key):
            return None
        return Kept(Outcomes.from_mapping(content["outcomes"]), float(content["seconds"]))
    except (OSError, ValueError, KeyError, TypeError, InvalidInput):
        return None  # measured again, which mends it


def write_kept(folder: Path | None, key: ResultKey, found: Kept) -> None:
    """Keep a result, whole or not at all.

    Raises:
        InvalidInput: the folder cannot be written.
    """
    if folder is None:
        return
    content = {"key": asdict(key), "seconds": found.seconds, "outcomes": found.outcomes.to_mapping()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(f"{folder} cannot be made: {error.strerror}. Name another folder.") from error
    write_atomically(folder / key.file_name, json.dumps(content) + "\n")
