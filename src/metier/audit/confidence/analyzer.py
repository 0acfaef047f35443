"""The analysis of a classifier's confidence, from texts to a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from metier.audit.charts import CHARTS, Chart, bar_chart, line, line_chart, roc_charts
from metier.audit.classifier import TextClassifier
from metier.audit.confidence import judging
from metier.audit.confidence.abstention import (
    Abstention,
    area_interval,
    choose_threshold,
    risk_curve,
    verified,
)
from metier.audit.confidence.calibration import (
    CalibrationFigures,
    TemperatureFigures,
    bins_of,
    calibration_figures,
    fit_temperature,
    with_temperature,
)
from metier.audit.confidence.domains import GIVEN, DomainFigures, Side, measure_domains
from metier.audit.confidence.options import ConfidenceOptions
from metier.audit.confidence.planting import plant_texts
from metier.audit.confidence.readings import Reading, read_texts
from metier.audit.confidence.scores import Domain, fit_domain
from metier.audit.labelled_texts import class_numbers
from metier.audit.roc import Resampling
from metier.errors import InvalidInput
from metier.scans import ScanReport, scan_report
from metier.training.intervals import Interval
from metier.training.metrics import reliability
from metier.training.splits import Part, assign_parts, near_duplicates, normalise

KIND: Final = "confidence"
_WITH_FIT_TEXTS: Final = {Part.CALIBRATE: 0.5, Part.REPORT: 0.5}
_WITHOUT: Final = {Part.TRAIN: 1 / 3, Part.CALIBRATE: 1 / 3, Part.REPORT: 1 / 3}
_OUTSIDE: Final = {Part.CALIBRATE: 0.5, Part.REPORT: 0.5}


@dataclass(frozen=True, slots=True, eq=False)
class ConfidenceReport:
    """What an analysis found.

    Attributes:
        report: verdict, findings, checks and figures.
        calibration: on all texts.
        temperature: fitted on a part of the texts and measured on another; None where parts are too small.
        domains: texts of other domains; None where parts are too small.
        abstention: a threshold of confidence for the target risk, and what it gave on other texts; None where
            none can be shown to keep it.
        risk_area: area under the curve of risk over coverage, on all texts.
    """

    report: ScanReport
    calibration: CalibrationFigures
    temperature: TemperatureFigures | None
    domains: DomainFigures | None
    abstention: Abstention | None
    risk_area: Interval


class ClassifierConfidenceAnalyzer:
    """Analyses how far a classifier's confidence can be relied on; keeps nothing between two of them.

    Args:
        options: how, and where a model stops being good enough.
    """

    def __init__(self, options: ConfidenceOptions | None = None) -> None:
        self._options = options or ConfidenceOptions()

    def analyze(
        self,
        model: TextClassifier,
        texts: Sequence[str],
        labels: Sequence[str],
        *,
        out_of_domain: Sequence[str] = (),
        fit_texts: Sequence[str] = (),
    ) -> ConfidenceReport:
        """Return how well calibrated a classifier is, what other domains do to it, and when to abstain.

        The texts are divided by hash, nearly equal ones together: what is fitted or chosen on one part is
        measured on another.

        Args:
            model: shows its logits and states if it is a `NetworkClassifier`.
            texts: of the kind that it is used on, none of which it was trained on.
            labels: the right class of each.
            out_of_domain: texts of other domains that it may meet; none has some planted, which are not
                what it will meet and leave that check undone.
            fit_texts: further texts of the domain, such as those it was trained on, for the scores that
                compare states; none takes a third of `texts`.

        Raises:
            InvalidInput: no texts, labels that do not fit, or a single string in place of a list.
            ModelMismatch: the model returns no probabilities.
        """
        for name, given in (("texts", texts), ("out_of_domain", out_of_domain), ("fit_texts", fit_texts)):
            if isinstance(given, str):
                raise InvalidInput(
                    f"{name} must be a list of strings. Got a single string; put it in a list."
                )
        if not texts or len(texts) != len(labels):
            raise InvalidInput(
                f"There must be a label for each text, and at least one text. Got {len(texts)} texts and "
                f"{len(labels)} labels."
            )
        return _Analysis(model, texts, labels, self._options).run(out_of_domain, fit_texts)


class _Analysis:
    """One analysis of one model."""

    def __init__(
        self,
        model: TextClassifier,
        texts: Sequence[str],
        labels: Sequence[str],
        options: ConfidenceOptions,
    ) -> None:
        self.model = model
        self.texts = texts
        self.options = options
        self.gold = class_numbers(labels, model.labels)
        self.groups = np.array(near_duplicates(texts), np.int64)
        self.resampling = Resampling(options.seed, options.n_resamples)
        self.judgement = judging.Judgement()
        self.charts: list[Chart] = []

    def run(self, out_of_domain: Sequence[str], fit_texts: Sequence[str]) -> ConfidenceReport:
        self.reading = read_texts(self.model, self.texts, pooling=self.options.pooling)
        self.sure = self.reading.probabilities.max(axis=1)
        self.right = self.reading.probabilities.argmax(axis=1) == self.gold
        own = {normalise(text) for text in self.texts}
        fit = [text for text in fit_texts if normalise(text) not in own]
        outside = [text for text in out_of_domain if normalise(text) not in own]
        shares = _WITH_FIT_TEXTS if fit else _WITHOUT
        parts = np.array(assign_parts(self.texts, shares, seed=self.options.seed))
        rows = {part: np.flatnonzero(parts == part) for part in shares}
        self.smallest = min(map(len, rows.values()))
        few = self.smallest < self.options.least_rows
        calibration = self._calibration_of(self.reading.probabilities, np.arange(len(self.texts)))
        temperature = None if few else self._temperature(rows)
        self._judge_calibration(calibration, temperature, few=few)
        abstention = self._abstention(rows, few=few)
        domains = self._domains(rows, fit, outside, few=few)
        area = area_interval(self.sure, self.right, groups=self.groups, resampling=self.resampling)
        found = ConfidenceReport(scan_report("", KIND), calibration, temperature, domains, abstention, area)
        return self._reported(found, left_out=len(out_of_domain) - len(outside))

    def _calibration_of(
        self, probabilities: NDArray[np.float64], rows: NDArray[np.int64]
    ) -> CalibrationFigures:
        return calibration_figures(
            probabilities[rows],
            self.gold[rows],
            groups=self.groups[rows],
            n_bins=self.options.n_bins,
            resampling=self.resampling,
        )

    def _temperature(self, rows: Mapping[Part, NDArray[np.int64]]) -> TemperatureFigures:
        probabilities = self.reading.probabilities
        fitted, measured = rows[Part.CALIBRATE], rows[Part.REPORT]
        temperature = fit_temperature(probabilities[fitted], self.gold[fitted])
        mended = with_temperature(probabilities, temperature)
        lines = []
        n_bins = bins_of(len(measured), min(self.options.n_bins, 10))
        for name, found in (("as it is", probabilities), (f"divided by {temperature:.2f}", mended)):
            bins = reliability(found[measured].max(axis=1), self.right[measured], n_bins=n_bins)
            lines.append(line(name, bins.confidence, bins.accuracy))
        self.charts.append(
            line_chart(
                "Reliability", lines, x_label="confidence", y_label="share of right answers", diagonal=True
            )
        )
        return TemperatureFigures(
            temperature,
            len(fitted),
            self._calibration_of(probabilities, measured),
            self._calibration_of(mended, measured),
        )

    def _judge_calibration(
        self, found: CalibrationFigures, temperature: TemperatureFigures | None, *, few: bool
    ) -> None:
        if few:
            self.judgement.leave_out(judging.CALIBRATION, self._too_few(self.smallest, "texts"))
        else:
            seen = set(self.gold.tolist())
            missing = [label for number, label in enumerate(self.model.labels) if number not in seen]
            findings = judging.calibration_findings(found, temperature, self.options)
            self.judgement.add(judging.CALIBRATION, [*findings, *judging.missing_findings(missing)])

    def _abstention(self, rows: Mapping[Part, NDArray[np.int64]], *, few: bool) -> Abstention | None:
        curve = risk_curve(self.sure, self.right)
        self.charts.append(
            line_chart(
                "Risk over coverage",
                [line("risk", curve.coverage, curve.risk)],
                x_label="share of texts answered, the surest first",
                y_label="share of wrong answers",
            )
        )
        if few:
            self.judgement.leave_out(judging.ABSTENTION, self._too_few(self.smallest, "texts"))
            return None
        first, second = ((self.sure[rows[part]], self.right[rows[part]]) for part in _OUTSIDE)
        threshold = choose_threshold(*first, target_risk=self.options.target_risk)
        found = None if threshold is None else verified(threshold, first, second)
        risk = 1 - float(self.right.mean())
        self.judgement.add(judging.ABSTENTION, list(judging.abstention_findings(found, risk, self.options)))
        return found

    def _domains(
        self,
        rows: Mapping[Part, NDArray[np.int64]],
        fit: Sequence[str],
        outside: Sequence[str],
        *,
        few: bool,
    ) -> DomainFigures | None:
        if not outside:
            self.judgement.leave_out(
                judging.OTHERS,
                "No texts of other domains were given; planted ones are not what it will meet.",
            )
        name = judging.OTHERS if outside else judging.PLANTED
        if few:
            self.judgement.leave_out(name, self._too_few(self.smallest, "texts"))
            return None
        texts = self._given(outside) if outside else self._planted(rows)
        least = min(len(found) for kinds in texts.values() for found in kinds.values())
        if least < self.options.least_rows:
            self.judgement.leave_out(name, self._too_few(least, "texts of other domains"))
            return None
        sides = {part: self._side(rows[part], kinds) for part, kinds in texts.items()}
        domain = self._domain(rows, fit)
        found = measure_domains(sides[Part.CALIBRATE], sides[Part.REPORT], domain, self.options)
        self.judgement.add(name, list(judging.domain_findings(found, self.options)))
        self._draw(found)
        return found

    def _given(self, outside: Sequence[str]) -> dict[Part, dict[str, list[str]]]:
        parts = assign_parts(outside, _OUTSIDE, seed=self.options.seed)
        return {
            part: {GIVEN: [text for text, own in zip(outside, parts, strict=True) if own is part]}
            for part in _OUTSIDE
        }

    def _planted(self, rows: Mapping[Part, NDArray[np.int64]]) -> dict[Part, dict[str, list[str]]]:
        found: dict[Part, dict[str, list[str]]] = {}
        for half, part in enumerate(_OUTSIDE):
            texts = [self.texts[i] for i in rows[part]]
            planted = plant_texts(texts, seed=self.options.seed, half=half)
            found[part] = {kind.value: made for kind, made in planted.items()}
        return found

    def _side(self, rows: NDArray[np.int64], kinds: Mapping[str, Sequence[str]]) -> Side:
        outside = {
            kind: read_texts(self.model, texts, pooling=self.options.pooling) for kind, texts in kinds.items()
        }
        return Side(self.reading.rows(rows), outside, self.groups[rows])

    def _domain(self, rows: Mapping[Part, NDArray[np.int64]], fit: Sequence[str]) -> Domain | None:
        """Return the states of texts that nothing is chosen or measured on, by the model's own decisions."""
        if self.reading.states is None:
            return None
        known: Reading = (
            read_texts(self.model, fit, pooling=self.options.pooling)
            if fit
            else self.reading.rows(rows[Part.TRAIN])
        )
        if known.states is None or len(known) < 2:
            return None
        decided = known.probabilities.argmax(axis=1)
        return fit_domain(known.states, decided, neighbours=self.options.neighbours)

    def _draw(self, found: DomainFigures) -> None:
        bars = {
            (score.value if kind == GIVEN else f"{kind}, {score}"): figures.auroc
            for kind, scores in found.scores.items()
            for score, figures in scores.items()
        }
        title = "Texts of the domain against others"
        self.charts += roc_charts(title, found.curves)
        self.charts.append(
            bar_chart(title, bars, label="area under the ROC curve", reference=self.options.least_auroc)
        )

    def _too_few(self, n: int, what: str) -> str:
        return (
            f"The smallest part has {n} {what}, too few: each must have at least {self.options.least_rows}. "
            "Nearly equal texts are in one part. Give more different ones."
        )

    def _reported(self, found: ConfidenceReport, *, left_out: int) -> ConfidenceReport:
        figures: dict[str, Any] = {
            "texts": len(self.texts),
            "calibration": asdict(found.calibration),
            "temperature": None if found.temperature is None else asdict(found.temperature),
            "risk_area": asdict(found.risk_area),
            "abstention": None if found.abstention is None else asdict(found.abstention),
            "out_of_domain": None if found.domains is None else _plain(found.domains),
            "out_of_domain_texts_left_out": left_out,
            CHARTS: self.charts,
        }
        report = scan_report(
            self.model.name,
            KIND,
            findings=self.judgement.findings,
            checks=self.judgement.checks,
            figures={name: value for name, value in figures.items() if value is not None},
        )
        return ConfidenceReport(
            report, found.calibration, found.temperature, found.domains, found.abstention, found.risk_area
        )


def _plain(found: DomainFigures) -> dict[str, Any]:
    threshold = asdict(found.threshold)
    return {
        "texts_of_the_domain": found.n_inside,
        "others": dict(found.n_outside),
        "scores": {
            kind: {score.value: asdict(figures) for score, figures in scores.items()}
            for kind, scores in found.scores.items()
        },
        "threshold": {**threshold, "score": found.threshold.score.value},
    }
