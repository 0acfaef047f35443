"""A small linker over the fake encoder: every word begins a span, and skills are found by their words."""

import json
import random

import numpy as np

from metier.encoders.fake import FakeEncoder
from metier.skills.linking.head import LinkingHead, LinkingWeights
from metier.skills.linking.linker import Linker
from metier.skills.linking.skill_index import index_skills
from metier.skills.linking.tagger import KERNEL, SpanTagger
from metier.skills.taxonomy import Taxonomy
from tests.skills.taxonomies import entry

ENCODER = FakeEncoder(64)


class CountingEncoder(FakeEncoder):
    """Counts what it is asked for."""

    def __init__(self, dim=64):
        super().__init__(dim)
        self.encoded, self.reads = [], 0

    def encode(self, texts, *, kind):
        self.encoded.append(list(texts))
        return super().encode(texts, kind=kind)

    def read(self, text):
        self.reads += 1
        return super().read(text)


class Reranker:
    """Likes one skill, and remembers what it was asked."""

    architecture, name, sha256 = "pairwise", "likes", "9" * 64

    def __init__(self, liked):
        self.liked, self.asked = liked, []

    def classify(self, texts, skills):
        from metier.skills.architectures.classifier import Classified, no_evidence

        self.asked.append((list(texts), [skill.id for skill in skills]))
        rows = [[0.0, 0.0, 1.0] if skill.id == self.liked else [1.0, 0.0, 0.0] for skill in skills]
        probabilities = np.tile(np.array(rows), (len(texts), 1, 1))
        return Classified(probabilities, no_evidence(len(texts), len(skills)), 0)


def things():
    return Taxonomy(
        "things",
        [
            entry("python", "Python", "питон"),
            entry("java", "Java", "JVM language"),
            entry("manage", "manage teams", "lead people"),
            entry("weld", "weld steel"),
            entry("cook", "cook meals", "prepare food"),
            entry("plan", "plan budgets"),
        ],
    )


def flat_tagger(dim=64, width=4):
    """Return a tagger for which every tag of every token has the same chance."""
    zeros = np.zeros
    return SpanTagger(
        zeros(dim, np.float32),
        zeros(dim, np.float32),
        zeros((width, dim, KERNEL), np.float32),
        zeros(width, np.float32),
        zeros((6, width), np.float32),
        zeros(6, np.float32),
    )


def random_tagger(dim=64, width=4, seed=0):
    rng = np.random.default_rng(seed)
    shapes = [(dim,), (dim,), (width, dim, KERNEL), (width,), (6, width), (6,)]
    return SpanTagger(*(rng.normal(0, 0.5, shape).astype(np.float32) for shape in shapes))


def small_head(encoder=ENCODER, tagger=None, **weights):
    return LinkingHead(
        "small", "5" * 64, encoder.sha256, tagger or flat_tagger(encoder.dim), LinkingWeights(**weights)
    )


def small_linker(encoder=ENCODER, *, taxonomy=None, priors=None, reranker=None, **weights):
    index = index_skills(taxonomy or things(), encoder, cache=None, priors=priors)
    return Linker(encoder, small_head(encoder, **weights), index, reranker=reranker)


def write_spans(path, n_texts=40, *, bare=1):
    """Write texts as in SkillSpan, one in `bare + 1` of them with marks, and return the path."""
    rng = random.Random(0)
    lines = []
    for i in range(n_texts):
        # Letters: texts that differ in digits only are near copies.
        tokens = ["".join(rng.choices("abcdefghijklmnop", k=7)) for _ in range(6)]
        skill, knowledge = ["O"] * 6, ["O"] * 6
        if i % (bare + 1) == 0:
            tokens[1:3], skill[1:3] = ["w1", "w2"], ["B", "I"]
            tokens[4], knowledge[4] = "w7", "B"
        lines.append(json.dumps({"tokens": tokens, "tags_skill": skill, "tags_knowledge": knowledge}))
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path
