import contextlib
import json
import os
import random
import re
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("accelerate")
pytest.importorskip("matplotlib")

from metier.errors import InvalidInput, ModelFormatError, OutOfMemory  # noqa: E402
from metier.training import checkpoint, durable, run_folder, trainer  # noqa: E402
from metier.training.checkpoint import newest_checkpoint, read_state  # noqa: E402
from metier.training.options import Precision  # noqa: E402
from metier.training.trainer import train  # noqa: E402
from tests.training.tiny_run import OPTIONS, Regression, start, tiny_model, two_tasks  # noqa: E402

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run that nothing stopped: its folder and its network."""
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("whole")
    model, result = start(folder)
    return folder, model, result


def tensors(model):
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


def log_of(folder):
    """Return the log without the times, which no two runs share."""
    lines = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    return [{name: value for name, value in line.items() if name != "seconds"} for line in lines]


def assert_same_end(folder, model, whole):
    first, expected, _ = whole
    assert {name: tensor.tolist() for name, tensor in tensors(model).items()} == {
        name: tensor.tolist() for name, tensor in tensors(expected).items()
    }
    assert log_of(folder) == log_of(first)
    for name in ("best/model.safetensors", "curves.svg"):
        assert (folder / name).read_bytes() == (first / name).read_bytes()
    last = sorted(path.name for path in (first / "checkpoints").iterdir())
    assert sorted(path.name for path in (folder / "checkpoints").iterdir()) == last
    for name in ("model.safetensors", "optimizer.pt"):
        step = Path("checkpoints", last[-1], name)
        assert (folder / step).read_bytes() == (first / step).read_bytes()


def run_tiny(folder, *, accumulate, kill_at, command=()):
    return subprocess.run(
        [
            sys.executable,
            *command,
            "-m",
            "tests.training.tiny_run",
            str(folder),
            str(accumulate),
            str(kill_at),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def test_a_run_learns_and_leaves_its_best_weights_in_the_network(tmp_path):
    with torch.no_grad():
        scores = [task.evaluate() for task in two_tasks(tiny_model().eval())]
    model, result = start(tmp_path, options=replace(OPTIONS, steps=120, patience=None))
    assert result.best_score > (2 * scores[0]["score"] + scores[1]["score"]) / 3
    assert (result.stopped, result.steps) == ("steps", 120)
    assert not model.training
    loaded = tiny_model()
    checkpoint.load_weights(loaded, result.weights)
    assert tensors(loaded).keys() == tensors(model).keys()
    assert all(torch.equal(tensors(loaded)[name], tensor) for name, tensor in tensors(model).items())


def test_a_run_killed_in_the_middle_of_a_step_ends_as_one_that_was_not(tmp_path, whole):
    done = run_tiny(tmp_path, accumulate=OPTIONS.accumulate, kill_at=21)
    assert done.returncode == -9, done.stderr
    assert 0 < len(log_of(tmp_path)) < len(log_of(whole[0]))
    model, result = start(tmp_path)
    assert_same_end(tmp_path, model, whole)
    assert replace(result, weights=None, seconds=0) == replace(whole[2], weights=None, seconds=0)


class Died(BaseException):
    """Stands for a death of the process: nothing of the program catches it."""


@contextlib.contextmanager
def dying_at(monkeypatch, nth):
    """Die right before the nth time that anything on disk gets its name, is cut or is deleted."""
    seen = []

    def deadly(real):
        def call(*arguments, **keywords):
            seen.append(real)
            if len(seen) == nth:
                raise Died
            return real(*arguments, **keywords)

        return call

    with monkeypatch.context() as patch:
        for module, name in ((os, "replace"), (os, "truncate"), (durable.shutil, "rmtree"), (Path, "unlink")):
            patch.setattr(module, name, deadly(getattr(module, name)))
        patch.setattr(run_folder.RunFolder, "append", deadly(run_folder.RunFolder.append))
        with contextlib.suppress(Died):
            yield seen
    assert len(seen) >= nth


# A whole run has 69 such moments; the first and the last ones are where most is written.
@pytest.mark.parametrize("nth", [1, 2, 9, 15, 26, 33, 47, 55, 63, 64, 68, 69])
def test_a_run_that_dies_while_writing_ends_as_one_that_did_not(tmp_path, monkeypatch, whole, nth):
    with dying_at(monkeypatch, nth):
        start(tmp_path)
    model, _ = start(tmp_path)
    assert_same_end(tmp_path, model, whole)


def test_patience_counts_over_a_resume(tmp_path, monkeypatch):
    scores = iter([0.1, 0.3, 0.2, 0.2, 0.9])

    def scripted(self):
        return {"score": next(scores)}

    monkeypatch.setattr(Regression, "evaluate", scripted)
    options = replace(OPTIONS, evaluate_every=2, patience=2, checkpoint_every=1)
    model = tiny_model()
    task = Regression(model, "only")
    real = trainer.save_checkpoint

    def dying(folder, model, optimiser, state):
        real(folder, model, optimiser, state)
        if state.step == 6:
            raise Died

    with monkeypatch.context() as patch, contextlib.suppress(Died):
        patch.setattr(trainer, "save_checkpoint", dying)
        train(model, [task], options, tmp_path)
    assert checkpoint.newest_checkpoint(tmp_path / "checkpoints").name == "step-00000006"
    result = train(tiny_model(), [task], options, tmp_path)
    assert (result.stopped, result.steps, result.best_step, result.best_score) == ("patience", 8, 4, 0.3)


def test_an_evaluation_that_finds_no_number_is_never_the_best(tmp_path, monkeypatch):
    scores = iter([float("nan"), 0.2, float("nan")])
    monkeypatch.setattr(Regression, "evaluate", lambda self: {"score": next(scores)})
    model = tiny_model()
    result = train(model, [Regression(model, "only")], replace(OPTIONS, steps=12), tmp_path)
    assert (result.best_step, result.best_score) == (8, 0.2)
    assert [line["score"] for line in log_of(tmp_path) if line["event"] == "evaluation"] == [None, 0.2, None]


class Clock:
    """Tells one second more whenever it is asked."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        self.now += 1.0
        return self.now


def test_the_time_is_counted_over_resumes(tmp_path, monkeypatch):
    monkeypatch.setattr(trainer, "time", SimpleNamespace(perf_counter=Clock()))
    options = replace(OPTIONS, evaluate_every=None, patience=None, max_seconds=7.0, checkpoint_every=2)
    with dying_at(monkeypatch, 11):
        start(tmp_path, options=options)
    assert 2 < len(log_of(tmp_path)) < 7
    _, result = start(tmp_path, options=options)
    assert (result.stopped, result.steps, result.seconds) == ("time", 7, 7.0)


def test_without_evaluation_the_last_weights_are_the_best(tmp_path):
    model, result = start(tmp_path, options=replace(OPTIONS, evaluate_every=None, patience=None))
    assert (result.best_step, result.best_score, result.scores) == (24, None, {})
    last = tiny_model()
    checkpoint.load_weights(last, tmp_path / "checkpoints" / "step-00000024" / "model.safetensors")
    assert all(torch.equal(tensors(last)[name], tensor) for name, tensor in tensors(model).items())


def test_a_finished_run_is_not_repeated(tmp_path, whole, monkeypatch):
    _, first = start(tmp_path)
    log = (tmp_path / "log.jsonl").read_bytes()
    monkeypatch.setattr(Regression, "loss", None)
    model, again = start(tmp_path)
    assert again == first
    assert (tmp_path / "log.jsonl").read_bytes() == log
    assert all(torch.equal(tensors(whole[1])[name], tensor) for name, tensor in tensors(model).items())


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"head_rate": 0.04}, r"options\.head_rate"),
        ({"seed": 4}, r"options\.seed"),
        ({"inputs": {"base": "a1"}}, r"options\.inputs\.base"),
    ],
)
def test_a_resume_with_other_options_is_refused(tmp_path, monkeypatch, change, field):
    with dying_at(monkeypatch, 12):
        start(tmp_path)
    with pytest.raises(InvalidInput, match=field):
        start(tmp_path, options=replace(OPTIONS, **change))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"shift": 0.5}, r"tasks\.first\.data"),
        ({"weight": 3.0}, r"tasks\.first\.weight"),
        ({"n_batches": 6}, r"tasks\.first\.batches"),
        ({"name": "third"}, r"tasks\.first"),
    ],
)
def test_a_resume_with_other_data_is_refused(tmp_path, whole, change, field):
    model = tiny_model()
    tasks = two_tasks(model)
    for name, value in change.items():
        setattr(tasks[0], name, value)
    with pytest.raises(InvalidInput, match=field):
        train(model, tasks, OPTIONS, whole[0])


def test_a_resume_with_another_network_is_refused(whole):
    model = tiny_model()
    model.heads.append(torch.nn.Linear(8, 1))
    with pytest.raises(InvalidInput, match=r"model\.structure"):
        train(model, two_tasks(model), OPTIONS, whole[0])


def test_a_folder_of_something_else_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InvalidInput, match="must be empty or hold a run"):
        start(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_damaged_checkpoint_is_passed_over(tmp_path, monkeypatch, whole):
    with dying_at(monkeypatch, 33):
        start(tmp_path)
    newest = checkpoint.checkpoints(tmp_path / "checkpoints")[0]
    (newest / "model.safetensors").write_bytes(b"cut off")
    model, _ = start(tmp_path)
    assert_same_end(tmp_path, model, whole)


def test_a_run_without_any_good_checkpoint_is_refused(tmp_path, monkeypatch):
    with dying_at(monkeypatch, 30):
        start(tmp_path)
    for path in checkpoint.checkpoints(tmp_path / "checkpoints"):
        (path / "optimizer.pt").unlink()
    with pytest.raises(ModelFormatError, match="every checkpoint is damaged"):
        start(tmp_path)


@pytest.mark.parametrize("change", [{"head_rate": 1e30, "clip_norm": None}])
def test_a_loss_that_is_not_finite_stops_the_run(tmp_path, change):
    with pytest.raises(InvalidInput, match=r"Task (first|second): loss and gradient must be finite"):
        start(tmp_path, options=replace(OPTIONS, **change))


class Hungry(Regression):
    """Cannot get the memory for its fourth batch."""

    error: Exception = RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried")

    def loss(self, batch):
        if self.calls == 3:
            raise self.error
        return super().loss(batch)


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to"),
        RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate"),
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory."),
    ],
)
def test_a_step_that_does_not_fit_into_memory_leaves_its_checkpoints(tmp_path, error):
    model = tiny_model()
    task = Hungry(model, "only")
    task.error = error
    options = replace(OPTIONS, evaluate_every=None, patience=None, accumulate=1, checkpoint_every=2)
    with pytest.raises(
        OutOfMemory, match=r"Task only: step 4 does not fit into memory\. Lower the batch size"
    ):
        train(model, [task], options, tmp_path)
    assert read_state(newest_checkpoint(tmp_path / "checkpoints")).step == 2


def test_other_faults_of_a_task_keep_their_class(tmp_path):
    model = tiny_model()
    task = Hungry(model, "only")
    task.error = RuntimeError("shapes do not fit")
    with pytest.raises(RuntimeError, match="shapes do not fit"):
        train(model, [task], replace(OPTIONS, accumulate=1), tmp_path)


def test_the_figures_of_a_single_task_are_told(tmp_path):
    told = []
    model = tiny_model()
    train(model, [Regression(model, "only")], replace(OPTIONS, steps=4), tmp_path, say=told.append)
    assert re.fullmatch(r"Step 4: score -[\d.]+ \(loss [\d.]+\), the best so far\.", told[1])


def test_one_batch_at_a_time_or_accumulated_steps_see_each_batch_once(tmp_path):
    model = tiny_model()
    seen = []

    class Watched(Regression):
        def loss(self, batch):
            if torch.is_grad_enabled():
                seen.append(tuple(batch.flatten().tolist()))
            return super().loss(batch)

    task = Watched(model, "only")
    train(model, [task], replace(OPTIONS, steps=None, epochs=2, evaluate_every=None, patience=None), tmp_path)
    assert seen == [tuple(b.flatten().tolist()) for e in (0, 1) for b in task.batches(seed=3, epoch=e)]


def test_rates_of_backbone_and_head_stand_in_the_log(whole):
    steps = [line for line in log_of(whole[0]) if line["event"] == "step"]
    assert steps[5]["head_rate"] == pytest.approx(0.05)
    assert steps[5]["backbone_rate"] == pytest.approx(0.005)
    assert [line["step"] for line in steps] == list(range(1, len(steps) + 1))
    assert {line["task"] for line in steps} == {"first", "second"}


def test_a_frozen_part_stays_as_it_is(tmp_path):
    model = tiny_model()
    model.body.requires_grad_(False)
    before = model.body.weight.clone()
    train(model, two_tasks(model), replace(OPTIONS, steps=4), tmp_path)
    assert torch.equal(model.body.weight, before)


def test_bfloat16_trains_too(tmp_path):
    model, result = start(tmp_path, options=replace(OPTIONS, steps=4, precision=Precision.BFLOAT16))
    assert result.steps == 4
    assert model.body.weight.dtype == torch.float32


def test_the_random_numbers_of_the_caller_stay_as_they_were(tmp_path):
    model = tiny_model()
    random.seed(1), np.random.seed(1), torch.manual_seed(1)  # noqa: NPY002
    expected = random.random(), np.random.rand(), float(torch.rand(1))  # noqa: NPY002
    random.seed(1), np.random.seed(1), torch.manual_seed(1)  # noqa: NPY002
    train(model, two_tasks(model), replace(OPTIONS, steps=2), tmp_path)
    assert (random.random(), np.random.rand(), float(torch.rand(1))) == expected  # noqa: NPY002


def test_say_and_progress_are_told_and_nothing_is_printed(tmp_path, capfd):
    told, shown = [], []

    class Shown:
        def started(self, *, total, done):
            shown.append(("started", total, done))

        def stepped(self, *, step, loss):
            shown.append(("stepped", step))

        def evaluated(self, *, step, score):
            shown.append(("evaluated", step))

        def finished(self):
            shown.append(("finished",))

    model = tiny_model()
    train(model, two_tasks(model), replace(OPTIONS, steps=2), tmp_path, say=told.append, progress=Shown())
    assert shown == [("started", 2, 0), ("stepped", 1), ("stepped", 2), ("evaluated", 2), ("finished",)]
    assert told[0].startswith("Training in")
    assert told[1].startswith("Step 2: score")
    assert capfd.readouterr() == ("", "")


def test_two_processes_learn_what_one_learns_from_as_many_batches(tmp_path, whole):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    launch = ["-m", "torch.distributed.run", "--nproc_per_node=2", f"--master_port={port}"]
    done = run_tiny(tmp_path, accumulate=1, kill_at=0, command=launch)
    assert done.returncode == 0, done.stderr
    found = tiny_model()
    checkpoint.load_weights(found, tmp_path / "best" / "model.safetensors")
    for name, tensor in tensors(whole[1]).items():
        torch.testing.assert_close(tensors(found)[name], tensor, atol=1e-5, rtol=1e-5)
    steps = [line["step"] for line in log_of(tmp_path) if line["event"] == "step"]
    assert steps == list(range(1, whole[2].steps + 1))
    assert json.loads((tmp_path / "config.json").read_text())["processes"] == 2
