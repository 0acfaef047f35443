"""What linking trains: a tagger of spans, and below it a backbone if that is to be trained too."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from metier._extras import require
from metier.skills.architectures.token_states import StateSource
from metier.skills.linking.tagger import KERNEL, N_KINDS, N_TAGS, SpanTagger
from metier.training.backbone import join_parts
from metier.training.freezing import freeze_lowest

WIDTH: Final = 128
DROPOUT: Final = 0.2


class LinkingNetwork:
    """A tagger in torch over states of any source; `SpanTagger` computes the same in numpy.

    Args:
        source: gives states; its backbone, if it has one, is trained along, word embeddings excepted.
        seed: of the first weights.
    """

    def __init__(self, source: StateSource, *, seed: int = 0) -> None:
        torch = require("torch")
        self.source = source
        kept = torch.random.get_rng_state()
        torch.manual_seed(seed)
        self.tagger = _tagger(source.dim)
        torch.random.set_rng_state(kept)
        if source.backbone is not None:
            freeze_lowest(source.backbone.model, 0)
        self.module = join_parts(source.backbone, self.tagger)

    def logits(self, states: list[Any]) -> Any:
        """Return the tag logits of some texts, padded, (n_texts, longest, 2, 3).

        Args:
            states: a tensor (n_tokens, dim) for each text.
        """
        torch = require("torch")
        device = self.tagger.norm.weight.device
        padded = torch.nn.utils.rnn.pad_sequence([rows.to(device) for rows in states], batch_first=True)
        inside = torch.nn.utils.rnn.pad_sequence(
            [torch.ones(len(rows), 1) for rows in states], batch_first=True
        )
        normed = self.tagger.norm(padded) * inside.to(device)
        hidden = self.tagger.conv(self.tagger.dropout(normed).transpose(1, 2)).transpose(1, 2)
        out = self.tagger.out(self.tagger.dropout(torch.relu(hidden)))
        return out.reshape(*out.shape[:2], N_KINDS, N_TAGS)

    def numpy_tagger(self) -> SpanTagger:
        """Return the same tagger in numpy."""
        parts = (self.tagger.norm, self.tagger.conv, self.tagger.out)
        arrays = [
            tensor.detach().cpu().numpy().astype(np.float32)
            for part in parts
            for tensor in (part.weight, part.bias)
        ]
        return SpanTagger(*arrays)


def _tagger(dim: int) -> Any:
    torch = require("torch")
    tagger = torch.nn.Module()
    tagger.norm = torch.nn.LayerNorm(dim)
    tagger.conv = torch.nn.Conv1d(dim, WIDTH, KERNEL, padding=KERNEL // 2)
    tagger.out = torch.nn.Linear(WIDTH, N_KINDS * N_TAGS)
    tagger.dropout = torch.nn.Dropout(DROPOUT)
    return tagger
