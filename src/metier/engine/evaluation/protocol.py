"""What measures of every kind of set share: what they are given, and what they note."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from metier.engine.evaluation.figures import FIGURES, Columns
from metier.engine.evaluation.memory import RememberingEncoder
from metier.errors import InvalidInput
from metier.training.sets import DataSet, SetPart

PROTOCOL: Final = 2
"""Version of how figures are made; results of another one are not taken up."""

Made = TypeVar("Made")


class CannotMeasure(Exception):
    """A set cannot be measured; the words say why."""


@dataclass(frozen=True, slots=True)
class HeadSteps:
    """For how many steps heads are trained, each at least 1.

    Attributes:
        spans: of the tagger of spans.
        skills: of label attention.

    Raises:
        InvalidInput: below 1.
    """

    spans: int = 500
    skills: int = 400

    def __post_init__(self) -> None:
        for name, steps in (("spans", self.spans), ("skills", self.skills)):
            if steps < 1:
                raise InvalidInput(f"Steps of {name} must be at least 1. Got {steps}.")


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """What a measure is given beside its set.

    Attributes:
        encoder: what is measured.
        sets: all sets of the folder, by name; some measures learn from another set than their own.
        seed: of folds, first weights and orders.
        steps: of heads.
        cache: folder for vectors of taxonomies, or None.
        say: told in a sentence what is being done.
        of_encoder: what sets share for this encoder, by what it is.
        of_all: what all encoders share.
    """

    encoder: RememberingEncoder
    sets: Mapping[str, DataSet]
    seed: int = 0
    steps: HeadSteps = field(default_factory=HeadSteps)
    cache: Path | None = None
    say: Callable[[str], None] = lambda _: None
    of_encoder: dict[str, Any] = field(default_factory=dict)
    of_all: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """What was noted of the rows of a set, and the figures that follow from it.

    Attributes:
        figures: names of figures, the score first.
        columns: (n_rows,) float64 by name.
        groups: (n_rows,) int64; rows of one group are not independent.
        rows: what a row is, in the plural, such as "queries".
        facts: counts and choices to show beside the figures.

    Raises:
        InvalidInput: there is no row, a column has another length, or a figure is unknown.
    """

    figures: tuple[str, ...]
    columns: Columns
    groups: NDArray[np.int64]
    rows: str
    facts: Mapping[str, float | str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n = len(self.groups)
        if not n or any(column.shape != (n,) for column in self.columns.values()):
            raise InvalidInput("Outcomes must hold at least one row, and a number for each in each column.")
        unknown = [name for name in self.figures if name not in FIGURES]
        if unknown or not self.figures:
            raise InvalidInput(
                f"Outcomes must name figures that there are. Got {', '.join(unknown) or 'none'}."
            )

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values that `from_mapping` takes back."""
        return {
            "figures": list(self.figures),
            "columns": {name: column.tolist() for name, column in self.columns.items()},
            "groups": self.groups.tolist(),
            "rows": self.rows,
            "facts": dict(self.facts),
        }

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Self:
        """Return the outcomes that `to_mapping` gave."""
        columns = {name: np.asarray(column, np.float64) for name, column in mapping["columns"].items()}
        groups = np.asarray(mapping["groups"], np.int64)
        return cls(tuple(mapping["figures"]), columns, groups, mapping["rows"], dict(mapping["facts"]))


class Measure(Protocol):
    """How sets of one kind are measured."""

    @property
    def words(self) -> str:
        """Return in a sentence what is fitted and asked."""
        ...

    @property
    def parts(self) -> tuple[SetPart, ...]:
        """Return the parts that a set must have; one without them is not measured."""
        ...

    def inputs(self, data: DataSet, sets: Mapping[str, DataSet]) -> Sequence[DataSet]:
        """Return the sets that the outcomes follow from, its own among them."""
        ...

    def measure(self, data: DataSet, bench: Bench) -> Outcomes:
        """Return what was noted of a set's rows.

        Raises:
            CannotMeasure: what it needs is not there.
            MissingExtra: the `train` extra is not installed.
            InvalidInput: a file breaks its format.
        """
        ...


def made_once(kept: dict[str, Any], key: str, make: Callable[[], Made]) -> Made:
    """Return what stands under a key, made now where nothing does."""
    if key not in kept:
        kept[key] = make()
    found: Made = kept[key]
    return found


def data_sha256(sets: Sequence[DataSet]) -> str:
    """Return a hash over kinds, languages and files of some sets."""
    digest = hashlib.sha256()
    for data in sets:
        files = sorted((part.value, entry.sha256) for part, entry in data.files.items())
        digest.update(repr((data.kind.value, data.languages, files)).encode())
    return digest.hexdigest()
