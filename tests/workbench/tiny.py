"""Tiny random networks of every architecture that the workbench trains, and a tokenizer for them."""

from __future__ import annotations

import string

ARCHITECTURES = ("bert", "roberta", "distilbert", "albert", "electra", "deberta-v2")
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
WORDS = tuple(f"w{i}" for i in range(40))
POSITIONS = 66
_COMMON = {
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": POSITIONS,
    "pad_token_id": 0,
}
_OWN = {
    "distilbert": {
        "dim": 16,
        "n_layers": 2,
        "n_heads": 2,
        "hidden_dim": 32,
        "max_position_embeddings": POSITIONS,
        "pad_token_id": 0,
    },
    "albert": {**_COMMON, "embedding_size": 8, "num_hidden_groups": 1, "inner_group_num": 1},
    "electra": {**_COMMON, "embedding_size": 8},
    "deberta-v2": {
        **_COMMON,
        "relative_attention": True,
        "position_buckets": 8,
        "norm_rel_ebd": "layer_norm",
        "share_att_key": True,
        "pos_att_type": ["p2c", "c2p"],
        "position_biased_input": False,
        "type_vocab_size": 0,
    },
}


def tiny_vocabulary():
    """Return special tokens, whole words w0 to w39, letters and digits, and their continuations."""
    marks = [*string.ascii_lowercase, *string.digits, *".,?"]
    return {piece: i for i, piece in enumerate([*SPECIAL, *WORDS, *marks, *(f"##{mark}" for mark in marks)])}


def tiny_tokenizer():
    """Return a WordPiece tokenizer: w0 to w39 are single tokens, other words fall into letters."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    vocabulary = tiny_vocabulary()
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[(token, vocabulary[token]) for token in ("[CLS]", "[SEP]")],
    )
    names = ("pad_token", "unk_token", "cls_token", "sep_token", "mask_token")
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, **dict(zip(names, SPECIAL, strict=True)))


def tiny_config(architecture, **changes):
    """Return a configuration of two layers, 16 wide."""
    from transformers import AutoConfig

    sizes = {**_OWN.get(architecture, _COMMON), "vocab_size": len(tiny_vocabulary()), **changes}
    return AutoConfig.for_model(architecture, **sizes)


def tiny_network(architecture, head, *, labels=None, seed=0, **changes):
    """Return a random network."""
    from metier.training.networks import new_network

    config = tiny_config(architecture, **changes)
    return new_network(config, tiny_tokenizer(), head, name=f"tiny-{architecture}", labels=labels, seed=seed)
