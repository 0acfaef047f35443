"""Trains a network on one or several tasks; a run that is killed goes on as if it had not been."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metier._extras import require
from metier.errors import InvalidInput, OutOfMemory
from metier.training.charts import draw_curves
from metier.training.checkpoint import (
    MODEL,
    TrainState,
    best_weights,
    drop_old,
    keep_best,
    load_checkpoint,
    load_weights,
    newest_checkpoint,
    save_checkpoint,
    save_weights,
)
from metier.training.durable import move_whole
from metier.training.fingerprint import data_fingerprint, structure_fingerprint
from metier.training.memory import is_out_of_memory
from metier.training.optimiser import make_optimiser, set_rates
from metier.training.options import Device, Precision, TrainOptions
from metier.training.randomness import kept_random_state, seed_all
from metier.training.run_folder import RunFolder, surroundings
from metier.training.schedule import derived_seed, rate_factor, task_of_step
from metier.training.task import (
    SCORE,
    BatchCursor,
    NoProgress,
    Progress,
    TrainingTask,
    check_tasks,
    checked_scores,
    first_epoch,
    joint_score,
)

if TYPE_CHECKING:
    from torch.nn import Module

Scores = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class TrainResult:
    """What a run came to.

    Attributes:
        weights: safetensors file of the best weights; the network holds them too.
        steps: steps done.
        seconds: spent in them.
        stopped: "steps" if all were done, "patience" or "time" if not.
        best_step: step of the best weights.
        best_score: their score, by the weights of the tasks; None if nothing was evaluated.
        scores: their figures, by task.
    """

    weights: Path
    steps: int
    seconds: float
    stopped: str
    best_step: int
    best_score: float | None
    scores: Scores


def train(
    model: Module,
    tasks: Sequence[TrainingTask],
    options: TrainOptions,
    folder: Path,
    *,
    say: Callable[[str], None] = lambda _: None,
    progress: Progress | None = None,
) -> TrainResult:
    """Train a network, or go on with a run that was stopped, and leave the best weights in it.

    Steps come from the tasks by their weights, in an order that the seed fixes. All of a step's random
    numbers follow from the seed and the step, so a resumed run ends with the weights, to the bit, of one
    that was never stopped; on the same machine and number of threads, and where the kernels of the device
    are exact, as those of processors are. A finished run is not repeated: its result comes back.

    Started by torchrun, each process takes its share of the batches of a step, and the first one alone
    evaluates and writes. The folder must be one that all of them see.

    Args:
        model: the tasks' losses depend on it. Its `backbone_parameters()`, if it has that, are trained at
            the backbone's rate. It is put in training mode for steps and left in evaluation mode.
        tasks: at least one.
        options: how.
        folder: new, empty, or that of a run with the same options, tasks and network.
        say: told in a sentence what is being done.
        progress: told of each step.

    Raises:
        InvalidInput: tasks or folder break a rule; a resumed run differs in a field, which is named; or a
            loss or gradient is not finite.
        OutOfMemory: a step does not fit into memory.
        ModelFormatError: a file of the run is damaged.
        MissingExtra: the `train` extra is not installed.
    """
    check_tasks(tasks)
    run = RunFolder(folder)
    with kept_random_state():
        trainer = _Trainer(model, tasks, options, run)
        say = say if trainer.is_main else lambda _: None
        shown = progress if progress and trainer.is_main else NoProgress()
        trainer.open_run(say)
        finished = run.summary()
        if finished is None:
            trainer.restore(say)
            shown.started(total=trainer.total, done=trainer.state.step)
            trainer.take_steps(say, shown)
            finished = trainer.finish()
            shown.finished()
    weights = run.best / MODEL
    load_weights(model, weights)
    model.eval()
    return TrainResult(weights=weights, **finished)


class _Trainer:
    """A run in this process: the network, the optimiser and where the run stands."""

    def __init__(
        self, model: Module, tasks: Sequence[TrainingTask], options: TrainOptions, run: RunFolder
    ) -> None:
        accelerate = require("accelerate")
        unused = accelerate.DistributedDataParallelKwargs(find_unused_parameters=True)
        self._accelerator = accelerate.Accelerator(
            cpu=options.device == Device.CPU, mixed_precision="no", kwargs_handlers=[unused]
        )
        self.model, self.tasks, self.options, self.run = model, tasks, options, run
        self.is_main: bool = self._accelerator.is_main_process
        self._per_step: int = options.accumulate * self._accelerator.num_processes
        self.state = TrainState()
        self._cursors: dict[str, BatchCursor] = {}
        self._first_epoch = first_epoch(tasks, seed=options.seed)
        self.total = self._total_steps()
        self._structure = structure_fingerprint(model)
        optimiser = make_optimiser(model, options)
        self._losses, self._optimiser = self._accelerator.prepare(
            _losses_of(model, tasks, options.precision), optimiser
        )

    def open_run(self, say: Callable[[str], None]) -> None:
        """Check the folder in every process, then let the first one write."""
        config = self._config()
        self.run.check(config)
        self._accelerator.wait_for_everyone()
        if self.is_main:
            self.run.start(config)
            say(f"Training in {self.run.path}: {self.total} steps on {self._accelerator.device}.")
        self._accelerator.wait_for_everyone()

    def restore(self, say: Callable[[str], None]) -> None:
        """Take up the newest checkpoint; without one, write that of step 0."""
        newest = newest_checkpoint(self.run.checkpoints)
        self._accelerator.wait_for_everyone()
        if newest is not None:
            self.state = load_checkpoint(newest, self.model, self._optimiser)
            say(f"Going on after step {self.state.step}.")
        if self.is_main:
            self.run.cut_log(self.state.log_bytes)
            drop_old(self.run.checkpoints)  # the process may have died before it did
        for task in self.tasks:
            epoch, position = self.state.cursors.get(task.name, (0, 0))
            self._cursors[task.name] = BatchCursor(
                task, seed=self.options.seed, epoch=epoch, position=position
            )
        if newest is None:
            self._save()

    def take_steps(self, say: Callable[[str], None], progress: Progress) -> None:
        """Train until the steps, the time or the patience are at their end."""
        options = self.options
        self.model.train()
        while self.state.stopped is None:
            loss = self._step()
            progress.stepped(step=self.state.step, loss=loss)
            stopped = self._end_of_steps()
            every = options.evaluate_every
            if every and (stopped or self.state.step % every == 0):
                self._evaluate(say, progress)
                if options.patience and self.state.without_better >= options.patience:
                    stopped = stopped or "patience"
            self.state = replace(self.state, stopped=stopped)
            if stopped or self.state.step % options.checkpoint_every == 0:
                self._save()

    def finish(self) -> dict[str, Any]:
        """Write best weights, curves and summary; the result is that of a run that was not stopped."""
        state = self.state
        best = state.step if state.best_step is None else state.best_step
        summary = {
            "steps": state.step,
            "seconds": round(state.seconds, 3),
            "stopped": state.stopped,
            "best_step": best,
            "best_score": state.best_score,
            "scores": state.best_scores,
        }
        if self.is_main:
            kept = best_weights(self.run.best, best)
            if state.best_step is None:
                save_weights(self.model, self.run.best / MODEL)
            elif kept.is_file():  # else it was moved by a process that died right after
                move_whole(kept, self.run.best / MODEL)
            for left in self.run.best.glob("step-*"):
                left.unlink()
            draw_curves(self.run.log(), self.run.curves)
            self.run.write_summary(summary)
        return dict(self._shared(summary))

    def _config(self) -> dict[str, Any]:
        accelerator = self._accelerator
        return {
            "options": {**asdict(self.options), "inputs": dict(self.options.inputs)},
            "tasks": {
                task.name: {
                    "place": place,
                    "weight": task.weight,
                    "batches": len(self._first_epoch[task.name]),
                    "data": data_fingerprint(task, self._first_epoch[task.name]),
                }
                for place, task in enumerate(self.tasks)
            },
            "model": {"structure": self._structure},
            "processes": accelerator.num_processes,
            **surroundings(device=str(accelerator.device), threads=require("torch").get_num_threads()),
        }

    def _total_steps(self) -> int:
        if self.options.steps is not None:
            return self.options.steps
        batches = sum(map(len, self._first_epoch.values()))
        return max(1, math.ceil((self.options.epochs or 0) * batches / self._per_step))

    def _step(self) -> float:
        """Take one step and write its line into the log; the loss that comes back is this process's."""
        began = time.perf_counter()
        options, number = self.options, self.state.step + 1
        place = task_of_step(number, [task.weight for task in self.tasks], seed=options.seed)
        name = self.tasks[place].name
        warmup = round(options.warmup_share * self.total)
        factor = rate_factor(number, total=self.total, warmup=warmup, decay=options.decay)
        set_rates(self._optimiser, factor)
        try:
            loss = self._backward(place, number)
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            raise OutOfMemory(
                f"Task {name}: step {number} does not fit into memory. Lower the batch size or the most "
                "tokens of a row, or accumulate smaller batches; the checkpoints before it are kept."
            ) from error
        norm = float(
            self._accelerator.clip_grad_norm_(self.model.parameters(), options.clip_norm or math.inf)
        )
        if not math.isfinite(loss) or not math.isfinite(norm):
            raise InvalidInput(
                f"Task {name}: loss and gradient must be finite. Got {loss} and {norm} in step {number}; "
                "lower head_rate and backbone_rate, or look at its data."
            )
        self._optimiser.step()
        self._optimiser.zero_grad()
        seconds = self.state.seconds + time.perf_counter() - began
        self.state = replace(self.state, step=number, seconds=seconds)
        self._log(
            event="step",
            step=number,
            task=name,
            loss=loss,
            head_rate=options.head_rate * factor,
            backbone_rate=options.backbone_rate_used * factor,
            gradient_norm=norm,
            seconds=round(seconds, 3),
        )
        return loss

    def _backward(self, place: int, number: int) -> float:
        """Add up the gradients of a step's batches and return their mean loss."""
        accelerator, name = self._accelerator, self.tasks[place].name
        own = range(accelerator.process_index, self._per_step, accelerator.num_processes)
        batches = self._cursors[name].take(self._per_step, own=own)
        total = 0.0
        for i, batch in enumerate(batches):
            seed_all(derived_seed("step", self.options.seed, number, own[i]))
            with self._no_sync(last=i == len(batches) - 1):
                loss = self._losses(place, _moved(batch, accelerator.device)) / len(batches)
                accelerator.backward(loss)
            total += float(loss.detach())
        return total

    def _no_sync(self, *, last: bool) -> AbstractContextManager[None]:
        context: AbstractContextManager[None] = (
            nullcontext() if last else self._accelerator.no_sync(self._losses)
        )
        return context

    def _end_of_steps(self) -> str | None:
        """Return why no step comes after this one; the first process's clock counts for all."""
        limit = self.options.max_seconds
        over = limit is not None and self._shared(self.state.seconds) >= limit
        if self.state.step >= self.total:
            return "steps"
        return "time" if over else None

    def _evaluate(self, say: Callable[[str], None], progress: Progress) -> None:
        state = self.state
        scores: Scores = self._shared(self._scores() if self.is_main else {})
        score = joint_score(self.tasks, scores)
        better = not math.isnan(score) and (state.best_score is None or score > state.best_score)
        if better:
            if self.is_main:
                save_weights(self.model, best_weights(self.run.best, state.step))
            self.state = replace(
                state, best_step=state.step, best_score=score, best_scores=scores, without_better=0
            )
        else:
            self.state = replace(state, without_better=state.without_better + 1)
        self._log(event="evaluation", step=state.step, score=score, better=better, tasks=scores)
        told = _figures(scores) if len(self.tasks) == 1 else ""
        say(f"Step {state.step}: score {score:.4f}{told}{', the best so far' if better else ''}.")
        progress.evaluated(step=state.step, score=score)

    def _scores(self) -> dict[str, dict[str, float]]:
        torch = require("torch")
        self.model.eval()
        seed_all(derived_seed("evaluation", self.options.seed, self.state.step))
        with torch.no_grad():
            found = {task.name: checked_scores(task, task.evaluate()) for task in self.tasks}
        self.model.train()
        return found

    def _save(self) -> None:
        if self.is_main:
            cursors = {name: (cursor.epoch, cursor.position) for name, cursor in self._cursors.items()}
            self.state = replace(self.state, cursors=cursors, log_bytes=self.run.flush_log())
            save_checkpoint(self.run.checkpoints, self.model, self._optimiser, self.state)
            keep_best(self.run.best, self.run.checkpoints)
        self._accelerator.wait_for_everyone()

    def _log(self, **record: Any) -> None:
        if self.is_main:
            self.run.append(record)

    def _shared(self, value: Any) -> Any:
        """Return the first process's value in every process."""
        if self._accelerator.num_processes == 1:
            return value
        return require("accelerate.utils").broadcast_object_list([value])[0]


def _losses_of(model: Module, tasks: Sequence[TrainingTask], precision: Precision) -> Any:
    """Return a module whose call gives a task's loss.

    Data-parallel training gathers gradients only of what its wrapper calls. The losses call the network by
    themselves, so it is they that must stand within the wrapper.
    """
    torch = require("torch")
    module = torch.nn.Module()
    module.network = model

    def forward(place: int, batch: Any) -> Any:
        device = next(model.parameters()).device.type
        with torch.autocast(device, torch.bfloat16, enabled=precision == Precision.BFLOAT16):
            return tasks[place].loss(batch)

    module.forward = forward
    return module


def _figures(scores: Scores) -> str:
    """Return what else was measured of the only task, for a sentence; nothing if that was the score alone."""
    (figures,) = scores.values()
    others = [f"{name.replace('_', ' ')} {value:.4g}" for name, value in figures.items() if name != SCORE]
    return f" ({', '.join(others)})" if others else ""


def _moved(batch: Any, device: Any) -> Any:
    return require("accelerate.utils").send_to_device(batch, device)
