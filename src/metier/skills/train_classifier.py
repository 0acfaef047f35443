"""Trains a skill classifier of any architecture on labelled texts, and writes it as a model folder."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from metier._extras import require
from metier.encoders.folder import ModelCard, ModelFolder, file_sha256
from metier.encoders.reading import Encoder
from metier.errors import InvalidInput
from metier.skills.architectures import attention_head, one_pass, pairwise
from metier.skills.architectures.attention_network import LabelAttentionNetwork
from metier.skills.architectures.load import ARCHITECTURES
from metier.skills.architectures.one_pass import OnePassClassifier
from metier.skills.architectures.pairwise import PairwiseClassifier
from metier.skills.architectures.rows import UNKNOWN, Example, examples_from, examples_from_pairs
from metier.skills.architectures.task import SkillRows, SkillTask, SkillTaskOptions
from metier.skills.architectures.token_states import FrozenStates, TrainedStates
from metier.skills.classifier_card import add_readme
from metier.skills.data import LabelledText
from metier.skills.evaluate_classifier import predict_pairs, report
from metier.skills.mentions import MentionFinder
from metier.skills.negatives import LabelledPair, NegativeOptions, NegativeSampler, labelled_pairs
from metier.skills.skill_names import NameSpotter
from metier.skills.taxonomy import Taxonomy
from metier.training.backbone import Backbone, load_backbone
from metier.training.durable import whole_folder
from metier.training.freezing import drop_dropout, freeze_lowest
from metier.training.lora import LoraOptions, add_lora, merge_lora
from metier.training.options import Device, TrainOptions
from metier.training.output import MODEL, RUN, Origin, Watch, check_output
from metier.training.splits import Part, assign_parts
from metier.training.trainer import TrainResult, train
from metier.types import Skill

TUNE_SHARE: Final = 0.1
LORA_LAYERS: Final = ("query", "value", "query_proj", "value_proj", "q", "v", "q_proj", "v_proj")
"""What the usual backbones call their query and value layers; each has two of these."""


@dataclass(frozen=True, slots=True)
class ClassifierOptions:
    """What is trained, and how.

    Attributes:
        architecture: `pairwise`, `one-pass` or `label-attention`.
        backbone: a Hugging Face folder or hub name, trained along; None for a label-attention head on the
            encoder in use, which stays as it is.
        train: steps, rates, seed and the like.
        task: losses and batch size.
        ratio: negatives sampled for each shown skill, 0 to 100.
        held_out: ids of skills that training never sees, neither as shown nor as negative.
        frozen_layers: layers of the backbone, from the lowest, that are not trained; word embeddings never
            are.
        dropout: keep the backbone's own dropout. Without it a step on a processor is a third quicker.
        lora: train small additions to the backbone and leave the rest of it; they are added into its
            matrices before it is saved. Without a `backbone_rate` theirs is alpha / rank of the head's.
        trust_remote_code: run Python code that the backbone's repository brings.

    Raises:
        InvalidInput: no such architecture; it needs a backbone and none is named; frozen layers together with
            LoRA, or either without a backbone.
    """

    architecture: str
    backbone: str | None
    train: TrainOptions
    task: SkillTaskOptions = field(default_factory=SkillTaskOptions)
    ratio: int = 4
    held_out: frozenset[str] = frozenset()
    frozen_layers: int = 0
    dropout: bool = True
    lora: LoraOptions | None = None
    trust_remote_code: bool = False

    def __post_init__(self) -> None:
        if self.architecture not in ARCHITECTURES:
            raise InvalidInput(
                f"architecture must be one of {', '.join(ARCHITECTURES)}. Got {self.architecture!r}."
            )
        if self.backbone is None and self.architecture != attention_head.ARCHITECTURE:
            raise InvalidInput(f"{self.architecture} trains a backbone along. Name one: --backbone NAME|DIR.")
        if self.frozen_layers < 0:
            raise InvalidInput(f"frozen_layers must be 0 or more. Got {self.frozen_layers}.")
        if self.lora is not None and self.frozen_layers:
            raise InvalidInput(
                f"LoRA leaves all layers as they are but for its additions. Got frozen_layers "
                f"{self.frozen_layers} too: drop one of the two."
            )
        if self.backbone is None and (self.lora is not None or self.frozen_layers):
            raise InvalidInput("LoRA and frozen_layers are about a backbone. Name one, or drop them.")

    @property
    def train_used(self) -> TrainOptions:
        """The options of the trainer, with the backbone's rate that LoRA asks for."""
        if self.lora is None or self.train.backbone_rate is not None:
            return self.train
        return replace(self.train, backbone_rate=self.lora.backbone_rate(self.train.head_rate))


@dataclass(frozen=True, slots=True, eq=False)
class ClassifierData:
    """What a classifier is trained on.

    Attributes:
        rows: labelled texts to train on.
        tune: others, which decide when to stop and which weights are kept.
        taxonomy: the skills.
    """

    rows: Sequence[LabelledText]
    tune: Sequence[LabelledText]
    taxonomy: Taxonomy


@dataclass(frozen=True, slots=True)
class Trained:
    """A trained classifier.

    Attributes:
        result: how the run went.
        card: of the model that it wrote.
        is_main: this process wrote it; false in the others that torchrun started.
    """

    result: TrainResult
    card: ModelCard
    is_main: bool = True


def split_rows(
    rows: Sequence[LabelledText], *, seed: int = 0, tune_share: float = TUNE_SHARE
) -> tuple[list[LabelledText], list[LabelledText]]:
    """Return the rows to train on and those to tune on; near-duplicate texts are on one side.

    Raises:
        InvalidInput: one of the two would be empty.
    """
    shares = {Part.TRAIN: 1 - tune_share, Part.TUNE: tune_share}
    parts = assign_parts([row.text for row in rows], shares, seed=seed)
    chosen = [[row for row, part in zip(rows, parts, strict=True) if part is wanted] for wanted in shares]
    if not all(chosen):
        raise InvalidInput(
            f"{len(rows)} labelled texts are too few to set some apart for tuning. Give a file of those."
        )
    return chosen[0], chosen[1]


def train_classifier(
    options: ClassifierOptions,
    data: ClassifierData,
    output: Path,
    *,
    origin: Origin,
    encoder: Encoder | None = None,
    watch: Watch | None = None,
) -> Trained:
    """Train a classifier and write it; a stopped run goes on, with the same arguments.

    Args:
        options: what and how.
        data: texts and skills.
        output: gets `run`, the record of the training, and `model`, the model folder, with a README.md and,
            in its card, figures with intervals on the tune part.
        origin: what the card says of it.
        encoder: what a head without a backbone reads the states of.
        watch: told how it goes.

    Raises:
        InvalidInput: the rows show no skill that is trained; the output holds another run or model.
        MissingExtra: the `train` extra is not installed.
    """
    taxonomy, watch = data.taxonomy, watch or Watch()
    check_output(output)
    skills = [entry.skill for entry in taxonomy.entries if entry.skill.id not in options.held_out]
    rows, tune = (without(part, options.held_out) for part in (data.rows, data.tune))
    tune_pairs = _pairs(options, tune, taxonomy)
    examples = make_examples(options, rows, taxonomy, skills)
    sets = SkillRows(skills, examples, examples_from_pairs(tune_pairs, skills))
    backbone = None if options.backbone is None else prepared_backbone(options)
    adapter = add_lora(backbone.model, options.lora) if backbone and options.lora else None
    model = make_network(options, skills, taxonomy, encoder=encoder, backbone=backbone)
    if isinstance(model, LabelAttentionNetwork):
        model.set_centers([row.text for row in rows], skills)
    task = SkillTask(model, sets, options.task)
    folder = output / RUN
    result = train(model.module, [task], options.train_used, folder, say=watch.say, progress=watch.progress)
    if adapter is not None:
        merge_lora(adapter)
    state = require("accelerate").PartialState()
    if state.is_main_process and not (output / MODEL).exists():
        measured = tune_figures(model, tune_pairs, taxonomy, seed=options.train.seed)
        metrics = {**origin.metrics, "tune": measured, **_facts(result)}
        with whole_folder(output / MODEL) as place:
            model.save(place, replace(origin, metrics=metrics))
            add_readme(place)
    state.wait_for_everyone()
    return Trained(result, ModelFolder.peek(output / MODEL).card, state.is_main_process)


def resumable(
    options: ClassifierOptions, taxonomy: Taxonomy, *, encoder: Encoder | None = None
) -> ClassifierOptions:
    """Return the options with all that a resumed run must share with the one that it goes on with.

    Data, steps and rates are compared without this; architecture, losses, backbone and taxonomy are not.

    Raises:
        MissingExtra: torch is not installed.
    """
    task = {name: value for name, value in asdict(options.task).items() if value is not None}
    facts: dict[str, object] = {
        "architecture": options.architecture,
        "backbone": options.backbone or "",
        "backbone_sha256": _weights_sha256(options.backbone),
        "encoder_sha256": encoder.sha256 if encoder is not None and options.backbone is None else "",
        "taxonomy_sha256": taxonomy.sha256,
        "ratio": options.ratio,
        "frozen_layers": options.frozen_layers,
        "dropout": options.dropout,
        "lora": "" if options.lora is None else asdict(options.lora),
        **task,
    }
    inputs = {**options.train.inputs, **{name: str(value) for name, value in facts.items()}}
    # Said outright, since accelerate joins processes on processors only where it is told to use these.
    has_other = require("torch").accelerator.is_available()
    device = options.train.device if has_other else Device.CPU
    return replace(options, train=replace(options.train, inputs=inputs, device=device))


def tune_figures(
    model: Any, pairs: Sequence[LabelledPair], taxonomy: Taxonomy, *, seed: int
) -> dict[str, Any]:
    """Return what `report` says of a model as it stands, on pairs of which each counts once."""
    classifier = model.classifier() if isinstance(model, LabelAttentionNetwork) else model
    once = {(pair.text, pair.skill): pair for pair in reversed(pairs)}
    return report(predict_pairs(classifier, list(once.values())[::-1], taxonomy), seed=seed)


def _facts(result: TrainResult) -> Mapping[str, Any]:
    return {
        "steps": result.steps,
        "best_step": result.best_step,
        "stopped": result.stopped,
        "seconds": result.seconds,
    }


def _weights_sha256(backbone: str | None) -> str:
    """Return a hash over the weights in a folder; empty for a hub name, which the name stands for."""
    folder = Path(backbone or "")
    files = sorted(folder.glob("*.safetensors")) if backbone and folder.is_dir() else []
    return hashlib.sha256("".join(map(file_sha256, files)).encode()).hexdigest() if files else ""


def make_network(
    options: ClassifierOptions,
    skills: Sequence[Skill],
    taxonomy: Taxonomy,
    *,
    encoder: Encoder | None = None,
    backbone: Backbone | None = None,
) -> Any:
    """Return an untrained classifier on a backbone, or without one on an encoder that stays as it is.

    Raises:
        InvalidInput: neither of the two.
    """
    seed = options.train.seed
    if backbone is None:
        if encoder is None:
            raise InvalidInput("A head without a backbone needs an encoder. Give one, or name a backbone.")
        return LabelAttentionNetwork(FrozenStates(encoder), seed=seed, finder=MentionFinder(taxonomy))
    if options.architecture == pairwise.ARCHITECTURE:
        return PairwiseClassifier(backbone, seed=seed)
    if options.architecture == one_pass.ARCHITECTURE:
        ids = [skill.id for skill in skills]
        return OnePassClassifier(backbone, ids, taxonomy_sha256=taxonomy.sha256, seed=seed)
    return LabelAttentionNetwork(TrainedStates(backbone), seed=seed, finder=MentionFinder(taxonomy))


def prepared_backbone(options: ClassifierOptions) -> Backbone:
    """Return the backbone with what is not trained frozen: word embeddings and the lowest layers."""
    backbone = load_backbone(str(options.backbone), trust_remote_code=options.trust_remote_code)
    freeze_lowest(backbone.model, options.frozen_layers)
    if not options.dropout:
        drop_dropout(backbone.model)
    return backbone


def never_shown(rows: Iterable[LabelledText], taxonomy: Taxonomy) -> frozenset[str]:
    """Return the ids of the skills that no row shows; sampled as negatives, they would be learned as such."""
    shown = {skill for row in rows for skill in row.shown}
    return frozenset(entry.skill.id for entry in taxonomy.entries) - shown


def without(rows: Iterable[LabelledText], held_out: Collection[str]) -> list[LabelledText]:
    """Return the rows without what they say of some skills; those stay unknown."""
    return [
        replace(row, labels={skill: label for skill, label in row.labels.items() if skill not in held_out})
        for row in rows
    ]


def make_examples(
    options: ClassifierOptions,
    rows: Sequence[LabelledText],
    taxonomy: Taxonomy,
    skills: Sequence[Skill],
) -> list[Example]:
    """Return what an architecture trains on: the same texts and labels, negatives as it can use them.

    A pairwise model gets `ratio` sampled negatives for each shown skill. One pass gets all skills of complete
    texts. Label attention gets the sampled ones, and a batch's other skills for complete texts.
    """
    if options.architecture == one_pass.ARCHITECTURE:
        full = examples_from([row for row in rows if row.complete], skills)
        rest = [row for row in rows if not row.complete]
        return full + examples_from_pairs(_pairs(options, rest, taxonomy), skills)
    examples = examples_from_pairs(_pairs(options, rows, taxonomy), skills)
    if options.architecture == attention_head.ARCHITECTURE:
        complete = {row.text for row in rows if row.complete}
        spotter = NameSpotter(taxonomy)
        return [
            _closed(example, spotter, skills) if example.text in complete else example for example in examples
        ]
    return examples


def _closed(example: Example, spotter: NameSpotter, skills: Sequence[Skill]) -> Example:
    """Return an example that other skills may be asked of; of those that its text names nothing is known."""
    named = spotter.names_in(example.text)
    own = set(example.skills.tolist())
    unsure = [i for i, skill in enumerate(skills) if i not in own and named.has(skill.id)]
    return replace(
        example,
        skills=np.concatenate([example.skills, np.array(unsure, np.int64)]),
        classes=np.concatenate([example.classes, np.full(len(unsure), UNKNOWN, np.int64)]),
        closed=True,
    )


def _pairs(
    options: ClassifierOptions, rows: Sequence[LabelledText], taxonomy: Taxonomy
) -> list[LabelledPair]:
    sampler = NegativeSampler(taxonomy, NegativeOptions(options.ratio, seed=options.train.seed))
    return [pair for pair in labelled_pairs(rows, sampler) if pair.skill not in options.held_out]
