"""Distils a network into one of fewer layers: a run, a comparison, a folder."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from metier.encoders.folder import ModelFolder, file_hashes
from metier.errors import InvalidInput
from metier.training.causal_model import weights_sha256
from metier.training.memory import enough_memory
from metier.training.model_files import write_card
from metier.training.networks import Head, Network, write_network
from metier.training.options import Device, Precision, TrainOptions
from metier.training.output import Origin, Watch, check_output
from metier.workbench.corpus import read_corpus
from metier.workbench.finetuning.formats import read_rows
from metier.workbench.finetuning.options import TaskOptions
from metier.workbench.finetuning.parts import split_rows
from metier.workbench.finetuning.task import HeadTask
from metier.workbench.finetuning.tasks import make_task
from metier.workbench.runs import per_epoch, train_network, write_trained
from metier.workbench.shrinking.comparison import (
    Comparison,
    Contender,
    Limits,
    compare_networks,
    folder_bytes,
)
from metier.workbench.shrinking.corpus_task import CorpusTask
from metier.workbench.shrinking.differences import compare_outputs
from metier.workbench.shrinking.distillation import DistillOptions, DistillTask
from metier.workbench.shrinking.options import ShrinkOptions
from metier.workbench.shrinking.samples import (
    MOST_TEXTS,
    TokenRow,
    input_rows,
    sample_texts,
    text_rows,
)
from metier.workbench.shrinking.sources import (
    Source,
    check_measured,
    labelled_texts,
    open_source,
    shrunk_card,
)
from metier.workbench.shrinking.students import count_layers, make_student, spread_layers

LIMITS: Final = Limits(decisions=0.25, cosine=0.25)
LEAST_TOKENS: Final = 8
_CORPUS_TOKENS: Final = 128
_CHECKPOINT_STEPS: Final = 500
# What raw text can teach of a network that was pretrained with two heads, or with one that judges words.
_TAUGHT_BY_TEXT: Final = {Head.NEXT_SENTENCE: Head.MASKED_WORDS, Head.REPLACED_TOKENS: Head.NONE}


@dataclass(frozen=True, slots=True)
class DistillRun:
    """How a student is trained.

    Attributes:
        layers: how many of the teacher's it has, spread evenly; or their numbers, counted from 0.
        dev: labelled rows, or texts, to choose the best weights by; a tenth of the others by default.
        test: labelled rows that both networks are measured on in the end; those of dev by default.
        epochs: passes over the data, above 0.
        steps: instead of epochs, at least 1.
        rate: learning rate, above 0.
        batch_size: rows in a batch, at least 1.
        accumulate: batches in a step, at least 1.
        max_tokens: of a row, at least 8; None for as many as the teacher takes, with raw text at most 128.
        max_seconds: time for the steps, above 0; None for no end.
        seed: of the order of batches and of dropout, 0 or more.
        precision: of the forward pass.
        device: where to compute.

    Raises:
        InvalidInput: a value out of its range.
    """

    layers: int | tuple[int, ...]
    dev: tuple[Path, ...] = ()
    test: Path | None = None
    epochs: float = 3.0
    steps: int | None = None
    rate: float = 5e-5
    batch_size: int = 16
    accumulate: int = 1
    max_tokens: int | None = None
    max_seconds: float | None = None
    seed: int = 0
    precision: Precision = Precision.FLOAT32
    device: Device = Device.AUTO

    def __post_init__(self) -> None:
        for name in ("epochs", "rate", "max_seconds"):
            value = getattr(self, name)
            if value is not None and not 0 < value < math.inf:
                raise InvalidInput(f"{name} must be above 0 and finite. Got {value}.")
        for name, least in (
            ("steps", 1),
            ("batch_size", 1),
            ("accumulate", 1),
            ("max_tokens", LEAST_TOKENS),
            ("seed", 0),
        ):
            value = getattr(self, name)
            if value is not None and value < least:
                raise InvalidInput(f"{name} must be at least {least}. Got {value}.")


@dataclass(frozen=True, slots=True, eq=False)
class _Lesson:
    """What a student learns from, and what it is compared on."""

    task: HeadTask | CorpusTask
    rows: Sequence[TokenRow]
    labelled: Sequence[Any] = field(default_factory=list)
    files: tuple[Path, ...] = ()


def distil(options: ShrinkOptions, run: DistillRun, how: DistillOptions, *, watch: Watch) -> Comparison:
    """Train a student of fewer layers to do what its teacher does, and return how the two compare.

    OUTPUT/run has the run, which goes on where it was stopped, OUTPUT/model the student. The student begins
    with some of the teacher's layers. Labelled rows teach a network with a head for a task, raw text a bare
    encoder or one for masked words.

    Args:
        options: either labelled rows or a corpus. The bound is on the share of decisions that differ, 0.25 by
            default; without a head on the mean cosine of states, which may miss 0.25 of 1.
        run: how it is trained.
        how: what is learned of the teacher.
        watch: told how it goes.

    Raises:
        InvalidInput: both or neither of data and corpus, layers that the teacher lacks, data that breaks its
            format, or a resumed run that differs in a field, which is named.
        NotFound: there is no such network or file.
        ModelFormatError: the teacher or a file of the run is damaged.
        ModelMismatch: the teacher's layers cannot be told apart, its head cannot be taught, or the student
            differs beyond the bound: the run is kept then, and OUTPUT/model is not written.
        OutOfMemory: a step does not fit into memory; checkpoints are kept.
        MissingExtra: the `train` extra is not installed.
    """
    check_output(options.output)
    if bool(options.corpus) == (options.data is not None):
        raise InvalidInput(
            "Distillation learns either from labelled rows, --data, or from raw text, --corpus. Give one of "
            "the two."
        )
    source = _teacher(options)
    teacher = source.network
    layers = run.layers
    if isinstance(layers, int):
        layers = spread_layers(count_layers(teacher), layers)
    name = options.name or f"{source.name}-{len(layers)}-layers"
    student = make_student(teacher, layers, name=name)
    if options.data is None:
        lesson = _raw_text(student, options.corpus, run)
    else:
        lesson = _labelled_rows(student, options.data, run)
    task = DistillTask(lesson.task, teacher, layers, how)
    settings = _train_options(source, layers, how, run)
    with enough_memory("Distillation"):
        result = train_network(student, task, per_epoch(settings, task), options.output, watch=watch)
        for network in (teacher, student):
            network.model.to("cpu")
        watch.say("Comparing the student with its teacher.")
        comparison = _compared(source, student, lesson, options, layers)
    origin = _origin(source, options, lesson, layers, name)
    metrics = {"comparison": comparison.record()}
    trained = write_trained(student, options.output, origin=origin, metrics=metrics, result=result)
    if source.card is not None and source.card.prefixes:
        card = ModelFolder.peek(trained.folder).card
        write_card(trained.folder, replace(card, prefixes=source.card.prefixes))
    return comparison


def _teacher(options: ShrinkOptions) -> Source:
    source = open_source(options.source)
    head = source.network.head
    if not options.corpus:
        check_measured(source.network)
        return source
    return open_source(options.source, _TAUGHT_BY_TEXT[head]) if head in _TAUGHT_BY_TEXT else source


def _labelled_rows(student: Network, data: Path, run: DistillRun) -> _Lesson:
    if len(run.dev) > 1:
        raise InvalidInput(f"--dev names one file of labelled rows. Got {len(run.dev)}.")
    rows, dev = (
        read_rows(student.head, data),
        [row for path in run.dev for row in read_rows(student.head, path)],
    )
    if not dev:
        rows, dev = split_rows(rows, seed=run.seed)
    test = read_rows(student.head, run.test) if run.test else dev
    task_options = TaskOptions(batch_size=run.batch_size, max_tokens=run.max_tokens)
    task = make_task(student, rows, dev, options=task_options)
    make_task(student, test, test, options=task_options)  # finds labels that it does not know before the run
    compared = input_rows(student, labelled_texts(test)[:MOST_TEXTS], most_tokens=student.max_tokens)
    return _Lesson(task, compared, test, (data, *run.dev))


def _raw_text(student: Network, files: tuple[Path, ...], run: DistillRun) -> _Lesson:
    if run.test is not None:
        raise InvalidInput("--test names labelled rows, which go with --data. Got it with --corpus.")
    corpus = read_corpus(files, run.dev)
    train, dev = ([" ".join(document) for document in part] for part in (corpus.train, corpus.dev))
    longest = run.max_tokens or min(_CORPUS_TOKENS, student.max_tokens)
    task = CorpusTask(student, train, dev, batch_size=run.batch_size, max_tokens=longest)
    return _Lesson(task, text_rows(student, sample_texts(corpus.dev)), [], (*files, *run.dev))


def _train_options(
    source: Source, layers: Sequence[int], how: DistillOptions, run: DistillRun
) -> TrainOptions:
    return TrainOptions(
        steps=run.steps,
        epochs=None if run.steps else run.epochs,
        head_rate=run.rate,
        backbone_rate=run.rate,
        accumulate=run.accumulate,
        seed=run.seed,
        max_seconds=run.max_seconds,
        checkpoint_every=_CHECKPOINT_STEPS,
        precision=run.precision,
        device=run.device,
        inputs={
            "teacher": source.name,
            "teacher_sha256": weights_sha256(source.network.model),
            "layers": _counted_from_1(layers),
            "distillation": str(asdict(how)),
        },
    )


def _compared(
    source: Source, student: Network, lesson: _Lesson, options: ShrinkOptions, layers: Sequence[int]
) -> Comparison:
    teacher = source.network
    with TemporaryDirectory(ignore_cleanup_errors=True) as place:
        folder = Path(place) / "model"
        write_network(student, folder, shrunk_card(source, options, name=student.name, made=""))
        size = folder_bytes(folder)
    before = Contender(_words(count_layers(teacher)), teacher, source.bytes, lesson.rows)
    after = Contender(_words(len(layers)), student, size, lesson.rows)
    return compare_networks(
        before,
        after,
        compare_outputs(teacher, student, lesson.rows),
        bound=LIMITS.bound(teacher.head, options),
        labelled=lesson.labelled,
        notes={"layers_of_teacher": _counted_from_1(layers)},
    )


def _origin(
    source: Source, options: ShrinkOptions, lesson: _Lesson, layers: Sequence[int], name: str
) -> Origin:
    card = shrunk_card(source, options, name=name, made=f"layers {_counted_from_1(layers)}, distilled")
    return Origin(
        name,
        base=card.base,
        license=card.license,
        languages=card.languages,
        command=options.command,
        training_data={**card.training_data, **file_hashes(lesson.files)},
    )


def _words(n_layers: int) -> str:
    return "1 layer" if n_layers == 1 else f"{n_layers} layers"


def _counted_from_1(layers: Sequence[int]) -> str:
    return ",".join(str(layer + 1) for layer in layers)
