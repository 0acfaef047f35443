"""Models that choose the answer type and the next topic, by cross-validation over the inputs.

Data: `interview-ko`, a Korean interview on machine learning. A sixth of the inputs, fixed, selects: models of
every configuration are trained on the others and measured on it, and the best one is taken. The others are
reported on, each once: they are parted into folds, and the model of a fold is trained on the rest of them and
on the sixth. So what a setting was chosen by is never what is reported. Near-duplicates stand in one part or
fold, and every candidate is spread evenly.

    python benchmarks/interview.py --data FOLDER --backbone FOLDER --work FOLDER [--target next-topic]
        --select [--configs plain,both]       # choose
        [--folds 0,1] [--seeds 3]             # then report; --config NAME takes that one without choosing
        [--fast]                              # few inputs and one epoch, to see that all of it runs

Training and evaluation are those of `metier interview train` and `evaluate`. What is finished stays in the
work folder, by target and fold, and is not repeated; weights are deleted once they are measured. A report is
drawn over the folds that are finished. Floors: the shipped encoder as it is, with the labels alone; character
TF-IDF, nearest mean of the candidate's inputs; the most frequent candidate. Needs the train extra.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.encoders.load import BASE, Runtime, shipped_models
from metier.interview.choice_model import load_choice_model
from metier.interview.evaluation import ChoiceReport, measure_choices
from metier.interview.training.build import ChoiceTrainOptions, report_figures, train_choices
from metier.interview.training.labels import LabelOptions
from metier.interview.training.measure import evaluate_seeds
from metier.interview.training.rows import (
    COLUMNS,
    INPUT,
    SIMILARITY,
    Choices,
    Target,
    fold_numbers,
    read_choices,
)
from metier.interview.training.task import Loss, LossOptions
from metier.training.checkpoint import write_json
from metier.training.durable import remove_folder, whole_file
from metier.training.options import TrainOptions
from metier.training.output import Origin, Watch

FILES: Final = {
    Target.ANSWER_TYPE: "dataset_df_answer_type_train.csv",
    Target.NEXT_TOPIC: "dataset_df_next_question_train.csv",
}
N_PARTS: Final = 6
"""The first of so many parts selects."""
N_FOLDS: Final = 5
FAST_INPUTS: Final = 40
SELECTION: Final = "selection.json"
RESULT: Final = "result.json"
UNTUNED, TFIDF, MAJORITY = "untuned encoder", "character TF-IDF", "most frequent"


@dataclass(frozen=True, slots=True)
class Config:
    """What a model is trained with; what is not said is the product's default."""

    epochs: float = 8.0
    rate: float = 1e-4
    frozen_layers: int | None = None
    dropout: bool = False
    loss: LossOptions = field(default_factory=LossOptions)
    labels: LabelOptions = field(default_factory=LabelOptions)


CONFIGS: Final[Mapping[str, Config]] = {
    "plain": Config(loss=LossOptions(margin=0.0)),
    "margin": Config(),
    "bare-labels": Config(labels=LabelOptions(questions=False)),
    "hard": Config(loss=LossOptions(hard_weight=2.0)),
    "both": Config(loss=LossOptions(loss=Loss.BOTH, regression_weight=10.0)),
    "regression": Config(loss=LossOptions(loss=Loss.REGRESSION), epochs=12.0),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is run.

    Attributes:
        backbone: what is trained.
        n_folds: folds to report on.
        seeds: whose weights are averaged for the report; one run each selects.
        epochs: instead of the configuration's; None to keep those.
    """

    backbone: str
    n_folds: int = N_FOLDS
    seeds: int = 3
    epochs: float | None = None

    def options(self, name: str, data: Path, *, seeds: int) -> ChoiceTrainOptions:
        """Return the options of a training."""
        config = CONFIGS[name]
        run = TrainOptions(
            epochs=self.epochs or config.epochs,
            head_rate=config.rate,
            backbone_rate=config.rate,
            checkpoint_every=100,
        )
        return ChoiceTrainOptions(
            data=data,
            train=run,
            backbone=self.backbone,
            loss=config.loss,
            labels=config.labels,
            frozen_layers=config.frozen_layers,
            dropout=config.dropout,
            average_seeds=seeds,
        )


def write_choices(choices: Choices, path: Path) -> Path:
    """Write choices as the product reads them, every input with every candidate."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as place, place.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([INPUT, COLUMNS[choices.target], SIMILARITY])
        for words, right in zip(choices.inputs, choices.right, strict=True):
            writer.writerows(
                [words, candidate, int(is_right)]
                for candidate, is_right in zip(choices.candidates, right, strict=True)
            )
    return path


def trained_and_measured(
    options: ChoiceTrainOptions, test: Choices, work: Path
) -> tuple[NDArray[np.float64], dict[str, ChoiceReport]]:
    """Return the cosines of a test part by a model trained for it, and the reports of its runs."""
    output = work / "training"
    watch = Watch(say=lambda words: print(f"  {words}", file=sys.stderr, flush=True))
    train_choices(options, output, origin=Origin("benchmark"), watch=watch)
    cosines = load_choice_model(output, Runtime()).cosines(test.inputs, test.candidates)
    seeds = evaluate_seeds(output, test, Runtime()) if options.average_seeds > 1 else {}
    return cosines, seeds


def parts(choices: Choices) -> tuple[Choices, list[int]]:
    """Return the inputs that select, and the numbers of those that are reported on.

    The part that selects is drawn at random from the inputs of each candidate, as a test part would be.
    """
    draws = np.random.RandomState(0)
    taken = np.zeros(len(choices.inputs), np.int64)
    for candidate in sorted(choices.candidates):
        own = np.flatnonzero(choices.right[:, choices.candidates.index(candidate)])
        draws.shuffle(own)
        taken[own] = (np.arange(len(own)) + draws.randint(N_PARTS)) % N_PARTS
    return choices.part(np.flatnonzero(taken == 0).tolist()), np.flatnonzero(taken != 0).tolist()


def select(choices: Choices, names: Sequence[str], plan: Plan, work: Path) -> str:
    """Train with each configuration, write how they did on the part that selects, and return the best one."""
    judges, others = parts(choices)
    found = {}
    for name in names:
        place = work / "select" / name
        if not (place / RESULT).is_file():
            data = write_choices(choices.part(others), place / "train.csv")
            cosines, _ = trained_and_measured(plan.options(name, data, seeds=1), judges, place)
            write_json(place / RESULT, report_figures(_report(cosines, judges)))
            remove_folder(place / "training")
        found[name] = json.loads((place / RESULT).read_bytes())
        print(f"  {name}: {found[name]['correct']} of {found[name]['total']}", file=sys.stderr, flush=True)
    chosen = max(found, key=lambda name: (found[name]["correct"], found[name]["mean_diff"]))
    write_json(work / SELECTION, {"chosen": chosen, "figures": found})
    return chosen


def run_fold(choices: Choices, fold: int, name: str, plan: Plan, work: Path) -> dict[str, Any]:
    """Return what was found on a fold: cosines, figures of each run, and floors; read if it is finished."""
    settings = {"config": name, **asdict(plan)}
    if (work / RESULT).is_file():
        found = dict(json.loads((work / RESULT).read_bytes()))
        if found["settings"] != settings:
            sys.exit(f"{work / RESULT} has other settings. Give the same options, or another --work.")
        return found
    _, others = parts(choices)
    folds = fold_numbers(choices.part(others), plan.n_folds, seed=1)
    held_out = [number for number, own in zip(others, folds, strict=True) if own == fold]
    learnt = choices.part(sorted(set(range(len(choices.inputs))) - set(held_out)))
    test = choices.part(held_out)
    options = plan.options(name, write_choices(learnt, work / "train.csv"), seeds=plan.seeds)
    cosines, seeds = trained_and_measured(options, test, work)
    result = {
        "settings": settings,
        "fold": fold,
        "inputs": held_out,
        "cosines": cosines.tolist(),
        "figures": report_figures(_report(cosines, test)),
        "seeds": {run: report_figures(report) for run, report in seeds.items()},
        "floors": {floor: scores.tolist() for floor, scores in floors(learnt, test).items()},
    }
    write_json(work / RESULT, result)
    remove_folder(work / "training")
    return result


def floors(learnt: Choices, test: Choices) -> dict[str, NDArray[np.float64]]:
    """Return what simple means would score: (n_inputs, n_candidates) each."""
    encoder = load_choice_model(shipped_models()[BASE], Runtime())
    text = require("sklearn.feature_extraction.text")
    letters = text.TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True)
    known = letters.fit_transform(learnt.inputs).toarray()
    means = learnt.right.T.astype(np.float64) @ known
    lengths = np.linalg.norm(means, axis=1, keepdims=True)
    means = means / np.where(lengths > 0, lengths, 1.0)
    counts = learnt.right.sum(axis=0) / len(learnt.inputs)
    return {
        UNTUNED: encoder.cosines(test.inputs, test.candidates),
        TFIDF: letters.transform(test.inputs).toarray() @ means.T,
        MAJORITY: np.tile(counts, (len(test.inputs), 1)),
    }


def summary(choices: Choices, results: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the pooled figures over finished folds; every input is reported on once."""
    order = [number for result in results for number in result["inputs"]]
    pooled = choices.part(order)
    report = _report(np.concatenate([result["cosines"] for result in results]), pooled)
    seeds = sorted({name for result in results for name in result["seeds"]})
    return {
        "inputs": len(order),
        "of": len(parts(choices)[1]),
        "averaged": asdict(report),
        "single": {
            name: sum(result["seeds"][name]["correct"] for result in results if name in result["seeds"])
            for name in seeds
        },
        "config": results[0]["settings"]["config"],
        "floors": {
            name: report_figures(
                _report(np.concatenate([result["floors"][name] for result in results]), pooled)
            )
            for name in (UNTUNED, TFIDF, MAJORITY)
        },
    }


def table(target: str, found: Mapping[str, Any]) -> str:
    """Return a summary as a Markdown table."""
    lines = [
        f"### {target}: {found['inputs']} of {found['of']} inputs, configuration {found['config']}",
        "",
        "| | right | 95 % | mean diff | MSE | MAE | r |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, own in {"trained": found["averaged"], **found["floors"]}.items():
        r = "-" if own["correlation"] is None else f"{own['correlation']:.3f}"
        cosines = [f"{own[key]:.3f}" for key in ("mean_diff", "mse", "mae")]
        low, high = own["accuracy_low"], own["accuracy_high"]
        cells = [f"{own['correct']}/{own['total']} {own['accuracy']:.3f}", f"{low:.3f}-{high:.3f}"]
        lines.append(
            "| " + " | ".join([name, *cells, *([*cosines, r] if name != MAJORITY else "----")]) + " |"
        )
    if found["single"]:
        lines += ["", f"Right by each run before averaging: {found['single']}"]
    return "\n".join(lines)


def _report(cosines: Any, choices: Choices) -> ChoiceReport:
    return measure_choices(
        np.asarray(cosines, np.float64), choices.right, rows=choices.rows, candidates=choices.candidates
    )


def fast(choices: Choices, plan: Plan) -> tuple[Choices, Plan]:
    """Return few inputs and a short plan, to see that everything runs."""
    spread = np.linspace(0, len(choices.inputs) - 1, min(FAST_INPUTS, len(choices.inputs)))
    few = choices.part(sorted(set(spread.round().astype(int).tolist())))
    return few, replace(plan, n_folds=2, seeds=min(plan.seeds, 2), epochs=1.0)


def chosen_config(work: Path, given: str | None) -> str:
    """Return the configuration that is given, or that was selected."""
    if given is not None:
        return given
    if not (work / SELECTION).is_file():
        sys.exit(f"{work} has no {SELECTION}. Run with --select first, or name a --config.")
    return str(json.loads((work / SELECTION).read_bytes())["chosen"])


def measure(target: Target, plan: Plan, arguments: argparse.Namespace) -> dict[str, Any] | None:
    """Select, or run the folds that were asked for and return the summary of all that are finished."""
    choices = read_choices(arguments.data / "interview-ko" / FILES[target], target)
    if arguments.fast:
        choices, plan = fast(choices, plan)
    work = arguments.work / target / ("fast" if arguments.fast else "full")
    if arguments.select:
        print(
            f"{target}: {select(choices, arguments.configs.split(','), plan, work)} is selected", flush=True
        )
        return None
    name = chosen_config(work, arguments.config)
    wanted = range(plan.n_folds) if arguments.folds is None else map(int, arguments.folds.split(","))
    for fold in wanted:
        result = run_fold(choices, fold, name, plan, work / f"fold-{fold}")
        print(f"{target}, fold {fold}: {result['figures']}", file=sys.stderr, flush=True)
    places = sorted(work.glob(f"fold-*/{RESULT}"))
    found = [json.loads(place.read_bytes()) for place in places]
    return summary(choices, [result for result in found if result["settings"]["config"] == name])


def main(given: Sequence[str] | None = None) -> None:
    """Measure, print tables and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--backbone", required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--target", choices=list(Target), help="both by default")
    parser.add_argument("--select", action="store_true", help="choose a configuration instead of reporting")
    parser.add_argument("--configs", default=",".join(CONFIGS), help="to choose among")
    parser.add_argument("--config", choices=list(CONFIGS), help="to report on; the selected one by default")
    parser.add_argument("--folds", help="folds to run now, such as 0,1; all by default")
    parser.add_argument("--seeds", type=int, default=3, help="runs whose weights are averaged")
    parser.add_argument("--fast", action="store_true", help="few inputs, one epoch")
    arguments = parser.parse_args(given)
    if not set(arguments.configs.split(",")) <= set(CONFIGS):
        sys.exit(f"--configs must be of {', '.join(CONFIGS)}. Got {arguments.configs}.")
    plan = Plan(arguments.backbone, seeds=arguments.seeds)
    for target in [Target(arguments.target)] if arguments.target else list(Target):
        found = measure(target, plan, arguments)
        if found is not None:
            print(f"{table(target, found)}\n", flush=True)
            write_json(arguments.work / f"interview-{target}.json", found)


if __name__ == "__main__":
    main()
