"""Drawings of a training run and of its figures, as SVG or PNG; equal input gives equal files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.errors import InvalidInput
from metier.training.metrics import Reliability

# Okabe and Ito's colours, told apart by colour-blind readers too.
COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
_MOST_POINTS: Final = 400
_SETTINGS: Final = {
    "svg.hashsalt": "metier",
    "svg.fonttype": "none",  # letters stay letters: small files that can be searched and read aloud
    "font.family": "DejaVu Sans",
    "font.size": 10.0,
    "text.parse_math": False,  # a dollar in a name is a dollar
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def draw_curves(log: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Draw the loss of each task and the scores of a run over its steps.

    Args:
        log: records of a `log.jsonl`. Beyond 400 steps of a task, means of neighbours are drawn.
        path: an SVG or PNG file.

    Raises:
        InvalidInput: the file's name ends in something else.
        MissingExtra: matplotlib is not installed.
    """
    steps = [record for record in log if record["event"] == "step"]
    evaluations = [
        record for record in log if record["event"] == "evaluation" and record["score"] is not None
    ]
    with style():
        figure = make_figure(7.2, 5.4 if evaluations else 3.2)
        axes = figure.subplots(2 if evaluations else 1, 1, sharex=True, squeeze=False)[:, 0]
        for i, name in enumerate(dict.fromkeys(record["task"] for record in steps)):
            own = [record for record in steps if record["task"] == name]
            x, y = (_thinned([record[field] for record in own]) for field in ("step", "loss"))
            axes[0].plot(x, y, color=COLOURS[i % len(COLOURS)], label=name, linewidth=1.2)
        axes[0].set_ylabel("loss")
        if all(record["loss"] >= 0 for record in steps):
            axes[0].set_ylim(bottom=0)
        _legend(axes[0])
        if evaluations:
            _draw_scores(axes[1], evaluations)
        axes[-1].set_xlabel("step")
        last = f" Last score {evaluations[-1]['score']:.3f}." if evaluations else ""
        save_figure(figure, path, f"Loss by task and score over {len(steps)} training steps.{last}")


def draw_reliability(reliability: Reliability, path: Path, *, subject: str = "decisions") -> None:
    """Draw accuracy against confidence; on the diagonal, a probability is what it says.

    Args:
        reliability: as `metrics.reliability` returns it.
        path: an SVG or PNG file.
        subject: what was decided, for the title.

    Raises:
        InvalidInput: the file's name ends in something else.
        MissingExtra: matplotlib is not installed.
    Source: DeGroot and Fienberg 1983; Guo et al. 2017 (arXiv:1706.04599), figure 1.
    """
    with style():
        figure = make_figure(4.4, 4.4)
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], color="0.6", linestyle="--", linewidth=1.0, label="as it says")
        axes.plot(
            reliability.confidence, reliability.accuracy, color=COLOURS[0], marker="o", label=f"{subject}"
        )
        axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="confidence", ylabel="share that is right", aspect="equal")
        n = int(reliability.count.sum())
        axes.set_title(f"Calibration error {reliability.error:.3f}, n = {n:,}", fontsize=10)
        _legend(axes)
        title = f"Share of right {subject} against their confidence, {len(reliability.count)} bins of {n:,}."
        save_figure(figure, path, f"{title} Expected calibration error {reliability.error:.3f}.")


def draw_confusion(table: NDArray[np.int64], labels: Sequence[str], path: Path) -> None:
    """Draw a confusion matrix with the count and the share of its row in each cell.

    Args:
        table: (n_classes, n_classes), rows by true class.
        labels: name of each class.
        path: an SVG or PNG file.

    Raises:
        InvalidInput: labels that do not fit the table, or a file's name that ends in something else.
        MissingExtra: matplotlib is not installed.
    """
    if table.shape != (len(labels), len(labels)):
        raise InvalidInput(f"table must be (n, n) with n labels. Got {table.shape} and {len(labels)}.")
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    with style():
        size = 1.8 + 0.9 * len(labels)
        figure = make_figure(size, size)
        axes = figure.subplots()
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        for (i, j), share in np.ndenumerate(shares):
            colour = "white" if share > 0.5 else "black"
            axes.text(
                j, i, f"{table[i, j]:,}\n{share:.0%}", ha="center", va="center", color=colour, fontsize=9
            )
        places = range(len(labels))
        axes.set_xticks(places, labels, rotation=30 if len(labels) > 3 else 0)
        axes.set_yticks(places, labels)
        axes.set(xlabel="decided", ylabel="true")
        right = int(np.trace(table))
        save_figure(figure, path, f"Confusion matrix: {right:,} of {int(table.sum()):,} decisions are right.")


def draw_before_after(
    labels: Sequence[str], before: Sequence[float], after: Sequence[float], path: Path, *, name: str
) -> None:
    """Draw a figure of some runs before and after training, a line for each run, the first on top.

    Args:
        labels: one for each run, at least one run.
        before: the figure of each run before training.
        after: the figure after it.
        path: an SVG or PNG file.
        name: of the figure, for the axis.

    Raises:
        InvalidInput: no runs, figures that do not fit the labels, or a file's name that ends in something
            else.
        MissingExtra: matplotlib is not installed.
    """
    if not labels or not len(labels) == len(before) == len(after):
        raise InvalidInput(
            f"There must be a label and both figures for each run. Got {len(labels)}, {len(before)} and "
            f"{len(after)}."
        )
    with style():
        figure = make_figure(7.2, 1.4 + 0.32 * len(labels))
        axes = figure.subplots()
        rows = range(len(labels))
        axes.hlines(rows, before, after, color="0.8", linewidth=1.5)
        axes.plot(before, rows, "o", color="0.6", label="before")
        axes.plot(after, rows, "o", color=COLOURS[0], label="after")
        axes.set_yticks(rows, labels)
        axes.invert_yaxis()
        axes.set_xlabel(name)
        _legend(axes)
        best = max(rows, key=lambda row: after[row])
        title = f"{name} of {len(labels)} runs before and after training."
        save_figure(figure, path, f"{title} Best after it: {labels[best]}, {after[best]:.3f}.")


def _draw_scores(axes: Any, evaluations: Sequence[Mapping[str, Any]]) -> None:
    x = [record["step"] for record in evaluations]
    tasks = list(evaluations[0]["tasks"])
    for i, name in enumerate(tasks if len(tasks) > 1 else []):
        y = [record["tasks"][name]["score"] for record in evaluations]
        y = [np.nan if value is None else value for value in y]
        axes.plot(x, y, color=COLOURS[i % len(COLOURS)], linestyle=":", marker=".", label=name)
    axes.plot(x, [record["score"] for record in evaluations], color="black", marker="o", label="score")
    axes.set_ylabel("score")
    _legend(axes)


def _thinned(values: Sequence[float]) -> list[float]:
    """Return at most 400 means of neighbours."""
    if len(values) <= _MOST_POINTS:
        return list(values)
    return [float(block.mean()) for block in np.array_split(np.asarray(values, float), _MOST_POINTS)]


def style() -> Any:
    """Return a context in which drawings look as all of metier's do.

    Raises:
        MissingExtra: matplotlib is not installed.
    """
    return require("matplotlib").rc_context(_SETTINGS)


def make_figure(width: float, height: float) -> Any:
    """Return an empty figure, so many inches wide and high."""
    # A figure of its own, not pyplot's: that keeps every figure in a list of the process.
    return require("matplotlib.figure").Figure(figsize=(width, height), layout="constrained")


def _legend(axes: Any) -> None:
    if axes.get_legend_handles_labels()[0]:
        axes.legend(frameon=False, fontsize=9)


def save_figure(figure: Any, path: Path, title: str) -> None:
    """Write a figure; equal figures give equal files.

    Args:
        figure: of matplotlib.
        path: an SVG or PNG file.
        title: what a reader gets who cannot see it.

    Raises:
        InvalidInput: the file's name ends in something else.
    """
    check_picture(path)
    kind = path.suffix.removeprefix(".")
    # What is left out would tell the time or the version.
    left_out = {"svg": {"Date": None, "Creator": None}, "png": {"Software": None}}
    figure.savefig(path, format=kind, dpi=150, metadata={"Title": title, **left_out[kind]})


def check_picture(path: Path) -> None:
    """Refuse a file that no drawing can be written to, before it takes its time.

    Raises:
        InvalidInput: its name ends in something else than .svg or .png.
    """
    if path.suffix not in {".svg", ".png"}:
        raise InvalidInput(f"{path} must end in .svg or .png. Got {path.suffix or 'no ending'}.")
