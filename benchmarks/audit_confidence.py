"""Analysis of confidence: verdicts on models whose calibration is known, and figures of small classifiers.

    python benchmarks/audit_confidence.py made [--worlds 100]
    python benchmarks/audit_confidence.py models --data FOLDER --models MODELS
    python benchmarks/audit_confidence.py pretrained --data FOLDER --models ENCODER

The first line draws worlds of three classes (seed 20261122): logits from a normal law of standard deviation
2, the right class from their softmax, and a model that says the same divided by a temperature. 1 is
calibrated, less is too sure. For each temperature and number of texts: how often the calibration is judged
wrong, settled as right, or not settled, and how often the interval holds the true error (of 400,000 texts in
200 bins).

The second takes clean classifiers that `audit_backdoor_models.py` writes (the first four of part `reported`
and kind `plain`: SMS spam, sentences with a soft skill, sentences of job ads in four classes, SST-2 phrases;
1 to 3 layers), and trains those that are not there. Texts: rows that were not trained on, at most 800. Other
domains: 100 rows of each of the other three sets. States are compared with 1,000 rows of the training part.
The defaults of the options were chosen before any of these models was looked at.

The third does the same with a pretrained encoder (float32, of BERT's architecture) that stays as it is:
pooler and classifier are fitted to 1,500 rows of SMS spam and of SST-2. Its states are averaged over tokens.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import audit_backdoor_models as small
import numpy as np
from numpy.typing import NDArray

from metier.audit.classifier import NetworkClassifier, load_classifier
from metier.audit.confidence.analyzer import ClassifierConfidenceAnalyzer, ConfidenceReport
from metier.audit.confidence.calibration import calibration_figures, with_temperature
from metier.audit.confidence.domains import GIVEN
from metier.audit.confidence.options import ConfidenceOptions, Pooling
from metier.audit.confidence.planting import Planted
from metier.audit.confidence.readings import read_texts
from metier.audit.roc import Resampling
from metier.training.intervals import Interval, wilson
from metier.training.metrics import reliability
from metier.training.networks import Head, load_network

SEED = 20261122
TEMPERATURES = (1.0, 0.7, 0.5, 0.3)
TEXTS = (100, 300, 1_000, 3_000)
CLASSES, SHARPNESS = 3, 2.0
N_OTHERS, N_FIT, N_TEXTS, N_HEAD = 100, 1_000, 800, 1_500


def world(
    rng: np.random.Generator, n: int, temperature: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Return true probabilities, what a model says instead, and the right classes."""
    logits = rng.normal(0, SHARPNESS, (n, CLASSES))
    true = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    gold = (true.cumsum(axis=1) > rng.random((n, 1))).argmax(axis=1)
    return true, with_temperature(true, temperature), gold


def true_error(temperature: float) -> float:
    """Return the calibration error of a model of this kind."""
    true, said, _ = world(np.random.default_rng(SEED), 400_000, temperature)
    decided = said.argmax(axis=1)
    return reliability(said.max(axis=1), true[np.arange(len(true)), decided], n_bins=200).error


def show_made(worlds: int) -> None:
    """Print verdicts on models whose calibration is known."""
    bound = ConfidenceOptions().most_ece
    print("| temperature | true error | texts | miscalibrated | not settled | settled | interval holds it |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | --- |")
    totals: Counter[str] = Counter()
    for temperature in TEMPERATURES:
        truth = true_error(temperature)
        for n in TEXTS:
            found: Counter[str] = Counter()
            for i in range(worlds):
                rng = np.random.default_rng([SEED, n, int(temperature * 100), i])
                _, said, gold = world(rng, n, temperature)
                error = calibration_figures(said, gold, resampling=Resampling(i, 200)).ece_equal_mass
                found["wrong"] += error.low > bound
                found["right"] += error.high <= bound
                found["held"] += error.low <= truth <= error.high
            rest = worlds - found["wrong"] - found["right"]
            held = _words(wilson(found["held"], worlds))
            counts = f"{found['wrong']} | {rest} | {found['right']}"
            print(f"| {temperature:g} | {truth:.3f} | {n:,} | {counts} | {held} |", flush=True)
            kind = "within" if truth <= bound else "beyond"
            totals += Counter({kind: worlds, "held": found["held"]})
            totals["false alarms"] += found["wrong"] if kind == "within" else 0
            totals["misses"] += found["right"] if kind == "beyond" else 0
    n = totals["within"] + totals["beyond"]
    print(f"\nWithin the bound, called wrong: {_share(totals['false alarms'], totals['within'])}.")
    print(f"Beyond the bound, settled as right: {_share(totals['misses'], totals['beyond'])}.")
    print(f"The interval holds the true error: {_share(totals['held'], n)}.")


def analysed(
    model: NetworkClassifier, data: Path, task: str, options: ConfidenceOptions, *, planted: bool
) -> ConfidenceReport:
    """Return the report of a model: with texts of other sets, or with planted ones."""
    train, rows = small.read_task(data, task)
    rows = random.Random(SEED).sample(rows, min(len(rows), N_TEXTS))
    fit = [text for text, _ in random.Random(SEED).sample(train, N_FIT)]
    texts, classes = zip(*rows, strict=True)
    outside = [
        text
        for other in small.TASKS
        if other != task
        for text, _ in random.Random(SEED).sample(small.read_task(data, other)[1], N_OTHERS)
    ]
    return ClassifierConfidenceAnalyzer(options).analyze(
        model,
        texts,
        [f"class-{number}" for number in classes],
        out_of_domain=[] if planted else outside,
        fit_texts=fit,
    )


def fitted(encoder: Path, data: Path, task: str) -> NetworkClassifier:
    """Return a pretrained encoder with a head for a task, fitted to its states."""
    import torch

    rows = random.Random(SEED + 1).sample(small.read_task(data, task)[0], N_HEAD)
    labels = [f"class-{number}" for number in range(max(label for _, label in rows) + 1)]
    network = load_network(str(encoder), Head.CLASSES, labels=labels, seed=0)
    model = NetworkClassifier(network, small.MAX_TOKENS)
    states = read_texts(model, [text for text, _ in rows]).states
    found, gold = torch.tensor(states, dtype=torch.float32), torch.tensor([label for _, label in rows])
    pooler, head = network.backbone.pooler, network.model.classifier
    optimiser = torch.optim.Adam([*pooler.parameters(), *head.parameters()], 1e-3)
    for epoch in range(10):
        for batch in torch.randperm(N_HEAD, generator=torch.Generator().manual_seed(epoch)).split(32):
            loss = torch.nn.functional.cross_entropy(head(pooler(found[batch, None])), gold[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return model


def reports(data: Path, models: Path) -> Iterator[tuple[str, str, ConfidenceReport]]:
    """Yield name, way and report of each model: with texts of other sets, and with planted ones."""
    specs = [spec for spec in small.specs() if spec.part == "reported" and spec.kind == "plain"]
    for spec in specs[:4]:
        folder = models / spec.name
        if not (folder / "config.json").is_file():
            models.mkdir(parents=True, exist_ok=True)
            (models / f"{spec.name}.json").write_text(json.dumps(small.make_model(spec, data, folder)))
        model = load_classifier(str(folder), max_tokens=small.MAX_TOKENS)
        for way in ("given", "planted"):
            report = analysed(model, data, spec.task, ConfidenceOptions(), planted=way == "planted")
            yield spec.name.removeprefix("reported-"), way, report


def show_reports(found: Sequence[tuple[str, str, ConfidenceReport]]) -> None:
    """Print the figures of classifiers."""
    given = [(name, report) for name, way, report in found if way == "given"]
    print("| model | right | error | temperature | before, other texts | after | verdict |")
    print("| --- | ---: | --- | ---: | --- | --- | --- |")
    for name, report in given:
        figures, mended = report.calibration, report.temperature
        assert mended is not None
        codes = sorted({finding.code for finding in report.report.findings})
        cells = (
            f"{figures.accuracy.value:.3f}",
            _words(figures.ece_equal_mass),
            f"{mended.temperature:.2f}",
            _words(mended.before.ece_equal_mass),
            _words(mended.after.ece_equal_mass),
            f"{report.report.verdict}: {', '.join(codes) or 'none'}",
        )
        print(f"| {name} | {' | '.join(cells)} |")
    _show_scores(given)
    _show_planted([(name, report) for name, way, report in found if way == "planted"])
    print("\n| model | threshold | answered | wrong among these | wrong of all | area |")
    print("| --- | ---: | --- | --- | ---: | --- |")
    for name, report in given:
        kept = report.abstention
        wrong = 1 - report.calibration.accuracy.value
        cells = (
            ("none", "", "")
            if kept is None or kept.risk is None
            else (f"{kept.threshold:.3f}", _words(kept.coverage), _words(kept.risk))
        )
        print(f"| {name} | {' | '.join(cells)} | {wrong:.3f} | {_words(report.risk_area)} |")


def _show_scores(found: Sequence[tuple[str, ConfidenceReport]]) -> None:
    print("\n| model | score | area under the ROC curve | false positives at 95 % | chosen |")
    print("| --- | --- | --- | --- | --- |")
    for name, report in found:
        assert report.domains is not None
        for score, figures in report.domains.scores[GIVEN].items():
            chosen = "yes" if score is report.domains.threshold.score else ""
            cells = (_words(figures.auroc), _words(figures.false_positive_rate), chosen)
            print(f"| {name} | {score} | {' | '.join(cells)} |")


def _show_planted(found: Sequence[tuple[str, ConfidenceReport]]) -> None:
    print(f"\n| model | chosen | {' | '.join(Planted)} | findings |")
    print(f"| --- | --- |{' --- |' * len(Planted)} --- |")
    for name, report in found:
        assert report.domains is not None
        chosen = report.domains.threshold.score
        areas = [_words(report.domains.scores[kind][chosen].auroc) for kind in Planted]
        nonsense = [finding.where for finding in report.report.findings if finding.code == "sure-of-nonsense"]
        print(f"| {name} | {chosen} | {' | '.join(areas)} | {', '.join(nonsense) or 'none'} |")


def _share(n: int, of: int) -> str:
    return f"{n} of {of}, {_words(wilson(n, of))}"


def _words(figure: Interval) -> str:
    return f"{figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}]"


def main() -> None:
    """Print the tables that were asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("made", "models", "pretrained"))
    parser.add_argument("--worlds", type=int, default=100, help="of each temperature and number of texts")
    parser.add_argument("--data", type=Path)
    parser.add_argument(
        "--models", type=Path, help="what audit_backdoor_models.py wrote, or a pretrained encoder"
    )
    chosen = parser.parse_args()
    if chosen.what == "made":
        show_made(chosen.worlds)
        return
    if chosen.data is None or chosen.models is None:
        parser.error("--data and --models are needed.")
    import torch

    torch.set_num_threads(1)
    if chosen.what == "models":
        show_reports(list(reports(chosen.data, chosen.models)))
        return
    options = ConfidenceOptions(pooling=Pooling.MEAN)
    found = []
    for task in ("sms-spam", "sst2"):
        model = fitted(chosen.models, chosen.data, task)
        for planted in (False, True):
            report = analysed(model, chosen.data, task, options, planted=planted)
            found.append((task, "planted" if planted else "given", report))
    show_reports(found)


if __name__ == "__main__":
    main()
