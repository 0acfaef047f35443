"""The job that trains: a command in a process of its own, which goes away with its worker."""

import csv
import os
import shutil
import subprocess
import sys

import pytest

from metier.encoders.folder import ModelFolder
from metier.errors import Conflict, InvalidInput, NotFound
from metier.service import jobs
from metier.service.service import open_service
from metier.service.work import train
from metier.service.work.train import TRAININGS, Training, TrainPlan
from metier.service.work.worker import Worker
from metier.store.workspaces.jobs import JobState
from tests.service import small
from tests.service.team import request

# Instead of the command line, what shows how the process is treated.
FAKE = Training(("fake",), "--data", frozenset())
# As the trainer itself does: what is started in the background of a shell is told to ignore Ctrl-C.
INTERRUPTIBLE = "import signal, time\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"


def training_folder(service, caller):
    return service.options.data_dir / "training" / caller.workspace


@pytest.fixture
def data(service, caller):
    """A file to train scores on."""
    folder = training_folder(service, caller)
    folder.mkdir(parents=True)
    with (folder / "graded.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["question", "reference", "answer", "score"])
        for question in range(4):
            for answer in range(10):
                words = "a list keeps order and a set does not" if answer % 2 else "no idea about this one"
                row = f"What is thing {question}?", "A list keeps order", f"{words} {answer} {question}"
                writer.writerow([*row, 5 if answer % 2 else 0])
    return "graded.csv"


@pytest.fixture
def command(monkeypatch, tmp_path):
    """Let the job run a program of one line; it is given the arguments of the training."""

    def use(code):
        script = tmp_path / "program.py"
        script.write_text(code)
        popen = subprocess.Popen

        def begin(words, **options):
            return popen([sys.executable, str(script), *words[3:]], **options)

        monkeypatch.setattr(train.subprocess, "Popen", begin)

    return use


def begin(service, caller, data, **fields):
    return jobs.start_train(service, caller, TrainPlan("scores", data, "mine", **fields)).id


def test_scores_are_trained_and_installed_as_a_model(service, caller, data, work_off):
    job = begin(service, caller, data, options={"seed": "1"})
    work_off(service)
    found = jobs.get(service, caller, job)
    folder = service.options.data_dir / "models" / "mine"
    assert found.state is JobState.DONE, found.message
    assert found.result == {"model": "mine", "sha256": ModelFolder.open(folder).sha256}
    assert [path.name for path in (training_folder(service, caller) / ".runs").iterdir()] == [f"{job}.log"]


def test_a_command_that_refuses_its_data_fails_the_job(service, caller, data, command, work_off):
    command("raise SystemExit(2)")
    job = begin(service, caller, data)
    work_off(service)
    found = jobs.get(service, caller, job)
    assert (found.state, found.message) == (JobState.FAILED, "invalid_input")


def test_a_command_that_breaks_down_is_tried_again(service, caller, data, command, work_off):
    command("raise SystemExit(4)")
    job = begin(service, caller, data)
    work_off(service)
    found = jobs.get(service, caller, job)
    assert (found.state, found.message) == (JobState.QUEUED, "backend_error")


def test_a_cancelled_training_is_interrupted(service, caller, data, command, tmp_path):
    seen = tmp_path / "seen"
    command(
        f"{INTERRUPTIBLE}try:\n    open({str(seen)!r}, 'w').write('begun')\n    time.sleep(60)\n"
        f"except KeyboardInterrupt:\n    open({str(seen)!r}, 'w').write('kept')\n    raise SystemExit(130)\n"
    )
    job = begin(service, caller, data)

    def cancel_once_begun():
        if seen.exists() and seen.read_text() == "begun":
            jobs.cancel(service, caller, job)
        return False

    Worker(service, name="w", lease_s=0.3).run_one(cancel_once_begun)
    assert jobs.get(service, caller, job).state is JobState.CANCELLED
    assert seen.read_text() == "kept"


def test_a_training_goes_on_with_another_worker(service, caller, data, command, tmp_path, work_off):
    begun = tmp_path / "begun"
    command(f"{INTERRUPTIBLE}open({str(begun)!r}, 'w')\ntime.sleep(60)\n")
    job = begin(service, caller, data)
    Worker(service, name="w").run_one(begun.exists)
    assert jobs.get(service, caller, job).state is JobState.QUEUED
    command("raise SystemExit(2)")
    work_off(service)
    assert jobs.get(service, caller, job).worker == "w"
    assert jobs.get(service, caller, job).message == "invalid_input"


def test_a_missing_extra_fails_the_job_with_its_code(service, caller, data, work_off, monkeypatch):
    monkeypatch.setattr(train, "find_spec", lambda package: None)
    plan = TrainPlan("skills", data, "mine", {"architecture": "one-pass"})
    job = jobs.start_train(service, caller, plan).id
    work_off(service)
    assert jobs.get(service, caller, job).message == "missing_extra"


def test_a_training_that_was_done_before_a_kill_is_installed(service, caller, data, command, monkeypatch):
    command("raise SystemExit(2)")  # must not be run
    job = begin(service, caller, data)
    monkeypatch.setattr(train.Work, "steps_done", lambda self: {"trained": {}})
    monkeypatch.setattr(train, "_install", lambda service, plan, run: {"model": plan.output})
    Worker(service, name="w").run_one()
    assert jobs.get(service, caller, job).result == {"model": "mine"}


def test_two_trainings_of_one_name_do_not_overwrite_each_other(service, caller, data, tmp_path):
    plan = TrainPlan("scores", data, "mine")
    (service.options.data_dir / "models" / "mine").mkdir(parents=True)
    run = tmp_path / "run"
    run.mkdir()
    with pytest.raises(Conflict, match="There is a model mine already"):
        train._install(service, plan, run)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (("dance", "a.csv", "mine"), "task must be one of scores, levels, skills, search"),
        (("scores", "../a.csv", "mine"), "data must be"),
        (("scores", "/etc/passwd", "mine"), "data must be"),
        (("scores", "a.csv", "--help"), "output must be"),
        (("scores", "a.csv", ".."), "output must be"),
        (("scores", "a.csv", "mine", {"seed": "1; rm"}), "seed must be"),
        (("scores", "a.csv", "mine", {"output": "x"}), "options of scores are seed"),
    ],
)
def test_a_plan_takes_nothing_that_a_program_could_take_otherwise(fields, message):
    with pytest.raises(InvalidInput, match=message):
        TrainPlan(*fields)


def test_a_plan_needs_a_file_and_a_new_name(service, caller, data):
    with pytest.raises(NotFound, match="There is no file other.csv"):
        jobs.start_train(service, caller, TrainPlan("scores", "other.csv", "mine"))
    with pytest.raises(InvalidInput, match="There is a model base already"):
        jobs.start_train(service, caller, TrainPlan("scores", data, "base"))


def test_a_file_of_another_workspace_is_not_there(service, caller, data):
    other = small.new_workspace(service, "Others")
    for name in (data, f"../{caller.workspace}/{data}"):
        with pytest.raises((NotFound, InvalidInput)):
            jobs.start_train(service, other, TrainPlan("scores", name, "mine"))
    with pytest.raises(NotFound, match=f"training/{other.workspace} of the server"):
        jobs.start_train(service, other, TrainPlan("scores", data, "mine"))


def test_two_trainings_that_go_on_make_no_model_of_one_name(service, caller, data):
    other = small.new_workspace(service, "Others")
    shutil.copytree(training_folder(service, caller), training_folder(service, other))
    first = begin(service, caller, data)
    for who in (caller, other):
        with pytest.raises(Conflict, match="Another training is to make a model mine") as raised:
            begin(service, who, data)
        assert first not in str(raised.value)
    jobs.start_train(service, other, TrainPlan("scores", data, "theirs"))
    jobs.cancel(service, caller, first)
    assert begin(service, other, data)


def test_a_name_is_taken_by_a_training_in_either_database(place):
    with open_service(place) as service:
        callers = [small.new_workspace(service, name) for name in ("Team", "Others")]
        for caller in callers:
            training_folder(service, caller).mkdir(parents=True)
            (training_folder(service, caller) / "a.csv").write_text("x")
        begin(service, callers[0], "a.csv")
        with pytest.raises(Conflict, match="Another training"):
            begin(service, callers[1], "a.csv")


def test_a_training_that_is_asked_for_again_is_no_other_training(service, caller, data):
    plan = TrainPlan("scores", data, "mine")
    first, second = (jobs.start_train(service, caller, plan, once=request("t")) for _ in range(2))
    assert first == second


def test_what_ended_trainings_left_is_removed_after_thirty_days(service, caller, data):
    other = small.new_workspace(service, "Others")
    going = begin(service, caller, data)
    runs = training_folder(service, caller) / ".runs"
    theirs = training_folder(service, other) / ".runs"
    now = service.clock.now().timestamp()
    for folder in (runs, theirs):
        for name, days in (("old.log", 31), ("new.log", 29), (f"{going}.log", 31)):
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text("x")
            os.utime(folder / name, (now - days * 86400,) * 2)
    (runs / "gone" / "step").mkdir(parents=True)
    os.utime(runs / "gone", (now - 31 * 86400,) * 2)
    assert train.remove_old_runs(service, caller.workspace) == 2
    assert {path.name for path in runs.iterdir()} == {"new.log", f"{going}.log"}
    assert len(list(theirs.iterdir())) == 3
    assert (training_folder(service, caller) / data).is_file()


def test_every_training_is_a_command_that_takes_its_options():
    from typer.testing import CliRunner

    from metier.cli.app import app

    for training in TRAININGS.values():
        shown = CliRunner().invoke(app, [*training.words, "--help"], env={"COLUMNS": "200"}).output
        for option in {"output", *training.options}:
            assert f"--{option}" in shown, (training.words, option)
