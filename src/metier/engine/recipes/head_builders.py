"""Builds each kind of head with what its capability builds it with, on an encoder that stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from metier.encoders.load import Runtime
from metier.encoders.reading import Encoder
from metier.engine.recipes.head_recipe import HeadKind, HeadTask
from metier.engine.recipes.level_rows import read_level_rows
from metier.expertise.fit_read_once import ReadOnceOptions, ReadOnceTrainer
from metier.expertise.folder import save_levels
from metier.expertise.metrics import LevelFigures
from metier.expertise.training import LevelOptions, train_levels
from metier.interview.choice_model import load_choice_model
from metier.interview.short_answers.build import train_scores
from metier.interview.short_answers.rows import read_score_rows
from metier.interview.training.build import ChoiceTrainOptions, report_figures, train_choices
from metier.interview.training.measure import evaluate_choices
from metier.interview.training.rows import read_choices
from metier.interview.training.task import LossOptions as ChoiceLoss
from metier.search.training.build import SearchTrainOptions, train_search
from metier.search.training.task import LossOptions
from metier.skills.architectures.attention_head import ARCHITECTURE as LABEL_ATTENTION
from metier.skills.classifier_choices import TrainingChoices, options_for
from metier.skills.labelled_json import read_label_rows
from metier.skills.linking.build import LinkerOptions, build_linker
from metier.skills.taxonomy_files import load_taxonomy
from metier.skills.train_classifier import ClassifierData, resumable, train_classifier
from metier.training.durable import whole_folder
from metier.training.options import TrainOptions
from metier.training.output import MODEL, Origin, Watch
from metier.training.sets import DataSet, SetPart
from metier.training.splits import Part

_LINKING: Final = TrainOptions(steps=600, evaluate_every=50, checkpoint_every=50)
_SEARCH: Final = TrainOptions(epochs=10, evaluate_every=100, patience=5, checkpoint_every=500)
_CHOICES: Final = TrainOptions(epochs=40, checkpoint_every=100)
_BATCH_SIZE: Final = 16
_LEVEL_SHARES: Final[Mapping[Part, float]] = {Part.TRAIN: 0.75, Part.CALIBRATE: 0.15, Part.REPORT: 0.1}
_RESAMPLES: Final = 200  # four times a thousand, the baselines' too, would take longer than the head
_SKILL_FIGURES: Final = ("n_pairs", "n_texts", "macro_f1", "accuracy", "calibration_error", "classes")
_LEVEL_FIGURES: Final = ("roc_auc", "qwk", "adjacent", "accuracy", "coverage", "set_size")


@dataclass(frozen=True, slots=True, eq=False)
class HeadJob:
    """A head that is to be built.

    Attributes:
        task: what the recipe says of it.
        sets: what it learns from, checked.
        encoder: stays as it is.
        seed: of all that is random.
        output: gets `model` and, of a head that learns step by step, `run`.
        origin: what the card says of it.
        watch: told how it goes.
    """

    task: HeadTask
    sets: tuple[DataSet, ...]
    encoder: Encoder
    seed: int
    output: Path
    origin: Origin
    watch: Watch

    @property
    def data(self) -> DataSet:
        """The set of a head that learns from one."""
        return self.sets[0]

    def options(self, usual: TrainOptions) -> TrainOptions:
        """Return the options of a head's training where the recipe says something else."""
        steps, epochs, rate = self.task.steps, self.task.epochs, self.task.head_rate
        if steps is None and epochs is None:
            steps, epochs = usual.steps, usual.epochs
        rate = usual.head_rate if rate is None else rate
        return replace(usual, steps=steps, epochs=epochs, head_rate=rate, seed=self.seed)


def build_head(job: HeadJob) -> Mapping[str, Any]:
    """Build a head, write its model folder, and return figures of rows that it did not learn from.

    A training that was stopped goes on. A set without a part to measure on may give no figures.

    Args:
        job: what and where.

    Raises:
        NotFound: a file is missing.
        InvalidInput: a file breaks its format or is too small, or the output holds another run.
        MissingExtra: the `train` extra is not installed.
    """
    return _BUILDERS[job.task.head](job)


def _linking(job: HeadJob) -> Mapping[str, Any]:
    options = LinkerOptions(job.data.file(SetPart.TRAIN), job.options(_LINKING))
    card = build_linker(options, None, job.output, origin=job.origin, encoder=job.encoder, watch=job.watch)
    found: Mapping[str, Any] = card.metrics["tune"]["spans"]
    return found


def _search(job: HeadJob) -> Mapping[str, Any]:
    options = SearchTrainOptions(
        data=tuple(data.file(SetPart.TRAIN) for data in job.sets),
        train=job.options(_SEARCH),
        loss=LossOptions(batch_size=job.task.batch_size or _BATCH_SIZE),
    )
    card = train_search(options, job.output, origin=job.origin, encoder=job.encoder, watch=job.watch)
    found: Mapping[str, Any] = card.metrics["tune"]
    return found


def _skills(job: HeadJob) -> Mapping[str, Any]:
    task, data = job.task, job.data
    taxonomy = load_taxonomy(data.file(SetPart.TAXONOMY))
    train, tune = (read_label_rows(data.file(part), taxonomy).rows for part in (SetPart.TRAIN, SetPart.TUNE))
    choices = TrainingChoices(
        epochs=task.epochs,
        steps=task.steps,
        head_rate=task.head_rate,
        batch_size=task.batch_size,
        seed=job.seed,
    )
    options = resumable(options_for(LABEL_ATTENTION, None, choices), taxonomy, encoder=job.encoder)
    rows = ClassifierData(train, tune, taxonomy)
    trained = train_classifier(
        options, rows, job.output, origin=_with_data(job), encoder=job.encoder, watch=job.watch
    )
    return {name: trained.card.metrics["tune"][name] for name in _SKILL_FIGURES}


def _choices(job: HeadJob) -> Mapping[str, Any]:
    options = ChoiceTrainOptions(
        data=job.data.file(SetPart.TRAIN),
        train=job.options(_CHOICES),
        loss=ChoiceLoss(batch_size=job.task.batch_size or _BATCH_SIZE),
    )
    train_choices(options, job.output, origin=job.origin, encoder=job.encoder, watch=job.watch)
    if SetPart.TUNE not in job.data.files:
        return {}
    model = load_choice_model(job.output / MODEL, Runtime(), encoder=job.encoder)
    return report_figures(evaluate_choices(model, read_choices(job.data.file(SetPart.TUNE))))


def _scores(job: HeadJob) -> Mapping[str, Any]:
    rows = read_score_rows(job.data.file(SetPart.TRAIN))
    named = replace(rows, name=job.data.files[SetPart.TRAIN].path)
    with whole_folder(job.output / MODEL) as place:
        card = train_scores(named, job.encoder, place, job.origin, seed=job.seed, watch=job.watch)
    return card.metrics


def _levels(job: HeadJob) -> Mapping[str, Any]:
    read = read_level_rows(job.sets, job.encoder, job.watch.say)
    learner = ReadOnceTrainer(ReadOnceOptions(blocks=read.blocks, seed=job.seed), job.encoder.sha256)
    options = LevelOptions(learner, shares=_LEVEL_SHARES, seed=job.seed, resamples=_RESAMPLES)
    found = train_levels(read.rows, options, job.watch)
    figures = _level_figures(found.report.figures)
    origin = replace(_with_data(job), metrics={"tune": figures, "rows": dict(found.report.parts)})
    with whole_folder(job.output / MODEL) as place:
        save_levels(found.model, place, origin)
    return figures


def _level_figures(figures: LevelFigures | None) -> dict[str, Any]:
    if figures is None:
        return {}
    found = {name: getattr(figures, name) for name in _LEVEL_FIGURES}
    return {"rows": figures.rows, **{name: asdict(each) for name, each in found.items() if each is not None}}


def _with_data(job: HeadJob) -> Origin:
    """Return the origin with the files that a head learns from, where its builder does not say them."""
    files = {path: sha256 for data in job.sets for path, sha256 in data.learned_from().items()}
    return replace(job.origin, training_data={**job.origin.training_data, **files})


_BUILDERS: Final[Mapping[HeadKind, Callable[[HeadJob], Mapping[str, Any]]]] = {
    HeadKind.LINKING: _linking,
    HeadKind.SEARCH: _search,
    HeadKind.SKILLS: _skills,
    HeadKind.CHOICES: _choices,
    HeadKind.SCORES: _scores,
    HeadKind.LEVELS: _levels,
}
