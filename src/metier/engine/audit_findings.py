"""What the findings of one document come to: the rule by which it is clean, unsafe or inconclusive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from metier.assessment import Assessment
from metier.documents.exclusions import CODES, HIDDEN_TEXT
from metier.engine.assess import STUFFING_CODE
from metier.scans import Check, Outcome, ScanFinding, ScanReport, scan_report
from metier.types import (
    AssessmentStatus,
    Effect,
    ExclusionReason,
    Expertise,
    Failure,
    Finding,
    Severity,
)

KIND: Final = "document"
MOVED: Final = 0.02
"""Nearness in meaning, and levels, from which hidden words count as moving a score; all move it a little."""
COPIED: Final = 0.1
"""Coverage from which words of the vacancy are no quotation any more."""

READ: Final = "document-can-be-read"
LevelEffects = Mapping[str, tuple[Expertise, Expertise]]
"""The level with and without the words of a kind, by the code of their findings."""

_ORDER: Final = CODES[ExclusionReason.INSTRUCTION]
_PASTED: Final = CODES[ExclusionReason.PASTED_VACANCY]
_CHARACTERS: Final = CODES[ExclusionReason.HIDDEN_CHARACTERS]
_LOOKALIKE: Final = CODES[ExclusionReason.LOOKALIKE_LETTERS]
_REORDERED: Final = CODES[ExclusionReason.REORDERED]
_LAYER_DIFFERS: Final = "text_layer_differs"
_ALWAYS_UNSAFE: Final = frozenset({_ORDER, _LAYER_DIFFERS})
_UNSEEN: Final = frozenset({HIDDEN_TEXT, _LOOKALIKE, _REORDERED})
# They say how much a document tells, not whether it can be trusted.
_HARMLESS: Final = frozenset({"almost_no_text", "wrong_extension"})
_NO_EFFECTS: Final[LevelEffects] = MappingProxyType({})

_CHECKS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "words-that-nobody-sees": frozenset({HIDDEN_TEXT}),
        "characters-that-nobody-sees": frozenset({_CHARACTERS}),
        "look-alike-letters": frozenset({_LOOKALIKE}),
        "reordered-letters": frozenset({_REORDERED}),
        "orders-to-a-program": frozenset({_ORDER}),
        "text-under-pictures": frozenset({_LAYER_DIFFERS, "unverified_text_layer"}),
        "keyword-stuffing": frozenset({STUFFING_CODE}),
    }
)
_AGAINST_VACANCY: Final = "words-of-the-vacancy"


def scan_assessment(
    assessment: Assessment,
    *,
    levels: LevelEffects = _NO_EFFECTS,
    more: Sequence[ScanFinding] = (),
    more_checks: Sequence[Check] = (),
) -> ScanReport:
    """Return what the findings of an assessment come to.

    Unsafe: words that a person does not see and that would move a score if they counted, orders to a program,
    a text layer that differs from the picture, or so many words of the vacancy that they would raise coverage
    by a tenth. Inconclusive: such words without an effect, stuffing, other words of the vacancy, and
    whatever was not read or not understood. Clean: the rest.

    Args:
        assessment: of a document.
        levels: what the words behind its effects would do to the level, where that was measured.
        more: findings from beyond the assessment.
        more_checks: the checks behind them.
    """
    effects = {effect.code: effect for effect in assessment.effects}
    found = [_scanned(finding, effects.get(finding.code), levels) for finding in assessment.findings]
    return scan_report(
        assessment.source,
        KIND,
        findings=[*found, *more],
        checks=[*_checks(assessment, found), *more_checks],
        figures=_figures(assessment, levels),
    )


def scan_failure(failure: Failure) -> ScanReport:
    """Return the report of a document that could not be read: inconclusive, with the reason."""
    finding = ScanFinding(failure.code, Severity.WARNING, failure.message)
    return scan_report(
        failure.source, KIND, findings=[finding], checks=[Check(READ, Outcome.NOT_RUN, failure.message)]
    )


def _scanned(finding: Finding, effect: Effect | None, levels: LevelEffects) -> ScanFinding:
    level = levels.get(finding.code)
    facts: dict[str, Any] = {}
    if finding.page is not None:
        facts["page"] = finding.page
    if finding.span is not None:
        facts["characters"] = [finding.span.start, finding.span.end]
    if effect is not None:
        facts["effect"] = effect_row(effect, level)
    message = finding.message if effect is None else f"{finding.message} {_measured(effect, level)}"
    return ScanFinding(finding.code, _severity(finding, effect, level), message, _where(finding), facts)


def _severity(finding: Finding, effect: Effect | None, level: tuple[Expertise, Expertise] | None) -> Severity:
    if finding.severity is Severity.INFO or finding.code in _HARMLESS:
        # An unreadable document is not understood, whatever the finding that says so. A short label that a
        # page cuts off is honest, unless it brings something.
        brings = finding.code in _UNSEEN and effect is not None and (effect.skills or _coverage_move(effect))
        return Severity.WARNING if finding.severity is Severity.ERROR or brings else Severity.INFO
    unsafe = (
        finding.code in _ALWAYS_UNSAFE
        or (finding.code in _UNSEEN and effect is not None and _moves(effect, level))
        or (finding.code == _CHARACTERS and bool(finding.words))
        or (finding.code == _PASTED and effect is not None and _coverage_move(effect) >= COPIED)
    )
    return Severity.ERROR if unsafe else Severity.WARNING


def _moves(effect: Effect, level: tuple[Expertise, Expertise] | None) -> bool:
    with_level, without_level = _expected(level)
    return (
        bool(effect.skills)
        or _coverage_move(effect) > 0
        or _difference(effect.similarity_with, effect.similarity_without) >= MOVED
        or _difference(with_level, without_level) >= MOVED
    )


def _coverage_move(effect: Effect) -> float:
    return _difference(effect.coverage_with, effect.coverage_without)


def _difference(first: float | None, second: float | None) -> float:
    return 0.0 if first is None or second is None else abs(first - second)


def _expected(level: tuple[Expertise, Expertise] | None) -> tuple[float | None, float | None]:
    return (None, None) if level is None else (level[0].expected, level[1].expected)


def _measured(effect: Effect, level: tuple[Expertise, Expertise] | None) -> str:
    """Return the effect in a sentence, from the scores without the words to those with them."""
    pairs = (
        ("coverage", effect.coverage_without, effect.coverage_with),
        ("nearness in meaning", effect.similarity_without, effect.similarity_with),
        ("the expected level (0 to 4)", *reversed(_expected(level))),
    )
    parts = [
        f"{name} from {before:.2f} to {after:.2f}"
        for name, before, after in pairs
        if before is not None and after is not None and f"{before:.2f}" != f"{after:.2f}"
    ]
    if effect.skills:
        parts.append(f"{len(effect.skills)} more skills" if len(effect.skills) > 1 else "1 more skill")
    if not parts:
        return "They move no score." if effect.counted else "Counted, they would move no score."
    verb = "Counted, as they are, they bring" if effect.counted else "Counted, they would bring"
    return f"{verb} {', '.join(parts)}."


def effect_row(effect: Effect, level: tuple[Expertise, Expertise] | None = None) -> dict[str, Any]:
    """Return the same document with and without some words, as plain values."""
    with_level, without_level = _expected(level)
    return {
        "words": effect.code,
        "counted": effect.counted,
        "coverage_with": _rounded(effect.coverage_with),
        "coverage_without": _rounded(effect.coverage_without),
        "similarity_with": _rounded(effect.similarity_with),
        "similarity_without": _rounded(effect.similarity_without),
        "level_with": _rounded(with_level),
        "level_without": _rounded(without_level),
        "skills": len(effect.skills),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _where(finding: Finding) -> str:
    places = [f"page {finding.page}"] if finding.page is not None else []
    if finding.span is not None:
        places.append(f"characters {finding.span.start} to {finding.span.end}")
    return ", ".join(places)


def _checks(assessment: Assessment, found: Sequence[ScanFinding]) -> Iterator[Check]:
    named = frozenset[str]().union(*_CHECKS.values(), {_PASTED})
    rest = [finding for finding in found if finding.code not in named]
    if assessment.status is AssessmentStatus.UNREADABLE:
        reasons = [finding.message for finding in assessment.findings if finding.severity is Severity.ERROR]
        yield Check(READ, Outcome.NOT_RUN, " ".join(reasons))
    else:
        yield ended(READ, rest)
    for name, codes in _CHECKS.items():
        yield ended(name, [finding for finding in found if finding.code in codes])
    if assessment.coverage is not None:
        yield ended(_AGAINST_VACANCY, [finding for finding in found if finding.code == _PASTED])


def ended(name: str, findings: Iterable[ScanFinding]) -> Check:
    """Return how a check ended that ran and found something, or nothing."""
    severities = {finding.severity for finding in findings}
    if Severity.ERROR in severities:
        return Check(name, Outcome.FAILED)
    if Severity.WARNING in severities:
        return Check(name, Outcome.OPEN, "A person has to judge what was found.")
    return Check(name, Outcome.PASSED)


def _figures(assessment: Assessment, levels: LevelEffects) -> dict[str, Any]:
    figures: dict[str, Any] = {"language": assessment.language}
    if assessment.coverage is not None:
        figures["coverage"] = _rounded(assessment.coverage.score)
    if assessment.similarity is not None:
        figures["similarity"] = _rounded(assessment.similarity.score)
    if assessment.expertise is not None and assessment.expertise.expected is not None:
        figures["expected_level"] = _rounded(assessment.expertise.expected)
    if assessment.masks:
        figures["hidden_from_scores"] = sorted({mask.kind.value for mask in assessment.masks})
    if assessment.effects:
        rows = [effect_row(effect, levels.get(effect.code)) for effect in assessment.effects]
        figures["tables"] = [{"title": "The same document with and without these words", "rows": rows}]
    return figures
