"""Progress of trainings and evaluations on standard error, where somebody can see it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from metier._extras import require
from metier.errors import Cancelled

if TYPE_CHECKING:
    from metier.training.output import Watch


class StepBar:
    """Implements `Progress` with a bar of rich that shows loss and best score.

    Args:
        bar: a `rich.progress.Progress` that is shown.
    """

    def __init__(self, bar: Any) -> None:
        self._bar = bar
        self._task: Any = None
        self._best: float | None = None

    def started(self, *, total: int, done: int) -> None:
        """Show how many steps there are."""
        self._best = None
        self._task = self._bar.add_task("Training", total=total, completed=done, figures="")

    def stepped(self, *, step: int, loss: float) -> None:
        """Show the step and its loss."""
        best = "" if self._best is None else f", best score {self._best:.4f}"
        self._bar.update(self._task, completed=step, figures=f"loss {loss:.4f}{best}")

    def evaluated(self, *, step: int, score: float) -> None:
        """Take the best score along."""
        del step
        self._best = score if self._best is None else max(score, self._best)

    def finished(self) -> None:
        """Take the bar away."""
        self._bar.remove_task(self._task)


@contextmanager
def training_watch() -> Iterator[Watch]:
    """Tell of a training: in sentences, and with a bar where standard error is a terminal.

    Raises:
        Cancelled: the block was interrupted; the message says how to go on.
        MissingExtra: the `train` extra is not installed.
    """
    from metier.training.output import Watch

    hide_loading_bars()
    try:
        if not sys.stderr.isatty():
            yield Watch(say=say)
            return
        with _bar("{task.description}", "{task.fields[figures]}") as bar:
            # As it stands: brackets and numbers in a sentence are no markup.
            above = partial(bar.console.print, markup=False, highlight=False)
            yield Watch(say=above, progress=StepBar(bar))
    except KeyboardInterrupt as exc:
        raise Cancelled("Interrupted. Run the same command again to go on.") from exc


@contextmanager
def counted(words: str, total: int) -> Iterator[Callable[[], None]]:
    """Count things on a bar where standard error is a terminal, and not at all elsewhere."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    with _bar("{task.description}") as bar:
        task = bar.add_task(words, total=total)
        yield lambda: bar.advance(task)


def hide_loading_bars() -> None:
    """Keep transformers from drawing bars and tables of its own while it reads and writes weights.

    Raises:
        MissingExtra: transformers is not installed.
    """
    logging = require("transformers.utils.logging")
    logging.disable_progress_bar()
    logging.set_verbosity_error()


def say(words: str) -> None:
    """Print a sentence on standard error."""
    print(words, file=sys.stderr)


def _bar(first: str, *last: str) -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(first), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    more = [TextColumn(text) for text in last]
    return Progress(*columns, *more, console=Console(stderr=True), transient=True)
