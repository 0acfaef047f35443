"""Trains for search with every combination of some choices, and sets the runs side by side.

A folder for each run, `sweep.csv` and `sweep.png`. A run that is finished is kept when the sweep is started
again; one that was stopped goes on; one that failed is tried again.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any, Final

from metier.encoders.folder import file_sha256
from metier.encoders.reading import Encoder
from metier.errors import InvalidInput, MetierError, MissingExtra
from metier.search.training.build import SearchTrainOptions, train_search
from metier.training.charts import draw_before_after
from metier.training.checkpoint import write_json
from metier.training.durable import remove_folder, write_whole
from metier.training.fingerprint import fingerprint
from metier.training.output import RUN, Origin, Watch
from metier.training.run_folder import RunFolder

TABLE: Final = "sweep.csv"
CHART: Final = "sweep.png"
ROW: Final = "row.json"
HEAD_ONLY: Final = "head"
"""What the table calls a head on the encoder in use, where a backbone would be named."""
_MOST_ERROR_CHARS: Final = 300


@dataclass(frozen=True, slots=True)
class Choice:
    """What one run of a sweep is trained with.

    Attributes:
        backbone: folder or hub name; None for a head on the encoder in use.
        margin: of the loss.
        learning_rate: of the backbone, or of the head.
        batch_size: rows of a batch.
        epochs: passes over the pairs.
    """

    backbone: str | None
    margin: float
    learning_rate: float
    batch_size: int
    epochs: float

    @property
    def name(self) -> str:
        """Return the name of its folder, the same whatever else is in the sweep."""
        shown = HEAD_ONLY
        if self.backbone is not None:
            # Two folders may end alike.
            digest = hashlib.sha256(self.backbone.encode()).hexdigest()[:6]
            shown = f"{re.sub(r'[^A-Za-z0-9._-]', '-', Path(self.backbone).name)[:40]}-{digest}"
        return f"{shown}-m{self.margin:g}-lr{self.learning_rate:g}-b{self.batch_size}-e{self.epochs:g}"

    def applied(self, base: SearchTrainOptions) -> SearchTrainOptions:
        """Return options with these choices in place of their own.

        Raises:
            InvalidInput: a value out of its range.
        """
        rate = self.learning_rate
        train = replace(base.train, steps=None, epochs=self.epochs, head_rate=rate, backbone_rate=rate)
        loss = replace(base.loss, margin=self.margin, batch_size=self.batch_size)
        return replace(base, backbone=self.backbone, train=train, loss=loss)


@dataclass(frozen=True, slots=True)
class SweepGrid:
    """What a sweep tries: every combination of the values.

    Attributes:
        backbones: folders, hub names, or None for a head on the encoder in use.
        margins: of the loss.
        learning_rates: of the backbone, or of the head.
        batch_sizes: rows of a batch.
        epochs: passes over the pairs.

    Raises:
        InvalidInput: one of them has no value.
    """

    backbones: tuple[str | None, ...] = (None,)
    margins: tuple[float, ...] = (0.3,)
    learning_rates: tuple[float, ...] = (1e-5,)
    batch_sizes: tuple[int, ...] = (16,)
    epochs: tuple[float, ...] = (10.0,)

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if not getattr(self, name):
                raise InvalidInput(f"{name} of a sweep must have at least one value. It has none.")

    def choices(self) -> list[Choice]:
        """Return all combinations, each once."""
        values = (self.backbones, self.margins, self.learning_rates, self.batch_sizes, self.epochs)
        return list(dict.fromkeys(Choice(*combination) for combination in product(*values)))


@dataclass(frozen=True, slots=True)
class SweepRow:
    """How one run of a sweep ended.

    Attributes:
        choice: what it was trained with.
        mrr: mean reciprocal rank on the tune part after training; None where the run failed, as below.
        pass_at_1: share of the tune queries whose first text is right.
        untuned_mrr: mean reciprocal rank before training.
        steps: updates of the weights.
        seconds: spent in them.
        error: why it failed; empty where it did not.
    """

    choice: Choice
    mrr: float | None = None
    pass_at_1: float | None = None
    untuned_mrr: float | None = None
    steps: int | None = None
    seconds: float | None = None
    error: str = ""


def run_sweep(
    base: SearchTrainOptions,
    grid: SweepGrid,
    output: Path,
    *,
    origin: Origin,
    encoder: Encoder | None = None,
    watch: Watch | None = None,
) -> list[SweepRow]:
    """Train with every combination and return how the runs ended, in the order of the grid.

    The table is written anew after each run, the chart after the last. Of a finished run the model stays, its
    checkpoints are deleted. A run that fails is recorded with its error, and the others go on.

    Args:
        base: all that the grid does not say.
        grid: the choices.
        output: a folder of this sweep alone.
        origin: what the cards say of the models; each is named after its run.
        encoder: what heads without a backbone are fitted to.
        watch: told how it goes.

    Raises:
        InvalidInput: the output holds other things, or a value of the grid is out of its range.
        MissingExtra: the `train` extra is not installed.
    """
    watch = watch or Watch()
    choices = grid.choices()
    runs = [choice.applied(base) for choice in choices]
    _check_folder(output)
    output.mkdir(parents=True, exist_ok=True)
    rows: list[SweepRow] = []
    _write(rows, output)
    for i, (choice, options) in enumerate(zip(choices, runs, strict=True), start=1):
        watch.say(f"Run {i} of {len(choices)}: {choice.name}.")
        named = replace(origin, name=f"{origin.name}-{choice.name}")
        rows.append(_one_run(choice, options, output / choice.name, named, encoder=encoder, watch=watch))
        _write(rows, output)
    _draw(rows, output)
    return rows


def best_row(rows: Sequence[SweepRow]) -> SweepRow | None:
    """Return the run with the highest mean reciprocal rank, the first of equals; None if all failed."""
    scored = [row for row in rows if row.mrr is not None]
    return max(scored, key=lambda row: row.mrr or 0.0, default=None)


def _check_folder(output: Path) -> None:
    if output.exists() and not output.is_dir():
        raise InvalidInput(f"{output} must be a folder. Name another one.")
    if output.is_dir() and any(output.iterdir()) and not (output / TABLE).is_file():
        raise InvalidInput(f"{output} must be empty or hold a sweep. Name another folder.")


def _one_run(
    choice: Choice,
    options: SearchTrainOptions,
    folder: Path,
    origin: Origin,
    *,
    encoder: Encoder | None,
    watch: Watch,
) -> SweepRow:
    try:
        key = _key(options, encoder)
        kept = _kept(choice, folder, key)
        if kept is not None:
            watch.say("It is finished already.")
            return kept
        card = train_search(options, folder, origin=origin, encoder=encoder, watch=watch)
    except MissingExtra:
        raise
    # RuntimeError is what torch raises where memory is short.
    except (MetierError, RuntimeError, OSError, MemoryError) as error:
        row = SweepRow(choice, error=_told(error))
        watch.say(f"It failed: {row.error}")
        return row
    tune = card.metrics["tune"]
    summary = RunFolder(folder / RUN).summary() or {}
    row = SweepRow(
        choice, tune["after"], tune["after_pass@1"], tune["before"], tune["steps"], summary.get("seconds")
    )
    write_json(folder / ROW, {"key": key, "row": {**asdict(row), "choice": None}})
    # From here on nothing asks for them, and they are several times as large as the model.
    for left in (RunFolder(folder / RUN).checkpoints, RunFolder(folder / RUN).best):
        remove_folder(left)
    return row


def _key(options: SearchTrainOptions, encoder: Encoder | None) -> str:
    """Return what two runs share that come to the same."""
    data = [file_sha256(path) for path in options.data]
    return fingerprint([options, data, "" if encoder is None else encoder.sha256])


def _kept(choice: Choice, folder: Path, key: str) -> SweepRow | None:
    """Return how a run ended that is finished, or None."""
    try:
        content: dict[str, Any] = json.loads((folder / ROW).read_bytes())
        return SweepRow(**{**content["row"], "choice": choice}) if content["key"] == key else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _told(error: BaseException) -> str:
    """Return an error in one line; only metier's own are sure to hold no text."""
    words = " ".join(str(error).split()) if isinstance(error, MetierError) else ""
    shown = f"{type(error).__name__}: {words}" if words else type(error).__name__
    return shown[:_MOST_ERROR_CHARS]


def _write(rows: Sequence[SweepRow], output: Path) -> None:
    buffer = io.StringIO()
    columns = ["run", "backbone", "margin", "learning_rate", "batch_size", "epochs"]
    columns += ["mrr", "pass@1", "untuned_mrr", "steps", "seconds", "status", "error"]
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        choice = row.choice
        chosen = [choice.name, choice.backbone or HEAD_ONLY, choice.margin, choice.learning_rate]
        chosen += [choice.batch_size, choice.epochs]
        figures = [row.mrr, row.pass_at_1, row.untuned_mrr, row.steps, row.seconds]
        writer.writerow([*chosen, *figures, "failed" if row.error else "finished", row.error])
    write_whole(output / TABLE, buffer.getvalue().encode())


def _draw(rows: Sequence[SweepRow], output: Path) -> None:
    scored = [row for row in rows if row.mrr is not None]
    if scored:
        draw_before_after(
            [row.choice.name for row in scored],
            [row.untuned_mrr or 0.0 for row in scored],
            [row.mrr or 0.0 for row in scored],
            output / CHART,
            name="MRR",
        )
