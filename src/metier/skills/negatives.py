"""Skills that a text does not show, sampled for training.

A sampled skill counts as none although nobody said so of the text. What guards against false nones: a skill
is never sampled that the text's labels call shown, that follows from a shown one, from which a shown one
follows, or of which any name stands in the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from metier.errors import InvalidInput
from metier.skills.data import NONE, LabelledText
from metier.skills.seeds import stable_random
from metier.skills.skill_names import NameSpotter
from metier.skills.taxonomy import Taxonomy

_N_NEAREST: Final = 50


@dataclass(frozen=True, slots=True)
class NegativeOptions:
    """How negatives are sampled.

    Attributes:
        ratio: negatives for each skill that a text shows, 0 to 100.
        seed: another seed gives other negatives.

    Raises:
        InvalidInput: `ratio` is out of range.
    """

    ratio: int = 4
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.ratio <= 100:
            raise InvalidInput(f"ratio must be from 0 to 100. Got {self.ratio}.")


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """A text, a skill, and how the text shows it: 1.0, 0.5 or 0.0."""

    text: str
    skill: str
    label: float


class NegativeSampler:
    """Samples skills that texts do not show.

    Args:
        taxonomy: the skills.
        options: how many, and by which seed.
        vectors: a vector for each skill, (n_skills, dim), in the order of the taxonomy; its nearest ones are
            then a skill's neighbours. Without it the neighbours are the skills of the same category.

    Raises:
        InvalidInput: `vectors` is of another shape, or holds what is no number.
    """

    def __init__(
        self, taxonomy: Taxonomy, options: NegativeOptions, *, vectors: NDArray[Any] | None = None
    ) -> None:
        self._options = options
        self._taxonomy = taxonomy
        self._ids = [entry.skill.id for entry in taxonomy.entries]
        self._spotter = NameSpotter(taxonomy)
        self._implying = _reversed_implications(taxonomy)
        self._unit = None if vectors is None else _unit_rows(vectors, len(self._ids))
        self._index = {skill: i for i, skill in enumerate(self._ids)}
        self._siblings = _by_category(taxonomy)
        self._nearest: dict[str, tuple[str, ...]] = {}

    def sample(self, row: LabelledText) -> tuple[str, ...]:
        """Return ids of skills that a text does not show, all different.

        For each shown skill there are `ratio` of them: half, rounded down, from its neighbours, the others
        from all skills. A complete text that shows no skill gets `ratio` of all skills; one of which nothing
        is known gets none. There are fewer where the taxonomy has no more to give. The result follows from
        the text, what it shows and the seed alone.

        Raises:
            NotFound: the labels have a skill that the taxonomy has not.
        """
        shown = row.shown
        named = self._spotter.names_in(row.text)
        refused = set(shown).union(*(self._related(skill) for skill in shown))
        sampled: dict[str, None] = {}

        def allowed(skill: str) -> bool:
            return skill not in refused and skill not in sampled and not named.has(skill)

        if not shown and row.complete:
            random = stable_random("negatives", self._options.seed, row.text)
            _take(sampled, self._options.ratio, _shuffled(self._ids, random), allowed)
        for skill in shown:
            random = stable_random("negatives", self._options.seed, row.text, skill)
            goal = len(sampled) + self._options.ratio
            n_hard = self._options.ratio // 2
            _take(sampled, len(sampled) + n_hard, _shuffled(self._neighbours(skill), random), allowed)
            _take(sampled, goal, _shuffled(self._ids, random), allowed)
        return tuple(sampled)

    def _related(self, skill: str) -> set[str]:
        self._taxonomy.entry(skill)  # names what is missing, where it is
        return {*self._taxonomy.implied_by(skill), *self._implying.get(skill, ())}

    def _neighbours(self, skill: str) -> Sequence[str]:
        if self._unit is None:
            return self._siblings.get(self._taxonomy.entry(skill).skill.broader, ())
        if skill not in self._nearest:
            likeness = self._unit @ self._unit[self._index[skill]]
            # A stable sort, so that skills with equal vectors keep their order on every machine.
            nearest = np.argsort(-likeness, kind="stable")[: _N_NEAREST + 1]
            self._nearest[skill] = tuple(self._ids[i] for i in nearest)
        return self._nearest[skill]


def labelled_pairs(rows: Iterable[LabelledText], sampler: NegativeSampler) -> Iterator[LabelledPair]:
    """Yield all labels of texts, those of 0.0 too, and after those of each text its sampled negatives.

    Raises:
        NotFound: the labels have a skill that the taxonomy has not.
    """
    for row in rows:
        for skill in sorted(row.labels):
            yield LabelledPair(row.text, skill, row.labels[skill])
        for skill in sampler.sample(row):
            if skill not in row.labels:
                yield LabelledPair(row.text, skill, NONE)


def _take(
    sampled: dict[str, None], goal: int, candidates: Iterable[str], allowed: Callable[[str], bool]
) -> None:
    if len(sampled) >= goal:
        return
    for skill in candidates:
        if allowed(skill):
            sampled[skill] = None
            if len(sampled) >= goal:
                return


def _shuffled(skills: Sequence[str], random: Random) -> Iterator[str]:
    """Yield the skills in a random order that is made as it is asked for: few of thousands are.

    Source: Fisher and Yates's shuffle, with only the moved places kept.
    """
    moved: dict[int, int] = {}
    for i in range(len(skills)):
        j = random.randrange(i, len(skills))
        yield skills[moved.get(j, j)]
        moved[j] = moved.get(i, i)


def _reversed_implications(taxonomy: Taxonomy) -> dict[str, set[str]]:
    implying: dict[str, set[str]] = {}
    for entry in taxonomy.entries:
        for skill in taxonomy.implied_by(entry.skill.id) if entry.implies else ():
            implying.setdefault(skill, set()).add(entry.skill.id)
    return implying


def _by_category(taxonomy: Taxonomy) -> dict[str | None, list[str]]:
    """Return the skills of each category, and of each skill the more special ones; no category has none."""
    siblings: dict[str | None, list[str]] = {}
    for skill in (entry.skill for entry in taxonomy.entries if entry.skill.broader):
        siblings.setdefault(skill.broader, []).append(skill.id)
    return siblings


def _unit_rows(vectors: NDArray[Any], n_skills: int) -> NDArray[np.float32]:
    if vectors.ndim != 2 or len(vectors) != n_skills:
        raise InvalidInput(
            f"vectors must have the shape ({n_skills}, dim), one row per skill. Got {vectors.shape}."
        )
    x = np.asarray(vectors, np.float32)
    if not np.isfinite(x).all():
        raise InvalidInput("vectors must be finite numbers. Some are not. Make them again.")
    norms = np.linalg.norm(x, axis=1, keepdims=True)
    unit: NDArray[np.float32] = x / np.maximum(norms, np.finfo(np.float32).tiny)
    return unit
