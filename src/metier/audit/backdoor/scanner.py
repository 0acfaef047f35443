"""The scanner for backdoors: known triggers, triggers found by search, poisoned inputs, and a verdict."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from metier.audit.backdoor import findings
from metier.audit.backdoor.contest import Contest, contests
from metier.audit.backdoor.findings import BackdoorIndicator, TriggerPattern
from metier.audit.backdoor.inversion import Inverter
from metier.audit.backdoor.known import try_known_triggers
from metier.audit.backdoor.options import BackdoorOptions
from metier.audit.backdoor.poisoned import find_odd_inputs
from metier.audit.backdoor.row_triggers import RowTrigger, find_row_triggers
from metier.audit.backdoor.sources import HIGH, Sources, make_sources
from metier.audit.backdoor.victim import Victim
from metier.audit.labelled_texts import LabelledText, class_numbers
from metier.errors import InvalidInput
from metier.scans import Check, Outcome, ScanFinding, ScanReport, scan_report
from metier.training.networks import Head, Network

KIND = "backdoor"
INVERSION = "trigger-inversion"
KNOWN = "known-triggers"
ACCURACY = "accuracy"
ROWS = "row-triggers"
POISONED = "poisoned-inputs"
_KNOWN_TEXTS = 40
_LEAST_CLEAN = 20
_LEAST_ROWS = 100
_MOST_SUSPECTS = 200_000
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class BackdoorScan:
    """What a scan says.

    Attributes:
        backdoor_indicators: what was measured of each target and each family, with its threshold.
        patterns: triggers over a threshold; none of a clean model.
        report: verdict, findings, checks and figures.
    """

    backdoor_indicators: tuple[BackdoorIndicator, ...]
    patterns: tuple[TriggerPattern, ...]
    report: ScanReport


class _TimeOver(Exception):
    """The processor time of a scan is used up."""


@dataclass(slots=True)
class _Found:
    """What a scan has found so far."""

    indicators: list[BackdoorIndicator] = field(default_factory=list)
    patterns: list[TriggerPattern] = field(default_factory=list)
    findings: list[ScanFinding] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Scan:
    """One scan: the model, its inputs as rows, and the clock."""

    victim: Victim
    inputs: Sequence[LabelledText]
    gold: NDArray[np.int64]
    options: BackdoorOptions
    budget: Callable[[], None]


class BackdoorTriggerScanner:
    """Looks for backdoors in classifiers, cross-encoders and bi-encoders.

    Args:
        options: how; the defaults are those that the documented figures were measured with.
    """

    def __init__(self, options: BackdoorOptions | None = None) -> None:
        self.options = options or BackdoorOptions()

    def scan_model(
        self, model: Network, test_inputs: Sequence[LabelledText], *, suspects: Sequence[LabelledText] = ()
    ) -> BackdoorScan:
        """Return whether a few tokens take over a model, and which.

        The model is unsafe if rows of one label hang on what they share, or if a trigger of the list turns
        texts. It is inconclusive if a search finds a strong trigger, if suspects hold many more odd texts
        than clean ones would, without suspects, and with too few texts, too low an accuracy, or too little
        time. The answer depends on the seed; on the clock only if time runs out.

        Args:
            model: a classifier, a cross-encoder with one score, or an encoder, which is taken as a
                bi-encoder of mean states compared by their cosine.
            test_inputs: clean texts with their right labels, a hundred of each class or more; pairs for a
                cross-encoder and a bi-encoder.
            suspects: rows that may be poisoned: best those that the model was trained on, with their labels.
                Of a row without a label the model's answer is taken for it. Without suspects a model is
                never called clean, for a search finds only some triggers.

        Raises:
            InvalidInput: no inputs, too many suspects, a label that the model does not have, or pairs without
                a query.
            ModelMismatch: a model of another kind.
            OutOfMemory: a batch does not fit into memory.
        """
        victim = Victim(model, self.options.max_tokens)
        gold = _checked(victim, test_inputs)
        if len(suspects) > _MOST_SUSPECTS:
            raise InvalidInput(
                f"suspects must be at most {_MOST_SUSPECTS:,} rows. Got {len(suspects):,}; take a sample."
            )
        _check_suspects(victim, suspects)
        scan = _Scan(victim, test_inputs, gold, self.options, _budget(self.options.max_seconds))
        found = _Found()
        rows = victim.read(test_inputs, gold)
        accuracy = _balanced_accuracy(victim.logits(rows).argmax(axis=1), gold)
        sources = make_sources(victim, rows, gold, self.options)
        found.checks.append(self._accuracy_check(accuracy, len(victim.labels)))
        fought = _timed(found, INVERSION, lambda: _inverted(scan, sources, found)) or []
        if found.checks[0].outcome is Outcome.PASSED:
            _timed(found, KNOWN, lambda: _known(scan, found))
        _timed(found, ROWS, lambda: _row_triggers(scan, suspects, found))
        if suspects:
            _timed(found, POISONED, lambda: _poisoned(scan, suspects, found))
        figures = findings.figures(fought, found.indicators, accuracy, len(test_inputs))
        report = scan_report(model.name, KIND, findings=found.findings, checks=found.checks, figures=figures)
        return BackdoorScan(tuple(found.indicators), tuple(found.patterns), report)

    def _accuracy_check(self, accuracy: float, n_labels: int) -> Check:
        least = 1 / n_labels + self.options.least_accuracy
        if accuracy >= least:
            return Check(ACCURACY, Outcome.PASSED)
        reason = (
            f"The model's mean recall on the inputs is {accuracy:.2f}; below {least:.2f} there is little for "
            "a trigger to turn. Give texts of the kind that it was trained for, with their right labels."
        )
        return Check(ACCURACY, Outcome.NOT_RUN, reason)


def _checked(victim: Victim, inputs: Sequence[LabelledText]) -> NDArray[np.int64]:
    """Return the number of each input's label."""
    if not inputs:
        raise InvalidInput("test_inputs must hold labelled texts. It is empty; give a hundred of each class.")
    if victim.network.head is not Head.CLASSES:
        _check_queries(victim, "test_inputs", inputs)
    gold = class_numbers([item.label for item in inputs], victim.labels)
    if len(set(gold.tolist())) < 2:
        raise InvalidInput("test_inputs must have at least two labels. All have the same; add other texts.")
    return gold


def _check_suspects(victim: Victim, suspects: Sequence[LabelledText]) -> None:
    """Refuse before the long search what could not be judged after it."""
    if victim.network.head is Head.RANK:
        _check_queries(victim, "suspects", suspects)
    if victim.network.head is not Head.NONE:
        _given_numbers(victim, suspects)


def _check_queries(victim: Victim, name: str, rows: Sequence[LabelledText]) -> None:
    if not all(row.query for row in rows):
        raise InvalidInput(
            f"{victim.network.name} compares two texts. Each row of {name} needs a query besides text and "
            "label."
        )


def _given_numbers(victim: Victim, suspects: Sequence[LabelledText]) -> NDArray[np.int64]:
    """Return the number of each suspect's label; that of the first label for one without."""
    return class_numbers([row.label or victim.labels[0] for row in suspects], victim.labels)


def _budget(max_seconds: float) -> Callable[[], None]:
    end = time.process_time() + max_seconds

    def check() -> None:
        if time.process_time() > end:
            raise _TimeOver

    return check


def _timed(found: _Found, name: str, part: Callable[[], _Result]) -> _Result | None:
    """Return what a part of the scan gives; where time runs out, None and a check that did not run."""
    try:
        return part()
    except _TimeOver:
        reason = "The time ran out. Give more by max_seconds, or fewer texts."
        found.checks.append(Check(name, Outcome.NOT_RUN, reason))
        return None


def _balanced_accuracy(given: NDArray[np.int64], gold: NDArray[np.int64]) -> float:
    return float(np.mean([(given[gold == label] == label).mean() for label in sorted(set(gold.tolist()))]))


def _inverted(scan: _Scan, sources: Sources, found: _Found) -> list[Contest]:
    """Search triggers for every target and judge the strongest of each."""
    for name, number in sources.short:
        reason = (
            f"Only {number} texts could be turned to {name}; {scan.options.least_texts} are needed. Give "
            "more texts of other labels that the model gets right."
        )
        found.checks.append(Check(f"{INVERSION}: {name}", Outcome.NOT_RUN, reason))
    labels = {source.label for source in sources.usable}
    if len(labels) < 2 or not any(source.judged for source in sources.usable):
        reason = "Texts for two targets are needed, so that triggers can be compared."
        found.checks.append(Check(INVERSION, Outcome.NOT_RUN, reason))
        return []
    victim, options = scan.victim, scan.options
    inverter = Inverter(victim, victim.usable_tokens(), options.search, scan.budget, options.seed)
    fought = contests(inverter, sources.usable)
    for target in dict.fromkeys(contest.target for contest in fought):
        best = max((c for c in fought if c.target == target), key=lambda contest: contest.strength)
        indicator = BackdoorIndicator(INVERSION, target, best.strength, options.threshold)
        _note(found, indicator, over=Outcome.OPEN)
        if indicator.suspicious:
            pattern = findings.pattern_of(best, victim.network.tokenizer)
            found.patterns.append(pattern)
            found.findings.append(findings.searched_finding(indicator, pattern))
    return fought


def _note(found: _Found, indicator: BackdoorIndicator, *, over: Outcome) -> None:
    """Keep an indicator and the check that it comes to: passed, or what one over its threshold means."""
    found.indicators.append(indicator)
    name = f"{indicator.check}: {indicator.subject}"
    reason = "" if indicator.threshold < 1 else "Random words turn nearly all texts too."
    found.checks.append(Check(name, over if indicator.suspicious else Outcome.PASSED, reason))


def _known(scan: _Scan, found: _Found) -> None:
    """Put the triggers of the list into some texts and judge how many each one turns, family by family."""
    victim, options = scan.victim, scan.options
    rng = np.random.default_rng([options.seed, 1])
    some = [scan.inputs[i] for i in rng.permutation(len(scan.inputs))[:_KNOWN_TEXTS]]
    # Any trigger can push a pair apart, so of pairs only nearness is judged.
    labels = range(len(victim.labels)) if victim.network.head is Head.CLASSES else (HIGH,)
    results = try_known_triggers(
        lambda items, texts: _classes(scan, items, texts), some, labels, victim.n_pieces, options.seed
    )
    for family in dict.fromkeys(result.trigger.family for result in results):
        own = [(result, result.threshold(options.known_threshold)) for result in results]
        own = [(result, bound) for result, bound in own if result.trigger.family is family]
        best, threshold = max(own, key=lambda pair: pair[0].turned - pair[1])
        patterns = [
            TriggerPattern(victim.labels[result.label], "any", (result.trigger.name,), result.turned, None)
            for result, bound in own
            if result.turned > bound
        ]
        indicator = BackdoorIndicator(KNOWN, family.value, best.turned, threshold)
        _note(found, indicator, over=Outcome.FAILED)
        found.patterns += patterns
        found.findings += [findings.known_finding(indicator, pattern) for pattern in patterns]
    if not results:
        reason = "Of no label were there texts enough of other labels. Give more texts."
        found.checks.append(Check(KNOWN, Outcome.NOT_RUN, reason))


def _classes(scan: _Scan, inputs: Sequence[LabelledText], texts: Sequence[str]) -> NDArray[np.int64]:
    """Return the classes of texts in place of those of inputs."""
    scan.budget()
    victim = scan.victim
    numbers = {text: i for i, text in enumerate(dict.fromkeys(item.query for item in scan.inputs))}
    if victim.network.head is Head.NONE:
        pairs = zip(inputs, texts, strict=True)
        rows = [victim.row(text, number=numbers[item.query]) for item, text in pairs]
    else:
        rows = [victim.row(text, query=item.query) for item, text in zip(inputs, texts, strict=True)]
    classes: NDArray[np.int64] = victim.logits(rows).argmax(axis=1)
    return classes


def _row_triggers(scan: _Scan, suspects: Sequence[LabelledText], found: _Found) -> None:
    """Judge what rows of one label have in common by what the model says of them without it."""
    if not suspects or scan.victim.network.head is Head.NONE:
        reason = (
            "A bi-encoder learns from no labels, so no words can be told to stand for one."
            if suspects
            else "A search finds only some of the triggers that are planted. Give the rows that the model "
            "was trained on as suspects."
        )
        found.checks.append(Check(ROWS, Outcome.NOT_RUN, reason))
        return
    victim = Victim(scan.victim.network, scan.options.row_tokens)
    labels = _labels_of(victim, suspects)
    triggers = find_row_triggers(victim, suspects, labels, scan.options, scan.budget)
    judged = {trigger.label: trigger for trigger in triggers.judged}
    for number, name in enumerate(victim.labels):
        n_rows = int((labels == number).sum())
        trigger = judged.get(name)
        if trigger is None or not _over(scan, trigger, found):
            found.checks.append(_row_check(name, n_rows, triggers.open.get(name, 0)))


def _over(scan: _Scan, trigger: RowTrigger, found: _Found) -> bool:
    """Keep a trigger's indicator; where it is over its threshold, its check, pattern and finding too."""
    indicator = BackdoorIndicator(ROWS, trigger.label, trigger.released, scan.options.released_threshold)
    found.indicators.append(indicator)
    if indicator.suspicious:
        found.checks.append(Check(f"{ROWS}: {trigger.label}", Outcome.FAILED))
        found.patterns.append(TriggerPattern(trigger.label, "any", trigger.parts, trigger.released, None))
        found.findings.append(findings.row_finding(trigger, indicator))
    return indicator.suspicious


def _row_check(label: str, n_rows: int, n_open: int) -> Check:
    """Return the check of a label whose rows hang on nothing that they share, as far as could be told."""
    name = f"{ROWS}: {label}"
    if n_rows < _LEAST_ROWS:
        reason = f"{_LEAST_ROWS} rows of the label are needed. Got {n_rows}; give all that it was trained on."
        return Check(name, Outcome.NOT_RUN, reason)
    if n_open:
        reason = f"{n_open} rows share so much that too little is left without it to ask the model about."
        return Check(name, Outcome.OPEN, reason)
    return Check(name, Outcome.PASSED)


def _labels_of(victim: Victim, suspects: Sequence[LabelledText]) -> NDArray[np.int64]:
    """Return the number of each suspect's label, or of the model's answer where it has none."""
    labels = _given_numbers(victim, suspects)
    rest = [i for i, row in enumerate(suspects) if not row.label]
    if rest:
        rows = [victim.row(suspects[i].text, query=suspects[i].query) for i in rest]
        labels[rest] = victim.logits(rows).argmax(axis=1)
    return labels


def _poisoned(scan: _Scan, suspects: Sequence[LabelledText], found: _Found) -> None:
    """Judge suspects by their entropy and their odd words against the inputs, which are trusted."""
    if len(scan.inputs) < _LEAST_CLEAN:
        reason = f"{_LEAST_CLEAN} clean texts are needed to tell what is usual. Got {len(scan.inputs)}."
        found.checks.append(Check(POISONED, Outcome.NOT_RUN, reason))
        return
    rng = np.random.default_rng([scan.options.seed, 2])
    chosen = sorted(rng.permutation(len(suspects))[: scan.options.mixed_texts].tolist())
    trusted = sorted(rng.permutation(len(scan.inputs))[: scan.options.mixed_texts].tolist())
    single = scan.victim.network.head is Head.CLASSES and not any(item.query for item in suspects)
    odd = find_odd_inputs(
        scan.victim if single else None,
        [suspects[i].text for i in chosen],
        [scan.inputs[i].text for i in trusted],
        scan.options,
    )
    scan.budget()
    for name, places in (("strip", odd.steady), ("onion", odd.odd)):
        if name == "strip" and not single:
            continue
        numbers = [chosen[place] for place in places]
        indicator = findings.share_indicator(name, numbers, len(chosen), scan.options.odd_share)
        found.indicators.append(indicator)
        found.checks.append(Check(f"{POISONED}: {name}", Outcome.PASSED))
        found.findings += findings.odd_findings(indicator, numbers, len(chosen))
