"""What learns to put texts that belong together near each other.

A backbone that is trained whole, or a linear map of the vectors of an encoder that stays as it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.encoders.folder import CARD, TOKENIZER, WEIGHTS, ModelCard, file_entry
from metier.encoders.parameters import count_parameters, safetensors_shapes
from metier.encoders.reading import Encoder, TextKind
from metier.errors import InvalidInput, ModelMismatch
from metier.training.backbone import Backbone, Frame, Row, batches_by_length, load_backbone
from metier.training.caching import encode_in_chunks
from metier.training.freezing import drop_dropout, freeze_lowest, lowest_third
from metier.training.options import Device, TrainOptions
from metier.training.output import Origin
from metier.training.randomness import kept_random_state, seed_all

if TYPE_CHECKING:
    from torch import Tensor

PREFIXES: Final[Mapping[TextKind, str]] = {TextKind.QUERY: "query: ", TextKind.PASSAGE: "passage: "}
"""Words that go before a text of each kind where nothing else is said, as in the e5 models."""
_TEXTS_AT_ONCE: Final = 512
_TOKENIZER_CONFIG: Final = "tokenizer_config.json"


class BiEncoder(Protocol):
    """Turns queries and passages, each by itself, into vectors that training moves."""

    @property
    def module(self) -> Any:
        """Return the torch module with all that is trained."""

    def vectors(self, texts: Sequence[str], kind: TextKind) -> Tensor:
        """Return one unit vector per text, (n, dim), with its gradient.

        Args:
            texts: n texts, at least one.
            kind: query or passage.
        """

    def encode(self, texts: Sequence[str], kind: TextKind) -> NDArray[np.float32]:
        """Return the same without gradients, with any number of texts, in evaluation mode."""

    def untrained(self, texts: Sequence[str], kind: TextKind) -> NDArray[np.float32]:
        """Return the unit vectors of what is trained as it was before; ask before the first step."""


@dataclass(frozen=True, slots=True)
class RowLimits:
    """What goes into a row.

    Attributes:
        query: most tokens of a query's row in training, special ones and prefix included.
        passage: of a passage's.
        prefixes: words before a text of each kind.

    Raises:
        InvalidInput: fewer than 8 tokens, or prefixes that are no words for the kinds.
    """

    query: int = 64
    passage: int = 256
    prefixes: Mapping[TextKind, str] = field(default_factory=lambda: dict(PREFIXES))

    def __post_init__(self) -> None:
        for name in ("query", "passage"):
            if getattr(self, name) < 8:
                raise InvalidInput(f"max_tokens_{name} must be at least 8. Got {getattr(self, name)}.")
        words = self.prefixes.values()
        if not set(self.prefixes) <= set(TextKind) or not all(isinstance(word, str) for word in words):
            raise InvalidInput(f"prefixes must be words for {' and '.join(TextKind)}.")

    def of(self, kind: TextKind) -> int:
        """Return the most tokens of a row of a kind."""
        return self.query if kind is TextKind.QUERY else self.passage


class TrainedBackbone:
    """Implements `BiEncoder` with a backbone: the mean state of all tokens of a row, as `Encoder.encode`.

    A text that is longer than its row is cut, where the encoder in use reads it whole, in windows.

    Args:
        backbone: trained, its word embeddings excepted.
        limits: what goes into a row.
        frozen_layers: layers from the lowest that are not trained.
        dropout: keep the backbone's dropout.
        cache_chunk: texts of one pass with gradients (gradient caching); 0 for all of a batch at once.

    Raises:
        InvalidInput: the backbone has fewer layers.
        ModelMismatch: a prefix leaves no room in a row.
    """

    def __init__(
        self,
        backbone: Backbone,
        *,
        limits: RowLimits,
        frozen_layers: int = 0,
        dropout: bool = False,
        cache_chunk: int = 0,
    ) -> None:
        freeze_lowest(backbone.model, frozen_layers)
        if not dropout:
            drop_dropout(backbone.model)
        self.backbone = backbone
        self.limits = limits
        self.module = backbone.model
        self.module.backbone_parameters = self.module.parameters
        self._chunk = cache_chunk
        self._frames = {kind: prefixed_frame(backbone, limits.prefixes.get(kind, "")) for kind in TextKind}
        for kind, frame in self._frames.items():
            if len(frame) >= min(limits.of(kind), backbone.max_tokens):
                raise ModelMismatch(
                    f"A row of {limits.of(kind)} tokens has no room beside the {len(frame)} of prefix and "
                    f"special tokens. Raise max_tokens_{kind} or shorten the prefix."
                )

    def vectors(self, texts: Sequence[str], kind: TextKind) -> Tensor:
        """Return one unit vector per text, with its gradient; `BiEncoder.vectors` is the contract."""
        torch = require("torch")
        rows = self._rows(texts, kind)
        if not self._chunk or len(rows) <= self._chunk:
            whole: Tensor = self._pooled(rows)
            return whole
        order = np.argsort([len(row.ids) for row in rows], kind="stable")
        chunks = [
            [rows[i] for i in order[first : first + self._chunk]]
            for first in range(0, len(order), self._chunk)
        ]
        found = encode_in_chunks(self._pooled, chunks, list(self.module.parameters()))
        back = torch.from_numpy(np.argsort(order, kind="stable")).to(found.device)
        return found[back]

    def encode(self, texts: Sequence[str], kind: TextKind) -> NDArray[np.float32]:
        """Return unit vectors without gradients; `BiEncoder.encode` is the contract."""
        torch = require("torch")
        was_training = self.module.training
        self.module.eval()
        found = np.zeros((len(texts), self.backbone.dim), np.float32)
        with torch.no_grad():
            rows = self._rows(texts, kind)
            for batch in batches_by_length([len(row.ids) for row in rows]):
                for part in np.split(batch, range(_TEXTS_AT_ONCE, len(batch), _TEXTS_AT_ONCE)):
                    found[part] = self._pooled([rows[i] for i in part]).cpu().numpy()
        self.module.train(was_training)
        return found

    def untrained(self, texts: Sequence[str], kind: TextKind) -> NDArray[np.float32]:
        """Return the vectors of the backbone as it was loaded."""
        return self.encode(texts, kind)

    def _rows(self, texts: Sequence[str], kind: TextKind) -> list[Row]:
        frame = self._frames[kind]
        room = min(self.limits.of(kind), self.backbone.max_tokens) - len(frame)
        return [frame.around([encoding.ids[:room]]) for encoding in self.backbone.tokenise(texts)]

    def _pooled(self, rows: Sequence[Row]) -> Any:
        torch = require("torch")
        states, mask = self.backbone.hidden(rows)
        weights = mask.unsqueeze(-1).float()
        return torch.nn.functional.normalize((states * weights).sum(dim=1) / weights.sum(dim=1), dim=-1)


class ProjectedEncoder:
    """Implements `BiEncoder` with a linear map W of an encoder's vectors x: unit(W (x - c)).

    W begins as the identity and is one for queries and passages; c is the mean passage. What is learned is
    W less the identity, so that weight decay draws the map to doing nothing.

    Args:
        encoder: stays as it is; each text is read once, and its vector kept in memory.
        queries: all queries of the data.
        passages: all passages, at least one.
        say: told what takes its time.

    Raises:
        InvalidInput: no passages.
    """

    def __init__(
        self,
        encoder: Encoder,
        queries: Sequence[str],
        passages: Sequence[str],
        *,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        torch = require("torch")
        if not passages:
            raise InvalidInput("There must be at least one passage to take the centre of. Got none.")
        self.encoder = encoder
        self._place: dict[tuple[TextKind, str], int] = {}
        parts = []
        for kind, texts in ((TextKind.QUERY, queries), (TextKind.PASSAGE, passages)):
            distinct = list(dict.fromkeys(texts))
            say(f"Reading {len(distinct):,} texts as {kind} with {encoder.name}.")
            first = len(self._place)
            self._place |= {(kind, text): first + i for i, text in enumerate(distinct)}
            parts.append(encoder.encode(distinct, kind=kind))
        self._known: NDArray[np.float32] = np.concatenate(parts)
        mean = parts[1].mean(axis=0, dtype=np.float64)
        self.center: NDArray[np.float32] = mean.astype(np.float32)
        self.module = torch.nn.Module()
        self.module.change = torch.nn.Parameter(torch.zeros(encoder.dim, encoder.dim))

    @property
    def projection(self) -> NDArray[np.float32]:
        """Return W as it stands, (dim, dim) float32."""
        change = self.module.change.detach().cpu().numpy().astype(np.float32)
        found: NDArray[np.float32] = np.eye(len(change), dtype=np.float32) + change
        return found

    def vectors(self, texts: Sequence[str], kind: TextKind) -> Tensor:
        """Return one unit vector per text, with its gradient; `BiEncoder.vectors` is the contract."""
        torch = require("torch")
        change = self.module.change
        given = torch.from_numpy(self.untrained(texts, kind) - self.center).to(change.device)
        vectors: Tensor = torch.nn.functional.normalize(given + given @ change.T, dim=-1)
        return vectors

    def encode(self, texts: Sequence[str], kind: TextKind) -> NDArray[np.float32]:
        """Return unit vectors without gradients; `BiEncoder.encode` is the contract."""
        with require("torch").no_grad():
            found: NDArray[np.float32] = self.vectors(texts, kind).cpu().numpy()
        return found

    def untrained(self, texts: Sequence[str], kind: TextKind) -> NDArray[np.float32]:
        """Return the encoder's own vectors, without centre or map."""
        found: NDArray[np.float32] = self._known[[self._place[kind, text] for text in texts]]
        return found


def load_trained(
    backbone: str,
    train: TrainOptions,
    *,
    limits: RowLimits,
    frozen_layers: int | None,
    dropout: bool,
    cache_chunk: int = 0,
) -> TrainedBackbone:
    """Return a backbone ready to be trained, where the run will compute; `TrainedBackbone` says the rest.

    Args:
        backbone: a Hugging Face folder or hub name.
        train: its seed makes up what the weights lack.
        limits: what goes into a row.
        frozen_layers: layers from the lowest that are not trained; None for a third of them.
        dropout: keep the backbone's dropout.
        cache_chunk: texts of one pass with gradients; 0 for all of a batch at once.

    Raises:
        NotFound: there is no such backbone.
        InvalidInput: it has fewer layers.
        ModelError: it cannot be used, or a prefix leaves no room in a row.
        MissingExtra: the `train` extra is not installed.
    """
    with kept_random_state():
        seed_all(train.seed)  # a pooler that the weights lack is made up
        loaded = load_backbone(backbone)
    loaded.model.to(_device(train.device))
    frozen = lowest_third(loaded.model) if frozen_layers is None else frozen_layers
    return TrainedBackbone(
        loaded, limits=limits, frozen_layers=frozen, dropout=dropout, cache_chunk=cache_chunk
    )


def save_trained(network: TrainedBackbone, place: Path, origin: Origin) -> None:
    """Write a trained backbone as a model folder that `load_encoder` loads, and transformers as well.

    Args:
        network: trained.
        place: a folder; the card lists what stands in it already, too.
        origin: what the card says of it.
    """
    backbone, limits = network.backbone, network.limits
    backbone.model.save_pretrained(place, max_shard_size="1TB")
    backbone.tokenizer.save(str(place / TOKENIZER))
    # Without this, transformers makes another tokenizer of the file, by the kind of the model.
    tokenizer = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": backbone.max_tokens}
    (place / _TOKENIZER_CONFIG).write_text(json.dumps(tokenizer, indent=2) + "\n", encoding="utf-8")
    card = ModelCard(
        name=origin.name,
        task="encoder",
        base=origin.base or backbone.name,
        license=origin.license,
        languages=origin.languages,
        dim=backbone.dim,
        max_tokens=backbone.max_tokens,
        prefixes={str(kind): words for kind, words in limits.prefixes.items()},
        command=origin.command,
        training_data=dict(origin.training_data),
        parameters=count_parameters(safetensors_shapes(place / WEIGHTS)),
        metrics=dict(origin.metrics),
        files={path.name: file_entry(path) for path in sorted(place.iterdir())},
    )
    (place / CARD).write_bytes(card.dump())


def prefixed_frame(backbone: Backbone, prefix: str) -> Frame:
    """Return what stands around a text of a kind: special tokens, and the prefix before the text.

    Args:
        backbone: whose tokenizer cuts the prefix.
        prefix: words; spaces around them count for nothing, and there may be none.
    """
    own = backbone.frame(1)
    words = backbone.tokenizer.encode(prefix.strip(), add_special_tokens=False).ids
    before, after = own.gaps
    first = Row((*before.ids, *words), (*before.types, *[own.types[0]] * len(words)))
    return Frame((first, after), own.types)


def _device(wanted: Device) -> Any:
    """Return where the run will compute, so that what comes before it computes there too."""
    accelerate = require("accelerate")
    return accelerate.Accelerator(cpu=wanted == Device.CPU, mixed_precision="no").device
