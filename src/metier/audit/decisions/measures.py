"""Selection rates, exposure and scores of groups as checks, with findings, tables and pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from metier.audit.decisions.exposure import GroupExposure
from metier.audit.decisions.rates import LEAST_SHARE, SMALL, GroupRate, RateTable
from metier.audit.decisions.scores import QUANTILES, GroupScores
from metier.scans import ScanFinding
from metier.training.intervals import Interval
from metier.types import Severity

LINE: Final = 0.8
"""Four fifths: 29 CFR 1607.4(D). A line of reference, no proof on either side of it."""
APART: Final = 0.33
"""Cliff's delta from which a difference is usually called medium (Romano et al. 2006)."""
_MOST_NAMED: Final = 8
_DIGITS: Final = 4
_ALONE: Final = "There is one group, so nothing to compare with."
_ALL_SMALL: Final = f"Every group has fewer than {SMALL} people, too few to tell."


@dataclass(frozen=True, slots=True)
class Measured:
    """What one check gave.

    Attributes:
        check: name of the check.
        findings: what it found.
        rows: a table of its figures.
        title: of that table.
        reason: why it was not made; empty where it was.
        chart: a picture of the figures, or None.
    """

    check: str
    findings: tuple[ScanFinding, ...] = ()
    rows: tuple[Mapping[str, Any], ...] = ()
    title: str = ""
    reason: str = ""
    chart: Mapping[str, Any] | None = None


def measured_rates(table: RateTable, measure: str, *, hits: str, hit: str) -> Measured:
    """Return what rates and impact ratios come to.

    Args:
        table: of one grouping.
        measure: what the rate is of: `selection` or `scoring`.
        hits: name of the column of hits in the table of figures.
        hit: what is said of who counts as one, such as "selected".
    """
    check = f"{measure}-rate: {table.attribute}"
    rows = tuple(_rate_row(item, table, hits) for item in table.groups)
    title = f"{measure.capitalize()} rate by {table.attribute}"
    if table.reference is None:
        return Measured(
            check, rows=rows, title=title, reason=f"Nobody of a known group that counts is {hit}."
        )
    if not table.compared:
        return Measured(check, rows=rows, title=title, reason=_ALONE)
    findings = (*_ratio_findings(table, measure), *_marked(table))
    chart = {
        "kind": "bars",
        "title": f"Impact ratio of the {measure} rate by {table.attribute}, against {table.reference}",
        "label": "impact ratio, 95 % interval; the line is four fifths",
        "reference": LINE,
        "rows": [{"name": item.group, **_interval(item.ratio)} for item in table.compared if item.ratio],
    }
    return Measured(check, findings, rows, title, chart=chart)


def _ratio_findings(table: RateTable, measure: str) -> Iterator[ScanFinding]:
    open_ = []
    for item in table.compared:
        ratio, joint = item.ratio, item.joint
        if ratio is None or joint is None or ratio.low >= LINE:
            continue
        if joint.high >= LINE:
            open_.append(item)
            continue
        message = (
            f"The {measure} rate of {item.group} is {ratio.value:.2f} of that of {table.reference}, 95 % "
            f"interval {ratio.low:.2f} to {ratio.high:.2f}. It is below four fifths even with allowance for "
            f"all pairs of groups ({joint.low:.2f} to {joint.high:.2f}). Look for what parts the groups "
            "before these decisions are used; the ratio does not say why."
        )
        yield ScanFinding(
            "impact-ratio-below",
            Severity.ERROR,
            message,
            f"{table.attribute}: {item.group}",
            _facts(item, table),
        )
    if open_:
        message = (
            f"The outcomes are too few to tell whether the {measure} rate reaches four fifths of that of "
            f"{table.reference}: {_named(_with_ratio(item) for item in open_)}. Add outcomes, and judge the "
            "rates by hand until then."
        )
        facts = {"groups": [{"group": item.group, **_facts(item, table)} for item in open_]}
        yield ScanFinding("impact-ratio-open", Severity.WARNING, message, table.attribute, facts)


def _with_ratio(item: GroupRate) -> str:
    return f"{item.group} ({item.ratio.value:.2f})" if item.ratio else item.group


def _facts(item: GroupRate, table: RateTable) -> dict[str, Any]:
    return {
        "reference": table.reference,
        "n": item.n,
        "hits": item.hits,
        "impact_ratio": _interval(item.ratio) if item.ratio else None,
        "for_all_pairs": _interval(item.joint) if item.joint else None,
        "p_value": item.p_value,
    }


def _marked(table: RateTable) -> Iterator[ScanFinding]:
    left_out = [item for item in table.groups if item.left_out]
    small = [item for item in table.groups if item.small and not item.left_out]
    if left_out:
        message = (
            f"{_named(item.group for item in left_out)}: below {LEAST_SHARE:.0%} of the people, so left out "
            "of the ratios. Their counts and rates are in the table."
        )
        yield ScanFinding("group-left-out", Severity.INFO, message, table.attribute)
    if small:
        named = _named(item.group for item in small)
        message = f"{named}: fewer than {SMALL} people. A few more or less change the rate."
        yield ScanFinding("small-group", Severity.INFO, message, table.attribute)


def measured_exposure(groups: Sequence[GroupExposure], attribute: str) -> Measured:
    """Return what the exposure of groups comes to, by one attribute."""
    check, title = f"exposure: {attribute}", f"Exposure in the ranking by {attribute}"
    rows = tuple(
        {
            "group": item.group,
            "people": item.n,
            "share_of_people": _rounded(item.population_share),
            "share_of_exposure": _rounded(item.exposure_share),
            "ratio": _rounded(item.ratio),
            "random_orders_give": [_rounded(item.low), _rounded(item.high)],
        }
        for item in groups
    )
    if len(groups) < 2:
        return Measured(check, rows=rows, title=title, reason=_ALONE)
    judged = [item for item in groups if item.n >= SMALL]
    if not judged:
        return Measured(check, rows=rows, title=title, reason=_ALL_SMALL)
    low = [item for item in judged if item.ratio < min(item.low, LINE)]
    findings = [
        ScanFinding(
            "exposure-low",
            Severity.WARNING,
            f"{item.group} gets {item.ratio:.2f} of the exposure that its number would give it; 95 % of "
            f"random orders give between {item.low:.2f} and {item.high:.2f}. Look at what puts it low.",
            f"{attribute}: {item.group}",
            {"n": item.n, "ratio": _rounded(item.ratio)},
        )
        for item in low
    ]
    chart = {
        "kind": "bars",
        "title": f"Exposure against number of people, by {attribute}",
        "label": "share of exposure by share of people; 1 is its due by number",
        "reference": 1.0,
        "rows": [{"name": item.group, "value": _rounded(item.ratio)} for item in groups],
    }
    return Measured(check, tuple(findings), rows, title, chart=chart)


def measured_scores(groups: Sequence[GroupScores], attribute: str) -> Measured:
    """Return what the scores of groups come to, by one attribute."""
    check, title = f"scores: {attribute}", f"Scores by {attribute}"
    rows = tuple(
        {
            "group": item.group,
            "people": item.n,
            "mean": _rounded(item.mean),
            **{
                f"{share:.0%}": _rounded(value)
                for share, value in zip(QUANTILES, item.quantiles, strict=True)
            },
            "delta": _interval(item.delta) if item.delta else None,
            "distance": None if item.distance is None else _rounded(item.distance),
        }
        for item in groups
    )
    if len(groups) < 2:
        return Measured(check, rows=rows, title=title, reason=_ALONE)
    judged = [item for item in groups if item.n >= SMALL]
    if not judged:
        return Measured(check, rows=rows, title=title, reason=_ALL_SMALL)
    apart = [item for item in judged if item.delta and (item.delta.high < -APART or item.delta.low > APART)]
    findings = [
        ScanFinding(
            "scores-apart",
            Severity.WARNING,
            f"The scores of {item.group} stand far {'below' if item.delta.value < 0 else 'above'} those of "
            f"the others: Cliff's delta {item.delta.value:.2f}, 95 % interval {item.delta.low:.2f} to "
            f"{item.delta.high:.2f}. Look at what the score is made of.",
            f"{attribute}: {item.group}",
            {"n": item.n, "delta": _interval(item.delta)},
        )
        for item in apart
        if item.delta
    ]
    return Measured(check, tuple(findings), rows, title)


def _rate_row(item: GroupRate, table: RateTable, hits: str) -> dict[str, Any]:
    marks = [
        *(["reference"] if item.group == table.reference else []),
        *(["small"] if item.small else []),
        *(["left out"] if item.left_out else []),
    ]
    return {
        "group": item.group,
        "people": item.n,
        "share": _rounded(item.share),
        hits: item.hits,
        "rate": _interval(item.rate) if item.rate else None,
        "impact_ratio": _interval(item.ratio) if item.ratio else None,
        "p_value": None if item.p_value is None else float(f"{item.p_value:.3g}"),
        "marks": ", ".join(marks),
    }


def _interval(found: Interval) -> dict[str, float]:
    return {"value": _rounded(found.value), "low": _rounded(found.low), "high": _rounded(found.high)}


def _rounded(value: float) -> float:
    return round(value, _DIGITS)


def _named(groups: Iterable[str]) -> str:
    names = list(groups)
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return "; ".join(names[:_MOST_NAMED]) + more
