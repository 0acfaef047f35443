"""Decisions under audit by running the engine: a batch is ranked, and again with one thing swapped."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log2
from pathlib import PurePath
from types import MappingProxyType
from typing import Final

import numpy as np

from metier.assessment import Assessment
from metier.audit.decisions.judge import KIND, NOTES, audit_outcomes
from metier.audit.decisions.moves import (
    DEFAULT_BOUND,
    Move,
    Standing,
    move_checks,
    move_findings,
    move_tables,
    summarise_moves,
)
from metier.audit.decisions.outcomes import UNKNOWN, Grouping, Outcomes
from metier.documents.source import Source
from metier.documents.view import scoring_view
from metier.engine.assess import Engine, Vacancy
from metier.engine.expertise_swaps import visible_text
from metier.errors import InvalidInput, NotFound
from metier.expertise.swaps import Swap, find_swaps
from metier.expertise.traits import MASKED, Trait
from metier.scans import Check, Outcome, ScanFinding, ScanReport, scan_report
from metier.search.ranking import competition_ranks
from metier.types import Document, Failure, Severity

TRAITS: Final = (Trait.NAME, Trait.GENDER, Trait.AGE, Trait.BIRTH_DATE, Trait.GENDER_WORDS, Trait.CITY)
"""What is swapped: names, gender, age and city, each wherever it is stated."""
DEFAULT_SWAPS: Final = 4
SWAP_NOTES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "one thing": "A swap changes one thing at a time. A school, a hobby and a way of writing may "
        "together tell what none tells alone.",
        "lists": "Names and cities come from lists of ours in English and Russian; others may be seen where "
        "these are not.",
        "right": "A swap says what a score does with a fact, not whether the score is right.",
    }
)
"""What swaps do not show, by what it is about."""


@dataclass(frozen=True, slots=True)
class ScoredBatch:
    """Resumes that were held against one vacancy.

    Attributes:
        documents: those that are scored, in their order; no two have one source.
        coverage: of each, 0 to 1.
        failures: those that are not, with the reason.
    """

    documents: tuple[Document, ...]
    coverage: tuple[float, ...]
    failures: tuple[Failure, ...]


def score_batch(
    engine: Engine,
    sources: Iterable[Source],
    vacancy: Vacancy,
    *,
    on_document: Callable[[], object] = lambda: None,
) -> ScoredBatch:
    """Return the coverage of resumes; those that cannot be read are listed.

    Args:
        engine: that decides.
        sources: the resumes; those of one name are numbered.
        vacancy: what they are held against.
        on_document: called after each.

    Raises:
        InvalidInput: none of them can be scored.
    """
    documents, coverage, failures = [], [], []
    names: set[str] = set()
    for source in sources:
        try:
            document = engine.read(source)
        except (InvalidInput, NotFound) as exc:
            failures.append(Failure(source.name, exc.code, str(exc)))
        else:
            assessment = engine.assess(document, vacancy=vacancy)
            if assessment.coverage is None:
                failures.append(Failure(source.name, "unreadable", assessment.findings[0].message))
            else:
                documents.append(replace(document, source=_new_name(source.name, names)))
                coverage.append(assessment.coverage.score)
        on_document()
    if not documents:
        raise InvalidInput("None of the resumes can be scored, so there is nothing to audit. Name others.")
    return ScoredBatch(tuple(documents), tuple(coverage), tuple(failures))


def _new_name(name: str, taken: set[str]) -> str:
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name} ({number})"
    taken.add(found)
    return found


def swap_batch(
    engine: Engine,
    batch: ScoredBatch,
    vacancy: Vacancy,
    *,
    most: int = DEFAULT_SWAPS,
    on_document: Callable[[], object] = lambda: None,
) -> tuple[Move, ...]:
    """Return what swaps of names, gender, age and city do to scores and places, resume by resume.

    What a person sees of a resume is read anew with each swap, as plain text, and takes its place among the
    other resumes of the batch, which stay as they are.

    Args:
        engine: that decides.
        batch: the resumes.
        vacancy: what they are held against.
        most: swaps of one trait for each resume, at least 1.
        on_document: called after each resume.

    Raises:
        InvalidInput: most is below 1.
    """
    moves: list[Move] = []
    for i, document in enumerate(batch.documents):
        others = sorted(score for j, score in enumerate(batch.coverage) if j != i)
        moves += _of_document(engine, document, vacancy, others, most)
        on_document()
    return tuple(moves)


def seen_swaps(engine: Engine, sources: Iterable[Source], vacancy: Vacancy) -> tuple[Move, ...]:
    """Return the swaps of masked facts that scores see, of a few resumes of a batch before it is exported.

    One of each kind is made. Scores are of the text that they see, so that only where a swap leaves another
    one the resume is scored with and without it: this is cheap, and `swap_batch` says more. A resume that
    cannot be read is passed over.

    Args:
        engine: that decides.
        sources: the resumes to try.
        vacancy: what they are held against.
    """
    moves: list[Move] = []
    for source in sources:
        try:
            text = visible_text(engine.read(source))
        except (InvalidInput, NotFound):
            continue
        for swap in find_swaps(text, most=1):
            if swap.trait not in MASKED or swap.trait not in TRAITS:
                continue
            read = [engine.read(Source("swap", text=text)) for text in (swap.base, swap.text)]
            if scoring_view(read[0]).text != scoring_view(read[1]).text:
                before, after = (_standing(engine, document, vacancy, ()) for document in read)
                moves.append(_move(source.name, swap, seen=True, before=before, after=after))
    return tuple(moves)


def _move(document: str, swap: Swap, *, seen: bool, before: Standing, after: Standing) -> Move:
    return Move(
        document=document,
        trait=swap.trait.value,
        masked=swap.trait in MASKED,
        to=swap.to,
        added=swap.added,
        seen=seen,
        before=before,
        after=after,
    )


def _of_document(
    engine: Engine, document: Document, vacancy: Vacancy, others: Sequence[float], most: int
) -> list[Move]:
    found: dict[str, tuple[str, Standing]] = {}

    def standing(text: str) -> tuple[str, Standing]:
        if text not in found:
            read = engine.read(Source("swap", text=text))
            found[text] = scoring_view(read).text, _standing(engine, read, vacancy, others)
        return found[text]

    moves = []
    for swap in find_swaps(visible_text(document), most=most):
        if swap.trait in TRAITS:
            (seen_before, before), (seen_after, after) = standing(swap.base), standing(swap.text)
            seen = seen_before != seen_after
            moves.append(_move(document.source, swap, seen=seen, before=before, after=after))
    return moves


def _standing(engine: Engine, document: Document, vacancy: Vacancy, others: Sequence[float]) -> Standing:
    assessment = engine.assess(document, vacancy=vacancy)
    coverage = assessment.coverage.score if assessment.coverage else 0.0
    n_above = len(others) - bisect_right(others, coverage)
    n_equal = bisect_right(others, coverage) - bisect_left(others, coverage) + 1
    exposures = [1 / log2(1 + place) for place in range(n_above + 1, n_above + n_equal + 1)]
    return Standing(
        coverage=coverage,
        similarity=assessment.similarity.score if assessment.similarity else None,
        level=assessment.expertise.expected if assessment.expertise else None,
        told=_told(assessment),
        rank=n_above + 1,
        exposure=sum(exposures) / n_equal,
    )


def _told(assessment: Assessment) -> str:
    level = assessment.expertise.level if assessment.expertise else None
    return level.value if level else ""


def audit_batch(
    batch: ScoredBatch,
    moves: Sequence[Move],
    *,
    subject: str,
    bound: float = DEFAULT_BOUND,
    outcomes: Outcomes | None = None,
) -> ScanReport:
    """Return what a batch of decisions by the engine comes to.

    Args:
        batch: the resumes.
        moves: what swaps did, from `swap_batch`.
        subject: what the report is of.
        bound: by how much coverage, nearness in meaning or the expected level may move, at least 0.
        outcomes: of the same batch by group, from `outcomes_of_batch`; None where no groups are known.

    Raises:
        InvalidInput: bound is below 0.
    """
    summary = summarise_moves(moves, bound=bound)
    figures: dict[str, object] = {"resumes": len(batch.documents), "bound": bound}
    findings = [*_not_scored(batch.failures), *move_findings(moves, bound=bound)]
    checks = [_reading(batch.failures), *move_checks(TRAITS, summary, findings)]
    notes: dict[str, str] = dict(SWAP_NOTES)
    tables: list[object] = []
    if outcomes is not None:
        by_group = audit_outcomes(outcomes, subject=subject)
        findings += by_group.findings
        checks += by_group.checks
        figures |= by_group.figures
        notes = {**NOTES, **SWAP_NOTES}
        tables += by_group.figures["tables"]
    tables += move_tables(summary)
    return scan_report(
        subject,
        KIND,
        findings=findings,
        checks=checks,
        figures={**figures, "tables": tables, "what_this_does_not_show": notes},
    )


def _reading(failures: Sequence[Failure]) -> Check:
    if failures:
        return Check("resumes-can-be-scored", Outcome.NOT_RUN, f"{len(failures):,} cannot.")
    return Check("resumes-can-be-scored", Outcome.PASSED)


def _not_scored(failures: Sequence[Failure]) -> list[ScanFinding]:
    return [
        ScanFinding(
            "not-scored",
            Severity.WARNING,
            f"{failure.source} is not scored. {failure.message}",
            failure.source,
        )
        for failure in failures
    ]


def outcomes_of_batch(batch: ScoredBatch, labels: Outcomes, *, top: int | None = None) -> Outcomes:
    """Return the outcomes of a batch by the groups of a table: coverage, ranks, who is among the first.

    Args:
        batch: the resumes.
        labels: with ids, which are the names of the resumes, with or without folder and ending.
        top: so many are selected, and who shares the last place with them; None to select nobody.

    Raises:
        InvalidInput: no id is that of a resume, the table has no ids, or top is below 1.
    """
    if top is not None and top < 1:
        raise InvalidInput(f"top must be at least 1. Got {top}.")
    row_of: dict[str, int] = {}
    for row, identifier in enumerate(labels.ids):
        row_of.setdefault(identifier, row)
    rows = np.array([_row(document.source, row_of) for document in batch.documents])
    if (rows == UNKNOWN).all():
        raise InvalidInput(
            "The table tells the group of none of the resumes. Its ids must be their names: cv.pdf or cv."
        )
    scores = np.array(batch.coverage)
    ranks = np.array(competition_ranks(batch.coverage), np.float64)
    groupings = [
        Grouping(
            item.name, item.labels, np.where(rows == UNKNOWN, UNKNOWN, item.codes[rows]).astype(np.int32)
        )
        for item in labels.groupings
    ]
    return Outcomes(
        groupings=tuple(groupings),
        selected=None if top is None else (ranks <= top).astype(np.int8),
        scores=scores,
        ranks=ranks,
        n_repeated=labels.n_repeated,
    )


def _row(source: str, row_of: dict[str, int]) -> int:
    path = PurePath(source)
    return next((row_of[name] for name in (source, path.name, path.stem) if name in row_of), UNKNOWN)
