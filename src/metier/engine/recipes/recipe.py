"""What a recipe says, and the file that it stands in.

A recipe names sets of a folder of data sets and says how an encoder learns from all of them together; what
each field means is in docs/how-to/train-encoder.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, ValidationError, model_validator

from metier.engine.recipes.recipe_file import Count, Fields, Name, Positive, checked, read_fields
from metier.errors import InvalidInput
from metier.training.options import Device, TrainOptions
from metier.training.schedule import Decay
from metier.training.sets import SetKind

FORMAT: Final = 1

_Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Lesson(StrEnum):
    """What is learned from a set."""

    PAIRS = "pairs"
    """A query's vector lies near that of its positive."""
    SPANS = "spans"
    """Which words tell of a skill."""
    CONTEXT = "context"
    """Words in a sentence mean what they mean alone; names of skills are filled in."""
    SKILLS = "skills"
    """Whether a text shows a skill outright, by implication or not, and where."""
    LEVELS = "levels"
    """How experienced a text asks somebody to be."""
    CHOICES = "choices"
    """Which candidate is right for an input."""
    SCORES = "scores"
    """How near an answer comes to its reference."""
    KEEP = "keep"
    """To go on saying of a text what a teacher says: the encoder as it was, unless another is named."""
    MASKED_WORDS = "masked-words"
    """Words that are hidden in a text."""


LESSONS: Final = {
    SetKind.PAIRS: (Lesson.PAIRS,),
    SetKind.SPANS: (Lesson.SPANS, Lesson.CONTEXT),
    SetKind.SKILLS: (Lesson.SKILLS,),
    SetKind.LEVELS: (Lesson.LEVELS,),
    SetKind.CHOICES: (Lesson.CHOICES,),
    SetKind.SCORES: (Lesson.SCORES,),
    SetKind.TEXTS: (Lesson.KEEP, Lesson.MASKED_WORDS),
}
"""What can be learned from a set of each kind; the first is meant where a task does not say."""


class TaskRecipe(Fields):
    """One task of a recipe.

    Attributes:
        set: name of a data set.
        learn: what; None for the first that the set's kind allows.
        weight: multiplies the task's share of the steps, above 0.
        batch_size: rows in a step; None for the lesson's own.
        max_tokens: most tokens of a row; of pairs, of a passage.
        query_tokens: of a query's row, in pairs and choices.
        temperature: of the contrastive loss.
        margin: by which a right pair's cosine must win in it, from 0 to 2.
        tune_rows: most rows that are measured on in training.
        names: set whose taxonomy gives the names that `context` fills in.
        taught_texts: how many texts of a set of skills a skill teacher is asked about, where there is one.
        state_weight: of the states of tokens in keep, 0 or more, as the two below.
        vector_weight: of mean states.
        similarity_weight: of how alike texts are to each other.
    """

    set: Name
    learn: Lesson | None = None
    weight: Positive = 1.0
    batch_size: Count | None = None
    max_tokens: Annotated[int, Field(ge=8, le=512, strict=True)] = 160
    query_tokens: Annotated[int, Field(ge=8, le=512, strict=True)] = 48
    temperature: Positive = 0.05
    margin: Annotated[float, Field(ge=0, le=2)] = 0.0
    tune_rows: Count = 200
    names: Name | None = None
    taught_texts: Count = 1000
    state_weight: _Weight = 1.0
    vector_weight: _Weight = 1.0
    similarity_weight: _Weight = 0.0

    @property
    def name(self) -> str:
        """Return what logs call the task."""
        return self.set if self.learn is None else f"{self.set}/{self.learn}"


class RunRecipe(Fields):
    """How long and how fast it learns; `TrainOptions` explains the fields."""

    steps: Count | None = None
    epochs: Positive | None = None
    head_rate: Positive = 1e-3
    backbone_rate: Positive = 5e-5
    accumulate: Count = 1
    clip_norm: Positive | None = 1.0
    warmup_share: Annotated[float, Field(ge=0, le=1)] = 0.1
    decay: Decay = Decay.LINEAR
    weight_decay: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.01
    evaluate_every: Count | None = None
    patience: Count | None = None
    checkpoint_every: Count = 200
    max_seconds: Positive | None = None


class Recipe(Fields):
    """How an encoder is trained on many sets.

    Attributes:
        format: of the file.
        name: what the model is called.
        seed: of all that is random.
        ships: the weights may be given away, so no set may be learned from that does not allow it.
        train_layers: layers from the uppermost that are trained, the word embeddings never; None for all.
        sampling_temperature: a task's share of the steps goes as the rows of its set to the power of one over
            this, times its weight; 1 goes by rows, a large one treats all sets alike.
        license: of the weights.
        languages: that the model is for.
        run: how long and how fast.
        tasks: at least one.
    """

    format: Literal[1]
    name: Name
    seed: Annotated[int, Field(ge=0, strict=True)] = 0
    ships: bool = False
    train_layers: Count | None = None
    sampling_temperature: Annotated[float, Field(ge=1, allow_inf_nan=False)] = 3.0
    license: str = ""
    languages: tuple[str, ...] = ()
    run: RunRecipe
    tasks: Annotated[tuple[TaskRecipe, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _tasks_apart(self) -> Self:
        names = [task.name for task in self.tasks]
        for name in names:
            if names.count(name) > 1:
                message = f"no two tasks may be the same; two are {name}"
                raise ValueError(message)
        return self

    def facts(self) -> dict[str, str]:
        """Return what a run's result depends on beside its length and rates, field by field."""
        own = self.model_dump(mode="json", exclude={"run", "tasks"})
        found = {f"recipe.{name}": str(value) for name, value in own.items()}
        for task in self.tasks:
            fields = task.model_dump(mode="json")
            found |= {f"recipe.{task.name}.{name}": str(value) for name, value in fields.items()}
        return found

    def options(
        self, *, inputs: Mapping[str, str] | None = None, device: Device = Device.AUTO
    ) -> TrainOptions:
        """Return the options of the trainer.

        Args:
            inputs: what else the result depends on.
            device: where to compute.

        Raises:
            InvalidInput: the options contradict each other.
        """
        run: dict[str, Any] = self.run.model_dump()
        return TrainOptions(**run, seed=self.seed, inputs=inputs or {}, device=device)


def changed(
    recipe: Recipe, *, seed: int | None = None, steps: int | None = None, max_minutes: float | None = None
) -> Recipe:
    """Return a recipe with another seed, length or time limit, where one is given.

    Raises:
        InvalidInput: a value out of its range.
    """
    run = recipe.run.model_dump()
    if steps is not None:
        run |= {"steps": steps, "epochs": None}
    if max_minutes is not None:
        run["max_seconds"] = max_minutes * 60
    mapping = recipe.model_dump() | {"run": run} | ({} if seed is None else {"seed": seed})
    try:
        found = Recipe.model_validate(mapping)
    except ValidationError as error:
        raise InvalidInput(f"The recipe cannot be changed so: {error.errors()[0]['msg']}.") from error
    found.options()
    return found


def load_recipe(path: Path) -> Recipe:
    """Return the recipe in a YAML file.

    Raises:
        NotFound: there is no such file.
        InvalidInput: it is no recipe; the message names the field.
    """
    recipe = checked(path, Recipe, read_fields(path))
    recipe.options()
    return recipe
