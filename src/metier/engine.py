"""Composes the capabilities: what every surface calls."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest
from types import TracebackType
from typing import Self

from metier import __version__
from metier.documents.reader import DocumentReader
from metier.documents.source import Source
from metier.errors import InvalidInput
from metier.search.coverage import cover
from metier.search.ranking import competition_ranks
from metier.search.requirements import Wanted, find_requirements
from metier.skills.detect import MODEL_NAME, SkillDetector, rules_sha256
from metier.skills.taxonomy import Taxonomy
from metier.types import (
    Assessment,
    AssessmentStatus,
    Document,
    Match,
    Provenance,
    ReadingLimits,
    Role,
    SkillEvidence,
    YearMonth,
)


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A vacancy with what it asks for."""

    document: Document
    wanted: tuple[Wanted, ...]


class Engine:
    """Reads and assesses documents; use it as a context manager, or call `close`.

    Args:
        taxonomy: the skills to look for.
        limits: size, length and time of one document.
        as_of: the month that "present" stands for. The same input and month give the same answer.
    """

    def __init__(self, taxonomy: Taxonomy, *, limits: ReadingLimits, as_of: YearMonth) -> None:
        self.provenance = Provenance(
            metier_version=__version__,
            model=MODEL_NAME,
            model_sha256=rules_sha256(),
            taxonomy=taxonomy.name,
            taxonomy_sha256=taxonomy.sha256,
            as_of=as_of,
        )
        self.limits = limits
        self._reader = DocumentReader(limits, as_of=as_of)
        self._detector = SkillDetector(taxonomy)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process that parses files."""
        self._reader.close()

    def read(self, source: Source, *, role: Role = Role.RESUME) -> Document:
        """Return the document of a source; `DocumentReader.read` has the errors."""
        return self._reader.read(source, role=role)

    def detect_skills(self, document: Document) -> tuple[SkillEvidence, ...]:
        """Return what a document shows of each skill; `SkillDetector.detect` has the order."""
        return self._detector.detect(document.text, document.sections)

    def prepare_vacancy(self, document: Document) -> Vacancy:
        """Return a vacancy with what it asks for, to assess many resumes against.

        Raises:
            InvalidInput: the document is unreadable, or asks for no skill of the taxonomy.
        """
        if not document.readable:
            reasons = " ".join(finding.message for finding in document.findings)
            raise InvalidInput(f"{document.source} is no readable vacancy. {reasons}")
        wanted = find_requirements(document, self.detect_skills(document))
        if not wanted:
            raise InvalidInput(
                f"{document.source} asks for no skill of taxonomy {self.provenance.taxonomy}, so nothing can "
                "be compared. Name another taxonomy, or assess without a vacancy."
            )
        return Vacancy(document, wanted)

    def assess(self, document: Document, *, vacancy: Vacancy | None = None) -> Assessment:
        """Return all that metier says of a document; an unreadable one is said to be so and not scored.

        Args:
            document: a resume, or any other text.
            vacancy: what to hold it against.
        """
        scored = document.readable
        skills = self.detect_skills(document) if scored else ()
        return Assessment(
            document_id=document.id,
            source=document.source,
            role=document.role,
            language=document.language,
            status=AssessmentStatus.SCORED if scored else AssessmentStatus.UNREADABLE,
            months=document.months if scored else None,
            periods=document.periods if scored else (),
            skills=skills,
            coverage=cover(vacancy.wanted, skills) if vacancy and scored else None,
            findings=document.findings,
            provenance=self.provenance,
        )


@dataclass(frozen=True, slots=True)
class Ranked:
    """An assessment with its place; `match` is None where there is no coverage to rank by."""

    assessment: Assessment
    match: Match | None


def rank(assessments: Iterable[Assessment]) -> tuple[Ranked, ...]:
    """Return assessments by falling coverage; equal scores share a rank and stand in order of source.

    Those without a coverage come last. The order of the input does not matter.
    """
    ordered = sorted(assessments, key=lambda item: (-_score(item), item.source))
    covered = [item for item in ordered if item.coverage is not None]
    places = competition_ranks([_score(item) for item in covered])
    matches = [
        Match(item.document_id, _score(item), place) for item, place in zip(covered, places, strict=True)
    ]
    return tuple(Ranked(item, match) for item, match in zip_longest(ordered, matches) if item is not None)


def _score(assessment: Assessment) -> float:
    return assessment.coverage.score if assessment.coverage is not None else -1.0
