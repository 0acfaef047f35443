"""Builds the head for search that ships, from the training and tune parts of the public job ads.

    python benchmarks/search_data.py --data folder --pairs pairs/
    python benchmarks/search_head.py --pairs pairs/ --output built/

The options were chosen among a dozen by the mean reciprocal rank on a tenth of the training part; what they
gave differs by less than the intervals. No text of the report part of `search_data.py` has a part in it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from metier.encoders.load import BASE, Runtime, load_encoder, shipped_models
from metier.search.training.build import SearchTrainOptions, train_search
from metier.search.training.mining import MiningOptions
from metier.search.training.task import LossOptions
from metier.training.options import TrainOptions
from metier.training.output import Origin, Watch

PAIRS = ("train.jsonl", "tune.jsonl")
TRAIN = TrainOptions(epochs=12, head_rate=5e-4, seed=42, evaluate_every=30, patience=6, checkpoint_every=1000)
LOSS = LossOptions(margin=0.1, temperature=0.05, batch_size=64, n_negatives=2)


def main() -> None:
    """Train the head and say what it gained on its tune part."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pairs", type=Path, required=True, help="what search_data.py --pairs wrote")
    parser.add_argument("--output", type=Path, required=True, help="gets run/ and model/")
    arguments = parser.parse_args()
    options = SearchTrainOptions(
        tuple(arguments.pairs / name for name in PAIRS), TRAIN, loss=LOSS, mining=MiningOptions(n=4)
    )
    card = train_search(
        options,
        arguments.output,
        origin=Origin(
            "metier-search",
            license="MIT",
            languages=("en", "ru"),
            command="python benchmarks/search_head.py",
        ),
        encoder=load_encoder(shipped_models()[BASE], Runtime()),
        watch=Watch(lambda words: print(words, file=sys.stderr)),
    )
    print(card.metrics["tune"])


if __name__ == "__main__":
    main()
