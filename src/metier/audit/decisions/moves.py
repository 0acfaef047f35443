"""How far counterfactual swaps move scores and places: per swap, and per trait with intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from metier.errors import InvalidInput
from metier.scans import Check, Outcome, ScanFinding
from metier.training.intervals import Interval, bootstrap, wilson
from metier.types import Severity

DEFAULT_BOUND: Final = 0.01
"""By how much a score may move with a fact that it must not see."""
_MOST_NAMED: Final = 8
_DIGITS: Final = 4
_COUNTS: Final = ("trait", "masked", "swaps", "documents", "added", "seen", "beyond", "most_places")
_FAR: Final = ("trait", "moved", "other_level", "other_place", "coverage", "similarity", "level", "exposure")


@dataclass(frozen=True, slots=True)
class Standing:
    """What the engine says of one text among the others of a batch.

    Attributes:
        coverage: of the vacancy, 0 to 1.
        similarity: nearness in meaning, -1 to 1; None without an encoder.
        level: expected level, 0 to 4; None where none is told.
        told: the level that is told, or an empty string.
        rank: its place, from 1.
        exposure: of that place, above 0 and at most 1.
    """

    coverage: float
    similarity: float | None
    level: float | None
    told: str
    rank: int
    exposure: float


@dataclass(frozen=True, slots=True)
class Move:
    """What one swap did.

    Attributes:
        document: the name a person knows it by.
        trait: what was swapped, such as `name`.
        masked: no score may see it.
        to: what was put in; never a word of the document.
        added: the document says nothing of the trait, so that lines which differ in it were added.
        seen: scores see another text with the swap, so that masking let something through.
        before: without the swap.
        after: with it.
    """

    document: str
    trait: str
    masked: bool
    to: str
    added: bool
    seen: bool
    before: Standing
    after: Standing

    @property
    def places(self) -> int:
        """Return how many places it went down; below 0 it rose."""
        return self.after.rank - self.before.rank

    @property
    def largest(self) -> float:
        """Return the largest absolute change of a score; infinite where just one of two texts has one."""
        changes = [
            _change(self.before.coverage, self.after.coverage),
            _change(self.before.similarity, self.after.similarity),
            _change(self.before.level, self.after.level),
        ]
        return max(changes)

    def decides(self, bound: float) -> bool:
        """Tell whether what people decide by is another: coverage by more than a bound, place, level."""
        moved = _change(self.before.coverage, self.after.coverage) > bound
        return moved or bool(self.places) or self.before.told != self.after.told


def _change(before: float | None, after: float | None) -> float:
    if before is None or after is None:
        return 0.0 if before is after else float("inf")
    return abs(after - before)


@dataclass(frozen=True, slots=True)
class TraitMoves:
    """What swaps of one trait did.

    Attributes:
        trait: what was swapped.
        masked: no score may see it.
        swaps: how many, at least 1.
        documents: that they are of.
        added: swaps for which lines were added.
        seen: swaps after which scores see another text.
        beyond: swaps that moved a score by more than the bound.
        moved: share of swaps beyond the bound, with its 95 % interval over documents.
        coverage: mean absolute change of the coverage, with its 95 % interval over documents.
        similarity: mean absolute change of the nearness in meaning; None without an encoder.
        level: mean absolute change of the expected level, where both texts have one; None where none has.
        other_level: share of swaps after which another level is told, with its interval.
        other_place: share of swaps with another place in the ranking, with its interval.
        most_places: largest change of place.
        exposure: mean absolute change of the exposure, with its interval.
    """

    trait: str
    masked: bool
    swaps: int
    documents: int
    added: int
    seen: int
    beyond: int
    moved: Interval
    coverage: Interval | None
    similarity: Interval | None
    level: Interval | None
    other_level: Interval
    other_place: Interval
    most_places: int
    exposure: Interval | None


def summarise_moves(
    moves: Sequence[Move], *, bound: float = DEFAULT_BOUND, seed: int = 0
) -> tuple[TraitMoves, ...]:
    """Return what swaps did by trait, in the order in which traits first come.

    Args:
        moves: of all documents, which are told apart by their names.
        bound: by how much a score may move with a masked fact, at least 0.
        seed: of the bootstrap.

    Raises:
        InvalidInput: bound is below 0 or not a number.
    """
    if not bound >= 0:
        raise InvalidInput(f"bound must be at least 0. Got {bound}.")
    traits = dict.fromkeys(move.trait for move in moves)
    return tuple(_of_trait([move for move in moves if move.trait == trait], bound, seed) for trait in traits)


def _of_trait(moves: Sequence[Move], bound: float, seed: int) -> TraitMoves:
    documents = [move.document for move in moves]

    def share(hits: Sequence[bool]) -> Interval:
        return _share(hits, documents, seed)

    def mean(pairs: Sequence[tuple[float | None, float | None]]) -> Interval | None:
        known = [
            (abs(b - a), name)
            for (a, b), name in zip(pairs, documents, strict=True)
            if a is not None and b is not None
        ]
        return _mean([change for change, _ in known], [name for _, name in known], seed) if known else None

    return TraitMoves(
        trait=moves[0].trait,
        masked=moves[0].masked,
        swaps=len(moves),
        documents=len(set(documents)),
        added=sum(move.added for move in moves),
        seen=sum(move.seen for move in moves),
        beyond=sum(move.largest > bound for move in moves),
        moved=share([move.largest > bound for move in moves]),
        coverage=mean([(move.before.coverage, move.after.coverage) for move in moves]),
        similarity=mean([(move.before.similarity, move.after.similarity) for move in moves]),
        level=mean([(move.before.level, move.after.level) for move in moves]),
        other_level=share([move.before.told != move.after.told for move in moves]),
        other_place=share([move.places != 0 for move in moves]),
        most_places=max(abs(move.places) for move in moves),
        exposure=mean([(move.before.exposure, move.after.exposure) for move in moves]),
    )


def _mean(values: Sequence[float], documents: Sequence[str], seed: int) -> Interval:
    array: NDArray[np.float64] = np.array(values)
    return bootstrap(lambda rows: float(array[rows].mean()), documents, seed=seed)


def _share(hits: Sequence[bool], documents: Sequence[str], seed: int) -> Interval:
    """Return a share with its interval; where all swaps agree, each document is one trial."""
    n = len(set(documents))
    if all(hits) or not any(hits):
        return wilson(n if all(hits) else 0, n)
    return _mean([float(hit) for hit in hits], documents, seed) if n > 1 else wilson(sum(hits), len(hits))


def move_findings(moves: Sequence[Move], *, bound: float = DEFAULT_BOUND) -> tuple[ScanFinding, ...]:
    """Return what a person should know of swaps that moved something, a finding for each trait.

    A masked fact that moves a score is an error, one that a score sees without moving a warning. A fact that
    is not masked moves nearness in meaning and the expected level a little as all words do: it is a warning
    where coverage, the place or the level told is another. Documents are named, never quoted.

    Args:
        moves: of all documents.
        bound: by how much a score may move.
    """
    found = []
    for trait in dict.fromkeys(move.trait for move in moves):
        own = [move for move in moves if move.trait == trait]
        masked = own[0].masked
        moved = [move for move in own if (move.largest > bound if masked else move.decides(bound))]
        moved.sort(key=lambda move: -move.largest)
        words = trait.replace("_", " ")
        if moved:
            found.append(_moved(moved, len(own), words, bound))
        seen = [move for move in own if move.seen and masked and move not in moved]
        if seen:
            message = (
                f"After {len(seen)} of {len(own)} swaps of {words} scores see another text, so that masking "
                f"let something through, though no score moved: {_documents(seen)}. Report the shape of the "
                "line."
            )
            found.append(ScanFinding("swap-seen", Severity.WARNING, message, trait, _facts(seen)))
    return tuple(found)


def _moved(moves: Sequence[Move], n: int, words: str, bound: float) -> ScanFinding:
    trait = moves[0].trait
    if moves[0].masked:
        message = (
            f"{len(moves)} of {n} swaps of {words} move a score by more than {bound:g}, though no score may "
            f"see it: {_documents(moves)}. Report the shape of the line that states it; do not decide on "
            "these scores."
        )
        return ScanFinding("swap-moves-score", Severity.ERROR, message, trait, _facts(moves))
    message = (
        f"{len(moves)} of {n} swaps of {words}, which is not masked, change coverage by more than {bound:g}, "
        f"the place or the level: {_documents(moves)}. Judge whether the vacancy gives a reason for it."
    )
    return ScanFinding("swap-moves-decision", Severity.WARNING, message, trait, _facts(moves))


def move_checks(
    wanted: Sequence[str], summary: Sequence[TraitMoves], findings: Sequence[ScanFinding]
) -> tuple[Check, ...]:
    """Return how the check of each trait ended; one that nothing was swapped of did not run."""
    made = {item.trait for item in summary}
    return tuple(_check(trait, findings, ran=trait in made) for trait in wanted)


def _check(trait: str, findings: Sequence[ScanFinding], *, ran: bool) -> Check:
    name = f"swaps: {trait.replace('_', '-')}"
    if not ran:
        return Check(name, Outcome.NOT_RUN, "No document could be swapped.")
    severities = {finding.severity for finding in findings if finding.where == trait}
    if Severity.ERROR in severities:
        return Check(name, Outcome.FAILED)
    if Severity.WARNING in severities:
        return Check(name, Outcome.OPEN, "A person has to judge what was found.")
    return Check(name, Outcome.PASSED)


def move_tables(summary: Sequence[TraitMoves]) -> list[dict[str, Any]]:
    """Return what swaps did as two tables of plain values, of how many and of how far; none for no swaps."""
    if not summary:
        return []
    titles = (("Counterfactual swaps: how many", _COUNTS), ("Counterfactual swaps: how far", _FAR))
    return [
        {"title": title, "rows": [{name: _plain(getattr(row, name)) for name in names} for row in summary]}
        for title, names in titles
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, Interval):
        return {name: round(getattr(value, name), _DIGITS) for name in ("value", "low", "high")}
    return value


def _facts(moves: Sequence[Move]) -> Mapping[str, Any]:
    rows = [
        {
            "document": move.document,
            "to": move.to,
            "coverage": round(move.after.coverage - move.before.coverage, _DIGITS),
            "level": [move.before.told, move.after.told],
            "places": move.places,
        }
        for move in moves[:_MOST_NAMED]
    ]
    return {"swaps": len(moves), "largest": rows}


def _documents(moves: Sequence[Move]) -> str:
    names = list(dict.fromkeys(move.document for move in moves))
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more
