"""A pretraining: raw text in, a network in transformers' own format out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from metier.encoders.folder import ModelCard
from metier.errors import InvalidInput
from metier.training.networks import (
    Head,
    Network,
    check_head,
    load_network,
    new_network,
    write_network,
)
from metier.training.output import RUN, Origin, Watch, check_output
from metier.training.run_folder import RunFolder
from metier.training.task import SCORE
from metier.training.trainer import TrainResult, train
from metier.workbench.architectures import make_config
from metier.workbench.corpus import Corpus
from metier.workbench.pretraining.batches import check_row_length
from metier.workbench.pretraining.electra_task import ReplacedTokensTask, make_generator
from metier.workbench.pretraining.masked_task import MaskedTask
from metier.workbench.pretraining.masking import Masking
from metier.workbench.pretraining.options import Objective, PretrainOptions, Start
from metier.workbench.pretraining.row_sources import RowSource, make_rows
from metier.workbench.pretraining.rows import TextRow, read_documents, tokens_of
from metier.workbench.pretraining.tokenizers import (
    TokenizerOptions,
    kind_of,
    read_tokenizer,
    train_tokenizer,
)
from metier.workbench.runs import Trained, per_epoch, tell_early_end, train_network, write_trained

GENERATOR: Final = "generator"
"""Folder of the generator of replaced tokens, beside the model."""


@dataclass(frozen=True, slots=True)
class EpochFigures:
    """What an evaluation found, as a rule at the end of an epoch.

    Attributes:
        step: steps done.
        epoch: passes over the corpus done.
        loss: mean training loss since the evaluation before.
        figures: of the task's `evaluate`.
    """

    step: int
    epoch: float
    loss: float
    figures: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Pretrained:
    """What a pretraining came to.

    Attributes:
        trained: the run and the network's folder.
        epochs: its evaluations, oldest first.
        rows: to learn from in the first epoch.
        tokens: in these rows, special ones included.
        vocabulary: tokens of the tokenizer.
    """

    trained: Trained
    epochs: tuple[EpochFigures, ...]
    rows: int
    tokens: int
    vocabulary: int


def pretrain(
    options: PretrainOptions, corpus: Corpus, output: Path, *, origin: Origin, watch: Watch
) -> Pretrained:
    """Train a network on raw text, or go on with a run that was stopped, and write it.

    OUTPUT/run has the log, the curves and the checkpoints, OUTPUT/model the network with the best weights on
    the held-out documents; of replaced tokens it is the detector, and OUTPUT/generator has the generator.

    Args:
        options: how.
        corpus: documents to learn from and to measure on.
        output: a new folder, or that of a stopped run.
        origin: what the cards say of where it comes from.
        watch: told how it goes.

    Raises:
        InvalidInput: a setting does not fit the network or the corpus, or differs from the run's.
        NotFound: no such model, configuration or tokenizer.
        ModelFormatError: a file of the model or of the run is missing or damaged.
        ModelMismatch: the network has no head for the objective, or its tokenizer no mask token.
        OutOfMemory: a step does not fit into memory.
        MissingExtra: the `train` extra is not installed.
    """
    check_output(output)
    network = start_network(options, corpus, watch)
    check_row_length(network, options.max_tokens)
    source, dev = read_rows_of(network, corpus, options)
    first = source.rows(seed=options.seed, epoch=0)
    watch.say(
        f"{network.name}: rows to learn from {len(first):,} with {tokens_of(first):,} tokens, rows to "
        f"measure on {len(dev):,}, vocabulary {len(network.tokenizer):,}."
    )
    inputs = {f"corpus {name}": sha256 for name, sha256 in corpus.hashes.items()}
    training = options.training(inputs)
    if options.objective is Objective.REPLACED_TOKENS:
        generator = _generator(options, network)
        task: Any = ReplacedTokensTask(network, generator, source, dev, options=options.masks())
        training = per_epoch(training, task)
        result = train(task.module, [task], training, output / RUN, say=watch.say, progress=watch.progress)
        tell_early_end(result, watch)
        _write_generator(generator, output, origin)
    else:
        task = MaskedTask(network, source, dev, options=options.masks())
        training = per_epoch(training, task)
        result = train_network(network, task, training, output, watch=watch)
    trained = write_trained(
        network, output, origin=origin, metrics=_metrics(result, task.name), result=result
    )
    every = training.evaluate_every or 1
    epochs = epochs_of(RunFolder(output / RUN).log(), task.name, steps_per_epoch=every)
    return Pretrained(trained, epochs, len(first), tokens_of(first), len(network.tokenizer))


def start_network(options: PretrainOptions, corpus: Corpus, watch: Watch) -> Network:
    """Return the network that a pretraining starts with.

    Args:
        options: its start, objective and seed.
        corpus: a new tokenizer is trained on the part to learn from.
        watch: told what takes its time.

    Raises:
        InvalidInput: the configuration or the vocabulary does not fit.
        NotFound: no such model, configuration or tokenizer.
        ModelFormatError: a file is missing or damaged.
        ModelMismatch: there is no head for the objective.
        MissingExtra: the `train` extra is not installed.
    """
    start, head = options.start, options.objective.head
    if start.model is not None:
        return load_network(start.model, head, seed=options.seed)
    assert start.config is not None  # noqa: S101 - Start holds one of both
    wanted = make_config(start.config)
    check_head(start.config, wanted, head)  # before a tokenizer takes its time
    model_type = wanted.model_type
    tokenizer = _tokenizer(start, model_type, corpus, watch)
    config = make_config(start.config, vocab_size=len(tokenizer), pad_token_id=tokenizer.pad_token_id)
    for name, token in (("bos_token_id", tokenizer.cls_token_id), ("eos_token_id", tokenizer.sep_token_id)):
        if getattr(config, name, None) is not None:
            setattr(config, name, token)
    network = new_network(config, tokenizer, head, name=Path(start.config).name, seed=options.seed)
    if start.tokenizer is None:
        tokenizer.model_max_length = network.max_tokens
    types = int(getattr(config, "type_vocab_size", 0) or 0) > 1
    names = ["input_ids", *(["token_type_ids"] if types else []), "attention_mask"]
    tokenizer.model_input_names = tokenizer.init_kwargs["model_input_names"] = names  # the second is saved
    return network


def read_rows_of(
    network: Network, corpus: Corpus, options: PretrainOptions
) -> tuple[RowSource, Sequence[TextRow]]:
    """Return what a network learns from and the rows that it is measured on.

    Args:
        network: its tokenizer and head tell how rows are made.
        corpus: documents.
        options: longest row and masking; static masking takes the same pairs in each epoch, too.

    Raises:
        InvalidInput: for pairs, too few documents or sentences.
        ModelMismatch: the tokenizer puts no special tokens around one text, or two.
    """
    read = network.tokenizer.backend_tokenizer
    train_documents, dev_documents = (read_documents(read, part) for part in (corpus.train, corpus.dev))
    if not train_documents or not dev_documents:
        raise InvalidInput(
            f"The corpus must have tokens to learn from and to measure on. The tokenizer of {network.name} "
            "finds none in one part; add texts in a script that it knows."
        )
    anew = options.masking is not Masking.STATIC
    source = make_rows(
        network, train_documents, max_tokens=options.max_tokens, anew=anew, part="corpus to learn from"
    )
    dev = make_rows(
        network, dev_documents, max_tokens=options.max_tokens, anew=False, part="corpus to measure on"
    )
    return source, dev.rows(seed=0, epoch=0)


def epochs_of(
    log: Sequence[Mapping[str, Any]], task: str, *, steps_per_epoch: int
) -> tuple[EpochFigures, ...]:
    """Return the evaluations in a run's log, oldest first.

    Args:
        log: records of a `log.jsonl`.
        task: name of the only task.
        steps_per_epoch: at least 1.
    """
    found = []
    losses: list[float] = []
    for record in log:
        if record["event"] == "step":
            losses.append(record["loss"])
        elif record["event"] == "evaluation":
            mean = sum(losses) / max(1, len(losses))
            step = int(record["step"])
            found.append(EpochFigures(step, step / steps_per_epoch, mean, record["tasks"][task]))
            losses = []
    return tuple(found)


def _tokenizer(start: Start, model_type: str, corpus: Corpus, watch: Watch) -> Any:
    if start.tokenizer is not None:
        return read_tokenizer(start.tokenizer)
    kind = start.tokenizer_kind or kind_of(model_type)
    sentences = [sentence for document in corpus.train for sentence in document]
    watch.say(f"Training a {kind} tokenizer on {len(sentences):,} sentences.")
    return train_tokenizer(sentences, TokenizerOptions(kind, start.vocabulary))


def _generator(options: PretrainOptions, detector: Network) -> Network:
    named = options.start.generator
    if named is None:
        return make_generator(detector, seed=options.seed)
    return load_network(named, Head.MASKED_WORDS, seed=options.seed)


def _write_generator(generator: Network, output: Path, origin: Origin) -> None:
    card = ModelCard(
        name=f"{origin.name}-generator",
        task=str(generator.head),
        base=origin.base,
        license=origin.license,
        languages=origin.languages,
        dim=0,
        max_tokens=0,
        prefixes={},
        command=origin.command,
        training_data=dict(origin.training_data),
        parameters={},
        metrics={},
    )
    write_network(generator, output / GENERATOR, card)


def _metrics(result: TrainResult, task: str) -> dict[str, Any]:
    figures = {
        name: round(float(value), 6) for name, value in result.scores.get(task, {}).items() if name != SCORE
    }
    return {"steps": result.steps, "best_step": result.best_step, "dev": figures}
