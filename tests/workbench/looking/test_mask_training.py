from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from metier.errors import InvalidInput  # noqa: E402
from metier.training.output import Origin, Watch  # noqa: E402
from metier.workbench.looking.mask_head import MaskHead  # noqa: E402
from metier.workbench.looking.mask_training import (  # noqa: E402
    MaskHeadOptions,
    MaskHeadRun,
    train_mask_head,
)
from tests.workbench.looking.conftest import tiny_states  # noqa: E402
from tests.workbench.looking.test_masked_states import PIECES, splitter, text  # noqa: E402

OPTIONS = MaskHeadOptions(
    windows=60, dev_windows=20, max_tokens=16, inner=4, batch_size=16, epochs=6, rate=2e-2
)
TEXTS = [text(14, start) for start in range(16)] * 4
RUN = MaskHeadRun(TEXTS, TEXTS[:16], OPTIONS, Origin("tiny", license="MIT"))


@pytest.fixture
def encoder():
    return tiny_states(splitter(), vocabulary=len(PIECES))


def test_a_head_learns_what_follows_what(encoder, tmp_path):
    said = []
    found = train_mask_head(encoder, RUN, tmp_path, watch=Watch(said.append))
    figures = found.figures
    # Each piece follows one other, and the state before a mask tells which.
    assert figures.accuracy.value > 0.6 > 3 * figures.unigram_accuracy.value
    assert figures.gain.low > 0.3
    assert figures.perplexity.value < figures.unigram_perplexity.value
    assert found.card.task == "mask-words"
    assert found.card.metrics["dev"]["accuracy"]["value"] == pytest.approx(figures.accuracy.value, abs=1e-4)
    head = MaskHead.load(tmp_path / "model")
    assert set(head.candidates.tolist()) == set(range(4, 20))
    assert head.encoder_sha256 == encoder.sha256
    assert any("masked tokens to learn from" in words for words in said)


def test_the_same_run_gives_the_same_bytes_and_is_not_repeated(encoder, tmp_path):
    short = replace(RUN, options=replace(OPTIONS, epochs=1))
    for name in "ab":
        train_mask_head(encoder, short, tmp_path / name, watch=Watch())
    one, other = ((tmp_path / name / "model" / "head.safetensors").read_bytes() for name in "ab")
    assert one == other
    again = train_mask_head(encoder, short, tmp_path / "a", watch=Watch())
    assert (tmp_path / "a" / "model" / "head.safetensors").read_bytes() == one
    assert again.figures.n > 0


def test_a_stopped_run_goes_on_with_the_same_data_only(encoder, tmp_path):
    train_mask_head(encoder, replace(RUN, options=replace(OPTIONS, epochs=1)), tmp_path, watch=Watch())
    changed = replace(RUN, options=replace(OPTIONS, epochs=1, least_seen=1))
    with pytest.raises(InvalidInput, match="least_seen"):
        train_mask_head(encoder, changed, tmp_path, watch=Watch())


def test_the_head_in_numpy_says_what_the_trained_one_said(encoder, tmp_path):
    from metier.workbench.looking.mask_training import _MaskHeadTask
    from metier.workbench.looking.masked_states import Masking, masked_states

    masked = masked_states(encoder, TEXTS, Masking(20, 16, 0.2, mixed=True), seed=0)
    task = _MaskHeadTask(encoder, masked, masked, OPTIONS)
    head = task.head()
    with torch.no_grad():
        scores = task.evaluate()
        expected = task._scores(task._usual(masked.features[:8])).log_softmax(dim=1).numpy()
    found = head.log_probabilities(
        masked.features[:8].astype(np.float32), encoder.embeddings(head.candidates)
    )
    assert found == pytest.approx(expected, abs=2e-2)
    assert 0 <= scores["score"] <= 1
    assert scores["nll"] > 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"windows": 0}, "windows must be at least 1. Got 0"),
        ({"max_tokens": 7}, "max_tokens must be at least 8. Got 7"),
        ({"share": 0.0}, "share must be above 0. Got 0.0"),
        ({"rate": -1.0}, "rate must be above 0. Got -1.0"),
        ({"rate": float("nan")}, "rate must be above 0. Got nan"),
        ({"seed": -1}, "seed must be at least 0. Got -1"),
        ({"share": 1.5}, "share must be at most 1, windows and dev_windows at most 40,000"),
        ({"dev_windows": 40_001}, "share must be at most 1, windows and dev_windows at most 40,000"),
    ],
)
def test_options_out_of_range_are_refused(change, message):
    with pytest.raises(InvalidInput, match=message):
        MaskHeadOptions(**change)


def test_texts_must_hold_pieces_more_than_once(encoder, tmp_path):
    few = replace(RUN, texts=["w1 w2 w3"], dev=["w1"], options=replace(OPTIONS, least_seen=5))
    with pytest.raises(InvalidInput, match="at least two pieces 5 times each. They hold 0"):
        train_mask_head(encoder, few, tmp_path, watch=Watch())


def test_a_full_folder_is_left_alone(encoder, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InvalidInput, match="must be empty or hold a run"):
        train_mask_head(encoder, RUN, tmp_path, watch=Watch())
