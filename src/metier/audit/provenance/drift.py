"""Holds what a model says of itself against the shapes of its weights: size, layers, labels, vocabulary."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from metier.encoders.folder import ModelCard
from metier.encoders.structure.onnx_file import OnnxOutline
from metier.scans import ScanFinding
from metier.types import Severity

_WORDS: Final = re.compile(r"(word_embeddings|embed_tokens|tok_embeddings|wte|shared)\.weight$")
_POSITIONS: Final = re.compile(r"(position_embeddings|embed_positions|wpe)\.weight$")
_LAYER: Final = re.compile(r"^(.*?\b(?:layers?|h|block|blocks))\.(\d+)\.")
_CLASSIFIER: Final = re.compile(r"^(classifier|classifier\.out_proj|score|logits_proj)\.weight$")
_LAYERS: Final = ("num_hidden_layers", "n_layers", "n_layer", "num_layers")
_WIDTHS: Final = ("embedding_size", "word_embed_proj_dim", "hidden_size", "dim", "d_model", "n_embd")
_POSITION_KEYS: Final = ("max_position_embeddings", "n_positions")
_WITH_CLASSES: Final = ("ForSequenceClassification", "ForTokenClassification")
_NOT_COUNTED: Final = re.compile(r"position_ids$|token_type_ids$|num_batches_tracked$")
# An ONNX file keeps the same numbers in other kinds, with scales beside them and halves of bytes.
_ONNX_TOLERANCE: Final = 0.05
_SPARE_POSITIONS: Final = 2  # BART and its kin count from after their padding
_HALF_BYTES: Final = "nibbles"


@dataclass(frozen=True, slots=True)
class Parts:
    """What is known of a model without loading it.

    Attributes:
        card: its card.
        config: its `config.json`.
        shapes: shape of each tensor in its safetensors files.
        masks: names of those among them that hold bytes, which may be masks and count for no parameters.
        network: its ONNX network.
        token_ids: id of each token of its tokenizer.
    """

    card: ModelCard | None = None
    config: Mapping[str, Any] = field(default_factory=dict)
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    masks: frozenset[str] = frozenset()
    network: OnnxOutline | None = None
    token_ids: Mapping[str, int] = field(default_factory=dict)


def drift_findings(parts: Parts) -> list[ScanFinding]:
    """Return where card, configuration, tokenizer and weights of a model contradict each other."""
    checks = (_size, _card_width, _width, _layers, _labels, _vocabulary, _positions)
    return [
        ScanFinding("drift", Severity.WARNING, message, where, {"said": said, "found": found})
        for check in checks
        for where, message, said, found in check(parts)
    ]


Contradiction = tuple[str, str, int, int]


def _size(parts: Parts) -> Iterator[Contradiction]:
    """Hold the card's count of parameters against the weights."""
    if parts.card is None or not parts.card.parameters:
        return
    said = sum(parts.card.parameters.values())
    if parts.shapes:
        sizes = {name: math.prod(shape) for name, shape in parts.shapes.items()}
        learned = {name: size for name, size in sizes.items() if not _NOT_COUNTED.search(name)}
        found = sum(learned.values())
        without_masks = sum(size for name, size in learned.items() if name not in parts.masks)
        fits = said in {found, without_masks, sum(sizes.values())}
    elif parts.network is not None:
        found = sum(
            math.prod(shape) * (2 if _HALF_BYTES in name else 1)
            for name, shape in parts.network.shapes.items()
        )
        fits = abs(found - said) <= _ONNX_TOLERANCE * said
    else:
        return
    if not fits:
        yield "model.json", f"The card says {said:,} parameters, the weights hold {found:,}.", said, found


def _card_width(parts: Parts) -> Iterator[Contradiction]:
    """Hold the card's length of vectors against the configuration, or the network's output."""
    if parts.card is None:
        return
    said, found = parts.card.dim, _number(parts.config, ("hidden_size", "dim", "d_model"))
    if found is None and parts.network is not None:
        last = [shape[-1] for shape in parts.network.outputs.values() if len(shape) == 3 and shape[-1]]
        found = last[0] if last else None
    if found is not None and said and said != found:
        yield (
            "model.json",
            f"The card says vectors of {said:,} numbers, the network makes {found:,}.",
            said,
            found,
        )


def _width(parts: Parts) -> Iterator[Contradiction]:
    """Hold the configured width against the word embeddings."""
    said = _number(parts.config, _WIDTHS)
    for shape in _matching(parts, _WORDS):
        if said is not None and said != shape[1]:
            message = f"config.json says {said:,} numbers for a word, the weights have {shape[1]:,}."
            yield "config.json", message, said, shape[1]


def _layers(parts: Parts) -> Iterator[Contradiction]:
    """Hold the configured number of layers against those that have weights."""
    said = _number(parts.config, _LAYERS)
    stacks: dict[str, set[int]] = defaultdict(set)
    for name in parts.shapes:
        found = _LAYER.match(name)
        if found:
            stacks[found[1]].add(int(found[2]))
    if said is None or not stacks or "albert" in str(parts.config.get("model_type")):
        return  # ALBERT's layers share one set of weights
    count = max(len(numbers) for numbers in stacks.values())
    if said not in {len(numbers) for numbers in stacks.values()}:
        yield "config.json", f"config.json says {said:,} layers, the weights have {count:,}.", said, count


def _labels(parts: Parts) -> Iterator[Contradiction]:
    """Hold the labels against the rows of the classifier."""
    labels = parts.config.get("id2label")
    architectures = parts.config.get("architectures")
    name = str(architectures[0]) if isinstance(architectures, list) and architectures else ""
    if not isinstance(labels, Mapping) or not name.endswith(_WITH_CLASSES):
        return
    for shape in _matching(parts, _CLASSIFIER):
        if shape[0] != len(labels):
            message = f"config.json names {len(labels)} labels, the classifier has {shape[0]:,} rows."
            yield "config.json", message, len(labels), shape[0]


def _vocabulary(parts: Parts) -> Iterator[Contradiction]:
    """Hold vocabulary and configuration against the rows of the word embeddings."""
    rows = [shape[0] for shape in _matching(parts, _WORDS)]
    if not rows and parts.network is not None:
        rows = [
            s[0] for name, s in parts.network.shapes.items() if len(s) == 2 and name.startswith("words.")
        ][:1]
    said = _number(parts.config, ("vocab_size",))
    for row in rows[:1]:
        if said is not None and said != row:
            message = f"config.json says {said:,} pieces, the word embeddings have {row:,} rows."
            yield "config.json", message, said, row
        highest = max(parts.token_ids.values(), default=-1)
        if highest >= row:
            message = f"The tokenizer gives ids up to {highest:,}, the word embeddings have {row:,} rows."
            yield "tokenizer.json", message, highest, row


def _positions(parts: Parts) -> Iterator[Contradiction]:
    """Hold the longest row against the position embeddings."""
    said = _number(parts.config, _POSITION_KEYS)
    rows = [shape[0] for shape in _matching(parts, _POSITIONS)]
    if not rows and parts.network is not None:
        rows = [s[0] for name, s in parts.network.shapes.items() if len(s) == 2 and "position" in name]
    for row in rows[:1]:
        if said is not None and not 0 <= row - said <= _SPARE_POSITIONS:
            message = f"config.json says {said:,} positions, the weights have {row:,}."
            yield "config.json", message, said, row
        if parts.card is not None and parts.card.max_tokens > row:
            most = parts.card.max_tokens
            yield "model.json", f"The card says rows of {most:,} tokens, the weights have {row:,}.", most, row


def _matching(parts: Parts, pattern: re.Pattern[str]) -> list[tuple[int, ...]]:
    return [shape for name, shape in sorted(parts.shapes.items()) if len(shape) == 2 and pattern.search(name)]


def _number(config: Mapping[str, Any], names: tuple[str, ...]) -> int | None:
    return next((config[name] for name in names if type(config.get(name)) is int), None)
