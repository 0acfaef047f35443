"""A tiny base encoder, built as the large one is, of random weights in place of the two packages."""

import json
import random

import pytest

from metier.training import compress
from metier.training.compress import BuildOptions, build_base
from tests.training.test_vocabulary import CONTENT, PIECES
from tests.training.weights import tiny_bert

N_ROWS = len(PIECES) - 6
# As in the true file, there are more rows than pieces; a row has room for the longest calibration text.
WEIGHTS = tiny_bert(vocab_size=len(PIECES) + 3, positions=256).pack()
WORDS = "python java the teacher repairs engines опыт работы разработка сетей and plans budgets".split()
MEMBERS = {
    compress._SOURCE_WEIGHTS.member: WEIGHTS,
    compress._SOURCE_TOKENIZER.member: json.dumps(CONTENT).encode(),
}


def texts_of(n, *, seed=1):
    """Return n texts of about 600 characters, all different."""
    rng = random.Random(seed)
    return [" ".join(rng.choices(WORDS, k=90)) for _ in range(n)]


def write_texts(path, texts):
    path.write_text("".join(f"{json.dumps({'text': text})}\n" for text in texts), encoding="utf-8")
    return path


def options_for(folder, texts):
    return BuildOptions((write_texts(folder / "jobs.jsonl", texts),), folder / "wheels", N_ROWS)


def build_tiny(folder, *, say=lambda words: None):
    """Write `int8`, `float32` and the texts that shaped them, `jobs.jsonl`; return the card of int8."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compress, "fetch", lambda file, wheels: MEMBERS[file.member])
        return build_base(options_for(folder, texts_of(200)), folder / "out", say=say)
