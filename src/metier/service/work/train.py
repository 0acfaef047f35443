"""The job that trains a model: the training command of the command line, in a process of its own.

Each workspace has a folder of its own for what it trains on, and for what trainings say. The models that come
of it are for the whole server, as all models are: every workspace sees their names and cards.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from metier._extras import EXTRA_OF
from metier.encoders.folder import ModelFolder
from metier.encoders.load import find_model, installed_models
from metier.engine.loading import MODEL_FOLDER
from metier.errors import BackendError, Conflict, InvalidInput, MissingExtra, NotFound
from metier.service.service import Service
from metier.service.work.work import Work
from metier.store.holding import held_file
from metier.store.workspaces import jobs, workspaces
from metier.store.workspaces.jobs import JobState
from metier.store.workspaces.rows import every
from metier.store.workspaces.transaction import Transaction

KIND: Final = "train"
MAX_ATTEMPTS: Final = 20
TRAINING: Final = "training"
_PROGRAM: Final = "metier.service.work.trainer"
_RUNS: Final = ".runs"
_TRAINED: Final = "trained"
_POLL_S: Final = 0.2
_TELL_S: Final = 5.0
_END_S: Final = 120.0
# What trainings said and left unfinished is kept for so long.
_KEPT_S: Final = 30 * 24 * 3600.0
_USAGE: Final = 2
# A name of a file or a model, a column, a number: nothing that a program takes for an option or a path.
_PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class Training:
    """A command that trains.

    Attributes:
        words: of the command.
        data: the option that names the file; empty where the file is an argument.
        options: what may be said besides.
        package: that it needs of the `train` extra; empty where the base install is enough.
        resumes: whether it goes on in a folder where it was stopped.
    """

    words: tuple[str, ...]
    data: str
    options: frozenset[str]
    package: str = ""
    resumes: bool = False


TRAININGS: Final[Mapping[str, Training]] = {
    "scores": Training(("interview", "score", "train"), "--data", frozenset({"seed"})),
    "levels": Training(
        ("expertise", "train"), "", frozenset({"label", "kind", "seed"}), package="transformers"
    ),
    "skills": Training(
        ("skills", "train"),
        "--data",
        frozenset({"architecture", "epochs", "steps", "seed"}),
        package="torch",
        resumes=True,
    ),
    "search": Training(
        ("search", "train"), "--data", frozenset({"epochs", "seed"}), package="torch", resumes=True
    ),
}
"""What can be trained, by the name of its task."""


@dataclass(frozen=True, slots=True)
class TrainPlan:
    """A model to train.

    Attributes:
        task: a key of `TRAININGS`.
        data: name of a file in the folder `training/<id of the workspace>` of the data folder.
        output: what the model is to be called, on the whole server.
        options: more of what the command takes, such as `seed`, by name without hyphens.

    Raises:
        InvalidInput: a task or an option that is not known, or a name with other characters than letters,
            digits, hyphens, dots and underscores.
    """

    task: str
    data: str
    output: str
    options: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.task not in TRAININGS:
            raise InvalidInput(f"task must be one of {', '.join(TRAININGS)}. Got {self.task[:50]!a}.")
        known = TRAININGS[self.task].options
        for name in self.options:
            if name not in known:
                raise InvalidInput(
                    f"options of {self.task} are {', '.join(sorted(known))}. Got {name[:50]!a}."
                )
        for name, value in {"data": self.data, "output": self.output, **self.options}.items():
            if not _PLAIN.fullmatch(value):
                raise InvalidInput(
                    f"{name} must be 1 to 100 letters, digits, hyphens, dots and underscores, and begin with "
                    f"a letter or a digit. Got {len(value)} characters."
                )


def check_plan(service: Service, workspace: str, plan: TrainPlan) -> None:
    """Make sure that a workspace can begin a plan.

    Raises:
        NotFound: there is no such file.
        InvalidInput: a model of that name is there already, shipped or added.
    """
    if not (_folder(service, workspace) / plan.data).is_file():
        raise NotFound(
            f"There is no file {plan.data} in the folder {TRAINING}/{workspace} of the server's data folder. "
            "Put it there."
        )
    if plan.output in installed_models(_models_dir(service)):
        raise InvalidInput(f"There is a model {plan.output} already. Name another.")


def check_free(transaction: Transaction, plan: TrainPlan) -> None:
    """Make sure that no training that is yet to end, of any workspace, makes a model of the same name.

    Others are kept from beginning one until the transaction ends.

    Raises:
        Conflict: one does.
    """
    transaction.hold_table("workspaces")
    for workspace in every(partial(workspaces.page, transaction)):
        for state in (JobState.QUEUED, JobState.RUNNING):
            for job in every(partial(jobs.page, transaction, workspace.id, state=state)):
                if job.kind == KIND and job.payload.get("output") == plan.output:
                    raise Conflict(
                        f"Another training is to make a model {plan.output}; models are for the whole "
                        "server. Name another."
                    )


def payload_of(plan: TrainPlan) -> dict[str, Any]:
    """Return a plan as a job keeps it."""
    return {"task": plan.task, "data": plan.data, "output": plan.output, "options": dict(plan.options)}


def train_model(work: Work) -> dict[str, Any]:
    """Train the model of the payload and put it among those of the server; return its name and hash.

    What is cancelled or stopped is interrupted; the next worker goes on where the training can, else anew.
    What the command says is in a file beside its data, since it may name columns and values.

    Raises:
        Interrupted: the job was cancelled, or the worker is to end.
        MissingExtra: the `train` extra is not installed.
        InvalidInput: the command refuses the data.
        Conflict: a model of that name has come meanwhile.
        StoreBusy: another worker is still at it.
        BackendError: the training failed.
    """
    service, plan = work.service, TrainPlan(**work.job.payload)
    package = TRAININGS[plan.task].package
    if package and find_spec(package) is None:
        raise MissingExtra(package, EXTRA_OF[package])
    runs = _folder(service, work.job.workspace) / _RUNS
    runs.mkdir(parents=True, exist_ok=True)
    run = runs / work.job.id
    busy = f"Another worker trains for the job {work.job.id}."
    with held_file(runs / f"{work.job.id}.lock", busy=busy):
        if _TRAINED not in work.steps_done():
            _train(work, plan, run)
            work.finish_step(_TRAINED)
        return _install(service, plan, run)


def old_runs(service: Service, workspace: str) -> list[Path]:
    """Return what ended trainings of a workspace said or left unfinished over 30 days ago."""
    latest = service.clock.now().timestamp() - _KEPT_S
    runs = sorted((_folder(service, workspace) / _RUNS).glob("*"))
    return [run for run in runs if _is_before(run, latest) and _has_ended(service, workspace, run)]


def remove_old_runs(service: Service, workspace: str) -> int:
    """Remove what `old_runs` returns; return how many files and folders that is.

    Raises:
        OSError: one cannot be removed.
    """
    old = old_runs(service, workspace)
    for path in old:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    return len(old)


def _is_before(path: Path, moment: float) -> bool:
    try:
        return path.stat().st_mtime < moment
    except FileNotFoundError:  # a worker has just let go of it
        return False


def _has_ended(service: Service, workspace: str, run: Path) -> bool:
    """Tell whether the job of a run is over, or forgotten."""
    with service.database.reading() as transaction:
        try:
            return jobs.get(transaction, workspace, run.stem).state.ended
        except NotFound:
            return True


def _train(work: Work, plan: TrainPlan, run: Path) -> None:
    check_plan(work.service, work.job.workspace, plan)
    training = TRAININGS[plan.task]
    if not training.resumes:
        shutil.rmtree(run, ignore_errors=True)
    data = _folder(work.service, work.job.workspace) / plan.data
    options = [word for name, value in sorted(plan.options.items()) for word in (f"--{name}", value)]
    file = [training.data, str(data)] if training.data else [str(data)]
    words = [*training.words, *file, "--output", str(run), *options]
    log = run.with_suffix(".log")
    with log.open("ab") as said:
        code = _run(work, [sys.executable, "-m", _PROGRAM, *words], said.fileno(), _line_counter(log))
    if code == _USAGE:
        raise InvalidInput(f"The training refused its data or its options. See {log}.")
    if code != 0:
        raise BackendError(f"The training ended with {code}. See {log}.")


def _run(work: Work, command: list[str], log: int, count: Callable[[], int]) -> int:
    """Run a command to its end; return its exit code. It is interrupted where the work is to end.

    Its standard input stays open and empty: the end of that tells it that its worker is no more.
    """
    quiet = {"stdout": log, "stderr": log, "stdin": subprocess.PIPE}
    with subprocess.Popen(command, **quiet, start_new_session=True) as process:  # type: ignore[call-overload]
        try:
            told = time.monotonic()
            while process.poll() is None:
                work.check()
                time.sleep(_POLL_S)
                if time.monotonic() - told > _TELL_S:
                    work.tell(message=str(count()))
                    told = time.monotonic()
        except BaseException:
            _end(process)
            raise
        return int(process.returncode)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Interrupt a command, and end it for good if it takes too long to keep what it has."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        process.wait(_END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _line_counter(log: Path) -> Callable[[], int]:
    def count() -> int:
        with log.open("rb") as lines:
            return sum(1 for _ in lines)

    return count


def _install(service: Service, plan: TrainPlan, run: Path) -> dict[str, Any]:
    """Move what was trained to where the models of the whole server are; it may have been done.

    It is one step of the file system.
    """
    folder = _models_dir(service)
    target = folder / plan.output
    if run.exists():
        if target.exists():
            raise Conflict(f"There is a model {plan.output} already. Train it again under another name.")
        folder.mkdir(parents=True, exist_ok=True)
        os.replace(find_model(str(run), folder), target)
        shutil.rmtree(run, ignore_errors=True)
    return {"model": plan.output, "sha256": ModelFolder.open(target).sha256}


def _models_dir(service: Service) -> Path:
    return service.options.data_dir / MODEL_FOLDER


def _folder(service: Service, workspace: str) -> Path:
    """Return the folder of a workspace's data and runs."""
    return service.options.data_dir / TRAINING / workspace
