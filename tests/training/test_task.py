import pytest

from metier.errors import InvalidInput
from metier.training.task import (
    BatchCursor,
    NoProgress,
    check_tasks,
    checked_scores,
    first_epoch,
    joint_score,
)


class Listed:
    """A task that only has batches: strings that name their seed, epoch and place."""

    def __init__(self, name="a", *, sizes=(3, 2, 3), weight=1.0):
        self.name, self.sizes, self.weight = name, sizes, weight

    def batches(self, *, seed, epoch):
        return [f"{seed}.{epoch}.{i}" for i in range(self.sizes[epoch % len(self.sizes)])]


def test_a_cursor_goes_on_into_the_next_epoch():
    cursor = BatchCursor(Listed(), seed=7)
    assert cursor.take(4, own=range(4)) == ["7.0.0", "7.0.1", "7.0.2", "7.1.0"]
    assert (cursor.epoch, cursor.position) == (1, 1)


def test_a_cursor_set_back_goes_on_as_the_first_one_would():
    cursor = BatchCursor(Listed(), seed=7)
    cursor.take(3, own=range(3))
    other = BatchCursor(Listed(), seed=7, epoch=cursor.epoch, position=cursor.position)
    assert other.take(5, own=range(5)) == cursor.take(5, own=range(5))


def test_processes_share_the_batches_among_them():
    taken = [BatchCursor(Listed(), seed=0).take(6, own=range(rank, 6, 2)) for rank in (0, 1)]
    both = [batch for pair in zip(*taken, strict=True) for batch in pair]
    assert both == BatchCursor(Listed(), seed=0).take(6, own=range(6))


def test_an_epoch_without_batches_is_refused():
    with pytest.raises(InvalidInput, match="Task a must have at least one batch.*Epoch 1 has none"):
        BatchCursor(Listed(sizes=(1, 0)), seed=0).take(2, own=range(2))
    with pytest.raises(InvalidInput, match="Epoch 0 has none"):
        first_epoch([Listed(sizes=(0,))], seed=0)


@pytest.mark.parametrize(
    ("tasks", "message"),
    [
        ([], "at least one task"),
        ([Listed(), Listed()], "a name of its own"),
        ([Listed("")], "a name of its own"),
        ([Listed(weight=0.0)], "Task a: weight must be above 0 and finite. Got 0.0"),
        ([Listed(weight=float("nan"))], "weight must be above 0"),
    ],
)
def test_tasks_that_break_a_rule_are_refused(tasks, message):
    with pytest.raises(InvalidInput, match=message):
        check_tasks(tasks)


def test_figures_without_a_score_are_refused():
    with pytest.raises(InvalidInput, match=r"Task a: evaluate must return a figure named 'score'.*\['f1'\]"):
        checked_scores(Listed(), {"f1": 0.5})


def test_the_joint_score_weighs_the_tasks():
    tasks = [Listed("a", weight=3.0), Listed("b", weight=1.0)]
    assert joint_score(tasks, {"a": {"score": 1.0}, "b": {"score": 0.0}}) == 0.75


def test_no_progress_takes_all_calls():
    quiet = NoProgress()
    quiet.started(total=1, done=0)
    quiet.stepped(step=1, loss=0.5)
    quiet.evaluated(step=1, score=0.5)
    quiet.finished()
