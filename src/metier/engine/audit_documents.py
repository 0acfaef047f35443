"""Documents under audit: what is found in each, what it does to scores, and which resemble each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from metier.assessment import Assessment
from metier.documents.exclusions import CODES
from metier.documents.source import Source
from metier.documents.view import ScoringView, scoring_view
from metier.engine.assess import STUFFING_CODE, Engine, Vacancy
from metier.engine.audit_findings import ended, scan_assessment, scan_failure
from metier.engine.expertise import Applying, InputMaker
from metier.errors import InvalidInput, NotFound
from metier.scans import Check, ScanFinding, ScanReport
from metier.skills.stuffing import find_stuffing
from metier.training.splits import NEAR, SHINGLE, near_duplicates, normalise
from metier.types import Document, ExclusionReason, Expertise, Failure, Severity, Span

_LEAST_WORDS: Final = 40
_MOST_COMPARED: Final = 50
_MOST_NAMED: Final = 10
_RESEMBLANCE: Final = "other-documents-of-the-batch"


@dataclass(frozen=True, slots=True)
class Twin:
    """Another document that is nearly the same.

    Attributes:
        source: the name a person knows it by.
        share: of the runs of five letters of both texts, those that are common to both, 0 to 1.
        same_bytes: it is the same file.
    """

    source: str
    share: float
    same_bytes: bool


@dataclass(frozen=True, slots=True)
class _Read:
    """A document that was assessed, with what the audit still needs of it."""

    id: str
    assessment: Assessment
    levels: Mapping[str, tuple[Expertise, Expertise]]
    text: str


def audit_documents(
    engine: Engine,
    sources: Iterable[Source],
    *,
    vacancy: Vacancy | None = None,
    on_document: Callable[[], object] = lambda: None,
) -> tuple[ScanReport, ...]:
    """Return a report of each document, in their order; one that cannot be read is inconclusive.

    Args:
        engine: with a model of levels, effects on the level are measured too.
        sources: the documents; two or more are held against each other.
        vacancy: what to hold them against.
        on_document: called after each document.
    """
    read: list[_Read | Failure] = []
    for source in sources:
        read.append(_read(engine, source, vacancy))
        on_document()
    found = [item for item in read if isinstance(item, _Read)]
    twins = find_twins([(item.assessment.source, item.id, item.text) for item in found])
    of_document = dict(zip(map(id, found), twins, strict=True))
    return tuple(
        scan_failure(item)
        if isinstance(item, Failure)
        else _report(item, of_document[id(item)], alone=len(read) == 1)
        for item in read
    )


def find_twins(documents: Sequence[tuple[str, str, str]]) -> list[tuple[Twin, ...]]:
    """Return for each document those that are nearly the same, the nearest first, at most ten.

    Args:
        documents: source, id and text of each; texts of fewer than 40 words resemble only the same file.

    Source: `near_duplicates` says how they are found, in a time that is linear in their size.
    """
    groups: dict[object, list[int]] = defaultdict(list)
    for i, (group, (_, identifier, text)) in enumerate(
        zip(near_duplicates([text for _, _, text in documents]), documents, strict=True)
    ):
        groups[group if len(text.split()) >= _LEAST_WORDS else identifier].append(i)
    twins: list[tuple[Twin, ...]] = [()] * len(documents)
    for members in groups.values():
        if len(members) > 1:
            runs = {i: _runs(documents[i][2]) for i in members[:_MOST_COMPARED]}
            for i in members:
                own = runs.get(i) or _runs(documents[i][2])
                twins[i] = _nearest(documents, i, own, runs)
    return twins


def _nearest(
    documents: Sequence[tuple[str, str, str]],
    i: int,
    own: frozenset[str],
    runs: Mapping[int, frozenset[str]],
) -> tuple[Twin, ...]:
    found = [
        Twin(documents[j][0], len(own & other) / len(own | other), documents[j][1] == documents[i][1])
        for j, other in runs.items()
        if j != i
    ]
    found.sort(key=lambda twin: (-twin.same_bytes, -twin.share, twin.source))
    # The estimate that grouped them is a little off at times: the nearest counts in any case.
    return tuple(twin for place, twin in enumerate(found[:_MOST_NAMED]) if not place or twin.share >= NEAR)


def _runs(text: str) -> frozenset[str]:
    plain = normalise(text).ljust(SHINGLE)
    return frozenset(plain[start : start + SHINGLE] for start in range(len(plain) - SHINGLE + 1))


def _read(engine: Engine, source: Source, vacancy: Vacancy | None) -> _Read | Failure:
    try:
        document = engine.read(source)
    except (InvalidInput, NotFound) as exc:
        return Failure(source.name, exc.code, str(exc))
    assessment = engine.assess(document, vacancy=vacancy)
    levels = measure_levels(engine, document, assessment, vacancy)
    return _Read(document.id, assessment, levels, scoring_view(document).text)


def measure_levels(
    engine: Engine, document: Document, assessment: Assessment, vacancy: Vacancy | None
) -> dict[str, tuple[Expertise, Expertise]]:
    """Return the level with and without the words behind each effect of an assessment, by its code.

    Args:
        engine: that assessed; without a model of levels nothing is measured.
        document: that was assessed.
        assessment: of the document.
        vacancy: what it was held against.
    """
    levels = engine.levels
    if levels is None or assessment.expertise is None:
        return {}
    inputs, applying, now = InputMaker(engine), Applying(vacancy), assessment.expertise

    def level(view: ScoringView) -> Expertise:
        item = inputs.of_document(document, applying, examined=engine.examine(view))
        return levels.score(item, view)

    pasted = [item.span for item in assessment.excluded if item.reason is ExclusionReason.PASTED_VACANCY]
    found = {}
    for effect in assessment.effects:
        reasons = {reason for reason, code in CODES.items() if code == effect.code}
        if effect.code == STUFFING_CODE:
            lists = _stuffed(engine, scoring_view(document, also=pasted))
            found[effect.code] = now, level(scoring_view(document, also=[*pasted, *lists]))
        else:
            left_out = [] if ExclusionReason.PASTED_VACANCY in reasons else pasted
            found[effect.code] = level(scoring_view(document, counting=reasons, also=left_out)), now
    return found


def _stuffed(engine: Engine, view: ScoringView) -> list[Span]:
    stuffing = find_stuffing(view.text, engine.examine(view).found)
    return [view.original(span) for span in stuffing.spans] if stuffing else []


def _report(item: _Read, twins: tuple[Twin, ...], *, alone: bool) -> ScanReport:
    more = tuple(_twin_findings(twins))
    checks: tuple[Check, ...] = () if alone else (ended(_RESEMBLANCE, more),)
    return scan_assessment(item.assessment, levels=item.levels, more=more, more_checks=checks)


def _twin_findings(twins: Sequence[Twin]) -> list[ScanFinding]:
    copies = [twin for twin in twins if twin.same_bytes]
    near = [twin for twin in twins if not twin.same_bytes]
    found = []
    if copies:
        message = (
            f"The same file is there as {_named(copies)}. Keep one, or the person counts more than once."
        )
        found.append(ScanFinding("exact-copy", Severity.WARNING, message, facts=_facts(copies)))
    if near:
        message = (
            f"Personal facts aside, it is nearly the same text as {_named(near)} ({near[0].share:.0%} of "
            "all runs of five letters are in both). Ask whether a person applied twice, or one resume was "
            "copied."
        )
        found.append(ScanFinding("near-duplicate", Severity.WARNING, message, facts=_facts(near)))
    return found


def _facts(twins: Sequence[Twin]) -> dict[str, object]:
    return {"like": [{"document": twin.source, "share": round(twin.share, 4)} for twin in twins]}


def _named(twins: Sequence[Twin]) -> str:
    return ", ".join(twin.source for twin in twins)
