"""Taxonomies: which skills there are, what they are called, and what follows from them."""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property

from metier.errors import NotFound, TaxonomyError
from metier.skills.tokens import name_tokens
from metier.types import Skill


@dataclass(frozen=True, slots=True)
class Implication:
    """Whoever shows the one skill shows `skill` too; `reason` says why, in one sentence."""

    skill: str
    reason: str


@dataclass(frozen=True, slots=True)
class TaxonomyEntry:
    """A skill with what is needed to find it in a text.

    Attributes:
        skill: the skill itself; `skill.broader` is the id of its category.
        exact: names that count only in this spelling and case ("Go", "R").
        ambiguous: names, all of them exact too, that are also ordinary words: they count only in the
            company of other skills.
        decoys: phrases that hold a name but mean something else ("R&D").
        implies: what follows from the skill.
        practice: sentences can show it by what they say, without its name. True of "Code review", not of
            a product, which can only be named.
    """

    skill: Skill
    exact: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()
    decoys: tuple[str, ...] = ()
    implies: tuple[Implication, ...] = ()
    practice: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Return the label and all aliases."""
        return (self.skill.label, *self.skill.aliases)


class Taxonomy:
    """A named, checked set of skills.

    Args:
        name: what the taxonomy is called in results.
        entries: the skills.
        categories: label of each category by its id.

    Raises:
        TaxonomyError: no entry; an id twice; an entry without a usable name; `exact` or `ambiguous`
            holds a name that is not one; an implication points nowhere or in a circle.
    """

    def __init__(
        self, name: str, entries: Iterable[TaxonomyEntry], *, categories: dict[str, str] | None = None
    ) -> None:
        self.name = name
        self.entries = tuple(entries)
        self.categories = dict(categories or {})
        self._by_id = {entry.skill.id: entry for entry in self.entries}
        _check(name, self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __contains__(self, skill_id: object) -> bool:
        return skill_id in self._by_id

    def entry(self, skill_id: str) -> TaxonomyEntry:
        """Return the entry of a skill.

        Raises:
            NotFound: no skill has that id.
        """
        if skill_id not in self._by_id:
            raise NotFound(
                f"Taxonomy {self.name} has no skill {skill_id!r}. "
                "List its skills: metier skills taxonomy show."
            )
        return self._by_id[skill_id]

    @cached_property
    def sha256(self) -> str:
        """Return a hash of the content; equal taxonomies have equal hashes wherever they were loaded."""
        content = [self.name, sorted(self.categories.items()), [asdict(entry) for entry in self.entries]]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def implied_by(self, skill_id: str) -> dict[str, tuple[Implication, ...]]:
        """Return all that follows from a skill: the id of each implied skill and the shortest chain to it."""
        chains: dict[str, tuple[Implication, ...]] = {}
        queue: deque[tuple[str, tuple[Implication, ...]]] = deque([(skill_id, ())])
        while queue:
            current, chain = queue.popleft()
            for implication in self._by_id[current].implies:
                if implication.skill not in chains:
                    chains[implication.skill] = (*chain, implication)
                    queue.append((implication.skill, chains[implication.skill]))
        return chains


def _check(name: str, entries: Sequence[TaxonomyEntry]) -> None:
    if not entries:
        raise TaxonomyError(f"Taxonomy {name} needs at least one skill. Got none.")
    ids: set[str] = set()
    for entry in entries:
        if entry.skill.id in ids:
            raise TaxonomyError(f"Skill id {entry.skill.id!r} occurs twice. Give each skill its own id.")
        ids.add(entry.skill.id)
        _check_names(entry)
    for entry in entries:
        for implication in entry.implies:
            if implication.skill not in ids:
                raise TaxonomyError(
                    f"Skill {entry.skill.id!r} implies {implication.skill!r}, which is not in the taxonomy. "
                    "Add it or remove the relation."
                )
    _check_no_circle({entry.skill.id: [i.skill for i in entry.implies] for entry in entries})


def _check_names(entry: TaxonomyEntry) -> None:
    names = set(entry.names)
    if not any(name_tokens(name) for name in names):
        raise TaxonomyError(f"Skill {entry.skill.id!r} has no name with a letter or digit. Give it one.")
    for subset, superset, words in (
        (entry.exact, names, "`exact` must be among its label and names"),
        (entry.ambiguous, set(entry.exact), "`ambiguous` must be among its `exact` names"),
    ):
        for name in subset:
            if name not in superset:
                raise TaxonomyError(f"Skill {entry.skill.id!r}: {words}. Got {name!r}.")


def _check_no_circle(implies: dict[str, list[str]]) -> None:
    done: set[str] = set()
    for root in implies:
        path: list[str] = []
        stack: list[tuple[str, bool]] = [(root, False)]
        while stack:
            node, leaving = stack.pop()
            if leaving:
                path.pop()
                done.add(node)
            elif node in path:
                circle = " -> ".join([*path[path.index(node) :], node])
                raise TaxonomyError(f"Implications must not run in a circle. Got {circle}.")
            elif node not in done:
                path.append(node)
                stack.append((node, True))
                stack.extend((target, False) for target in implies[node])
