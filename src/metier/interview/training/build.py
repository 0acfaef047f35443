"""Builds a model that chooses: a backbone trained whole, or a head on an encoder left as it is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from metier._extras import require
from metier.encoders.folder import CARD, ModelCard, ModelFolder, file_hashes
from metier.encoders.reading import Encoder
from metier.errors import InvalidInput
from metier.interview.choice_model import TASK, write_candidates
from metier.interview.evaluation import ChoiceReport
from metier.interview.training.labels import LabelOptions, candidate_texts
from metier.interview.training.rows import Choices, Target, read_choices, split_choices
from metier.interview.training.task import ChoiceTask, LossOptions
from metier.training.bi_encoder import (
    ProjectedEncoder,
    RowLimits,
    TrainedBackbone,
    load_trained,
    save_trained,
)
from metier.training.durable import remove_folder, whole_folder
from metier.training.options import TrainOptions
from metier.training.output import MODEL, RUN, Origin, Watch
from metier.training.projection import save_projection
from metier.training.trainer import train

MAX_TOKENS: Final = 256
_SEED: Final = "seed-"


@dataclass(frozen=True, slots=True)
class ChoiceTrainOptions:
    """What is trained, and how.

    Attributes:
        data: CSV as `read_choices` takes it.
        train: steps, rates, seed and the like; not when to evaluate, which `tune_share` and `patience` say.
            A backbone takes the backbone's rate, a head the head's.
        target: what is chosen; None to tell it by the header.
        backbone: a Hugging Face folder or hub name, or a model folder that a training wrote; None for a head
            on the encoder in use, which stays as it is.
        loss: how a batch becomes a loss.
        labels: how labels become texts.
        limits: tokens of a row in training, and prefixes; of a backbone.
        frozen_layers: layers of the backbone, from the lowest, that are not trained; None for a third of
            them. Word embeddings never are.
        dropout: keep the backbone's dropout.
        average_seeds: runs, at least 1, from one start and in other orders, whose weights are averaged.
        tune_share: share of the inputs that is set apart to choose the best weights of a run by; 0 to train
            on all and keep the last weights.
        patience: passes over the training part without a better score on the tune part after which a run
            stops, at least 1; None for no early stopping.

    Raises:
        InvalidInput: a number out of its range.
    """

    data: Path
    train: TrainOptions
    target: Target | None = None
    backbone: str | None = None
    loss: LossOptions = field(default_factory=LossOptions)
    labels: LabelOptions = field(default_factory=LabelOptions)
    limits: RowLimits = field(default_factory=lambda: RowLimits(MAX_TOKENS, MAX_TOKENS))
    frozen_layers: int | None = None
    dropout: bool = False
    average_seeds: int = 1
    tune_share: float = 0.0
    patience: int | None = None

    def __post_init__(self) -> None:
        if self.frozen_layers is not None and self.frozen_layers < 0:
            raise InvalidInput(f"frozen_layers must be 0 or more. Got {self.frozen_layers}.")
        if self.average_seeds < 1:
            raise InvalidInput(f"average_seeds must be at least 1. Got {self.average_seeds}.")
        if not 0 <= self.tune_share < 1:
            raise InvalidInput(f"tune_share must be from 0 to below 1. Got {self.tune_share}.")
        if self.patience is not None and self.patience < 1:
            raise InvalidInput(f"patience must be at least 1. Got {self.patience}.")
        if not self.tune_share and self.patience:
            raise InvalidInput(
                f"patience needs a tune part. Got {self.patience} with tune_share 0: raise the latter."
            )
        if self.train.evaluate_every is not None:
            raise InvalidInput("A run is evaluated after each pass over its data. Leave evaluate_every out.")


def train_choices(
    options: ChoiceTrainOptions,
    output: Path,
    *,
    origin: Origin,
    encoder: Encoder | None = None,
    watch: Watch | None = None,
    force: bool = False,
) -> ModelCard:
    """Train a model that chooses, write it, and return its card.

    The card's metrics hold under "tune", or under "train" where nothing is set apart, the figures `before`
    and `after` training, and under `seeds` those of each run. A stopped run goes on, with the same
    arguments. Where a trained model is there already, nothing is done.

    Args:
        options: what and how.
        output: gets `run`, the record of the training, with a folder for each of several seeds, and `model`:
            a folder that `load_choice_model` loads, and `load_encoder` if there is a backbone.
        origin: what the card says of it; training data and metrics are added.
        encoder: what a head without a backbone is fitted to.
        watch: told how it goes.
        force: delete a model and the record of a run that are there, and start anew.

    Raises:
        NotFound: a file or the backbone is missing.
        InvalidInput: the data break the format or are too few, the output holds another run, or the encoder
            is missing where it is needed.
        MissingExtra: the `train` extra is not installed.
    """
    watch = watch or Watch()
    check_choice_output(output)
    if is_trained(output) and not force:
        return ModelFolder.peek(output / MODEL).card
    choices = read_choices(options.data, options.target)
    learnt, tune = split_choices(choices, options.tune_share, seed=options.train.seed)
    texts = candidate_texts(learnt, options.labels)
    network = _network(options, choices, list(texts.values()), encoder, watch)
    if force:
        _start_anew(output)
    task = ChoiceTask(network, learnt, tune, texts=list(texts.values()), options=options.loss)
    found = _trained(task, _resumable(options, choices.target, learnt, encoder), options, output, watch)
    if _is_main():
        origin = replace(
            origin,
            training_data={**origin.training_data, **_training_data(options)},
            metrics={**origin.metrics, "train" if tune is None else "tune": found},
        )
        with whole_folder(output / MODEL) as place:
            write_candidates(place, choices.target, texts)
            _save(network, place, origin)
    require("accelerate").PartialState().wait_for_everyone()
    return ModelFolder.peek(output / MODEL).card


def is_trained(output: Path) -> bool:
    """Tell whether a training wrote its model there."""
    return (output / MODEL / CARD).is_file()


def run_folders(output: Path) -> list[Path]:
    """Return the folders of the runs that a training with several seeds left, in the order of the seeds."""
    return sorted((output / RUN).glob(f"{_SEED}*"), key=lambda path: int(path.name.removeprefix(_SEED)))


def check_choice_output(output: Path) -> None:
    """Refuse a folder that a training cannot write to or go on in, before it takes its time.

    Raises:
        InvalidInput: it is a file, or holds other things than a run and its model.
    """
    if output.exists() and not output.is_dir():
        raise InvalidInput(f"{output} must be a folder. Name another one.")
    if output.is_dir() and any(output.iterdir()) and not (output / RUN).is_dir():
        raise InvalidInput(f"{output} must be empty or hold a run. Name another folder.")


def report_figures(report: ChoiceReport) -> dict[str, Any]:
    """Return the figures of a report without the wrong choices."""
    return {name: value for name, value in asdict(report).items() if name != "wrong"}


def _network(
    options: ChoiceTrainOptions,
    choices: Choices,
    texts: Sequence[str],
    encoder: Encoder | None,
    watch: Watch,
) -> TrainedBackbone | ProjectedEncoder:
    if options.backbone is None:
        if encoder is None:
            raise InvalidInput("A head without a backbone needs an encoder. Give one, or name a backbone.")
        return ProjectedEncoder(encoder, choices.inputs, texts, say=watch.say)
    return load_trained(
        options.backbone,
        options.train,
        limits=options.limits,
        frozen_layers=options.frozen_layers,
        dropout=options.dropout,
    )


def _start_anew(output: Path) -> None:
    if _is_main():
        remove_folder(output / MODEL)
        remove_folder(output / RUN)
    require("accelerate").PartialState().wait_for_everyone()


def _is_main() -> bool:
    return bool(require("accelerate").PartialState().is_main_process)


def _trained(
    task: ChoiceTask, chosen: TrainOptions, options: ChoiceTrainOptions, output: Path, watch: Watch
) -> dict[str, Any]:
    """Train all runs, leave the average of their weights in the network, and return the figures."""
    part, network = task.tune or task.train, task.network
    start = {name: tensor.clone() for name, tensor in network.module.state_dict().items()}
    before = report_figures(task.measured(part, network.untrained))
    seeds: list[dict[str, Any]] = []
    total: dict[str, Any] = {}
    for number in range(options.average_seeds):
        seed = chosen.seed + number
        folder = output / RUN / f"{_SEED}{seed}" if options.average_seeds > 1 else output / RUN
        network.module.load_state_dict(start)
        own = replace(chosen, seed=seed)
        result = train(network.module, [task], own, folder, say=watch.say, progress=watch.progress)
        figures = report_figures(task.measured(part, network.encode))
        seeds.append({"seed": seed, "steps": result.steps, "best_step": result.best_step, **figures})
        _add(total, network.module, 1 / options.average_seeds)
    if options.average_seeds > 1:
        network.module.load_state_dict({name: total[name].to(start[name].dtype) for name in start})
    return {"before": before, "after": report_figures(task.measured(part, network.encode)), "seeds": seeds}


def _add(total: dict[str, Any], module: Any, share: float) -> None:
    """Add a share of a network's weights to a sum, in double precision."""
    for name, tensor in module.state_dict().items():
        part = tensor.double() * share
        total[name] = total[name] + part if name in total else part


def _resumable(
    options: ChoiceTrainOptions, target: Target, learnt: Choices, encoder: Encoder | None
) -> TrainOptions:
    """Return the trainer's options with all that a resumed run must share."""
    facts: dict[str, object] = {
        "target": target,
        "backbone": options.backbone or "",
        "encoder_sha256": "" if options.backbone is not None or encoder is None else encoder.sha256,
        **asdict(options.loss),
        "frozen_layers": options.frozen_layers,
        "dropout": options.dropout,
        "average_seeds": options.average_seeds,
        "tune_share": options.tune_share,
        "max_tokens_query": options.limits.query,
        "max_tokens_passage": options.limits.passage,
        "prefixes": sorted(options.limits.prefixes.items()),
    }
    per_pass = math.ceil(len(learnt.inputs) / options.loss.batch_size)
    return replace(
        options.train,
        evaluate_every=per_pass if options.tune_share else None,
        patience=options.patience,
        inputs={**options.train.inputs, **{name: str(value) for name, value in facts.items()}},
    )


def _training_data(options: ChoiceTrainOptions) -> Mapping[str, str]:
    paths = [options.data] if options.labels.file is None else [options.data, options.labels.file]
    return file_hashes(paths)


def _save(network: TrainedBackbone | ProjectedEncoder, place: Path, origin: Origin) -> None:
    if isinstance(network, TrainedBackbone):
        save_trained(network, place, origin)
        return
    save_projection(
        network.projection,
        network.center,
        place,
        origin,
        task=TASK,
        encoder_sha256=network.encoder.sha256,
    )
