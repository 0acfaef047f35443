import pytest


@pytest.fixture(autouse=True)
def one_thread():
    """Let sums be added up in one order; tests that need no torch go without."""
    try:
        import torch
    except ImportError:
        yield
        return
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
