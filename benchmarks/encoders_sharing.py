"""What ALBERT saves by sharing its layers and by factorising its embeddings, counted from configurations.

Nothing is downloaded and no weight is made: the networks are built on torch's meta device. The counts are of
the encoder with its pooler, without a head, as `transformers.AutoModel` builds it.

    python benchmarks/encoders_sharing.py     # prints a table in Markdown; needs the train extra

Source: Lan et al. 2020, ALBERT (arXiv:1909.11942), section 3.1 and table 1.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from metier._extras import require
from metier.workbench.architectures import make_config

WORD_PARTS = ("word_embeddings", "embedding_hidden_mapping_in")
LAYER_PARTS = ("encoder.layer.", "albert_layer_groups")


@dataclass(frozen=True)
class Count:
    """Parameters of one network.

    Attributes:
        name: what it is.
        words: of the table of words, with the map from its width to the layers'.
        layers: of the layers; shared ones count once.
        total: of all, with positions, types and pooler.
    """

    name: str
    words: int
    layers: int
    total: int


def variants() -> list[tuple[str, str, dict[str, int]]]:
    """Return what is counted: a name, a preset and what is changed of it."""
    base = make_config("albert-base")
    layers, width = base.num_hidden_layers, base.hidden_size
    return [
        ("bert-base", "bert-base", {}),
        ("albert-base", "albert-base", {}),
        ("albert-base, layers not shared", "albert-base", {"num_hidden_groups": layers}),
        ("albert-base, embeddings not factorised", "albert-base", {"embedding_size": width}),
        (
            "albert-base, neither",
            "albert-base",
            {"num_hidden_groups": layers, "embedding_size": width},
        ),
        ("albert-base, layers shared in 4 groups", "albert-base", {"num_hidden_groups": 4}),
    ]


def count(name: str, preset: str, changes: dict[str, int]) -> Count:
    """Return the parameters of a preset with some changes."""
    config = make_config(preset)
    for key, value in changes.items():
        setattr(config, key, value)
    with require("torch").device("meta"):
        model = require("transformers").AutoModel.from_config(config)
    sizes = {name: tensor.numel() for name, tensor in model.named_parameters()}
    words, layers = (
        sum(size for key, size in sizes.items() if any(mark in key for mark in marks))
        for marks in (WORD_PARTS, LAYER_PARTS)
    )
    return Count(name, words, layers, sum(sizes.values()))


def markdown(counts: list[Count]) -> str:
    """Return the counts as a table, with the share of the first one."""
    lines = ["| network | words | layers | all parameters | of bert-base |", "|---|---:|---:|---:|---:|"]
    for each in counts:
        share = f"{each.total / counts[0].total:.1%}"
        lines.append(f"| {each.name} | {each.words:,} | {each.layers:,} | {each.total:,} | {share} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--output", type=Path, help="a JSON file for the counts")
    output = parser.parse_args().output
    counts = [count(*each) for each in variants()]
    if output is not None:
        output.write_text(json.dumps([asdict(each) for each in counts], indent=2) + "\n", encoding="utf-8")
    print(markdown(counts), end="")


if __name__ == "__main__":
    main()
