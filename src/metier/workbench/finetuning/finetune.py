"""Fine-tunes a network on labelled rows: a run, the figures of its best weights, a folder."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from metier.errors import InvalidInput
from metier.training.causal_model import weights_sha256, without_advice
from metier.training.freezing import freeze_lowest
from metier.training.lora import LoraOptions, add_lora, merge_lora
from metier.training.networks import Head, Network
from metier.training.options import TrainOptions
from metier.training.output import Origin, Watch, check_output
from metier.training.randomness import kept_random_state, seed_all
from metier.workbench.architectures import lora_targets
from metier.workbench.finetuning.answer import THRESHOLD, SpanObjective
from metier.workbench.finetuning.measuring import Measures, measure
from metier.workbench.finetuning.options import FinetuneOptions
from metier.workbench.finetuning.parts import n_shared
from metier.workbench.finetuning.rank import n_choices
from metier.workbench.finetuning.reading import read_windows
from metier.workbench.finetuning.rows import AnswerRow, RankRow, Row
from metier.workbench.finetuning.starts import begin, set_saved
from metier.workbench.finetuning.tasks import ROW_TYPES, check_rows, make_task, with_max_tokens
from metier.workbench.runs import Trained, per_epoch, train_network, write_trained

MAX_TOKENS: Final = 128
MAX_TOKENS_OF_ANSWERS: Final = 384
_CHECKPOINT_STEPS: Final = 500


@dataclass(frozen=True, slots=True)
class FinetuneData:
    """Rows of one kind.

    Attributes:
        rows: to learn from, at least one.
        dev: to choose the best weights by, at least one.
        test: to measure on after that; nothing is chosen by them. May be empty.
    """

    rows: Sequence[Row]
    dev: Sequence[Row]
    test: Sequence[Row] = ()


@dataclass(frozen=True, slots=True)
class Finetuned:
    """What a fine-tuning came to.

    Attributes:
        folder: of the network, for transformers to open.
        measures: by part: dev, and test if there was one.
        n: rows of each part.
        trained: the run.
    """

    folder: Path
    measures: Mapping[str, Measures]
    n: Mapping[str, int]
    trained: Trained


def finetune(
    source: str, data: FinetuneData, output: Path, *, options: FinetuneOptions, origin: Origin, watch: Watch
) -> Finetuned:
    """Fine-tune a network for the task that its rows are of, or go on with a run that was stopped.

    After each epoch the network is measured on dev; the weights of the best epoch are kept. OUTPUT/run has
    the run, OUTPUT/model the network, which keeps `max_tokens` as its tokenizer's longest row and, for
    answers, the threshold for giving none in its configuration.

    Args:
        source: a folder or hub name of an encoder, with a head or without.
        data: rows of one kind, which tells the task.
        output: a new folder, or that of a stopped run.
        options: how.
        origin: what the card says of where it comes from.
        watch: told how it goes.

    Raises:
        InvalidInput: rows or options break a rule, or a resumed run differs in a field, which is named.
        ModelMismatch: the network knows other labels, takes shorter rows, or cannot have such a head.
        ModelFormatError: the network or a file of the run is damaged.
        NotFound: no such network.
        OutOfMemory: a step does not fit into memory; checkpoints are kept.
        MissingExtra: the `train` extra is not installed.
    """
    check_output(output)
    head = head_of(data.rows)
    network = begin(source, head, data.rows, new_head=options.new_head, seed=options.seed)
    network = _fitted(network, options)
    task = make_task(network, data.rows, data.dev, options=options.task)
    if data.test:  # what cannot be measured should not be found out after the training
        check_rows(network, data.test)
    _warn(data, watch)
    run = _train_options(network, options)
    adapter = _prepare(network, options)
    run = per_epoch(run, task)
    every = run.evaluate_every or _CHECKPOINT_STEPS
    run = replace(run, patience=options.patience, checkpoint_every=min(every, _CHECKPOINT_STEPS))
    result = train_network(network, task, run, output, watch=watch)
    if adapter is not None:
        merge_lora(adapter)
    if head is Head.SPANS:
        _keep_threshold(network, data, options)
    parts = {"dev": data.dev, **({"test": data.test} if data.test else {})}
    size = options.task.batch_size
    measures = {name: measure(network, rows, batch_size=size) for name, rows in parts.items()}
    n = {"train": len(data.rows), **{name: len(rows) for name, rows in parts.items()}}
    metrics = {"n": n, **{name: plain_figures(found) for name, found in measures.items()}}
    if head is Head.SPANS:
        metrics[THRESHOLD] = getattr(network.model.config, THRESHOLD)
    trained = write_trained(network, output, origin=origin, metrics=metrics, result=result)
    return Finetuned(trained.folder, measures, n, trained)


def head_of(rows: Sequence[Row]) -> Head:
    """Return the head for rows of a kind.

    Raises:
        InvalidInput: no rows.
    """
    for head, kind in ROW_TYPES.items():
        if rows and isinstance(rows[0], kind):
            return head
    raise InvalidInput("Fine-tuning needs at least one row to learn from. Got none.")


def plain_figures(measures: Measures) -> dict[str, dict[str, float | None]]:
    """Return figures as a card holds them: value, low and high of each by name; None for an end not known."""
    return {
        name: {end: None if math.isnan(value) else value for end, value in asdict(figure).items()}
        for name, figure in measures.figures.items()
    }


def _fitted(network: Network, options: FinetuneOptions) -> Network:
    """Return the network with rows as long as asked for, in its tokenizer too, which is saved."""
    usual = MAX_TOKENS_OF_ANSWERS if network.head is Head.SPANS else MAX_TOKENS
    wanted = options.task.max_tokens or min(usual, network.max_tokens)
    fitted = with_max_tokens(network, wanted)
    set_saved(fitted, "model_max_length", wanted)
    return fitted


def _warn(data: FinetuneData, watch: Watch) -> None:
    for name, rows in (("dev", data.dev), ("test", data.test)):
        shared = n_shared(data.rows, rows)
        if shared:
            watch.say(
                f"{shared:,} of {len(rows):,} {name} rows have a text that is learned from too: the "
                "figures on them say how well it remembers."
            )
        pairs = [row for row in rows if isinstance(row, RankRow)]
        if pairs and not n_choices(pairs):
            watch.say(f"Each query of {name} has one text alone: the figures are 1 whatever is learned.")


def _train_options(network: Network, options: FinetuneOptions) -> TrainOptions:
    return TrainOptions(
        epochs=options.epochs,
        head_rate=options.head_rate_used,
        backbone_rate=options.rate_used,
        layer_decay=options.layer_decay,
        accumulate=options.accumulate,
        seed=options.seed,
        max_seconds=options.max_seconds,
        precision=options.precision,
        device=options.device,
        inputs={
            "base": network.name,
            "base_sha256": weights_sha256(network.model),
            "labels": ", ".join(network.labels),
            "task": str(asdict(options.task)),
            "lora": f"{options.lora_rank} {options.lora_alpha}" if options.lora_rank else "",
        },
    )


def _prepare(network: Network, options: FinetuneOptions) -> Any:
    """Freeze what is not trained, and return what is to be merged afterwards, if anything is."""
    if options.lora_rank is None:
        if options.frozen_layers is not None:
            freeze_lowest(network.backbone, options.frozen_layers)
        return None
    lora = LoraOptions(
        rank=options.lora_rank,
        alpha=options.lora_alpha or 2.0 * options.lora_rank,
        target_modules=lora_targets(network.model.config.model_type),
    )
    with kept_random_state(), without_advice():
        seed_all(options.seed)
        adapter = add_lora(network.backbone, lora)
    for name, parameter in network.backbone.named_parameters():
        if "pooler" in name:  # it is part of the head, and drawn at random where the encoder came without
            parameter.requires_grad = True
    return adapter


def _keep_threshold(network: Network, data: FinetuneData, options: FinetuneOptions) -> None:
    """Choose on dev when no answer is given, and put it into the configuration, which is saved."""
    answers = [row for row in (*data.rows, *data.dev) if isinstance(row, AnswerRow)]
    dev = [row for row in data.dev if isinstance(row, AnswerRow)]
    start = 0.0 if any(not row.answers for row in answers) else None
    objective = SpanObjective(network, threshold=start)
    windows = objective.windows(dev)
    raws = read_windows(objective, windows, batch_size=options.task.batch_size).raws
    chosen = objective.tuned(dev, objective.decide(dev, windows, raws)).threshold
    setattr(network.model.config, THRESHOLD, chosen)
