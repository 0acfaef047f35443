"""Three architectures head to head: same backbone, same data, same seed, two budgets.

Data, splits and negatives: see skills_data.py. Backbone: the float32 folder that `metier models build-base`
writes, its word embeddings and six lower layers left as they are, without dropout (a third of the time of a
step on a processor). Budgets: the same wall-clock for each on one core, evaluations left out; and each until
its macro-F1 on the tune part has not risen for some evaluations. What is measured is what the saved model
folder answers.

    python benchmarks/skills.py train  --data FOLDER --backbone FOLDER --work FOLDER [--run NAME ...]
    python benchmarks/skills.py report --data FOLDER --work FOLDER [--run NAME ...]
    python benchmarks/skills.py sample --data FOLDER --output FILE   # sampled nones for a reader

`train` may be stopped and called again. Figures: macro-F1 of the three classes, F1 of each, average precision
of "shown" (implicit or explicit against none) and of implicit alone on the skills that no name shows, with
95 % bootstrap intervals over texts; differences to pairwise by paired bootstrap; time and passes.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import skills_data
from numpy.typing import NDArray

from metier.encoders.load import Runtime, load_encoder, shipped_models
from metier.skills.architectures.classifier import NONE
from metier.skills.architectures.load import load_classifier
from metier.skills.architectures.task import SkillTaskOptions
from metier.skills.evaluate_classifier import Costs, Predictions, differences, predict_pairs, report
from metier.skills.lexical_classifier import LexicalClassifier
from metier.skills.mentions import MentionFinder
from metier.skills.negatives import LabelledPair
from metier.skills.train_classifier import (
    ClassifierData,
    ClassifierOptions,
    train_classifier,
)
from metier.training.intervals import bootstrap, wilson
from metier.training.metrics import average_precision
from metier.training.options import TrainOptions
from metier.training.output import MODEL, RUN, Origin, Watch
from metier.training.schedule import Decay

JUDGED = Path(__file__).parent / "judgements" / "skills_none.csv"
SEED = 20261121
EQUAL_SECONDS = 480.0
MOST_SECONDS = 1800.0
FROZEN_LAYERS = 6
N_TUNE = 120
N_JUDGED = 500
N_TEXTS = {"linked": 1000, "skape": 250, "russian": 25}  # a pairwise model takes seconds for a long text
N_MISSED = 1_000_000
EVERY = {"pairwise": 120, "one-pass": 100, "label-attention": 60}
TASKS = {
    "pairwise": SkillTaskOptions(batch_size=32),
    "one-pass": SkillTaskOptions(batch_size=16),
    "one-pass-weighted": SkillTaskOptions(batch_size=16, none_share=4.0),
    "one-pass-focal": SkillTaskOptions(batch_size=16, none_share=4.0, gamma=2.0),
    "label-attention": SkillTaskOptions(batch_size=16, none_share=4.0),
}
ARCHITECTURE = {name: "one-pass" if name.startswith("one-pass") else name for name in TASKS}
RUNS = [f"{name}@{budget}" for name in TASKS for budget in ("equal", "converged")] + ["frozen@converged"]


def options_of(run: str, backbone: str, held_out: frozenset[str]) -> ClassifierOptions:
    """Return how a run is trained."""
    name, budget = run.split("@")
    task = TASKS["label-attention"] if name == "frozen" else TASKS[name]
    architecture = "label-attention" if name == "frozen" else ARCHITECTURE[name]
    equal = budget == "equal"
    train = TrainOptions(
        steps=N_MISSED,
        head_rate=2e-3 if name == "frozen" else 1e-3,
        warmup_share=30 / N_MISSED,
        decay=Decay.CONSTANT,
        seed=SEED,
        evaluate_every=EVERY[architecture],
        patience=None if equal else 2,
        checkpoint_every=EVERY[architecture],
        max_seconds=EQUAL_SECONDS if equal else MOST_SECONDS,
    )
    return ClassifierOptions(
        architecture=architecture,
        backbone=None if name == "frozen" else backbone,
        train=train,
        task=task,
        ratio=1 if architecture == "label-attention" else 4,
        held_out=held_out,
        frozen_layers=0 if name == "frozen" else FROZEN_LAYERS,
        dropout=False,
    )


def train_runs(arguments: argparse.Namespace) -> None:
    """Train what is asked for; finished runs are passed over."""
    import torch

    torch.set_num_threads(1)
    data = skills_data.load(arguments.data)
    encoder = load_encoder(shipped_models()["base"], Runtime(threads=1))
    for run in arguments.run or RUNS:
        output = arguments.work / run.replace("@", "-")
        if (output / MODEL).is_dir():
            continue
        print(f"== {run}", flush=True)
        train_classifier(
            options_of(run, str(arguments.backbone), data.held_out),
            ClassifierData(data.train, data.tune[:N_TUNE], data.taxonomy),
            output,
            origin=Origin(name=run, license="MIT", languages=("en", "ru"), command="benchmarks/skills.py"),
            encoder=encoder,
            watch=Watch(say=lambda words: print(words, file=sys.stderr, flush=True)),
        )


def measured_pairs(data: skills_data.BenchData) -> list[tuple[str, LabelledPair]]:
    """Return the pairs to measure on with their sets: of the long sets some texts, none that training saw."""
    trained = [row.text for row in (*data.train, *data.tune)]
    measured: list[tuple[str, LabelledPair]] = []
    for name in skills_data.SETS:
        texts = list(dict.fromkeys(pair.text for pair in data.pairs[name]))
        seen = dict(zip(texts, skills_data.shares_passages(texts, trained), strict=True))
        kept = set([text for text in texts if not seen[text]][: N_TEXTS[name]])
        measured += [(name, pair) for pair in data.pairs[name] if pair.text in kept]
    return measured


def predictions_of(run: str, data: skills_data.BenchData, work: Path) -> Predictions:
    """Return what a run says of all measured pairs; kept in a file, since the slow one takes minutes.

    One pass has no answer for a skill that it was not trained on; those pairs hold no number and are part of
    no figure of it.
    """
    classifier: Any = LexicalClassifier(data.taxonomy)
    if run != "lexical":
        classifier = load_classifier(
            work / run.replace("@", "-") / MODEL,
            encoder=load_encoder(shipped_models()["base"], Runtime(threads=1)),
            finder=MentionFinder(data.taxonomy),
        )
    pairs = [pair for _, pair in measured_pairs(data)]
    key = hashlib.sha256(f"{classifier.sha256} {pairs!r}".encode(errors="replace")).hexdigest()[:16]
    kept = work / "predictions" / f"{run.replace('@', '-')}-{key}.npz"
    if kept.is_file():
        stored = np.load(kept)
        costs = Costs(stored["seconds"], stored["passes"])
        whole = stored["gold"], stored["p"], stored["groups"]
        return Predictions(*whole, float(costs.seconds.sum()), int(costs.passes.sum()), costs)
    known = np.array([not (run.startswith("one-pass") and pair.skill in data.held_out) for pair in pairs])
    found = predict_pairs(classifier, [p for p, k in zip(pairs, known, strict=True) if k], data.taxonomy)
    p = np.full((len(pairs), 3), np.nan)
    p[known] = found.probabilities
    texts = {text: i for i, text in enumerate(dict.fromkeys(pair.text for pair in pairs))}
    gold = np.array([round(2 * pair.label) for pair in pairs])
    groups = np.array([texts[pair.text] for pair in pairs])
    kept.parent.mkdir(parents=True, exist_ok=True)
    costs = found.costs or Costs(np.zeros(len(texts)), np.zeros(len(texts)))
    np.savez(kept, gold=gold, p=p, groups=groups, seconds=costs.seconds, passes=costs.passes)
    return Predictions(gold, p, groups, found.seconds, found.passes, costs)


def parts_of(data: skills_data.BenchData) -> dict[str, NDArray[np.bool_]]:
    """Return which pairs belong to each reported part."""
    measured = measured_pairs(data)
    names = np.array([name for name, _ in measured])
    held = np.array([pair.skill in data.held_out for _, pair in measured])
    return {
        "seen skills": ~held,
        "unseen skills": held,
        **{name: (names == name) & ~held for name in skills_data.SETS},
        "without linked": (names != "linked") & ~held,
    }


def report_runs(arguments: argparse.Namespace) -> None:
    """Print and write every figure."""
    import torch

    torch.set_num_threads(1)
    data = skills_data.load(arguments.data)
    done = [run for run in arguments.run or RUNS if (arguments.work / run.replace("@", "-") / MODEL).is_dir()]
    found = {run: predictions_of(run, data, arguments.work) for run in ("lexical", *done)}
    parts = parts_of(data)
    figures: dict[str, Any] = {}
    for run, predictions in found.items():
        figures[run] = {}
        for name, chosen in parts.items():
            own = chosen & ~np.isnan(predictions.probabilities[:, 0])
            if own.any():
                figures[run][name] = {**report(predictions.part(own)), **implicit_precision(predictions, own)}
        if run != "lexical":
            summary = arguments.work / run.replace("@", "-") / RUN / "summary.json"
            figures[run]["training"] = json.loads(summary.read_text())
        whole = figures[run]["seen skills"]
        whole["seconds_per_text"] = predictions.seconds / predictions.n_texts
        whole["passes_per_text"] = predictions.passes / predictions.n_texts
        whole["microseconds_per_pair"] = 1e6 * predictions.seconds / len(predictions.gold)
        line = "  ".join(
            f"{name} {_cell(figures[run][name], 'macro_f1')}" for name in figures[run] if name in parts
        )
        print(f"{run:28} macro-F1: {line}")
        print(f"{'':28} {_details(figures[run])}", flush=True)
    figures["differences to pairwise"] = differences_to_pairwise(found, parts)
    print(json.dumps(figures["differences to pairwise"], indent=1))
    figures["sampled nones that a reader agreed with"] = judged_share()
    (arguments.work / "skills.json").write_text(json.dumps(figures, indent=1))


def _cell(figures: dict[str, Any], name: str) -> str:
    low, high = figures["intervals"][name]
    return f"{figures[name]:.3f} [{low:.3f}, {high:.3f}]"


def _details(figures: dict[str, Any]) -> str:
    whole = figures["seen skills"]
    classes = " ".join(f"F1 {kind} {whole['classes'][kind]['f1']:.3f}" for kind in whole["classes"])
    implicit = " ".join(
        f"{name} {_triple(figures[name]['implicit_average_precision'])}" for name in ("skape", "russian")
    )
    training = figures.get("training", {})
    return (
        f"{classes} AP {_cell(whole, 'average_precision')} AP implicit {implicit} "
        f"ECE {whole['calibration_error']:.3f} us/pair {whole['microseconds_per_pair']:.0f} "
        f"passes/text {whole['passes_per_text']:.2f} steps {training.get('steps')} "
        f"best {training.get('best_step')} stopped {training.get('stopped')} s {training.get('seconds')}"
    )


def _triple(values: Sequence[float]) -> str:
    return f"{values[0]:.3f} [{values[1]:.3f}, {values[2]:.3f}]"


def implicit_precision(predictions: Predictions, chosen: NDArray[np.bool_]) -> dict[str, list[float]]:
    """Return the average precision of "shown" with the implicit pairs and the nones of a part alone."""
    own = predictions.part(chosen & (predictions.gold != 2))
    if not own.gold.any():
        return {}
    shown = 1 - own.probabilities[:, NONE]

    def precision(rows: NDArray[np.int64]) -> float:
        gold = own.gold[rows] != NONE
        return average_precision(gold, shown[rows]) if gold.any() else float("nan")

    found = bootstrap(precision, own.groups)
    return {"implicit_average_precision": [found.value, found.low, found.high]}


def differences_to_pairwise(
    found: dict[str, Predictions], parts: dict[str, NDArray[np.bool_]]
) -> dict[str, dict[str, list[float]]]:
    """Return macro-F1 less that of pairwise in the same budget, with its interval, by part."""
    table: dict[str, dict[str, list[float]]] = {}
    for run, predictions in found.items():
        base = found.get("pairwise@" + run.split("@")[-1], found.get("pairwise@converged"))
        if base is None or run.startswith("pairwise"):
            continue
        table[run] = {}
        known = ~np.isnan(predictions.probabilities[:, 0])
        for name, every in parts.items():
            chosen = every & known
            if not chosen.any():
                continue
            gap = differences(predictions.part(chosen), base.part(chosen))["macro_f1"]
            table[run][name] = [round(value, 4) for value in gap or ()]
    return table


def judged_share() -> dict[str, float] | None:
    """Return how many of the judged nones are none after all, with Wilson's interval."""
    if not JUDGED.is_file():
        return None
    with JUDGED.open(encoding="utf-8") as file:
        verdicts = [row["none"] for row in csv.DictReader(file)]
    found = wilson(verdicts.count("1"), len(verdicts))
    return {"n": len(verdicts), "share": found.value, "low": found.low, "high": found.high}


def write_sample(arguments: argparse.Namespace) -> None:
    """Write the nones whose hash is lowest, with their words, for a reader; no file for the project."""
    data = skills_data.load(arguments.data)
    nones = sorted(
        (pair for name in skills_data.SETS for pair in data.pairs[name] if pair.label == 0.0),
        key=lambda pair: skills_data.key_of(pair.text, pair.skill),
    )[:N_JUDGED]
    with arguments.output.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["key", "skill", "text", "none"])
        for pair in nones:
            label = data.taxonomy.entry(pair.skill).skill.label
            writer.writerow([skills_data.key_of(pair.text, pair.skill), label, pair.text, ""])


def main() -> None:
    """Run one of the three commands."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    commands = parser.add_subparsers(required=True)
    for name, call in (("train", train_runs), ("report", report_runs), ("sample", write_sample)):
        command = commands.add_parser(name)
        command.set_defaults(call=call)
        command.add_argument("--data", type=Path, required=True)
        command.add_argument("--backbone", type=Path)
        command.add_argument("--work", type=Path)
        command.add_argument("--output", type=Path)
        command.add_argument("--run", action="append", choices=RUNS)
    arguments = parser.parse_args()
    arguments.call(arguments)


if __name__ == "__main__":
    main()
