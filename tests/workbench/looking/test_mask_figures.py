from dataclasses import replace

import numpy as np
import pytest

from metier.errors import ModelMismatch
from metier.workbench.looking.mask_figures import as_plain, measure_mask_head
from metier.workbench.looking.mask_head import MaskHead
from metier.workbench.looking.masked_states import Masked
from tests.workbench.looking.conftest import tiny_states
from tests.workbench.looking.test_masked_states import PIECES, splitter

DIM = 8
CANDIDATES = np.array([5, 6, 7], np.int64)


@pytest.fixture
def encoder():
    return tiny_states(splitter(), vocabulary=len(PIECES))


def biased(bias, encoder):
    """Return a head that looks at nothing but how often pieces come."""
    zeros = {
        "dense.weight": (DIM, 3 * DIM),
        "dense.bias": (DIM,),
        "inner.weight": (2, DIM),
        "inner.bias": (2,),
        "outer.weight": (DIM, 2),
        "outer.bias": (DIM,),
        "norm.weight": (DIM,),
        "norm.bias": (DIM,),
    }
    tensors = {name: np.zeros(shape, np.float32) for name, shape in zeros.items()}
    tensors["bias"] = np.array(bias, np.float32)
    return MaskHead("", "", encoder.sha256, 1, CANDIDATES, tensors)


def masked(targets):
    n = len(targets)
    return Masked(
        np.zeros((n, 3 * DIM), np.float16), np.array(targets), np.arange(n) // 2, {5: 1, 6: 2, 7: 1}
    )


def test_a_head_of_frequencies_comes_to_what_frequencies_come_to(encoder):
    head = biased(np.log([0.25, 0.5, 0.25]), encoder)
    found = measure_mask_head(head, encoder, masked([6, 6, 5, 7]), {5: 1, 6: 2, 7: 1})
    assert found.accuracy.value == found.unigram_accuracy.value == 0.5
    assert found.top_5.value == found.unigram_top_5.value == 1
    assert found.perplexity.value == pytest.approx(found.unigram_perplexity.value)
    assert found.perplexity.value == pytest.approx((2 * 2 * 4 * 4) ** 0.25)
    assert found.gain.value == 0
    assert (found.n, found.n_texts, found.known) == (4, 2, 1)


def test_pieces_that_cannot_be_guessed_count_as_wrong(encoder):
    head = biased([9, 0, 0], encoder)
    found = measure_mask_head(head, encoder, masked([5, 9, 10, 11]), {5: 1, 6: 2, 7: 1})
    assert found.known == 0.25
    assert found.accuracy.value == 0.25
    assert found.unigram_accuracy.value == 0
    assert found.gain.value == 0.25
    assert found.perplexity.value == pytest.approx(1, abs=1e-3)


def test_where_nothing_can_be_guessed_there_is_no_perplexity(encoder):
    found = measure_mask_head(biased([0, 0, 0], encoder), encoder, masked([9, 10]), {5: 1})
    assert np.isnan(found.perplexity.value)
    assert found.accuracy.value == 0


def test_figures_go_into_a_card(encoder):
    found = as_plain(measure_mask_head(biased([0, 0, 0], encoder), encoder, masked([5, 6]), {5: 1}))
    assert found["accuracy"].keys() == {"value", "low", "high"}
    assert found["n"] == 2


def test_another_encoder_is_refused(encoder):
    head = biased([0, 0, 0], encoder)
    other = tiny_states(splitter(), vocabulary=len(PIECES), name="other")
    assert measure_mask_head(head, other, masked([5]), {}).n == 1
    changed = replace(other, sha256="b" * 64)
    with pytest.raises(ModelMismatch, match="was fitted to encoder"):
        measure_mask_head(head, changed, masked([5]), {})
