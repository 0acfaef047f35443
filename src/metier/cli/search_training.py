"""`metier search train` and `sweep`: search that learns from a user's own pairs."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from metier.cli import options
from metier.cli.skill_models import SeedOption, shipped_encoder
from metier.cli.skill_training import FrozenLayersOption, OutputFolderOption, PatienceOption
from metier.cli.training_progress import say, training_watch
from metier.errors import InvalidInput

if TYPE_CHECKING:
    from metier.encoders.reading import Encoder
    from metier.search.training.build import SearchTrainOptions
    from metier.search.training.mining import MiningOptions
    from metier.search.training.sweep import Choice, SweepRow
    from metier.training.bi_encoder import RowLimits
    from metier.training.output import Origin

_BACKBONE_RATE: Final = 2e-5
_HEAD_RATE: Final = 1e-3
_MARGIN: Final = 0.3
_BATCH_SIZE: Final = 16
_EPOCHS: Final = 10.0


class LossName(StrEnum):
    """What is made small in training."""

    CONTRASTIVE = "contrastive"
    TRIPLET = "triplet"
    REGRESSION = "regression"


class MixKind(StrEnum):
    """What vectors of a batch are mixed with."""

    NONE = "none"
    POSITIVE = "positive"
    NEGATIVE = "negative"


DataOption = Annotated[
    list[Path],
    typer.Option(
        help="Pairs: csv, jsonl or parquet with the columns query and positive; negative, negatives and "
        "score if there are any. May be given several times.",
        metavar="FILE",
    ),
]
LossOption = Annotated[LossName, typer.Option(help="What is made small; regression needs scores.")]
TemperatureOption = Annotated[float, typer.Option(help="Of the contrastive loss.")]
NegativesOption = Annotated[int, typer.Option(help="Most negatives of each pair in a step.")]
MineOption = Annotated[
    int,
    typer.Option(help="Hard negatives to find for each pair among all passages, before the first step."),
]
MineRanksOption = Annotated[
    str, typer.Option(help="Ranks that mined negatives come from.", metavar="FIRST-LAST")
]
MineMarginOption = Annotated[
    float,
    typer.Option(help="A passage this near the positive's cosine, or above it, is no negative."),
]
MixOption = Annotated[
    MixKind,
    typer.Option(help="Mix queries with their positives, or make harder negatives by mixing."),
]
MixRatioOption = Annotated[float, typer.Option(help="Share of what is mixed in.")]
CacheChunkOption = Annotated[
    int | None,
    typer.Option(help="Texts of one pass, so that large batches fit the memory; none: a batch at once."),
]
QueryTokensOption = Annotated[int | None, typer.Option(help="Tokens of a query in training; 64.")]
PassageTokensOption = Annotated[int | None, typer.Option(help="Tokens of a passage in training; 256.")]
QueryPrefixOption = Annotated[str | None, typer.Option(help="Words before a query; 'query: '.")]
PassagePrefixOption = Annotated[str | None, typer.Option(help="Words before a passage; 'passage: '.")]
EvaluateStepsOption = Annotated[int, typer.Option(help="Steps between evaluations on the tune part.")]
CheckpointStepsOption = Annotated[int, typer.Option(help="Steps between checkpoints.")]


def register(app: typer.Typer) -> None:
    """Add train and sweep to the commands of `metier search`."""
    example = "Example: metier search train --data pairs.parquet --backbone e5/ --epochs 3 --output mine/"
    app.command("train", epilog=example)(train)
    example = (
        "Example: metier search sweep --data pairs.csv --margin 0.1 --margin 0.3 --batch-size 16 "
        "--batch-size 64 --output sweep/"
    )
    app.command("sweep", epilog=example)(sweep)


def train(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    data: DataOption,
    output: OutputFolderOption,
    backbone: Annotated[
        str | None,
        typer.Option(
            help="Folder or hub name of what is trained; none: a head on the shipped encoder.",
            metavar="NAME|DIR",
        ),
    ] = None,
    learning_rate: Annotated[
        float | None, typer.Option(help="Of the backbone, 0.00002 by default; of a head, 0.001.")
    ] = None,
    batch_size: Annotated[int, typer.Option(help="Pairs in a step.")] = _BATCH_SIZE,
    margin: Annotated[
        float, typer.Option(help="By which a positive's cosine must be above a negative's.")
    ] = _MARGIN,
    epochs: Annotated[float, typer.Option(help="Passes over the pairs.")] = _EPOCHS,
    loss: LossOption = LossName.CONTRASTIVE,
    temperature: TemperatureOption = 0.05,
    negatives: NegativesOption = 1,
    mine_negatives: MineOption = 0,
    mine_ranks: MineRanksOption = "5-50",
    mine_margin: MineMarginOption = 0.0,
    mix: MixOption = MixKind.NONE,
    mix_ratio: MixRatioOption = 0.2,
    cache_chunk: CacheChunkOption = None,
    max_tokens_query: QueryTokensOption = None,
    max_tokens_passage: PassageTokensOption = None,
    query_prefix: QueryPrefixOption = None,
    passage_prefix: PassagePrefixOption = None,
    frozen_layers: FrozenLayersOption = 0,
    evaluate_steps: EvaluateStepsOption = 100,
    checkpoint_steps: CheckpointStepsOption = 500,
    patience: PatienceOption = 5,
    seed: SeedOption = 0,
) -> None:
    """Train search on pairs of a query and what it should find; needs the train extra.

    Without --backbone a head on the shipped encoder learns, which takes minutes on a processor. A tenth of
    the queries is set apart; it decides which weights are kept, and shows whether training helped. A run that
    was stopped goes on when the same command is given again.
    """
    from metier.search.training.build import train_search
    from metier.training.output import MODEL, check_output

    shared = Shared(
        data=data,
        loss=loss,
        temperature=temperature,
        negatives=negatives,
        mine_negatives=mine_negatives,
        mine_ranks=mine_ranks,
        mine_margin=mine_margin,
        mix=mix,
        mix_ratio=mix_ratio,
        cache_chunk=cache_chunk,
        max_tokens_query=max_tokens_query,
        max_tokens_passage=max_tokens_passage,
        query_prefix=query_prefix,
        passage_prefix=passage_prefix,
        frozen_layers=frozen_layers,
        evaluate_steps=evaluate_steps,
        checkpoint_steps=checkpoint_steps,
        patience=patience,
        seed=seed,
    )
    choice = _choice(backbone, margin, learning_rate, batch_size, epochs)
    chosen = choice.applied(shared.train_options(with_backbone=backbone is not None))
    check_output(output)
    with training_watch() as watch:
        encoder = _encoder([backbone])
        card = train_search(chosen, output, origin=_origin(output), encoder=encoder, watch=watch)
    say(trained_sentence(card.metrics["tune"], output / MODEL))


def sweep(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    data: DataOption,
    output: Annotated[
        Path, typer.Option(help="A new folder; or that of a stopped sweep, to go on.", metavar="DIR")
    ],
    backbone: Annotated[
        list[str] | None,
        typer.Option(
            help="Folder or hub name of what is trained; none: a head on the shipped encoder. May be given "
            "several times, as the next four.",
            metavar="NAME|DIR",
        ),
    ] = None,
    learning_rate: Annotated[
        list[float] | None, typer.Option(help="Of the backbone, 0.00002 by default; of a head, 0.001.")
    ] = None,
    batch_size: Annotated[list[int] | None, typer.Option(help="Pairs in a step; 16 by default.")] = None,
    margin: Annotated[
        list[float] | None,
        typer.Option(help="By which a positive's cosine must be above a negative's; 0.3 by default."),
    ] = None,
    epochs: Annotated[list[float] | None, typer.Option(help="Passes over the pairs; 10.")] = None,
    loss: LossOption = LossName.CONTRASTIVE,
    temperature: TemperatureOption = 0.05,
    negatives: NegativesOption = 1,
    mine_negatives: MineOption = 0,
    mine_ranks: MineRanksOption = "5-50",
    mine_margin: MineMarginOption = 0.0,
    mix: MixOption = MixKind.NONE,
    mix_ratio: MixRatioOption = 0.2,
    cache_chunk: CacheChunkOption = None,
    max_tokens_query: QueryTokensOption = None,
    max_tokens_passage: PassageTokensOption = None,
    query_prefix: QueryPrefixOption = None,
    passage_prefix: PassagePrefixOption = None,
    frozen_layers: FrozenLayersOption = 0,
    evaluate_steps: EvaluateStepsOption = 100,
    checkpoint_steps: CheckpointStepsOption = 500,
    patience: PatienceOption = 5,
    seed: SeedOption = 0,
) -> None:
    """Train search with every combination of some choices and set the runs side by side.

    Writes sweep.csv, sweep.png and a folder for each run. A run that fails is recorded and the others go on;
    a sweep that was stopped goes on when the same command is given again.
    """
    from metier.search.training.sweep import SweepGrid, run_sweep

    shared = Shared(
        data=data,
        loss=loss,
        temperature=temperature,
        negatives=negatives,
        mine_negatives=mine_negatives,
        mine_ranks=mine_ranks,
        mine_margin=mine_margin,
        mix=mix,
        mix_ratio=mix_ratio,
        cache_chunk=cache_chunk,
        max_tokens_query=max_tokens_query,
        max_tokens_passage=max_tokens_passage,
        query_prefix=query_prefix,
        passage_prefix=passage_prefix,
        frozen_layers=frozen_layers,
        evaluate_steps=evaluate_steps,
        checkpoint_steps=checkpoint_steps,
        patience=patience,
        seed=seed,
    )
    backbones = tuple(backbone or [None])
    grid = SweepGrid(
        backbones,
        tuple(margin or [_MARGIN]),
        tuple(learning_rate or [_rate(backbones[0])]),
        tuple(batch_size or [_BATCH_SIZE]),
        tuple(epochs or [_EPOCHS]),
    )
    with training_watch() as watch:
        base = shared.train_options(with_backbone=backbone is not None)
        encoder = _encoder(backbones)
        rows = run_sweep(base, grid, output, origin=_origin(output), encoder=encoder, watch=watch)
    say(swept_sentence(rows, output))


@dataclass(frozen=True, slots=True)
class Shared:
    """What train and sweep are both told, as the command line has it."""

    data: Sequence[Path]
    loss: LossName
    temperature: float
    negatives: int
    mine_negatives: int
    mine_ranks: str
    mine_margin: float
    mix: MixKind
    mix_ratio: float
    cache_chunk: int | None
    max_tokens_query: int | None
    max_tokens_passage: int | None
    query_prefix: str | None
    passage_prefix: str | None
    frozen_layers: int
    evaluate_steps: int
    checkpoint_steps: int
    patience: int
    seed: int

    def train_options(self, *, with_backbone: bool) -> SearchTrainOptions:
        """Return the options of a training, without what a `Choice` says.

        Raises:
            InvalidInput: a value out of its range, or one about a backbone without one.
        """
        from metier.search.training.build import SearchTrainOptions
        from metier.search.training.mixing import Mix
        from metier.search.training.task import Loss, LossOptions
        from metier.training.options import TrainOptions

        if not with_backbone:
            self._refuse_backbone_options()
        return SearchTrainOptions(
            data=tuple(self.data),
            train=TrainOptions(
                epochs=_EPOCHS,
                seed=self.seed,
                evaluate_every=self.evaluate_steps,
                patience=self.patience or None,
                checkpoint_every=self.checkpoint_steps,
            ),
            loss=LossOptions(
                loss=Loss(self.loss.value),
                temperature=self.temperature,
                n_negatives=self.negatives,
                mix=None if self.mix is MixKind.NONE else Mix(self.mix.value),
                mix_ratio=self.mix_ratio,
            ),
            mining=self._mining(),
            limits=self._limits(),
            cache_chunk=self.cache_chunk or 0,
            frozen_layers=self.frozen_layers,
        )

    def _mining(self) -> MiningOptions | None:
        from metier.search.training.mining import MiningOptions

        ranks = re.fullmatch(r"(\d{1,9})-(\d{1,9})", self.mine_ranks)
        if ranks is None:
            raise InvalidInput(f"--mine-ranks must be two ranks such as 5-50. Got {self.mine_ranks!r}.")
        if not self.mine_negatives:
            return None
        return MiningOptions(
            n=self.mine_negatives,
            first_rank=int(ranks[1]),
            last_rank=int(ranks[2]),
            margin=self.mine_margin,
            seed=self.seed,
        )

    def _limits(self) -> RowLimits:
        from metier.encoders.reading import TextKind
        from metier.training.bi_encoder import PREFIXES, RowLimits

        given = {TextKind.QUERY: self.query_prefix, TextKind.PASSAGE: self.passage_prefix}
        prefixes = {kind: PREFIXES[kind] if words is None else words for kind, words in given.items()}
        tokens = {"query": self.max_tokens_query, "passage": self.max_tokens_passage}
        return RowLimits(
            prefixes=prefixes, **{name: count for name, count in tokens.items() if count is not None}
        )

    def _refuse_backbone_options(self) -> None:
        given = {
            "cache-chunk": self.cache_chunk,
            "max-tokens-query": self.max_tokens_query,
            "max-tokens-passage": self.max_tokens_passage,
            "query-prefix": self.query_prefix,
            "passage-prefix": self.passage_prefix,
            "frozen-layers": self.frozen_layers or None,
        }
        for name, value in given.items():
            if value is not None:
                raise InvalidInput(
                    f"--{name} is about a backbone that is trained. Got {value!r} without --backbone: name "
                    "one, or drop it."
                )


def trained_sentence(tune: Mapping[str, Any], folder: Path) -> str:
    """Return where a model is, whether training helped, and what to do next."""
    return (
        f"Wrote {folder}. MRR on the tune part, {tune['n_queries']:,} queries among {tune['n_documents']:,} "
        f"texts: {tune['before']:.3f} before training, {tune['after']:.3f} after it. {_verdict(tune)} "
        f"Measure it on other pairs: metier search evaluate --data FILE --model {shlex.quote(str(folder))}"
    )


def _verdict(tune: Mapping[str, Any]) -> str:
    spread = f"{tune['gain']:+.3f}, 95 % interval {tune['gain_low']:+.3f} to {tune['gain_high']:+.3f}"
    if tune["gain_low"] > 0:
        return f"Training helped ({spread})."
    if tune["gain_high"] < 0:
        return f"Training did harm ({spread}): keep the untrained model."
    return f"Whether training helped cannot be told from so few queries ({spread})."


def swept_sentence(rows: Sequence[SweepRow], output: Path) -> str:
    """Return how a sweep ended and what to do next.

    Raises:
        InvalidInput: all runs failed.
    """
    from metier.search.training.sweep import TABLE, best_row
    from metier.training.output import MODEL

    best = best_row(rows)
    n_failed = sum(bool(row.error) for row in rows)
    if best is None:
        raise InvalidInput(
            f"All {len(rows)} runs failed; {output / TABLE} has the errors. The first: {rows[0].error}"
        )
    folder = output / best.choice.name / MODEL
    failed = f", {n_failed} failed" if n_failed else ""
    return (
        f"Wrote {output / TABLE}: {len(rows)} runs{failed}. Best MRR on the tune part: {best.mrr:.3f} with "
        f"{best.choice.name}, {best.untuned_mrr:.3f} before training. The best of many runs looks "
        "better than it is: measure it on other pairs: metier search evaluate --data FILE --model "
        f"{shlex.quote(str(folder))}"
    )


def _choice(
    backbone: str | None, margin: float, learning_rate: float | None, batch_size: int, epochs: float
) -> Choice:
    from metier.search.training.sweep import Choice

    rate = _rate(backbone) if learning_rate is None else learning_rate
    return Choice(backbone, margin, rate, batch_size, epochs)


def _rate(backbone: str | None) -> float:
    return _HEAD_RATE if backbone is None else _BACKBONE_RATE


def _encoder(backbones: Sequence[str | None]) -> Encoder | None:
    """Return the shipped encoder where one of the runs needs it."""
    return shipped_encoder(options.load_settings()) if None in backbones else None


def _origin(output: Path) -> Origin:
    from metier.training.output import Origin

    return Origin(output.resolve().name, command=shlex.join(["metier", *sys.argv[1:]]))
