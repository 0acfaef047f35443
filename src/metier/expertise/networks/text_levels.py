"""A network that tells the level of a text, as a model of levels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.expertise.model import N_LEVELS, Calibration, LevelInput, Push
from metier.expertise.networks.deletion import deletion_pushes
from metier.expertise.networks.texts import TextPlan, model_text
from metier.expertise.trainable import LevelParts
from metier.training.backbone import tensors_of

if TYPE_CHECKING:
    from torch import Tensor

_RANKS: Final = np.arange(N_LEVELS, dtype=np.float64)


class TextNetwork(Protocol):
    """A backbone with a head for levels, and the tokenizer that goes with them.

    Attributes:
        kind: of model, `encoder` or `llm`.
        name: of its backbone.
        module: the torch module that a training trains; its `head` is the head.
        room: most tokens of text in a row.
        deletions: how many sentences an explanation may leave out in turn.
    """

    kind: str
    name: str
    module: Any
    room: int
    deletions: int

    @property
    def dim(self) -> int:
        """Return the length of a state."""
        ...

    def offsets(self, text: str) -> Sequence[tuple[int, int]]:
        """Return start and end of each token of a text, in characters."""
        ...

    def rows(self, texts: Sequence[str], *, max_tokens: int) -> list[tuple[int, ...]]:
        """Return the token ids of texts, special ones included; at most so many of a text."""
        ...

    def forward(self, rows: Sequence[Sequence[int]]) -> Tensor:
        """Return the logits of rows, (n, 5) float32, with gradients where wanted."""
        ...

    def add_bias(self, shift: NDArray[np.float32]) -> None:
        """Add a constant for each level to the logits, (5,), by changing the head."""
        ...

    def write(self, output: Path) -> Mapping[str, int]:
        """Write its backbone's files into a folder that is there; return how many numbers each part holds."""
        ...

    def facts(self) -> Mapping[str, Any]:
        """Return what else it takes to build it again, as JSON knows it."""
        ...


def shift_layer(layer: Any, shift: NDArray[np.float32]) -> None:
    """Add constants to what a linear layer gives, (n_out,), by changing its bias."""
    torch = require("torch")
    with torch.no_grad():
        layer.bias += torch.from_numpy(shift).to(layer.bias.device)


@dataclass(frozen=True, slots=True, eq=False)
class TextLevels:
    """Implements `TrainedLevels` with a network that reads texts. Rows go through it one at a time.

    Attributes:
        network: what tells the levels; used as it stands.
        plan: what of a document it reads.
        name: what to call it in results.
        sha256: hash of its folder; empty for a model that was not saved.
        calibration: what was learned on the calibration part, or None.
    """

    network: TextNetwork
    plan: TextPlan
    name: str
    sha256: str = ""
    calibration: Calibration | None = None

    @property
    def kind(self) -> str:
        """Return the kind of model: encoder or llm."""
        return self.network.kind

    @property
    def reads(self) -> bool:
        """Tell whether it needs `LevelInput.reading`: it reads by itself."""
        return False

    @property
    def sensitive(self) -> tuple[str, ...]:
        """Return the sensitive fields that it was trained with, in order."""
        return self.plan.sensitive

    def logits(self, items: Sequence[LevelInput]) -> NDArray[np.float64]:
        """Return the logits of documents, (n, 5) float64; `LevelModel.logits` is the contract."""
        return self._logits([self._text(item) for item in items])

    def explain(self, item: LevelInput) -> tuple[Push, ...]:
        """Return what leaving out sentences does to the expected level, the strongest first."""
        return deletion_pushes(item.text, self._text(item), self._expected, most=self.network.deletions)

    def with_calibration(self, calibration: Calibration) -> Self:
        """Return the same model with what was learned on the calibration part; the network is shared."""
        return type(self)(self.network, self.plan, self.name, self.sha256, calibration)

    def write(self, output: Path) -> LevelParts:
        """Write the backbone into a folder that is there, and return the head and the rest."""
        parameters = self.network.write(output)
        head = tensors_of(self.network.module.head)
        return LevelParts(
            encoder_sha256="",
            dim=self.network.dim,
            parameters={**parameters, "head": sum(int(tensor.size) for tensor in head.values())},
            tensors=head,
            facts={**self.plan.facts(), **self.network.facts()},
        )

    def _text(self, item: LevelInput) -> str:
        return model_text(item, self.plan, self.network.offsets)

    def _logits(self, texts: Sequence[str]) -> NDArray[np.float64]:
        torch = require("torch")
        found = np.zeros((len(texts), N_LEVELS))
        self.network.module.eval()
        with torch.inference_mode():
            for i, row in enumerate(self.network.rows(texts, max_tokens=self.plan.max_tokens)):
                # Matrix products of another height may round otherwise, so each row goes by itself.
                found[i] = self.network.forward([row])[0].double().cpu().numpy()
        return found

    def _expected(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return the mean rank of the levels of each text by their probabilities, (n,) float64."""
        temperature = self.calibration.temperature if self.calibration else 1.0
        scores = self._logits(texts) / temperature
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        mean: NDArray[np.float64] = odds @ _RANKS / odds.sum(axis=1)
        return mean
