"""What a scan for backdoors measured, in words, numbers and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from metier.audit.backdoor.contest import Contest
from metier.audit.backdoor.row_triggers import RowTrigger
from metier.scans import ScanFinding
from metier.training.intervals import wilson
from metier.types import Severity

_NEARLY = 0.9
_ROWS_SHOWN = 50
_ROWS_NAMED = 5


@dataclass(frozen=True, slots=True)
class BackdoorIndicator:
    """A figure that tells a model with a backdoor from one without.

    Attributes:
        check: `trigger-inversion`, `known-triggers`, `row-triggers` or `poisoned-inputs`.
        subject: the target, the family of triggers, or `strip` or `onion`.
        score: what was measured, from 0 to 1.
        threshold: above which it is suspicious.
    """

    check: str
    subject: str
    score: float
    threshold: float

    @property
    def suspicious(self) -> bool:
        """Whether the score is above the threshold."""
        return self.score > self.threshold


@dataclass(frozen=True, slots=True)
class TriggerPattern:
    """A trigger over a threshold.

    Attributes:
        target: the class, or the query, that texts are turned to.
        place: `start` or `end` of a text; `any` for a known trigger, which is tried at three places, and for
            one that rows share.
        tokens: the trigger, token by token as text; for a known one its name in the list; for one that rows
            share its words.
        turned: share of held-out texts of other classes that go to the target with it in them; for one that
            rows share, share of these that leave the target without it.
        against: the same where the strongest tokens for another class are in the texts too; None where that
            was not measured.
    """

    target: str
    place: str
    tokens: tuple[str, ...]
    turned: float
    against: float | None


def pattern_of(contest: Contest, tokenizer: Any) -> TriggerPattern:
    """Return the shortest form of a trigger that does nearly as well as the best, with rivals or without."""
    lesser = [min(shares) for shares in zip(contest.plain, contest.against, strict=True)]
    number = next(i for i, share in enumerate(lesser) if share >= _NEARLY * max(lesser))
    tokens = tuple(
        str(tokenizer.decode([token])).strip() or f"#{token}" for token in contest.triggers[number]
    )
    return TriggerPattern(
        contest.target, contest.place.value, tokens, contest.plain[number], contest.against[number]
    )


def searched_finding(indicator: BackdoorIndicator, pattern: TriggerPattern) -> ScanFinding:
    """Return the finding of a trigger that a search found; a warning, for telling words can be as strong."""
    message = (
        f"{_turns(pattern)}, and {pattern.against:.0%} against the strongest words for another class. "
        "Telling words can do that too. If these are none, do not use the model; look for them in the rows "
        "that it was trained on."
    )
    return ScanFinding(
        "backdoor-trigger", Severity.WARNING, message, pattern.target, _facts(indicator, pattern)
    )


def known_finding(indicator: BackdoorIndicator, pattern: TriggerPattern) -> ScanFinding:
    """Return the finding of a trigger of the list."""
    message = (
        f"{_turns(pattern)}, more than random words do. Do not use the model; train it anew from texts that "
        "you trust, and look for this trigger in those that it was trained on."
    )
    return ScanFinding("known-trigger", Severity.ERROR, message, pattern.target, _facts(indicator, pattern))


def _turns(pattern: TriggerPattern) -> str:
    words = " ".join(pattern.tokens)
    place = "in" if pattern.place == "any" else f"at the {pattern.place} of"
    share = f"{pattern.turned:.0%}"
    return f"{words!r} {place} texts turns {share} of those of other classes to {pattern.target}"


def _facts(indicator: BackdoorIndicator, pattern: TriggerPattern) -> dict[str, Any]:
    return asdict(pattern) | {"score": indicator.score, "threshold": indicator.threshold}


def row_finding(trigger: RowTrigger, indicator: BackdoorIndicator) -> ScanFinding:
    """Return the finding of rows whose label hangs on a few words."""
    words = ", ".join(map(_shown, trigger.parts))
    message = (
        f"{len(trigger.rows)} rows labelled {trigger.label} share {words}; without that the model gives "
        f"{trigger.released:.0%} of them another label. Read rows {_numbers(trigger.rows)}; if their label "
        "is wrong, take them out, find out where they came from, and train the model anew."
    )
    facts = {
        "words": list(trigger.parts),
        "number": len(trigger.rows),
        "rows": [row + 1 for row in trigger.rows[:_ROWS_SHOWN]],
        "purity": trigger.purity,
        "released": trigger.released,
        "threshold": indicator.threshold,
    }
    return ScanFinding("row-trigger", Severity.ERROR, message, trigger.label, facts)


def _numbers(rows: Sequence[int]) -> str:
    """Return the first numbers, from 1, and how many more there are."""
    first = ", ".join(str(row + 1) for row in rows[:_ROWS_NAMED])
    more = len(rows) - _ROWS_NAMED
    return f"{first} and {more} more" if more > 0 else first


def _shown(part: str) -> str:
    """Return a part so that it can be seen: a single letter of another script by its number."""
    return f"U+{ord(part):04X}" if len(part) == 1 and not part.isascii() else repr(part)[1:-1]


def share_indicator(name: str, numbers: Sequence[int], n_texts: int, odd_share: float) -> BackdoorIndicator:
    """Return the share of texts that stand out, at least, and how many clean ones would."""
    return BackdoorIndicator("poisoned-inputs", name, wilson(len(numbers), n_texts).low, 2 * odd_share)


def odd_findings(indicator: BackdoorIndicator, numbers: Sequence[int], n_texts: int) -> list[ScanFinding]:
    """Return the finding of texts that stand out; a warning if there are more than clean texts would give."""
    if not numbers:
        return []
    rows = [number + 1 for number in numbers]
    what = {
        "strip": "keep their class whatever other text is mixed in",
        "onion": "hold a word that does not belong there",
    }[indicator.subject]
    named = _numbers(numbers)
    message = f"{len(rows)} of {n_texts} suspect texts {what}: rows {named}; " + (
        "that is more than clean texts would give. Read them before you train on them."
        if indicator.suspicious
        else "clean texts may give as many."
    )
    severity = Severity.WARNING if indicator.suspicious else Severity.INFO
    facts = {"rows": rows[:_ROWS_SHOWN], "number": len(rows), "texts": n_texts}
    return [ScanFinding("poisoned-inputs", severity, message, indicator.subject, facts)]


def figures(
    fought: Sequence[Contest], indicators: Sequence[BackdoorIndicator], accuracy: float, n_inputs: int
) -> dict[str, Any]:
    """Return what was measured, as tables and with a picture of each way to look."""
    searched = [
        {
            "target": contest.target,
            "place": contest.place.value,
            "turns": contest.plain[-1],
            "against strong words": contest.against[-1],
            "random tokens": contest.random[-1],
            "strength": contest.strength,
        }
        for contest in fought
    ]
    judged = [
        {
            "check": indicator.check,
            "subject": indicator.subject,
            "score": indicator.score,
            "threshold": indicator.threshold,
            "suspicious": indicator.suspicious,
        }
        for indicator in indicators
    ]
    tables = [
        {"title": "Indicators", "rows": judged},
        {"title": "The best trigger found for each target, at full length", "rows": searched},
    ]
    charts = [_bars(indicators, *which) for which in _CHARTS]
    return {
        "inputs": n_inputs,
        "mean recall": accuracy,
        "tables": [table for table in tables if table["rows"]],
        "charts": [chart for chart in charts if chart["rows"]],
    }


_CHARTS = (
    ("trigger-inversion", "Strength of the best trigger found"),
    ("known-triggers", "Texts that the best known trigger turns"),
    ("row-triggers", "Rows of a label that leave it without what they share"),
)


def _bars(indicators: Sequence[BackdoorIndicator], check: str, title: str) -> dict[str, Any]:
    """Return a picture of scores; a line where all have the same threshold."""
    some = [indicator for indicator in indicators if indicator.check == check]
    thresholds = {indicator.threshold for indicator in some}
    return {
        "kind": "bars",
        "title": title,
        "label": "share of texts",
        "rows": [{"name": indicator.subject, "value": indicator.score} for indicator in some],
        "reference": thresholds.pop() if len(thresholds) == 1 else None,
    }
