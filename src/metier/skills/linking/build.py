"""Builds what linking uses: a tagger on an encoder that stays as it is, or a backbone trained along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from metier.encoders.folder import ModelCard, ModelFolder, file_hashes
from metier.encoders.reading import Encoder
from metier.errors import InvalidInput
from metier.skills.architectures.token_states import FrozenStates, TrainedStates
from metier.skills.labelled_csv import read_label_table
from metier.skills.linking.head import LinkingWeights, save_linking_head
from metier.skills.linking.network import LinkingNetwork
from metier.skills.linking.tasks import (
    ContextTask,
    NameTask,
    SentenceTask,
    SpanTask,
    is_trained_on,
    name_pairs,
)
from metier.skills.seeds import stable_random
from metier.skills.span_sets import SpannedText, read_span_sets
from metier.skills.taxonomy import Taxonomy
from metier.training.backbone import load_backbone
from metier.training.durable import whole_folder
from metier.training.freezing import drop_dropout, freeze_lowest
from metier.training.options import TrainOptions
from metier.training.output import MODEL, RUN, Origin, Watch, check_output
from metier.training.splits import Part, assign_parts
from metier.training.task import TrainingTask
from metier.training.trainer import train

TUNE_SHARE: Final = 0.1
N_TUNE_PAIRS: Final = 300


@dataclass(frozen=True, slots=True)
class LinkerOptions:
    """What is built, and how.

    Attributes:
        spans: texts with marked spans (`read_span_sets`).
        train: steps, rates, seed and the like.
        backbone: a Hugging Face folder or hub name, trained along on the names of the taxonomy too; None for
            a tagger on the encoder in use, which stays as it is.
        labelled: a CSV of sentences with skills of the taxonomy, for a trained backbone; or None.
        frozen_layers: layers of the backbone, from the lowest, that are not trained.
        weights: of what speaks for a skill.

    Raises:
        InvalidInput: fewer than 0 frozen layers.
    """

    spans: Path
    train: TrainOptions
    backbone: str | None = None
    labelled: Path | None = None
    frozen_layers: int = 0
    weights: LinkingWeights = field(default_factory=LinkingWeights)

    def __post_init__(self) -> None:
        if self.frozen_layers < 0:
            raise InvalidInput(f"frozen_layers must be 0 or more. Got {self.frozen_layers}.")


def build_linker(
    options: LinkerOptions,
    taxonomy: Taxonomy | None,
    output: Path,
    *,
    origin: Origin,
    encoder: Encoder | None = None,
    watch: Watch | None = None,
) -> ModelCard:
    """Train a head for linking, write it, and return its card.

    A stopped run goes on, with the same arguments; a finished one is not repeated.

    Args:
        options: what and how.
        taxonomy: whose names a backbone learns; None for a tagger alone, which learns none.
        output: gets `run`, the record of the training, and `model`, the model folder.
        origin: what the card says of it; training data and metrics are added.
        encoder: what a tagger without a backbone reads the states of.
        watch: told how it goes.

    Raises:
        NotFound: a file is missing.
        InvalidInput: a file breaks its format or is too small, the output holds another run or model, or the
            taxonomy or the encoder is missing where it is needed.
        MissingExtra: the `train` extra is not installed.
    """
    watch = watch or Watch()
    check_output(output)
    network = _network(options, encoder)
    tasks = _tasks(options, taxonomy, network)
    encoder_sha256 = "" if options.backbone is not None or encoder is None else encoder.sha256
    facts = {"backbone": options.backbone or "", "encoder_sha256": encoder_sha256}
    if options.backbone is not None and taxonomy is not None:
        facts["taxonomy_sha256"] = taxonomy.sha256
    chosen = replace(options.train, inputs={**options.train.inputs, **facts})
    result = train(network.module, tasks, chosen, output / RUN, say=watch.say, progress=watch.progress)
    if not (output / MODEL).exists():
        origin = replace(
            origin,
            training_data={**origin.training_data, **_training_data(options, taxonomy)},
            metrics={**origin.metrics, "tune": {name: dict(found) for name, found in result.scores.items()}},
        )
        with whole_folder(output / MODEL) as place:
            save_linking_head(
                network.numpy_tagger(),
                options.weights,
                place,
                origin,
                encoder_sha256=encoder_sha256,
                backbone=network.source.backbone,
            )
    return ModelFolder.peek(output / MODEL).card


def _training_data(options: LinkerOptions, taxonomy: Taxonomy | None) -> dict[str, str]:
    """Return the hashes of what was learned from, by name; a tagger alone learns from the spans only."""
    tagger_alone = options.backbone is None
    files = [options.spans]
    if options.labelled is not None and not tagger_alone:
        files.append(options.labelled)
    found = file_hashes(files)
    if taxonomy is not None and not tagger_alone:
        found[f"taxonomy: {taxonomy.name}"] = taxonomy.sha256
    return found


def _network(options: LinkerOptions, encoder: Encoder | None) -> LinkingNetwork:
    if options.backbone is None:
        if encoder is None:
            raise InvalidInput("A tagger without a backbone needs an encoder. Give one, or name a backbone.")
        return LinkingNetwork(FrozenStates(encoder), seed=options.train.seed)
    backbone = load_backbone(options.backbone)
    freeze_lowest(backbone.model, options.frozen_layers)
    drop_dropout(backbone.model)
    return LinkingNetwork(TrainedStates(backbone), seed=options.train.seed)


def _tasks(options: LinkerOptions, taxonomy: Taxonomy | None, network: LinkingNetwork) -> list[TrainingTask]:
    rows, tune = _split(read_span_sets(options.spans), options.train.seed)
    tasks: list[Any] = [SpanTask(network, rows, tune)]
    if options.backbone is None:
        return tasks
    if taxonomy is None:
        raise InvalidInput("A backbone learns the names of a taxonomy. Give one, or name no backbone.")
    skills = [entry.skill for entry in taxonomy.entries]
    pairs = name_pairs(skills)
    stable_random("names", options.train.seed).shuffle(pairs)
    if len(pairs) < 2 * N_TUNE_PAIRS:
        raise InvalidInput(
            f"Taxonomy {taxonomy.name} has {len(pairs)} other names and descriptions; a backbone needs "
            f"{2 * N_TUNE_PAIRS}. Train a tagger alone, without a backbone."
        )
    tasks.append(NameTask(network, skills, pairs[N_TUNE_PAIRS:], pairs[:N_TUNE_PAIRS], weight=0.5))
    tasks.append(ContextTask(network, skills, [row for row in rows if row.spans], weight=0.6))
    if options.labelled is not None:
        place = {skill.id: i for i, skill in enumerate(skills)}
        table = read_label_table(options.labelled, taxonomy, unknown="skip").rows
        shown = [(row.text, tuple(place[skill] for skill in row.shown)) for row in table if row.shown]
        tasks.append(SentenceTask(network, skills, shown, weight=0.15))
    return tasks


def _split(rows: Sequence[SpannedText], seed: int) -> tuple[list[SpannedText], list[SpannedText]]:
    """Return texts to train on, the bare ones thinned out, and texts to tune on."""
    shares = {Part.TRAIN: 1 - TUNE_SHARE, Part.TUNE: TUNE_SHARE}
    parts = assign_parts([row.text for row in rows], shares, seed=seed)
    fit = [row for row, part in zip(rows, parts, strict=True) if part is Part.TRAIN and is_trained_on(row)]
    tune = [row for row, part in zip(rows, parts, strict=True) if part is Part.TUNE]
    if not fit or not tune:
        raise InvalidInput(f"{len(rows)} texts are too few to set some apart for tuning. Give a larger file.")
    return fit, tune
