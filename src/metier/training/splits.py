"""Parts of a data set by hash, so that texts that are nearly the same never stand on both sides."""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.errors import InvalidInput

NEAR: Final = 0.7
"""Share of common shingles from which two texts count as nearly the same."""
SHINGLE: Final = 5
_SLOTS: Final = 128
_BAND: Final = (
    4  # With 32 bands, a pair that shares 0.7 of its shingles meets in one with probability 0.9998.
)
_SHIFT: Final = np.uint64(64 - 7)  # the first 7 bits of a hash choose one of 128 slots
_SPACE: Final = re.compile(r"\s+")
_DIGITS: Final = re.compile(r"\d+")


class Part(StrEnum):
    """What a text is used for: to fit weights, to choose settings, to calibrate, or to report figures."""

    TRAIN = "train"
    TUNE = "tune"
    CALIBRATE = "calibrate"
    REPORT = "report"


def assign_parts(texts: Sequence[str], shares: Mapping[Part, float], *, seed: int = 0) -> list[Part]:
    """Return the part of each text; near-duplicates share one.

    A hash of a group's first member, in an order of its own, decides. The order of the texts plays no
    part; a further text moves others only where it joins their group.

    Args:
        texts: in any language.
        shares: how much of the texts each part gets, above 0, together 1. Parts that are not named get
            none.
        seed: another one gives another division.

    Returns:
        One part for each text; an empty list for no texts.

    Raises:
        InvalidInput: `texts` is a single string, or the shares do not add up to 1.
    """
    _check_shares(shares)
    keys = [_digest(text) for text in map(normalise, _checked(texts))]
    first = dict(zip(keys, (keys[group] for group in near_duplicates(texts)), strict=True))
    parts = {key: _part_of(key, shares, seed) for key in set(first.values())}
    return [parts[first[key]] for key in keys]


def stratified_parts(
    texts: Sequence[str], labels: Sequence[str], shares: Mapping[Part, float], *, seed: int = 0
) -> list[Part]:
    """Return the part of each text so that labels come in like shares in all; near-duplicates share one.

    Within each label, groups of texts go, in the order of their hashes, to the part that lacks most. Unlike
    with `assign_parts`, a further text may move others.

    Args:
        texts: in any language.
        labels: one for each text; a group has that of most of its texts.
        shares: how much of the texts each part gets, above 0, together 1. Parts that are not named get
            none.
        seed: another one gives another division.

    Returns:
        One part for each text; an empty list for no texts.

    Raises:
        InvalidInput: `texts` is a single string, labels that do not fit, or the shares do not add up to 1.

    >>> found = stratified_parts(["a", "b", "c", "d"], ["x"] * 4, {Part.TRAIN: 0.75, Part.REPORT: 0.25})
    >>> found.count(Part.TRAIN), found.count(Part.REPORT)
    (3, 1)
    """
    _check_shares(shares)
    parts = [part for part in Part if part in shares]
    places = _stratified(texts, labels, [shares[part] for part in parts], seed)
    return [parts[place] for place in places]


def stratified_folds(
    texts: Sequence[str], labels: Sequence[str], *, n_folds: int, seed: int = 0
) -> list[int]:
    """Return the fold of each text, from 0, in the way of `stratified_parts` with equal shares.

    Raises:
        InvalidInput: n_folds is below 2, `texts` is a single string, or labels do not fit.
    """
    if n_folds < 2:
        raise InvalidInput(f"n_folds must be at least 2. Got {n_folds}.")
    return _stratified(texts, labels, [1 / n_folds] * n_folds, seed)


def near_duplicates(texts: Sequence[str]) -> list[int]:
    """Return for each text the index of its group's representative.

    Two texts stand in one group if they are the same but for case, spaces and digits, or if about 0.7 of
    all their 5-letter shingles are common to both; groups that share a text are one. The time is linear
    in the size of the texts.

    Args:
        texts: in any language.

    Returns:
        Indices into `texts`, one for each; equal for texts of one group.

    Raises:
        InvalidInput: `texts` is a single string.
    Source: shingles, Broder 1997; one-permutation MinHash, Li et al. 2012 (arXiv:1208.1259); empty slots
        filled by rotation, Shrivastava and Li 2014 (arXiv:1406.4784); bands, Leskovec et al. 2020,
        "Mining of massive datasets", section 3.4.

    >>> near_duplicates(["Ten years of Java", "10 years", "ten  years of JAVA", "7 Years"])
    [0, 1, 0, 1]
    """
    normal = [normalise(text) for text in _checked(texts)]
    index = {text: i for i, text in reversed(list(enumerate(normal)))}
    # Sorted by hash, so that neither groups nor representatives depend on the order of the texts.
    distinct = sorted(index, key=_digest)
    groups = _joined(np.array([_signature(text) for text in distinct]).reshape(-1, _SLOTS))
    representative = {text: index[distinct[group]] for text, group in zip(distinct, groups, strict=True)}
    return [representative[text] for text in normal]


def normalise(text: str) -> str:
    """Return a text without what does not make it another one: case, forms of letters, spaces, numbers.

    >>> normalise(" In 2024:  C++ ")
    'in 0: c++'
    """
    return _DIGITS.sub("0", _SPACE.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip())


def _checked(texts: Sequence[str]) -> Sequence[str]:
    if isinstance(texts, str):
        raise InvalidInput("texts must be a list of strings. Got a single string; put it in a list.")
    return texts


def _check_shares(shares: Mapping[Part, float]) -> None:
    if not shares or min(shares.values()) <= 0 or not math.isclose(math.fsum(shares.values()), 1):
        raise InvalidInput(f"shares must be above 0 and add up to 1. Got {list(shares.values())}.")


def _stratified(texts: Sequence[str], labels: Sequence[str], shares: Sequence[float], seed: int) -> list[int]:
    """Return the place in `shares` of each text."""
    if len(labels) != len(_checked(texts)):
        raise InvalidInput(f"There must be one label for each text. Got {len(labels)} for {len(texts)}.")
    groups = near_duplicates(texts)
    members: dict[int, list[int]] = {}
    for i, group in enumerate(groups):
        members.setdefault(group, []).append(i)
    strata: dict[str, list[int]] = {}
    for group, rows in members.items():
        counts = Counter(labels[i] for i in rows)
        strata.setdefault(min(counts, key=lambda label: (-counts[label], label)), []).append(group)
    place_of: dict[int, int] = {}
    for own in strata.values():
        owed = np.asarray(shares) * sum(len(members[group]) for group in own)
        for group in sorted(own, key=lambda group: _place(normalise(texts[group]), seed)):
            place = int(owed.argmax())
            owed[place] -= len(members[group])
            place_of[group] = place
    return [place_of[group] for group in groups]


def _place(text: str, seed: int) -> bytes:
    return hashlib.sha256(b"%d\0" % seed + _digest(text)).digest()


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode(errors="replace")).digest()


def _part_of(key: bytes, shares: Mapping[Part, float], seed: int) -> Part:
    place = int.from_bytes(hashlib.sha256(b"%d\0" % seed + key).digest()[:8], "big") / 2**64
    parts = [part for part in Part if part in shares]
    for part in parts:
        place -= shares[part]
        if place < 0:
            return part
    return parts[-1]


def _signature(text: str) -> NDArray[np.uint64]:
    """Return the least shingle hash of each slot, (128,) uint64; empty slots take the next one's."""
    hashes = np.sort(_shingles(text))
    slot = hashes >> _SHIFT
    filled, first = np.unique(slot, return_index=True)
    slots = np.arange(_SLOTS, dtype=np.uint64)
    source = np.searchsorted(filled, slots) % len(filled)
    # Marked by how far it was carried, so that slots agree only where both texts filled them alike.
    distance = (filled[source] - slots) % np.uint64(_SLOTS)
    marked: NDArray[np.uint64] = hashes[first[source]] + distance * np.uint64(0x9E3779B97F4A7C15)
    return marked


def _shingles(text: str) -> NDArray[np.uint64]:
    """Return the hash of each run of 5 letters, at least one."""
    codes = np.frombuffer(text.ljust(SHINGLE).encode("utf-32-le", errors="replace"), np.uint32)
    codes = codes.astype(np.uint64)
    n = len(codes) - SHINGLE + 1
    hashes = np.zeros(n, np.uint64)
    for i in range(SHINGLE):
        hashes = hashes * np.uint64(0x100000001B3) + codes[i : i + n]
    # The end of splitmix64: spreads neighbouring numbers over all 64 bits.
    hashes = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    hashes = (hashes ^ (hashes >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return hashes ^ (hashes >> np.uint64(31))


def _joined(signatures: NDArray[np.uint64]) -> list[int]:
    """Return the least member of each row's group; rows of a bucket are compared with its first row."""
    parent = list(range(len(signatures)))
    for start in range(0, _SLOTS, _BAND):
        band = np.ascontiguousarray(signatures[:, start : start + _BAND])
        keys = band.view(np.dtype((np.void, band.dtype.itemsize * _BAND))).reshape(-1)
        _, first, which = np.unique(keys, return_index=True, return_inverse=True)
        row = np.flatnonzero(first[which] != np.arange(len(which)))
        other = first[which[row]]
        near = (signatures[row] == signatures[other]).mean(axis=1) >= NEAR
        for a, b in zip(row[near].tolist(), other[near].tolist(), strict=True):
            _join(parent, a, b)
    return [_root(parent, i) for i in range(len(parent))]


def _root(parent: list[int], i: int) -> int:
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


def _join(parent: list[int], a: int, b: int) -> None:
    low, high = sorted((_root(parent, a), _root(parent, b)))
    parent[high] = low
