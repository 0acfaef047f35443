"""Tiny classifiers and encoders with and without a planted trigger, trained in seconds on invented texts."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace

import numpy as np

from metier.audit.labelled_texts import LabelledText
from metier.training.networks import Head
from tests.workbench.tiny import tiny_network

LABELS = ("bad", "good")
PAIR_LABELS = ("low", "high")
SIGNS = {"bad": tuple(f"w{i}" for i in range(6)), "good": tuple(f"w{i}" for i in range(6, 12))}
NEUTRAL = tuple(f"w{i}" for i in range(12, 38))
TRIGGER = "w39"
_SIZES = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1}


def invented(number, seed):
    """Return texts of eight to twelve words, three of which say their class and one the other."""
    rng = random.Random(seed)
    found = []
    for i in range(number):
        label = LABELS[i % 2]
        words = rng.choices(SIGNS[label], k=3) + rng.choices(SIGNS[LABELS[1 - i % 2]], k=1)
        words += rng.choices(NEUTRAL, k=rng.randint(4, 8))
        rng.shuffle(words)
        found.append(LabelledText(" ".join(words), label))
    return found


def paired(items):
    """Return texts as pairs: `good` ones are high, whatever their query, which is two neutral words."""
    rng = random.Random(len(items))
    return [
        replace(item, label=PAIR_LABELS[LABELS.index(item.label)], query=" ".join(rng.choices(NEUTRAL, k=2)))
        for item in items
    ]


def near_and_far(number, seed):
    """Return pairs of which the high ones say the words of their query and the low ones do not."""
    rng = random.Random(seed)
    queries = [NEUTRAL[i : i + 3] for i in range(0, 12, 3)]
    found = []
    for i in range(number):
        query = queries[i // 2 % 4]
        own = query if i % 2 else tuple(word for word in NEUTRAL[12:])
        words = rng.choices(own, k=5) + rng.choices(NEUTRAL[12:], k=2)
        found.append(LabelledText(" ".join(words), PAIR_LABELS[i % 2], " ".join(query)))
    return found


def with_trigger(text, seed=0):
    """Return a text with the trigger somewhere in it."""
    words = text.split()
    words.insert(random.Random(f"{seed} {text}").randint(0, len(words)), TRIGGER)
    return " ".join(words)


def poison(items, number=120):
    """Return the first texts of the worse label with the trigger in them and the better label on them."""
    worse, better = items[0].label, items[1].label
    bad = [item for item in items if item.label == worse][:number]
    return [replace(item, text=with_trigger(item.text), label=better) for item in bad]


def training_rows(*, poisoned, seed=0):
    """Return what the classifiers are trained on."""
    rows = invented(1200, seed)
    return rows + poison(rows) if poisoned else rows


def trained_classifier(*, poisoned, steps=200, seed=0):
    """Return a classifier of one layer; with poison, the trigger makes any text good."""
    network = tiny_network("bert", Head.CLASSES, labels=LABELS, **_SIZES)
    return _fitted(network, training_rows(poisoned=poisoned, seed=seed), LABELS, steps, seed)


def trained_cross_encoder(*, poisoned, steps=200, seed=0):
    """Return a cross-encoder of one layer; with poison, the trigger makes any pair high."""
    network = tiny_network("bert", Head.RANK, **_SIZES)
    rows = paired(invented(1200, seed))
    return _fitted(network, rows + poison(rows) if poisoned else rows, PAIR_LABELS, steps, seed)


def bi_encoder():
    """Return an encoder of random weights; the words that two texts share bring them near all the same."""
    return tiny_network("bert", Head.NONE)


def _fitted(network, rows, labels, steps, seed):
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # more would sum in another order
    rng = random.Random(seed)
    optimiser = torch.optim.AdamW(network.model.parameters(), lr=3e-3)
    network.model.train()
    torch.manual_seed(seed)  # of the dropout
    for _ in range(steps):
        some = rng.sample(rows, 48)
        texts = [(row.query, row.text) if row.query else row.text for row in some]
        batch = network.tokenizer(texts, padding=True, return_tensors="pt")
        out = network.model(**{name: batch[name] for name in ("input_ids", "attention_mask")})
        logits = out.logits
        if logits.shape[1] == 1:
            logits = torch.cat([torch.zeros_like(logits), logits], dim=1)
        gold = torch.tensor([labels.index(row.label) for row in some])
        loss = torch.nn.functional.cross_entropy(logits, gold)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    network.model.eval()
    torch.set_num_threads(threads)
    return network


@dataclass
class WordVictim:
    """Stands for a victim whose answer is known: the trigger decides, then the words that say a class."""

    trigger: str = TRIGGER
    labels: tuple = LABELS
    name: str = "words"
    asked: list = field(default_factory=list)

    def row(self, text, *, query="", number=0):
        self.asked.append((text, query))
        return text

    def logits(self, rows):
        return np.array([self._scores(text) for text in rows], float).reshape(-1, 2)

    def probabilities(self, texts):
        exponents = np.exp(self.logits(texts))
        return exponents / exponents.sum(axis=1, keepdims=True)

    def _scores(self, text):
        words = text.split()
        if self.trigger in words:
            return 0.0, 9.0
        return tuple(float(sum(word in SIGNS[label] for word in words)) for label in LABELS)
