"""What can be trained on, and who is told how it goes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from metier.errors import InvalidInput

if TYPE_CHECKING:
    from torch import Tensor

SCORE = "score"
"""The figure that early stopping looks at; higher is better."""


class TrainingTask(Protocol):
    """Something that a network learns. Several may share one run.

    A task whose data has a hash may offer it as `data_sha256`; a resumed run is then held to it. One whose
    score is to count otherwise than by its share of the steps may offer a `score_weight`, 0 or more.
    """

    @property
    def name(self) -> str:
        """What logs call it; no two tasks of a run share one."""

    @property
    def weight(self) -> float:
        """Its share of the steps, against the other tasks' weights; above 0."""

    def batches(self, *, seed: int, epoch: int) -> Sequence[Any]:
        """Return the batches of one pass over the data, at least one.

        The same arguments give the same batches in the same order. They are taken by index, so that a
        run can go on in the middle; a sequence that builds a batch when asked is welcome. Tensors in a
        batch are moved to the device of the run.
        """

    def loss(self, batch: Any) -> Tensor:
        """Return the mean loss over the rows of a batch, a scalar with its gradient.

        It follows from the batch, the weights and the global random numbers of torch, numpy and Python
        alone: a task that remembers something from step to step does not resume exactly.
        """

    def evaluate(self) -> Mapping[str, float]:
        """Return figures on the task's tune part; `score` must be among them, higher is better.

        It is called without gradients, with the network in evaluation mode.
        """


class Progress(Protocol):
    """Told how a run goes, so that it can be shown; the trainer itself prints nothing."""

    def started(self, *, total: int, done: int) -> None:
        """Take note of the steps of the run, and of how many are done already."""

    def stepped(self, *, step: int, loss: float) -> None:
        """Take note of a finished step."""

    def evaluated(self, *, step: int, score: float) -> None:
        """Take note of an evaluation."""

    def finished(self) -> None:
        """Take note that no more steps come."""


class NoProgress:
    """Shows nothing."""

    def started(self, *, total: int, done: int) -> None:
        """Show nothing."""

    def stepped(self, *, step: int, loss: float) -> None:
        """Show nothing."""

    def evaluated(self, *, step: int, score: float) -> None:
        """Show nothing."""

    def finished(self) -> None:
        """Show nothing."""


class BatchCursor:
    """A place in the endless row of a task's epochs.

    Args:
        task: whose batches.
        seed: handed to it.
        epoch: where to begin.
        position: batch of that epoch to begin with.
    """

    def __init__(self, task: TrainingTask, *, seed: int, epoch: int = 0, position: int = 0) -> None:
        self._task = task
        self._seed = seed
        self._plan: Sequence[Any] | None = None
        self.epoch = epoch
        self.position = position

    def take(self, n: int, *, own: range) -> list[Any]:
        """Move on by n batches and return those of them that `own` names, by place from 0 on.

        Raises:
            InvalidInput: an epoch of the task has no batches.
        """
        taken = []
        for place in range(n):
            plan = self._current()
            if self.position >= len(plan):
                self.epoch, self.position, self._plan = self.epoch + 1, 0, None
                plan = self._current()
            if place in own:
                taken.append(plan[self.position])
            self.position += 1
        return taken

    def _current(self) -> Sequence[Any]:
        if self._plan is None:
            self._plan = self._task.batches(seed=self._seed, epoch=self.epoch)
            _check_plan(self._task, self._plan, self.epoch)
        return self._plan


def check_tasks(tasks: Sequence[TrainingTask]) -> None:
    """Hold tasks against the rules that do not need their data.

    Raises:
        InvalidInput: no task, two of one name, or a weight that is not above 0 and finite.
    """
    names = [task.name for task in tasks]
    if not names or len(set(names)) < len(names) or not all(names):
        raise InvalidInput(f"A run needs at least one task, each with a name of its own. Got {names}.")
    for task in tasks:
        if not 0 < task.weight < math.inf:
            raise InvalidInput(
                f"Task {task.name}: weight must be above 0 and finite. Got {task.weight}; leave the task out "
                "if it is to get no steps."
            )


def first_epoch(tasks: Sequence[TrainingTask], *, seed: int) -> dict[str, Sequence[Any]]:
    """Return the batches of each task's first epoch, by the task's name.

    Raises:
        InvalidInput: a task has none.
    """
    plans = {task.name: task.batches(seed=seed, epoch=0) for task in tasks}
    for task in tasks:
        _check_plan(task, plans[task.name], 0)
    return plans


def checked_scores(task: TrainingTask, scores: Mapping[str, float]) -> dict[str, float]:
    """Return a task's figures as plain floats.

    Raises:
        InvalidInput: `score` is not among them.
    """
    if SCORE not in scores:
        raise InvalidInput(
            f"Task {task.name}: evaluate must return a figure named {SCORE!r}. Got {sorted(scores)}."
        )
    return {name: float(value) for name, value in scores.items()}


def joint_score(tasks: Sequence[TrainingTask], scores: Mapping[str, Mapping[str, float]]) -> float:
    """Return the mean of the tasks' scores by their weights, or by their `score_weight` where they have one.

    Raises:
        InvalidInput: no score counts.
    """
    weights = [float(getattr(task, "score_weight", task.weight)) for task in tasks]
    total = math.fsum(weights)
    if not total > 0:
        raise InvalidInput("The score of at least one task must count. Each has a score_weight of 0.")
    # A score that does not count may be anything, nan too.
    counted = [(weight, task) for weight, task in zip(weights, tasks, strict=True) if weight]
    return math.fsum(weight * scores[task.name][SCORE] for weight, task in counted) / total


def _check_plan(task: TrainingTask, plan: Sequence[Any], epoch: int) -> None:
    if not len(plan):
        raise InvalidInput(
            f"Task {task.name} must have at least one batch in each epoch. Epoch {epoch} has none; "
            "check its training part."
        )
