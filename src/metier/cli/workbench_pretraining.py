"""`metier workbench tokenizer` and `pretrain`: from raw text to a tokenizer and an encoder."""

from __future__ import annotations

import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from metier.cli import options
from metier.cli.network_source import network_source
from metier.cli.training_progress import hide_loading_bars, say, training_watch

if TYPE_CHECKING:
    from metier.training.output import Origin

_EPOCHS: Final = 3.0


class Kind(StrEnum):
    """A way to cut words into pieces."""

    WORDPIECE = "wordpiece"
    BPE = "bpe"
    UNIGRAM = "unigram"


class Objective(StrEnum):
    """What a network learns from raw text."""

    MASKED_WORDS = "mlm"
    NEXT_SENTENCE = "mlm+nsp"
    REPLACED_TOKENS = "replaced-tokens"


class Masking(StrEnum):
    """How the tokens to guess are chosen."""

    DYNAMIC = "dynamic"
    STATIC = "static"
    WHOLE_WORD = "whole-word"


CorpusOption = Annotated[
    list[Path],
    typer.Option(
        help="Text to learn from: .txt or .md with a blank line between documents, or .jsonl with a text in "
        "each line. May be given more than once.",
        metavar="FILE",
    ),
]


def register(app: typer.Typer) -> None:
    """Add tokenizer and pretrain to the commands of `metier workbench`."""
    for name, command, example in (
        ("tokenizer", tokenizer, "--corpus texts.txt --kind wordpiece --size 8000 --output mine/"),
        (
            "pretrain",
            pretrain,
            "--corpus texts.txt --from-scratch bert-tiny --epochs 10 --output bert/. To go on with a model: "
            "metier workbench pretrain --corpus texts.txt --model bert-base-uncased --output bert/",
        ),
    ):
        app.command(name, epilog=f"Example: metier workbench {name} {example}")(command)


def tokenizer(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    corpus: CorpusOption,
    kind: Annotated[
        Kind, typer.Option(help="wordpiece as BERT has it, bpe of bytes as RoBERTa, unigram as ALBERT.")
    ],
    output: Annotated[Path, typer.Option(help="A new folder.", metavar="DIR")],
    size: Annotated[
        int | None,
        typer.Option(help="Tokens, special ones included; 8,000 by default, or what a small corpus gives."),
    ] = None,
    lowercase: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option("--lowercase", help="Read capitals as small letters; accents stay.")
    ] = False,
    max_tokens: Annotated[int, typer.Option(help="Longest row of the models that it is for.")] = 512,
    output_format: options.TableOrJsonOption = None,
) -> None:
    """Train a tokenizer on raw text and write it as transformers opens it; needs the train extra.

    A tenth of the documents is held out, to say how it cuts texts that it has not seen.
    """
    from metier.cli.workbench_pretraining_tables import render_tokenizer
    from metier.training.output import check_empty
    from metier.workbench.corpus import read_corpus
    from metier.workbench.pretraining.tokenizers import (
        TokenizerKind,
        TokenizerOptions,
        figures_of,
        train_tokenizer,
        write_tokenizer,
    )

    check_empty(output)
    wanted = TokenizerOptions(TokenizerKind(kind), size, lowercase=lowercase, max_tokens=max_tokens)
    hide_loading_bars()
    texts = read_corpus(corpus)
    trained = train_tokenizer([sentence for document in texts.train for sentence in document], wanted)
    write_tokenizer(trained, output)
    held_out = [sentence for document in texts.dev for sentence in document]
    figures = figures_of(trained, wanted.kind, held_out)
    options.emit(render_tokenizer(figures, as_json=options.wants_json(output_format)), None)
    say(
        f"Wrote {output}. Train a network with it: metier workbench pretrain --tokenizer "
        f"{shlex.quote(str(output))} --from-scratch bert-tiny ..."
    )


def pretrain(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    corpus: CorpusOption,
    output: Annotated[
        Path, typer.Option(help="A new folder; or that of a stopped run, to go on with it.", metavar="DIR")
    ],
    model: Annotated[
        str | None,
        typer.Option(
            help="Go on with a trained network: a folder, an added model or a hub name. It keeps its "
            "tokenizer.",
            metavar="NAME|DIR",
        ),
    ] = None,
    from_scratch: Annotated[
        str | None,
        typer.Option(
            help="Start with random weights: a preset such as bert-tiny, roberta-tiny, distilbert-tiny, "
            "albert-tiny, electra-tiny, deberta-tiny or bert-mini, or a config.json of transformers.",
            metavar="CONFIG",
        ),
    ] = None,
    tokenizer: Annotated[
        Path | None,
        typer.Option(
            help="Of --from-scratch; without it one is trained on the corpus.",
            metavar="DIR",
            show_default=False,
        ),
    ] = None,
    tokenizer_kind: Annotated[
        Kind | None,
        typer.Option(help="Of the tokenizer that is trained; the architecture's own kind by default."),
    ] = None,
    vocabulary: Annotated[
        int | None,
        typer.Option(help="Its tokens; 8,000 by default, or what a small corpus gives."),
    ] = None,
    objective: Annotated[
        Objective,
        typer.Option(
            help="Guess masked words; also tell whether a text follows another (BERT, ALBERT); or find words "
            "that a small network put in (ELECTRA)."
        ),
    ] = Objective.MASKED_WORDS,
    masking: Annotated[
        Masking,
        typer.Option(help="Draw masks anew in each epoch, fix them once, or anew and of whole words."),
    ] = Masking.DYNAMIC,
    mlm_probability: Annotated[float, typer.Option(help="Share of the tokens to guess.")] = 0.15,
    generator: Annotated[
        str | None,
        typer.Option(
            help="What puts words in for replaced-tokens; a new network a quarter as wide by default.",
            metavar="NAME|DIR",
        ),
    ] = None,
    dev: Annotated[
        list[Path] | None,
        typer.Option(
            help="Text to measure on; without it a tenth of the documents. May be given more than once.",
            metavar="FILE",
        ),
    ] = None,
    epochs: Annotated[float | None, typer.Option(help="Passes over the corpus; 3 by default.")] = None,
    steps: Annotated[int | None, typer.Option(help="Updates of the weights, instead of --epochs.")] = None,
    max_tokens: Annotated[int, typer.Option(help="Longest row, special tokens included.")] = 128,
    batch_size: Annotated[int, typer.Option(help="Rows of a batch.")] = 16,
    accumulate: Annotated[int, typer.Option(help="Batches of a step, where memory is short.")] = 1,
    rate: Annotated[
        float | None,
        typer.Option(help="Learning rate at its height; 5e-4 from scratch and 5e-5 with --model by default."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of weights, rows, masks and dropout.", min=0)] = 0,
    max_seconds: Annotated[
        float | None, typer.Option(help="Stop after so long; how far it gets depends on the machine.")
    ] = None,
    output_format: options.TableOrJsonOption = None,
) -> None:
    """Train an encoder on raw text, from scratch or further; needs the train extra.

    Rows are filled with sentences over the ends of documents, as RoBERTa's, or are pairs of texts for
    mlm+nsp. Of the chosen tokens 80 % are masked, 10 % replaced and 10 % left. Once in an epoch the network
    is measured on held-out documents, with masks that are the same in every run. OUTPUT/model opens in
    transformers; OUTPUT/run has log, curves and checkpoints. A run that was stopped goes on when the same
    command is given again.
    """
    from metier.cli.workbench_pretraining_tables import render_epochs
    from metier.workbench.corpus import read_corpus
    from metier.workbench.pretraining import options as settings
    from metier.workbench.pretraining.masking import Masking as MaskingWay
    from metier.workbench.pretraining.pretrain import pretrain as train
    from metier.workbench.pretraining.tokenizers import TokenizerKind

    start = settings.Start(
        model=None if model is None else network_source(model),
        config=from_scratch,
        generator=None if generator is None else network_source(generator),
        tokenizer=tokenizer,
        tokenizer_kind=None if tokenizer_kind is None else TokenizerKind(tokenizer_kind),
        vocabulary=vocabulary,
    )
    wanted = settings.PretrainOptions(
        start,
        objective=settings.Objective(objective),
        masking=MaskingWay(masking),
        mlm_probability=mlm_probability,
        max_tokens=max_tokens,
        batch_size=batch_size,
        epochs=_EPOCHS if epochs is None and steps is None else epochs,
        steps=steps,
        rate=rate,
        accumulate=accumulate,
        seed=seed,
        max_seconds=max_seconds,
    )
    texts = read_corpus(corpus, dev or ())
    with training_watch() as watch:
        origin = _origin(output, model, texts.hashes)
        found = train(wanted, texts, output, origin=origin, watch=watch)
    best = found.trained.result.best_step
    options.emit(render_epochs(found.epochs, best_step=best, as_json=options.wants_json(output_format)), None)
    say(
        f"Wrote {found.trained.folder}: the weights of step {best:,} of {found.trained.result.steps:,}, "
        "which transformers opens."
    )


def _origin(output: Path, base: str | None, hashes: dict[str, str]) -> Origin:
    from metier.training.output import Origin

    command = shlex.join(["metier", *sys.argv[1:]])
    return Origin(output.resolve().name, base=base or "", command=command, training_data=hashes)
