"""Division of rows into parts so that no set learns from a text, or a passage, that one reports on.

Texts that are nearly the same, or share three tenths of the runs of eight words of the shorter one, are one
group; groups are dealt to parts by hash, in like shares within each stratum. `part_ways` then holds all sets
against each other, for what a text shares with several others at once.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from skills_data import shares_passages

from metier.training.sets import SetKind, SetPart
from metier.training.splits import Part, near_duplicates, normalise

SEED = 20261209
_RUN = 8
_SHARED = 0.3
_SET_APART = 0.07


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a set.

    Attributes:
        texts: what must not stand in another part: documents, sentences, answers, and names within sets of
            names; never labels.
        fields: what is written.
    """

    texts: tuple[str, ...]
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SkillTable:
    """A file of skills that goes with a set: its name, content and number of skills."""

    name: str
    content: bytes
    rows: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A set before it is written.

    Attributes:
        name: of the set.
        kind: of its rows.
        languages: ISO 639-1 codes.
        source: where it comes from.
        license: under which terms.
        ships: whether weights that learned from it may be given away.
        rows: by part; `part_ways` takes some out.
        skills: None for sets without a file of skills.
        passages: whether texts that share passages may not stand on two sides, or copies alone.
        unit: how many rows at a time belong together.
    """

    name: str
    kind: SetKind
    languages: tuple[str, ...]
    source: str
    license: str
    ships: bool
    rows: dict[SetPart, list[Row]]
    skills: SkillTable | None = None
    passages: bool = True
    unit: int = 1


@dataclass(frozen=True, slots=True)
class Document:
    """A form of a text of which several sets may hold others.

    Attributes:
        key: the same for all forms of one document.
        text: the form.
        stratum: within which parts get like shares; empty where it is not known of this form.
        trained_only: whether it is too damaged to be measured on.
    """

    key: str
    text: str
    stratum: str
    trained_only: bool = False


Shares = Callable[[str], Mapping[Part, float]]
"""Of a stratum, how much each part gets, together 1."""


def divide(
    documents: Sequence[Document], shares: Shares, known: Mapping[str, Part] | None = None
) -> dict[str, Part]:
    """Return the part of each key; a damaged document whose group is not for training has none.

    Args:
        documents: all forms of all documents.
        shares: of the parts, where nothing is known.
        known: the part that another benchmark has a document in, by key. A group with one that is reported on
            there is reported on here, else one that is tuned on is tuned on; of the others of which all that
            is known is that they are trained on, a few are set apart to calibrate.
    """
    known = known or {}
    texts = [document.text for document in documents]
    groups = joined([[document.key for document in documents], near_duplicates(texts), passage_groups(texts)])
    sound = [i for i, document in enumerate(documents) if not document.trained_only]
    fixed = _fixed([groups[i] for i in sound], [documents[i] for i in sound], known)
    free = [i for i in sound if groups[i] not in fixed]
    parts = fixed | deal([groups[i] for i in free], [documents[i] for i in free], shares)
    found = {}
    for document, group in zip(documents, groups, strict=True):
        part = parts.get(group, Part.TRAIN)
        if part is Part.TRAIN or not document.trained_only:
            found[document.key] = part
    return found


def _fixed(
    groups: Sequence[int], documents: Sequence[Document], known: Mapping[str, Part]
) -> dict[int, Part]:
    """Return the part of each group of which something is known."""
    found: dict[int, set[Part]] = defaultdict(set)
    first: dict[int, str] = {}
    for group, document in zip(groups, documents, strict=True):
        if document.key in known:
            found[group].add(known[document.key])
            first[group] = min(first.get(group, "z"), hashed(document.key))
    return {
        group: next((part for part in (Part.REPORT, Part.TUNE) if part in parts), _of_train(first[group]))
        for group, parts in found.items()
    }


def _of_train(key: str) -> Part:
    return Part.CALIBRATE if int(key[:8], 16) < _SET_APART * 16**8 else Part.TRAIN


def deal(groups: Sequence[int], documents: Sequence[Document], shares: Shares) -> dict[int, Part]:
    """Return the part of each group; within a stratum, in the order of hashes, to the part that lacks most.

    A group has the stratum of its first member by hash that has one.
    """
    first: dict[int, tuple[bool, str, str]] = {}
    keys: dict[int, set[str]] = defaultdict(set)
    for group, document in zip(groups, documents, strict=True):
        place = (not document.stratum, hashed(document.text), document.stratum)
        first[group] = min(first.get(group, place), place)
        keys[group].add(document.key)
    strata: dict[str, list[int]] = defaultdict(list)
    for group in sorted(first, key=lambda group: first[group]):
        strata[first[group][2]].append(group)
    parts = {}
    for stratum, own in strata.items():
        total = sum(len(keys[group]) for group in own)
        owed = {part: share * total for part, share in shares(stratum).items()}
        for group in own:
            parts[group] = max(owed, key=owed.__getitem__)
            owed[parts[group]] -= len(keys[group])
    return parts


def joined(groupings: Iterable[Sequence[Hashable]]) -> list[int]:
    """Return groups in which those stand together that do in any of the groupings, which have one length.

    >>> joined([["a", "a", "b", "c"], [1, 2, 2, 3]])
    [0, 0, 0, 3]
    """
    parent: list[int] = []
    for grouping in groupings:
        parent = parent or list(range(len(grouping)))
        first: dict[Hashable, int] = {}
        for i, group in enumerate(grouping):
            _join(parent, first.setdefault(group, i), i)
    return [_root(parent, i) for i in range(len(parent))]


def passage_groups(texts: Sequence[str]) -> list[int]:
    """Return groups of texts that share three tenths of the runs of eight words of the shorter one."""
    runs = [_runs(text) for text in texts]
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for i, own in enumerate(runs):
        for run in own:
            holders[run].append(i)
    shared = Counter(pair for found in holders.values() for pair in combinations(found, 2))
    parent = list(range(len(texts)))
    for (a, b), n in shared.items():
        if n >= _SHARED * min(len(runs[a]), len(runs[b])):
            _join(parent, a, b)
    return [_root(parent, i) for i in range(len(parent))]


def _join(parent: list[int], a: int, b: int) -> None:
    low, high = sorted((_root(parent, a), _root(parent, b)))
    parent[high] = low


def _root(parent: list[int], i: int) -> int:
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


def _runs(text: str) -> set[tuple[str, ...]]:
    words = text.lower().split()
    return {tuple(words[i : i + _RUN]) for i in range(len(words) - _RUN + 1)}


def part_ways(drafts: Sequence[Draft]) -> Counter[tuple[str, str]]:
    """Take rows out until no set learns from what any set reports on; count them by set and reason.

    From the parts to train and to tune go copies of texts to be reported on and what shares passages with
    those. Where a text to be reported on still shares passages with what is left (a few with each of
    several), it goes itself; but linked sentences stay, as others publish figures on them, and the others
    go. From the parts to tune go copies of what is trained on.
    """
    taken: Counter[tuple[str, str]] = Counter()
    learned, reported = (SetPart.TRAIN, SetPart.TUNE), (SetPart.REPORT,)
    _take_copies(drafts, taken)
    held = [draft for draft in drafts if draft.passages]
    _take_sharing(held, learned, _texts(held, reported), taken)
    fixed = _texts([draft for draft in held if draft.kind is SetKind.LINKING], reported)
    runs = _shared_runs(fixed, _texts(held, learned))
    _take(held, learned, "shares passages", lambda text: not runs.isdisjoint(_runs(text)), taken)
    _take_sharing(held, reported, _texts(held, learned), taken)
    # Near-duplicates are found by a chain of others, so what is left may have new ones.
    while _take_copies(drafts, taken):
        pass
    return taken


def _take_copies(drafts: Sequence[Draft], taken: Counter[tuple[str, str]]) -> bool:
    """Take copies out of the parts to train and to tune; tell whether there were any."""
    before = taken.total()
    texts = _texts(drafts, tuple(SetPart))
    group_of = dict(zip(texts, near_duplicates(texts), strict=True))
    for parts, other in (((SetPart.TRAIN, SetPart.TUNE), SetPart.REPORT), ((SetPart.TUNE,), SetPart.TRAIN)):
        known = {group_of[text] for text in _texts(drafts, (other,))}
        why = "copy of one reported on" if other is SetPart.REPORT else "copy of one trained on"
        _take(drafts, parts, why, lambda text, known=known: group_of[text] in known, taken)
    return taken.total() > before


def _take_sharing(
    drafts: Sequence[Draft], parts: Sequence[SetPart], others: Sequence[str], taken: Counter[tuple[str, str]]
) -> None:
    texts = _texts(drafts, parts)
    shared = dict(zip(texts, shares_passages(texts, others), strict=True))
    _take(drafts, parts, "shares passages", shared.__getitem__, taken)


def _shared_runs(texts: Sequence[str], others: Sequence[str]) -> set[tuple[str, ...]]:
    """Return the runs of texts that share passages with others."""
    shared = shares_passages(texts, others)
    return {run for text, own in zip(texts, shared, strict=True) if own for run in _runs(text)}


def _take(
    drafts: Sequence[Draft],
    parts: Sequence[SetPart],
    why: str,
    test: Callable[[str], bool],
    taken: Counter[tuple[str, str]],
) -> None:
    for draft in drafts:
        for part in parts:
            rows = draft.rows.get(part, [])
            kept = [row for row in rows if not any(map(test, row.texts))]
            if len(kept) < len(rows):
                taken[draft.name, f"{part}: {why}"] += len(rows) - len(kept)
                draft.rows[part] = kept


def _texts(drafts: Sequence[Draft], parts: Sequence[SetPart]) -> list[str]:
    rows = (row for draft in drafts for part in parts for row in draft.rows.get(part, []))
    return sorted({text for row in rows for text in row.texts})


def hashed(*words: str) -> str:
    """Return a hash that puts texts in an order of its own; spellings that are nearly the same share one."""
    plain = "\0".join(normalise(each) for each in words)
    return hashlib.sha256(f"{SEED}\0{plain}".encode(errors="replace")).hexdigest()
