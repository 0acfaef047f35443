"""Further pretraining: a backbone guesses the words of texts of a field that are masked.

Source: Devlin et al. 2019 (arXiv:1810.04805), section 3.1, task 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.errors import InvalidInput, ModelMismatch
from metier.training.backbone import Backbone, Frame, Row, join_parts, linear_head
from metier.training.fingerprint import fingerprint
from metier.training.length_batches import length_batches
from metier.training.losses import weighted_cross_entropy
from metier.training.schedule import derived_seed

if TYPE_CHECKING:
    from torch import Tensor

MASK_TOKENS: Final = ("<mask>", "[MASK]")
MASKED: Final = 0.8
REPLACED: Final = 0.1
_LEAST_TOKENS: Final = 8


@dataclass(frozen=True, slots=True)
class MaskedWordsOptions:
    """How words are masked.

    Attributes:
        batch_size: texts in a step, at least 1.
        max_tokens: of a row, special ones included, at least 8; longer texts are cut.
        share: of a row's tokens that are to be guessed, above 0 and at most 1; at least one of a row is.
        seed: of the head's first weights, 0 or more.

    Raises:
        InvalidInput: a value out of its range.
    """

    batch_size: int = 16
    max_tokens: int = 128
    share: float = 0.15
    seed: int = 0

    def __post_init__(self) -> None:
        for name, least in (("batch_size", 1), ("max_tokens", _LEAST_TOKENS), ("seed", 0)):
            if getattr(self, name) < least:
                raise InvalidInput(f"{name} must be at least {least}. Got {getattr(self, name)}.")
        if not 0 < self.share <= 1:
            raise InvalidInput(f"share must be above 0 and at most 1. Got {self.share}.")


@dataclass(frozen=True, slots=True, eq=False)
class MaskTokens:
    """The tokens of a vocabulary, as masking needs them.

    Attributes:
        mask: stands for what is to be guessed.
        words: (n_words,) int64, all that are no special tokens.
    """

    mask: int
    words: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class MaskedRows:
    """A batch of rows with tokens to guess.

    Attributes:
        rows: as the network is to read them.
        places: (n_masked, 2) int64, row and place in the row of every token to guess.
        targets: (n_masked,) int64, what stood there.
    """

    rows: tuple[Row, ...]
    places: NDArray[np.int64]
    targets: NDArray[np.int64]


def mask_tokens(
    ids: NDArray[np.int64], tokens: MaskTokens, rng: np.random.Generator, *, share: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return a text with some tokens masked, and where.

    Of the tokens that are chosen, 80 % give way to the mask, 10 % to a random word, and 10 % stay.

    Args:
        ids: (n,) tokens of a text; special ones are never chosen.
        tokens: of the vocabulary.
        rng: draws.
        share: of the tokens that are chosen, rounded, but at least one if there is one.

    Returns:
        (n,) what is to be read, and the places of what is to be guessed, in order.
    """
    open_places = np.flatnonzero(np.isin(ids, tokens.words))
    n_chosen = n_masked(len(open_places), share)
    places = np.sort(rng.permutation(open_places)[:n_chosen]).astype(np.int64)
    return replace_tokens(ids, places, tokens, rng), places


def n_masked(n_words: int, share: float) -> int:
    """Return how many of a text's words are to be guessed: their share, rounded, at least one of any.

    >>> n_masked(100, 0.15), n_masked(3, 0.15), n_masked(0, 0.15)
    (15, 1, 0)
    """
    return min(n_words, max(1, round(share * n_words)))


def replace_tokens(
    ids: NDArray[np.int64], places: NDArray[np.int64], tokens: MaskTokens, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return a text as it is read, with 80 % of some places masked, 10 % random words and 10 % as they are.

    Args:
        ids: (n,) tokens of a text.
        places: (n_places,) of the tokens that are to be guessed.
        tokens: of the vocabulary.
        rng: draws, for each place by itself.
    """
    kinds, random_words = rng.random(len(places)), rng.choice(tokens.words, len(places))
    read = ids.copy()
    read[places] = np.where(
        kinds < MASKED, tokens.mask, np.where(kinds < MASKED + REPLACED, random_words, ids[places])
    )
    return read


def mask_tokens_of(backbone: Backbone) -> MaskTokens:
    """Return the mask token and the words of a backbone's vocabulary.

    Raises:
        ModelMismatch: it has no mask token, or no words beside special tokens.
    """
    tokenizer = backbone.tokenizer
    known = [tokenizer.token_to_id(token) for token in MASK_TOKENS]
    mask = next((token for token in known if token is not None), None)
    if mask is None:
        raise ModelMismatch(
            f"{backbone.name} has a tokenizer without {' or '.join(MASK_TOKENS)}. Take a backbone that was "
            "trained with masked words."
        )
    special = {token for token, added in tokenizer.get_added_tokens_decoder().items() if added.special}
    special |= {mask, *(token for gap in backbone.frame(1).gaps for token in gap.ids)}
    words = np.array(sorted(set(tokenizer.get_vocab().values()) - special), np.int64)
    if not len(words):
        raise ModelMismatch(f"{backbone.name} has a tokenizer with special tokens alone. Take another.")
    return MaskTokens(mask, words)


@dataclass(slots=True, eq=False, repr=False)
class MaskedWordsTask:
    """Implements `TrainingTask` with texts of which some words are to be guessed.

    The states of these words go through a small head; the backbone's word embeddings, which it does not
    move, and a bias for each word then score the vocabulary.

    Attributes:
        backbone: learns, except for what the caller has frozen; the word embeddings should be.
        train: texts to learn from, at least one.
        tune: texts to measure on, at least one.
        options: how.
        name: what logs call the task.
        weight: its share of the steps.
        head: torch module above the backbone.
        module: backbone and head in one, for a run of this task alone.

    Raises:
        InvalidInput: a part has no texts or is a single string.
        ModelMismatch: the backbone has no mask token or no words.
    """

    backbone: Backbone
    train: Sequence[str]
    tune: Sequence[str]
    options: MaskedWordsOptions = field(default_factory=MaskedWordsOptions, kw_only=True)
    name: str = field(default="masked-words", kw_only=True)
    weight: float = field(default=1.0, kw_only=True)
    head: Any = field(init=False)
    module: Any = field(init=False)
    data_sha256: str = field(init=False)
    _tokens: MaskTokens = field(init=False)
    _frame: Frame = field(init=False)

    def __post_init__(self) -> None:
        for part, texts in (("train", self.train), ("tune", self.tune)):
            if isinstance(texts, str) or not texts:
                raise InvalidInput(f"Task {self.name}: {part} must be a list of texts, at least one.")
        self._tokens = mask_tokens_of(self.backbone)
        self._frame = self.backbone.frame(1)
        self.head = _make_head(self.backbone, seed=self.options.seed)
        self.module = join_parts(self.backbone, self.head)
        self.data_sha256 = fingerprint([list(self.train), list(self.tune)])

    def batches(self, *, seed: int, epoch: int) -> Sequence[Any]:
        """Return the batches of an epoch as `MaskedRows`, each masked when it is asked for."""
        return _MaskedBatches(self, seed=seed, epoch=epoch)

    def loss(self, batch: Any) -> Tensor:
        """Return the mean cross-entropy of the masked words; 0 if the texts have none."""
        return weighted_cross_entropy(*self._logits(batch))

    def evaluate(self) -> Mapping[str, float]:
        """Return how well the masked words of the tune part are guessed; the masks are always the same.

        Returns:
            `score`, the share that is guessed right, and `nll`, the mean negative log-likelihood in nats;
            both are 0 where there is nothing to guess.
        """
        right = total = 0
        nll = 0.0
        for place, numbers in enumerate(self.plan(self.tune, 0)):
            batch = self.masked([self.tune[i] for i in numbers], derived_seed("tune", place))
            logits, targets = self._logits(batch)
            right += int((logits.argmax(dim=1) == targets).sum())
            nll += float(weighted_cross_entropy(logits, targets)) * len(targets)
            total += len(targets)
        return {"score": right / max(total, 1), "nll": nll / max(total, 1)}

    def plan(self, texts: Sequence[str], seed: int) -> list[list[int]]:
        """Return the numbers of the texts of each batch of a pass over them."""
        # Characters tell tokens well enough, and from some length on a text is cut in any case.
        most = 8 * self.options.max_tokens
        return length_batches([min(len(text), most) for text in texts], self.options.batch_size, seed=seed)

    def masked(self, texts: Sequence[str], seed: int) -> MaskedRows:
        """Return the rows of some texts, masked as the seed says."""
        rng = np.random.default_rng(seed)
        room = min(self.options.max_tokens, self.backbone.max_tokens) - len(self._frame)
        before = len(self._frame.gaps[0].ids)
        rows, places, targets = [], [], []
        for i, encoding in enumerate(self.backbone.tokenise(texts)):
            ids = np.array(encoding.ids[:room], np.int64)
            read, chosen = mask_tokens(ids, self._tokens, rng, share=self.options.share)
            rows.append(self._frame.around([read.tolist()]))
            places.append(np.stack([np.full_like(chosen, i), chosen + before], axis=1))
            targets.append(ids[chosen])
        return MaskedRows(tuple(rows), np.concatenate(places), np.concatenate(targets))

    def _logits(self, batch: MaskedRows) -> tuple[Any, Any]:
        """Return scores of all words at the masked places alone, and the words that stood there."""
        torch = require("torch")
        states, _ = self.backbone.hidden(batch.rows)
        places, targets = (torch.from_numpy(a).to(states.device) for a in (batch.places, batch.targets))
        picked = states[places[:, 0], places[:, 1]]
        found = self.head.norm(torch.nn.functional.gelu(self.head.dense(picked)))
        words = self.backbone.model.get_input_embeddings().weight.detach()
        return torch.nn.functional.linear(found, words, self.head.bias), targets


class _MaskedBatches(Sequence[Any]):
    """The batches of an epoch; seed, epoch and place alone tell what is masked."""

    def __init__(self, task: MaskedWordsTask, *, seed: int, epoch: int) -> None:
        self._task = task
        self._seed = derived_seed(task.name, seed, epoch)
        self._plan = task.plan(task.train, self._seed)

    def __len__(self) -> int:
        return len(self._plan)

    def __getitem__(self, place: Any) -> Any:
        texts = [self._task.train[i] for i in self._plan[place]]
        return self._task.masked(texts, derived_seed("masks", self._seed, place))


def _make_head(backbone: Backbone, *, seed: int) -> Any:
    torch = require("torch")
    words = backbone.model.get_input_embeddings().weight
    head = torch.nn.Module()
    head.dense = linear_head(backbone.dim, int(words.shape[1]), seed=seed)
    head.norm = torch.nn.LayerNorm(int(words.shape[1]))
    head.bias = torch.nn.Parameter(torch.zeros(len(words)))
    return head.to(words.device)
