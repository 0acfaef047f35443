import pytest

from metier.errors import InvalidInput
from metier.training.networks import Head
from metier.workbench.shrinking.samples import text_rows
from metier.workbench.shrinking.speed import compare_speed, one_thread
from tests.workbench.finetuning.tiny_rows import network_of

torch = pytest.importorskip("torch")


def test_fewer_layers_are_quicker():
    networks = [network_of("bert", Head.NONE, num_hidden_layers=n) for n in (6, 1)]
    speeds = compare_speed([(network, text_rows(network, ["w1 w2 w3"] * 3)) for network in networks])
    assert 0 < speeds[0] < speeds[1]


def test_nothing_is_no_speed():
    network = network_of("bert", Head.NONE)
    with pytest.raises(InvalidInput, match="at least one row and one round"):
        compare_speed([(network, [])])
    with pytest.raises(InvalidInput, match="at least one row and one round"):
        compare_speed([(network, text_rows(network, ["w1"]))], rounds=0)


def test_the_threads_are_given_back():
    before = torch.get_num_threads()
    with one_thread():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == before
