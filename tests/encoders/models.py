"""A tiny tokenizer, a network whose states tell which token stood where, and the shipped encoder."""

from functools import cache

import numpy as np
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

from metier.encoders.load import Runtime, load_encoder, shipped_models

WORDS = ["<s>", "</s>", "<unk>", "passage", "query", ":", *(f"w{i}" for i in range(400))]
SPECIAL = {"<s>": 0, "</s>": 1}


def word_tokenizer():
    tokenizer = Tokenizer(WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.post_processor = TemplateProcessing(
        single="<s> $A </s>", special_tokens=[(word, i) for word, i in SPECIAL.items()]
    )
    return tokenizer


@cache
def shipped_encoder():
    """Load the encoder that comes with metier once for all tests; none of them can change it."""
    return load_encoder(shipped_models()["base"], Runtime(threads=2))


class TracingNetwork:
    """State of a token: its id, its place in the row, and the length of the row."""

    dim = 3

    def __init__(self):
        self.rows = []

    def states(self, rows):
        self.rows += [list(row) for row in rows]
        return [
            np.array([(token, i, len(row)) for i, token in enumerate(row)], np.float32).reshape(-1, 3)
            for row in rows
        ]
