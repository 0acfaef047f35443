"""Where label attention takes token states from in training: a frozen encoder, or a trained backbone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.encoders.reading import Encoder, Reading
from metier.encoders.windowed import OVERLAP, visible_spans
from metier.encoders.windows import plan_windows, split_windows
from metier.skills.architectures.label_attention import query_vectors
from metier.skills.vectors import skill_text
from metier.training.backbone import (
    MAX_TRAIN_WINDOWS,
    Backbone,
    Row,
    batches_by_length,
    spread_evenly,
)
from metier.types import Skill

_CACHE_BYTES: Final = 1_000_000_000


@dataclass(frozen=True, slots=True, eq=False)
class TokenStates:
    """The tokens of a text: a tensor (n_tokens, dim) and their (n_tokens, 2) character spans."""

    states: Any
    spans: NDArray[np.int64]


class StateSource(Protocol):
    """Gives states of texts and query vectors of skills as tensors on the CPU or on the backbone's device."""

    backbone: Backbone | None

    @property
    def dim(self) -> int:
        """Return the length of a state."""
        ...

    def read(self, texts: Sequence[str]) -> list[TokenStates]:
        """Return the tokens of each text."""
        ...

    def query(self, skills: Sequence[Skill]) -> Any:
        """Return a tensor (n_skills, dim) of query vectors, of length 1."""
        ...


class FrozenStates:
    """Implements `StateSource` with an encoder that stays as it is; what was read is kept.

    Args:
        encoder: any encoder of metier.
        cache_bytes: how much of what was read is kept at most; the rest is read anew each time.
    """

    backbone: Backbone | None = None

    def __init__(self, encoder: Encoder, *, cache_bytes: int = _CACHE_BYTES) -> None:
        self.encoder = encoder
        self._room = cache_bytes
        self._texts: dict[str, TokenStates] = {}
        self._skills: dict[str, Any] = {}

    @property
    def dim(self) -> int:
        """Return the length of a state."""
        return self.encoder.dim

    def read(self, texts: Sequence[str]) -> list[TokenStates]:
        """Return the tokens of each text; their states take no gradients."""
        new = [text for text in dict.fromkeys(texts) if text not in self._texts]
        made = dict(zip(new, map(self._kept, new, self.encoder.read_all(new)), strict=True))
        return [self._texts.get(text) or made[text] for text in texts]

    def query(self, skills: Sequence[Skill]) -> Any:
        """Return a tensor (n_skills, dim), rounded to half precision as at inference."""
        torch = require("torch")
        new = {skill_text(skill): skill for skill in skills if skill_text(skill) not in self._skills}
        if new:
            made = query_vectors(self.encoder, list(new.values())).astype(np.float32)
            self._skills.update(zip(new, torch.from_numpy(made), strict=True))
        return torch.stack([self._skills[skill_text(skill)] for skill in skills])

    def _kept(self, text: str, reading: Reading) -> TokenStates:
        """Return the tokens of a reading, and keep them while there is room."""
        found = TokenStates(require("torch").from_numpy(np.array(reading.states)), reading.spans)
        size = reading.states.nbytes + reading.spans.nbytes
        if size <= self._room:
            self._room -= size
            self._texts[text] = found
        return found


class TrainedStates:
    """Implements `StateSource` with a backbone through which gradients flow.

    Texts are cut into the same windows as at inference; of a long one at most eight are read.

    Args:
        backbone: it is trained along.
    """

    def __init__(self, backbone: Backbone) -> None:
        self.backbone: Backbone | None = backbone
        self.network = backbone
        self._frame = backbone.frame(1)

    @property
    def dim(self) -> int:
        """Return the length of a state."""
        return self.network.dim

    def read(self, texts: Sequence[str]) -> list[TokenStates]:
        """Return the tokens of each text."""
        torch = require("torch")
        room = self.network.max_tokens - len(self._frame)
        rows: list[Row] = []
        pieces: list[tuple[range, int]] = []
        owners: list[list[int]] = []
        spans: list[NDArray[np.int64]] = []
        for text, encoding in zip(texts, self.network.tokenise(texts), strict=True):
            windows = plan_windows(len(encoding.ids), size=room, overlap=OVERLAP)
            planned = list(zip(windows, split_windows(windows), strict=True))
            kept = spread_evenly(planned, MAX_TRAIN_WINDOWS)
            owners.append(list(range(len(rows), len(rows) + len(kept))))
            rows += [self._frame.around((encoding.ids[w.start : w.stop],)) for w, _ in kept]
            pieces += [(part, window.start) for window, part in kept]
            offsets = visible_spans(text, encoding.offsets)
            spans.append(np.concatenate([offsets[part.start : part.stop] for _, part in kept]))
        states = self._states(rows)
        before = len(self._frame.gaps[0].ids)
        cut = [
            states[i][before + part.start - start : before + part.stop - start]
            for i, (part, start) in enumerate(pieces)
        ]
        return [
            TokenStates(torch.cat([cut[i] for i in own]), found)
            for own, found in zip(owners, spans, strict=True)
        ]

    def query(self, skills: Sequence[Skill]) -> Any:
        """Return a tensor (n_skills, dim): the mean over all tokens of a row, as `Encoder.encode` has it."""
        torch = require("torch")
        room = self.network.max_tokens - len(self._frame)
        encodings = self.network.tokenise([skill_text(skill) for skill in skills])
        states = self._states([self._frame.around((encoding.ids[:room],)) for encoding in encodings])
        return torch.nn.functional.normalize(torch.stack([rows.mean(dim=0) for rows in states]), dim=1)

    def _states(self, rows: list[Row]) -> list[Any]:
        """Return the states of each row, special tokens included and padding left out."""
        found: list[Any] = [None] * len(rows)
        for batch in batches_by_length([len(row.ids) for row in rows]):
            states, _ = self.network.hidden([rows[i] for i in batch])
            for i, row in zip(batch.tolist(), states, strict=True):
                found[i] = row[: len(rows[i].ids)]
        return found
