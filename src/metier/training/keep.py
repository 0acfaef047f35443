"""Keeps a network that learns other things near what a teacher says of texts.

With the network as it was before for a teacher, it forgets less (self-distillation); with a larger teacher of
the same width and vocabulary, a student of fewer layers learns to say the same (distillation).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from metier._extras import require
from metier.encoders.reading import TextKind
from metier.errors import InvalidInput, ModelMismatch
from metier.training.backbone import Backbone, Frame, Row
from metier.training.bi_encoder import PREFIXES, prefixed_frame
from metier.training.fingerprint import fingerprint
from metier.training.length_batches import length_batches
from metier.training.schedule import derived_seed

if TYPE_CHECKING:
    from torch import Tensor

TEMPERATURE: Final = 0.05
_GIBIBYTE: Final = 2**30
_LEAST_TOKENS: Final = 8


@dataclass(frozen=True, slots=True)
class KeepOptions:
    """How a network is held to its teacher.

    Attributes:
        batch_size: texts in a step, at least 1.
        max_tokens: of a row, special ones and prefix included, at least 8; longer texts are cut.
        state_weight: of the states of tokens in the loss, 0 or more, as the weights below.
        vector_weight: of the mean states of texts.
        similarity_weight: of how alike the texts of a batch are to each other.
        prefixes: words before a text of each kind; a kind without has none.
        remembered_bytes: most that is kept in memory of what the teacher says, 0 or more. It changes the
            time alone, never the loss.

    Raises:
        InvalidInput: a value out of its range, or all weights are 0.
    """

    batch_size: int = 16
    max_tokens: int = 128
    state_weight: float = 1.0
    vector_weight: float = 1.0
    similarity_weight: float = 0.0
    prefixes: Mapping[TextKind, str] = field(default_factory=lambda: dict(PREFIXES))
    remembered_bytes: int = _GIBIBYTE

    def __post_init__(self) -> None:
        for name, least in (("batch_size", 1), ("max_tokens", _LEAST_TOKENS), ("remembered_bytes", 0)):
            if getattr(self, name) < least:
                raise InvalidInput(f"{name} must be at least {least}. Got {getattr(self, name)}.")
        names = ("state_weight", "vector_weight", "similarity_weight")
        for name in names:
            if not 0 <= getattr(self, name) < math.inf:
                raise InvalidInput(f"{name} must be 0 or more and finite. Got {getattr(self, name)}.")
        if not any(getattr(self, name) for name in names):
            raise InvalidInput(f"One of {', '.join(names)} must be above 0. All are 0.")
        words = self.prefixes.values()
        if not set(self.prefixes) <= set(TextKind) or not all(isinstance(word, str) for word in words):
            raise InvalidInput(f"prefixes must be words for {' and '.join(TextKind)}.")


@dataclass(slots=True, eq=False, repr=False)
class KeepTask:
    """Implements `TrainingTask` with texts and a teacher: states and vectors are to point where its own do.

    Half of the texts, told by their hash, are read as queries and half as passages. The texts of a batch
    stay together over the epochs, so that what the teacher says of them is the same to the bit whether it
    is remembered or computed anew; the order of the batches changes.

    Attributes:
        backbone: learns.
        teacher: of the same width and vocabulary; it is put into evaluation mode, on the learner's device,
            and stays as it is.
        train: texts to learn from, at least one.
        tune: texts to measure on, at least one.
        options: how.
        name: what logs call the task.
        weight: its share of the steps.

    Raises:
        InvalidInput: a part has no texts or is a single string, or the teacher is the learner itself.
        ModelMismatch: the teacher has another width or vocabulary, or a prefix leaves no room in a row.
    """

    backbone: Backbone
    teacher: Backbone
    train: Sequence[str]
    tune: Sequence[str]
    options: KeepOptions = field(default_factory=KeepOptions, kw_only=True)
    name: str = field(default="keep", kw_only=True)
    weight: float = field(default=1.0, kw_only=True)
    data_sha256: str = field(init=False)
    _frames: dict[TextKind, Frame] = field(init=False)
    _said: _Said = field(init=False)

    def __post_init__(self) -> None:
        for part, texts in (("train", self.train), ("tune", self.tune)):
            if isinstance(texts, str) or not texts:
                raise InvalidInput(f"Task {self.name}: {part} must be a list of texts, at least one.")
        _check_teacher(self.backbone, self.teacher)
        prefixes = self.options.prefixes
        self._frames = {kind: prefixed_frame(self.backbone, prefixes.get(kind, "")) for kind in TextKind}
        longest = max(map(len, self._frames.values()))
        if longest >= self._room():
            raise ModelMismatch(
                f"A row of {self._room()} tokens has no room beside the {longest} of prefix and special "
                "tokens. Raise max_tokens or shorten the prefix."
            )
        self._said = _Said(self.teacher, self.options.remembered_bytes)
        self.data_sha256 = fingerprint([list(self.train), list(self.tune)])

    def batches(self, *, seed: int, epoch: int) -> Sequence[Any]:
        """Return the numbers of the texts of each batch."""
        plan = self._plan(self.train, derived_seed(self.name, seed))
        order = np.random.default_rng(derived_seed(self.name, seed, epoch)).permutation(len(plan))
        return [plan[i] for i in order]

    def loss(self, batch: Any) -> Tensor:
        """Return by how much the cosines with the teacher's states and vectors miss 1, weighted.

        Where similarities have a weight, their divergence is added.
        """
        options = self.options
        rows = self._rows([self.train[i] for i in batch])
        ours = _read(self.backbone, rows)
        theirs = self._said.of(("train", *batch), rows, ours[0].device)
        states, vectors = (1 - cosines.mean() for cosines in _cosines(ours, theirs))
        total: Tensor = options.state_weight * states + options.vector_weight * vectors
        if options.similarity_weight:
            total = total + options.similarity_weight * similarity_divergence(ours[1], theirs[1])
        return total

    def evaluate(self) -> Mapping[str, float]:
        """Return the mean cosine with the teacher on the tune part, of vectors (the score) and of states."""
        sums = np.zeros(2)
        counts = np.zeros(2)
        for batch in self._plan(self.tune, 0):
            rows = self._rows([self.tune[i] for i in batch])
            ours = _read(self.backbone, rows)
            theirs = self._said.of(("tune", *batch), rows, ours[0].device)
            for i, cosines in enumerate(_cosines(ours, theirs)):
                sums[i] += float(cosines.double().sum())
                counts[i] += len(cosines)
        states, vectors = sums / counts
        return {"score": float(vectors), "states_cosine": float(states)}

    def _room(self) -> int:
        return min(self.options.max_tokens, self.backbone.max_tokens, self.teacher.max_tokens)

    def _plan(self, texts: Sequence[str], seed: int) -> list[list[int]]:
        # Characters tell tokens well enough, and from some length on a text is cut in any case.
        most = 8 * self.options.max_tokens
        return length_batches([min(len(text), most) for text in texts], self.options.batch_size, seed=seed)

    def _rows(self, texts: Sequence[str]) -> list[Row]:
        rows = []
        for text, encoding in zip(texts, self.backbone.tokenise(texts), strict=True):
            frame = self._frames[kind_of(text)]
            rows.append(frame.around([encoding.ids[: self._room() - len(frame)]]))
        return rows


def kind_of(text: str) -> TextKind:
    """Return the kind that a text is read as where nothing tells it; its hash decides, half and half."""
    digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=1).digest()
    return list(TextKind)[digest[0] % 2]


def similarity_divergence(student: Tensor, teacher: Tensor, *, temperature: float = TEMPERATURE) -> Tensor:
    """Return how far the student's view of which texts are alike lies from the teacher's.

    A text's cosines with the others of the batch, over the temperature, become probabilities; the
    Kullback-Leibler divergence of the student's from the teacher's is taken.

    Args:
        student: (n, dim) unit vectors.
        teacher: (n, other dim) unit vectors of the same texts.
        temperature: above 0.

    Returns:
        The mean over the texts, a scalar; 0 for fewer than 3, where there is no choice.

    Raises:
        InvalidInput: the numbers of vectors differ, or the temperature is not above 0.
    Source: Passalis and Tefas 2018 (arXiv:1803.10837), section 3, with a softmax of cosines for their kernel.
    """
    torch = require("torch")
    if len(student) != len(teacher) or temperature <= 0:
        raise InvalidInput(
            "similarity_divergence needs as many vectors of student as of teacher and a temperature above 0. "
            f"Got {len(student)}, {len(teacher)} and {temperature}."
        )
    n = len(student)
    if n < 3:
        none: Tensor = student.sum() * 0.0
        return none
    others = ~torch.eye(n, dtype=torch.bool, device=student.device)
    # The temperature blows up what bfloat16 would cut off.
    with torch.autocast(student.device.type, enabled=False):
        ours, theirs = (
            torch.log_softmax((vectors.float() @ vectors.float().T)[others].view(n, n - 1) / temperature, 1)
            for vectors in (student, teacher)
        )
    loss: Tensor = torch.nn.functional.kl_div(ours, theirs, reduction="batchmean", log_target=True)
    return loss


class _Said:
    """What a teacher says of batches of rows, kept as float16 while there is room.

    All of it goes through float16, remembered or not: a resumed run remembers less, and must see the same.
    """

    def __init__(self, teacher: Backbone, most_bytes: int) -> None:
        self._teacher = teacher
        self._left = most_bytes
        self._kept: dict[Hashable, tuple[Any, Any]] = {}

    def of(self, key: Hashable, rows: Sequence[Row], device: Any) -> tuple[Any, Any]:
        """Return unit states of all tokens and unit vectors, float32 on the device, without gradients."""
        normalize = require("torch").nn.functional.normalize
        found = self._kept.get(key)
        if found is None:
            found = self._computed(rows, device)
            size = sum(tensor.numel() * tensor.element_size() for tensor in found)
            if size <= self._left:
                self._left -= size
                self._kept[key] = (found[0].cpu(), found[1].cpu())
        states, vectors = (normalize(tensor.to(device).float(), dim=-1) for tensor in found)
        return states, vectors

    def _computed(self, rows: Sequence[Row], device: Any) -> tuple[Any, Any]:
        torch = require("torch")
        model = self._teacher.model
        model.to(device).eval()
        with torch.no_grad(), torch.autocast(device.type, enabled=False):
            states, vectors = _read(self._teacher, rows)
        return states.half(), vectors.half()


def _read(backbone: Backbone, rows: Sequence[Row]) -> tuple[Any, Any]:
    """Return unit states of all tokens of all rows, (n_tokens, dim), and unit mean states, (n_rows, dim)."""
    normalize = require("torch").nn.functional.normalize
    states, mask = backbone.hidden(rows)
    weights = mask.unsqueeze(-1).float()
    means = (states * weights).sum(dim=1) / weights.sum(dim=1)
    return normalize(states[mask], dim=-1), normalize(means, dim=-1)


def _cosines(ours: tuple[Any, Any], theirs: tuple[Any, Any]) -> tuple[Any, Any]:
    return (ours[0] * theirs[0]).sum(dim=-1), (ours[1] * theirs[1]).sum(dim=-1)


def _check_teacher(backbone: Backbone, teacher: Backbone) -> None:
    if teacher.model is backbone.model:
        raise InvalidInput(
            "teacher must be a model of its own: it stays as it is while the other learns. Load it again."
        )
    if teacher.dim != backbone.dim:
        raise ModelMismatch(
            f"{teacher.name} has states of {teacher.dim} numbers, {backbone.name} of {backbone.dim}. Take a "
            "teacher of the same width."
        )
    if teacher.tokenizer.get_vocab() != backbone.tokenizer.get_vocab():
        raise ModelMismatch(
            f"{teacher.name} has another vocabulary than {backbone.name}. Take a teacher with the same "
            "tokenizer."
        )
