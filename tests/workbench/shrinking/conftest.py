import pytest


@pytest.fixture
def one_thread():
    """Sums of several threads differ in their last digits."""
    torch = pytest.importorskip("torch")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def no_bars():
    from importlib.util import find_spec

    if find_spec("transformers"):
        from metier.cli.training_progress import hide_loading_bars

        hide_loading_bars()
