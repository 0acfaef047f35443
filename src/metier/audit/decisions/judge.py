"""What the outcomes of decisions come to: findings, checks and a verdict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.audit.decisions.exposure import discounts, group_exposures
from metier.audit.decisions.measures import (
    LINE,
    Measured,
    measured_exposure,
    measured_rates,
    measured_scores,
)
from metier.audit.decisions.outcomes import UNKNOWN, Outcomes
from metier.audit.decisions.rates import above_median, rate_table
from metier.audit.decisions.scores import group_scores
from metier.errors import InvalidInput
from metier.scans import Check, Outcome, ScanFinding, ScanReport, scan_report
from metier.types import Severity

KIND: Final = "decisions"
MOST_UNKNOWN: Final = 0.1
"""Share of people of unknown group or outcome from which the rest says too little."""

NOTES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "cause": "A ratio does not say why groups differ: people, advertising, the procedure or chance.",
        "law": "No figure here says whether a decision or a tool is lawful. Four fifths is a line that "
        "authorities look at, not one that decides.",
        "within": "A ratio near 1 does not show that there is no bias: two groups may be selected equally "
        "often and the wrong people of one of them be taken.",
        "mix": "Every ratio depends on who applied. Other applicants give other ratios with the same "
        "procedure.",
        "unknown": "People of unknown group count in no ratio. If they differ from the others, so may the "
        "ratios.",
        "reference": "The most selected group is chosen by its rate, so ratios are below 1 on average even "
        "where nothing parts the groups.",
    }
)
"""What the figures do not show, by what it is about."""


def audit_outcomes(outcomes: Outcomes, *, subject: str) -> ScanReport:
    """Return what outcomes come to, by each attribute and by each two together.

    Unsafe: an impact ratio is below four fifths with 95 % for all pairs of groups of its table at once.
    Inconclusive: the 95 % interval of one reaches below it, groups or outcomes are unknown for a tenth of
    the people, a group stands lower in the rankings than chance puts it or scores far from the others, or
    there is nothing to compare.

    Args:
        outcomes: of at least one person.
        subject: what the report is of.

    Raises:
        InvalidInput: outcomes hold neither who was selected, nor scores, nor ranks; or nobody.
    """
    if outcomes.selected is None and outcomes.scores is None and outcomes.ranks is None:
        raise InvalidInput(
            "There is no outcome to audit. Name the column of who was selected, of scores or ranks."
        )
    if not outcomes.n:
        raise InvalidInput("There is nobody to audit. Name a table with rows.")
    measured = list(_measured(outcomes))
    unknown = {grouping.name: grouping.n_unknown for grouping in outcomes.groupings}
    findings = [
        *_unknown_findings(outcomes),
        *_repeated(outcomes),
        *_without_repeats(finding for item in measured for finding in item.findings),
    ]
    return scan_report(
        subject,
        KIND,
        findings=findings,
        checks=[_check(item) for item in measured],
        figures={
            "people": outcomes.n,
            "unknown_group": unknown,
            "line_of_reference": LINE,
            "tables": [{"title": item.title, "rows": list(item.rows)} for item in measured if item.rows],
            "charts": [item.chart for item in measured if item.chart is not None],
            "what_this_does_not_show": dict(NOTES),
        },
    )


def _without_repeats(findings: Iterable[ScanFinding]) -> Iterator[ScanFinding]:
    """Yield findings without those that two measures of one attribute give alike."""
    seen = set()
    for finding in findings:
        key = finding.code, finding.where, finding.message
        if key not in seen:
            seen.add(key)
            yield finding


def _check(item: Measured) -> Check:
    severities = {finding.severity for finding in item.findings}
    if item.reason:
        return Check(item.check, Outcome.NOT_RUN, item.reason)
    if Severity.ERROR in severities:
        return Check(item.check, Outcome.FAILED)
    if Severity.WARNING in severities:
        return Check(item.check, Outcome.OPEN, "The outcomes do not settle it; see the findings.")
    return Check(item.check, Outcome.PASSED)


def _measured(outcomes: Outcomes) -> Iterator[Measured]:
    scored = None if outcomes.scores is None else above_median(outcomes.scores)[0]
    places = _places(outcomes)
    exposures = None if places is None else discounts(places, outcomes.lists)
    for grouping in outcomes.all_groupings:
        if outcomes.selected is not None:
            yield measured_rates(
                rate_table(outcomes.selected, grouping), "selection", hits="selected", hit="selected"
            )
        if scored is not None:
            table = rate_table(scored, grouping)
            yield measured_rates(table, "scoring", hits="above_median", hit="above the median")
        if exposures is not None:
            groups = group_exposures(exposures, grouping, outcomes.lists)
            yield measured_exposure(groups, grouping.name)
        if outcomes.scores is not None:
            yield measured_scores(group_scores(outcomes.scores, grouping), grouping.name)


def _places(outcomes: Outcomes) -> NDArray[np.float64] | None:
    """Return what orders people: their ranks, or without these their scores from the highest."""
    if outcomes.ranks is not None:
        return outcomes.ranks
    return None if outcomes.scores is None else -outcomes.scores


def _unknown_findings(outcomes: Outcomes) -> Iterator[ScanFinding]:
    columns: list[tuple[str, int]] = [
        (f"The group by {grouping.name}", grouping.n_unknown) for grouping in outcomes.groupings
    ]
    if outcomes.selected is not None:
        columns.append(("Whether they were selected", int((outcomes.selected == UNKNOWN).sum())))
    if outcomes.scores is not None:
        columns.append(("The score", int(np.isnan(outcomes.scores).sum())))
    if outcomes.ranks is not None:
        columns.append(("The rank", int(np.isnan(outcomes.ranks).sum())))
    for what, n_unknown in columns:
        if n_unknown:
            many = n_unknown >= MOST_UNKNOWN * outcomes.n
            way_out = (
                " Too many for the rest to speak for all; fill them in where people tell." if many else ""
            )
            yield ScanFinding(
                "many-unknown" if many else "unknown",
                Severity.WARNING if many else Severity.INFO,
                f"{what} is not known of {n_unknown:,} of {outcomes.n:,} people; no rate counts them."
                + way_out,
                facts={"unknown": n_unknown, "people": outcomes.n},
            )


def _repeated(outcomes: Outcomes) -> Iterator[ScanFinding]:
    if outcomes.n_repeated:
        yield ScanFinding(
            "repeated-ids",
            Severity.WARNING,
            f"{outcomes.n_repeated:,} rows have the id of an earlier row, so that people may count more than "
            "once. Keep one row for each, or name a column that tells their applications apart.",
            facts={"rows": outcomes.n_repeated},
        )
