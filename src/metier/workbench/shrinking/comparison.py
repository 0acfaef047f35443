"""What a smaller network is against the one it was made from, and whether it may be written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from metier.errors import InvalidInput, ModelDiffers
from metier.training.intervals import Interval
from metier.training.networks import Head, Network
from metier.workbench.finetuning.measuring import measure
from metier.workbench.shrinking.differences import Differences
from metier.workbench.shrinking.options import ShrinkOptions
from metier.workbench.shrinking.samples import TokenRow
from metier.workbench.shrinking.speed import compare_speed


class Measure(StrEnum):
    """What a bound is on."""

    LARGEST = "largest difference of an output"
    DECISIONS = "share of decisions that change"
    COSINE = "1 - mean cosine of outputs"


@dataclass(frozen=True, slots=True)
class Bound:
    """By how much a network may differ from the one it was made from.

    Attributes:
        measure: what is bounded.
        most: 0 or more.
        accept: write what lies beyond too.

    Raises:
        InvalidInput: `most` is negative or no number.
    """

    measure: Measure
    most: float
    accept: bool = False

    def __post_init__(self) -> None:
        if not self.most >= 0:
            raise InvalidInput(f"most-difference must be 0 or more. Got {self.most}.")

    def measured(self, differences: Differences) -> float:
        """Return what is held against the bound."""
        if self.measure is Measure.LARGEST:
            return differences.largest
        if self.measure is Measure.DECISIONS:
            return differences.changed_share or 0.0
        return 0.0 if differences.mean_cosine is None else max(0.0, 1.0 - differences.mean_cosine)

    def check(self, name: str, differences: Differences) -> None:
        """Refuse a network that differs by more, unless it is accepted.

        Args:
            name: of the network.
            differences: as measured.

        Raises:
            ModelDiffers: it differs by more.
        """
        found = self.measured(differences)
        if self.accept or found <= self.most:
            return
        raise ModelDiffers(
            f"{name} was not written: {self.measure} must be at most {self.most:g}. Got {found:.4g} on "
            f"{differences.n_rows:,} rows. Write it all the same: --accept-difference; or allow more: "
            "--most-difference."
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """By how much a network may differ by default.

    Attributes:
        decisions: share of decisions that may change.
        cosine: what the mean cosine of states may miss of 1, where nothing is decided.
    """

    decisions: float
    cosine: float

    def bound(self, head: Head, options: ShrinkOptions) -> Bound:
        """Return the bound for a head, by default or as the options say."""
        measure = Measure.COSINE if head is Head.NONE else Measure.DECISIONS
        usual = self.cosine if head is Head.NONE else self.decisions
        most = usual if options.most_difference is None else options.most_difference
        return Bound(measure, most, options.accept_difference)


@dataclass(frozen=True, slots=True)
class Side:
    """One of two networks that are compared.

    Attributes:
        label: what it is: numbers, runtime, layers or words.
        bytes: of its files.
        tokens_per_second: of processor time, on one thread.
        figures: of its task, each with its 95 % interval; none without labelled rows.
    """

    label: str
    bytes: int
    tokens_per_second: float
    figures: Mapping[str, Interval] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A network and what was made of it.

    Attributes:
        name: of the new network.
        before: the network.
        after: the new one.
        differences: of their outputs.
        bound: what they were held to.
        score: name of the main figure; empty without labelled rows.
        n_labelled: rows that the figures are of.
        notes: what else the command found, by name.
    """

    name: str
    before: Side
    after: Side
    differences: Differences
    bound: Bound
    score: str = ""
    n_labelled: int = 0
    notes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def speed_ratio(self) -> float:
        """How many times as fast the new network is."""
        return self.after.tokens_per_second / self.before.tokens_per_second

    def record(self) -> dict[str, Any]:
        """Return all of it as plain values, for a card and for programs."""
        content = asdict(self)
        content["differences"]["changed_share"] = self.differences.changed_share
        content["bound"] |= {
            "measure": str(self.bound.measure),
            "measured": self.bound.measured(self.differences),
        }
        content["speed_ratio"] = self.speed_ratio
        content["size_ratio"] = self.after.bytes / self.before.bytes
        return content


@dataclass(frozen=True, slots=True, eq=False)
class Contender:
    """A network that is compared, with what cannot be told from it.

    Attributes:
        label: what it is.
        network: gives the outputs and the figures.
        bytes: of its files.
        rows: that its speed is measured on, at least one.
        timed: what speed is measured of; the network itself by default.
    """

    label: str
    network: Network
    bytes: int
    rows: Sequence[TokenRow]
    timed: Network | None = None


def compare_networks(
    before: Contender,
    after: Contender,
    differences: Differences,
    *,
    bound: Bound,
    labelled: Sequence[Any] = (),
    notes: Mapping[str, Any] | None = None,
) -> Comparison:
    """Return how two networks compare in size, speed, quality and outputs.

    Args:
        before: the network.
        after: what was made of it; its rows are of the same texts.
        differences: of their outputs.
        bound: what they are held to.
        labelled: rows of the network's task; figures are of these.
        notes: what else is to be told.

    Raises:
        InvalidInput: no rows.
        ModelDiffers: they differ beyond the bound.
    """
    bound.check(after.network.name, differences)  # before what takes longer
    speeds = compare_speed([(each.timed or each.network, each.rows) for each in (before, after)])
    figures, score = task_figures([before.network, after.network], labelled)
    sides = [
        Side(each.label, each.bytes, speed, found)
        for each, speed, found in zip((before, after), speeds, figures, strict=True)
    ]
    return Comparison(
        name=after.network.name,
        before=sides[0],
        after=sides[1],
        differences=differences,
        bound=bound,
        score=score,
        n_labelled=len(labelled),
        notes=dict(notes or {}),
    )


def task_figures(
    networks: Sequence[Network], labelled: Sequence[Any]
) -> tuple[list[dict[str, Interval]], str]:
    """Return the figures of each network on labelled rows, and which of them is the main one.

    Args:
        networks: with the same head.
        labelled: rows of their task; without any there are no figures.
    """
    if not labelled:
        return [{} for _ in networks], ""
    found = [measure(network, labelled) for network in networks]
    return [dict(measures.figures) for measures in found], found[0].score


def folder_bytes(folder: Path) -> int:
    """Return the size of all files in a folder."""
    return sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
