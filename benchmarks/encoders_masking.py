"""Masks that stay against masks that are drawn anew: the same network, texts, steps and seeds.

A small BERT is trained from scratch with static, dynamic and whole-word masking. All runs have the tokenizer,
the rows and the number of steps in common; runs of one seed have the first weights and the order of rows in
common, too. Each is measured after its last step on held-out documents, with masks of single tokens that are
the same for all: whole-word masking is measured on a task that is not quite its own. Intervals are 95 %, over
rows of the held-out documents, with the figures of a row averaged over seeds; they say nothing of other texts
or sizes.

    python benchmarks/encoders_masking.py --corpus texts.txt --output work/

Runs that are done are not repeated, and one that was stopped goes on. OUTPUT holds results.json, results.md,
curves.png and curves.svg. At its default size it takes about 20 minutes on two cores with a corpus of 1 MB.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from metier.cli.training_progress import hide_loading_bars
from metier.training.charts import COLOURS, make_figure, save_figure, style
from metier.training.checkpoint import MODEL, load_weights, newest_checkpoint
from metier.training.intervals import Interval, bootstrap, paired_bootstrap
from metier.training.networks import load_network
from metier.training.output import RUN, Origin, Watch
from metier.training.run_folder import RunFolder
from metier.workbench.corpus import Corpus, read_corpus
from metier.workbench.pretraining.masked_task import MaskedTask
from metier.workbench.pretraining.masking import Masking
from metier.workbench.pretraining.options import PretrainOptions, Start
from metier.workbench.pretraining.pretrain import EpochFigures, pretrain, read_rows_of
from metier.workbench.pretraining.tokenizers import (
    TokenizerKind,
    TokenizerOptions,
    train_tokenizer,
    write_tokenizer,
)
from metier.workbench.runs import joined

PAIRS = ((Masking.DYNAMIC, Masking.STATIC), (Masking.WHOLE_WORD, Masking.DYNAMIC))


@dataclass(frozen=True)
class Plan:
    """What all runs have in common."""

    config: str = "bert-tiny"
    vocabulary: int = 2000
    steps: int = 4000
    seeds: int = 3
    max_tokens: int = 64
    batch_size: int = 8
    rate: float = 1e-3

    def options(self, masking: Masking, seed: int, tokenizer: Path) -> PretrainOptions:
        """Return the options of one run."""
        return PretrainOptions(
            Start(config=self.config, tokenizer=tokenizer),
            masking=masking,
            max_tokens=self.max_tokens,
            batch_size=self.batch_size,
            epochs=None,
            steps=self.steps,
            rate=self.rate,
            seed=seed,
        )


@dataclass(frozen=True)
class Rows:
    """How well the runs of one masking guess each held-out row.

    Attributes:
        n_masked: (n_rows,) tokens to guess; the same for every run.
        nll: (n_rows,) of all of them together, mean of the seeds.
        right: (n_rows,) guessed right, mean of the seeds.
    """

    n_masked: NDArray[np.float64]
    nll: NDArray[np.float64]
    right: NDArray[np.float64]

    def mean_nll(self, rows: NDArray[np.int64]) -> float:
        """Return the mean negative log-likelihood of a masked token in some rows, in nats."""
        return float(self.nll[rows].sum() / self.n_masked[rows].sum())

    def accuracy(self, rows: NDArray[np.int64]) -> float:
        """Return the share of masked tokens that is guessed right in some rows."""
        return float(self.right[rows].sum() / self.n_masked[rows].sum())


def run_all(plan: Plan, corpus: Corpus, output: Path) -> dict[Masking, list[tuple[EpochFigures, ...]]]:
    """Train what is not trained yet, and return the evaluations of each run."""
    tokenizer = output / "tokenizer"
    if not tokenizer.is_dir():
        sentences = [sentence for document in corpus.train for sentence in document]
        options = TokenizerOptions(TokenizerKind.WORDPIECE, plan.vocabulary)
        write_tokenizer(train_tokenizer(sentences, options), tokenizer)
    found: dict[Masking, list[tuple[EpochFigures, ...]]] = {masking: [] for masking in Masking}
    for seed in range(plan.seeds):
        for masking in Masking:
            name = f"{masking}-{seed}"
            watch = Watch(say=lambda words, name=name: print(f"{name}: {words}", file=sys.stderr))
            done = pretrain(
                plan.options(masking, seed, tokenizer),
                corpus,
                output / "runs" / name,
                origin=Origin(name, training_data=corpus.hashes),
                watch=watch,
            )
            found[masking].append(done.epochs)
    return found


def measure(plan: Plan, corpus: Corpus, output: Path, masking: Masking) -> Rows:
    """Return how well the runs of a masking guess after their last step."""
    parts = []
    for seed in range(plan.seeds):
        folder = output / "runs" / f"{masking}-{seed}"
        network = load_network(str(folder))
        newest = newest_checkpoint(RunFolder(folder / RUN).checkpoints)
        assert newest is not None, f"{folder} has no checkpoint"
        load_weights(joined(network), newest / MODEL)
        options = plan.options(masking, seed, output / "tokenizer")
        source, dev = read_rows_of(network, corpus, options)
        parts.append(MaskedTask(network, source, dev, options=options.masks()).measure())
    nll, right = (np.mean([getattr(part, name) for part in parts], axis=0) for name in ("nll", "n_right"))
    return Rows(parts[0].n_masked.astype(float), nll, right)


def report(
    plan: Plan, runs: dict[Masking, list[tuple[EpochFigures, ...]]], rows: dict[Masking, Rows]
) -> dict[str, object]:
    """Return all figures as plain values."""
    n_rows = len(rows[Masking.DYNAMIC].nll)
    groups = range(n_rows)
    steps = max(1, runs[Masking.DYNAMIC][0][0].step)
    return {
        "plan": asdict(plan),
        "held_out_rows": n_rows,
        "held_out_masked_tokens": int(rows[Masking.DYNAMIC].n_masked.sum()),
        "epochs": round(plan.steps / steps, 2),
        "after_the_last_step": {
            str(masking): {
                "nll": asdict(bootstrap(rows[masking].mean_nll, groups)),
                "perplexity": asdict(exponential(bootstrap(rows[masking].mean_nll, groups))),
                "masked_accuracy": asdict(bootstrap(rows[masking].accuracy, groups)),
                "perplexity_of_seeds": [round(run[-1].figures["perplexity"], 3) for run in runs[masking]],
                "best_perplexity_of_seeds": [
                    round(min(each.figures["perplexity"] for each in run), 3) for run in runs[masking]
                ],
                "training_loss_of_seeds": [round(run[-1].loss, 4) for run in runs[masking]],
            }
            for masking in Masking
        },
        "differences": {
            f"{one} less {other}": {
                "nll": asdict(paired_bootstrap(rows[one].mean_nll, rows[other].mean_nll, groups)),
                "masked_accuracy": asdict(paired_bootstrap(rows[one].accuracy, rows[other].accuracy, groups)),
            }
            for one, other in PAIRS
        },
    }


def exponential(interval: Interval) -> Interval:
    """Return the interval of e to the power of a figure."""
    return Interval(*(float(np.exp(value)) for value in (interval.value, interval.low, interval.high)))


def markdown(found: dict[str, object]) -> str:
    """Return the figures as tables."""
    plan, after, differences = (found[name] for name in ("plan", "after_the_last_step", "differences"))
    assert isinstance(plan, dict)
    assert isinstance(after, dict)
    assert isinstance(differences, dict)
    lines = [
        f"`{plan['config']}` from scratch, {plan['steps']:,} steps ({found['epochs']} epochs), "
        f"seeds: {plan['seeds']}, {found['held_out_masked_tokens']:,} masked tokens in "
        f"{found['held_out_rows']:,} held-out rows.",
        "",
        "| masking | perplexity | masked words right | perplexity by seed | at its best | training loss |",
        "|---|---:|---:|---|---|---|",
    ]
    for name, row in after.items():
        seeds, best, losses = (
            ", ".join(f"{value:.{digits}f}" for value in row[key])
            for key, digits in (
                ("perplexity_of_seeds", 1),
                ("best_perplexity_of_seeds", 1),
                ("training_loss_of_seeds", 2),
            )
        )
        lines.append(
            f"| {name} | {shown(row['perplexity'], 1)} | {shown(row['masked_accuracy'], 3)} | {seeds} | "
            f"{best} | {losses} |"
        )
    lines += ["", "| difference | log-perplexity, nats | masked words right |", "|---|---:|---:|"]
    for name, row in differences.items():
        lines.append(f"| {name} | {shown(row['nll'], 3, '+')} | {shown(row['masked_accuracy'], 3, '+')} |")
    return "\n".join(lines) + "\n"


def shown(interval: dict[str, float], digits: int, sign: str = "") -> str:
    """Return a figure with its interval."""
    value, low, high = (f"{interval[name]:{sign}.{digits}f}" for name in ("value", "low", "high"))
    return f"{value} ({low} to {high})"


def draw(runs: dict[Masking, list[tuple[EpochFigures, ...]]], paths: Sequence[Path]) -> None:
    """Draw perplexity and share of right words by step: mean of the seeds, and from least to most."""
    with style():
        figure = make_figure(7.2, 5.4)
        axes = figure.subplots(2, 1, sharex=True)
        for colour, (masking, of_seeds) in zip(COLOURS, runs.items(), strict=False):
            steps = [each.step for each in of_seeds[0]]
            for axis, name in zip(axes, ("perplexity", "masked_accuracy"), strict=True):
                values = np.array([[each.figures[name] for each in run] for run in of_seeds])
                axis.plot(steps, values.mean(axis=0), color=colour, label=str(masking), marker=".")
                axis.fill_between(steps, values.min(axis=0), values.max(axis=0), color=colour, alpha=0.15)
        axes[0].set_yscale("log")
        for set_form in (axes[0].yaxis.set_major_formatter, axes[0].yaxis.set_minor_formatter):
            set_form("{x:,.0f}")  # powers of ten would need formulas, which the style leaves as they are
        axes[0].set_ylabel("perplexity")
        axes[1].set_ylabel("masked words right")
        axes[1].set_xlabel("step")
        axes[0].legend(frameon=False, fontsize=9)
        last = ", ".join(
            f"{masking} {np.mean([run[-1].figures['perplexity'] for run in of_seeds]):.1f}"
            for masking, of_seeds in runs.items()
        )
        for path in paths:
            save_figure(figure, path, f"Perplexity by step and masking; at the end {last}.")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpus", type=Path, nargs="+", required=True, help="text files, or JSON lines")
    parser.add_argument("--output", type=Path, required=True, help="folder for runs and figures")
    for name, value in asdict(Plan()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    given = vars(parser.parse_args())
    plan = Plan(**{name: given[name] for name in asdict(Plan())})
    hide_loading_bars()
    corpus, output = read_corpus(given["corpus"]), given["output"]
    output.mkdir(parents=True, exist_ok=True)
    runs = run_all(plan, corpus, output)
    found = report(plan, runs, {masking: measure(plan, corpus, output, masking) for masking in Masking})
    (output / "results.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    (output / "results.md").write_text(markdown(found), encoding="utf-8")
    draw(runs, [output / "curves.png", output / "curves.svg"])
    print(markdown(found), end="")


if __name__ == "__main__":
    main()
