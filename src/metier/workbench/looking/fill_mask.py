"""Guesses at masked words: what a model thinks could stand where a text has a mask.

Source: masked language modelling, Devlin et al. 2019 (arXiv:1810.04805), section 3.1, task 1.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.errors import InvalidInput, ModelMismatch
from metier.training.masked_words import MASK_TOKENS
from metier.training.networks import Head, Network, load_network
from metier.workbench.looking.layer_states import LayerStates
from metier.workbench.looking.mask_head import MaskHead
from metier.workbench.looking.tokens import Splitter, checked_text

MOST_GUESSES: Final = 1000
_MASK: Final = re.compile("|".join(map(re.escape, MASK_TOKENS)))
_SPACED_MASK: Final = re.compile(rf"\s*(?:{_MASK.pattern})")
_SPACE: Final = "▁"
_GUESSING: Final = frozenset({Head.MASKED_WORDS, Head.NEXT_SENTENCE})


@dataclass(frozen=True, slots=True)
class Guess:
    """A piece that could stand in a place.

    Attributes:
        word: as a person reads it.
        piece: as the vocabulary spells it.
        id: of the piece.
        continues: whether it goes on with the word before it.
        probability: by the model, from 0 to 1; it is as the model gives it and was not calibrated.
    """

    word: str
    piece: str
    id: int
    continues: bool
    probability: float


@dataclass(frozen=True, slots=True)
class MaskGuesses:
    """What could stand in one masked place.

    Attributes:
        start: first character of the mask in the text.
        end: one after its last.
        guesses: the likeliest first.
    """

    start: int
    end: int
    guesses: tuple[Guess, ...]


class MaskedWordModel(Protocol):
    """Scores what could stand in masked places."""

    @property
    def name(self) -> str:
        """Return what the model is called."""
        ...

    @property
    def splitter(self) -> Splitter:
        """Return its tokenizer."""
        ...

    @property
    def max_tokens(self) -> int:
        """Return the most tokens of a row, special ones included."""
        ...

    @property
    def pieces(self) -> NDArray[np.int64]:
        """Return the pieces that can be guessed, (n,)."""
        ...

    def log_probabilities(self, ids: Sequence[int], places: Sequence[int]) -> NDArray[np.float64]:
        """Return the log-probability of each piece at some places of a row, (n_places, n)."""
        ...


class HeadMaskedWords:
    """Implements `MaskedWordModel` with an encoder that stays as it is and a head on it; no torch.

    Args:
        head: fitted to that encoder.
        encoder: up to the layer that the head reads.

    Raises:
        ModelMismatch: they do not belong together.
    """

    def __init__(self, head: MaskHead, encoder: LayerStates) -> None:
        head.check_encoder(encoder.sha256)
        if head.layer != encoder.layer:
            raise ModelMismatch(
                f"Head {head.name} reads states after layer {head.layer}. Got those after {encoder.layer}; "
                "load the encoder up to that layer."
            )
        self._head = head
        self._encoder = encoder
        self._embeddings = encoder.embeddings(head.candidates)

    @property
    def name(self) -> str:
        """Return what the model is called."""
        return f"{self._encoder.name} with {self._head.name}"

    @property
    def splitter(self) -> Splitter:
        """Return its tokenizer."""
        return self._encoder.splitter

    @property
    def max_tokens(self) -> int:
        """Return the most tokens of a row."""
        return self._encoder.max_tokens

    @property
    def pieces(self) -> NDArray[np.int64]:
        """Return the pieces that can be guessed."""
        return self._head.candidates

    def log_probabilities(self, ids: Sequence[int], places: Sequence[int]) -> NDArray[np.float64]:
        """Return log-probabilities; `MaskedWordModel.log_probabilities` is the contract."""
        features = self._encoder.around([ids], [places])
        return self._head.log_probabilities(features, self._embeddings)


class TorchMaskedWords:
    """Implements `MaskedWordModel` with a network of transformers that has a head for masked words.

    Args:
        network: loaded with that head.
    """

    def __init__(self, network: Network) -> None:
        self._torch = require("torch")
        self._network = network
        self.splitter = Splitter(network.name, network.tokenizer.backend_tokenizer)
        n_pieces = min(len(network.tokenizer), int(network.model.config.vocab_size))
        self.pieces: NDArray[np.int64] = np.arange(n_pieces, dtype=np.int64)

    @property
    def name(self) -> str:
        """Return what the model is called."""
        return self._network.name

    @property
    def max_tokens(self) -> int:
        """Return the most tokens of a row."""
        return self._network.max_tokens

    def log_probabilities(self, ids: Sequence[int], places: Sequence[int]) -> NDArray[np.float64]:
        """Return log-probabilities; `MaskedWordModel.log_probabilities` is the contract."""
        torch = self._torch
        row = torch.tensor([list(ids)], dtype=torch.int64, device=self._network.device)
        with torch.inference_mode():
            outputs = self._network.model(input_ids=row, attention_mask=torch.ones_like(row))
        # A model with a second task beside masked words names the scores of the words otherwise.
        scores = getattr(outputs, "prediction_logits", None)
        scores = outputs.logits if scores is None else scores
        logs = scores[0, list(places), : len(self.pieces)].double().log_softmax(dim=1)
        return np.asarray(logs.cpu().numpy(), np.float64)


def load_masked_words(source: str) -> TorchMaskedWords:
    """Return a network of transformers with the head for masked words that was saved with it.

    Args:
        source: a folder, what a pretraining of the workbench wrote, or a hub name: `bert-base-uncased`.

    Raises:
        ModelMismatch: it was saved without such a head.
        NotFound: there is no such model; `load_network` has the other errors.
        MissingExtra: the `train` extra is not installed.
    """
    network = load_network(source)
    if network.head not in _GUESSING:
        raise ModelMismatch(
            f"{source} was saved with the head {str(network.head)!r}, not with one for masked words, so it "
            "cannot guess. Take a model that was pretrained with masked words, as metier workbench pretrain "
            "makes it."
        )
    return TorchMaskedWords(network)


def fill_mask(model: MaskedWordModel, text: str, *, top_k: int = 5) -> list[MaskGuesses]:
    """Return what could stand in each masked place of a text, in order, each as if the others stayed masked.

    Args:
        model: guesses.
        text: with at least one `[MASK]` or `<mask>`, whichever the model's own is.
        top_k: guesses for each place, from 1 to 1,000.

    Raises:
        InvalidInput: the text has no mask or too many tokens, or top_k is out of range.
        ModelMismatch: the model's tokenizer has no token for masks.
    """
    if not 1 <= top_k <= MOST_GUESSES:
        raise InvalidInput(f"top_k must be from 1 to {MOST_GUESSES:,}. Got {top_k}.")
    clean = checked_text(text)
    spans = [match.span() for match in _MASK.finditer(clean)]
    if not spans:
        raise InvalidInput(
            "The text must have a place to guess. Write [MASK] or <mask> where a word is missing, as in "
            "'The [MASK] drives a truck.'."
        )
    ids, places = masked_row(model.splitter, clean)
    if len(ids) > model.max_tokens:
        raise InvalidInput(
            f"The text must have at most {model.max_tokens} tokens for {model.name}. Got {len(ids)}; shorten "
            "it around the mask."
        )
    logs = model.log_probabilities(ids, places)
    found = []
    for (start, end), row in zip(spans, logs, strict=True):
        best = np.argsort(-row, kind="stable")[:top_k]
        guesses = (_guess(model, int(model.pieces[i]), float(np.exp(row[i]))) for i in best)
        found.append(MaskGuesses(start, end, tuple(guesses)))
    return found


def masked_row(splitter: Splitter, text: str) -> tuple[list[int], list[int]]:
    """Return the token ids of a text with masks, special tokens included, and the places of the masks.

    A mask stands for a whole piece. White space before it belongs to that piece, so no token of its own is
    left for it, and what follows the mask without a space goes on with its word.

    Args:
        splitter: of the model.
        text: with `[MASK]` or `<mask>`.

    Raises:
        ModelMismatch: the tokenizer has no token for masks.
    """
    tokenizer = splitter.tokenizer
    mask = next((token for token in MASK_TOKENS if tokenizer.token_to_id(token) is not None), None)
    if mask is None:
        raise ModelMismatch(
            f"{splitter.name} has a tokenizer without {' or '.join(MASK_TOKENS)}, so nothing can be guessed. "
            "Take a model that was trained with masked words."
        )
    mask_id = tokenizer.token_to_id(mask)
    written = _SPACED_MASK.sub(mask, text)
    encoding = tokenizer.encode(written)
    ids: list[int] = []
    for piece, token_id, (start, _) in zip(encoding.tokens, encoding.ids, encoding.offsets, strict=True):
        joined = bool(ids) and ids[-1] == mask_id and piece.startswith(_SPACE) and not _spaced(written, start)
        bare = tokenizer.token_to_id(piece.removeprefix(_SPACE)) if joined else token_id
        if joined and piece == _SPACE:
            continue
        ids.append(token_id if bare is None else bare)
    return ids, [i for i, token_id in enumerate(ids) if token_id == mask_id]


def _spaced(text: str, start: int) -> bool:
    return start < len(text) and text[start].isspace()


def _guess(model: MaskedWordModel, token_id: int, probability: float) -> Guess:
    word, continues = model.splitter.readable(token_id)
    piece = model.splitter.tokenizer.id_to_token(token_id) or ""
    return Guess(word, piece, token_id, continues, probability)
