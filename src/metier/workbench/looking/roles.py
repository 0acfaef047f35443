"""What heads do: where their attention goes beyond chance, and which heads link one word to another.

Source: Clark et al. 2019, "What Does BERT Look At?" (arXiv:1906.04341), sections 3 and 4.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.errors import InvalidInput
from metier.workbench.looking.attention import AttentionMaps
from metier.workbench.looking.tokens import Token

LEAST_EXCESS: Final = 0.2
"""Share of attention beyond chance from which a head is named by where it goes."""
LEAST_ROWS: Final = 3
"""Tokens that must have something to look at before a head can be named by it."""
_NUMBERED: Final = re.compile(r"(.+)#([1-9]\d*)", re.DOTALL)
_IS_WORD: Final = re.compile(r"\w")


class Target(StrEnum):
    """Where the attention of a token can go. One place can be several of these."""

    SELF = "itself"
    PREVIOUS = "previous token"
    NEXT = "next token"
    FIRST = "first special token"
    LAST = "last special token"
    WORD = "rest of its word"
    EQUAL = "equal tokens"
    PUNCTUATION = "punctuation"


_SPECIAL: Final = frozenset({Target.FIRST, Target.LAST})
BROAD: Final = "broad"
"""Name of the role of a head whose attention goes to no target beyond chance."""


@dataclass(frozen=True, slots=True)
class HeadRole:
    """What one head does, over the tokens of one or many texts; special tokens ask nothing here.

    Attributes:
        layer: from 1.
        head: from 1.
        role: the target that gets most beyond chance, if that is 0.2 or more and 3 tokens had it to look
            at; else "broad".
        role_in_text: the same for the attention that does not go to special tokens, taken as a whole. Many
            heads leave most of theirs on a special token where they find nothing to do.
        shares: mean share of attention that goes to each target, over the tokens that have one; targets that
            no token has are left out.
        chance: the same if all tokens of a text got equal shares.
        entropy: mean entropy of the attention of a token, as a share of the largest there is, from 0 for one
            token that gets all to 1 for equal shares.
        n_tokens: tokens whose attention was measured.
    """

    layer: int
    head: int
    role: str
    role_in_text: str
    shares: dict[Target, float]
    chance: dict[Target, float]
    entropy: float
    n_tokens: int


@dataclass(frozen=True, slots=True)
class Link:
    """How much one head links a word to another.

    Attributes:
        layer: from 1.
        head: from 1.
        source: the word whose tokens look.
        target: the word whose tokens are looked at.
        share: of the attention of a token of the source that goes to all tokens of the target, from 0 to 1.
        others: what the tokens that belong to neither word give to the target, on average. A head that looks
            at one word from everywhere links nothing: its share is no larger than this.
        over_uniform: the share over what it would be if all tokens of the text got equal shares.
    """

    layer: int
    head: int
    source: str
    target: str
    share: float
    others: float
    over_uniform: float


def head_roles(texts: Iterable[AttentionMaps]) -> list[HeadRole]:
    """Return what each head does, by layer and head; every token of every text counts once.

    Args:
        texts: maps of at least one text, of one model.

    Raises:
        InvalidInput: there is no text, or none has a token beside special ones.
    """
    tally: _Tally | None = None
    for maps in texts:
        tally = tally or _Tally(*maps.weights.shape[:2])
        tally.add(maps)
    if tally is None or not tally.n_tokens:
        raise InvalidInput(
            "Roles of heads need a text with at least one token beside special ones. Got none."
        )
    return tally.roles()


def links(maps: AttentionMaps, source: str, target: str) -> list[Link]:
    """Return how much each head links a word to another, both ways.

    First come those whose share is furthest above what the other tokens of the text give to the target.

    Args:
        maps: of a text.
        source: a word of it; `it#2` is the second "it". Small and capital letters are not told apart.
        target: as source, another word.

    Raises:
        InvalidInput: the text does not hold a word, or not so often, or both are the same.
    """
    places = {word: word_tokens(maps, word) for word in (source, target)}
    if len(places) < 2 or set(places[source]) & set(places[target]):
        raise InvalidInput("A link must join two different words. Both name the same; add #2 for the second.")
    found = []
    n_layers, n_heads, n, _ = maps.weights.shape
    rest = [
        i
        for i, token in enumerate(maps.tokens)
        if not token.special and i not in places[source] and i not in places[target]
    ]
    for one, other in ((source, target), (target, source)):
        given = maps.weights[:, :, :, places[other]].sum(axis=3, dtype=np.float64)
        shares = given[:, :, places[one]].mean(axis=2)
        usual = given[:, :, rest].mean(axis=2) if rest else np.zeros_like(shares)
        for layer in range(n_layers):
            for head in range(n_heads):
                share = float(shares[layer, head])
                over = share * n / len(places[other])
                others = float(usual[layer, head])
                found.append(Link(layer + 1, head + 1, one, other, share, others, over))
    return sorted(found, key=lambda link: link.others - link.share)


def word_tokens(maps: AttentionMaps, word: str) -> list[int]:
    """Return the places of the tokens of a word in a text.

    Args:
        maps: of the text.
        word: as it stands there, small and capital letters alike; `it#2` for the second "it".

    Raises:
        InvalidInput: the text does not hold it, or not so often.
    """
    numbered = _NUMBERED.fullmatch(word)
    name, number = (numbered[1], int(numbered[2])) if numbered else (word, 1)
    pattern = rf"(?<!\w){re.escape(name.strip())}(?!\w)"
    spans = [match.span() for match in re.finditer(pattern, maps.text, re.IGNORECASE)] if name.strip() else []
    if not spans:
        raise InvalidInput(f"The text must hold the word that is asked for. It does not hold {name!r}.")
    if number > len(spans):
        raise InvalidInput(f"The text holds {name!r} {len(spans)} times. Got number {number}.")
    start, end = spans[number - 1]
    tokens = enumerate(maps.tokens)
    found = [i for i, token in tokens if token.start < end and token.end > start and not token.special]
    if not found:
        raise InvalidInput(f"No token stands for {name!r} in this text. Ask for another word.")
    return found


def targets_of(tokens: Sequence[Token]) -> dict[Target, NDArray[np.bool_]]:
    """Return which places each token of a text can look at, as (n, n) tables by target.

    Args:
        tokens: of a text, special ones included, n of them.
    """
    n = len(tokens)
    own = np.eye(n, dtype=bool)
    text = np.array([not token.special for token in tokens])
    ids = np.array([token.id for token in tokens])
    words = np.array([-1 if token.word is None else token.word for token in tokens])
    special = np.flatnonzero(~text)
    first, last = np.zeros(n, bool), np.zeros(n, bool)
    if len(special) and special[0] == 0:
        first[0] = True
    last[[i for i in special if i > 0]] = True
    marks = [not token.special and not _IS_WORD.search(token.shown) for token in tokens]
    return {
        Target.SELF: own,
        Target.PREVIOUS: np.eye(n, k=-1, dtype=bool) & text,
        Target.NEXT: np.eye(n, k=1, dtype=bool) & text,
        Target.FIRST: np.tile(first, (n, 1)),
        Target.LAST: np.tile(last, (n, 1)),
        Target.WORD: (words[:, None] == words) & (words >= 0) & ~own,
        Target.EQUAL: (ids[:, None] == ids) & text & ~own,
        Target.PUNCTUATION: np.tile(np.array(marks, bool), (n, 1)) & ~own,
    }


class _Sums:
    """Sums of attention over the tokens of texts, by target and head."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self._shares = {target: np.zeros(shape) for target in Target}
        self._chance = dict.fromkeys(Target, 0.0)
        self.rows = dict.fromkeys(Target, 0)

    def add(
        self,
        weights: NDArray[np.float64],
        targets: dict[Target, NDArray[np.bool_]],
        asking: NDArray[np.bool_],
        *,
        n_open: int,
    ) -> None:
        """Add a text, of whose tokens some ask and so many can be looked at."""
        for target, table in targets.items():
            rows = asking & table.any(axis=1)
            self.rows[target] += int(rows.sum())
            self._chance[target] += float(table[rows].sum()) / n_open
            self._shares[target] += (weights * table)[:, :, rows].sum(axis=(2, 3))

    def shares(self, layer: int, head: int) -> dict[Target, float]:
        """Return the mean share of each target that was there."""
        return {t: float(self._shares[t][layer, head]) / rows for t, rows in self.rows.items() if rows}

    def chance(self) -> dict[Target, float]:
        """Return the mean share of each target that was there, if all shares were equal."""
        return {t: self._chance[t] / rows for t, rows in self.rows.items() if rows}

    def role(self, layer: int, head: int) -> str:
        """Return the target that gets most beyond chance, if it is enough."""
        shares, chance = self.shares(layer, head), self.chance()
        excess = {t: share - chance[t] for t, share in shares.items() if self.rows[t] >= LEAST_ROWS}
        best = max(excess, key=lambda target: excess[target], default=None)
        return str(best) if best is not None and excess[best] >= LEAST_EXCESS else BROAD


class _Tally:
    """What the heads of a model did in some texts."""

    def __init__(self, n_layers: int, n_heads: int) -> None:
        self.n_tokens = 0
        self._entropy = np.zeros((n_layers, n_heads))
        self._all, self._inner = (_Sums((n_layers, n_heads)) for _ in range(2))

    def add(self, maps: AttentionMaps) -> None:
        """Add the tokens of a text."""
        n = len(maps.tokens)
        text = np.array([not token.special for token in maps.tokens])
        weights = maps.weights.astype(np.float64)
        targets = targets_of(maps.tokens)
        self._all.add(weights, targets, text, n_open=n)
        inside = weights * text
        inside /= np.maximum(inside.sum(axis=3, keepdims=True), np.finfo(np.float32).tiny)
        within = {t: table & text for t, table in targets.items() if t not in _SPECIAL}
        self._inner.add(inside, within, text, n_open=max(int(text.sum()), 1))
        logs = np.log(np.where(weights > 0, weights, 1))
        self._entropy += -(weights * logs).sum(axis=3)[:, :, text].sum(axis=2) / np.log(max(n, 2))
        self.n_tokens += int(text.sum())

    def roles(self) -> list[HeadRole]:
        """Return what each head does."""
        return [
            HeadRole(
                layer + 1,
                head + 1,
                self._all.role(layer, head),
                self._inner.role(layer, head),
                self._all.shares(layer, head),
                self._all.chance(),
                float(self._entropy[layer, head]) / self.n_tokens,
                self.n_tokens,
            )
            for layer, head in np.ndindex(self._entropy.shape)
        ]
