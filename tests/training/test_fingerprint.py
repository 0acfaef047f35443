import doctest
from dataclasses import dataclass

import numpy as np
import pytest

from metier.training import fingerprint as module
from metier.training.fingerprint import data_fingerprint, fingerprint, structure_fingerprint


def test_the_examples_in_the_docstrings_are_true():
    assert doctest.testmod(module).failed == 0


@dataclass
class Row:
    text: str
    ids: list


DIFFERENT = [
    None,
    True,
    1,
    1.0,
    "1",
    b"1",
    [],
    [1],
    [1, 2],
    [[1], 2],
    (1, 2),
    {"a": 1},
    {"b": 1},
    {1, 2},
    np.array([1, 2]),
    np.array([1.0, 2.0]),
    np.array([[1, 2]]),
    Row("a", [1]),
    Row("a", [2]),
    Row("b", [1]),
    object(),
]


def test_values_that_differ_have_hashes_that_differ():
    assert len({fingerprint(value) for value in DIFFERENT}) == len(DIFFERENT)


def test_equal_values_have_one_hash():
    assert fingerprint(Row("a", [1, {"x": np.arange(3)}])) == fingerprint(Row("a", [1, {"x": np.arange(3)}]))
    assert fingerprint({"b", "a", "c"}) == fingerprint({"c", "b", "a"})


class Plan:
    name, weight = "a", 1.0


def test_a_task_may_name_its_data_itself():
    task = Plan()
    task.data_sha256 = "f00d"
    assert data_fingerprint(task, []) == "f00d"


def test_data_are_told_apart_by_their_batches_and_their_number():
    plans = [[["x"]] * 3, [["x"]] * 4, [["x"], ["x"], ["y"]]]
    assert len({data_fingerprint(Plan(), plan) for plan in plans}) == 3


def test_only_64_batches_are_read():
    class Counted(list):
        read = 0

        def __getitem__(self, i):
            Counted.read += 1
            return super().__getitem__(i)

    data_fingerprint(Plan(), Counted(range(1000)))
    assert Counted.read == 64


def test_tensors_count_with_type_and_content():
    torch = pytest.importorskip("torch")
    tensors = [torch.zeros(2), torch.ones(2), torch.zeros(2).bfloat16(), torch.zeros(2).long()]
    assert len({fingerprint(tensor) for tensor in tensors}) == 4
    assert fingerprint(torch.zeros(2, requires_grad=True)) == fingerprint(torch.zeros(2))


def test_networks_are_told_apart_by_shape_and_by_what_is_trained():
    torch = pytest.importorskip("torch")
    frozen = torch.nn.Linear(2, 3).requires_grad_(False)
    networks = [torch.nn.Linear(2, 3), torch.nn.Linear(3, 2), torch.nn.Linear(2, 3).double(), frozen]
    assert len({structure_fingerprint(network) for network in networks}) == 4
    assert structure_fingerprint(torch.nn.Linear(2, 3)) == structure_fingerprint(torch.nn.Linear(2, 3))
