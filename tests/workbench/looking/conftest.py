from types import SimpleNamespace

import numpy as np
import pytest

from metier.encoders.load import shipped_models
from metier.errors import MissingExtra
from metier.workbench.looking.layer_states import LayerStates
from metier.workbench.looking.looks import OnnxLook

BASE = shipped_models()["base"]


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


@pytest.fixture(scope="session")
def look():
    """Return the shipped encoder as it shows its attention."""
    return OnnxLook.load(BASE, threads=1)


@pytest.fixture(scope="session")
def states():
    """Return the shipped encoder up to layer 2."""
    return LayerStates.load(BASE, layer=2, threads=1)


@pytest.fixture
def without(monkeypatch):
    """Make `require` say that a package is not installed, in some modules."""

    def forget(package, *modules):
        def require(name):
            if name.partition(".")[0] == package:
                raise MissingExtra(package, "train")
            raise AssertionError(name)

        for module in modules:
            monkeypatch.setattr(module, "require", require)

    return forget


def tiny_states(splitter, *, vocabulary, dim=8, name="tiny", mask=True):
    """Return an encoder of random numbers for training tests: a state tells its token and the one before."""
    rng = np.random.default_rng(0)
    table = rng.normal(0, 1, (vocabulary, dim)).astype(np.float32)

    def run(rows):
        found = []
        for row in rows:
            own = table[np.array(row)]
            found.append(own + 0.5 * np.roll(own, 1, axis=0))
        return found

    words = SimpleNamespace(
        scales=np.zeros((vocabulary, 1), np.float16),
        take=lambda ids: SimpleNamespace(dequantise=lambda: table[np.asarray(ids)]),
    )
    network = SimpleNamespace(dim=dim, states=run)
    return LayerStates(name, "a" * 64, 1, 64, splitter, network, words)
