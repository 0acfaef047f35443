import pytest


@pytest.fixture
def one_thread():
    """Sums of several threads differ in their last digits."""
    torch = pytest.importorskip("torch")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
