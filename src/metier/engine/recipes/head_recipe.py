"""The other kind of recipe: heads that are trained on an encoder which stays as it is.

What each field means is in docs/how-to/train-encoder.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, ValidationError, model_validator

from metier.engine.recipes.recipe import Recipe
from metier.engine.recipes.recipe_file import Count, Fields, Name, Positive, checked, read_fields
from metier.errors import InvalidInput
from metier.training.sets import SetKind


class HeadKind(StrEnum):
    """What a head is for."""

    LINKING = "linking"
    """Finds the words that tell of a skill."""
    SEARCH = "search"
    """Moves vectors so that a query lies near what it should find."""
    SKILLS = "skills"
    """Tells whether a text shows a skill outright, by implication or not: label attention."""
    CHOICES = "choices"
    """Chooses a candidate for an input."""
    SCORES = "scores"
    """Scores short answers from 0 to 5."""
    LEVELS = "levels"
    """Tells how experienced a vacancy asks somebody to be."""


SET_KINDS: Final[Mapping[HeadKind, SetKind]] = {
    HeadKind.LINKING: SetKind.SPANS,
    HeadKind.SEARCH: SetKind.PAIRS,
    HeadKind.SKILLS: SetKind.SKILLS,
    HeadKind.CHOICES: SetKind.CHOICES,
    HeadKind.SCORES: SetKind.SCORES,
    HeadKind.LEVELS: SetKind.LEVELS,
}
"""The kind of set that a head learns from."""
_TAKES: Final[Mapping[HeadKind, frozenset[str]]] = {
    HeadKind.LINKING: frozenset(("steps", "epochs", "head_rate")),
    HeadKind.SEARCH: frozenset(("steps", "epochs", "head_rate", "batch_size")),
    HeadKind.SKILLS: frozenset(("steps", "epochs", "head_rate", "batch_size")),
    HeadKind.CHOICES: frozenset(("steps", "epochs", "head_rate", "batch_size")),
    HeadKind.SCORES: frozenset(),
    HeadKind.LEVELS: frozenset(),
}
_SEVERAL_SETS: Final = frozenset((HeadKind.SEARCH, HeadKind.LEVELS))
_OPTIONS: Final = ("steps", "epochs", "head_rate", "batch_size")


class HeadTask(Fields):
    """One head of a recipe.

    Attributes:
        head: what it is for.
        name: of its folder; as `head` where it is not given.
        sets: what it learns from, each of the kind in `SET_KINDS`; one, but for search and levels.
        steps: updates of the weights; None for what `epochs` says, or the head's own length. Heads of
            scores and levels are fitted at once, so that neither these nor the rest are theirs.
        epochs: passes over the data, instead.
        head_rate: learning rate; None for the head's own.
        batch_size: rows in a step; None for the head's own. Not for linking.
    """

    head: HeadKind
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$")]
    sets: Annotated[tuple[Name, ...], Field(min_length=1)]
    steps: Count | None = None
    epochs: Positive | None = None
    head_rate: Positive | None = None
    batch_size: Count | None = None

    @model_validator(mode="before")
    @classmethod
    def _named(cls, given: Any) -> Any:
        return {"name": given.get("head"), **given} if isinstance(given, Mapping) else given

    @model_validator(mode="after")
    def _fits(self) -> Self:
        message = self._wrong()
        if message:
            raise ValueError(message)
        return self

    @property
    def has_steps(self) -> bool:
        """Tell whether it learns step by step, and is not fitted at once."""
        return "steps" in _TAKES[self.head]

    def _wrong(self) -> str:
        """Return which rule the fields break, or nothing."""
        for name in _OPTIONS:
            if getattr(self, name) is not None and name not in _TAKES[self.head]:
                known = ", ".join(each for each in _OPTIONS if each in _TAKES[self.head])
                return f"a head of kind {self.head} takes {known or 'no options'}. Got {name}"
        if self.steps is not None and self.epochs is not None:
            return f"either steps or epochs may be given. Got {self.steps} and {self.epochs}"
        if len(set(self.sets)) < len(self.sets):
            return f"each set may be named once. Got {', '.join(self.sets)}"
        if len(self.sets) > 1 and self.head not in _SEVERAL_SETS:
            return f"a head of kind {self.head} learns from one set. Got {', '.join(self.sets)}"
        return ""


class HeadRecipe(Fields):
    """Which heads are trained on an encoder.

    Attributes:
        format: of the file.
        name: what the heads are called, each with its own name behind it.
        seed: of all that is random.
        ships: the heads may be given away, so no set may be learned from that does not allow it.
        license: of the weights.
        languages: that the heads are for; those of its sets for each where none is given.
        heads: at least one; no two have one name.
    """

    format: Literal[1]
    name: Name
    seed: Annotated[int, Field(ge=0, strict=True)] = 0
    ships: bool = False
    license: str = ""
    languages: tuple[str, ...] = ()
    heads: Annotated[tuple[HeadTask, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _heads_apart(self) -> Self:
        names = [task.name for task in self.heads]
        for name in names:
            if names.count(name) > 1:
                message = f"no two heads may share a name; two are called {name}: give one of them another"
                raise ValueError(message)
        return self


def changed_heads(recipe: HeadRecipe, *, seed: int | None = None, steps: int | None = None) -> HeadRecipe:
    """Return a recipe with another seed or, for each head that learns in steps, another length.

    Raises:
        InvalidInput: a value out of its range.
    """
    length = {} if steps is None else {"steps": steps, "epochs": None}
    heads = [task.model_dump() | (length if task.has_steps else {}) for task in recipe.heads]
    fields = recipe.model_dump() | {"heads": heads} | ({} if seed is None else {"seed": seed})
    try:
        return HeadRecipe.model_validate(fields)
    except ValidationError as error:
        raise InvalidInput(f"The recipe cannot be changed so: {error.errors()[0]['msg']}.") from error


def load_any_recipe(path: Path) -> Recipe | HeadRecipe:
    """Return the recipe in a YAML file, of either kind: one with `heads` trains heads, any other an encoder.

    Raises:
        NotFound: there is no such file.
        InvalidInput: it is no recipe; the message names the field.
    """
    fields = read_fields(path)
    if "heads" not in fields:
        recipe = checked(path, Recipe, fields)
        recipe.options()
        return recipe
    if "tasks" in fields:
        raise InvalidInput(f"{path} must have heads or tasks. It has both: make two recipes of it.")
    return checked(path, HeadRecipe, fields)
