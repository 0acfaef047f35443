"""The records that every part of metier takes and returns.

All are frozen and hold no behaviour beyond what follows from their own fields. Offsets count
characters (Unicode code points) of `Document.text` and are half-open: `text[start:end]`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a document is in the hiring process."""

    RESUME = "resume"
    VACANCY = "vacancy"
    ANSWER = "answer"


class SectionKind(StrEnum):
    """What a section of a resume or a vacancy is about."""

    HEADER = "header"
    SUMMARY = "summary"
    EXPERIENCE = "experience"
    EDUCATION = "education"
    SKILLS = "skills"
    PROJECTS = "projects"
    CERTIFICATES = "certificates"
    LANGUAGES = "languages"
    INTERESTS = "interests"
    DUTIES = "duties"
    REQUIRED = "required"
    PREFERRED = "preferred"
    OFFER = "offer"
    EMPLOYER = "employer"
    OTHER = "other"


class Severity(StrEnum):
    """How much a finding should worry the reader."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class EvidenceLabel(StrEnum):
    """How a text shows a skill: not at all, by what it implies, or outright."""

    NONE = "none"
    IMPLICIT = "implicit"
    EXPLICIT = "explicit"


class Importance(StrEnum):
    """How much a vacancy wants a skill."""

    REQUIRED = "required"
    PREFERRED = "preferred"


class RequirementStatus(StrEnum):
    """Whether a resume meets one requirement of a vacancy."""

    MATCHED = "matched"
    IMPLIED = "implied"
    MISSING = "missing"


class Level(StrEnum):
    """Seniority in an occupation, rising."""

    INTERN = "intern"
    JUNIOR = "junior"
    MIDDLE = "middle"
    SENIOR = "senior"
    LEAD = "lead"

    @property
    def rank(self) -> int:
        """Return its place from the lowest, 0 to 4."""
        return list(Level).index(self)


class AssessmentStatus(StrEnum):
    """Whether a document could be read well enough to be scored."""

    SCORED = "scored"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Characters `start` (included) to `end` (excluded) of a text."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"A span needs 0 <= start <= end. Got {self.start} and {self.end}.")


@dataclass(frozen=True, slots=True)
class Quote:
    """The words of a document that stand as evidence, and where they stand."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a person should know before trusting a document.

    Attributes:
        code: stable slug, such as `needs_ocr`; docs/reference/findings.md lists them.
        severity: an `error` means that the document is not scored.
        message: one or two sentences without words of the document.
        span: where in the text, where that can be said.
        page: number of the page, from 1, for formats that have pages.
        words: the words at the span that a person should look at, cut where they are many.
    """

    code: str
    severity: Severity
    message: str
    span: Span | None = None
    page: int | None = None
    words: str = ""


class ExclusionReason(StrEnum):
    """Why words of a document are kept from every score.

    The first eight are seen by a program and not by a person; then words that show other letters or
    another order than they are stored in, words that give orders to a program, and words of the vacancy.
    """

    BACKGROUND_COLOR = "background_color"
    TINY = "tiny"
    OFF_PAGE = "off_page"
    CLIPPED = "clipped"
    COVERED = "covered"
    INVISIBLE = "invisible"
    NOT_DISPLAYED = "not_displayed"
    HIDDEN_CHARACTERS = "hidden_characters"
    LOOKALIKE_LETTERS = "lookalike_letters"
    REORDERED = "reordered"
    INSTRUCTION = "instruction"
    PASTED_VACANCY = "pasted_vacancy"


@dataclass(frozen=True, slots=True, order=True)
class Exclusion:
    """Words that no score counts, and why; `page` counts from 1, for formats that have pages."""

    span: Span
    reason: ExclusionReason
    page: int | None = None


class MaskKind(StrEnum):
    """A personal fact that no score may see."""

    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    LINK = "link"
    BIRTH_DATE = "birth_date"
    AGE = "age"
    GENDER = "gender"
    MARITAL_STATUS = "marital_status"
    CITIZENSHIP = "citizenship"
    PHOTO = "photo"


@dataclass(frozen=True, slots=True, order=True)
class Mask:
    """Words that state a personal fact; every score sees the fixed placeholder of the kind instead."""

    span: Span
    kind: MaskKind


@dataclass(frozen=True, slots=True)
class Section:
    """A headed part of a document; `span` covers heading and body."""

    kind: SectionKind
    span: Span
    heading: Span | None = None


@dataclass(frozen=True, slots=True, order=True)
class YearMonth:
    """A calendar month; `month` is 1 to 12."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not 1 <= self.month <= 12:
            raise ValueError(f"A month is 1 to 12. Got {self.month}.")

    @property
    def ordinal(self) -> int:
        """Return months since year 0, so that differences are months."""
        return self.year * 12 + self.month - 1

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time that a document states.

    Attributes:
        span: the words that state it.
        start: first month, or None where only a length is stated ("3 years 2 months").
        end: last month, included; for an ongoing period the month of the assessment.
        ongoing: the text says "present" or the like.
        months: length in months, at least 0; both end months count.
        counted: it is part of the total experience (education, for one, is not).
    """

    span: Span
    start: YearMonth | None
    end: YearMonth | None
    ongoing: bool
    months: int
    counted: bool


@dataclass(frozen=True, slots=True)
class TextRun:
    """Neighbouring characters of one page that look alike.

    Attributes:
        span: where the run stands in the text.
        page: page number, from 1.
        box: left, bottom, right, top in points from the lower left corner of the page.
        size_pt: font size as drawn, in points.
        color: red, green, blue, alpha of the fill, each 0 to 255.
        render_mode: text render mode of the PDF reference, table 5.3; 3 is invisible.
    """

    span: Span
    page: int
    box: tuple[float, float, float, float]
    size_pt: float
    color: tuple[int, int, int, int]
    render_mode: int


@dataclass(frozen=True, slots=True)
class Document:
    """A text that was read, with what its form tells.

    Attributes:
        id: first 16 hex digits of the SHA-256 of the original bytes.
        source: the name a person knows it by: a file name, a row id or `-`.
        role: resume, vacancy or answer.
        language: ISO 639-1 code, or `und` where there is too little text to tell.
        text: the whole text in reading order.
        sections: in order of the text; together they cover all of it.
        periods: stretches of time stated in the text, in order of the text.
        months: total experience with overlaps merged, or None where no period tells.
        findings: what a person should know of the document.
        pages: the span of each page; one span for formats without pages.
        runs: the look of the text, for formats that have one.
        excluded: words that no score counts, in order of the text; they may overlap.
        masks: personal facts, in order of the text, without overlaps; only resumes have them.
    """

    id: str
    source: str
    role: Role
    language: str
    text: str
    sections: tuple[Section, ...]
    periods: tuple[Period, ...]
    months: int | None
    findings: tuple[Finding, ...]
    pages: tuple[Span, ...]
    runs: tuple[TextRun, ...] = ()
    excluded: tuple[Exclusion, ...] = ()
    masks: tuple[Mask, ...] = ()

    @property
    def readable(self) -> bool:
        """Tell whether the document can be scored: no finding is an error."""
        return all(finding.severity is not Severity.ERROR for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Skill:
    """One entry of a taxonomy.

    Attributes:
        id: stable slug or URI.
        label: the name to show.
        aliases: other names, in any language.
        description: one sentence.
        broader: id of the more general skill or category, or None.
    """

    id: str
    label: str
    aliases: tuple[str, ...] = ()
    description: str = ""
    broader: str | None = None


@dataclass(frozen=True, slots=True)
class SkillEvidence:
    """What a document shows of one skill.

    Attributes:
        skill: id of the skill.
        name: its label, to show.
        label: none, implicit or explicit. `none` with quotes means that the text names the skill but
            does not claim it ("no experience with Java").
        probability: chance that the person's text does show the skill, 0 to 1, calibrated.
        quotes: the words that made the decision, in order of the text.
        reason: one sentence for a person.
    """

    skill: str
    name: str
    label: EvidenceLabel
    probability: float
    quotes: tuple[Quote, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Requirement:
    """One skill that a vacancy asks for, held against a resume.

    Attributes:
        skill: id of the skill; ids joined by `|` where the vacancy offers a choice.
        name: its label, to show; a choice reads "Django or Flask".
        importance: required or preferred.
        status: matched, implied or missing.
        vacancy_quotes: where the vacancy asks for it.
        resume_quotes: where the resume shows it; empty where it is missing.
        reason: one sentence for a person.
    """

    skill: str
    name: str
    importance: Importance
    status: RequirementStatus
    vacancy_quotes: tuple[Quote, ...]
    resume_quotes: tuple[Quote, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of what a vacancy asks for a resume shows.

    Attributes:
        score: 0 to 1; docs/concepts/coverage.md has the formula. Orders resumes, is no probability.
        requirements: required ones first, each in the order of the vacancy.
    """

    score: float
    requirements: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True)
class SectionSimilarity:
    """How near one section of a resume is in meaning to a vacancy; `score` is -1 to 1."""

    kind: SectionKind
    span: Span
    score: float


@dataclass(frozen=True, slots=True)
class Similarity:
    """How near a resume is in meaning to a vacancy, beside what it covers of it.

    Attributes:
        score: of the whole resume, -1 to 1. Orders resumes against one vacancy, is no probability.
        sections: in order of the text.
    """

    score: float
    sections: tuple[SectionSimilarity, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """What some words of a document would do, or do, to its scores: the same document with and without them.

    Attributes:
        code: the code of the findings that tell of these words.
        counted: the scores of the assessment count them; else they are left out.
        skills: names of the skills that are shown by these words alone.
        coverage_with: coverage score that counts them, or None without a vacancy.
        coverage_without: coverage score that does not.
        similarity_with: similarity score that counts them, or None without one.
        similarity_without: similarity score that does not.
    """

    code: str
    counted: bool
    skills: tuple[str, ...]
    coverage_with: float | None = None
    coverage_without: float | None = None
    similarity_with: float | None = None
    similarity_without: float | None = None


@dataclass(frozen=True, slots=True)
class Factor:
    """One thing that speaks for a higher or a lower level.

    Attributes:
        name: stable slug, such as `relevant_months`; docs/reference/factors.md lists them.
        value: what was found, in the unit of the factor, or None where the document does not tell.
        effect: levels by which the expected level is higher than it would be with the usual value; below 0
            it speaks against.
        message: one sentence for a person, without words of the document.
        quotes: the words behind it, in order of the text; empty where it is something that is not there.
    """

    name: str
    value: float | None
    effect: float
    message: str
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Expertise:
    """How experienced a document shows a person to be, for a role.

    Attributes:
        level: the likeliest level, or None where the document does not tell enough.
        probabilities: of every `Level` in order, calibrated, together 1; empty where level is None.
        level_set: the levels that cannot be ruled out, in order; it holds the true one for a share
            `coverage` of documents like those that it was calibrated on. Empty where level is None.
        coverage: that share, 0 to 1.
        expected: mean of the levels' ranks, 0 to 4, by their probabilities; None where level is None.
        claimed: the level to test for, or None.
        at_least: probability that the level is the claimed one or higher, or None.
        factors: the strongest first, of both directions.
        notes: what a person should know before relying on it, such as why no level is told.
        sensitive: personal fields that the model was asked to use, which it does not by default.
        model: name of the model that decided.
        model_sha256: hash of that model.
    """

    level: Level | None
    probabilities: tuple[float, ...]
    level_set: tuple[Level, ...]
    coverage: float
    expected: float | None
    claimed: Level | None
    at_least: float | None
    factors: tuple[Factor, ...]
    notes: tuple[str, ...]
    sensitive: tuple[str, ...]
    model: str
    model_sha256: str


@dataclass(frozen=True, slots=True)
class Match:
    """The place of a document in a ranking; equal scores share a rank, from 1."""

    document_id: str
    score: float
    rank: int


@dataclass(frozen=True, slots=True)
class Failure:
    """A document that could not be assessed.

    Attributes:
        source: the name a person knows it by.
        code: `code` of the error.
        message: what is wrong and what to do; holds no words of the document.
    """

    source: str
    code: str
    message: str
