"""What the architectures are trained on: texts, the skills asked of them, and the classes that are right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from metier.errors import InvalidInput
from metier.skills import data
from metier.skills.architectures.classifier import EXPLICIT, IMPLICIT, N_CLASSES, NONE
from metier.skills.data import LabelledText
from metier.skills.negatives import LabelledPair
from metier.types import Skill, Span

UNKNOWN: Final = -1
_CLASS_OF: Final[dict[float, int]] = {data.NONE: NONE, data.IMPLICIT: IMPLICIT, data.EXPLICIT: EXPLICIT}


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A text and what is right about some skills.

    Attributes:
        text: any text.
        skills: (m,) int64, places of the skills in the list that it goes with, each once.
        classes: (m,) int64, 0 none, 1 implicit, 2 explicit, -1 unknown.
        evidence: the words that show a skill, by its place in the list; only label attention learns from it.
        teacher: (m, 3) probabilities of a teacher to come near to, or None.
        closed: a skill that is not in `skills` is none, so that others of a batch can be asked of it.
    """

    text: str
    skills: NDArray[np.int64]
    classes: NDArray[np.int64]
    evidence: Mapping[int, Sequence[Span]] = field(default_factory=dict)
    teacher: NDArray[np.float64] | None = None
    closed: bool = False

    def __post_init__(self) -> None:
        m = len(self.skills)
        if len(set(self.skills.tolist())) != m or self.classes.shape != (m,):
            raise InvalidInput(f"An example needs each skill once, with a class each. Got {m} skills.")
        if not set(self.classes.tolist()) <= {UNKNOWN, NONE, IMPLICIT, EXPLICIT}:
            raise InvalidInput("A class must be 0 none, 1 implicit, 2 explicit or -1 unknown.")
        if self.teacher is not None and self.teacher.shape != (m, N_CLASSES):
            raise InvalidInput(f"A teacher's probabilities must be of shape ({m}, {N_CLASSES}).")


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What a forward pass over examples gives.

    Attributes:
        logits: tensor (n_pairs, 3), the pairs of the first example first, in its order.
        evidence_loss: scalar tensor, minus the log of the share that the marked words have in the decision;
            None where nothing is marked or the architecture has no such share.
    """

    logits: Any
    evidence_loss: Any | None = None


class TrainableClassifier(Protocol):
    """The side of a classifier that a task trains.

    `module` is the torch module that holds all that is trained. `per_pair` tells that a text goes through
    the network once for each skill, so that a batch counts pairs and not texts.
    """

    module: Any
    per_pair: bool

    def forward(self, examples: Sequence[Example], skills: Sequence[Skill]) -> Outcome:
        """Return logits with gradients; `Example.skills` are places in `skills`."""
        ...


def examples_from(rows: Sequence[LabelledText], skills: Sequence[Skill]) -> list[Example]:
    """Return an example of every row in which at least one skill is known.

    Args:
        rows: labelled texts; labels of skills that are not in `skills` are left out.
        skills: n_skills, in the order that the examples refer to.

    """
    place = {skill.id: i for i, skill in enumerate(skills)}
    examples: list[Example] = []
    for row in rows:
        known = dict.fromkeys(range(len(skills)), NONE) if row.complete else {}
        for skill, label in row.labels.items():
            if skill in place:
                known[place[skill]] = _CLASS_OF[label]
        if known:
            order = sorted(known)
            classes = np.array([known[i] for i in order], np.int64)
            examples.append(Example(row.text, np.array(order, np.int64), classes))
    return examples


def examples_from_triples(triples: Sequence[tuple[str, str, int]], skills: Sequence[Skill]) -> list[Example]:
    """Return one example for each triple of text, skill id and class (0, 1 or 2).

    Raises:
        InvalidInput: a skill is not in `skills`, or a class is none of the three.
    """
    place = {skill.id: i for i, skill in enumerate(skills)}
    examples: list[Example] = []
    for number, (text, skill, kind) in enumerate(triples, 1):
        if skill not in place:
            raise InvalidInput(
                f"Triple {number} names skill {skill!r}, which is not among the skills to learn."
            )
        if kind not in (NONE, IMPLICIT, EXPLICIT):
            raise InvalidInput(f"Triple {number}: a class is 0, 1 or 2. Got {kind!r}.")
        examples.append(Example(text, np.array([place[skill]], np.int64), np.array([kind], np.int64)))
    return examples


def examples_from_pairs(pairs: Sequence[LabelledPair], skills: Sequence[Skill]) -> list[Example]:
    """Return one example for each text, with the skills that pairs ask of it, in order of the texts.

    Args:
        pairs: those of skills that are not in `skills` are left out; of equal ones the first counts.
        skills: n_skills, in the order that the examples refer to.
    """
    place = {skill.id: i for i, skill in enumerate(skills)}
    found: dict[str, dict[int, int]] = {}
    for pair in pairs:
        if pair.skill in place:
            found.setdefault(pair.text, {}).setdefault(place[pair.skill], _CLASS_OF[pair.label])
    return [
        Example(text, np.array(list(asked), np.int64), np.array(list(asked.values()), np.int64))
        for text, asked in found.items()
    ]


def share_skills(examples: Sequence[Example]) -> list[Example]:
    """Return the examples of a batch, the closed ones with all skills of the batch.

    What one text shows is a negative of another at no cost: the skill's query vector is there already.
    """
    asked = sorted({int(skill) for example in examples for skill in example.skills})
    return [_asked_all(example, asked) if example.closed else example for example in examples]


def _asked_all(example: Example, asked: Sequence[int]) -> Example:
    own = set(example.skills.tolist())
    more = np.array([skill for skill in asked if skill not in own], np.int64)
    teacher = example.teacher
    if teacher is not None:
        sure = np.zeros((len(more), N_CLASSES))
        sure[:, NONE] = 1.0
        teacher = np.concatenate([teacher, sure])
    return replace(
        example,
        skills=np.concatenate([example.skills, more]),
        classes=np.concatenate([example.classes, np.full(len(more), NONE, np.int64)]),
        teacher=teacher,
    )


def split_pairs(examples: Sequence[Example]) -> list[Example]:
    """Return the same examples with one skill each, in order."""
    return [
        replace(
            example,
            skills=example.skills[j : j + 1],
            classes=example.classes[j : j + 1],
            teacher=None if example.teacher is None else example.teacher[j : j + 1],
        )
        for example in examples
        for j in range(len(example.skills))
    ]
