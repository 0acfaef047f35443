"""Entities in tags: strict IOB2, and what other schemes mean in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

OUTSIDE: Final = "O"
TAG: Final = re.compile(r"O|[BIESLU]-\S+")
_BEGIN: Final = {"S": "B", "U": "B", "E": "I", "L": "I"}


class Entity(NamedTuple):
    """An entity: its type, its first word, and the word after its last."""

    kind: str
    start: int
    end: int


def entities(tags: Sequence[str]) -> list[Entity]:
    """Return the entities of a sentence, in order.

    An entity is a B- and the I- of the same type right after it. An I- without them begins none, as in the
    strict mode of seqeval; S- and U- count as B-, E- and L- as I-.

    Args:
        tags: of each word; what is no tag counts as O.

    >>> entities(["B-PER", "I-PER", "O", "I-LOC", "B-LOC", "I-PER"])
    [Entity(kind='PER', start=0, end=2), Entity(kind='LOC', start=4, end=5)]
    """
    found: list[Entity] = []
    is_open = False
    for i, tag in enumerate(tags):
        mark, kind = split_tag(tag)
        if mark == "B":
            found.append(Entity(kind, i, i + 1))
            is_open = True
        elif mark == "I" and is_open and found[-1].kind == kind:
            found[-1] = found[-1]._replace(end=i + 1)
        else:
            is_open = False
    return found


def split_tag(tag: str) -> tuple[str, str]:
    """Return B, I or O, and the type.

    >>> split_tag("B-PER"), split_tag("S-PER"), split_tag("O"), split_tag("E-A-B")
    (('B', 'PER'), ('B', 'PER'), ('O', ''), ('I', 'A-B'))
    """
    mark, dash, kind = tag.partition("-")
    mark = _BEGIN.get(mark, mark)
    return (mark, kind) if dash and mark in {"B", "I"} else (OUTSIDE, "")


def to_iob2(sentences: Sequence[Sequence[str]]) -> tuple[list[tuple[str, ...]], tuple[int, int] | None]:
    """Return the tags of sentences in IOB2, and the first place that fits no scheme.

    IOB2, BIOES and BILOU come through as what they mean. Where an I- begins an entity, the sentences are
    IOB1, whose B- only parts two neighbours of one type, or IO, which has no B-; both are translated. If the
    B- do not fit that, the sentences mix schemes.

    Args:
        sentences: tags that match `TAG`.

    Returns:
        The tags, and None or the numbers of sentence and word, from 0, of the first I- that begins an entity
        although the B- are those of IOB2.

    >>> to_iob2([["I-PER", "I-PER", "B-PER", "I-LOC"]])[0]
    [('B-PER', 'I-PER', 'B-PER', 'B-LOC')]
    >>> to_iob2([["B-PER", "O", "I-PER"]])[1]
    (0, 2)
    """
    plain = [tuple(map(_plain, tags)) for tags in sentences]
    orphans = [(i, j) for i, tags in enumerate(plain) for j in range(len(tags)) if _is_orphan(tags, j)]
    if not orphans:
        return plain, None
    if any(tag[0] == "B" and not _parts(tags, j) for tags in plain for j, tag in enumerate(tags)):
        return plain, orphans[0]
    return [
        tuple(f"B-{tag[2:]}" if _is_orphan(tags, j) else tag for j, tag in enumerate(tags)) for tags in plain
    ], None


def _plain(tag: str) -> str:
    mark, kind = split_tag(tag)
    return f"{mark}-{kind}" if kind else OUTSIDE


def _is_orphan(tags: Sequence[str], place: int) -> bool:
    """Tell whether an I- has no word of its entity before it."""
    before = tags[place - 1] if place else OUTSIDE
    return tags[place][0] == "I" and before[2:] != tags[place][2:]


def _parts(tags: Sequence[str], place: int) -> bool:
    """Tell whether a B- parts two neighbours of one type, as that of IOB1 does."""
    return place > 0 and tags[place - 1][2:] == tags[place][2:]
