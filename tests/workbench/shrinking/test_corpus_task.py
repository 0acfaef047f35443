import numpy as np
import pytest

from metier.errors import InvalidInput, ModelMismatch
from metier.training.losses import IGNORED
from metier.training.networks import Head
from metier.workbench.shrinking.corpus_task import LABELS, CorpusTask
from tests.workbench.finetuning.tiny_rows import network_of

torch = pytest.importorskip("torch")
TEXTS = [" ".join(f"w{(i + j) % 40}" for j in range(3 + i)) for i in range(9)]


def task_of(head, **options):
    return CorpusTask(network_of("bert", head), TEXTS, ["w1 w2 w3", "w4"], **{"max_tokens": 16, **options})


def test_long_texts_are_cut_into_rows_and_none_is_lost():
    network = network_of("bert", Head.NONE)
    task = CorpusTask(network, [" ".join(["w7"] * 20)], ["w1"], max_tokens=10)
    (batch,) = task.batches(seed=0, epoch=0)
    ids = batch.inputs["input_ids"]
    assert ids.shape == (3, 10)
    assert int((ids == network.tokenizer.convert_tokens_to_ids("w7")).sum()) == 20


def test_a_bare_encoder_reads_texts_as_they_are():
    task = task_of(Head.NONE)
    batch = task.batches(seed=0, epoch=0)[0]
    assert batch.targets == {}
    assert not (batch.inputs["input_ids"] == task.network.tokenizer.mask_token_id).any()
    assert task.loss(batch) == 0
    assert task.logits_of(None, {}) == []
    assert task.evaluate() == {"score": 0.0}


def test_words_are_masked_the_same_way_each_time_and_another_way_each_epoch():
    task = task_of(Head.MASKED_WORDS, batch_size=4)
    one, other = ([b.targets[LABELS] for b in task.batches(seed=1, epoch=0)] for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(one, other, strict=True))
    assert len(one) == 3
    counts = [
        [int((b.targets[LABELS] != IGNORED).sum()) for b in task.batches(seed=1, epoch=e)] for e in (0, 1)
    ]
    assert min(counts[0]) >= 1
    found = [
        np.concatenate([b.targets[LABELS].flatten() for b in task.batches(seed=1, epoch=e)]) for e in (0, 1)
    ]
    assert not np.array_equal(np.sort(found[0]), np.sort(found[1]))


def test_masked_words_have_a_loss_and_figures():
    task = task_of(Head.MASKED_WORDS)
    batch = task.batches(seed=0, epoch=0)[0]
    loss = task.loss(batch)
    loss.backward()
    assert loss.item() == pytest.approx(np.log(123), rel=0.2)
    (logits,) = task.logits_of(task.network.model(**batch.inputs), batch.targets)
    assert len(logits) == int((batch.targets[LABELS] != IGNORED).sum())
    with torch.no_grad():
        figures = task.evaluate()
        assert figures == task.evaluate()
    assert set(figures) == {"score", "nll"}


def test_other_heads_are_refused():
    with pytest.raises(ModelMismatch, match="gives classify, which raw text does not teach"):
        task_of(Head.CLASSES)


def test_a_head_for_masked_words_needs_a_mask():
    network = network_of("bert", Head.MASKED_WORDS)
    network.tokenizer.mask_token = None
    with pytest.raises(ModelMismatch, match="without a mask token"):
        CorpusTask(network, ["w1"], ["w2"], max_tokens=16)


def test_rows_that_are_too_long_are_refused():
    with pytest.raises(ModelMismatch, match="max-tokens must be at most 66"):
        task_of(Head.NONE, max_tokens=67)


@pytest.mark.parametrize(("train", "dev"), [([], ["w1"]), (["w1"], [""])])
def test_parts_without_text_are_refused(train, dev):
    with pytest.raises(InvalidInput, match="at least one text to learn from and one to measure on"):
        CorpusTask(network_of("bert", Head.NONE), train, dev, max_tokens=16)
