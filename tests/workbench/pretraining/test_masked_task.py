import math

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from metier.errors import InvalidInput  # noqa: E402
from metier.training.networks import Head  # noqa: E402
from metier.workbench.pretraining.batches import MaskOptions  # noqa: E402
from metier.workbench.pretraining.masked_task import MaskedTask, RowFigures  # noqa: E402
from metier.workbench.pretraining.masking import Masking  # noqa: E402
from metier.workbench.pretraining.row_sources import SameRows, make_rows  # noqa: E402
from metier.workbench.pretraining.rows import TextRow, read_documents  # noqa: E402
from tests.workbench.pretraining.tiny_texts import documents  # noqa: E402
from tests.workbench.tiny import ARCHITECTURES, tiny_network  # noqa: E402

NEXT_SENTENCE = [("bert", Head.NEXT_SENTENCE), ("albert", Head.NEXT_SENTENCE)]
HEADS = [*((architecture, Head.MASKED_WORDS) for architecture in ARCHITECTURES), *NEXT_SENTENCE]


def task_of(architecture="bert", head=Head.MASKED_WORDS, *, n=12, dev=4, options=None, anew=True, **changes):
    network = tiny_network(architecture, head, **changes)
    read = network.tokenizer.backend_tokenizer
    train, held_out = (read_documents(read, documents(k, seed=seed)) for seed, k in ((0, n), (1, dev)))
    source = make_rows(network, train, max_tokens=24, anew=anew)
    rows = make_rows(network, held_out, max_tokens=24, anew=False).rows(seed=0, epoch=0)
    return MaskedTask(network, source, rows, options=options or MaskOptions(batch_size=4))


def overfit(task, module, *, steps, rate):
    """Train on the first batch, masked the same each time, and return the losses."""
    module.train()
    optimiser = torch.optim.Adam([p for p in module.parameters() if p.requires_grad], lr=rate)
    batch = task.batches(seed=0, epoch=0)[0]
    losses = []
    for step in range(steps):
        torch.manual_seed(step)
        loss = task.loss(batch)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    module.eval()
    return losses


@pytest.mark.parametrize(("architecture", "head"), HEADS)
def test_a_handful_of_rows_is_learned_by_heart(architecture, head):
    dropout = {"dropout": 0.0, "attention_dropout": 0.0} if architecture == "distilbert" else {}
    dropout |= {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0} if not dropout else {}
    task = task_of(architecture, head, **dropout)
    losses = overfit(task, task.network.model, steps=120, rate=1e-2)
    assert losses[0] > 4
    assert losses[-1] < 0.3


@pytest.mark.parametrize(("architecture", "head"), HEADS)
def test_the_loss_is_what_transformers_computes(architecture, head):
    task = task_of(architecture, head)
    batch = task.batches(seed=0, epoch=0)[0]
    labels = torch.full_like(batch.inputs["input_ids"], -100)
    labels[batch.places[:, 0], batch.places[:, 1]] = batch.targets
    names = {"bert": "next_sentence_label", "albert": "sentence_order_label"}
    more = {} if batch.labels is None else {names[architecture]: batch.labels}
    with torch.no_grad():
        expected = task.network.model(**batch.inputs, labels=labels, **more).loss
        assert float(task.loss(batch)) == pytest.approx(float(expected), rel=1e-5)


def test_figures_come_from_the_probabilities_of_the_true_words():
    task = task_of()
    figures = task.evaluate()
    measured = task.measure()
    batch = task._masker.measured(task.dev, range(len(task.dev)))
    with torch.no_grad():
        logits = task.network.model(**batch.inputs).logits[batch.places[:, 0], batch.places[:, 1]]
    picked = torch.log_softmax(logits, 1)[torch.arange(len(batch.targets)), batch.targets]
    assert figures["nll"] == pytest.approx(-float(picked.mean()), rel=1e-5)
    assert figures["perplexity"] == pytest.approx(math.exp(figures["nll"]))
    assert figures["score"] == pytest.approx(1 / figures["perplexity"])
    assert figures["masked_accuracy"] == pytest.approx(
        float((logits.argmax(1) == batch.targets).float().mean())
    )
    assert measured.n_masked.sum() == len(batch.targets)
    assert "nsp_accuracy" not in figures


def test_figures_depend_neither_on_batch_size_nor_on_masking():
    one = task_of(options=MaskOptions(Masking.STATIC, 0.4, 1)).evaluate()
    many = task_of(options=MaskOptions(Masking.WHOLE_WORD, 0.15, 64)).evaluate()
    assert one.keys() == many.keys()
    for name, value in one.items():
        assert many[name] == pytest.approx(value, rel=1e-5)


def test_pairs_are_counted():
    figures = task_of("bert", Head.NEXT_SENTENCE).evaluate()
    assert 0 <= figures["nsp_accuracy"] <= 1


def test_measuring_leaves_the_mode_as_it_was():
    task = task_of()
    task.network.model.train()
    first = task.measure()
    assert task.network.model.training
    assert np.array_equal(first.nll, task.measure().nll)


def test_figures_of_some_rows_are_those_of_these_rows():
    n_masked, nll, n_right = np.array([2, 0, 2]), np.array([2.0, 0.0, 6.0]), np.array([2, 0, 0])
    both = RowFigures(n_masked, nll, n_right, np.array([True] * 3))
    assert both.figures()["nll"] == 2
    assert both.figures(np.array([0]))["nll"] == 1
    assert both.figures(np.array([0, 0]))["masked_accuracy"] == 1
    assert both.figures(np.array([1]))["nll"] == 0
    assert both.figures()["nsp_accuracy"] == 1


def test_the_hash_follows_the_rows():
    assert task_of().data_sha256 == task_of().data_sha256
    assert task_of().data_sha256 != task_of(n=11).data_sha256
    assert task_of().data_sha256 != task_of(dev=3).data_sha256


def test_rows_without_a_word_to_guess_or_another_head_are_refused():
    task = task_of()
    with pytest.raises(InvalidInput, match="There must be a word to guess in the rows to measure on"):
        MaskedTask(task.network, task.train, [])
    special = TextRow(np.array([2, 1, 3], np.int32), np.zeros(3, np.int8), np.zeros(3, np.int32))
    with pytest.raises(InvalidInput, match="rows to learn from. The tokenizer of tiny-bert knows none"):
        MaskedTask(task.network, SameRows([special]), task.dev)
    other = tiny_network("electra", Head.REPLACED_TOKENS)
    with pytest.raises(InvalidInput, match="needs a network that guesses masked words"):
        MaskedTask(other, task.train, task.dev)


def test_no_word_stands_in_what_a_task_says_of_itself():
    assert "w1" not in repr(task_of())
