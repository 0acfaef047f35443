"""Pairs that can be learned, of words without digits, and a tiny random backbone that knows the words."""

import csv
import random

from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

from metier.search.training.pairs import Pair
from tests.encoders.models import SPECIAL, WORDS
from tests.skills.architectures import tiny

N_TOPICS = 40
_LETTERS = "abcdefghijklmnopqrst"
# Parts of a set are told by texts without their digits, so words must differ in letters.
VOCABULARY = [*WORDS[:6], *(a + b for a in _LETTERS for b in _LETTERS)]


def word(i):
    return VOCABULARY[6 + i]


def tokenizer():
    made = Tokenizer(WordLevel({word: i for i, word in enumerate(VOCABULARY)}, unk_token="<unk>"))
    made.pre_tokenizer = Whitespace()
    made.post_processor = TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> $B:1 </s>:1",
        special_tokens=[(word, i) for word, i in SPECIAL.items()],
    )
    return made


def save_backbone(folder, architecture="bert"):
    return tiny.save_backbone(folder, architecture, tokenizer=tokenizer())


def made_pairs(n=160, *, seed=0):
    """Return queries in words of 40 topics; all of a topic should find one text, in other words."""
    rng = random.Random(seed)
    texts = [" ".join(map(word, range(160 + 4 * topic, 164 + 4 * topic))) for topic in range(N_TOPICS)]
    pairs = []
    for i in range(n):
        topic = i % N_TOPICS
        asked = rng.choices(range(4 * topic, 4 * topic + 4), k=4) + rng.choices(range(360, 400), k=2)
        pairs.append(Pair(" ".join(map(word, asked)), texts[topic]))
    return pairs


def write_pairs(path, pairs=None):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["query", "positive"])
        writer.writerows((pair.query, pair.positive) for pair in (made_pairs() if pairs is None else pairs))
    return path
