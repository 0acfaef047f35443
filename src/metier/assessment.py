"""The record of all that metier says of one document; like those of `metier.types`, frozen."""

from __future__ import annotations

from dataclasses import dataclass

from metier.types import (
    AssessmentStatus,
    Coverage,
    Effect,
    Exclusion,
    Expertise,
    Finding,
    Mask,
    Period,
    Role,
    Similarity,
    SkillEvidence,
    YearMonth,
)


@dataclass(frozen=True, slots=True)
class Provenance:
    """What an assessment was made with, so that it can be made again.

    Attributes:
        metier_version: version of the package.
        model: name of the model that decided.
        model_sha256: hash of that model; for the lexical model, of the source files of its rules.
        taxonomy: name of the taxonomy.
        taxonomy_sha256: hash of its content.
        as_of: the month that "present" stands for.
    """

    metier_version: str
    model: str
    model_sha256: str
    taxonomy: str
    taxonomy_sha256: str
    as_of: YearMonth


@dataclass(frozen=True, slots=True)
class Assessment:
    """All that metier says of one document.

    Attributes:
        document_id: `Document.id`.
        source: the name a person knows the document by.
        role: resume or vacancy.
        language: ISO 639-1 code, or `und`.
        status: scored, or unreadable: then there are no skills, months or coverage.
        months: total experience in months, or None where the document does not tell.
        periods: the stretches of time behind `months`.
        skills: explicit ones first, then implicit, then named but not claimed.
        coverage: against the vacancy, or None without one.
        similarity: to the vacancy in meaning, or None without one or without an encoder.
        findings: what a person should know first.
        provenance: what it was made with.
        excluded: words that no score counts.
        masks: personal facts that no score saw.
        effects: what suspect words would do to the scores, measured; empty where there are none.
        expertise: how experienced it shows a person to be, or None where that was not asked.
    """

    document_id: str
    source: str
    role: Role
    language: str
    status: AssessmentStatus
    months: int | None
    periods: tuple[Period, ...]
    skills: tuple[SkillEvidence, ...]
    coverage: Coverage | None
    findings: tuple[Finding, ...]
    provenance: Provenance
    similarity: Similarity | None = None
    excluded: tuple[Exclusion, ...] = ()
    masks: tuple[Mask, ...] = ()
    effects: tuple[Effect, ...] = ()
    expertise: Expertise | None = None
