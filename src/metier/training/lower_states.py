"""A backbone whose lowest layers stay as they are: what they say of a row is computed once and kept.

Where only the upper k of n layers are trained, a step costs k / n of a whole one once its rows are known.
What is kept is in half precision and depends, by a rounding, on the rows that a row was first computed with;
so a resumed run goes on to within rounding, not to the bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.errors import InvalidInput, ModelMismatch
from metier.training.backbone import Backbone, Row, batches_by_length
from metier.training.fingerprint import fingerprint
from metier.training.freezing import drop_dropout, freeze_lowest

KEPT_BYTES: Final = 6_000_000_000
_TOLERANCE: Final = 0.02
_PROBE: Final = 12


@dataclass(slots=True)
class StateMemory:
    """Lower states of rows, (n_tokens, dim) float16 each, up to a number of bytes.

    Runs that start from one backbone and leave the same layers as they are may share it.

    Attributes:
        room: bytes that are left.
        rows: what is known.
        owner: hash of the layers that it holds the states of; empty before the first.
    """

    room: int = KEPT_BYTES
    rows: dict[Row, NDArray[np.float16]] = field(default_factory=dict)
    owner: str = ""

    def keep(self, row: Row, states: NDArray[np.float16]) -> None:
        """Remember a row's states where there is room for them."""
        if states.nbytes <= self.room:
            self.room -= states.nbytes
            self.rows[row] = states


@dataclass(frozen=True, slots=True, eq=False)
class UpperBackbone(Backbone):
    """A backbone of which only the layers from `n_lower` on are trained; make one with `train_upper`.

    Attributes:
        n_lower: layers that stay as they are, the embeddings below them too.
        memory: what they say of rows.
    """

    n_lower: int
    memory: StateMemory

    def hidden(self, rows: Sequence[Row]) -> tuple[Any, Any]:
        """Return the last states of some rows and the mask of what is no padding; as `Backbone.hidden`."""
        torch = require("torch")
        lower = self._lower(rows)
        longest = max(len(row.ids) for row in rows)
        states = np.zeros((len(rows), longest, self.dim), np.float32)
        mask = np.zeros((len(rows), longest), bool)
        for i, row in enumerate(rows):
            states[i, : len(row.ids)], mask[i, : len(row.ids)] = lower[row], True
        device = next(self.model.parameters()).device
        inside = torch.from_numpy(mask).to(device)
        found = torch.from_numpy(states).to(device)
        found = _through(self.model.encoder.layer[self.n_lower :], found, inside)
        return found.float(), inside

    def _lower(self, rows: Sequence[Row]) -> dict[Row, NDArray[np.float16]]:
        """Return the lower states of each row, and keep those that are new while there is room."""
        known = self.memory.rows
        found = {row: known[row] for row in rows if row in known}
        new = [row for row in dict.fromkeys(rows) if row not in found]
        for batch in batches_by_length([len(row.ids) for row in new]):
            some = [new[i] for i in batch]
            for row, states in zip(some, self._computed(some), strict=True):
                found[row] = states
                self.memory.keep(row, states)
        return found

    def _computed(self, rows: Sequence[Row]) -> list[NDArray[np.float16]]:
        torch = require("torch")
        given = self.padded(rows)
        inside = given.pop("attention_mask").bool()
        with torch.no_grad():
            states = self.model.embeddings(**given)
            states = _through(self.model.encoder.layer[: self.n_lower], states, inside)
        half = states.cpu().numpy().astype(np.float16)
        return [half[i, : len(row.ids)].copy() for i, row in enumerate(rows)]


def train_upper(backbone: Backbone, n_upper: int, *, memory: StateMemory | None = None) -> UpperBackbone:
    """Return a backbone of which the uppermost layers alone are trained; dropout is taken out of all.

    Args:
        backbone: of a kind whose layers take states and a mask, as BERT, RoBERTa and XLM-R.
        n_upper: layers to train, from 1 to all.
        memory: keeps what the lower layers say; a new one where none is given.

    Raises:
        InvalidInput: it has fewer layers.
        ModelMismatch: its layers do not work so, or the memory is of other layers.
    """
    layers = getattr(getattr(backbone.model, "encoder", None), "layer", ())
    if not 1 <= n_upper <= len(layers):
        raise InvalidInput(
            f"train_layers must be from 1 to {len(layers)} for {backbone.name}. Got {n_upper}."
        )
    n_lower = len(layers) - n_upper
    freeze_lowest(backbone.model, n_lower)
    drop_dropout(backbone.model)
    parts = (backbone.name, backbone.model, backbone.tokenizer, backbone.max_tokens)
    _check(backbone, UpperBackbone(*parts, n_lower, StateMemory()))
    memory = memory or StateMemory()
    owner = _owner(backbone, n_lower)
    if memory.owner not in ("", owner):
        raise ModelMismatch(
            f"{backbone.name}: the memory is of other layers. Give each set of layers its own."
        )
    memory.owner = owner
    return UpperBackbone(*parts, n_lower, memory)


def _owner(backbone: Backbone, n_lower: int) -> str:
    """Return a hash of the layers that stay as they are."""
    parts = (backbone.model.embeddings, *backbone.model.encoder.layer[:n_lower])
    return fingerprint([tensor for part in parts for tensor in part.state_dict().values()])


def _through(layers: Any, states: Any, inside: Any) -> Any:
    """Return states after some layers.

    Args:
        layers: each takes states and a mask that is added to the scores of attention.
        states: (n_rows, longest, dim).
        inside: (n_rows, longest) bool, false at padding.
    """
    torch = require("torch")
    mask = torch.zeros(inside.shape, dtype=states.dtype, device=states.device)
    mask = mask.masked_fill(~inside, torch.finfo(states.dtype).min)[:, None, None, :]
    for layer in layers:
        out = layer(states, None if bool(inside.all()) else mask)
        states = out[0] if isinstance(out, tuple) else out
    return states


def _check(backbone: Backbone, upper: UpperBackbone) -> None:
    """Compare both ways on two rows of unequal length."""
    torch = require("torch")
    frame = backbone.frame(1)
    n_words = int(backbone.model.config.vocab_size)
    rows = [frame.around([[i % n_words for i in range(5, 5 + n)]]) for n in (_PROBE, _PROBE // 2)]
    was_training = backbone.model.training
    backbone.model.eval()
    try:
        with torch.no_grad():
            whole, inside = backbone.hidden(rows)
            parted, _ = upper.hidden(rows)
    except (AttributeError, RuntimeError, TypeError, ValueError) as error:
        raise _no_layers(backbone) from error
    finally:
        backbone.model.train(was_training)
    if float((whole - parted)[inside].abs().max()) > _TOLERANCE * float(whole[inside].abs().max()):
        raise _no_layers(backbone)


def _no_layers(backbone: Backbone) -> ModelMismatch:
    return ModelMismatch(
        f"{backbone.name}: its layers cannot be run apart, so its upper ones cannot be trained alone. Train "
        "all layers (train_layers: null), or take a model built like BERT."
    )
