"""What an edit comes to as a report: findings without the words of a document, checks, figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from metier.audit.shift.calibration import Calibration
from metier.audit.shift.detector import MeasuredShift, ShiftAnalysis
from metier.audit.shift.measures import SCORES, SKILLS, VECTOR
from metier.scans import Check, Outcome, ScanFinding, ScanReport, scan_report
from metier.types import Severity, Span

KIND: Final = "shift"
CODES: Final[Mapping[str, str]] = MappingProxyType(
    {VECTOR: "vector-shift", SCORES: "score-shift", SKILLS: "skill-shift"}
)
"""By measure the code of a finding; the check is the measure's name with `-shift`."""
UNCOUNTED_CHECK: Final = "uncounted-words"
_MOST_NAMED: Final = 5
_DIGITS: Final = 6
_POINTS: Final = 25
_NOT_CALIBRATED: Final = (
    "The calibration holds nothing to judge this edit by for the measure {measure}: too few edits of its "
    "kind, of its size, or in texts of this length. Calibrate on texts like yours: --calibrate-on."
)


@dataclass(frozen=True, slots=True)
class EditedDocument:
    """What an edit did to a document, beside its text's vector.

    Attributes:
        subject: what the report is of.
        length: of the original's text, in characters.
        uncounted: by how many characters the words grew that no score counts, as hidden text and orders to a
            program; 0 or less if they did not.
        reasons: why the words of the edited document are not counted, where they grew.
    """

    subject: str
    length: int
    uncounted: int = 0
    reasons: tuple[str, ...] = ()


def shift_report(
    analysis: ShiftAnalysis, document: EditedDocument, *, calibration: Calibration, false_alarms: float
) -> ScanReport:
    """Return what an edit comes to.

    Unsafe: it moves the vector, the scores or the skills more than all but a share of ordinary edits do, or
    brings words that no score counts. Inconclusive: too little is known of ordinary edits of its kind. Words
    are named by their places, never quoted.

    Args:
        analysis: of the edit.
        document: that was edited.
        calibration: that it was judged with.
        false_alarms: the share.
    """
    return scan_report(
        document.subject,
        KIND,
        findings=_findings(analysis, document, false_alarms),
        checks=_checks(analysis, document),
        figures=_figures(analysis, calibration, false_alarms, document),
    )


def _findings(
    analysis: ShiftAnalysis, document: EditedDocument, false_alarms: float
) -> Iterator[ScanFinding]:
    kind = analysis.difference.kind
    if not analysis.judged(VECTOR):
        yield ScanFinding(
            "shift-unknown",
            Severity.WARNING,
            f"Of ordinary edits of the kind {kind.value} too little is known to judge this one, or none is "
            f"as large or of a text of this length: {analysis.difference.share:.0%} of the text differs. "
            "Let a person compare the texts.",
            facts={"kind": kind.value, "share_changed": round(analysis.difference.share, _DIGITS)},
        )
    for measure, measured in analysis.measured.items():
        if measured.detected:
            message = (
                f"{_moved(measure, measured)}; in the calibration {1 - false_alarms:.0%} of ordinary edits "
                f"of its kind and size stay at or below {measured.threshold:.4g}. "
                f"{_places(analysis, measure)}"
            )
            yield ScanFinding(CODES[measure], Severity.ERROR, message, facts=_plain(measured))
    if document.uncounted > 0:
        yield ScanFinding(
            "uncounted-words",
            Severity.ERROR,
            f"Words of {document.uncounted:,} characters came that no score counts: "
            f"{', '.join(document.reasons)}. `metier audit document` says where, and what they would change.",
            facts={"characters": document.uncounted, "reasons": list(document.reasons)},
        )


def _moved(measure: str, measured: MeasuredShift) -> str:
    if measure == SKILLS:
        return f"The edit brings {measured.magnitude:.3g} skills"
    unit = "log odds of a score" if measure == SCORES else "vector"
    return f"The edit moves the {unit} by {measured.magnitude:.4g}"


def _places(analysis: ShiftAnalysis, measure: str) -> str:
    spans = [token.span for token in analysis.suspicious_tokens]
    if measure == SKILLS:
        spans = list(analysis.difference.inserted)
    named = [f"{span.start}-{span.end}" for span in spans[:_MOST_NAMED]]
    if not named:
        return "No word of the edited text alone does it; look at what was taken out or moved."
    return f"Look at the characters {', '.join(named)} of the edited text."


def _checks(analysis: ShiftAnalysis, document: EditedDocument) -> Iterator[Check]:
    for measure, measured in analysis.measured.items():
        name = CODES[measure].replace("_", "-")
        if measured.detected:
            yield Check(name, Outcome.FAILED)
        elif analysis.judged(measure):
            yield Check(name, Outcome.PASSED)
        else:
            yield Check(name, Outcome.NOT_RUN, _NOT_CALIBRATED.format(measure=measure))
    yield Check(UNCOUNTED_CHECK, Outcome.FAILED if document.uncounted > 0 else Outcome.PASSED)


def _figures(
    analysis: ShiftAnalysis, calibration: Calibration, false_alarms: float, document: EditedDocument
) -> dict[str, Any]:
    difference = analysis.difference
    figures: dict[str, Any] = {
        "model": calibration.model,
        "false_alarms": false_alarms,
        "kind": difference.kind.value,
        "share_changed": round(difference.share, _DIGITS),
        **{measure: _plain(measured) for measure, measured in analysis.measured.items()},
        "uncounted_characters": document.uncounted,
    }
    if analysis.scores is not None:
        figures["score_changes"] = {
            change.name: f"{change.before:.4f} to {change.after:.4f}"
            for change in analysis.score_changes[:20]
        }
    tables = list(_tables(analysis))
    charts = list(_charts(analysis, calibration, false_alarms, document.length))
    return figures | ({"tables": tables} if tables else {}) | ({"charts": charts} if charts else {})


def _tables(analysis: ShiftAnalysis) -> Iterator[dict[str, Any]]:
    tokens, runs = analysis.suspicious_tokens, analysis.runs
    if tokens:
        rows = [
            {**_row(token.span, token.influence), "came": "yes" if token.changed else "no"}
            for token in tokens
        ]
        yield {"title": "Suspicious words of the edited text, the most influential first", "rows": rows}
    if runs:
        rows = [_row(run.span, run.drop) for run in runs]
        yield {"title": "The longest runs of words that came", "rows": rows}


def _row(span: Span, influence: float) -> dict[str, Any]:
    return {"start": span.start, "end": span.end, "influence": round(influence, _DIGITS)}


def _charts(
    analysis: ShiftAnalysis, calibration: Calibration, false_alarms: float, length: int
) -> Iterator[dict[str, Any]]:
    difference = analysis.difference
    curve = calibration.curve(VECTOR, difference.kind)
    if curve is not None and analysis.vector.threshold is not None:
        # 0.5 % of a text is a word of a page; shares are spread as edits are, by factors.
        shares = [float(share) for share in np.geomspace(0.005, curve.largest_share, _POINTS)]
        bound = [curve.threshold(share, length, false_alarms=false_alarms) for share in shares]
        usual = [float(np.exp(curve.expected(share, length))) for share in shares]
        yield {
            "kind": "line",
            "title": "Ordinary edits of this kind, and this one",
            "x_label": "share of the text that differs",
            "y_label": "1 - cosine",
            "lines": [
                {"name": f"{1 - false_alarms:.0%} stay below", "x": shares, "y": bound},
                {"name": "usual", "x": shares, "y": usual},
                {
                    "name": "this edit",
                    "x": [difference.share, difference.share],
                    "y": [0.0, analysis.vector.magnitude],
                },
            ],
        }
    if analysis.suspicious_tokens:
        yield {
            "kind": "bars",
            "title": "Influence of words",
            "label": "how much nearer to the original without it",
            "rows": [
                {"name": f"characters {token.span.start}-{token.span.end}", "value": token.influence}
                for token in analysis.suspicious_tokens
            ],
        }


def _plain(measured: MeasuredShift) -> dict[str, float | None]:
    return {
        "magnitude": round(measured.magnitude, _DIGITS),
        "percentile": None if measured.percentile is None else round(measured.percentile, _DIGITS),
        "threshold": None if measured.threshold is None else round(measured.threshold, _DIGITS),
    }
