"""Reads documents, detects their skills, and holds resumes against a vacancy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from metier import __version__
from metier.assessment import Assessment, Provenance
from metier.documents.exclusions import CODES, exclusion_findings
from metier.documents.json_resume_export import to_json_resume
from metier.documents.reader import DocumentReader
from metier.documents.source import Source
from metier.documents.view import ScoringView, scoring_view
from metier.encoders.load import Runtime, load_encoder, shipped_models
from metier.encoders.reading import Encoder, Reading, TextKind
from metier.engine.expertise import Applying, InputMaker, LevelScorer
from metier.errors import InvalidInput
from metier.expertise.load import load_levels
from metier.limits import OcrPolicy, ReadingLimits
from metier.search.coverage import cover
from metier.search.pasted import find_pasted
from metier.search.ranking import competition_ranks
from metier.search.requirements import Wanted, find_requirements
from metier.search.similarity import compare
from metier.skills.detect import SkillDetector
from metier.skills.head import SkillHead
from metier.skills.semantics import Semantics
from metier.skills.stuffing import Stuffing, find_stuffing
from metier.skills.taxonomy import Taxonomy
from metier.types import (
    AssessmentStatus,
    Coverage,
    Document,
    Effect,
    EvidenceLabel,
    Exclusion,
    ExclusionReason,
    Expertise,
    Finding,
    Match,
    Role,
    Severity,
    Similarity,
    SkillEvidence,
    YearMonth,
)

SKILLS_HEAD = "skills"
STUFFING_CODE = "keyword_stuffing"
_DEFAULT_OCR = OcrPolicy()
# The characters alone are left out, not the words around them: there is nothing to measure.
_UNMEASURED = frozenset({ExclusionReason.HIDDEN_CHARACTERS})


@dataclass(frozen=True, slots=True)
class Models:
    """What reads by meaning: an encoder and the head that was fitted to it; make them with `load`.

    Attributes:
        encoder: turns a text into states.
        head: reads skills out of them.
        levels: tells how experienced a person is, or None to leave that unsaid.
        cache: folder for what can be made again, or None.
    """

    encoder: Encoder
    head: SkillHead
    levels: LevelScorer | None = None
    cache: Path | None = None

    @classmethod
    def load(cls, encoder: Path, runtime: Runtime, *, levels: Path | None = None) -> Self:
        """Load an encoder, the shipped head for skills and a model of levels.

        Args:
            encoder: its model folder.
            runtime: how to run it.
            levels: folder of a model of levels; None to leave levels unsaid.

        Raises:
            NotFound: no model folder.
            ModelError: damaged, changed, or a head was fitted to another encoder.
            MissingExtra: the model of levels runs in torch, which the `train` extra installs.
        """
        loaded = load_encoder(encoder, runtime)
        head = SkillHead.load(shipped_models()[SKILLS_HEAD], encoder_sha256=loaded.sha256)
        found = LevelScorer(load_levels(levels, encoder_sha256=loaded.sha256)) if levels else None
        return cls(loaded, head, found, runtime.cache)

    def semantics(self, taxonomy: Taxonomy) -> Semantics:
        """Return what reads by meaning, at work on a taxonomy."""
        return Semantics(taxonomy, self.encoder, self.head, cache=self.cache)


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


@dataclass(frozen=True, slots=True, eq=False)
class Examination:
    """What is found in a document, before it is held against anything.

    Attributes:
        view: the document as scores see it.
        reading: the view's text as the encoder read it, or None without an encoder.
        found: what the view shows of each skill; quotes are in offsets of the view.
        skills: the same; quotes are in offsets of the document.
    """

    view: ScoringView
    reading: Reading | None
    found: tuple[SkillEvidence, ...]
    skills: tuple[SkillEvidence, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Scores:
    """What one view of a document gives; the words it points at are those of the document."""

    skills: tuple[SkillEvidence, ...] = ()
    coverage: Coverage | None = None
    similarity: Similarity | None = None
    stuffing: Stuffing | None = None

    @property
    def shown(self) -> dict[str, str]:
        """Return the names of the skills that are shown, by id."""
        return {
            evidence.skill: evidence.name
            for evidence in self.skills
            if evidence.label is not EvidenceLabel.NONE
        }


class Engine:
    """Reads and assesses documents; use it as a context manager, or call `close`.

    Args:
        taxonomy: the skills to look for.
        limits: size, length and time of one document.
        as_of: the month that "present" stands for. The same input and month give the same answer.
        models: what reads by meaning; without it only words count.
        ocr: whether and how pages that are pictures are read.
    """

    def __init__(
        self,
        taxonomy: Taxonomy,
        *,
        limits: ReadingLimits,
        as_of: YearMonth,
        models: Models | None = None,
        ocr: OcrPolicy = _DEFAULT_OCR,
    ) -> None:
        self.taxonomy = taxonomy
        self.limits = limits
        self._as_of = as_of
        self._reader = DocumentReader(limits, as_of=as_of, ocr=ocr)
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
        ocr: OcrPolicy = _DEFAULT_OCR,
    ) -> Self:
        """Return an engine that is ready for its first document, its parts loaded side by side.

        Args:
            taxonomy: returns the skills to look for.
            limits: as for the constructor.
            as_of: as for the constructor.
            models: returns what reads by meaning, or None; runs in another thread.
            ocr: as for the constructor.
        """
        with ThreadPoolExecutor(1) as beside:
            loading = beside.submit(models)
            engine = cls(taxonomy(), limits=limits, as_of=as_of, ocr=ocr)
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
            self._detector = self._detector.with_semantics(models.semantics(self.taxonomy))
        self.provenance = Provenance(
            metier_version=__version__,
            model=self._detector.model,
            model_sha256=self._detector.model_sha256,
            taxonomy=self.taxonomy.name,
            taxonomy_sha256=self.taxonomy.sha256,
            as_of=self._as_of,
        )

    @property
    def levels(self) -> LevelScorer | None:
        """Return what tells levels, or None where the engine goes by words alone."""
        return self._models.levels if self._models else None

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
        """Return what a document shows of each skill; `SkillDetector.detect` has the order.

        Words that no score counts show nothing, and personal facts are not seen.
        """
        return self.examine(scoring_view(document)).skills

    def detect(self, text: str) -> tuple[SkillEvidence, ...]:
        """Return what a few words show of each skill, without reading them by meaning."""
        return self._detector.detect(text)

    def embed(self, words: str) -> NDArray[np.float32] | None:
        """Return the vector of a few words to hold something against, (dim,); None without an encoder."""
        if self._models is None:
            return None
        vector: NDArray[np.float32] = self._models.encoder.encode([words], kind=TextKind.QUERY)[0]
        return vector

    @property
    def usual_vector(self) -> NDArray[np.float32] | None:
        """Return the usual vector of a document, (dim,), or None without an encoder."""
        return self._models.head.document_center if self._models else None

    def examine(self, view: ScoringView) -> Examination:
        """Return what a document as scores see it shows of each skill."""
        reading = self._detector.read(view.text)
        found = self._detector.detect(view.text, view.sections, reading=reading)
        return Examination(view, reading, found, tuple(_led_back(evidence, view) for evidence in found))

    def json_resume(self, document: Document) -> dict[str, Any]:
        """Return a document as JSON Resume, with the skills that it names outright.

        It holds name and contacts, which no score sees, and none of the words that no score counts.
        """
        return to_json_resume(document, self.detect_skills(document))

    def prepare_vacancy(self, document: Document) -> Vacancy:
        """Return a vacancy with what it asks for, to assess many resumes against.

        Raises:
            InvalidInput: the document is unreadable, or asks for no skill of the taxonomy.
        """
        if not document.readable:
            reasons = " ".join(finding.message for finding in document.findings)
            raise InvalidInput(f"{document.source} is no readable vacancy. {reasons}")
        examined = self.examine(scoring_view(document))
        wanted = find_requirements(document, examined.skills)
        if not wanted:
            raise InvalidInput(
                f"{document.source} asks for no skill of taxonomy {self.provenance.taxonomy}, so nothing can "
                "be compared. Name another taxonomy, or assess without a vacancy."
            )
        return Vacancy(document, wanted, examined.reading.vector if examined.reading else None)

    def assess(self, document: Document, *, vacancy: Vacancy | None = None) -> Assessment:
        """Return all that metier says of a document; an unreadable one is said to be so and not scored.

        Args:
            document: a resume, or any other text.
            vacancy: what to hold it against.
        """
        pasted = _pasted(document, vacancy)
        view = scoring_view(document, also=[item.span for item in pasted])
        examined = self.examine(view) if document.readable else None
        scores = self._score(examined, vacancy) if examined else _Scores()
        findings = (*document.findings, *exclusion_findings(document.text, pasted))
        findings += _stuffing_findings(document, view, scores.stuffing)
        return Assessment(
            document_id=document.id,
            source=document.source,
            role=document.role,
            language=document.language,
            status=AssessmentStatus.SCORED if document.readable else AssessmentStatus.UNREADABLE,
            months=document.months if document.readable else None,
            periods=document.periods if document.readable else (),
            skills=scores.skills,
            coverage=scores.coverage,
            findings=tuple(sorted(findings, key=lambda finding: -list(Severity).index(finding.severity))),
            provenance=self.provenance,
            similarity=scores.similarity,
            excluded=tuple(sorted((*document.excluded, *pasted))),
            masks=document.masks,
            effects=tuple(self._effects(document, vacancy, scores, pasted)) if document.readable else (),
            expertise=self._expertise(document, examined, vacancy),
        )

    def score_level(self, document: Document, applying: Applying) -> Expertise:
        """Return how experienced a document shows a person to be.

        Args:
            document: a resume, or any other text.
            applying: what the person applies for.

        Raises:
            InvalidInput: the document is unreadable, or the engine has no model of levels.
        """
        if self.levels is None:
            raise InvalidInput("There is no model of levels. Assess with an encoder, not with --model none.")
        if not document.readable:
            reasons = [f.message for f in document.findings if f.severity is Severity.ERROR]
            raise InvalidInput(f"{document.source} cannot be read. {' '.join(reasons)}")
        pasted = _pasted(document, applying.vacancy)
        examined = self.examine(scoring_view(document, also=[item.span for item in pasted]))
        item = InputMaker(self).of_document(document, applying, examined=examined)
        return self.levels.score(item, examined.view, claimed=applying.level)

    def _expertise(
        self, document: Document, examined: Examination | None, vacancy: Vacancy | None
    ) -> Expertise | None:
        if self.levels is None or examined is None or document.role is not Role.RESUME:
            return None
        item = InputMaker(self).of_document(document, Applying(vacancy), examined=examined)
        return self.levels.score(item, examined.view)

    def _score(self, examined: Examination, vacancy: Vacancy | None) -> _Scores:
        view = examined.view
        return _Scores(
            examined.skills,
            cover(vacancy.wanted, examined.skills) if vacancy else None,
            self._similarity(view, examined.reading, vacancy),
            find_stuffing(view.text, examined.found),
        )

    def _similarity(
        self, view: ScoringView, reading: Reading | None, vacancy: Vacancy | None
    ) -> Similarity | None:
        if self._models is None or reading is None or vacancy is None or vacancy.vector is None:
            return None
        found = compare(reading, view.sections, vacancy.vector, self._models.head.document_center)
        sections = [replace(section, span=view.original(section.span)) for section in found.sections]
        return replace(found, sections=tuple(sections))

    def _effects(
        self, document: Document, vacancy: Vacancy | None, scores: _Scores, pasted: Sequence[Exclusion]
    ) -> Iterator[Effect]:
        """Yield what suspect words would do: the document is scored once more for each kind of them."""
        left_out = [item.span for item in pasted]
        reasons: dict[str, set[ExclusionReason]] = defaultdict(set)
        for item in document.excluded:
            if item.reason not in _UNMEASURED:
                reasons[CODES[item.reason]].add(item.reason)
        for code, counting in reasons.items():
            view = scoring_view(document, counting=counting, also=left_out)
            yield _effect(code, self._score(self.examine(view), vacancy), scores, counted=False)
        if pasted:
            code = CODES[ExclusionReason.PASTED_VACANCY]
            everything = self.examine(scoring_view(document))
            yield _effect(code, self._score(everything, vacancy), scores, counted=False)
        if scores.stuffing is not None:
            view = scoring_view(document, also=left_out)
            lists = [view.original(span) for span in scores.stuffing.spans]
            kept = self.examine(scoring_view(document, also=[*left_out, *lists]))
            without = self._score(kept, vacancy)
            yield _effect(STUFFING_CODE, scores, without, counted=True)


def _pasted(document: Document, vacancy: Vacancy | None) -> tuple[Exclusion, ...]:
    if vacancy is None or document.role is not Role.RESUME:
        return ()
    spans = find_pasted(document.text, vacancy.document.text)
    return tuple(Exclusion(span, ExclusionReason.PASTED_VACANCY) for span in spans)


def _led_back(evidence: SkillEvidence, view: ScoringView) -> SkillEvidence:
    """Return evidence that points into the document instead of into what was scored."""
    return replace(evidence, quotes=tuple(view.quote(quote.span) for quote in evidence.quotes))


def _stuffing_findings(
    document: Document, view: ScoringView, stuffing: Stuffing | None
) -> tuple[Finding, ...]:
    if stuffing is None or document.role is not Role.RESUME:
        return ()
    quote = view.quote(stuffing.spans[0])
    message = f"{stuffing.message} The scores count them; a person should look for work that shows them."
    return (Finding(STUFFING_CODE, Severity.WARNING, message, quote.span),)


def _effect(code: str, with_words: _Scores, without: _Scores, *, counted: bool) -> Effect:
    gained = {skill: name for skill, name in with_words.shown.items() if skill not in without.shown}
    return Effect(
        code,
        counted,
        tuple(gained.values()),
        with_words.coverage.score if with_words.coverage else None,
        without.coverage.score if without.coverage else None,
        with_words.similarity.score if with_words.similarity else None,
        without.similarity.score if without.similarity else None,
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
