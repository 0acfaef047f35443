"""Half of the layers against all of them, on one classification task: with a teacher and without.

    python benchmarks/encoders_distillation.py --data train.csv --dev dev.csv --test test.csv \
        --model built/float32 --output out/

Four networks learn from the same rows for the same number of epochs:

- `full`: the network, fine-tuned.
- `cut`: every second of its layers, fine-tuned without a teacher.
- `logits`: every second layer of `full`, distilled: labels and what `full` decides.
- `all`: the same, with its hidden states and attention too.

Each is trained once for every seed, chosen by dev and measured on test. Figures are means over the seeds;
their intervals are bootstrapped over the test rows, the same draws for all, so that differences from `full`
are paired. Speed is tokens per second of processor time on one thread in torch, by turns in one run. A script
that was stopped goes on when it is started again. Writes OUTPUT/results.json and OUTPUT/results.md.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metier.cli.training_progress import hide_loading_bars, say
from metier.encoders.folder import ModelCard
from metier.encoders.parameters import BYTES_OF
from metier.training.durable import remove_folder, write_whole
from metier.training.intervals import Interval, bootstrap, paired_bootstrap
from metier.training.metrics import class_scores, confusion
from metier.training.networks import Head, Network, load_network, write_network
from metier.training.output import MODEL, RUN, Origin, Watch
from metier.workbench.finetuning.finetune import FinetuneData, finetune
from metier.workbench.finetuning.formats import read_rows
from metier.workbench.finetuning.measuring import logits
from metier.workbench.finetuning.options import FinetuneOptions, TaskOptions
from metier.workbench.finetuning.rows import ClassRow
from metier.workbench.shrinking.distill import DistillRun, distil
from metier.workbench.shrinking.distillation import DistillOptions
from metier.workbench.shrinking.options import ShrinkOptions
from metier.workbench.shrinking.samples import input_rows
from metier.workbench.shrinking.speed import compare_speed
from metier.workbench.shrinking.students import count_layers, make_student, spread_layers

SYSTEMS = ("full", "cut", "logits", "all")
TAUGHT = {
    "logits": DistillOptions(hidden_weight=0.0, attention_weight=0.0),
    "all": DistillOptions(),
}
FIGURES = ("macro_f1", "accuracy")
CHECKPOINTS = "checkpoints"
_N_TIMED = 64


def main(arguments: Sequence[str] | None = None) -> None:
    """Train what is missing, measure all, write the results."""
    options = _parser().parse_args(arguments)
    hide_loading_bars()
    options.output.mkdir(parents=True, exist_ok=True)
    test = read_rows(Head.CLASSES, options.test)
    decided = {
        system: [_decided(options, system, seed, test) for seed in _seeds(options)] for system in SYSTEMS
    }
    results = _results(options, test, decided)
    write_whole(options.output / "results.json", json.dumps(results, indent=2).encode() + b"\n")
    table = _table(results)
    write_whole(options.output / "results.md", table.encode())
    print(table)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, words in (
        ("data", "labelled rows to learn from: text and label"),
        ("dev", "rows to choose the best epoch by"),
        ("test", "rows to measure on"),
    ):
        parser.add_argument(f"--{name}", type=Path, required=True, help=words)
    parser.add_argument("--model", required=True, help="folder of transformers with an encoder")
    parser.add_argument("--output", type=Path, required=True, help="folder for runs and results")
    parser.add_argument("--layers", type=int, help="of the small networks; half of the model's by default")
    parser.add_argument("--epochs", type=float, default=3.0)
    parser.add_argument("--max-tokens", type=int, default=64)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--rate", type=float, default=5e-5, help="of all four")
    parser.add_argument("--seeds", default="0,1", help="numbers with commas between")
    return parser


def _seeds(options: argparse.Namespace) -> list[int]:
    return [int(seed) for seed in options.seeds.split(",")]


def _decided(options: argparse.Namespace, system: str, seed: int, test: Sequence[Any]) -> list[str]:
    """Return the label that a system decides on for each test row; trained if it is not there yet."""
    folder = options.output / f"{system}-{seed}"
    known = folder / "decided.json"
    if known.is_file():
        return list(json.loads(known.read_bytes()))
    say(f"{system}, seed {seed}.")
    if system == "full":
        _finetune(options, options.model, folder, seed)
    elif system == "cut":
        _finetune(options, str(_cut(options)), folder, seed)
    else:
        _distil(options, TAUGHT[system], folder, seed)
    network = load_network(str(folder / MODEL))
    found = [network.labels[int(row.argmax())] for row in logits(network, test)]
    write_whole(known, json.dumps(found, ensure_ascii=False).encode())
    remove_folder(folder / RUN / CHECKPOINTS)  # half a gigabyte each, for a network of usual size
    return found


def _finetune(options: argparse.Namespace, source: str, folder: Path, seed: int) -> None:
    rows, dev = (read_rows(Head.CLASSES, path) for path in (options.data, options.dev))
    how = FinetuneOptions(
        task=TaskOptions(batch_size=options.batch_size, max_tokens=options.max_tokens),
        epochs=options.epochs,
        rate=options.rate,
        head_rate=options.rate,
        seed=seed,
    )
    origin = Origin(folder.name, base=source)
    finetune(source, FinetuneData(rows, dev), folder, options=how, origin=origin, watch=Watch(say=say))


def _distil(options: argparse.Namespace, how: DistillOptions, folder: Path, seed: int) -> None:
    teacher = options.output / f"full-{seed}"
    run = DistillRun(
        layers=_n_kept(options, load_network(str(teacher / MODEL))),
        dev=(options.dev,),
        epochs=options.epochs,
        rate=options.rate,
        batch_size=options.batch_size,
        max_tokens=options.max_tokens,
        seed=seed,
    )
    asked = ShrinkOptions(str(teacher), folder, data=options.data, accept_difference=True, name=folder.name)
    distil(asked, run, how, watch=Watch(say=say))


def _cut(options: argparse.Namespace) -> Path:
    """Return a folder with some layers of the model as it was before fine-tuning."""
    folder: Path = options.output / "cut"
    if not folder.is_dir():
        network = load_network(options.model, Head.NONE)
        layers = spread_layers(count_layers(network), _n_kept(options, network))
        student = make_student(network, layers, name="cut")
        card = ModelCard("cut", "encoder", options.model, "", (), 0, 0, {}, "", {}, {}, {})
        write_network(student, folder, card)
    return folder


def _n_kept(options: argparse.Namespace, network: Network) -> int:
    return options.layers or max(1, count_layers(network) // 2)


def _results(
    options: argparse.Namespace, test: Sequence[Any], decided: dict[str, list[list[str]]]
) -> dict[str, Any]:
    gold = [row.label for row in test if isinstance(row, ClassRow)]
    labels = sorted({*gold, *(label for runs in decided.values() for run in runs for label in run)})
    number = {label: i for i, label in enumerate(labels)}
    truth = np.array([number[label] for label in gold])
    runs = {
        system: np.array([[number[label] for label in run] for run in found])
        for system, found in decided.items()
    }
    speeds, sizes = _speeds_and_sizes(options, test)
    systems = {}
    for system in SYSTEMS:
        figures = {}
        for name in FIGURES:
            own, full = (
                lambda units, name=name, runs=runs[key]: _figure(name, truth, runs, units, len(labels))
                for key in (system, "full")
            )
            groups = range(len(truth))
            figures[name] = {
                "mean": asdict(bootstrap(own, groups)),
                "above_full": asdict(paired_bootstrap(own, full, groups)),
                "by_seed": [
                    _figure(name, truth, run[None], np.arange(len(truth)), len(labels))
                    for run in runs[system]
                ],
            }
        systems[system] = {
            "figures": figures,
            "agrees_with_full": float((runs[system] == runs["full"]).mean()),
            "tokens_per_second": speeds[system],
            "speed_ratio": speeds[system] / speeds["full"],
            "megabytes": sizes[system],
        }
    asked = {key: str(value) for key, value in sorted(vars(options).items()) if key != "output"}
    return {"options": asked, "test_rows": len(gold), "labels": len(labels), "systems": systems}


def _figure(
    name: str, truth: NDArray[np.int64], runs: NDArray[np.int64], units: NDArray[np.int64], n_classes: int
) -> float:
    """Return the mean over runs of a figure on some test rows."""
    if name == "accuracy":
        return float((runs[:, units] == truth[units]).mean())
    tables = (confusion(truth[units], run[units], n_classes=n_classes) for run in runs)
    return float(np.mean([class_scores(table).macro_f1 for table in tables]))


def _speeds_and_sizes(
    options: argparse.Namespace, test: Sequence[Any]
) -> tuple[dict[str, float], dict[str, float]]:
    seed = _seeds(options)[0]
    networks = {system: load_network(str(options.output / f"{system}-{seed}" / MODEL)) for system in SYSTEMS}
    texts = [(row.text,) for row in test[:_N_TIMED]]
    speeds = compare_speed([(network, input_rows(network, texts)) for network in networks.values()], rounds=9)
    sizes = {
        system: sum(parameter.numel() for parameter in network.model.parameters()) * BYTES_OF["float32"] / 1e6
        for system, network in networks.items()
    }
    return dict(zip(networks, speeds, strict=True)), sizes


def _table(results: dict[str, Any]) -> str:
    lines = [
        "| network | macro-F1 | against full | accuracy | against full | decides as full | speed | MB |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for system, found in results["systems"].items():
        cells = [system]
        for name in FIGURES:
            figure = found["figures"][name]
            cells.append(_interval(Interval(**figure["mean"]), "{:.3f}"))
            cells.append("" if system == "full" else _interval(Interval(**figure["above_full"]), "{:+.3f}"))
        cells += [
            f"{found['agrees_with_full']:.1%}",
            f"{found['speed_ratio']:.2f}",
            f"{found['megabytes']:.0f}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _interval(interval: Interval, form: str) -> str:
    value, low, high = (form.format(number) for number in (interval.value, interval.low, interval.high))
    return f"{value} [{low}, {high}]"


if __name__ == "__main__":
    main()
