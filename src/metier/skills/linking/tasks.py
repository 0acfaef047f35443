"""What linking is trained on: marked spans, names of skills, names in sentences, sentences with skills."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.skills.linking.network import LinkingNetwork
from metier.skills.linking.tagger import BEGIN, INSIDE, N_KINDS, N_TAGS, OUTSIDE
from metier.skills.seeds import stable_random
from metier.skills.span_sets import SpanKind, SpannedText
from metier.training.losses import IGNORED, in_batch_contrastive, weighted_cross_entropy
from metier.types import Skill, Span

if TYPE_CHECKING:
    from torch import Tensor

TEMPERATURE: Final = 0.05
FILLED: Final = 0.7
MAX_NAME_CHARS: Final = 100  # of a description, that is; what matters most is said first
_POOL: Final = 16
_BARE_SHARE: Final = 3


def is_trained_on(row: SpannedText) -> bool:
    """Tell whether a text is trained on: of those that mark nothing, which are the most, a third is."""
    return bool(row.spans) or not stable_random("bare", row.text).randrange(_BARE_SHARE)


class _Batches(Sequence[Any]):
    """Batches of rows of about equal length in an order of their own; the same seed, the same batches.

    Another seed puts other rows together. A row that would be left alone joins the batch before it.
    """

    def __init__(self, lengths: Sequence[int], size: int, seed: int) -> None:
        rng = random.Random(seed)
        order = list(range(len(lengths)))
        rng.shuffle(order)
        n_batches = -(-len(order) // size)
        # A first pool of random size: few rows would else be one pool, and its batches always the same.
        first = size * rng.randint(1, max(1, min(_POOL, n_batches - 1)))
        starts = [0, *range(first, len(order), _POOL * size)]
        pools = [order[start:stop] for start, stop in pairwise([*starts, len(order)])]
        cut = [
            pool[i : i + size]
            for pool in (sorted(pool, key=lambda row: lengths[row]) for pool in pools)
            for i in range(0, len(pool), size)
        ]
        if size > 1 and len(cut) > 1 and len(cut[-1]) == 1:
            cut[-2:] = [cut[-2] + cut[-1]]
        rng.shuffle(cut)
        self._batches = cut

    def __len__(self) -> int:
        return len(self._batches)

    def __getitem__(self, place: Any) -> Any:
        return self._batches[place]


def _sha256(parts: Sequence[str]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode("utf-8", "replace") + b"\0")
    return digest.hexdigest()


def tags_of(row: SpannedText, tokens: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the tag of each token for each kind of span, (n_tokens, 2).

    Args:
        row: a text with its marked words.
        tokens: (n_tokens, 2) start and end of every token in characters.
    """
    tags = np.full((len(tokens), N_KINDS), OUTSIDE, np.int64)
    for marked in row.spans:
        kind = list(SpanKind).index(marked.kind)
        inside = np.flatnonzero((tokens[:, 0] < marked.span.end) & (tokens[:, 1] > marked.span.start))
        tags[inside, kind] = INSIDE
        tags[inside[:1], kind] = BEGIN
    return tags


@dataclass(frozen=True, slots=True, eq=False)
class SpanTask:
    """Learns which words of a text tell of a skill.

    Attributes:
        network: what learns.
        train: texts with marked words.
        tune: the same, to measure on.
        weight: its share of the steps.
        batch_size: texts in a step.
    """

    network: LinkingNetwork
    train: Sequence[SpannedText]
    tune: Sequence[SpannedText]
    weight: float = 1.0
    batch_size: int = 32
    name: str = "spans"

    @property
    def data_sha256(self) -> str:
        """Return a hash over the data."""
        return _sha256([repr(row) for row in (*self.train, *self.tune)])

    def batches(self, *, seed: int, epoch: int) -> Sequence[Any]:
        """Return the numbers of the texts of each batch."""
        return _Batches([len(row.text) for row in self.train], self.batch_size, seed * 1000 + epoch)

    def loss(self, batch: Any) -> Tensor:
        """Return the cross-entropy of the tags, both kinds."""
        torch = require("torch")
        rows = [self.train[i] for i in batch]
        read = self.network.source.read([row.text for row in rows])
        logits = self.network.logits([text.states for text in read])
        targets = torch.full(logits.shape[:3], IGNORED, device=logits.device)
        for i, (row, text) in enumerate(zip(rows, read, strict=True)):
            targets[i, : len(text.spans)] = torch.from_numpy(tags_of(row, text.spans)).to(logits.device)
        return weighted_cross_entropy(logits.reshape(-1, N_TAGS), targets.reshape(-1))

    def evaluate(self) -> Mapping[str, float]:
        """Return precision, recall and F1 of whole spans on the tune part."""
        tagger = self.network.numpy_tagger()
        right = found = marked = 0
        for first in range(0, len(self.tune), self.batch_size):
            rows = self.tune[first : first + self.batch_size]
            for row, text in zip(rows, self.network.source.read([row.text for row in rows]), strict=True):
                best = tagger.log_probabilities(text.states.detach().cpu().numpy()).argmax(axis=2)
                ours = _tagged(best, text.spans)
                theirs = _tagged(tags_of(row, text.spans), text.spans)
                right, found, marked = right + len(ours & theirs), found + len(ours), marked + len(theirs)
        precision, recall = right / max(found, 1), right / max(marked, 1)
        f1 = 2 * precision * recall / max(precision + recall, 1e-9)
        return {"score": f1, "precision": precision, "recall": recall}


def _tagged(tags: NDArray[np.int64], tokens: NDArray[np.int64]) -> set[tuple[int, int, int]]:
    """Return the spans that tags mark, as kind, start and end."""
    spans: set[tuple[int, int, int]] = set()
    for kind in range(N_KINDS):
        start = None
        column = [*tags[:, kind].tolist(), OUTSIDE]
        for i, tag in enumerate(column):
            if start is not None and tag != INSIDE:
                spans.add((kind, int(tokens[start, 0]), int(tokens[i - 1, 1])))
                start = None
            if tag == BEGIN:
                start = i
    return spans


@dataclass(frozen=True, slots=True)
class NamePair:
    """Words that mean a skill, and the place of the skill."""

    words: str
    skill: int


def name_pairs(skills: Sequence[Skill]) -> list[NamePair]:
    """Return what each skill is called beside its label, and what is said of it."""
    return [
        NamePair(words[:MAX_NAME_CHARS], i)
        for i, skill in enumerate(skills)
        for words in (*skill.aliases, skill.description)
        if words and words.casefold() != skill.label.casefold()
    ]


@dataclass(frozen=True, slots=True, eq=False)
class NameTask:
    """Learns that a skill's names and its description mean the same.

    Attributes:
        network: what learns; its source must have a backbone.
        skills: n_skills.
        train: pairs.
        tune: pairs to measure on, a few hundred.
        weight: its share of the steps.
        batch_size: pairs in a step.
    """

    network: LinkingNetwork
    skills: Sequence[Skill]
    train: Sequence[NamePair]
    tune: Sequence[NamePair]
    weight: float = 1.0
    batch_size: int = 48
    name: str = "names"

    @property
    def data_sha256(self) -> str:
        """Return a hash over the data."""
        return _sha256([f"{pair.words} {pair.skill}" for pair in (*self.train, *self.tune)])

    def batches(self, *, seed: int, epoch: int) -> Sequence[Any]:
        """Return the numbers of the pairs of each batch."""
        return _Batches([len(pair.words) for pair in self.train], self.batch_size, seed * 1000 + epoch)

    def loss(self, batch: Any) -> Tensor:
        """Return the contrastive loss of names against labels, both ways."""
        pairs = [self.train[i] for i in batch]
        words = self.network.source.query([_named(pair.words) for pair in pairs])
        labels = self.network.source.query([_named(self.skills[pair.skill].label) for pair in pairs])
        return in_batch_contrastive(
            words,
            labels,
            temperature=TEMPERATURE,
            also_positive=_same([pair.skill for pair in pairs]).to(words.device),
            symmetric=True,
        )

    def evaluate(self) -> Mapping[str, float]:
        """Return the mean reciprocal rank of the right label among those of the tune part."""
        wanted = sorted({pair.skill for pair in self.tune})
        labels = self._encode([self.skills[skill].label for skill in wanted])
        words = self._encode([pair.words for pair in self.tune])
        place = {skill: i for i, skill in enumerate(wanted)}
        scores = words @ labels.T
        own = scores[np.arange(len(scores)), [place[pair.skill] for pair in self.tune]]
        ranks = (scores > own[:, None]).sum(axis=1) + 1
        return {"score": float((1 / ranks).mean())}

    def _encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors: NDArray[np.float32] = (
            self.network.source.query([_named(text) for text in texts]).detach().cpu().numpy()
        )
        return vectors


@dataclass(frozen=True, slots=True, eq=False)
class ContextTask:
    """Learns that words in a sentence mean what they mean alone: the span's mean state lies near the skill.

    In seven of ten sentences a marked span gives way to a name of a random skill, so that every skill is seen
    in real sentences; in the others the span stands for itself.

    Attributes:
        network: what learns; its source must have a backbone.
        skills: whose names are put in.
        rows: texts with marked words, at least one in each.
        weight: its share of the steps.
        batch_size: texts in a step.
    """

    network: LinkingNetwork
    skills: Sequence[Skill]
    rows: Sequence[SpannedText]
    weight: float = 1.0
    batch_size: int = 24
    name: str = "context"

    @property
    def data_sha256(self) -> str:
        """Return a hash over the data."""
        return _sha256([repr(row) for row in self.rows])

    def batches(self, *, seed: int, epoch: int) -> Sequence[Any]:
        """Return for each batch the texts with a filled span each."""
        return _Filled(self, seed=seed * 1000 + epoch)

    def loss(self, batch: Any) -> Tensor:
        """Return the contrastive loss of spans in their sentences, and alone, against labels."""
        source = self.network.source
        read = source.read([row.text for row in batch])
        labels = source.query([_named(row.label) for row in batch])
        alone = source.query([_named(row.words) for row in batch])
        torch = require("torch")
        pooled = []
        for row, text in zip(batch, read, strict=True):
            inside = (text.spans[:, 0] < row.span.end) & (text.spans[:, 1] > row.span.start)
            pooled.append(text.states[torch.from_numpy(inside if inside.any() else ~inside)].mean(dim=0))
        same = _same([row.label for row in batch]).to(labels.device)
        context = in_batch_contrastive(
            torch.stack(pooled), labels, temperature=TEMPERATURE, also_positive=same
        )
        return context + in_batch_contrastive(alone, labels, temperature=TEMPERATURE, also_positive=same)

    def evaluate(self) -> Mapping[str, float]:
        """Return nothing of its own to decide by: linking is measured by the other tasks."""
        return {"score": 0.0}


@dataclass(frozen=True, slots=True)
class FilledRow:
    """A text, a span of it with its words, and the label that these stand for."""

    text: str
    span: Span
    words: str
    label: str


class _Filled(Sequence[Any]):
    """The batches of a `ContextTask`, made when asked for."""

    def __init__(self, task: ContextTask, *, seed: int) -> None:
        self._task = task
        self._seed = seed
        self._plan = _Batches([len(row.text) for row in task.rows], task.batch_size, seed)

    def __len__(self) -> int:
        return len(self._plan)

    def __getitem__(self, place: Any) -> Any:
        rng = random.Random(f"{self._seed} {place}")
        return [fill(self._task.rows[i], self._task.skills, rng) for i in self._plan[place]]


def fill(row: SpannedText, skills: Sequence[Skill], rng: random.Random) -> FilledRow:
    """Return a text in which one marked span may have given way to a name of a random skill."""
    span = rng.choice(row.spans).span
    words = label = row.text[span.start : span.end]
    if rng.random() < FILLED:
        skill = rng.choice(skills)
        words, label = rng.choice((skill.label, *skill.aliases)), skill.label
    text = row.text[: span.start] + words + row.text[span.end :]
    return FilledRow(text, Span(span.start, span.start + len(words)), words, label)


@dataclass(frozen=True, slots=True, eq=False)
class SentenceTask:
    """Learns that a whole sentence lies near the skills that it shows.

    Attributes:
        network: what learns; its source must have a backbone.
        skills: n_skills.
        rows: texts with the places of their skills, at least one each.
        weight: its share of the steps.
        batch_size: texts in a step.
    """

    network: LinkingNetwork
    skills: Sequence[Skill]
    rows: Sequence[tuple[str, tuple[int, ...]]]
    weight: float = 0.3
    batch_size: int = 24
    name: str = "sentences"

    @property
    def data_sha256(self) -> str:
        """Return a hash over the data."""
        return _sha256([repr(row) for row in self.rows])

    def batches(self, *, seed: int, epoch: int) -> Sequence[Any]:
        """Return the numbers of the texts of each batch, with the skill that stands for each."""
        plan = _Batches([len(text) for text, _ in self.rows], self.batch_size, seed * 1000 + epoch)
        rng = random.Random(seed * 1000 + epoch)
        return [[(i, rng.choice(self.rows[i][1])) for i in batch] for batch in plan]

    def loss(self, batch: Any) -> Tensor:
        """Return the contrastive loss of mean states against labels."""
        torch = require("torch")
        source = self.network.source
        texts = source.read([self.rows[i][0] for i, _ in batch])
        labels = source.query([_named(self.skills[skill].label) for _, skill in batch])
        right = torch.tensor([[skill in self.rows[i][1] for _, skill in batch] for i, _ in batch])
        pooled = torch.stack([text.states.mean(dim=0) for text in texts])
        right = right.to(labels.device)
        return in_batch_contrastive(pooled, labels, temperature=TEMPERATURE, also_positive=right)

    def evaluate(self) -> Mapping[str, float]:
        """Return nothing of its own to decide by: linking is measured by the other tasks."""
        return {"score": 0.0}


def _named(words: str) -> Skill:
    return Skill(id=words, label=words)


def _same(keys: Sequence[object]) -> Any:
    torch = require("torch")
    return torch.tensor([[a == b for b in keys] for a in keys])
