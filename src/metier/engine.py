"""Composes the capabilities: what every surface calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from metier import __version__
from metier.documents.reader import DocumentReader
from metier.documents.source import Source
from metier.encoders.load import Runtime, load_encoder, shipped_models
from metier.encoders.reading import Encoder, Reading
from metier.errors import InvalidInput
from metier.search.coverage import cover
from metier.search.ranking import competition_ranks
from metier.search.requirements import Wanted, find_requirements
from metier.search.similarity import compare
from metier.skills.detect import SkillDetector
from metier.skills.head import SkillHead
from metier.skills.semantics import Semantics
from metier.skills.taxonomy import Taxonomy
from metier.types import (
    Assessment,
    AssessmentStatus,
    Document,
    Match,
    Provenance,
    ReadingLimits,
    Role,
    Similarity,
    SkillEvidence,
    YearMonth,
)

SKILLS_HEAD = "skills"


@dataclass(frozen=True, slots=True)
class Models:
    """What reads by meaning: an encoder and the head that was fitted to it; make them with `load`.

    Attributes:
        encoder: turns a text into states.
        head: reads skills out of them.
        cache: folder for what can be made again, or None.
    """

    encoder: Encoder
    head: SkillHead
    cache: Path | None = None

    @classmethod
    def load(cls, encoder: Path, runtime: Runtime) -> Self:
        """Load an encoder and the shipped head.

        Args:
            encoder: its model folder.
            runtime: how to run it.

        Raises:
            NotFound: no model folder.
            ModelError: damaged, changed, or the head was fitted to another encoder.
        """
        loaded = load_encoder(encoder, runtime)
        head = SkillHead.load(shipped_models()[SKILLS_HEAD], encoder_sha256=loaded.sha256)
        return cls(loaded, head, runtime.cache)


@dataclass(frozen=True, slots=True, eq=False)
class Vacancy:
    """A vacancy with what it asks for.

    Attributes:
        document: the vacancy.
        wanted: what it asks for.
        vector: (dim,) float32 vector of the whole text, or None without an encoder.
    """

    document: Document
    wanted: tuple[Wanted, ...]
    vector: NDArray[np.float32] | None = None


class Engine:
    """Reads and assesses documents; use it as a context manager, or call `close`.

    Args:
        taxonomy: the skills to look for.
        limits: size, length and time of one document.
        as_of: the month that "present" stands for. The same input and month give the same answer.
        models: what reads by meaning; without it only words count.
    """

    def __init__(
        self,
        taxonomy: Taxonomy,
        *,
        limits: ReadingLimits,
        as_of: YearMonth,
        models: Models | None = None,
    ) -> None:
        self.taxonomy = taxonomy
        self.limits = limits
        self._as_of = as_of
        self._reader = DocumentReader(limits, as_of=as_of)
        self._detector = SkillDetector(taxonomy)
        self._use(models)

    @classmethod
    def load(
        cls,
        taxonomy: Callable[[], Taxonomy],
        *,
        limits: ReadingLimits,
        as_of: YearMonth,
        models: Callable[[], Models | None],
    ) -> Self:
        """Return an engine that is ready for its first document, its parts loaded side by side.

        Args:
            taxonomy: returns the skills to look for.
            limits: as for the constructor.
            as_of: as for the constructor.
            models: returns what reads by meaning, or None; runs in another thread.
        """
        with ThreadPoolExecutor(1) as beside:
            loading = beside.submit(models)
            engine = cls(taxonomy(), limits=limits, as_of=as_of)
            engine._reader.start()
            engine._detector.prepare()
        try:
            engine._use(loading.result())
        except BaseException:
            engine.close()
            raise
        return engine

    def _use(self, models: Models | None) -> None:
        self._models = models
        if models is not None:
            semantics = Semantics(self.taxonomy, models.encoder, models.head, cache=models.cache)
            self._detector = self._detector.with_semantics(semantics)
        self.provenance = Provenance(
            metier_version=__version__,
            model=self._detector.model,
            model_sha256=self._detector.model_sha256,
            taxonomy=self.taxonomy.name,
            taxonomy_sha256=self.taxonomy.sha256,
            as_of=self._as_of,
        )

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
        return self._detect(document, self._detector.read(document.text))

    def _detect(self, document: Document, reading: Reading | None) -> tuple[SkillEvidence, ...]:
        return self._detector.detect(document.text, document.sections, reading=reading)

    def prepare_vacancy(self, document: Document) -> Vacancy:
        """Return a vacancy with what it asks for, to assess many resumes against.

        Raises:
            InvalidInput: the document is unreadable, or asks for no skill of the taxonomy.
        """
        if not document.readable:
            reasons = " ".join(finding.message for finding in document.findings)
            raise InvalidInput(f"{document.source} is no readable vacancy. {reasons}")
        reading = self._detector.read(document.text)
        wanted = find_requirements(document, self._detect(document, reading))
        if not wanted:
            raise InvalidInput(
                f"{document.source} asks for no skill of taxonomy {self.provenance.taxonomy}, so nothing can "
                "be compared. Name another taxonomy, or assess without a vacancy."
            )
        return Vacancy(document, wanted, reading.vector if reading else None)

    def assess(self, document: Document, *, vacancy: Vacancy | None = None) -> Assessment:
        """Return all that metier says of a document; an unreadable one is said to be so and not scored.

        Args:
            document: a resume, or any other text.
            vacancy: what to hold it against.
        """
        scored = document.readable
        reading = self._detector.read(document.text) if scored else None
        skills = self._detect(document, reading) if scored else ()
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
            similarity=self._similarity(document, reading, vacancy),
        )

    def _similarity(
        self, document: Document, reading: Reading | None, vacancy: Vacancy | None
    ) -> Similarity | None:
        if self._models is None or reading is None or vacancy is None or vacancy.vector is None:
            return None
        return compare(reading, document.sections, vacancy.vector, self._models.head.document_center)


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
