"""A trained model that chooses among candidates: an encoder or a head on it, with the candidates' texts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.encoders.folder import CARD, ModelFolder
from metier.encoders.load import BASE, Runtime, load_encoder, shipped_models
from metier.encoders.reading import Encoder, TextKind
from metier.errors import ModelFormatError
from metier.training.output import MODEL
from metier.training.projection import Projection, read_projection

CANDIDATES: Final = "candidates.json"
TASK: Final = "interview"
FORMAT: Final = 1


@dataclass(frozen=True, slots=True, eq=False)
class ChoiceModel:
    """A model as it was loaded.

    Attributes:
        name: what it is called.
        sha256: hash of its folder.
        encoder: gives the vectors.
        head: what they go through, or None.
        target: what it was trained to choose, or empty for an encoder that was not trained to.
        texts: what stands for each candidate that it was trained with.
        prefixes: the words that go before a text of each kind, of an encoder of its own.
    """

    name: str
    sha256: str
    encoder: Encoder
    head: Projection | None = None
    target: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    prefixes: Mapping[TextKind, str] = field(default_factory=dict)

    def cosines(self, inputs: Sequence[str], candidates: Sequence[str]) -> NDArray[np.float64]:
        """Return how near each input is to each candidate.

        Args:
            inputs: in the form of the training data.
            candidates: labels; one that the model was trained with stands for its text, any other for itself.

        Returns:
            (n_inputs, n_candidates), from -1 to 1. What comes out for a pair depends on that pair alone.
        """
        texts = [self.texts.get(candidate, candidate) for candidate in candidates]
        left, other = (
            self._vectors(given, kind).astype(np.float64)
            for given, kind in ((inputs, TextKind.QUERY), (texts, TextKind.PASSAGE))
        )
        # No matrix product: equal texts must have equal cosines wherever they stand.
        found: NDArray[np.float64] = np.array([(other * row).sum(axis=1) for row in left]).reshape(
            len(left), len(other)
        )
        return found

    def _vectors(self, texts: Sequence[str], kind: TextKind) -> NDArray[np.float32]:
        vectors = self.encoder.encode(list(texts), kind=kind)
        return vectors if self.head is None else self.head.apply(vectors)


def load_choice_model(path: Path, runtime: Runtime, *, encoder: Encoder | None = None) -> ChoiceModel:
    """Load a model that chooses, after checking every byte.

    Args:
        path: a model folder, or what `metier interview train` wrote; an encoder that was not trained to
            choose is used as it is.
        runtime: how to run it.
        encoder: what a head belongs to; None for the shipped one.

    Raises:
        NotFound: no model folder.
        ModelError: it is damaged, changed, for something else, or a head of another encoder.
        MissingExtra: it runs in torch, which the `train` extra installs.
    """
    folder = ModelFolder.peek(model_folder(path))
    target, texts = read_candidates(folder) if CANDIDATES in folder.card.files else ("", {})
    if folder.card.task != TASK:
        loaded = load_encoder(folder.path, runtime)
        prefixes = {TextKind(kind): words for kind, words in folder.card.prefixes.items()}
        return ChoiceModel(folder.card.name, folder.sha256, loaded, None, target, texts, prefixes)
    if encoder is None:
        encoder = load_encoder(shipped_models()[BASE], runtime)
    head = read_projection(folder.path, task=TASK, encoder_sha256=encoder.sha256)
    return ChoiceModel(folder.card.name, folder.sha256, encoder, head, target, texts)


def model_folder(path: Path) -> Path:
    """Return the model folder in what a training wrote; any other path as it is."""
    inside = path / MODEL
    return inside if not (path / CARD).is_file() and (inside / CARD).is_file() else path


def write_candidates(place: Path, target: str, texts: Mapping[str, str]) -> None:
    """Write what a model was trained to choose among.

    Args:
        place: the model folder.
        target: what is chosen.
        texts: what stands for each candidate.
    """
    rows = [{"candidate": candidate, "text": text} for candidate, text in texts.items()]
    content = {"format": FORMAT, "target": target, "candidates": rows}
    (place / CANDIDATES).write_text(
        json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )


def read_candidates(folder: ModelFolder) -> tuple[str, dict[str, str]]:
    """Return target and texts as `write_candidates` wrote them.

    Raises:
        ModelFormatError: the file is damaged, or of another version.
    """
    name = folder.card.name
    try:
        content = json.loads(folder.file(CANDIDATES).read_bytes())
        version, target = content["format"], str(content["target"])
        texts = {str(row["candidate"]): str(row["text"]) for row in content["candidates"]}
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelFormatError(f"Model {name}: {CANDIDATES} lacks a part or is damaged.") from error
    if version != FORMAT:
        raise ModelFormatError(
            f"Model {name}: the format of its {CANDIDATES} must be {FORMAT}. Got {version!r}; take the "
            "metier that made it."
        )
    return target, texts
