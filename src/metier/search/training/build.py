"""Builds a model for search from pairs: a backbone trained whole, or a head on an encoder left as it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from metier._extras import require
from metier.encoders.folder import ModelCard, ModelFolder, file_hashes
from metier.encoders.reading import Encoder, TextKind
from metier.errors import InvalidInput
from metier.search.head import save_search_head
from metier.search.training.mining import MiningOptions, mine_negatives
from metier.search.training.pairs import Pair, matches, read_pairs, text_key
from metier.search.training.task import Loss, LossOptions, PairTask, figures
from metier.training.bi_encoder import (
    BiEncoder,
    ProjectedEncoder,
    RowLimits,
    TrainedBackbone,
    load_trained,
    save_trained,
)
from metier.training.checkpoint import write_json
from metier.training.durable import whole_folder
from metier.training.fingerprint import fingerprint
from metier.training.intervals import paired_bootstrap
from metier.training.options import TrainOptions
from metier.training.output import MODEL, RUN, Origin, Watch, check_output
from metier.training.splits import Part, assign_parts
from metier.training.trainer import train

TUNE_SHARE: Final = 0.1
MINED: Final = "mined.json"


@dataclass(frozen=True, slots=True)
class SearchTrainOptions:
    """What is trained, and how.

    Attributes:
        data: files of pairs (`read_pairs`), at least one.
        train: steps, rates, seed and the like. A backbone takes the backbone's rate, a head the head's.
        backbone: a Hugging Face folder or hub name, trained whole but for its word embeddings; None for a
            head on the encoder in use, which stays as it is.
        loss: how a batch becomes a loss.
        mining: where hard negatives are looked for, once before the first step, by the vectors of the model
            as it is then; None for no mining. They are not looked for again while it learns: the batches of a
            resumed run must be those of a run that was never stopped.
        limits: tokens of a row in training, and prefixes; of a backbone.
        cache_chunk: texts of one pass with gradients, so that large batches fit the memory; 0 for all of a
            batch at once. Of a backbone.
        frozen_layers: layers of the backbone, from the lowest, that are not trained.
        dropout: keep the backbone's dropout.

    Raises:
        InvalidInput: no data, a number below 0, or mining for regression.
    """

    data: tuple[Path, ...]
    train: TrainOptions
    backbone: str | None = None
    loss: LossOptions = field(default_factory=LossOptions)
    mining: MiningOptions | None = None
    limits: RowLimits = field(default_factory=RowLimits)
    cache_chunk: int = 0
    frozen_layers: int = 0
    dropout: bool = False

    def __post_init__(self) -> None:
        if not self.data or isinstance(self.data, str | Path):
            raise InvalidInput("data must be a tuple of files, at least one. Put the file into a tuple.")
        for name in ("cache_chunk", "frozen_layers"):
            if getattr(self, name) < 0:
                raise InvalidInput(f"{name} must be 0 or more. Got {getattr(self, name)}.")
        if self.mining is not None and self.loss.loss is Loss.REGRESSION:
            raise InvalidInput(
                "mining needs the contrastive or the triplet loss. Got regression; drop mining."
            )


@dataclass(frozen=True, slots=True)
class SplitPairs:
    """Pairs to train on, and pairs of other queries to measure on."""

    train: tuple[Pair, ...]
    tune: tuple[Pair, ...]


def train_search(
    options: SearchTrainOptions,
    output: Path,
    *,
    origin: Origin,
    encoder: Encoder | None = None,
    watch: Watch | None = None,
) -> ModelCard:
    """Train a model for search, write it, and return its card.

    A tenth of the queries is set apart; near-duplicates are on one side. The card's metrics hold under
    "tune" the mean reciprocal rank on them `before` training and `after` it, and by how much the second is
    above the first with an interval, so that it is plain whether the training helped. A stopped run goes on,
    with the same arguments; a finished one is not repeated.

    Args:
        options: what and how.
        output: gets `run`, the record of the training, and `model`, the model folder: an encoder that
            `load_encoder` loads, or a `SearchHead`; and `mined.json` where negatives are mined.
        origin: what the card says of it; training data and metrics are added.
        encoder: what a head without a backbone is fitted to.
        watch: told how it goes.

    Raises:
        NotFound: a file or the backbone is missing.
        InvalidInput: the data break the format or are too few, the output holds another run or model, or
            the encoder is missing where it is needed.
        MissingExtra: the `train` extra is not installed.
    """
    watch = watch or Watch()
    check_output(output)
    data = read_pairs(options.data)
    if data.n_repeated:
        watch.say(f"Left out {data.n_repeated:,} rows that repeat others.")
    split = split_pairs(data.rows, seed=options.train.seed)
    network = _network(options, data.rows, encoder, watch.say)
    rows = split.train if options.mining is None else _mined(options, split.train, network, output, watch.say)
    task = PairTask(network, rows, split.tune, options.loss)
    main = _is_main()
    before = task.ranks(network.untrained) if main and not (output / MODEL).exists() else None
    chosen = _resumable(options, encoder)
    result = train(network.module, [task], chosen, output / RUN, say=watch.say, progress=watch.progress)
    if before is not None:
        found = _measured(task, before, result.steps)
        origin = replace(
            origin,
            training_data={**origin.training_data, **file_hashes(options.data)},
            metrics={**origin.metrics, "tune": found},
        )
        with whole_folder(output / MODEL) as place:
            _save(network, place, origin)
    require("accelerate").PartialState().wait_for_everyone()
    return ModelFolder.peek(output / MODEL).card


def split_pairs(pairs: Sequence[Pair], *, seed: int) -> SplitPairs:
    """Return pairs to train on and a tenth of the queries to measure on; near-duplicates are on one side.

    Raises:
        InvalidInput: one of the two would be empty.
    """
    shares = {Part.TRAIN: 1 - TUNE_SHARE, Part.TUNE: TUNE_SHARE}
    parts = assign_parts([pair.query for pair in pairs], shares, seed=seed)
    sides = [
        tuple(pair for pair, part in zip(pairs, parts, strict=True) if part is wanted) for wanted in shares
    ]
    if not all(sides):
        raise InvalidInput(
            f"{len(pairs)} pairs are too few, or their queries too much alike, to set some apart for tuning. "
            "Give more."
        )
    return SplitPairs(*sides)


def _network(
    options: SearchTrainOptions, pairs: Sequence[Pair], encoder: Encoder | None, say: Callable[[str], None]
) -> TrainedBackbone | ProjectedEncoder:
    if options.backbone is None:
        if encoder is None:
            raise InvalidInput("A head without a backbone needs an encoder. Give one, or name a backbone.")
        passages = [text for pair in pairs for text in (pair.positive, *pair.negatives)]
        return ProjectedEncoder(encoder, [pair.query for pair in pairs], passages, say=say)
    return load_trained(
        options.backbone,
        options.train,
        limits=options.limits,
        frozen_layers=options.frozen_layers,
        dropout=options.dropout,
        cache_chunk=options.cache_chunk,
    )


def _is_main() -> bool:
    return bool(require("accelerate").PartialState().is_main_process)


def _mined(
    options: SearchTrainOptions,
    pairs: Sequence[Pair],
    network: BiEncoder,
    output: Path,
    say: Callable[[str], None],
) -> list[Pair]:
    """Return the matches with mined negatives beside their own; what was mined before is taken from disk.

    Another device may round otherwise and so choose others; a resumed run must have the same.
    """
    rows = matches(pairs)
    state = require("accelerate").PartialState()
    place = output / MINED
    key = fingerprint([rows, options.mining, options.backbone, options.limits])
    if state.is_main_process and _known_mined(place, key) is None:
        (output / RUN).mkdir(parents=True, exist_ok=True)  # makes the folder one of a run
        say(f"Mining negatives among {len({text_key(row.positive) for row in rows}):,} passages.")
        queries = _distinct(network, [row.query for row in rows], TextKind.QUERY)
        passages = _distinct(network, [row.positive for row in rows], TextKind.PASSAGE)
        found = mine_negatives(rows, queries, passages, options.mining or MiningOptions())
        write_json(place, {"key": key, "negatives": found})
    state.wait_for_everyone()
    mined = _known_mined(place, key) or [[] for _ in rows]
    n_mined = sum(map(bool, mined))
    say(f"Mined negatives for {n_mined:,} of {len(rows):,} pairs.")
    return [
        replace(row, negatives=tuple(dict.fromkeys((*row.negatives, *(rows[i].positive for i in numbers)))))
        for row, numbers in zip(rows, mined, strict=True)
    ]


def _known_mined(place: Path, key: str) -> list[list[int]] | None:
    """Return what was mined of the same pairs in the same way, or None."""
    try:
        content = json.loads(place.read_bytes())
        return list(content["negatives"]) if content["key"] == key else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _distinct(network: BiEncoder, texts: Sequence[str], kind: TextKind) -> Any:
    """Return the vector of each text; equal texts are read once."""
    place = {text: i for i, text in enumerate(dict.fromkeys(texts))}
    return network.encode(list(place), kind)[[place[text] for text in texts]]


def _resumable(options: SearchTrainOptions, encoder: Encoder | None) -> TrainOptions:
    """Return the trainer's options with all that a resumed run must share."""
    facts: dict[str, object] = {
        "backbone": options.backbone or "",
        "encoder_sha256": "" if options.backbone is not None or encoder is None else encoder.sha256,
        **asdict(options.loss),
        "mining": "" if options.mining is None else asdict(options.mining),
        "frozen_layers": options.frozen_layers,
        "dropout": options.dropout,
        "cache_chunk": options.cache_chunk,
        "max_tokens_query": options.limits.query,
        "max_tokens_passage": options.limits.passage,
        "prefixes": sorted(options.limits.prefixes.items()),
    }
    return replace(
        options.train, inputs={**options.train.inputs, **{name: str(value) for name, value in facts.items()}}
    )


def _measured(task: PairTask, before: Any, steps: int) -> dict[str, float | int]:
    """Return the figures on the tune part before and after training."""
    after = task.ranks(task.network.encode)
    first, last = figures(before), figures(after)
    gain = paired_bootstrap(
        lambda rows: float((1 / after[rows]).mean()),
        lambda rows: float((1 / before[rows]).mean()),
        np.arange(len(after)),
    )
    return {
        "before": first["score"],
        "after": last["score"],
        "gain": gain.value,
        "gain_low": gain.low,
        "gain_high": gain.high,
        "before_pass@1": first["pass@1"],
        "after_pass@1": last["pass@1"],
        "n_queries": task.n_queries,
        "n_documents": task.n_documents,
        "steps": steps,
    }


def _save(network: TrainedBackbone | ProjectedEncoder, place: Path, origin: Origin) -> None:
    if isinstance(network, TrainedBackbone):
        save_trained(network, place, origin)
        return
    save_search_head(network.projection, network.center, place, origin, encoder_sha256=network.encoder.sha256)
