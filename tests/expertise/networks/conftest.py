"""What tests of networks share."""

import pytest


@pytest.fixture(autouse=True, scope="package")
def one_thread():
    """Let torch use one thread: networks this small only wait for one another."""
    torch = pytest.importorskip("torch")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
