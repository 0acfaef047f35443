"""Labelled rows and a network with a head to a task that a run trains."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, cast

from metier.errors import InvalidInput, ModelMismatch
from metier.training.fingerprint import fingerprint
from metier.training.length_batches import length_batches
from metier.training.networks import Head, Network
from metier.training.schedule import derived_seed
from metier.training.task import SCORE
from metier.workbench.finetuning.answer import SpanObjective, saved_threshold
from metier.workbench.finetuning.batches import Batch, padded_inputs
from metier.workbench.finetuning.classify import ClassObjective
from metier.workbench.finetuning.options import TaskOptions
from metier.workbench.finetuning.rank import RankObjective
from metier.workbench.finetuning.reading import read_windows
from metier.workbench.finetuning.rows import AnswerRow, ClassRow, RankRow, Row, TagRow
from metier.workbench.finetuning.tag import TagObjective
from metier.workbench.finetuning.task import HeadTask, Objective
from metier.workbench.finetuning.windows import Window

if TYPE_CHECKING:
    from torch import Tensor

TIE_BREAK: Final = 1e-6
ROW_TYPES: Final[Mapping[Head, type]] = {
    Head.CLASSES: ClassRow,
    Head.TAGS: TagRow,
    Head.SPANS: AnswerRow,
    Head.RANK: RankRow,
}


def make_task(
    network: Network, rows: Sequence[Row], dev_rows: Sequence[Row], *, options: TaskOptions | None = None
) -> HeadTask:
    """Return the task of a network's head.

    Args:
        network: with a head for classes, tags, spans or ranking; its labels are those of the rows.
        rows: to learn from, at least one, of the kind that the head needs.
        dev_rows: to measure on, at least one.
        options: what is made of them; `TaskOptions()` by default.

    Raises:
        InvalidInput: no rows or rows of another kind, options that do not fit the head, or a rank task
            without a text that answers its query.
        ModelMismatch: labels that the network does not know, another head, or max_tokens above the network's.
    """
    chosen = options or TaskOptions()
    for part in (rows, dev_rows):
        check_rows(network, part)
    fitted = with_max_tokens(network, chosen.max_tokens)
    objective = _objective(fitted, [*rows], [*dev_rows], chosen)
    return cast("HeadTask", RowsTask(objective, tuple(rows), tuple(dev_rows), chosen.batch_size))


def objective_of(network: Network) -> Objective:
    """Return how a network is measured by its head.

    Raises:
        ModelMismatch: its head is for none of the tasks.
    """
    match network.head:
        case Head.CLASSES:
            return ClassObjective(network)
        case Head.TAGS:
            return TagObjective(network)
        case Head.SPANS:
            return SpanObjective(network, threshold=saved_threshold(network))
        case Head.RANK:
            return RankObjective(network)
    raise ModelMismatch(
        f"{network.name} has no head that is fine-tuned: {network.head}. Fine-tune it first: metier "
        "workbench finetune."
    )


def with_max_tokens(network: Network, max_tokens: int | None) -> Network:
    """Return a network that reads rows of at most so many tokens; None leaves it as it is.

    Raises:
        ModelMismatch: it takes fewer.
    """
    if max_tokens is None:
        return network
    if max_tokens > network.max_tokens:
        raise ModelMismatch(
            f"max_tokens must be at most {network.max_tokens}, the longest row that {network.name} takes. "
            f"Got {max_tokens}."
        )
    return replace(network, max_tokens=max_tokens)


@dataclass(slots=True, eq=False, repr=False)
class RowsTask:
    """Implements `HeadTask` with rows that are read once and kept as tokens.

    Attributes:
        objective: what is learned.
        rows: to learn from.
        dev_rows: to measure on.
        batch_size: windows in a batch.
        weight: its share of the steps.
    """

    objective: Objective
    rows: tuple[Row, ...]
    dev_rows: tuple[Row, ...]
    batch_size: int
    weight: float = 1.0
    data_sha256: str = field(init=False)
    _windows: list[Window] = field(init=False)
    _dev_windows: list[Window] = field(init=False)

    def __post_init__(self) -> None:
        self.data_sha256 = fingerprint([self.rows, self.dev_rows])
        self._windows = self.objective.windows(self.rows)
        self._dev_windows = self.objective.windows(self.dev_rows)

    @property
    def name(self) -> str:
        """What logs call it: the head's name."""
        return str(self.objective.network.head)

    @property
    def network(self) -> Network:
        """What learns."""
        return self.objective.network

    def batches(self, *, seed: int, epoch: int) -> Sequence[Batch]:
        """Return the batches of an epoch; windows of about equal length stand together."""
        lengths = [len(window.ids) for window in self._windows]
        plan = length_batches(lengths, self.batch_size, seed=derived_seed(self.name, seed, epoch))
        return _Batches(self.objective, self._windows, plan)

    def loss(self, batch: Batch) -> Tensor:
        """Return the mean loss of a batch."""
        return self.loss_of(self.network.model(**batch.inputs), batch.targets)

    def loss_of(self, outputs: Any, targets: Mapping[str, Any]) -> Tensor:
        """Return the mean loss, a scalar, of what the model returned for a batch."""
        return self.objective.loss_of(outputs, targets)

    def logits_of(self, outputs: Any, targets: Mapping[str, Any]) -> list[Tensor]:
        """Return the logits of the decisions that count, each (n, n_classes)."""
        return self.objective.logits_of(outputs, targets)

    def evaluate(self) -> Mapping[str, float]:
        """Return the figures on the dev rows; `score` is the main one, `loss` the mean loss.

        A millionth at most is taken off the score, the more the greater the loss: few rows often give several
        epochs the same figure, and of these the one that is surest of what is right is best. For answers, the
        threshold is that which suits these rows best.
        """
        read = read_windows(self.objective, self._dev_windows, batch_size=self.batch_size)
        decisions = self.objective.decide(self.dev_rows, self._dev_windows, read.raws)
        values = self.objective.tuned(self.dev_rows, decisions).figures(self.dev_rows, decisions).values()
        score = values[SCORE] - TIE_BREAK * read.loss / (1 + read.loss)
        return {**values, SCORE: score, "loss": read.loss}


class _Batches(Sequence[Batch]):
    """Batches that are padded when they are asked for."""

    def __init__(
        self, objective: Objective, windows: Sequence[Window], plan: Sequence[Sequence[int]]
    ) -> None:
        self._objective, self._windows, self._plan = objective, windows, plan

    def __len__(self) -> int:
        return len(self._plan)

    def __getitem__(self, place: Any) -> Any:
        windows = [self._windows[i] for i in self._plan[place]]
        inputs = padded_inputs(self._objective.network, windows)
        width = max(len(window.ids) for window in windows)
        return Batch(inputs, self._objective.targets(windows, width))


def _objective(
    network: Network, rows: Sequence[Any], dev_rows: Sequence[Any], options: TaskOptions
) -> Objective:
    if network.head in {Head.CLASSES, Head.TAGS}:
        weights = _weights(network, rows, options.class_weights)
        if network.head is Head.CLASSES:
            return ClassObjective(network, weights, options.gamma)
        return TagObjective(network, weights, options.gamma, options.overlap)
    if options.class_weights is not None or options.gamma:
        raise InvalidInput(
            f"class_weights and gamma are for classes and tags. Got {options.class_weights} and "
            f"{options.gamma} for the task {network.head}."
        )
    if network.head is Head.RANK:
        return RankObjective(network, max(1.0, *(row.grade for row in rows)))
    with_null = not all(row.answers for row in (*rows, *dev_rows))
    return SpanObjective(network, options.overlap, 0.0 if with_null else None)


def _weights(
    network: Network, rows: Sequence[Any], wanted: tuple[float, ...] | str | None
) -> tuple[float, ...] | None:
    if isinstance(wanted, str):
        each = (
            [row.label for row in rows]
            if network.head is Head.CLASSES
            else [t for row in rows for t in row.tags]
        )
        counts, labels = Counter(each), network.labels
        # A class without rows would weigh without bound.
        return tuple(len(each) / (len(labels) * max(counts[label], 1)) for label in labels)
    if wanted is not None and len(wanted) != len(network.labels):
        raise InvalidInput(
            f"class_weights must be {len(network.labels)} numbers, one for each of "
            f"{', '.join(network.labels[:20])}. Got {len(wanted)}."
        )
    return wanted


def check_rows(network: Network, rows: Sequence[Row]) -> Objective:
    """Return how a network is measured, if it can be on these rows.

    Raises:
        InvalidInput: no rows or rows of another kind; for ranking, no text that answers its query.
        ModelMismatch: labels that the network does not know, or another head.
    """
    objective, kind = objective_of(network), ROW_TYPES[network.head]
    if not rows or not all(isinstance(row, kind) for row in rows):
        raise InvalidInput(
            f"The task {network.head} needs {kind.__name__}s, at least one to learn from and one to measure "
            f"on. Got {len(rows)} rows{', of another kind' if rows else ''}."
        )
    objective.check(rows)
    return objective
