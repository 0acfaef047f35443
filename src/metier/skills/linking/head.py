"""The head of linking: a tagger of spans and the weights of what speaks for a skill, as a model folder.

The folder may hold a backbone of its own that was trained along; then that is the encoder, and torch runs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self

import numpy as np

from metier.encoders.folder import WEIGHTS, ModelCard, ModelFolder
from metier.encoders.reading import Encoder
from metier.errors import InvalidInput, ModelFormatError, ModelMismatch
from metier.skills.architectures.save import HEAD, TASK_PREFIX, Parts, read_parts, save_parts
from metier.skills.linking.tagger import SpanTagger
from metier.training.backbone import Backbone, backbone_encoder
from metier.training.output import Origin

ARCHITECTURE: Final = "linking"
TASK: Final = TASK_PREFIX + ARCHITECTURE
FORMAT: Final = 1
LARGEST: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class LinkingWeights:
    """How much each thing that speaks for a skill counts beside the two cosines of a span, which count 1.

    Attributes:
        span: of the log-probability that the span tells of a skill at all.
        sentence: of the cosine of the whole sentence.
        lexical: of how alike span and name are spelled; 0 leaves the spelling aside.
        prior: of a skill's prior, where priors are given.
        rerank: of the probability that a cross-encoder gives, where there is one.

    Raises:
        InvalidInput: a weight is no number from 0 to a million.
    """

    span: float = 0.02
    sentence: float = 1.0
    lexical: float = 0.05
    prior: float = 0.1
    rerank: float = 1.0

    def __post_init__(self) -> None:
        for name, weight in asdict(self).items():
            if isinstance(weight, bool) or not isinstance(weight, int | float):
                raise InvalidInput(f"Weight {name} must be a number. Got {type(weight).__name__}.")
            if not 0 <= weight <= LARGEST:
                raise InvalidInput(f"Weight {name} must be from 0 to {LARGEST:,}. Got {weight}.")

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Self:
        """Return the weights of a mapping; what it leaves out has its default.

        Raises:
            InvalidInput: a name that no weight has, or a weight that is no number from 0 to a million.
        """
        unknown = sorted(set(mapping) - set(cls.__slots__))
        if unknown:
            raise InvalidInput(
                f"Weights of linking are {', '.join(cls.__slots__)}. Got {unknown[0]!r}. Remove it."
            )
        return cls(**mapping)


@dataclass(frozen=True, slots=True, eq=False)
class LinkingHead:
    """A head as it was loaded.

    Attributes:
        name: what the model is called.
        sha256: hash of its folder.
        encoder_sha256: hash of the encoder whose states it reads.
        tagger: finds spans.
        weights: of what speaks for a skill.
        encoder: the backbone of its own as an encoder; None for a head on an encoder that stays as it is.
    """

    name: str
    sha256: str
    encoder_sha256: str
    tagger: SpanTagger
    weights: LinkingWeights
    encoder: Encoder | None = None


def brings_encoder(path: Path) -> bool:
    """Tell whether a model folder holds a backbone of its own, by its card alone.

    Raises:
        NotFound: no model folder.
        ModelFormatError: the card breaks a rule.
    """
    return WEIGHTS in ModelFolder.peek(path).card.files


def load_linking_head(path: Path, *, encoder_sha256: str = "") -> LinkingHead:
    """Load a head from its model folder, after checking every byte.

    Args:
        path: a model folder with `head.safetensors`.
        encoder_sha256: hash of the encoder in use; plays no part where the folder brings its own.

    Raises:
        NotFound: no model folder.
        ModelFormatError: it is damaged, changed, or no head for linking.
        ModelMismatch: it was fitted to another encoder.
        MissingExtra: it holds a backbone, and torch is not installed.
    """
    saved = read_parts(path, architecture=ARCHITECTURE, encoder_sha256=encoder_sha256)
    name, parts = saved.folder.card.name, saved.parts
    if parts.facts.get("format") != FORMAT:
        raise ModelFormatError(
            f"Model {name}: the format of its {HEAD} must be {FORMAT}. Got {parts.facts.get('format')!r}; "
            "take the metier that made it."
        )
    try:
        weights = LinkingWeights.from_mapping(parts.facts["weights"])
    except (KeyError, TypeError, InvalidInput) as error:
        raise ModelFormatError(f"Model {name}: {HEAD} lacks its weights or they are damaged.") from error
    tagger = SpanTagger.from_tensors(parts.tensors, name=name)
    encoder = backbone_encoder(parts.backbone, sha256=parts.encoder_sha256) if parts.backbone else None
    if tagger.conv_weight.shape[1] != parts.dim or (encoder and encoder.dim != parts.dim):
        raise ModelMismatch(f"Model {name}: its tagger does not fit its encoder. Install the model again.")
    return LinkingHead(name, saved.folder.sha256, parts.encoder_sha256, tagger, weights, encoder)


def save_linking_head(
    tagger: SpanTagger,
    weights: LinkingWeights,
    output: Path,
    origin: Origin,
    *,
    encoder_sha256: str = "",
    backbone: Backbone | None = None,
) -> ModelCard:
    """Write a head as a model folder, its arrays in half precision, and return its card.

    Args:
        tagger: finds spans.
        weights: of what speaks for a skill.
        output: a folder that does not exist yet or is empty.
        origin: what the card says of it.
        encoder_sha256: hash of the encoder that it was fitted to, where that stays as it is.
        backbone: the one that was trained along, else None; it goes into the folder.

    Raises:
        InvalidInput: the folder is not empty, a number is too large for half precision, or not exactly one
            of `encoder_sha256` and `backbone` is given.
    """
    if bool(encoder_sha256) == (backbone is not None):
        raise InvalidInput("A head belongs to an encoder or holds a backbone: give exactly one of the two.")
    tensors = {name: _half(name, array) for name, array in tagger.tensors().items()}
    dim = tagger.conv_weight.shape[1]
    facts = {"format": FORMAT, "weights": asdict(weights)}
    parts = Parts(ARCHITECTURE, tensors, dim, backbone, encoder_sha256, facts=facts)
    return save_parts(parts, output, origin)


def _half(name: str, array: Any) -> Any:
    if not (np.abs(array) <= np.finfo(np.float16).max).all():
        raise InvalidInput(f"{name} of the tagger holds a number that half precision cannot. Train it again.")
    return array.astype(np.float16)
