"""Trains label attention: the formulas of `attention_head` in torch, with the same names."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.encoders.folder import ModelCard
from metier.errors import InvalidInput
from metier.skills.architectures.attention_head import ARCHITECTURE, EMPTY_LOGIT, LabelAttentionHead
from metier.skills.architectures.classifier import EXPLICIT, IMPLICIT
from metier.skills.architectures.evidence import tokens_in
from metier.skills.architectures.label_attention import (
    LabelAttentionClassifier,
    find_mentions,
)
from metier.skills.architectures.rows import Example, Outcome
from metier.skills.architectures.save import Parts, save_parts
from metier.skills.architectures.token_states import FrozenStates, StateSource, TokenStates, TrainedStates
from metier.skills.mentions import MentionFinder
from metier.training.backbone import backbone_encoder, join_parts, spread_evenly
from metier.training.output import Origin
from metier.types import Skill

RANK: Final = 32
# Single numbers are held at a tenth, so that they and the maps can share one learning rate.
_PACE: Final = 10.0
_FIRST_SCALE: Final = 8.0
_FIRST_MENTION: Final = 3.0
_FIRST_NULL: Final = 4.0
_CENTER_TEXTS: Final = 200
_FEWEST_SKILLS: Final = 20


class LabelAttentionNetwork:
    """Label attention while it is trained; implements `TrainableClassifier`.

    Args:
        source: a `FrozenStates` to train the head alone, a `TrainedStates` to train a backbone along.
        rank: of the learned maps, at least 1.
        seed: of their first weights.
        finder: finds the names of skills in a text; None to go by meaning alone.

    Raises:
        InvalidInput: rank below 1.
        MissingExtra: torch is not installed.
    """

    architecture: Final = ARCHITECTURE
    per_pair = False

    def __init__(
        self,
        source: StateSource,
        *,
        rank: int = RANK,
        seed: int = 0,
        finder: MentionFinder | None = None,
    ) -> None:
        if rank < 1:
            raise InvalidInput(f"rank must be at least 1. Got {rank}.")
        self.source = source
        self._finder = finder
        self.module: Any = join_parts(source.backbone, head_module(source.dim, rank=rank, seed=seed))

    def set_centers(self, texts: Sequence[str], skills: Sequence[Skill]) -> None:
        """Take the usual token state from some texts, and the usual query vector from some skills.

        Without this both are zero. What all states have in common says nothing about a skill.

        Args:
            texts: at most 200 of them are read.
            skills: fewer than 20 leave the usual query vector as it is.
        """
        torch, head = require("torch"), self.module.head
        was_training = self.module.training
        self.module.eval()
        with torch.no_grad():
            states = [found.states for found in self.source.read(spread_evenly(texts, _CENTER_TEXTS))]
            tokens = torch.cat([torch.zeros(0, self.source.dim), *(found.cpu() for found in states)])
            if len(tokens):
                head.token_center.copy_(tokens.mean(dim=0))
            if len(skills) >= _FEWEST_SKILLS:
                head.query_center.copy_(self.source.query(skills).mean(dim=0))
        self.module.train(was_training)

    def forward(self, examples: Sequence[Example], skills: Sequence[Skill]) -> Outcome:
        """Return the logits of each pair and the evidence loss, with gradients."""
        torch, head = require("torch"), self.module.head
        asked = sorted({int(k) for example in examples for k in example.skills})
        column = {k: j for j, k in enumerate(asked)}
        tokens = self.source.read([example.text for example in examples])
        scores, none = self._scores(examples, tokens, [skills[k] for k in asked])
        counts = torch.tensor([max(1, len(found.spans)) for found in tokens], device=scores.device)
        pooled = scores.logsumexp(dim=3) - lengths(head)[None, :, None] * counts.log()[:, None, None]
        empty = torch.tensor([not len(found.spans) for found in tokens], device=scores.device)
        pooled = pooled.masked_fill(empty[:, None, None], EMPTY_LOGIT)
        logits = torch.cat([none[:, None, None].expand(-1, 1, len(asked)), pooled], dim=1).transpose(1, 2)
        pairs = [(i, column[int(k)]) for i, example in enumerate(examples) for k in example.skills]
        which = torch.tensor(pairs, dtype=torch.int64, device=logits.device).reshape(-1, 2)
        return Outcome(logits[which[:, 0], which[:, 1]], _evidence_loss(scores, examples, tokens, column))

    def head(self) -> LabelAttentionHead:
        """Return the head as it stands now, for inference in numpy."""
        return to_numpy(self.module.head)

    def classifier(self, *, name: str = "") -> LabelAttentionClassifier:
        """Return the model as it stands now, ready to classify; a backbone is put into evaluation mode."""
        return LabelAttentionClassifier(self._encoder(), self.head(), finder=self._finder, name=name)

    def save(self, output: Path, origin: Origin) -> ModelCard:
        """Write the model as a folder, with the backbone if that was trained along; return its card.

        Raises:
            InvalidInput: the folder is not empty.
        """
        head, backbone = self.head(), self.source.backbone
        if backbone is None:
            return head.save(output, origin, encoder_sha256=self._encoder().sha256)
        return save_parts(Parts(ARCHITECTURE, head.stored(), head.dim, backbone), output, origin)

    def _encoder(self) -> Any:
        if isinstance(self.source, FrozenStates):
            return self.source.encoder
        if isinstance(self.source, TrainedStates):
            return backbone_encoder(self.source.network, sha256="")
        raise InvalidInput("Only a FrozenStates or a TrainedStates can be saved and used.")

    def _scores(
        self, examples: Sequence[Example], tokens: Sequence[TokenStates], skills: Sequence[Skill]
    ) -> tuple[Any, Any]:
        """Return (n_texts, 2, n_skills, longest) scores, -inf at padding, and (n_texts,) logits of none."""
        torch, head = require("torch"), self.module.head
        device = head.null_bias.device
        padded = torch.nn.utils.rnn.pad_sequence(
            [found.states.to(device) for found in tokens], batch_first=True
        )
        if not padded.shape[1]:  # one column keeps the sums below defined; its texts are empty
            padded = padded.new_zeros(len(tokens), 1, self.source.dim)
        counts = torch.tensor([len(found.spans) for found in tokens], device=device)
        places = torch.arange(padded.shape[1], device=device)
        x = torch.nn.functional.normalize(padded - head.token_center, dim=2)
        x = x * (places[None, :] < counts[:, None])[:, :, None]
        none = (x.sum(dim=1) / counts.clamp_min(1)[:, None]) @ head.null_weights + _PACE * head.null_bias
        scores = torch.einsum("btd,ckd->bckt", x, _queries(head, self.source.query(skills).to(device)))
        scores = scores + (_PACE * head.biases)[None, :, None, None]
        scores = scores + mention_weights(head)[None, :, None, None] * self._mentions(
            examples, tokens, skills, scores
        )
        used = places[None, :] < counts.clamp_min(1)[:, None]
        return scores.masked_fill(~used[:, None, None, :], -math.inf), none.flatten()

    def _mentions(
        self,
        examples: Sequence[Example],
        tokens: Sequence[TokenStates],
        skills: Sequence[Skill],
        scores: Any,
    ) -> Any:
        """Return (n_texts, 1, n_skills, longest), 1 where a token lies in a name of a skill."""
        torch = require("torch")
        named = torch.zeros(len(tokens), 1, len(skills), scores.shape[3], device=scores.device)
        place = {skill.id: j for j, skill in enumerate(skills)}
        for i, (example, found) in enumerate(zip(examples, tokens, strict=True)):
            pairs = find_mentions(self._finder, example.text, found.spans, place)
            named[i, 0, torch.from_numpy(pairs[:, 1]), torch.from_numpy(pairs[:, 0])] = 1.0
        return named


def head_module(dim: int, *, rank: int, seed: int) -> Any:
    """Return an untrained head as a torch module; the same seed gives the same weights."""
    torch = require("torch")
    head = torch.nn.Module()
    maps = np.random.default_rng(seed).normal(0.0, 1 / math.sqrt(dim), (2, rank, dim))
    first = {
        "token_maps": torch.zeros(2, rank, dim),
        "query_maps": torch.tensor(maps, dtype=torch.float32),
        "log_scales": torch.full((2,), math.log(_FIRST_SCALE) / _PACE),
        "biases": torch.zeros(2),
        "raw_length": torch.zeros(2),
        "raw_mention": torch.full((1,), math.log(math.expm1(_FIRST_MENTION)) / _PACE),
        "null_weights": torch.zeros(dim),
        "null_bias": torch.full((1,), _FIRST_NULL / _PACE),
    }
    for name, tensor in first.items():
        head.register_parameter(name, torch.nn.Parameter(tensor))
    for name in ("token_center", "query_center"):
        head.register_buffer(name, torch.zeros(dim))
    return head


def to_numpy(head: Any) -> LabelAttentionHead:
    """Return the numpy head of the same numbers."""
    arrays: dict[str, Any] = {
        "scales": (_PACE * head.log_scales).exp(),
        "biases": _PACE * head.biases,
        "length": lengths(head),
        "mention_weight": mention_weights(head)[1:],
        "null_bias": _PACE * head.null_bias,
    }
    for name in ("token_maps", "query_maps", "token_center", "query_center", "null_weights"):
        arrays[name] = getattr(head, name)
    return LabelAttentionHead(**{name: _array(tensor) for name, tensor in arrays.items()})


def lengths(head: Any) -> Any:
    """Return the (2,) length corrections of a torch head, between 0 and 1."""
    return (_PACE * head.raw_length).sigmoid()


def mention_weights(head: Any) -> Any:
    """Return the (2,) weights of a name in the text: 0 for implicit, never negative for explicit."""
    torch = require("torch")
    weight = torch.nn.functional.softplus(_PACE * head.raw_mention)
    return torch.cat([torch.zeros_like(weight), weight])


def _queries(head: Any, vectors: Any) -> Any:
    """Return the (2, n_skills, dim) matrix of `LabelAttentionHead.prepare`."""
    torch = require("torch")
    y = torch.nn.functional.normalize(vectors - head.query_center, dim=1)
    low = torch.einsum("kd,crd->ckr", y, head.query_maps)
    scales = (_PACE * head.log_scales).exp()[:, None, None]
    return scales * (y[None] + torch.einsum("ckr,crd->ckd", low, head.token_maps))


def _evidence_loss(
    scores: Any, examples: Sequence[Example], tokens: Sequence[TokenStates], column: dict[int, int]
) -> Any | None:
    """Return minus the mean log of the share that the marked tokens have in their class, or None."""
    torch = require("torch")
    losses = []
    for i, (example, found) in enumerate(zip(examples, tokens, strict=True)):
        kinds = dict(zip(example.skills.tolist(), example.classes.tolist(), strict=True))
        for k, spans in example.evidence.items():
            marked = tokens_in(found.spans, spans)
            if kinds.get(k) in (IMPLICIT, EXPLICIT) and len(marked):
                own = scores[i, kinds[k] - 1, column[k]]
                losses.append(own.logsumexp(0) - own[torch.from_numpy(marked)].logsumexp(0))
    return torch.stack(losses).mean() if losses else None


def _array(tensor: Any) -> NDArray[np.float32]:
    return np.array(tensor.detach().float().cpu().numpy(), np.float32)
