import json

import pytest

from metier.errors import InvalidInput, ModelFormatError
from metier.training.run_folder import RunFolder, surroundings

CONFIG = {"options": {"rate": 0.1, "inputs": {"base": "a1"}}, "processes": 1, "recorded": {"threads": 2}}


@pytest.fixture
def run(tmp_path):
    run = RunFolder(tmp_path / "runs" / "one")
    run.check(CONFIG)
    run.start(CONFIG)
    return run


def test_a_run_can_be_opened_again_elsewhere_and_with_other_threads(run):
    run.check({**CONFIG, "recorded": {"threads": 8}})
    run.start(CONFIG)
    assert json.loads((run.path / "config.json").read_text()) == CONFIG


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({**CONFIG, "processes": 2}, r"processes of the run in .* is 1\. Got 2"),
        ({**CONFIG, "options": {"rate": 0.2, "inputs": {"base": "a1"}}}, r"options\.rate .* 0\.1\. Got 0\.2"),
        ({**CONFIG, "options": {"rate": 0.1, "inputs": {}}}, r"options\.inputs\.base .* 'a1'\. Got None"),
        ({**CONFIG, "more": True}, r"more of the run in .* is None\. Got True"),
    ],
)
def test_another_config_is_refused_by_field(run, config, message):
    with pytest.raises(InvalidInput, match=message):
        run.check(config)


def test_a_folder_that_holds_something_else_is_refused(tmp_path):
    (tmp_path / "mine.txt").touch()
    with pytest.raises(InvalidInput, match="must be empty or hold a run"):
        RunFolder(tmp_path).check(CONFIG)
    with pytest.raises(InvalidInput, match="must be a folder"):
        RunFolder(tmp_path / "mine.txt").check(CONFIG)


@pytest.mark.parametrize("content", ["[", "[]"])
def test_a_damaged_config_is_refused(run, content):
    (run.path / "config.json").write_text(content)
    with pytest.raises(ModelFormatError, match=r"config\.json must be"):
        run.check(CONFIG)


def test_what_was_still_being_written_is_cleared_away(run):
    for folder in (run.path, run.checkpoints, run.best):
        (folder / "x.unfinished").touch()
    run.start(CONFIG)
    assert not list(run.path.rglob("*.unfinished"))


def test_the_log_is_cut_to_where_it_was(run):
    assert run.log() == []
    run.append({"step": 1, "task": "первая"})
    size = run.flush_log()
    run.append({"step": 2})
    run.cut_log(size)
    assert run.log() == [{"step": 1, "task": "первая"}]
    run.cut_log(0)
    assert run.log() == []


def test_a_log_that_is_too_short_is_refused(run):
    with pytest.raises(ModelFormatError, match=r"log\.jsonl must have at least 10 bytes"):
        run.cut_log(10)


def test_numbers_that_are_not_finite_are_null(run):
    run.append({"score": float("nan"), "tasks": {"a": {"score": float("inf"), "f1": 0.5}}})
    assert run.log() == [{"score": None, "tasks": {"a": {"score": None, "f1": 0.5}}}]


def test_a_run_has_a_summary_when_it_is_finished(run):
    assert run.summary() is None
    run.write_summary({"steps": 3})
    assert run.summary() == {"steps": 3}


def test_the_surroundings_name_command_and_versions():
    found = surroundings(device="cpu", threads=3)["recorded"]
    assert (found["device"], found["threads"]) == ("cpu", 3)
    assert found["command"]
    assert {"metier", "numpy", "safetensors"} <= found["versions"].keys()
