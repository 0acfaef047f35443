import io
import sys

import pytest

from metier.cli.training_progress import StepBar, counted, say, training_watch
from metier.errors import Cancelled


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Bar:
    def __init__(self):
        self.shown = []

    def add_task(self, words, *, total, completed, figures):
        self.shown.append((words, total, completed, figures))
        return "task"

    def update(self, task, *, completed, figures):
        self.shown.append((task, completed, figures))

    def remove_task(self, task):
        self.shown.append((task, "removed"))


def test_the_bar_shows_step_loss_and_best_score():
    bar = Bar()
    shown = StepBar(bar)
    shown.started(total=9, done=2)
    shown.stepped(step=3, loss=0.5)
    shown.evaluated(step=3, score=0.75)
    shown.evaluated(step=4, score=0.5)
    shown.stepped(step=5, loss=0.25)
    shown.finished()
    assert bar.shown == [
        ("Training", 9, 2, ""),
        ("task", 3, "loss 0.5000"),
        ("task", 5, "loss 0.2500, best score 0.7500"),
        ("task", "removed"),
    ]


def test_a_second_run_begins_without_the_score_of_the_first():
    bar = Bar()
    shown = StepBar(bar)
    shown.evaluated(step=1, score=0.75)
    shown.started(total=1, done=0)
    shown.stepped(step=1, loss=0.5)
    assert bar.shown[-1] == ("task", 1, "loss 0.5000")


def test_without_a_terminal_there_are_sentences_alone(monkeypatch, capsys):
    pytest.importorskip("transformers")
    with training_watch() as watch:
        watch.say("Hello.")
    assert watch.progress is None
    assert capsys.readouterr().err == "Hello.\n"


def test_a_terminal_gets_a_bar_and_sentences_above_it(monkeypatch):
    pytest.importorskip("transformers")
    monkeypatch.setattr(sys, "stderr", Terminal())
    with training_watch() as watch:
        watch.progress.started(total=2, done=0)
        watch.say("Step [1] is done.")
        watch.progress.stepped(step=1, loss=0.5)
        watch.progress.finished()
    assert "Step [1] is done." in sys.stderr.getvalue()


def test_an_interrupt_says_how_to_go_on():
    pytest.importorskip("transformers")
    with pytest.raises(Cancelled, match="Run the same command again"), training_watch():
        raise KeyboardInterrupt


def test_things_are_counted_on_a_terminal_and_not_elsewhere(monkeypatch, capsys):
    with counted("Measuring", 2) as told:
        told()
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys, "stderr", Terminal())
    with counted("Measuring", 2) as told:
        told()
    assert "Measuring" in sys.stderr.getvalue()


def test_sentences_go_to_standard_error(capsys):
    say("Done.")
    assert capsys.readouterr() == ("", "Done.\n")
